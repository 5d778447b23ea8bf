//! A limit on failed sign-ins, by login. Kept in memory: a restart forgives.

use ruhu_sync::id::Instant;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Failures in the window after which a login has to wait.
const FAILURES_MAX: usize = 10;

/// The window.
const WINDOW_SECONDS: i64 = 300;

/// Logins remembered at most: whoever makes up names must not fill the memory.
const LOGINS_MAX: usize = 10_000;

/// Failed attempts of late.
#[derive(Debug, Default)]
pub struct Attempts {
    failures: Mutex<HashMap<[u8; 32], Vec<Instant>>>,
}

/// A login that nobody has is counted like any other, so that the limit tells nothing about which
/// logins there are; by its hash, because people type their password into the wrong field.
fn name_of(login: &str) -> [u8; 32] {
    Sha256::digest(login.as_bytes()).into()
}

fn is_recent(failure: Instant, now: Instant) -> bool {
    now.0 - failure.0 < WINDOW_SECONDS * 1_000_000
}

impl Attempts {
    /// Counts an attempt before its password is looked at, so that many at once are not more than
    /// the limit either. Gives the seconds to wait if there were too many.
    pub fn begin(&self, login: &str, now: Instant) -> Result<(), u64> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= LOGINS_MAX {
            failures.retain(|_, of_one| of_one.iter().any(|at| is_recent(*at, now)));
        }
        if failures.len() >= LOGINS_MAX {
            failures.clear();
        }
        let of_this = failures.entry(name_of(login)).or_default();
        of_this.retain(|at| is_recent(*at, now));
        if of_this.len() < FAILURES_MAX {
            of_this.push(now);
            return Ok(());
        }
        let oldest = of_this.first().copied().unwrap_or(now);
        let wait = WINDOW_SECONDS * 1_000_000 - (now.0 - oldest.0);
        Err(u64::try_from(wait).unwrap_or(0).div_ceil(1_000_000).max(1))
    }

    /// The password was right: nothing is held against the login.
    pub fn succeed(&self, login: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&name_of(login));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant(seconds * 1_000_000)
    }

    #[test]
    fn the_eleventh_attempt_within_five_minutes_has_to_wait() {
        let attempts = Attempts::default();
        for second in 0..10 {
            assert_eq!(attempts.begin("li", at(second)), Ok(()));
        }
        assert_eq!(attempts.begin("li", at(10)), Err(290));
        assert_eq!(attempts.begin("wang", at(10)), Ok(()));
        assert_eq!(attempts.begin("li", at(299)), Err(1));
        assert_eq!(attempts.begin("li", at(300)), Ok(()));
        assert_eq!(attempts.begin("li", at(300)), Err(1));
    }

    #[test]
    fn a_success_forgives_the_failures_before_it() {
        let attempts = Attempts::default();
        for second in 0..10 {
            assert_eq!(attempts.begin("li", at(second)), Ok(()));
        }
        attempts.succeed("li");
        assert_eq!(attempts.begin("li", at(10)), Ok(()));
    }

    #[test]
    fn made_up_logins_do_not_fill_the_memory() {
        let attempts = Attempts::default();
        for number in 0..(2 * LOGINS_MAX) {
            let _ = attempts.begin(&format!("nobody-{number}"), at(0));
        }
        let remembered = attempts.failures.lock().expect("lock").len();
        assert!(remembered <= LOGINS_MAX);
    }
}
