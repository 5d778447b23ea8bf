//! Backups as whoever runs the service makes them: by the command, or by the job.

use crate::app::{self, StartError};
use crate::clock::Clock;
use crate::keys::{KeyError, Keys};
use crate::settings::Settings;
use ruhu_store::audit::{Act, Entry};
use ruhu_store::backup::{BackupError, Raised, Verification};
use ruhu_store::{KeyRing, Store, StoreSettings};
use ruhu_sync::storage::{StorageError, Stored};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Why a backup was not made, looked through or put in place; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The copy.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The live database.
    #[error(transparent)]
    Start(#[from] StartError),
    /// There is no database to copy.
    #[error("{0} is not there: check database_url and data_dir")]
    NoDatabase(PathBuf),
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Backup(error.into())
    }
}

/// The file of an SQLite database; none for PostgreSQL.
pub fn file_of(settings: &Settings) -> Option<PathBuf> {
    let path = settings.database_url.expose_secret().strip_prefix("sqlite:")?;
    Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
}

/// A mistyped path must not be answered with a new, empty database.
fn must_be_there(settings: &Settings) -> Result<(), Failure> {
    match file_of(settings) {
        Some(file) if !file.exists() => Err(Failure::NoDatabase(file)),
        _ => Ok(()),
    }
}

/// Opens the live database to look at it, while it is used or not. Its schema is left as it is: the
/// service may be of another version than this command.
pub fn look_at(settings: &Settings) -> Result<Store, Failure> {
    must_be_there(settings)?;
    let keys = Keys::load(&settings.key_files)?;
    let url = settings.database_url.expose_secret().to_owned();
    Ok(Store::open_read_only(&StoreSettings::new(url, keys.sealing))?)
}

/// Copies the live database into a file, while it is used or not.
pub fn make(settings: &Settings, to: &Path) -> Result<(), Failure> {
    let store = look_at(settings)?;
    store.back_up(to)?;
    // A service of another version keeps its schema; its own backups are noted by itself.
    if store.is_of_this_version() {
        note(&open_live(settings)?, Act::BackupMade, json!({}))?;
    }
    Ok(())
}

/// Writes down what was done at the server's own command line.
pub fn note(store: &Store, act: Act, detail: Value) -> Stored<()> {
    let entry = Entry::at_the_command_line(act, Clock::Machine.now());
    let entry = Entry { detail: detail.to_string(), ..entry };
    store.write(|tx| tx.audit(&entry).map(drop))
}

/// Looks through a copy: a file, or a PostgreSQL database into which one was read.
pub fn verify(copy: &str, keys: &KeyRing) -> Stored<Verification> {
    let is_url = copy.starts_with("postgres://") || copy.starts_with("postgresql://");
    let url = if is_url { copy.to_owned() } else { format!("sqlite:{copy}") };
    let settings =
        StoreSettings { pool_connections_max: 1, ..StoreSettings::new(url, keys.clone()) };
    Store::open_read_only(&settings)?.verify()
}

/// Opens the live database to write to it, while it is used or not.
pub fn open_live(settings: &Settings) -> Result<Store, Failure> {
    must_be_there(settings)?;
    let keys = Keys::load(&settings.key_files)?;
    Ok(app::open_store(settings, &keys)?)
}

/// Tells the live database what a verified copy holds.
pub fn raise_safe(settings: &Settings, verified: &Verification) -> Result<Raised, Failure> {
    Ok(open_live(settings)?.raise_safe(verified)?)
}

/// Begins a new epoch on the database in place, which PostgreSQL's own tools, or a person, put
/// there.
pub fn begin_epoch_in_place(settings: &Settings) -> Result<Verification, Failure> {
    let store = open_live(settings)?;
    let mut verified = store.verify()?;
    if !verified.wrong.is_empty() {
        return Err(BackupError::Damaged(verified.wrong).into());
    }
    verified.epoch = store.begin_epoch()?;
    note(&store, Act::BackupRestored, json!({"epoch": verified.epoch}))?;
    Ok(verified)
}
