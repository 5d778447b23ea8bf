//! Chance that is the same at every run (SplitMix64).

use uuid::Uuid;

/// A sequence of numbers that follows from its seed.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// A number from `first` to `last`.
    pub(crate) fn from(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// One of a list that is not empty.
    pub(crate) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.below(of.len() as u64)).unwrap_or(0);
        of.get(index).copied().unwrap_or_default()
    }

    /// A UUIDv7 of this millisecond since 1970, as a tablet makes them.
    pub(crate) fn uuid_at_ms(&mut self, ms: u64) -> Uuid {
        let high = (ms << 16) | (self.next() & 0x0FFF) | 0x7000;
        let low = (self.next() & (u64::MAX >> 2)) | (1 << 63);
        Uuid::from_u64_pair(high, low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_version_seven_and_in_the_order_of_time() {
        let mut random = Random::new(1);
        let (earlier, later) = (random.uuid_at_ms(1_000), random.uuid_at_ms(1_001));
        assert_eq!((earlier.get_version_num(), earlier.get_variant()), (7, uuid::Variant::RFC4122));
        assert!(earlier < later);
    }
}
