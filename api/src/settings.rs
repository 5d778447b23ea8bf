//! Settings: from a TOML file, the environment and flags, in rising order of authority.
//!
//! One table ([`table::SETTINGS`]) says what settings there are; the file's keys, the variables
//! (`RUHU_` and the name in capitals) and the flags all come from it.

mod given;
mod read;
mod table;

pub use given::{Flags, Given, SettingError, SettingsErrors};
pub use table::{SETTINGS, Setting};

use crate::body::BodyLimits;
use crate::limits::{Networks, PersonLimits, RateLimits};
use crate::live::LiveSettings;
use ruhu_sync::version::Served;
use secrecy::SecretString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Where the keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFiles {
    /// Seal documents and journal payloads at rest.
    pub sealing: PathBuf,
    /// Authenticates cursors.
    pub cursor: PathBuf,
    /// The folder of those that sign access tokens.
    pub signing: PathBuf,
}

/// Everything the service is told, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Which database; may hold a password.
    pub database_url: SecretString,
    /// Where the database file and the keys are kept, unless they are named one by one.
    pub data_dir: PathBuf,
    /// The keys.
    pub key_files: KeyFiles,
    /// How long an access token is valid.
    pub access_token_minutes: u32,
    /// How long a refresh token is valid.
    pub refresh_token_days: u32,
    /// How long a sign-in at a desk lasts.
    pub desk_session_hours: u32,
    /// How long a one-time password opens anything.
    pub one_time_password_hours: u32,
    /// Whether a second factor is demanded of staff.
    pub staff_second_factor: bool,
    /// Where the token is that `/metrics` asks for; nothing is told there without one.
    pub metrics_token_file: Option<PathBuf>,
    /// The caps on request bodies.
    pub body_limits: BodyLimits,
    /// How often people and addresses may ask.
    pub rate_limits: RateLimits,
    /// What one person may take up.
    pub person_limits: PersonLimits,
    /// The reverse proxies whose word on a client's address counts.
    pub trusted_proxies: Networks,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Which log lines are written: tracing's filter.
    pub log_filter: String,
    /// Threads that answer requests.
    pub worker_threads: usize,
    /// Database connections at most.
    pub pool_connections_max: u32,
    /// How long requests in flight may go on after a signal to stop.
    pub shutdown_timeout: Duration,
    /// Live events.
    pub live: LiveSettings,
    /// The protocol versions spoken with devices.
    pub served: Served,
    /// What the service calls itself to people.
    pub public_title: String,
    /// Where backups are made on a schedule; none if they are not.
    pub backup_dir: Option<PathBuf>,
    /// When, in Beijing: minute, hour, day, month, weekday.
    pub backup_schedule: String,
    /// How many of them are kept.
    pub backup_keep: usize,
    /// Variables that begin with `RUHU_` and name no setting: probably a slip, told at start.
    pub unknown_variables: Vec<String>,
}

impl Settings {
    /// Reads and checks everything; all that is wrong is told at once.
    pub fn load(flags: &Flags) -> Result<Self, SettingsErrors> {
        Given::from_outside(flags)?.check()
    }

    /// Only defaults, as with no file, no variable and no flag. Tests and the demo start from it.
    pub fn defaults() -> Result<Self, SettingsErrors> {
        Given::default().check()
    }
}
