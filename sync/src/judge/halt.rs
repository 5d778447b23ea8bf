//! What stops the judging of an edit.

use crate::outcome::{Reason, Refusal};
use crate::storage::{StorageError, Stored};

/// Why an edit is judged no further.
///
/// The two have nothing in common but the `?` that carries them. A refusal is how this edit ends:
/// the transaction goes on with the next edit. A storage error says nothing about any edit: it
/// rolls the transaction back, and the device sends the same push again.
#[derive(Debug)]
pub(crate) enum Halt {
    Refused(Refusal),
    Storage(StorageError),
}

pub(crate) type Judged<T> = Result<T, Halt>;

impl Halt {
    /// Extracts the refusal, which becomes the outcome of its edit; a storage error propagates.
    /// Nothing else lets a transaction continue after a halt.
    pub(crate) fn into_refusal(self) -> Stored<Refusal> {
        match self {
            Self::Refused(refusal) => Ok(refusal),
            Self::Storage(error) => Err(error),
        }
    }

    /// Maps the refusal, if this halt is one.
    pub(crate) fn map_refusal(self, change: impl FnOnce(Refusal) -> Refusal) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(change(refusal)),
            Self::Storage(error) => Self::Storage(error),
        }
    }
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StorageError> for Halt {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Quarantines the edit unless the condition holds.
pub(super) fn require(holds: bool, otherwise: Reason) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::quarantine(otherwise)) }
}
