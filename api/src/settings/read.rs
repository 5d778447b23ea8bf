//! From what was given to what is used: everything checked, all errors at once.

use super::given::{Given, SettingError, SettingsErrors};
use super::table::SETTINGS;
use super::{KeyFiles, LogFormat, Settings};
use crate::body::BodyLimits;
use crate::limits::{Networks, PersonLimits, RateLimits};
use crate::live::LiveSettings;
use ruhu_sync::version::Served;
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// The setting whose value may hold a password.
const DATABASE_URL: &str = "database_url";

/// Reads values and collects what is wrong with them.
struct Reader<'a> {
    given: &'a Given,
    errors: Vec<SettingError>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> String {
        let default = SETTINGS
            .iter()
            .find(|setting| setting.name == name)
            .map_or("", |setting| setting.default);
        match self.given.values.get(name) {
            Some((value, _)) if !value.trim().is_empty() => value.trim().to_owned(),
            _ => default.to_owned(),
        }
    }

    fn complain(&mut self, name: &str, advice: String) {
        let setting = match self.given.values.get(name) {
            Some((_, place)) => format!("{name} (given as {place})"),
            None => name.to_owned(),
        };
        self.errors.push(SettingError { setting, advice });
    }

    fn number<T>(&mut self, name: &str, low: T, high: T) -> T
    where
        T: FromStr + PartialOrd + Copy + std::fmt::Display,
    {
        let text = self.text(name);
        match text.parse::<T>() {
            Ok(number) if number >= low && number <= high => number,
            _ => {
                self.complain(
                    name,
                    format!("set it to a whole number from {low} to {high}, not `{text}`"),
                );
                low
            }
        }
    }

    fn path(&self, name: &str, otherwise: PathBuf) -> PathBuf {
        match self.text(name) {
            text if text.is_empty() => otherwise,
            text => PathBuf::from(text),
        }
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        let text = self.text(name);
        (!text.is_empty()).then(|| PathBuf::from(text))
    }

    fn listen(&mut self) -> std::net::SocketAddr {
        let text = self.text("listen");
        text.parse().unwrap_or_else(|_| {
            self.complain(
                "listen",
                format!("set it to an address and a port such as 127.0.0.1:8080, not `{text}`"),
            );
            std::net::SocketAddr::from(([127, 0, 0, 1], 0))
        })
    }

    fn database_url(&mut self, data_dir: &Path) -> SecretString {
        let mut text = self.text(DATABASE_URL);
        if text.is_empty() {
            text = format!("sqlite:{}", data_dir.join("ruhu.db").display());
        }
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|scheme| text.starts_with(scheme)) {
            // Not repeated here: it may hold a password.
            self.complain(
                DATABASE_URL,
                "set it to sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME".to_owned(),
            );
        }
        text.into()
    }

    fn log_format(&mut self) -> LogFormat {
        match self.text("log_format").as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => {
                let advice = format!("set it to text or json, not `{other}`");
                self.complain("log_format", advice);
                LogFormat::Text
            }
        }
    }

    fn log_filter(&mut self) -> String {
        let text = self.text("log_filter");
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&text) {
            self.complain(
                "log_filter",
                format!("set it to a level such as info, not `{text}` ({error})"),
            );
        }
        text
    }

    fn worker_threads(&mut self) -> usize {
        if self.text("worker_threads").is_empty() {
            return std::thread::available_parallelism().map_or(2, usize::from);
        }
        self.number("worker_threads", 1, 512)
    }

    fn person_limits(&mut self) -> PersonLimits {
        PersonLimits {
            devices: self.number("person_devices_max", 0, 1000),
            late_edits: self.number("late_edits_max", 0, 1_000_000),
            late_bytes: self.number("late_bytes_max", 0, 1_099_511_627_776),
        }
    }

    fn live(&mut self) -> LiveSettings {
        LiveSettings {
            connections_max: self.number("events_connections_max", 0, 100_000),
            person_max: self.number("events_person_connections_max", 1, 1000),
            poll: Duration::from_millis(self.number("events_poll_milliseconds", 10, 60_000)),
            check: Duration::from_secs(self.number("events_check_seconds", 1, 300)),
            // Proxies give up on a line that is silent for half a minute or more.
            heartbeat: Duration::from_secs(20),
        }
    }

    fn truth(&mut self, name: &str) -> bool {
        let text = self.text(name);
        text.parse().unwrap_or_else(|_| {
            self.complain(name, format!("set it to true or false, not `{text}`"));
            false
        })
    }

    /// At least one version must be left to pull in.
    fn served(&mut self) -> Served {
        let experimental = self.truth("protocol_experimental");
        let newest = Served { experimental, ..Served::default() }.push().into_iter().max();
        let pull_min = self.number("protocol_pull_version_min", 1, newest.unwrap_or(1));
        Served { experimental, pull_min }
    }

    fn public_title(&mut self) -> String {
        let text = self.text("public_title");
        if text.chars().count() > 100 || text.chars().any(char::is_control) {
            let advice = "set it to at most 100 printable characters".to_owned();
            self.complain("public_title", advice);
        }
        text
    }

    fn rate_limits(&mut self) -> RateLimits {
        RateLimits {
            per_user_per_minute: self.number("user_requests_per_minute", 0, 1_000_000),
            per_address_per_minute: self.number("address_requests_per_minute", 0, 1_000_000),
            address_sign_in_failures_max: self.number("address_sign_in_failures_max", 0, 1_000_000),
        }
    }

    fn trusted_proxies(&mut self) -> Networks {
        let text = self.text("trusted_proxies");
        text.parse().unwrap_or_else(|part| {
            let advice = format!(
                "set it to addresses and networks such as 10.0.0.2,192.168.0.0/16, not `{part}`"
            );
            self.complain("trusted_proxies", advice);
            Networks::default()
        })
    }

    fn backup_dir(&mut self) -> Option<PathBuf> {
        let text = self.text("backup_dir");
        if !text.is_empty() && self.text(DATABASE_URL).starts_with("postgres") {
            let advice = "leave it empty: PostgreSQL has pg_dump (docs/operations.md)";
            self.complain("backup_dir", advice.to_owned());
        }
        (!text.is_empty()).then(|| PathBuf::from(text))
    }

    fn backup_schedule(&mut self) -> String {
        let text = self.text("backup_schedule");
        if crate::jobs::read_schedule(&text).is_none() {
            let advice = format!(
                "set it to minute, hour, day, month and weekday such as 30 2 * * *, not `{text}`"
            );
            self.complain("backup_schedule", advice);
        }
        text
    }

    fn body_limits(&mut self) -> BodyLimits {
        let promised = ruhu_sync::handshake::LIMITS.push_bytes_max;
        let seconds = self.number("body_timeout_seconds", 1, 3600);
        BodyLimits {
            compressed_bytes_max: self.number("body_compressed_bytes_max", 65_536, 1 << 30),
            bytes_max: self.number("body_bytes_max", promised, 1 << 30),
            arrival_timeout: Duration::from_secs(seconds),
        }
    }
}

impl Given {
    /// Checks everything.
    pub fn check(&self) -> Result<Settings, SettingsErrors> {
        let mut reader = Reader { given: self, errors: Vec::new() };
        let data_dir = PathBuf::from(reader.text("data_dir"));
        let keys = data_dir.join("keys");
        let settings = Settings {
            listen: reader.listen(),
            database_url: reader.database_url(&data_dir),
            key_files: KeyFiles {
                sealing: reader.path("sealing_key_file", keys.join("sealing.key")),
                cursor: reader.path("cursor_key_file", keys.join("cursor.key")),
                signing: reader.path("signing_keys_dir", keys.join("signing")),
            },
            data_dir,
            access_token_minutes: reader.number("access_token_minutes", 1, 1440),
            refresh_token_days: reader.number("refresh_token_days", 1, 366),
            desk_session_hours: reader.number("desk_session_hours", 1, 8784),
            one_time_password_hours: reader.number("one_time_password_hours", 1, 720),
            staff_second_factor: reader.truth("staff_second_factor"),
            metrics_token_file: reader.file("metrics_token_file"),
            body_limits: reader.body_limits(),
            rate_limits: reader.rate_limits(),
            person_limits: reader.person_limits(),
            trusted_proxies: reader.trusted_proxies(),
            log_format: reader.log_format(),
            log_filter: reader.log_filter(),
            worker_threads: reader.worker_threads(),
            pool_connections_max: reader.number("pool_connections_max", 2, 1000),
            shutdown_timeout: Duration::from_secs(reader.number(
                "shutdown_timeout_seconds",
                0,
                3600,
            )),
            live: reader.live(),
            served: reader.served(),
            public_title: reader.public_title(),
            backup_dir: reader.backup_dir(),
            backup_schedule: reader.backup_schedule(),
            backup_keep: reader.number("backup_keep", 1, 10_000),
            unknown_variables: self.unknown_variables.clone(),
        };
        match reader.errors.is_empty() {
            true => Ok(settings),
            false => Err(SettingsErrors(reader.errors)),
        }
    }
}

impl Settings {
    /// All settings as TOML that can be read back, the database's password masked.
    pub fn to_masked_toml(&self) -> String {
        // A text in JSON is one in TOML.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let path = |path: &PathBuf| quoted(&path.display().to_string());
        let format = match self.log_format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        let limits = &self.body_limits;
        let mut toml = String::new();
        for setting in SETTINGS {
            let value = match setting.name {
                "listen" => quoted(&self.listen.to_string()),
                DATABASE_URL => quoted(&masked_url(self.database_url.expose_secret())),
                "data_dir" => path(&self.data_dir),
                "sealing_key_file" => path(&self.key_files.sealing),
                "cursor_key_file" => path(&self.key_files.cursor),
                "signing_keys_dir" => path(&self.key_files.signing),
                "access_token_minutes" => self.access_token_minutes.to_string(),
                "refresh_token_days" => self.refresh_token_days.to_string(),
                "desk_session_hours" => self.desk_session_hours.to_string(),
                "one_time_password_hours" => self.one_time_password_hours.to_string(),
                "staff_second_factor" => self.staff_second_factor.to_string(),
                "metrics_token_file" => path(&self.metrics_token_file.clone().unwrap_or_default()),
                "user_requests_per_minute" => self.rate_limits.per_user_per_minute.to_string(),
                "address_requests_per_minute" => {
                    self.rate_limits.per_address_per_minute.to_string()
                }
                "address_sign_in_failures_max" => {
                    self.rate_limits.address_sign_in_failures_max.to_string()
                }
                "person_devices_max" => self.person_limits.devices.to_string(),
                "late_edits_max" => self.person_limits.late_edits.to_string(),
                "late_bytes_max" => self.person_limits.late_bytes.to_string(),
                "trusted_proxies" => quoted(&self.trusted_proxies.to_string()),
                "body_compressed_bytes_max" => limits.compressed_bytes_max.to_string(),
                "body_bytes_max" => limits.bytes_max.to_string(),
                "body_timeout_seconds" => limits.arrival_timeout.as_secs().to_string(),
                "log_format" => quoted(format),
                "log_filter" => quoted(&self.log_filter),
                "worker_threads" => self.worker_threads.to_string(),
                "pool_connections_max" => self.pool_connections_max.to_string(),
                "shutdown_timeout_seconds" => self.shutdown_timeout.as_secs().to_string(),
                "events_connections_max" => self.live.connections_max.to_string(),
                "events_person_connections_max" => self.live.person_max.to_string(),
                "events_poll_milliseconds" => self.live.poll.as_millis().to_string(),
                "events_check_seconds" => self.live.check.as_secs().to_string(),
                "protocol_experimental" => self.served.experimental.to_string(),
                "protocol_pull_version_min" => self.served.pull_min.to_string(),
                "public_title" => quoted(&self.public_title),
                "backup_dir" => path(&self.backup_dir.clone().unwrap_or_default()),
                "backup_schedule" => quoted(&self.backup_schedule),
                "backup_keep" => self.backup_keep.to_string(),
                _ => continue,
            };
            let _ = writeln!(toml, "{} = {value}", setting.name);
        }
        toml
    }
}

/// A database URL that may be shown: the password is gone, and so are its parameters, in which
/// libpq takes a password too.
pub(crate) fn masked_url(url: &str) -> String {
    let (url, has_parameters) = match url.split_once('?') {
        Some((url, _)) => (url, true),
        None => (url, false),
    };
    let shown = match (url.split_once("://"), url.rfind('@')) {
        (Some((scheme, rest)), Some(at)) => {
            let host = &url[at + 1..];
            let user = rest.split([':', '@']).next().unwrap_or_default();
            format!("{scheme}://{user}:***@{host}")
        }
        _ => url.to_owned(),
    };
    match has_parameters {
        true => format!("{shown}?***"),
        false => shown,
    }
}

#[cfg(test)]
mod tests;
