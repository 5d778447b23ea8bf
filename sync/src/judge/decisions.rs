//! Decisions on edits that were not taken: applied anew against today's record, or dismissed.

use super::{Judge, Judged, Taken};
use crate::decision::{Case, Decision, EditName, Waiting};
use crate::edit::Op;
use crate::effect::Effect;
use crate::id::{DeviceSeq, RecordId, StreamId};
use crate::ledger::Ledger;
use crate::merge::Hand;
use crate::outcome::{Outcome, Reason, Refusal, Verdict};
use crate::planted::{Fault, planted};
use crate::rules::{Act, Question, Rules};
use uuid::Uuid;

impl<R: Rules> Judge<'_, R> {
    /// Judges a decision and, if it is taken, takes it into the ledger. `together` are the
    /// decisions that are judged with it, itself included, in order.
    pub(crate) fn decide(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        decision: &Decision,
        together: &[&Decision],
    ) -> Judged<Taken> {
        within_protocol!(self.may_ask(decision.op()));
        if self.grants.closed {
            return Ok(Err(Refusal::quarantine(Reason::RightEnded)));
        }
        let Some(case) = ledger.cases.get(decision.target).cloned() else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let stream = today(ledger, &case).or(case.waiting.stream);
        within_protocol!(self.may_decide(ledger, &case, stream)?);
        if case.is_settled {
            return Ok(Err(Refusal::quarantine(Reason::Settled)));
        }
        // Nothing makes what is wrong in itself right: it is read, and dismissed.
        if decision.applies && case.waiting.verdict == Verdict::Rejected {
            return Ok(Err(Refusal::quarantine(Reason::NotPermitted)));
        }
        let group = ledger.cases.with_group(&case);
        let decided: Vec<EditName> = together
            .iter()
            .filter(|other| other.applies == decision.applies && group.contains(&other.target))
            .map(|other| other.target)
            .collect();
        if decided != group && !planted(Fault::GroupsDecidedInPart) {
            return Ok(Err(Refusal::quarantine(Reason::GroupMember)));
        }
        let taken = if decision.applies {
            within_protocol!(self.apply(ledger, device_seq, &case, decision.stream)?)
        } else {
            let outcome = Outcome::new(device_seq, Verdict::Applied);
            Taken { outcome, effect: Effect::default(), effect_is_payload: false, stands: None }
        };
        ledger.cases.settle(decision.target);
        Ok(Ok(taken))
    }

    /// Whether the person has authority over the stream where the edit belongs.
    fn may_decide(&self, ledger: &mut Ledger, case: &Case, stream: Option<StreamId>) -> Judged<()> {
        let Some(stream) = stream else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let standing = within_protocol!(self.standing(stream));
        let Waiting { record, kind, .. } = &case.waiting;
        let current = match record.and_then(|record| ledger.get_mut(record)) {
            Some(entry) => Some(&entry.content()?.document),
            None => None,
        };
        // What could not be read is of no record and no kind.
        let record = record.unwrap_or(RecordId(Uuid::nil()));
        let kind = kind.as_deref().unwrap_or_default();
        let question = Question {
            current,
            ..Question::new(self.user, standing.capacity, record, kind, Act::Decide)
        };
        Ok(self.rules.permits(&question).map_err(Refusal::quarantine))
    }

    /// Merges the edit anew, in its author's name and under its own number.
    fn apply(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        case: &Case,
        chosen: Option<StreamId>,
    ) -> Judged<Taken> {
        let waiting = &case.waiting;
        let waiting = &Waiting { stream: chosen.or(waiting.stream), ..waiting.clone() };
        let Some(edit) = &case.edit else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        // Applied, it is judged as its author's work: nobody writes by deciding.
        if waiting.user == self.user {
            return Ok(Err(Refusal::quarantine(Reason::NotPermitted)));
        }
        let goes_to = today(ledger, case).or(edit.stream).or(waiting.stream);
        within_protocol!(self.may_decide(ledger, case, goes_to)?);
        let author = Judge {
            user: waiting.user,
            device: waiting.name.device,
            continues: &waiting.continues,
            hand: Hand::Applied,
            applied: Some(waiting),
            ..*self
        };
        debug_assert!(matches!(edit.op, Op::Put | Op::Delete));
        let judged = author.judge(ledger, waiting.name.device_seq, edit)?;
        // Nothing is wrong with the decision itself: whatever stands against it may change.
        Ok(judged
            .map(|taken| Taken {
                outcome: Outcome { device_seq, ..taken.outcome },
                effect_is_payload: false,
                ..taken
            })
            .map_err(|refusal| Refusal { verdict: Verdict::Quarantined, ..refusal }))
    }
}

/// Where what an edit is about is today: its record, or else its root.
fn today(ledger: &Ledger, case: &Case) -> Option<StreamId> {
    let Waiting { record, root, .. } = &case.waiting;
    let entry = [record, root].into_iter().flatten().find_map(|id| ledger.get(*id));
    entry.map(|entry| entry.stored.stream)
}
