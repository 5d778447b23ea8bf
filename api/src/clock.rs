//! The one place that takes the time. Everything else is given it, so that tests can.

use chrono::{DateTime, FixedOffset, Offset as _, Utc};
use ruhu_sync::id::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time of the server.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    Machine,
    /// One that stands until a test moves it.
    Standing(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at this instant.
    pub fn standing(at: Instant) -> Self {
        Self::Standing(Arc::new(AtomicI64::new(at.0)))
    }

    /// Moves a standing clock on; the machine's goes by itself.
    pub fn advance_seconds(&self, seconds: i64) {
        if let Self::Standing(at) = self {
            at.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        }
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        match self {
            Self::Machine => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
            }
            Self::Standing(at) => Instant(at.load(Ordering::SeqCst)),
        }
    }
}

/// An instant as clocks in Beijing show it: eight hours ahead, summer and winter.
pub fn in_beijing(at: Instant) -> DateTime<FixedOffset> {
    let utc = DateTime::from_timestamp_micros(at.0).unwrap_or_default();
    let ahead = FixedOffset::east_opt(8 * 3600).unwrap_or(Utc.fix());
    utc.with_timezone(&ahead)
}

/// Whole seconds since 1970, as tokens count.
pub fn seconds_of(instant: Instant) -> i64 {
    instant.0.div_euclid(1_000_000)
}
