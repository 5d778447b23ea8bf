//! Chance that follows from a seed: the same demo on every machine.

use ruhu_device::Random;
use uuid::Uuid;

/// What the demo decides by chance.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    random: Random,
}

/// 2026-11-23 in milliseconds: the part of a name that tells its age.
const NAMED_AT_MILLISECONDS: u64 = 1_795_363_200_000;

impl Dice {
    /// From a seed and the name of what is thrown for, so that one part of the demo can grow
    /// without the others changing.
    pub(crate) fn new(seed: u64, what: &str, number: usize) -> Self {
        let start = seed ^ (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let seed = what.bytes().fold(start, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
        });
        Self { random: Random::new(seed) }
    }

    /// A number below `end`; 0 if there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        match end {
            0 => 0,
            end => self.random.index(end),
        }
    }

    /// A number from `first` to `last`, both included.
    pub(crate) fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last.saturating_sub(first) + 1)
    }

    /// Whether something happens that happens so many times in a hundred.
    pub(crate) fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    /// One of these.
    pub(crate) fn pick<T: Copy>(&mut self, of: &[T], otherwise: T) -> T {
        of.get(self.below(of.len())).copied().unwrap_or(otherwise)
    }

    /// A name for something new: a UUIDv7, as clients make them.
    pub(crate) fn id(&mut self) -> Uuid {
        let mut random = [0; 10];
        for (place, byte) in random.iter_mut().zip(
            self.random
                .number()
                .to_le_bytes()
                .into_iter()
                .chain(self.random.number().to_le_bytes()),
        ) {
            *place = byte;
        }
        uuid::Builder::from_unix_timestamp_millis(NAMED_AT_MILLISECONDS, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_same_seed_gives_the_same_throws_and_another_number_gives_others() {
        let throws = |number| {
            let mut dice = Dice::new(7, "household", number);
            (dice.id(), dice.between(3, 9), dice.percent(50))
        };
        assert_eq!(throws(1), throws(1));
        let names: BTreeSet<_> = (0..2000).map(|number| throws(number).0).collect();
        assert_eq!(names.len(), 2000);
        assert!(names.iter().all(|name| name.get_version_num() == 7));
    }

    #[test]
    fn bounds_are_both_reached_and_never_passed() {
        let mut dice = Dice::new(7, "bounds", 0);
        let thrown: BTreeSet<_> = (0..500).map(|_| dice.between(3, 9)).collect();
        assert_eq!(thrown, (3..=9).collect());
        assert_eq!(dice.below(0), 0);
    }
}
