//! Checks the signatures in an edit, and removes them from what is merged where they are not kept.

use super::Judge;
use crate::patch::Ask;
use crate::rules::{Question, Rules};
use crate::signing::Signatures;
use std::borrow::Cow;

impl<R: Rules> Judge<'_, R> {
    /// The result of checking an edit's signatures, and the rest of the edit to merge. A wrong
    /// proof counts against its signer once: when the edit is pushed, not again when it is applied.
    pub(super) fn signatures<'a>(
        &self,
        question: &Question<'_>,
        asks: &'a [Ask],
    ) -> (Signatures, Cow<'a, [Ask]>) {
        let signed = self.rules.signatures(question, &self.signing.now());
        if signed.is_empty() {
            return (signed, Cow::Borrowed(asks));
        }
        if self.applied.is_none() {
            self.signing.note(&signed.failed);
        }
        let is_kept =
            |ask: &&Ask| !signed.spent.contains(&ask.path) && !signed.unproved.contains(&ask.path);
        let kept = asks.iter().filter(is_kept).cloned().collect();
        (signed, Cow::Owned(kept))
    }
}
