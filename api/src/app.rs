//! The whole service, from its settings to a port that answers: what `ruhu serve` and the tests
//! start alike.

use crate::areas::Areas;
use crate::auth::{AccessTokens, Passwords};
use crate::clock::Clock;
use crate::ending::Ending;
use crate::jobs::Trigger;
use crate::keys::{KeyError, Keys, read_token};
use crate::kinds::Kinds;
use crate::limits::{self, Limits};
use crate::live::{Live, poll_heads};
use crate::metrics::Metrics;
use crate::middleware::{answer_heads, guard_headers, let_go, observe, render_problems};
use crate::page::FrontPage;
use crate::problem::{Problem, Refusal};
use crate::routes;
use crate::service::Service;
use crate::settings::Settings;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::rt::System;
use actix_web::{App, HttpServer, web};
use ruhu_casework::signatures::public_half;
use ruhu_store::{Store, StoreSettings, Tx};
use ruhu_sync::storage::StorageError;
use secrecy::ExposeSecret as _;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// Why the service does not start; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error("port {0} is taken: stop the other program or use --listen 127.0.0.1:0")]
    PortTaken(u16),
    /// It cannot listen there.
    #[error("cannot listen on {0} ({1}): choose another address with --listen")]
    CannotListen(SocketAddr, io::Error),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database cannot be used.
    #[error("{0}: check database_url, and that the database is there and may be written")]
    Store(#[from] StorageError),
    /// A form or a table that is compiled in is broken.
    #[error("{0}: what this build carries is broken; use another build")]
    Reference(String),
    /// A mistake of ours.
    #[error("the service could not be built: {0}")]
    Build(String),
}

impl From<Problem> for StartError {
    fn from(problem: Problem) -> Self {
        Refusal::from(problem).into()
    }
}

impl From<Refusal> for StartError {
    fn from(refusal: Refusal) -> Self {
        Self::Build(match refusal.cause() {
            Some(cause) => cause.to_string(),
            None => refusal.to_string(),
        })
    }
}

/// An application of actix, as [`application`] gives it: a server and a test start it alike.
pub trait Application:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    >
{
}

impl<T> Application for T where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = actix_web::Error,
            InitError = (),
        >
{
}

/// Whether keys that are not there yet are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingKeys {
    /// They are made.
    Make,
    /// The service does not start: a key that was lost must not be replaced in silence.
    Refuse,
}

/// Builds the service's parts: opens the keys and the database, listens nowhere.
pub fn build(
    settings: Settings,
    missing: MissingKeys,
    clock: Clock,
) -> Result<Service, StartError> {
    let keys = match missing {
        MissingKeys::Make => Keys::load_or_make(&settings.key_files)?,
        MissingKeys::Refuse => Keys::load(&settings.key_files)?,
    };
    let store = open_store(&settings, &keys)?;
    let live = Arc::<Live>::default();
    let woken = Arc::clone(&live);
    store.when_committed(move || woken.wake());
    let broken = |error: &dyn std::error::Error| StartError::Reference(error.to_string());
    store.read(Tx::shelf).map_err(|error| broken(&error))?;
    let token = settings.metrics_token_file.as_deref().map(read_token).transpose()?;
    let areas = Areas::shipped().map_err(|error| broken(&error))?;
    let kinds = Kinds::declared()?;
    Ok(Service {
        store,
        tokens: Arc::new(AccessTokens::new(&keys.signing, settings.access_token_minutes)),
        passwords: Passwords::new()?,
        attempts: Arc::default(),
        limits: Arc::new(Limits::new(settings.rate_limits)),
        metrics: Metrics::new().map_err(|error| StartError::Build(error.to_string()))?,
        clock,
        metrics_token: token.map(Arc::new),
        areas: Arc::new(areas),
        kinds: Arc::new(kinds),
        live,
        proof_key: public_half(keys.sealing.derive(ruhu_store::PROOFS)),
        cursor_key: Arc::new(keys.cursor),
        settings: Arc::new(settings),
    })
}

/// Opens the database that the settings name, with its schema brought up to date.
pub fn open_store(settings: &Settings, keys: &Keys) -> Result<Store, StartError> {
    let url = settings.database_url.expose_secret();
    make_folder_of(url).map_err(|error| {
        StorageError::Unavailable(format!("the database's folder cannot be made ({error})"))
    })?;
    let store = StoreSettings {
        pool_connections_max: settings.pool_connections_max,
        ..StoreSettings::new(url, keys.sealing.clone())
    };
    Ok(Store::open(&store)?)
}

/// A first start finds no folder for its database file.
fn make_folder_of(url: &str) -> io::Result<()> {
    let Some(path) = url.strip_prefix("sqlite:") else {
        return Ok(());
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    match std::path::Path::new(path).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

/// A service that answers, on a thread of its own.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    service: Service,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
    jobs: Option<Trigger>,
}

/// Starts the service; keys that are not there are refused.
pub fn start(settings: Settings) -> Result<Running, StartError> {
    serve(build(settings, MissingKeys::Refuse, Clock::Machine)?)
}

/// Listens, and answers requests until it is stopped.
pub fn serve(service: Service) -> Result<Running, StartError> {
    let listener = listen(service.settings.listen)?;
    serve_on(service, FrontPage::default(), listener)
}

/// Takes the port, before anything else is done.
pub fn listen(asked: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(asked).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => StartError::PortTaken(asked.port()),
        _ => StartError::CannotListen(asked, error),
    })
}

/// Answers requests on a port that was taken before, until it is stopped.
pub fn serve_on(
    service: Service,
    page: FrontPage,
    listener: TcpListener,
) -> Result<Running, StartError> {
    let asked = service.settings.listen;
    let address = listener.local_addr().map_err(|error| StartError::CannotListen(asked, error))?;
    let (stop, stopped) = oneshot::channel();
    let for_thread = service.clone();
    let thread = std::thread::Builder::new()
        .name("ruhu-http".to_owned())
        .spawn(move || System::new().block_on(answer(for_thread, page, listener, stopped)))
        .map_err(|error| StartError::Build(error.to_string()))?;
    // A clock that stands never makes anything due.
    let jobs = match service.clock {
        Clock::Machine => Some(
            Trigger::start(service.clone())
                .map_err(|error| StartError::Build(format!("jobs cannot be triggered: {error}")))?,
        ),
        Clock::Standing(_) => None,
    };
    Ok(Running { address, service, stop: Some(stop), thread: Some(thread), jobs })
}

/// What answers requests: every route inside the middleware that all of them share.
pub fn application(service: &Service, page: &FrontPage) -> App<impl Application + use<>> {
    // The last one wrapped is the first to see a request.
    App::new()
        .app_data(web::Data::new(service.clone()))
        .app_data(web::Data::new(page.clone()))
        .app_data(web::Data::new(service.address_limit()))
        .app_data(web::Data::new(service.metrics.clone()))
        .app_data(web::Data::new(service.settings.body_limits))
        .configure(routes::register)
        .wrap(from_fn(limits::limit))
        .wrap(from_fn(answer_heads))
        .wrap(Compress::default())
        .wrap(from_fn(render_problems))
        .wrap(from_fn(guard_headers))
        .wrap(from_fn(observe))
        .wrap(from_fn(let_go))
}

/// A tablet in a stairwell takes its time for a request's head.
const HEAD_TIMEOUT_MAX: Duration = Duration::from_secs(20);

async fn answer(
    service: Service,
    page: FrontPage,
    listener: TcpListener,
    stopped: oneshot::Receiver<()>,
) -> io::Result<()> {
    let settings = Arc::clone(&service.settings);
    let live = Arc::clone(&service.live);
    actix_web::rt::spawn(poll_heads(service.clone()));
    let server = HttpServer::new(move || application(&service, &page))
        .workers(settings.worker_threads)
        .client_request_timeout(HEAD_TIMEOUT_MAX.min(settings.body_limits.arrival_timeout))
        // A compressed answer leaves in pieces; each but the first would wait for the tablet to
        // confirm the one before.
        .tcp_nodelay(true)
        .shutdown_timeout(settings.shutdown_timeout.as_secs())
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    actix_web::rt::spawn(async move {
        // A sender that was dropped means stop, too.
        let _ = stopped.await;
        // They would go on for ever: no request in flight is waited for in vain.
        live.stop();
        handle.stop(true).await;
    });
    server.await
}

impl Running {
    /// Where it listens, with the port it was really given.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its database.
    pub fn store(&self) -> &Store {
        &self.service.store
    }

    /// Its parts.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Stops taking requests, finishes those in flight within the settings' timeout, and returns.
    pub fn stop(mut self) -> io::Result<()> {
        self.end()
    }

    /// Answers until the process is told to end, then stops as [`Running::stop`].
    pub fn run_until(self, ending: Ending) -> io::Result<()> {
        ending.wait()?;
        tracing::info!("told to end: finishing the requests in flight");
        self.stop()
    }

    fn end(&mut self) -> io::Result<()> {
        if let Some(stop) = self.stop.take() {
            // It may have ended by itself.
            let _ = stop.send(());
        }
        let answered = self.thread.take().map(JoinHandle::join);
        // Waits for a job that is under way.
        drop(self.jobs.take());
        match answered {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("the server's thread panicked")),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::warn!(%error, "the server did not end well");
        }
    }
}
