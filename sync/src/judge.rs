//! Judges one edit against its record: taken, quarantined or rejected.

mod asking;
mod decisions;
mod halt;
mod parents;
mod put;
mod reach;
mod signatures;
mod whole_records;
mod wholeness;

pub(crate) use halt::Judged;

use crate::decision::Waiting;
use crate::edit::Edit;
use crate::effect::Effect;
use crate::grants::{Capacity, Grants};
use crate::id::{DeviceId, DeviceSeq, Instant, RecordId, StreamId, UserId};
use crate::journal::{Past, Untaken};
use crate::ledger::Ledger;
use crate::merge::{Hand, OwnChain};
use crate::op::Op;
use crate::outcome::{Outcome, Problem, Reason, Refusal};
use crate::path::Path;
use crate::planted::{Fault, planted};
use crate::rev::Rev;
use crate::rules::{Act, Question, Rooting, Rules};
use crate::signing::Tally;
use parents::wait_with;

/// An edit that was taken.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) outcome: Outcome,
    pub(crate) effect: Effect,
    pub(crate) effect_is_payload: bool,
    /// The record whose references are checked after everything judged with it is taken.
    pub(crate) references_of: Option<RecordId>,
}

/// The context in which an edit is judged.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a, R> {
    pub(crate) rules: &'a R,
    /// The grants of the person who pushes.
    pub(crate) grants: &'a Grants,
    /// The author, and the chain of the edit.
    pub(crate) user: UserId,
    pub(crate) device: DeviceId,
    pub(crate) continues: &'a [(DeviceId, DeviceSeq)],
    pub(crate) hand: Hand,
    /// The server's time, one for the whole push.
    pub(crate) now: Instant,
    pub(crate) signing: &'a Tally,
    /// The quarantined edit that the person who pushes applies, if this judges one.
    pub(crate) applied: Option<&'a Waiting>,
}

/// The author's capacity in a stream, and the decider's if that is somebody else.
#[derive(Clone, Copy)]
struct Standing {
    capacity: Capacity,
    decider: Option<Capacity>,
}

/// What an edit does to a record within reach.
struct Target {
    standing: Standing,
    act: Act,
    /// An earlier edit of this device for the new record that was not taken.
    untaken_before: Option<Untaken>,
    /// Deletes what its own chain has deleted already.
    is_again: bool,
}

impl<R: Rules> Judge<'_, R> {
    /// Judges an edit and, if it is taken, records it in the ledger.
    pub(crate) fn judge(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
    ) -> Judged<Taken> {
        #[cfg(feature = "planted-faults")]
        crate::planted::note_clock(self.device, device_seq, &edit.made_at);
        let rooting = self.readable(edit)?;
        let parent = self.waiting_parent(ledger, edit);
        let with_parent = |refusal| wait_with(parent.as_ref(), refusal);
        let reached = match self.grants.closed && !planted(Fault::EndedRightsWrite) {
            true => Err(Refusal::quarantine(Reason::RightEnded)),
            false => self.reach(ledger, device_seq, edit, rooting).map_err(with_parent),
        };
        // An edit that is wrong whatever its record contains would wait for nothing.
        let target = reached.map_err(|refusal| self.wrong_in_itself(edit).unwrap_or(refusal))?;
        let judged = match edit.op {
            Op::Delete if target.is_again => self.delete_again(ledger, device_seq, edit),
            Op::Delete => self.delete(ledger, device_seq, edit, &target),
            Op::Undelete => self.undelete(ledger, device_seq, edit, &target),
            Op::Move => self.relocate(ledger, device_seq, edit, &target),
            _ => self.put(ledger, device_seq, edit, &target),
        };
        // A record that the edit failed to make must leave no trace.
        if target.act == Act::Create && judged.is_err() {
            ledger.forget(edit.record);
        }
        judged.map_err(|halt| halt.map_refusal(with_parent))
    }

    /// Refuses what can be refused by the edit alone; otherwise returns where its kind belongs.
    fn readable(&self, edit: &Edit) -> Result<Rooting, Refusal> {
        self.may_ask(edit.op)?;
        // The server derives the ids of what it makes itself, and clients may not use them.
        if edit.record.is_servers() && self.hand != Hand::Server {
            let problem = Problem::new(Path::of(&["record"]), "reserved");
            return Err(Refusal::reject(Reason::Malformed, vec![problem]));
        }
        let Some(rooting) = self.rules.rooting(&edit.kind) else {
            let problem = Problem::new(Path::of(&["kind"]), "unknown");
            return Err(Refusal::reject(Reason::UnknownKind, vec![problem]));
        };
        let root_is_self = edit.root == edit.record;
        let is_misplaced = root_is_self != (rooting == Rooting::Root);
        if is_misplaced && (edit.names_root || !root_is_self) {
            let code = if root_is_self { "missing" } else { "not_for_a_root" };
            return Err(wrong_root(code));
        }
        if edit.op == Op::Move && !root_is_self {
            let problem = Problem::new(Path::of(&["record"]), "not_a_root");
            return Err(Refusal::reject(Reason::Malformed, vec![problem]));
        }
        Ok(rooting)
    }

    /// Whether this operation may come from here at all: some belong to the desk alone.
    fn may_ask(&self, op: Op) -> Result<(), Refusal> {
        if op.is_staffs() && !self.hand.is_servers() {
            let problem = Problem::new(Path::of(&["op"]), "not_a_device_operation");
            return Err(Refusal::reject(Reason::UnknownOp, vec![problem]));
        }
        Ok(())
    }

    /// The author's capacity in a stream. When a quarantined edit is applied, the decider needs the
    /// grant; the author is treated as if their right had not ended.
    fn standing(&self, stream: StreamId) -> Result<Standing, Refusal> {
        let grant =
            self.grants.streams.get(&stream).ok_or(Refusal::quarantine(Reason::NotAvailable))?;
        Ok(match self.applied {
            None => Standing { capacity: grant.capacity, decider: None },
            Some(_) => Standing {
                capacity: self.rules.author_capacity(grant.kind),
                decider: Some(grant.capacity),
            },
        })
    }

    fn permits(&self, question: &Question<'_>) -> Result<(), Refusal> {
        self.rules.permits(question).map_err(Refusal::quarantine)
    }

    /// The part of the question that is common to all acts; each act adds the record's content and
    /// the edit's.
    fn question<'q>(&'q self, edit: &'q Edit, target: &Target) -> Question<'q> {
        let Standing { capacity, decider } = target.standing;
        Question {
            decider,
            now: self.now,
            is_at_desk: self.hand.is_servers(),
            resolves: &edit.resolves,
            ..Question::new(self.user, capacity, edit.record, &edit.kind, target.act)
        }
    }

    fn own(&self, device_seq: DeviceSeq) -> OwnChain<'_> {
        let forgotten = planted(Fault::ContinuesForgotten);
        let continues = if forgotten { &[] } else { self.continues };
        OwnChain { device: self.device, device_seq, continues }
    }
}

/// The refusal of an edit that names no root, or a wrong one.
fn wrong_root(code: &str) -> Refusal {
    Refusal::reject(Reason::Malformed, vec![Problem::new(Path::of(&["root"]), code)])
}

fn past(
    record: RecordId,
    device: DeviceId,
    device_seq: DeviceSeq,
    rev: Rev,
    effect: &Effect,
) -> Past {
    Past { record, device, device_seq, rev, effect: effect.clone() }
}
