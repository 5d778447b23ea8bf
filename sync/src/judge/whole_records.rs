//! Edits of a whole record: deletion, restoration, move.

use super::halt::require;
use super::{Judge, Judged, Standing, Taken, Target, past};
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
use crate::rev::{Base, Rev};
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
        let content = ledger.available(edit.record)?.content()?.clone();
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
        self.permits(&question)?;
        let entry = ledger.available(edit.record)?;
        let names_all = content.conflicts.iter().all(|open| edit.resolves.contains(&open.id));
        require(names_all || planted(Fault::DeletesOverConflict), Reason::OpenConflict)?;
        let own = self.own(device_seq);
        // A move, or a deletion that was undone, changed nothing of what is now deleted.
        let is_edited_by_others = entry
            .since(edit.base)
            .pasts
            .iter()
            .any(|p| !own.holds(p.device, p.device_seq) && !p.effect.0.is_empty());
        require(!is_edited_by_others, Reason::EditedSince)?;
        if !self.rules.deletes_regardless(&edit.kind, by) {
            self.is_not_needed(ledger, edit)?;
        }
        let entry = ledger.available(edit.record)?;
        let before = Some(Json::Object(content.document));
        let effect = Effect(vec![Touch { path: Path::whole(), before, after: None }]);
        let gone =
            Content { deleted: true, removed_rows: content.removed_rows, ..Content::default() };
        let rev = entry.take(gone, |rev| past(edit.record, self.device, device_seq, rev, &effect));
        Ok(taken(device_seq, rev, effect))
    }

    /// Whether an edit deletes what its own chain has already deleted: a double tap.
    pub(super) fn has_deleted(&self, entry: &Entry, device_seq: DeviceSeq, edit: &Edit) -> bool {
        let own = self.own(device_seq);
        let pasts = entry.since(edit.base).pasts.iter().rev();
        let mut of_the_whole =
            pasts.filter(|past| past.effect.0.iter().any(Touch::is_of_the_whole));
        entry.stored.deleted
            && of_the_whole.next().is_some_and(|past| own.holds(past.device, past.device_seq))
            && !planted(Fault::DoubleTapsWait)
    }

    /// Deletes a deleted record again: nothing changes but its version.
    pub(super) fn delete_again(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
    ) -> Judged<Taken> {
        let entry = ledger.available(edit.record)?;
        let content = entry.content()?.clone();
        let effect = Effect::default();
        let rev =
            entry.take(content, |rev| past(edit.record, self.device, device_seq, rev, &effect));
        Ok(taken(device_seq, rev, effect))
    }

    /// Restores a record as it was before it was deleted.
    pub(super) fn undelete(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
        target: &Target,
    ) -> Judged<Taken> {
        let entry = ledger.available(edit.record)?;
        let content = entry.content()?.clone();
        let question = self.question(edit, target);
        self.permits(&question)?;
        require(content.deleted, Reason::IllegalTransition)?;
        let document = entry.before_deletion().ok_or(Refusal::quarantine(Reason::NotAvailable))?;
        let after = Some(Json::Object(document.clone()));
        let effect = Effect(vec![Touch { path: Path::whole(), before: None, after }]);
        let back = Content { document, deleted: false, ..content };
        let rev = entry.take(back, |rev| past(edit.record, self.device, device_seq, rev, &effect));
        let references_of = Some(edit.record);
        Ok(Taken { references_of, ..taken(device_seq, rev, effect) })
    }

    /// Moves a root, with everything that belongs to it, to another stream. The base must be the
    /// latest version: no clock decides between two people who move one household at the same time.
    pub(super) fn relocate(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
        target: &Target,
    ) -> Judged<Taken> {
        let to = edit.stream.ok_or(Refusal::quarantine(Reason::NotAvailable))?;
        let entry = ledger.available(edit.record)?;
        let content = entry.content()?.clone();
        let from = entry.stored.stream;
        let is_latest = edit.base == Base::Seen(entry.stored.rev);
        let there = self.destination(from, to)?;
        for standing in [target.standing, there] {
            let target = Target { standing, act: Act::Move, untaken_before: None, is_again: false };
            let current = Some(&content.document);
            let question = Question { current, ..self.question(edit, &target) };
            self.permits(&question)?;
        }
        require(is_latest, Reason::EditedSince)?;
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
        let rev = moved.ok_or(Refusal::quarantine(Reason::NotAvailable))?;
        Ok(taken(device_seq, rev, nothing))
    }

    /// The person's capacity in the target stream of a move: another one of the same kind.
    fn destination(&self, from: StreamId, to: StreamId) -> Result<Standing, Refusal> {
        let there = self.standing(to)?;
        let kind = |stream| self.grants.streams.get(&stream).map(|grant| grant.kind);
        require(to != from && kind(to) == kind(from), Reason::IllegalTransition)?;
        Ok(there)
    }
}

/// The work that a record belongs to: the record that it names, if that exists, or else its root.
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
    Taken { outcome, effect, effect_is_payload: false, references_of: None }
}
