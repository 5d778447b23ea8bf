//! The end of a run, for everybody who waits.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A run's end, and waits that end with it.
#[derive(Debug, Default)]
pub(crate) struct Clockwork {
    is_over: Mutex<bool>,
    bell: Condvar,
}

impl Clockwork {
    /// Whether the run is over.
    pub(crate) fn is_over(&self) -> bool {
        *self.is_over.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends it.
    pub(crate) fn end(&self) {
        *self.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_all();
    }

    /// Waits this long, or until the run is over.
    pub(crate) fn wait(&self, so_long: Duration) {
        let until = Instant::now() + so_long;
        let mut is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_over {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.bell.wait_timeout(is_over, left);
            is_over = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
