//! Backups: a copy of one moment, verified before anybody relies on it, and restored in place of a
//! lost database. No backup contains the keys.

mod copy;
mod restore;
mod safe;
mod sign_ins;
mod verify;

pub use restore::{Restored, restore};
pub use safe::Raised;
pub use verify::Verification;

use ruhu_sync::storage::StorageError;
use std::path::PathBuf;

/// Why there is no copy, or it was not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A copy never replaces anything.
    #[error("{0} is there already: choose another name")]
    Exists(PathBuf),
    /// A file cannot be read or written.
    #[error("{0} cannot be used ({1}): check the path, the room on the disk and who may use it")]
    File(PathBuf, std::io::Error),
    /// PostgreSQL has tools of its own.
    #[error(
        "a PostgreSQL database is copied by pg_dump and put back by pg_restore: docs/operations.md says how"
    )]
    Postgres,
    /// The current database is in use.
    #[error("{0} is in use: stop the service first")]
    InUse(PathBuf),
    /// There is a database in place.
    #[error("{0} is there already: give --put-aside to keep it under another name")]
    InPlace(PathBuf),
    /// The copy is damaged or not of this schema.
    #[error("the copy is damaged, nothing was changed: {}", .0.join("; "))]
    Damaged(Vec<String>),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StorageError),
}
