//! The connections that are kept, and how long anybody waits for one.

use crate::failure::unavailable;
use crate::manager::Manager;
use r2d2::{NopErrorHandler, Pool, PooledConnection};
use ruhu_sync::storage::{StorageError, Stored};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a request that waits looks whether the database is gone: so long it waits then.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A database that refuses is asked again and again while somebody waits, ever more rarely, but
/// at least every half of this.
const ASKED_AGAIN: Duration = Duration::from_secs(2);

pub(crate) struct Connections {
    pool: Pool<Manager>,
    /// The database refused the last connection that it was asked for.
    has_refused: Arc<AtomicBool>,
    wait_max: Duration,
}

impl Connections {
    pub(crate) fn over(manager: Manager, connections_max: u32, wait_max: Duration) -> Self {
        let has_refused = Arc::clone(&manager.has_refused);
        let pool = Pool::builder()
            .max_size(connections_max.max(1))
            .min_idle(Some(0))
            // One that was lost is found out when its transaction begins, without a question
            // before every other.
            .test_on_check_out(false)
            .connection_timeout(ASKED_AGAIN)
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(manager);
        Self { pool, has_refused, wait_max }
    }

    /// Takes one. If all are taken it waits its time and is busy then; where there is none, and
    /// the database gives none, nobody is kept waiting.
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

    /// How many there may be.
    pub(crate) fn max(&self) -> u32 {
        self.pool.max_size()
    }

    fn is_gone(&self) -> bool {
        self.has_refused.load(Ordering::Relaxed) && self.pool.state().connections == 0
    }
}
