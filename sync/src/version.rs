//! The protocol versions that a server speaks. They are passed in: the rules know no settings.

/// How an edit states what it changes; everything else is the same in all versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// As a merge patch (`patch`), with new rows listed separately (`new_rows`).
    #[default]
    One,
    /// As a list of places, each with one operation (`changes`). Experimental.
    Two,
}

impl Version {
    /// The released versions: a push in one of them is accepted for ever.
    pub const RELEASED: &[Self] = &[Self::One];

    /// All versions that this server can be configured to speak.
    pub const ALL: &[Self] = &[Self::One, Self::Two];

    /// The number in `protocol`.
    pub fn number(self) -> u32 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

/// The versions a server speaks with devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// Whether unreleased versions are spoken too.
    pub experimental: bool,
    /// The lowest version that pulls are served in. Pushes are accepted in every released one.
    pub pull_min: u32,
}

impl Default for Served {
    fn default() -> Self {
        Self { experimental: false, pull_min: 1 }
    }
}

impl Served {
    fn spoken(self) -> impl Iterator<Item = Version> {
        let is_spoken =
            move |version: &Version| self.experimental || Version::RELEASED.contains(version);
        Version::ALL.iter().copied().filter(is_spoken)
    }

    /// The version of a push with this number; `None` if it was never released or is disabled.
    pub fn pushed_in(self, number: u32) -> Option<Version> {
        self.spoken().find(|version| version.number() == number)
    }

    /// Whether a pull with this number is served.
    pub fn is_pulled_in(self, number: u32) -> bool {
        self.pull().contains(&number)
    }

    /// The numbers a push may have.
    pub fn push(self) -> Vec<u32> {
        self.spoken().map(Version::number).collect()
    }

    /// The numbers a pull may have.
    pub fn pull(self) -> Vec<u32> {
        self.spoken().map(Version::number).filter(|number| *number >= self.pull_min).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_in_a_released_version_is_accepted_whatever_is_set() {
        for experimental in [false, true] {
            for pull_min in [0, 1, 2, u32::MAX] {
                let served = Served { experimental, pull_min };
                for version in Version::RELEASED {
                    assert_eq!(served.pushed_in(version.number()), Some(*version));
                }
            }
        }
    }

    #[test]
    fn an_experimental_version_is_spoken_only_where_it_is_switched_on() {
        let off = Served::default();
        assert_eq!((off.push(), off.pull()), (vec![1], vec![1]));
        let on = Served { experimental: true, pull_min: 2 };
        assert_eq!((on.push(), on.pull()), (vec![1, 2], vec![2]));
    }
}
