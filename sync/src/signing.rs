//! What people's signatures on others' tablets are checked with, and how often a proof may be wrong.

use crate::grants::Grants;
use crate::id::{Instant, UserId};
use crate::json::Json;
use crate::path::Path;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// What a person's PIN stands for.
pub type SigningKey = [u8; 32];

/// Wrong proofs of one signer's PIN from one person's tablets within [`WINDOW_SECONDS`]. Beyond
/// them no proof is looked at, so that an answer tells nothing about a further guess.
pub const FAILURES_MAX: u32 = 5;

/// How long wrong proofs count, from the first one on.
pub const WINDOW_SECONDS: i64 = 86_400;

/// Wrong proofs of late, by signer, that one person's tablets sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// When the first of them came.
    pub since: Instant,
}

impl Failures {
    /// What still counts now. A window that begins later than now was begun by a clock that has
    /// been put right since: it would not end for as long as that was wrong.
    pub fn at(self, now: Instant) -> Self {
        let age = now.0.saturating_sub(self.since.0);
        match (0..WINDOW_SECONDS * 1_000_000).contains(&age) {
            true => self,
            false => Self { count: 0, since: now },
        }
    }

    /// With so many more.
    pub fn and(self, more: u32) -> Self {
        Self { count: self.count.saturating_add(more), ..self }
    }
}

/// Somebody whose signature may be checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Signer {
    /// What the PIN stands for.
    pub key: SigningKey,
    /// Wrong proofs by the person who sends this one.
    pub failures: Failures,
    /// What the signer may see and do now: read beside the rest.
    pub grants: Grants,
}

/// All that signatures in a push are checked with.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Signers {
    /// The secrets of the service that proofs are made out to, the newest first.
    pub secrets: Vec<[u8; 32]>,
    /// Those who have set a PIN.
    pub people: BTreeMap<UserId, Signer>,
}

impl fmt::Debug for Signers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failures = self.people.iter().map(|(user, signer)| (user, signer.failures));
        f.debug_map().entries(failures).finish()
    }
}

impl Signers {
    /// The key that proves a person's signature, unless there were too many wrong proofs.
    pub fn key(&self, user: UserId) -> Option<&SigningKey> {
        let signer = self.people.get(&user)?;
        (signer.failures.count < FAILURES_MAX).then_some(&signer.key)
    }
}

/// What becomes of the signatures that an edit carries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signatures {
    /// Places that were only there to be checked: they are never kept.
    pub spent: Vec<Path>,
    /// Signatures that nothing proves: they change nothing, and the outcome names them.
    pub unproved: Vec<Path>,
    /// Whose PIN a proof was not made with.
    pub failed: Vec<UserId>,
    /// What the server notes of those that are proved.
    pub marks: Vec<(Path, Json)>,
}

impl Signatures {
    /// Whether an edit carries nothing of the kind.
    pub(crate) fn is_empty(&self) -> bool {
        self.spent.is_empty() && self.unproved.is_empty() && self.marks.is_empty()
    }
}

/// The signers of a push, with what failed while it is judged. An edit that is taken back with its
/// group has been guessed with all the same.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) signers: Signers,
    failed: RefCell<BTreeMap<UserId, u32>>,
}

impl Tally {
    pub(crate) fn new(signers: Signers) -> Self {
        Self { signers, ..Self::default() }
    }

    /// The signers as they stand after what has failed so far.
    pub(crate) fn now(&self) -> std::borrow::Cow<'_, Signers> {
        let failed = self.failed.borrow();
        if failed.is_empty() {
            return std::borrow::Cow::Borrowed(&self.signers);
        }
        let mut signers = self.signers.clone();
        for (user, more) in failed.iter() {
            if let Some(signer) = signers.people.get_mut(user) {
                signer.failures = signer.failures.and(*more);
            }
        }
        std::borrow::Cow::Owned(signers)
    }

    pub(crate) fn note(&self, failed: &[UserId]) {
        let mut all = self.failed.borrow_mut();
        failed.iter().for_each(|user| *all.entry(*user).or_default() += 1);
    }

    /// What has failed in this push, with what had before.
    pub(crate) fn failures(&self) -> Vec<(UserId, Failures)> {
        let now = self.now();
        let failed = self.failed.borrow();
        let signers = failed.keys().filter_map(|user| Some((*user, now.people.get(user)?)));
        signers.map(|(user, signer)| (user, signer.failures)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const SIGNER: UserId = UserId(Uuid::from_u128(1));
    const DAY: i64 = 86_400_000_000;

    #[test]
    fn wrong_proofs_count_for_a_day_from_the_first_and_not_after_a_clock_that_was_ahead() {
        let failures = Failures { count: 5, since: Instant(DAY) };
        assert_eq!(failures.at(Instant(DAY)).count, 5);
        assert_eq!(failures.at(Instant(2 * DAY - 1)).count, 5);
        assert_eq!(failures.at(Instant(2 * DAY)), Failures { count: 0, since: Instant(2 * DAY) });
        assert_eq!(failures.at(Instant(DAY - 1)), Failures { count: 0, since: Instant(DAY - 1) });
    }

    #[test]
    fn the_fifth_wrong_proof_is_the_last_that_is_looked_at() {
        let signer = Signer {
            key: [7; 32],
            failures: Failures { count: 3, since: Instant(0) },
            grants: Grants::default(),
        };
        let people = BTreeMap::from([(SIGNER, signer)]);
        let tally = Tally::new(Signers { secrets: vec![[1; 32]], people });
        assert_eq!(tally.now().key(SIGNER), Some(&[7; 32]));
        assert_eq!(tally.failures(), []);
        tally.note(&[SIGNER]);
        assert!(tally.now().key(SIGNER).is_some());
        tally.note(&[SIGNER]);
        assert_eq!(tally.now().key(SIGNER), None);
        assert_eq!(tally.failures(), [(SIGNER, Failures { count: 5, since: Instant(0) })]);
        assert!(!format!("{tally:?}").contains("7, 7"), "no key is printed");
    }
}
