//! Whether the database takes writes, as far as is known from those it refused: reading it says nothing about
//! that, because a disk that is full can still be read.

use ruhu_sync::storage::{StorageError, Stored};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So long a refusal is believed before it is tried anew: what is tried is small, and may find room
/// where work does not.
const BELIEVED: Duration = Duration::from_secs(5);

/// What is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// No write was refused, or one was taken since.
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
    /// Notes what became of a transaction that may write. One that was done may have written
    /// nothing, and one that was busy says nothing about the next.
    pub(crate) fn note<T>(&self, done: &Stored<T>) {
        if let Err(StorageError::Unavailable(_)) = done {
            self.set(Some(Instant::now()));
        }
    }

    /// Something was written for certain.
    pub(crate) fn has_written(&self) {
        self.set(None);
    }

    fn set(&self, refused_at: Option<Instant>) {
        *self.refused_at.lock().unwrap_or_else(PoisonError::into_inner) = refused_at;
    }

    /// What is known now.
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
