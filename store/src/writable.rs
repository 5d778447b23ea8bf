//! Whether the database takes writes, judging by refused ones: reading says nothing about it,
//! because a full disk can still be read.

use ruhu_sync::storage::{StorageError, Stored};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a refusal counts before a new try: the test write is small, and may find room where
/// real work does not.
const BELIEVED: Duration = Duration::from_secs(5);

/// The state of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// No write was refused, or one has succeeded since.
    Taken,
    /// It was refused just now.
    Refused,
    /// It was refused a while ago.
    ToBeTried,
}

/// When the last write was refused, if it was.
#[derive(Debug, Default)]
pub(crate) struct Writable {
    refused_at: Mutex<Option<Instant>>,
}

impl Writable {
    /// Records the result of a transaction that may write. A successful one may have written
    /// nothing, and a busy one says nothing about the next.
    pub(crate) fn note<T>(&self, done: &Stored<T>) {
        if let Err(StorageError::Unavailable(_)) = done {
            self.set(Some(Instant::now()));
        }
    }

    /// Something was certainly written.
    pub(crate) fn has_written(&self) {
        self.set(None);
    }

    fn set(&self, refused_at: Option<Instant>) {
        *self.refused_at.lock().unwrap_or_else(PoisonError::into_inner) = refused_at;
    }

    /// The current state.
    pub(crate) fn known(&self) -> Writing {
        match *self.refused_at.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Writing::Taken,
            Some(at) if at.elapsed() < BELIEVED => Writing::Refused,
            Some(_) => Writing::ToBeTried,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_believed_for_a_while_then_tried_and_only_what_is_written_ends_it() {
        let writable = Writable::default();
        assert_eq!(writable.known(), Writing::Taken);
        writable.note::<()>(&Err(StorageError::Unavailable("full".to_owned())));
        assert_eq!(writable.known(), Writing::Refused);
        writable.note::<()>(&Err(StorageError::Busy));
        assert_eq!(writable.known(), Writing::Refused);
        *writable.refused_at.lock().expect("not poisoned") = Instant::now().checked_sub(BELIEVED);
        assert_eq!(writable.known(), Writing::ToBeTried);
        writable.note(&Ok(()));
        assert_eq!(writable.known(), Writing::ToBeTried);
        writable.has_written();
        assert_eq!(writable.known(), Writing::Taken);
    }
}
