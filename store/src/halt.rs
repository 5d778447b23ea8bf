//! Why a transaction stops before its end and rolls back.

use ruhu_sync::storage::StorageError;

/// The error of work in a transaction: `?` converts a storage error and a refusal alike.
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
