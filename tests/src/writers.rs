//! Whether others are still at work, for a reader that continues until they are not.

use std::sync::atomic::{AtomicUsize, Ordering};

/// A number of writers at work.
#[derive(Debug)]
pub struct Writers(AtomicUsize);

/// One of them. It counts as done when it is dropped: one that panics ends, too, and the test fails
/// instead of waiting for it.
#[derive(Debug)]
pub struct Writer<'a>(&'a Writers);

impl Writers {
    /// All of them at work.
    pub fn new(count: usize) -> Self {
        Self(AtomicUsize::new(count))
    }

    /// A guard for one of them, to be kept while it works.
    pub fn one(&self) -> Writer<'_> {
        Writer(self)
    }

    /// Whether any is still at work.
    pub fn are_at_work(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}
