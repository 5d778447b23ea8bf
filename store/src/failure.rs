//! Maps diesel's errors to the port's, in one place. No message of ours contains a value: a
//! database's main message names tables and constraints; its detail quotes rows and is dropped.

use diesel::result::{DatabaseErrorKind as Kind, Error};
use ruhu_sync::storage::StorageError;

/// Parts of the messages that mean "another transaction is in the way". diesel does not expose
/// SQLSTATE, and PostgreSQL speaks the language of its `lc_messages`.
const BUSY: [&str; 7] = [
    "database is locked",
    "database table is locked",
    "deadlock detected",
    "due to lock timeout",
    "could not serialize access",
    "死锁",
    "锁定超时",
];

const CORRUPT: [&str; 2] = ["is malformed", "is not a database"];

/// A version is made by one edit. Two transactions that hold different locks still make one
/// record's first version if their edits assign it to different roots: the later one is in the way,
/// and finds the record when it is run again.
const MADE_MEANWHILE: &str = "journal_by_record";

/// SQLite's message on a connection that it opened while the file could not be written.
const READ_ONLY: &str = "attempt to write a readonly database";

/// Whether another connection may be able to write.
pub(crate) fn is_read_only(error: &StorageError) -> bool {
    matches!(error, StorageError::Unavailable(why) if why == READ_ONLY)
}

/// The port's error for one of diesel's.
pub(crate) fn of_query(error: Error) -> StorageError {
    match error {
        Error::DatabaseError(kind, information) => {
            let message = information.message();
            match kind {
                Kind::SerializationFailure => StorageError::Busy,
                Kind::ClosedConnection | Kind::UnableToSendCommand => {
                    unavailable("connection lost")
                }
                Kind::ReadOnlyTransaction => unavailable("the transaction is read only"),
                Kind::UniqueViolation if information.constraint_name() == Some(MADE_MEANWHILE) => {
                    StorageError::Busy
                }
                Kind::UniqueViolation
                | Kind::ForeignKeyViolation
                | Kind::NotNullViolation
                | Kind::CheckViolation
                | Kind::RestrictViolation
                | Kind::ExclusionViolation => {
                    StorageError::Corrupt(format!("a constraint does not hold: {message}"))
                }
                _ if BUSY.iter().any(|part| message.contains(part)) => StorageError::Busy,
                _ if CORRUPT.iter().any(|part| message.contains(part)) => {
                    StorageError::Corrupt(message.to_owned())
                }
                _ => unavailable(message),
            }
        }
        Error::NotFound => corrupt("a row that is always there is not"),
        // Their texts may quote values.
        Error::DeserializationError(_) | Error::IntegerConversion(_) => {
            corrupt("a column holds what it never holds")
        }
        Error::RollbackErrorOnCommit { commit_error, .. } => of_query(*commit_error),
        Error::BrokenTransactionManager => unavailable("connection lost"),
        Error::SerializationError(_) | Error::InvalidCString(_) | Error::QueryBuilderError(_) => {
            corrupt("a statement could not be made")
        }
        _ => unavailable("a statement failed"),
    }
}

/// The database cannot be used, and why.
pub(crate) fn unavailable(why: &str) -> StorageError {
    StorageError::Unavailable(why.trim().to_owned())
}

/// Stored data cannot be read; says which.
pub(crate) fn corrupt(what: &str) -> StorageError {
    StorageError::Corrupt(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, message: &str) -> StorageError {
        of_query(Error::DatabaseError(kind, Box::new(message.to_owned())))
    }

    #[test]
    fn what_another_transaction_causes_is_busy() {
        for message in ["deadlock detected", "检测到死锁", "database is locked"] {
            assert!(matches!(of(Kind::Unknown, message), StorageError::Busy));
        }
        assert!(matches!(of(Kind::SerializationFailure, ""), StorageError::Busy));
    }

    #[test]
    fn a_full_disk_is_unavailable_and_a_broken_constraint_corrupt() {
        let full = of(Kind::Unknown, "database or disk is full");
        assert!(matches!(full, StorageError::Unavailable(_)));
        let twice = of(Kind::UniqueViolation, "UNIQUE constraint failed: journal.device");
        assert!(matches!(twice, StorageError::Corrupt(_)));
    }

    #[test]
    fn a_value_that_cannot_be_read_is_not_quoted() {
        let error = of_query(Error::DeserializationError("张三".into()));
        assert!(!error.to_string().contains("张三"));
    }
}
