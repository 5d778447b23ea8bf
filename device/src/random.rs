//! Pseudo-random numbers from a seed, the same on every machine: for tablets, and for everything
//! that plays with them.

use uuid::Uuid;

/// Numbers that look random and follow from a seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end.max(1)
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// An index into a list of this length.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// An element of a list that is not empty.
    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.index(of.len())].clone()
    }

    /// True once in this many times, on average.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// An index chosen by weight.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut at = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            match at.checked_sub(*weight) {
                Some(rest) => at = rest,
                None => return index,
            }
        }
        0
    }

    /// A UUIDv7 of this millisecond since 1970, as tablets make them.
    pub fn uuid_v7(&mut self, ms: u64) -> Uuid {
        uuid_v7(ms, self.number(), self.number())
    }
}

/// A UUIDv7: 48 bits of milliseconds, the rest random.
pub(crate) fn uuid_v7(ms: u64, high: u64, low: u64) -> Uuid {
    let upper = (ms << 16) | 0x7000 | (high & 0x0fff);
    let lower = (low & (u64::MAX >> 2)) | (1 << 63);
    Uuid::from_u64_pair(upper, lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_numbers() {
        let mut random = Random::new(1_234_567);
        let numbers = [(); 3].map(|()| random.number());
        let published =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(numbers, published);
    }

    #[test]
    fn bounds_are_both_reached_and_never_passed() {
        let mut random = Random::new(7);
        let mut seen: Vec<_> = (0..500).map(|_| random.between(3, 9)).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, [3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn what_weighs_nothing_is_never_taken() {
        let mut random = Random::new(7);
        assert!((0..500).all(|_| [1, 3].contains(&random.weighted(&[0, 1, 0, 5, 0]))));
    }

    #[test]
    fn a_name_is_of_version_seven_and_in_the_order_of_time() {
        let mut random = Random::new(1);
        let (earlier, later) = (random.uuid_v7(1_000), random.uuid_v7(1_001));
        assert_eq!((earlier.get_version_num(), earlier.get_variant()), (7, uuid::Variant::RFC4122));
        assert!(earlier < later);
    }
}
