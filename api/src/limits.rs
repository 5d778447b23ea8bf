//! How often people and addresses may ask. Kept in memory by each process: a restart forgives.

mod address;
mod networks;

pub use address::{Address, AddressLimit, limit};
pub use networks::Networks;

use crate::clock::Elapsed;
use ruhu_sync::id::UserId;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

const MINUTE_US: i64 = 60 * 1_000_000;

/// Names remembered at most: whoever makes up addresses must not fill the memory.
const NAMES_MAX: usize = 50_000;

/// What is allowed; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Requests of one person a minute.
    pub per_user_per_minute: u32,
    /// Requests from one address a minute.
    pub per_address_per_minute: u32,
    /// Failed sign-ins from one address in five minutes.
    pub address_sign_in_failures_max: u32,
}

/// What one person may take up; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonLimits {
    /// Devices that are signed in at once.
    pub devices: usize,
    /// Edits handed in after the right ended.
    pub late_edits: u64,
    /// Bytes of the requests they come in.
    pub late_bytes: u64,
}

/// What was asked of late.
#[derive(Debug)]
pub struct Limits {
    /// By person.
    pub users: RateLimit<UserId>,
    /// By address.
    pub addresses: RateLimit<IpAddr>,
}

impl Limits {
    /// Nobody has asked yet.
    pub fn new(allowed: RateLimits) -> Self {
        Self {
            users: RateLimit::new(allowed.per_user_per_minute),
            addresses: RateLimit::new(allowed.per_address_per_minute),
        }
    }
}

/// So many a minute for each name: a minute's worth at once, and then as they come back, evenly.
#[derive(Debug)]
pub struct RateLimit<N> {
    per_minute: u32,
    /// By when each name will have all of them back.
    full_at: Mutex<HashMap<N, Elapsed>>,
}

impl<N: Eq + Hash> RateLimit<N> {
    /// So many a minute; 0 is no limit.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, full_at: Mutex::default() }
    }

    /// Takes one, or gives the seconds after which there is one again.
    pub fn take(&self, name: N, now: Elapsed) -> Result<(), u64> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= NAMES_MAX {
            full_at.retain(|_, at| *at > now);
        }
        if full_at.len() >= NAMES_MAX {
            full_at.clear();
        }
        let at = full_at.entry(name).or_insert(now);
        let after = (*at).max(now).0 + MINUTE_US / i64::from(self.per_minute);
        let over = after - now.0 - MINUTE_US;
        if over > 0 {
            return Err(u64::try_from(over).unwrap_or(0).div_ceil(1_000_000).max(1));
        }
        *at = Elapsed(after);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Elapsed {
        Elapsed(seconds * 1_000_000)
    }

    #[test]
    fn a_minutes_worth_may_come_at_once_and_then_as_time_passes() {
        let limit = RateLimit::new(6);
        for _ in 0..6 {
            assert_eq!(limit.take("li", at(0)), Ok(()));
        }
        assert_eq!(limit.take("li", at(0)), Err(10));
        assert_eq!(limit.take("wang", at(0)), Ok(()));
        assert_eq!(limit.take("li", at(9)), Err(1));
        assert_eq!(limit.take("li", at(10)), Ok(()));
        assert_eq!(limit.take("li", at(10)), Err(10));
        for _ in 0..6 {
            assert_eq!(limit.take("li", at(100)), Ok(()));
        }
        assert!(limit.take("li", at(100)).is_err());
    }

    #[test]
    fn zero_is_no_limit() {
        let limit = RateLimit::new(0);
        assert!((0..10_000).all(|_| limit.take("li", at(0)).is_ok()));
    }

    #[test]
    fn made_up_names_do_not_fill_the_memory() {
        let limit = RateLimit::new(60);
        for name in 0..(2 * NAMES_MAX) {
            let _ = limit.take(name, at(0));
        }
        assert!(limit.full_at.lock().expect("lock").len() <= NAMES_MAX);
    }
}
