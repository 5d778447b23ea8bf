//! Whether another process uses a database file, by a lock on a file next to it. Not on the file
//! itself: opening and closing that outside SQLite drops SQLite's own locks.

use crate::failure::unavailable;
use ruhu_sync::storage::Stored;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// The lock, held until it is dropped.
#[derive(Debug)]
pub(crate) struct Presence {
    _held: File,
}

impl Presence {
    /// For users of the file: shared.
    pub(crate) fn shared(database: &Path) -> Stored<Self> {
        let file = lock_file(database)?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                Err(unavailable("another database is being put in its place at this moment"))
            }
            // A file system without locks: then nobody is warned.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { _held: file }),
        }
    }

    /// For replacing the file: exclusive. `None` if the file is in use.
    pub(crate) fn alone(database: &Path) -> Stored<Option<Self>> {
        let file = lock_file(database)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            Ok(()) => Ok(Some(Self { _held: file })),
            Err(TryLockError::Error(error)) => {
                Err(unavailable(&format!("nobody can say whether the database is in use: {error}")))
            }
        }
    }
}

fn lock_file(database: &Path) -> Stored<File> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(name).map_err(|error| {
        unavailable(&format!("the lock file beside the database cannot be made: {error}"))
    })
}
