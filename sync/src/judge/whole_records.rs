//! Edits of a whole record: deleted, brought back, moved.

use super::{Judge, Judged, Taken, Target, past};
use crate::decision::EditName;
use crate::edit::Edit;
use crate::effect::{Effect, Touch};
use crate::id::{DeviceSeq, RecordId, StreamId};
use crate::json::{Json, Object};
use crate::ledger::{Entry, Ledger};
use crate::outcome::{Outcome, Reason, Refusal, Verdict};
use crate::path::Path;
use crate::planted::{Fault, planted};
use crate::record::Content;
use crate::rev::Rev;
use crate::rules::{Act, Question, Rules, Work};
use crate::storage::Stored;

impl<R: Rules> Judge<'_, R> {
    pub(super) fn delete(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
        target: &Target,
    ) -> Judged<Taken> {
        let Some(entry) = ledger.get_mut(edit.record) else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let content = entry.content()?.clone();
        let by = target.standing.capacity;
        let work = match self.rules.work(&edit.kind, by, &content.document) {
            Some(named) => work(ledger, edit.root, named)?,
            None => None,
        };
        let question = Question {
            current: Some(&content.document),
            work: work.as_ref().map(|(kind, document)| Work { kind, document }),
            ..self.question(edit, target)
        };
        within_protocol!(self.rules.permits(&question).map_err(Refusal::quarantine));
        let Some(entry) = ledger.get_mut(edit.record) else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let is_over = content.conflicts.iter().any(|open| !edit.resolves.contains(&open.id));
        if is_over && !planted(Fault::DeletesOverConflict) {
            return Ok(Err(Refusal::quarantine(Reason::OpenConflict)));
        }
        let own = self.own(device_seq);
        // What only moved it along, or took a deletion back, did not change what is deleted now.
        let is_met = entry
            .since(edit.base)
            .pasts
            .iter()
            .any(|p| !own.holds(p.device, p.device_seq) && !p.effect.0.is_empty());
        if is_met {
            return Ok(Err(Refusal::quarantine(Reason::EditedSince)));
        }
        if !self.rules.deletes_regardless(&edit.kind, by) {
            within_protocol!(self.is_not_needed(ledger, edit)?);
        }
        let Some(entry) = ledger.get_mut(edit.record) else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let before = Some(Json::Object(content.document));
        let effect = Effect(vec![Touch { path: Path::whole(), before, after: None }]);
        let gone =
            Content { deleted: true, removed_rows: content.removed_rows, ..Content::default() };
        let rev = entry.take(gone, |rev| past(edit.record, self.device, device_seq, rev, &effect));
        Ok(Ok(taken(device_seq, rev, effect)))
    }

    /// Whether an edit deletes what its own chain has deleted since: a double tap.
    pub(super) fn has_deleted(&self, entry: &Entry, device_seq: DeviceSeq, edit: &Edit) -> bool {
        let own = self.own(device_seq);
        let pasts = entry.since(edit.base).pasts.iter().rev();
        let mut of_the_whole =
            pasts.filter(|past| past.effect.0.iter().any(Touch::is_of_the_whole));
        entry.stored.deleted
            && of_the_whole.next().is_some_and(|past| own.holds(past.device, past.device_seq))
            && !planted(Fault::DoubleTapsWait)
    }

    /// Deletes what is deleted: nothing changes but the number of versions.
    pub(super) fn delete_again(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
    ) -> Judged<Taken> {
        let Some(entry) = ledger.get_mut(edit.record) else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let content = entry.content()?.clone();
        let effect = Effect::default();
        let rev =
            entry.take(content, |rev| past(edit.record, self.device, device_seq, rev, &effect));
        Ok(Ok(taken(device_seq, rev, effect)))
    }

    /// Brings a record back as it was before it was deleted.
    pub(super) fn undelete(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
        target: &Target,
    ) -> Judged<Taken> {
        let Some(entry) = ledger.get_mut(edit.record) else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let content = entry.content()?.clone();
        let question = self.question(edit, target);
        within_protocol!(self.rules.permits(&question).map_err(Refusal::quarantine));
        if !content.deleted {
            return Ok(Err(Refusal::quarantine(Reason::IllegalTransition)));
        }
        let Some(document) = entry.before_deletion() else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let after = Some(Json::Object(document.clone()));
        let effect = Effect(vec![Touch { path: Path::whole(), before: None, after }]);
        let back = Content { document, deleted: false, ..content };
        let rev = entry.take(back, |rev| past(edit.record, self.device, device_seq, rev, &effect));
        let stands = Some(edit.record);
        Ok(Ok(Taken { stands, ..taken(device_seq, rev, effect) }))
    }

    /// Moves a root, with all that belongs to it, to another stream. A move is of the version that
    /// was looked at: two who move one household at once are not settled by a clock either.
    pub(super) fn relocate(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
        target: &Target,
    ) -> Judged<Taken> {
        let (Some(entry), Some(to)) = (ledger.get_mut(edit.record), edit.stream) else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let content = entry.content()?.clone();
        let from = entry.stored.stream;
        let is_latest = edit.base == crate::rev::Base::Seen(entry.stored.rev);
        let there = within_protocol!(self.destination(from, to));
        for standing in [target.standing, there] {
            let target = Target { standing, act: Act::Move, untaken_before: None, is_again: false };
            let current = Some(&content.document);
            let question = Question { current, ..self.question(edit, &target) };
            within_protocol!(self.rules.permits(&question).map_err(Refusal::quarantine));
        }
        if !is_latest {
            return Ok(Err(Refusal::quarantine(Reason::EditedSince)));
        }
        let by = EditName { device: self.device, device_seq };
        let nothing = Effect::default();
        let mut moved = None;
        for id in ledger.belonging(edit.record).collect::<Vec<_>>() {
            if id != edit.record && planted(Fault::MovesRootAlone) {
                continue;
            }
            let Some(entry) = ledger.get_mut(id) else { continue };
            let rev = entry.relocate(to, |rev| past(id, self.device, device_seq, rev, &nothing))?;
            if id == edit.record {
                moved = Some(rev);
            } else {
                ledger.carry(id, rev, by);
            }
        }
        Ok(match moved {
            Some(rev) => Ok(taken(device_seq, rev, nothing)),
            None => Err(Refusal::quarantine(Reason::NotAvailable)),
        })
    }

    /// How the person stands before the stream that a root is to go to: another of the same kind.
    fn destination(&self, from: StreamId, to: StreamId) -> Result<super::Standing, Refusal> {
        let there = self.standing(to)?;
        let kind = |stream| self.grants.streams.get(&stream).map(|grant| grant.kind);
        if to == from || kind(to) != kind(from) {
            return Err(Refusal::quarantine(Reason::IllegalTransition));
        }
        Ok(there)
    }
}

/// The record that another belongs to: the one it names, if it is there, or else its root.
fn work(
    ledger: &mut Ledger,
    root: RecordId,
    named: Option<RecordId>,
) -> Stored<Option<(String, Object)>> {
    let is_there = |id: &RecordId| {
        ledger.get(*id).is_some_and(|entry| entry.stored.root == root && !entry.stored.deleted)
    };
    let id = named.filter(is_there).unwrap_or(root);
    let Some(entry) = ledger.get_mut(id) else { return Ok(None) };
    let kind = entry.stored.kind.clone();
    Ok(Some((kind, entry.content()?.document.clone())))
}

fn taken(device_seq: DeviceSeq, rev: Rev, effect: Effect) -> Taken {
    let outcome = Outcome { rev: Some(rev), ..Outcome::new(device_seq, Verdict::Applied) };
    Taken { outcome, effect, effect_is_payload: false, stands: None }
}
