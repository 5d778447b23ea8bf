//! One edit before the record: taken, quarantined or rejected.

/// Leaves the surrounding function with the refusal, if there is one.
macro_rules! within_protocol {
    ($judged:expr) => {
        match $judged {
            Ok(value) => value,
            Err(refusal) => return Ok(Err(refusal)),
        }
    };
}

mod asking;
mod decisions;
mod parents;
mod signatures;
mod whole_records;
mod wholeness;

use crate::decision::Waiting;
use crate::edit::{Edit, Op};
use crate::effect::Effect;
use crate::id::{DeviceId, DeviceSeq, Instant, RecordId, StreamId, UserId};
use crate::journal::{Past, Untaken};
use crate::json::Json;
use crate::ledger::{Entry, Ledger};
use crate::merge::{Hand, Incoming, OwnChain, merge};
use crate::outcome::{Outcome, Problem, Reason, Refusal};
use crate::patch::Wish;
use crate::path::Path;
use crate::planted::{Fault, planted};
use crate::rev::Rev;
use crate::rules::{Act, Capacity, Grants, Question, Rooting, Rules};
use crate::signing::Tally;
use crate::storage::Stored;
use parents::with_its_parent;
use std::borrow::Cow;

/// An edit that was taken.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) outcome: Outcome,
    pub(crate) effect: Effect,
    pub(crate) effect_is_payload: bool,
    /// The record whose references are looked up once everything judged with it is taken.
    pub(crate) stands: Option<RecordId>,
}

/// Everything an edit is judged by.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a, R> {
    pub(crate) rules: &'a R,
    /// What the person may see who pushes.
    pub(crate) grants: &'a Grants,
    /// The author, and the chain the edit belongs to.
    pub(crate) user: UserId,
    pub(crate) device: DeviceId,
    pub(crate) continues: &'a [(DeviceId, DeviceSeq)],
    pub(crate) hand: Hand,
    /// The server's instant, one for the whole push.
    pub(crate) now: Instant,
    pub(crate) signing: &'a Tally,
    /// The quarantined edit that is applied by the person who pushes, if it is one.
    pub(crate) applied: Option<&'a Waiting>,
}

/// In what capacity the author stands before a stream, and who decides, if another does.
#[derive(Clone, Copy)]
struct Standing {
    capacity: Capacity,
    decider: Option<Capacity>,
}

/// The record an edit is for, once it is known to be within reach.
struct Target {
    standing: Standing,
    act: Act,
    /// An earlier edit of this device for the new record, which was not taken.
    untaken_before: Option<Untaken>,
    /// It is deleted, by the own chain, and asked to be so again.
    is_again: bool,
}

type Judged<T> = Stored<Result<T, Refusal>>;

impl<R: Rules> Judge<'_, R> {
    /// Judges an edit and, if it is taken, takes it into the ledger.
    pub(crate) fn judge(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
    ) -> Judged<Taken> {
        #[cfg(feature = "planted-faults")]
        crate::planted::note_clock(self.device, device_seq, &edit.made_at);
        let rooting = within_protocol!(self.readable(edit));
        let parent = self.waiting_parent(ledger, edit);
        let reached = match self.grants.closed && !planted(Fault::EndedRightsWrite) {
            true => Err(Refusal::quarantine(Reason::RightEnded)),
            false => {
                with_its_parent(parent.as_ref(), self.reach(ledger, device_seq, edit, rooting)?)
            }
        };
        // What is wrong in itself never becomes right where it would wait.
        let reached = reached.map_err(|refusal| self.wrong_in_itself(edit).unwrap_or(refusal));
        let target = within_protocol!(reached);
        let judged = match edit.op {
            Op::Delete if target.is_again => self.delete_again(ledger, device_seq, edit),
            Op::Delete => self.delete(ledger, device_seq, edit, &target),
            Op::Undelete => self.undelete(ledger, device_seq, edit, &target),
            Op::Move => self.relocate(ledger, device_seq, edit, &target),
            _ => self.put(ledger, device_seq, edit, &target),
        };
        // A record that an edit would have made and did not must leave no trace.
        if target.act == Act::Create && !matches!(judged, Ok(Ok(_))) {
            ledger.forget(edit.record);
        }
        Ok(with_its_parent(parent.as_ref(), judged?))
    }

    /// What can be said of an edit without looking at anything else.
    fn readable(&self, edit: &Edit) -> Result<Rooting, Refusal> {
        self.may_ask(edit.op)?;
        // The server names what it makes itself beforehand: nothing else may stand there.
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

    /// Whether this operation can be asked for from where it comes at all.
    fn may_ask(&self, op: Op) -> Result<(), Refusal> {
        if op.is_staffs() && !self.hand.is_servers() {
            let problem = Problem::new(Path::of(&["op"]), "not_a_device_operation");
            return Err(Refusal::reject(Reason::UnknownOp, vec![problem]));
        }
        Ok(())
    }

    /// How the author stands before a stream. When a quarantined edit is applied it is the decider
    /// who must have the grant, and the author stands there as if the own right had not ended.
    fn standing(&self, stream: StreamId) -> Result<Standing, Refusal> {
        let Some(grant) = self.grants.streams.get(&stream) else {
            return Err(Refusal::quarantine(Reason::NotAvailable));
        };
        Ok(match self.applied {
            None => Standing { capacity: grant.capacity, decider: None },
            Some(_) => Standing {
                capacity: self.rules.author_capacity(grant.kind),
                decider: Some(grant.capacity),
            },
        })
    }

    /// Finds the record, or makes room for a new one. Whatever is out of this person's reach
    /// answers with one and the same refusal, the first time and every other: it gives no hint of
    /// what exists.
    fn reach(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
        rooting: Rooting,
    ) -> Judged<Target> {
        if let Some(entry) = ledger.within_reach(edit.record, self.grants) {
            let standing = within_protocol!(self.standing(entry.stored.stream));
            if entry.stored.kind != edit.kind || entry.stored.root != edit.root {
                return Ok(Err(Refusal::quarantine(Reason::IdentityMismatch)));
            }
            let is_gone = |entry: &Entry| entry.stored.deleted;
            let fits = matches!(edit.op, Op::Undelete | Op::Move);
            let root_is_gone =
                edit.root != edit.record && ledger.get(edit.root).is_some_and(is_gone);
            let is_again = edit.op == Op::Delete && self.has_deleted(entry, device_seq, edit);
            if root_is_gone || (is_gone(entry) && !fits && !is_again) {
                if planted(Fault::StateRejects) {
                    return Ok(Err(Refusal::reject(Reason::Deleted, Vec::new())));
                }
                return Ok(Err(Refusal::quarantine(Reason::Deleted)));
            }
            let act = match edit.op {
                Op::Delete => Act::Delete,
                Op::Undelete => Act::Undelete,
                Op::Move => Act::Move,
                _ => Act::Change,
            };
            return Ok(Ok(Target { standing, act, untaken_before: None, is_again }));
        }
        let untaken_before = self.untaken(ledger, edit.record);
        let is_creation = edit.op == Op::Put
            && (edit.base == crate::rev::Base::Nothing || planted(Fault::AnyBaseMakes));
        // Whether or not it is hidden: the answer tells nothing.
        if is_creation && !edit.names_root && rooting != Rooting::Root {
            return Ok(Err(wrong_root("missing")));
        }
        let is_hidden = ledger.get(edit.record).is_some();
        if is_hidden && planted(Fault::HiddenShows) {
            return Ok(Err(Refusal::quarantine(Reason::NotPermitted)));
        }
        // It says nothing that its author does not know: in which teams the author works.
        if is_creation && rooting == Rooting::Root && self.home(edit).is_none() {
            let problems = vec![Problem::new(Path::of(&["stream"]), "missing")];
            let refusal = Refusal::quarantine(Reason::NotAvailable);
            return Ok(Err(Refusal { problems, ..refusal }));
        }
        if !is_creation || is_hidden {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        }
        let stream = match rooting {
            Rooting::Root => match self.home(edit) {
                Some(stream) => stream,
                None => return Ok(Err(Refusal::quarantine(Reason::NotAvailable))),
            },
            Rooting::Under(kinds) => {
                within_protocol!(self.no_untaken(ledger, edit.root));
                let Some(root) = ledger.within_reach(edit.root, self.grants) else {
                    return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
                };
                if !kinds.contains(&root.stored.kind.as_str()) {
                    return Ok(Err(Refusal::quarantine(Reason::IdentityMismatch)));
                }
                if root.stored.deleted {
                    return Ok(Err(Refusal::quarantine(Reason::Deleted)));
                }
                root.stored.stream
            }
        };
        let standing = within_protocol!(self.standing(stream));
        ledger.make(edit.record, &edit.kind, edit.root, stream);
        Ok(Ok(Target { standing, act: Act::Create, untaken_before, is_again: false }))
    }

    /// The stream a new root is to live in.
    fn home(&self, edit: &Edit) -> Option<StreamId> {
        edit.stream.or_else(|| match self.applied {
            None => self.rules.home(&edit.kind, self.grants),
            Some(waiting) => waiting.stream,
        })
    }

    fn put(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
        target: &Target,
    ) -> Judged<Taken> {
        let Some(entry) = ledger.get_mut(edit.record) else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        entry.content()?;
        let stream = entry.stored.stream;
        let since = entry.since(edit.base);
        let Some(content) = entry.opened() else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let current = (target.act != Act::Create).then_some(&content.document);
        let edit = self.normal(edit, current);
        let is_as_sent = matches!(edit, Cow::Borrowed(_));
        let edit = edit.as_ref();
        let shape = within_protocol!(self.shape(edit, current));
        let asks = within_protocol!(self.asks(edit, current, &shape, target.act));
        within_protocol!(self.in_turn(edit, &asks));
        let question = Question {
            current,
            open: &content.conflicts,
            asks: &asks,
            stream: Some(stream),
            area: self.grants.areas.get(&stream).map(String::as_str),
            ..self.question(edit, target)
        };
        within_protocol!(self.rules.permits(&question).map_err(|reason| Refusal {
            problems: self.rules.places(&question, reason),
            ..Refusal::quarantine(reason)
        }));
        let (signed, kept) = self.signatures(&question, &asks);
        let incoming = Incoming {
            user: self.user,
            own: self.own(device_seq),
            hand: self.hand,
            shape: &shape,
            asks: &kept,
            resolves: &edit.resolves,
            made_at: &edit.made_at,
        };
        let may_pass = |path: &Path, from: Option<&Json>, to: Option<&Json>| {
            self.rules.may_pass(&question, path, from, to)
        };
        let mut merged = within_protocol!(merge(content, &incoming, since, &may_pass));
        let mut consequences = self.rules.consequences(&edit.kind, &merged.content.document);
        // What follows stands against an edit only if it is what the edit is for.
        let signs = self.rules.signers(&edit.kind, &edit.patch).len() > signed.unproved.len();
        if !consequences.is_empty()
            && !signs
            && self.whole(edit, target, &asks, &consequences, &merged.content).is_err()
        {
            consequences.clear();
        }
        within_protocol!(self.whole(edit, target, &asks, &consequences, &merged.content));
        within_protocol!(self.keeps_rules(edit, current, content, &incoming, since, &merged));
        consequences.extend(self.rules.stamps(&question, &merged.content.document));
        let effect_is_payload = target.act == Act::Create
            && is_as_sent
            && consequences.is_empty()
            && merged.ignored.is_empty()
            && signed.is_empty()
            && !asks.iter().any(|ask| ask.wish == Wish::Remove);
        for (path, value) in signed.marks.into_iter().chain(consequences) {
            merged.set(path, value);
        }
        merged.ignored.extend(signed.unproved);
        let Some(entry) = ledger.get_mut(edit.record) else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let effect = if effect_is_payload {
            crate::journal::effect_of_creation(&edit.patch)
        } else {
            merged.effect
        };
        let rev = entry
            .take(merged.content, |rev| past(edit.record, self.device, device_seq, rev, &effect));
        let outcome = Outcome {
            rev: Some(rev),
            conflicts: merged.conflicts,
            ignored: merged.ignored,
            ..Outcome::new(device_seq, merged.verdict)
        };
        let stands = self.looks_up_references(edit).then_some(edit.record);
        Ok(Ok(Taken { outcome, effect, effect_is_payload, stands }))
    }

    /// The question about the record alone; what it holds and what is asked of it is put in by
    /// those who know it.
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

/// A root that is not named, or named wrongly.
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
