//! The service itself, started in this process as `ruhu serve` starts it.

use crate::database::{Database, Place};
use crate::field::{Field, PASSWORD};
use crate::hex::from_hex;
use crate::http::Call;
use ruhu_api::app::{MissingKeys, Running, build, serve};
use ruhu_api::clock::Clock;
use ruhu_api::limits::{PersonLimits, RateLimits};
use ruhu_api::live::LiveSettings;
use ruhu_api::settings::Settings;
use ruhu_device::{Counted, Flaky, HttpTransport, TestDevice};
use ruhu_store::{KeyRing, Store};
use ruhu_sync::id::Instant;
use ruhu_sync::version::Served;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// 2026-11-23, noon in Beijing: the initial time of every server's clock.
pub const NOON: Instant = Instant(1_795_406_400_000_000);

/// A tablet on a network that can be made worse.
pub type Tablet = TestDevice<Flaky<HttpTransport>>;

/// A running service with a field of its own.
pub struct Server {
    // Dropped in this order: first the service stops, then its data goes.
    running: Option<Running>,
    place: Arc<Place>,
    clock: Clock,
    served: Served,
    rate_limits: RateLimits,
    live: LiveSettings,
    person_limits: PersonLimits,
    staff_second_factor: bool,
    shutdown_timeout: Duration,
    body_timeout: Option<Duration>,
    access_token_minutes: Option<u32>,
    folder: Arc<TempDir>,
    tablets: AtomicU64,
}

impl Server {
    /// Starts a service on a new database, on a port of the system's choice, with the people of
    /// [`Field`].
    pub fn on(database: Database) -> Self {
        let server = Self::empty(database, None);
        Field::people(server.store());
        server
    }

    /// The same without people; with this lifetime of access tokens, if given.
    pub(crate) fn empty(database: Database, access_token_minutes: Option<u32>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Self {
            running: None,
            place: Arc::new(Place::new(database, folder.path())),
            clock: Clock::standing(NOON),
            served: Served::default(),
            // The clock stands still, so rate limits never recover.
            rate_limits: RateLimits {
                per_user_per_minute: 0,
                per_address_per_minute: 0,
                address_sign_in_failures_max: 0,
            },
            live: LiveSettings {
                connections_max: 100,
                person_max: 100,
                poll: Duration::from_millis(20),
                check: Duration::from_millis(50),
                heartbeat: Duration::from_secs(20),
            },
            // Tests sign in without limits.
            person_limits: PersonLimits { devices: 0, late_edits: 0, late_bytes: 0 },
            staff_second_factor: false,
            // Connections that tests keep open are not requests in flight.
            shutdown_timeout: Duration::ZERO,
            body_timeout: None,
            access_token_minutes,
            folder: Arc::new(folder),
            tablets: AtomicU64::new(1),
        };
        server.start(MissingKeys::Make);
        server
    }

    /// The settings that `ruhu serve` would get.
    pub fn settings(&self) -> Settings {
        let keys = self.folder.path().join("keys");
        let mut settings = Settings::defaults().expect("settings");
        settings.listen = ([127, 0, 0, 1], 0).into();
        settings.database_url = self.place.url().to_owned().into();
        settings.data_dir = self.folder.path().to_owned();
        settings.metrics_token_file = Some(metrics_token_in(self.folder.path()));
        settings.key_files.sealing = keys.join("sealing.key");
        settings.key_files.cursor = keys.join("cursor.key");
        settings.key_files.signing = keys.join("signing");
        settings.served = self.served;
        settings.rate_limits = self.rate_limits;
        settings.person_limits = self.person_limits;
        settings.staff_second_factor = self.staff_second_factor;
        settings.worker_threads = 2;
        settings.pool_connections_max = 24;
        settings.shutdown_timeout = self.shutdown_timeout;
        settings.live = self.live;
        if let Some(minutes) = self.access_token_minutes {
            settings.access_token_minutes = minutes;
        }
        if let Some(timeout) = self.body_timeout {
            settings.body_limits.arrival_timeout = timeout;
        }
        settings
    }

    pub(crate) fn start(&mut self, missing: MissingKeys) {
        let service = build(self.settings(), missing, self.clock.clone()).expect("a service");
        self.running = Some(serve(service).expect("a port"));
    }

    /// Stops the service; its data stays.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().expect("stopped");
        }
    }

    /// Stops the service and starts it again on the same data and keys, on another port.
    pub fn start_again(&mut self) {
        self.stop();
        self.start(MissingKeys::Refuse);
    }

    /// The same, to speak these protocol versions.
    pub fn start_again_serving(&mut self, served: Served) {
        self.served = served;
        self.start_again();
    }

    /// The same with these rate limits.
    pub fn start_again_limited(&mut self, rate_limits: RateLimits) {
        self.rate_limits = rate_limits;
        self.start_again();
    }

    /// The same with these limits per person.
    pub fn start_again_bounding(&mut self, person_limits: PersonLimits) {
        self.person_limits = person_limits;
        self.start_again();
    }

    /// The same, requiring a second factor of staff.
    pub fn start_again_demanding_second_factors(&mut self) {
        self.staff_second_factor = true;
        self.start_again();
    }

    /// The same with these settings for live events, and this grace period at shutdown.
    pub fn start_again_listening(&mut self, live: LiveSettings, shutdown_timeout: Duration) {
        (self.live, self.shutdown_timeout) = (live, shutdown_timeout);
        self.start_again();
    }

    /// The same with this timeout for a request to arrive.
    pub fn start_again_impatient(&mut self, body_timeout: Duration) {
        self.body_timeout = Some(body_timeout);
        self.start_again();
    }

    /// The settings for live events.
    pub fn live(&self) -> LiveSettings {
        self.live
    }

    /// A second service on the same data, keys and clock, as another process would be.
    pub fn beside(&self) -> Self {
        let mut other = Self {
            running: None,
            place: Arc::clone(&self.place),
            clock: self.clock.clone(),
            folder: Arc::clone(&self.folder),
            served: self.served,
            rate_limits: self.rate_limits,
            live: self.live,
            person_limits: self.person_limits,
            staff_second_factor: self.staff_second_factor,
            shutdown_timeout: self.shutdown_timeout,
            body_timeout: self.body_timeout,
            access_token_minutes: self.access_token_minutes,
            tablets: AtomicU64::new(1_000),
        };
        other.start(MissingKeys::Refuse);
        other
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the service runs")
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://{}", self.running().address())
    }

    /// Its database.
    pub fn store(&self) -> &Store {
        self.running().store()
    }

    /// Its state.
    pub fn service(&self) -> &ruhu_api::service::Service {
        self.running().service()
    }

    /// The kind of its database.
    pub fn database(&self) -> Database {
        match *self.place {
            Place::Sqlite { .. } => Database::Sqlite,
            Place::Postgres { .. } => Database::Postgres,
        }
    }

    /// The key that seals what is stored, from its file.
    pub(crate) fn sealing_key(&self) -> Vec<u8> {
        let file = self.settings().key_files.sealing;
        let text = std::fs::read_to_string(file).expect("the key file");
        let line = text.lines().rfind(|line| line.starts_with("1 ")).expect("a key");
        from_hex(line.trim_start_matches("1 ").trim())
    }

    /// The keys that open what is stored.
    pub fn key_ring(&self) -> KeyRing {
        KeyRing::load(&self.settings().key_files.sealing).expect("the key file")
    }

    /// Its database's URL.
    pub fn url(&self) -> &str {
        self.place.url()
    }

    /// The location of its data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything that the database reveals to whoever has it.
    pub fn every_byte(&self) -> Vec<u8> {
        self.place.every_byte()
    }

    /// Whether the database itself refuses a statement.
    pub fn refuses(&self, sql: &str) -> bool {
        self.place.refuses(sql)
    }

    /// Access past the store.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Advances the server's clock.
    pub fn advance_seconds(&self, seconds: i64) {
        self.clock.advance_seconds(seconds);
    }

    /// Sets the server's clock forward or back, without time passing.
    pub fn step_seconds(&self, seconds: i64) {
        self.clock.step_seconds(seconds);
    }

    /// Sets the server's clock to a time in Beijing, such as `2026-11-30 23:59:59`.
    pub fn set_clock(&self, beijing: &str) {
        let at = ruhu_casework::days::day(&beijing[..10]).expect("a day");
        let noon = ruhu_casework::days::day_of(NOON);
        let [hours, minutes, seconds] =
            [11, 14, 17].map(|at: usize| beijing[at..at + 2].parse::<i64>().expect("two digits"));
        let days = at.signed_duration_since(noon).num_days();
        let target = ((days * 24 + hours - 12) * 60 + minutes) * 60 + seconds;
        self.clock.advance_seconds(target - (self.now().0 - NOON.0) / 1_000_000);
    }

    /// The server's time.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// A request to this server.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(&self.address(), method, path)
    }

    /// A new transport to this server, without faults.
    pub fn line(&self) -> Flaky<HttpTransport> {
        Flaky::new(HttpTransport::new(&self.address()))
    }

    /// A seed unique to this tablet.
    pub fn seed(&self) -> u64 {
        self.tablets.fetch_add(1, Ordering::Relaxed)
    }

    /// A new tablet on which this person has signed in.
    pub fn tablet(&self, login: &str) -> Tablet {
        let mut tablet = TestDevice::new(self.line(), Counted::new(self.seed()));
        tablet.sign_in(login, PASSWORD, "平板").expect("signed in");
        tablet
    }

    /// Gives a tablet the server's new address, after [`Server::start_again`].
    pub fn reconnect(&self, tablet: &mut Tablet) {
        *tablet.transport_mut() = self.line();
    }
}

/// The content of `/metrics`.
pub const METRICS_TOKEN: &str = "of-whoever-watches-over-the-tests";

/// The token's file, created once.
fn metrics_token_in(folder: &Path) -> std::path::PathBuf {
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = folder.join("metrics.token");
    if !file.exists() {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut opened = options.open(&file).expect("a file");
        std::io::Write::write_all(&mut opened, METRICS_TOKEN.as_bytes()).expect("written");
    }
    file
}
