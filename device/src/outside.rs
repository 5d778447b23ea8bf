//! Time and randomness, passed in so that a simulator controls both.

use crate::error::DeviceError;
use crate::random::{Random, uuid_v7};
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// The source of a device's names and time.
pub trait Outside {
    /// A new name: a UUIDv7, never issued before.
    fn new_id(&mut self) -> Uuid;

    /// The device's clock as RFC 3339 text. It is shown to people and orders nothing, so it may be
    /// arbitrarily wrong.
    fn made_at(&mut self) -> String;
}

/// Formats milliseconds since 1970 as a clock in China shows them.
fn shanghai(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000 + 8 * 3600;
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Civil date from days (Howard Hinnant): years are counted from March, in eras of 400.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+08:00")
}

/// The default for tests: names and times derived from a seed. Two devices need two seeds.
#[derive(Clone, Debug)]
pub struct Counted {
    random: Random,
    milliseconds: u64,
}

impl Counted {
    /// 2026-11-23 09:30 in China, when the story begins.
    const BEGIN: u64 = 1_795_397_400_000;

    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), milliseconds: Self::BEGIN }
    }
}

impl Outside for Counted {
    fn new_id(&mut self) -> Uuid {
        self.milliseconds += 1;
        self.random.uuid_v7(self.milliseconds)
    }

    fn made_at(&mut self) -> String {
        self.milliseconds += 1000;
        shanghai(self.milliseconds)
    }
}

/// The machine's clock and randomness.
#[derive(Clone, Debug)]
pub struct RealWorld {
    random: Random,
    fixed: u64,
}

impl RealWorld {
    /// Seeded once by the operating system.
    pub fn new() -> Result<Self, DeviceError> {
        let mut seed = [0; 16];
        getrandom::fill(&mut seed).map_err(|_| DeviceError::Randomness)?;
        let (seed, fixed) = Uuid::from_bytes(seed).as_u64_pair();
        Ok(Self { random: Random::new(seed), fixed })
    }
}

fn now() -> u64 {
    // A clock before 1970 is as wrong as any other.
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(0))
}

impl Outside for RealWorld {
    fn new_id(&mut self) -> Uuid {
        let (high, low) = (self.random.number(), self.random.number());
        uuid_v7(now(), high ^ self.fixed, low ^ self.fixed.rotate_left(32))
    }

    fn made_at(&mut self) -> String {
        shanghai(now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_names_and_times() {
        let (mut one, mut other) = (Counted::new(7), Counted::new(7));
        assert_eq!(one.new_id(), other.new_id());
        assert_eq!(one.made_at(), "2026-11-23T09:30:01+08:00");
        assert_ne!(one.new_id(), Counted::new(8).new_id());
    }

    #[test]
    fn names_are_of_version_seven() {
        let mut real = RealWorld::new().expect("randomness");
        for id in [Counted::new(1).new_id(), real.new_id()] {
            assert_eq!(id.get_version_num(), 7);
            assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        }
    }

    #[test]
    fn leap_days_and_turns_of_the_year_are_told_right() {
        for (seconds, wanted) in [
            (951_753_599, "2000-02-28T23:59:59+08:00"),
            (951_753_600, "2000-02-29T00:00:00+08:00"),
            (1_767_196_799, "2025-12-31T23:59:59+08:00"),
            (1_767_196_800, "2026-01-01T00:00:00+08:00"),
        ] {
            assert_eq!(shanghai(seconds * 1000), wanted);
        }
    }
}
