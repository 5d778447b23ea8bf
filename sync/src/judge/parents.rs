//! Parents: earlier edits of the own chain that were not taken and that an edit builds on.

use super::Judge;
use crate::edit::Edit;
use crate::id::RecordId;
use crate::journal::Untaken;
use crate::ledger::Ledger;
use crate::outcome::{Reason, Refusal, Verdict};
use crate::rules::Rules;

/// A quarantined edit waits together with its parent, and for its parent's reason: a person decides
/// on both at once.
pub(super) fn wait_with(parent: Option<&Refusal>, refusal: Refusal) -> Refusal {
    match (parent, refusal.verdict) {
        (Some(parent), Verdict::Quarantined) => parent.clone(),
        _ => refusal,
    }
}

impl<R: Rules> Judge<'_, R> {
    /// The refusal that an edit inherits from an earlier one of this device for the same record, if
    /// that one is quarantined and the record is missing or hidden.
    pub(super) fn waiting_parent(&self, ledger: &Ledger, edit: &Edit) -> Option<Refusal> {
        let parent = self.untaken(ledger, edit.record)?;
        let waits = parent.verdict == Verdict::Quarantined
            && ledger.within_reach(edit.record, self.grants).is_none();
        waits.then(|| self.waits_with(&parent))
    }

    /// An earlier edit of the pushing device that was not taken. Not used for somebody else's edit
    /// that is being applied.
    pub(super) fn untaken(&self, ledger: &Ledger, record: RecordId) -> Option<Untaken> {
        ledger.untaken(record).filter(|_| self.applied.is_none())
    }

    /// Refuses to build on an earlier edit of this device that was not taken, as long as its record
    /// is missing or hidden.
    pub(super) fn no_untaken(&self, ledger: &Ledger, record: RecordId) -> Result<(), Refusal> {
        match (ledger.within_reach(record, self.grants), self.untaken(ledger, record)) {
            (None, Some(untaken)) => Err(self.waits_with(&untaken)),
            _ => Ok(()),
        }
    }

    /// The refusal of an edit whose parent was not taken. It names the parent by number only if
    /// this installation sent it: under an older name the number would mean another edit.
    pub(super) fn waits_with(&self, parent: &Untaken) -> Refusal {
        let refusal = Refusal::quarantine(match parent.verdict {
            Verdict::Rejected => Reason::ParentRejected,
            _ => Reason::ParentQuarantined,
        });
        match parent.device == self.device {
            true => refusal.because_of(parent.device_seq),
            false => refusal,
        }
    }
}
