//! How many failed sign-ins go into the audit log: whoever guesses must not fill it.

use crate::clock::Elapsed;
use std::sync::{Mutex, PoisonError};

/// Failures that go into the audit log in one minute.
const WRITTEN_A_MINUTE_MAX: u32 = 30;

/// Failures that went into the audit log of late, from this process.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<Written>);

#[derive(Debug, Default)]
struct Written {
    minute: i64,
    lines: u32,
    left_out: u64,
}

impl Attempts {
    /// Whether a failure goes into the audit log: so many a minute do. Gives how many did not since
    /// the last that did.
    pub(super) fn may_be_written(&self, now: Elapsed) -> Option<u64> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.0.div_euclid(60_000_000);
        if written.minute != minute {
            (written.minute, written.lines) = (minute, 0);
        }
        if written.lines >= WRITTEN_A_MINUTE_MAX {
            written.left_out += 1;
            return None;
        }
        written.lines += 1;
        Some(std::mem::take(&mut written.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_failures_a_minute_are_written_and_the_rest_is_counted() {
        let attempts = Attempts::default();
        let at = |seconds: i64| Elapsed(seconds * 1_000_000);
        for _ in 0..WRITTEN_A_MINUTE_MAX {
            assert_eq!(attempts.may_be_written(at(60)), Some(0));
        }
        for _ in 0..5 {
            assert_eq!(attempts.may_be_written(at(119)), None, "one past the limit");
        }
        assert_eq!(attempts.may_be_written(at(120)), Some(5));
        assert_eq!(attempts.may_be_written(at(120)), Some(0));
    }
}
