//! Decisions on edits that were not taken: applied to today's record, or dismissed.

use super::halt::require;
use super::{Judge, Judged, Taken};
use crate::cases::Case;
use crate::decision::{Decision, EditName, Waiting};
use crate::effect::Effect;
use crate::id::{DeviceSeq, RecordId, StreamId};
use crate::ledger::Ledger;
use crate::merge::Hand;
use crate::op::Op;
use crate::outcome::{Outcome, Reason, Refusal, Verdict};
use crate::planted::{Fault, planted};
use crate::rules::{Act, Question, Rules};
use uuid::Uuid;

impl<R: Rules> Judge<'_, R> {
    /// Judges a decision and, if it is taken, records it in the ledger. `together` are the
    /// decisions judged with it, itself included, in order.
    pub(crate) fn decide(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        decision: &Decision,
        together: &[&Decision],
    ) -> Judged<Taken> {
        self.may_ask(decision.op())?;
        require(!self.grants.closed, Reason::RightEnded)?;
        let case = ledger
            .cases
            .get(decision.target)
            .cloned()
            .ok_or(Refusal::quarantine(Reason::NotAvailable))?;
        let stream = current_stream(ledger, &case).or(case.waiting.stream);
        self.may_decide(ledger, &case, stream)?;
        require(!case.is_settled, Reason::Settled)?;
        // A rejected edit is wrong for good: it can be read and dismissed, never applied.
        let is_wrong = case.waiting.verdict == Verdict::Rejected;
        require(!(decision.applies && is_wrong), Reason::NotPermitted)?;
        let group = ledger.cases.with_group(&case);
        let decided: Vec<EditName> = together
            .iter()
            .filter(|other| other.applies == decision.applies && group.contains(&other.target))
            .map(|other| other.target)
            .collect();
        let is_whole = decided == group || planted(Fault::GroupsDecidedInPart);
        require(is_whole, Reason::GroupMember)?;
        let taken = if decision.applies {
            self.apply(ledger, device_seq, &case, decision.stream)?
        } else {
            let outcome = Outcome::new(device_seq, Verdict::Applied);
            let effect = Effect::default();
            Taken { outcome, effect, effect_is_payload: false, references_of: None }
        };
        ledger.cases.settle(decision.target);
        Ok(taken)
    }

    /// Whether the person has authority over the stream of the edit.
    fn may_decide(&self, ledger: &mut Ledger, case: &Case, stream: Option<StreamId>) -> Judged<()> {
        let stream = stream.ok_or(Refusal::quarantine(Reason::NotAvailable))?;
        let standing = self.standing(stream)?;
        let Waiting { record, kind, .. } = &case.waiting;
        let current = match record.and_then(|record| ledger.get_mut(record)) {
            Some(entry) => Some(&entry.content()?.document),
            None => None,
        };
        // An edit that could not be read has no record and no kind.
        let record = record.unwrap_or(RecordId(Uuid::nil()));
        let kind = kind.as_deref().unwrap_or_default();
        let question = Question {
            current,
            ..Question::new(self.user, standing.capacity, record, kind, Act::Decide)
        };
        Ok(self.permits(&question)?)
    }

    /// Merges the edit into today's record, in its author's name and under its own number.
    fn apply(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        case: &Case,
        chosen: Option<StreamId>,
    ) -> Judged<Taken> {
        let waiting = &case.waiting;
        let waiting = &Waiting { stream: chosen.or(waiting.stream), ..waiting.clone() };
        let edit = case.edit.as_ref().ok_or(Refusal::quarantine(Reason::NotAvailable))?;
        // It is judged as its author's work, so nobody may apply their own.
        require(waiting.user != self.user, Reason::NotPermitted)?;
        let stream = current_stream(ledger, case).or(edit.stream).or(waiting.stream);
        self.may_decide(ledger, case, stream)?;
        let author = Judge {
            user: waiting.user,
            device: waiting.name.device,
            continues: &waiting.continues,
            hand: Hand::Applied,
            applied: Some(waiting),
            ..*self
        };
        debug_assert!(matches!(edit.op, Op::Put | Op::Delete));
        let taken = author
            .judge(ledger, waiting.name.device_seq, edit)
            // Nothing is wrong with the decision itself, so it is never rejected: what prevents it
            // may change.
            .map_err(|halt| {
                halt.map_refusal(|refusal| Refusal { verdict: Verdict::Quarantined, ..refusal })
            })?;
        let outcome = Outcome { device_seq, ..taken.outcome };
        Ok(Taken { outcome, effect_is_payload: false, ..taken })
    }
}

/// The current stream of the edit's record, or else of its root.
fn current_stream(ledger: &Ledger, case: &Case) -> Option<StreamId> {
    let Waiting { record, root, .. } = &case.waiting;
    let entry = [record, root].into_iter().flatten().find_map(|id| ledger.get(*id));
    entry.map(|entry| entry.stored.stream)
}
