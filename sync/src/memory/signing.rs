//! Data for checking signatures, in memory.

use super::MemoryState;
use crate::grants::Grants;
use crate::id::{Instant, UserId};
use crate::signing::{Failures, Signer, Signers, SigningKey};
use std::collections::BTreeMap;

/// PINs, secrets, and the counts of wrong proofs.
#[derive(Clone, Debug, Default)]
pub struct Signing {
    /// The keys of people who have set a PIN.
    pub keys: BTreeMap<UserId, SigningKey>,
    /// The secrets that proofs are addressed to, the newest first.
    pub secrets: Vec<[u8; 32]>,
    failed: BTreeMap<(UserId, UserId), Failures>,
}

impl Signing {
    pub(super) fn signers(&self, by: UserId, signers: &[UserId], now: Instant) -> Signers {
        let known = |user: &UserId| {
            let failures = self.failed.get(&(by, *user)).copied().unwrap_or_default();
            let (key, grants) = (*self.keys.get(user)?, Grants::default());
            Some((*user, Signer { key, failures: failures.at(now), grants }))
        };
        let people = signers.iter().filter_map(known).collect();
        Signers { secrets: self.secrets.clone(), people }
    }

    /// Stores one count; returns how to undo that.
    pub(super) fn save(&mut self, by: UserId, signer: UserId, failures: Failures) -> super::Undo {
        let name = (by, signer);
        let before = self.failed.insert(name, failures);
        Box::new(move |state: &mut MemoryState| match before {
            Some(before) => drop(state.signing.failed.insert(name, before)),
            None => drop(state.signing.failed.remove(&name)),
        })
    }
}
