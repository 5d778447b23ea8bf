//! Snapshots of the shelf of forms, which everything is judged by. All transactions share one until
//! the shelf's generation moves, here or in another process.

use crate::failure::corrupt;
use ruhu_casework::shelf::Shelf;
use ruhu_sync::storage::Stored;
use std::sync::{Arc, PoisonError, RwLock};

/// The snapshots of a store.
#[derive(Debug)]
pub(crate) struct Shelves {
    pub(crate) built_in: Shelf,
    latest: RwLock<Option<Arc<Shelf>>>,
}

impl Shelves {
    pub(crate) fn new() -> Stored<Self> {
        let built_in = Shelf::built_in().map_err(|error| corrupt(&error.to_string()))?;
        Ok(Self { built_in, latest: RwLock::new(None) })
    }

    pub(crate) fn latest(&self) -> Option<Arc<Shelf>> {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stores a snapshot unless a later one is there: a reader may see an earlier moment.
    pub(crate) fn keep(&self, shelf: &Arc<Shelf>) {
        let mut latest = self.latest.write().unwrap_or_else(PoisonError::into_inner);
        if latest.as_ref().is_none_or(|known| known.generation() < shelf.generation()) {
            *latest = Some(Arc::clone(shelf));
        }
    }
}

/// A transaction's view of the shelf.
#[derive(Debug, Default)]
pub(crate) struct ShelfSeen {
    pub(crate) seen: Option<Arc<Shelf>>,
    /// It changed the shelf itself and may still roll back: nobody else may see its snapshot.
    pub(crate) has_changed: bool,
}
