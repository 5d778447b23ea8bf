//! Why a transaction stops before its end, and takes everything back.

use ruhu_sync::storage::StorageError;

/// The error of work in a transaction: `?` on a storage error and on a refusal alike.
#[derive(Debug)]
pub enum Halt<R> {
    /// The database failed.
    Storage(StorageError),
    /// A rule refused the work.
    Refused(R),
}

impl<R> From<StorageError> for Halt<R> {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}
