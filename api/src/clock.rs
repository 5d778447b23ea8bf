//! The one place that takes the time. Everything else is given it, so that tests can.

use ruhu_sync::id::Instant;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{SystemTime, UNIX_EPOCH};

/// Time that has gone by since some beginning, in microseconds. It never goes back, whatever is done
/// to the machine's clock: how long ago something was, within one process, is told by this alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elapsed(pub i64);

/// Tells the time of the server.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    Machine,
    /// One that stands until a test moves it.
    Standing(Arc<Standing>),
}

/// A clock that stands.
#[derive(Debug, Default)]
pub struct Standing {
    shown: AtomicI64,
    elapsed: AtomicI64,
}

impl Clock {
    /// A clock that stands at this instant.
    pub fn standing(at: Instant) -> Self {
        let standing = Standing { shown: AtomicI64::new(at.0), ..Standing::default() };
        Self::Standing(Arc::new(standing))
    }

    /// Lets time go by on a standing clock; the machine's goes by itself.
    pub fn advance_seconds(&self, seconds: i64) {
        self.step_seconds(seconds);
        if let Self::Standing(standing) = self {
            standing.elapsed.fetch_add(seconds.max(0) * 1_000_000, Ordering::SeqCst);
        }
    }

    /// Sets a standing clock forward or back, as people and time servers do, while no time goes by.
    pub fn step_seconds(&self, seconds: i64) {
        if let Self::Standing(standing) = self {
            standing.shown.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        }
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        match self {
            Self::Machine => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
            }
            Self::Standing(standing) => Instant(standing.shown.load(Ordering::SeqCst)),
        }
    }

    /// How much time has gone by.
    pub fn elapsed(&self) -> Elapsed {
        static BEGAN: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
        match self {
            Self::Machine => {
                Elapsed(i64::try_from(BEGAN.elapsed().as_micros()).unwrap_or(i64::MAX))
            }
            Self::Standing(standing) => Elapsed(standing.elapsed.load(Ordering::SeqCst)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_or_forward_lets_no_time_go_by() {
        let clock = Clock::standing(Instant(0));
        clock.step_seconds(-600);
        assert_eq!((clock.now(), clock.elapsed()), (Instant(-600_000_000), Elapsed(0)));
        clock.step_seconds(3_600);
        assert_eq!(clock.elapsed(), Elapsed(0));
        clock.advance_seconds(1);
        assert_eq!((clock.now(), clock.elapsed()), (Instant(3_001_000_000), Elapsed(1_000_000)));
        assert!(Clock::Machine.elapsed() <= Clock::Machine.elapsed());
    }
}
