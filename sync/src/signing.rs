//! Data for checking people's signatures on others' tablets, and the limit on wrong proofs.

use crate::grants::Grants;
use crate::id::{Instant, UserId};
use crate::json::Json;
use crate::path::Path;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// The key derived from a person's PIN.
pub type SigningKey = [u8; 32];

/// The limit of wrong proofs of one signer's PIN from one person's tablets within
/// [`WINDOW_SECONDS`]. Above it no proof is checked, so that an answer reveals nothing about a
/// further guess.
pub const FAILURES_MAX: u32 = 5;

/// How long wrong proofs count, from the first one on.
pub const WINDOW_SECONDS: i64 = 86_400;

/// Recent wrong proofs, by signer, that one person's tablets sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Their number.
    pub count: u32,
    /// The time of the first of them.
    pub since: Instant,
}

impl Failures {
    /// What still counts now. A window that begins in the future was begun by a clock that has been
    /// corrected since, and would not end for as long as the clock was wrong.
    pub fn at(self, now: Instant) -> Self {
        let age = now.0.saturating_sub(self.since.0);
        match (0..WINDOW_SECONDS * 1_000_000).contains(&age) {
            true => self,
            false => Self { count: 0, since: now },
        }
    }

    /// Adds this many.
    pub fn and(self, more: u32) -> Self {
        Self { count: self.count.saturating_add(more), ..self }
    }
}

/// A person whose signature may be checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Signer {
    /// The key derived from the PIN.
    pub key: SigningKey,
    /// Wrong proofs by the person who sends this one.
    pub failures: Failures,
    /// The signer's current grants, read together with the rest.
    pub grants: Grants,
}

/// Everything that checking the signatures of a push needs.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Signers {
    /// The service's secrets that proofs are addressed to, the newest first.
    pub secrets: Vec<[u8; 32]>,
    /// The people who have set a PIN.
    pub people: BTreeMap<UserId, Signer>,
}

impl fmt::Debug for Signers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failures = self.people.iter().map(|(user, signer)| (user, signer.failures));
        f.debug_map().entries(failures).finish()
    }
}

impl Signers {
    /// The key to check a person's signature with, unless there were too many wrong proofs.
    pub fn key(&self, user: UserId) -> Option<&SigningKey> {
        let signer = self.people.get(&user)?;
        (signer.failures.count < FAILURES_MAX).then_some(&signer.key)
    }
}

/// The result of checking an edit's signatures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signatures {
    /// Places that existed only to be checked: they are never kept.
    pub spent: Vec<Path>,
    /// Unproved signatures: they change nothing, and the outcome names them.
    pub unproved: Vec<Path>,
    /// The signers whose proofs were wrong.
    pub failed: Vec<UserId>,
    /// What the server records of the proved ones.
    pub marks: Vec<(Path, Json)>,
}

impl Signatures {
    /// Whether an edit carries no signatures.
    pub(crate) fn is_empty(&self) -> bool {
        self.spent.is_empty() && self.unproved.is_empty() && self.marks.is_empty()
    }
}

/// The signers of a push, with the failures so far. An edit that is undone with its group still
/// counts as a guess.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) signers: Signers,
    failed: RefCell<BTreeMap<UserId, u32>>,
}

impl Tally {
    pub(crate) fn new(signers: Signers) -> Self {
        Self { signers, ..Self::default() }
    }

    /// The signers including the failures so far.
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

    /// The failures of this push added to earlier ones.
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
