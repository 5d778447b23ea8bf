//! A limit on failed sign-ins, by login and by address. Kept in memory: a restart forgives.

use ruhu_sync::id::Instant;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Failures in the window after which a login has to wait.
const FAILURES_MAX: usize = 10;

/// The window.
const WINDOW_SECONDS: i64 = 300;

/// Logins remembered at most: whoever makes up names must not fill the memory.
const LOGINS_MAX: usize = 10_000;

/// Failures that go into the audit log in one minute.
const WRITTEN_A_MINUTE_MAX: u32 = 30;

/// Failed attempts of late.
#[derive(Debug)]
pub struct Attempts {
    address_failures_max: usize,
    failures: Mutex<HashMap<[u8; 32], Vec<Instant>>>,
    written: Mutex<Written>,
}

/// Failures that went into the audit log of late.
#[derive(Debug, Default)]
struct Written {
    minute: i64,
    lines: u32,
    left_out: u64,
}

/// A login that nobody has is counted like any other, so that the limit tells nothing about which
/// logins there are; by its hash, because people type their password into the wrong field.
fn name_of_login(login: &str) -> [u8; 32] {
    Sha256::digest(format!("login {login}")).into()
}

fn name_of_address(address: IpAddr) -> [u8; 32] {
    Sha256::digest(format!("address {address}")).into()
}

fn is_recent(failure: Instant, now: Instant) -> bool {
    now.0 - failure.0 < WINDOW_SECONDS * 1_000_000
}

impl Attempts {
    /// None yet. So many may fail from one address; 0 is no limit.
    pub fn new(address_failures_max: u32) -> Self {
        let address_failures_max = match address_failures_max {
            0 => usize::MAX,
            max => usize::try_from(max).unwrap_or(usize::MAX),
        };
        let (failures, written) = Default::default();
        Self { address_failures_max, failures, written }
    }

    /// Counts an attempt before its password is looked at, so that many at once are not more than
    /// the limit either. Gives the seconds to wait if there were too many.
    pub fn begin(&self, login: &str, from: Option<IpAddr>, now: Instant) -> Result<(), u64> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= LOGINS_MAX {
            failures.retain(|_, of_one| of_one.iter().any(|at| is_recent(*at, now)));
        }
        if failures.len() >= LOGINS_MAX {
            failures.clear();
        }
        let address = from.filter(|_| self.address_failures_max < usize::MAX).map(name_of_address);
        let of_address = address.map(|name| (name, self.address_failures_max));
        let named = || of_address.into_iter().chain([(name_of_login(login), FAILURES_MAX)]);
        for (name, failures_max) in named() {
            let of_this = failures.entry(name).or_default();
            of_this.retain(|at| is_recent(*at, now));
            if of_this.len() >= failures_max {
                let oldest = of_this.first().copied().unwrap_or(now);
                let wait = WINDOW_SECONDS * 1_000_000 - (now.0 - oldest.0);
                return Err(u64::try_from(wait).unwrap_or(0).div_ceil(1_000_000).max(1));
            }
        }
        for (name, _) in named() {
            failures.entry(name).or_default().push(now);
        }
        Ok(())
    }

    /// Whether a failure goes into the audit log: so many a minute do. Gives how many did not since
    /// the last that did.
    pub fn may_be_written(&self, now: Instant) -> Option<u64> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
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

    /// The password was right: nothing is held against the login, and this attempt not against the
    /// address. Others from there still are: one right password forgives no guessing.
    pub fn succeed(&self, login: &str, from: Option<IpAddr>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&name_of_login(login));
        if let Some(of_address) = from.and_then(|from| failures.get_mut(&name_of_address(from))) {
            of_address.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_failures_a_minute_are_written_and_the_rest_is_counted() {
        let attempts = Attempts::new(0);
        let at = |seconds: i64| Instant(seconds * 1_000_000);
        for _ in 0..WRITTEN_A_MINUTE_MAX {
            assert_eq!(attempts.may_be_written(at(60)), Some(0));
        }
        for _ in 0..5 {
            assert_eq!(attempts.may_be_written(at(119)), None, "one past the limit");
        }
        assert_eq!(attempts.may_be_written(at(120)), Some(5));
        assert_eq!(attempts.may_be_written(at(120)), Some(0));
    }

    fn at(seconds: i64) -> Instant {
        Instant(seconds * 1_000_000)
    }

    #[test]
    fn the_eleventh_attempt_within_five_minutes_has_to_wait() {
        let attempts = Attempts::new(100);
        for second in 0..10 {
            assert_eq!(attempts.begin("li", None, at(second)), Ok(()));
        }
        assert_eq!(attempts.begin("li", None, at(10)), Err(290));
        assert_eq!(attempts.begin("wang", None, at(10)), Ok(()));
        assert_eq!(attempts.begin("li", None, at(299)), Err(1));
        assert_eq!(attempts.begin("li", None, at(300)), Ok(()));
        assert_eq!(attempts.begin("li", None, at(300)), Err(1));
    }

    #[test]
    fn a_success_forgives_the_failures_before_it() {
        let attempts = Attempts::new(100);
        for second in 0..10 {
            assert_eq!(attempts.begin("li", None, at(second)), Ok(()));
        }
        attempts.succeed("li", None);
        assert_eq!(attempts.begin("li", None, at(10)), Ok(()));
    }

    #[test]
    fn an_address_that_guesses_at_many_logins_has_to_wait_and_no_success_forgives_it() {
        let attempts = Attempts::new(20);
        let (here, there) = (Some([9, 9, 9, 9].into()), Some([9, 9, 9, 8].into()));
        for number in 0..20 {
            assert_eq!(attempts.begin(&format!("nobody-{number}"), here, at(0)), Ok(()));
        }
        assert_eq!(attempts.begin("li", here, at(1)), Err(299));
        assert_eq!(attempts.begin("li", there, at(1)), Ok(()));
        attempts.succeed("li", there);
        assert_eq!(attempts.begin("li", here, at(1)), Err(299));
        assert_eq!(attempts.begin("li", here, at(300)), Ok(()));
        let unlimited = Attempts::new(0);
        let all = (0..1000).map(|n| unlimited.begin(&n.to_string(), here, at(0)));
        assert!(all.into_iter().all(|begun| begun.is_ok()));
    }

    #[test]
    fn made_up_logins_do_not_fill_the_memory() {
        let attempts = Attempts::new(100);
        for number in 0..(2 * LOGINS_MAX) {
            let _ = attempts.begin(&format!("nobody-{number}"), None, at(0));
        }
        let remembered = attempts.failures.lock().expect("lock").len();
        assert!(remembered <= LOGINS_MAX);
    }
}
