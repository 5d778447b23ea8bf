//! The connection pool, and the limits on waiting for it.

use crate::failure::unavailable;
use crate::manager::Manager;
use r2d2::{NopErrorHandler, Pool, PooledConnection};
use ruhu_sync::storage::{StorageError, Stored};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a waiting request checks whether the database is gone; it waits that long then.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A database that refuses is retried while somebody waits, ever more rarely, but at least every
/// half of this.
const ASKED_AGAIN: Duration = Duration::from_secs(2);

pub(crate) struct Connections {
    pool: Pool<Manager>,
    /// The database refused the last connection.
    has_refused: Arc<AtomicBool>,
    wait_max: Duration,
}

impl Connections {
    pub(crate) fn over(manager: Manager, connections_max: u32, wait_max: Duration) -> Self {
        let has_refused = Arc::clone(&manager.has_refused);
        let pool = Pool::builder()
            .max_size(connections_max.max(1))
            .min_idle(Some(0))
            // A dead connection is detected at BEGIN, so there is no ping on checkout.
            .test_on_check_out(false)
            .connection_timeout(ASKED_AGAIN)
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(manager);
        Self { pool, has_refused, wait_max }
    }

    /// Takes one. If all are in use it waits for its timeout and then reports busy; if there are
    /// none, and the database gives none, nobody is kept waiting.
    pub(crate) fn take(&self) -> Stored<PooledConnection<Manager>> {
        let begun = Instant::now();
        loop {
            let left = self.wait_max.saturating_sub(begun.elapsed());
            let waiting = if self.is_gone() { Duration::ZERO } else { left.min(LOOK_EVERY) };
            match self.pool.get_timeout(waiting) {
                Ok(session) => return Ok(session),
                Err(error) if self.is_gone() => return Err(unavailable(&error.to_string())),
                Err(_) if begun.elapsed() >= self.wait_max => return Err(StorageError::Busy),
                Err(_) => {}
            }
        }
    }

    /// The maximum number of connections.
    pub(crate) fn max(&self) -> u32 {
        self.pool.max_size()
    }

    fn is_gone(&self) -> bool {
        self.has_refused.load(Ordering::Relaxed) && self.pool.state().connections == 0
    }
}
