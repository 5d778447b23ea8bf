//! What an edit builds on: earlier edits of the own chain that were not taken.

use super::Judge;
use crate::edit::Edit;
use crate::id::RecordId;
use crate::journal::Untaken;
use crate::ledger::Ledger;
use crate::outcome::{Reason, Refusal, Verdict};
use crate::rules::Rules;

/// A person decides on what is quarantined together with what it builds on; what can be taken by
/// itself waits for nothing.
pub(super) fn with_its_parent<T>(
    parent: Option<&Refusal>,
    judged: Result<T, Refusal>,
) -> Result<T, Refusal> {
    judged.map_err(|refusal| match (parent, refusal.verdict) {
        (Some(parent), Verdict::Quarantined) => parent.clone(),
        _ => refusal,
    })
}

impl<R: Rules> Judge<'_, R> {
    /// The refusal with an earlier edit of this device for a record that is not there, or hidden,
    /// if that waits for a person.
    pub(super) fn waiting_parent(&self, ledger: &Ledger, edit: &Edit) -> Option<Refusal> {
        let parent = self.untaken(ledger, edit.record)?;
        let waits = parent.verdict == Verdict::Quarantined
            && ledger.within_reach(edit.record, self.grants).is_none();
        waits.then(|| self.waits_with(&parent))
    }

    /// An earlier edit of this device that was not taken. Of the device that pushes, so that it says
    /// nothing of another's edit that is applied.
    pub(super) fn untaken(&self, ledger: &Ledger, record: RecordId) -> Option<Untaken> {
        ledger.untaken(record).filter(|_| self.applied.is_none())
    }

    /// Whether this device has an earlier edit for a record that is not there, or hidden: what
    /// builds on it waits with it.
    pub(super) fn no_untaken(&self, ledger: &Ledger, record: RecordId) -> Result<(), Refusal> {
        match (ledger.within_reach(record, self.grants), self.untaken(ledger, record)) {
            (None, Some(untaken)) => Err(self.waits_with(&untaken)),
            _ => Ok(()),
        }
    }

    /// The refusal of what builds on an edit that was not taken. A number names it to the device that
    /// gave it; one of an older name of the installation would name another edit.
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
