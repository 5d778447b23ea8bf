//! Restores a copy in place of a SQLite database.

use super::BackupError;
use super::copy::{folder_of, sync_folder};
use crate::manager::{Access, Manager, Session};
use crate::presence::Presence;
use crate::store::{random_epoch, set_epoch};
use crate::target::Target;
use crate::{Store, StoreSettings, failure, migrate};
use ruhu_sync::id::Epoch;
use ruhu_sync::storage::StorageError;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Files that SQLite may have put next to a database: part of it.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];

/// How long the pool that verified the copy may take to release it.
const LET_GO_MAX: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The result of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The new epoch.
    pub epoch: Epoch,
    /// Where the previous database is now.
    pub aside: Option<PathBuf>,
    /// The number of edits in its journal.
    pub edits: u64,
    /// The number of records in it.
    pub records: u64,
}

/// Puts a verified copy in place of the database that the settings name, in a new epoch. An
/// existing database is refused, or kept under its name with `aside` appended; one that is in use
/// is always refused. However this ends, what is in place is whole: the previous one, nothing, or
/// the copy in its new epoch.
pub fn restore(
    settings: &StoreSettings,
    from: &Path,
    aside: Option<&str>,
) -> Result<Restored, BackupError> {
    let Target::Sqlite(place) = Target::parse(&settings.url)? else {
        return Err(BackupError::Postgres);
    };
    let folder = folder_of(&place).to_owned();
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error: io::Error| BackupError::File(path, error)
    };
    std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
    let alone = Presence::alone(&place)?.ok_or_else(|| BackupError::InUse(place.clone()))?;
    let is_there = BESIDE.iter().any(|beside| named(&place, beside).exists());
    if is_there && aside.is_none() {
        return Err(BackupError::InPlace(place));
    }
    // In the same folder, so that it can be moved into place in one step.
    let workshop = tempfile::Builder::new()
        .prefix(".ruhu-restore-")
        .tempdir_in(&folder)
        .map_err(failed(&folder))?;
    let copy = workshop.path().join("ruhu.db");
    take_copy(from, &copy).map_err(failed(from))?;
    bring_up_to_date(&copy)?;
    let url = format!("sqlite:{}", copy.display());
    let looked_at = StoreSettings { url, pool_connections_max: 1, ..settings.clone() };
    let verified = Store::open_read_only(&looked_at)?.verify()?;
    if !verified.wrong.is_empty() {
        return Err(BackupError::Damaged(verified.wrong));
    }
    let epoch = begin_epoch_in(&copy)?;
    File::open(&copy).and_then(|file| file.sync_all()).map_err(failed(&copy))?;
    let aside = match aside {
        Some(suffix) if is_there => Some(put_aside(&place, suffix)?),
        _ => None,
    };
    std::fs::rename(&copy, &place).map_err(failed(&place))?;
    sync_folder(&folder).map_err(failed(&folder))?;
    drop(alone);
    Ok(Restored { epoch, aside, edits: verified.edits, records: verified.records })
}

fn named(place: &Path, beside: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(beside);
    name.into()
}

/// Copies the bytes, readable by the owner alone.
fn take_copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut copied = options.open(to)?;
    io::copy(&mut File::open(from)?, &mut copied)?;
    copied.sync_all()
}

fn session_on(copy: &Path) -> Result<Session, BackupError> {
    let manager = Manager::new(Target::Sqlite(copy.to_owned()), Access::Whole);
    Ok(manager.establish()?)
}

/// A copy made by an earlier version is migrated before it is verified.
fn bring_up_to_date(copy: &Path) -> Result<(), BackupError> {
    Ok(migrate::run_pending(&mut session_on(copy)?.connection)?)
}

/// Begins the new epoch before anybody can meet the copy, and leaves one file without a log.
fn begin_epoch_in(copy: &Path) -> Result<Epoch, BackupError> {
    let epoch = random_epoch()?;
    let mut session = session_on(copy)?;
    set_epoch(&mut session.connection, epoch).map_err(failure::of_query)?;
    let begun = Instant::now();
    loop {
        let one_file = session.connection.run_script("PRAGMA journal_mode = DELETE");
        match one_file.map_err(failure::of_query) {
            Ok(()) => return Ok(epoch),
            // The pool that verified the copy releases its connection in its own time, and SQLite
            // does not wait for that here.
            Err(StorageError::Busy) if begun.elapsed() < LET_GO_MAX => {
                std::thread::sleep(LOOK_AGAIN);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The database first: without it, its companion files are not mistaken for another's.
fn put_aside(place: &Path, suffix: &str) -> Result<PathBuf, BackupError> {
    let aside = named(place, &format!(".{suffix}"));
    for beside in BESIDE {
        let (from, to) = (named(place, beside), named(&aside, beside));
        if to.exists() {
            return Err(BackupError::Exists(to));
        }
        match std::fs::rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(BackupError::File(from, error));
            }
            _ => {}
        }
    }
    Ok(aside)
}
