//! One edit before the record: taken, quarantined or rejected.

use crate::edit::{Edit, Op};
use crate::effect::{Effect, Touch};
use crate::id::{DeviceId, DeviceSeq, RecordId, StreamId, UserId};
use crate::journal::Past;
use crate::json::{Json, Object};
use crate::ledger::Ledger;
use crate::merge::{Hand, Incoming, OwnChain, merge};
use crate::outcome::{Outcome, Problem, Reason, Refusal, Verdict};
use crate::patch::{Ask, Wish, asks};
use crate::path::Path;
use crate::record::Content;
use crate::rev::Rev;
use crate::rules::{Act, Grant, Grants, Question, Rooting, Rules};
use crate::shape::{Class, Shape};
use crate::storage::Stored;
use std::borrow::Cow;

/// An edit that was taken.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) outcome: Outcome,
    pub(crate) effect: Effect,
    pub(crate) effect_is_payload: bool,
}

/// Everything an edit is judged by.
pub(crate) struct Judge<'a, R> {
    pub(crate) rules: &'a R,
    pub(crate) grants: &'a Grants,
    pub(crate) user: UserId,
    pub(crate) device: DeviceId,
    pub(crate) continues: &'a [(DeviceId, DeviceSeq)],
    pub(crate) hand: Hand,
}

/// The record an edit is for, once it is known to be within reach.
struct Target {
    grant: Grant,
    act: Act,
    /// This device asked for the new record before, and was rejected.
    rejected_before: Option<DeviceSeq>,
}

type Judged<T> = Stored<Result<T, Refusal>>;

/// Leaves the surrounding function with the refusal, if there is one.
macro_rules! within_protocol {
    ($judged:expr) => {
        match $judged {
            Ok(value) => value,
            Err(refusal) => return Ok(Err(refusal)),
        }
    };
}

impl<R: Rules> Judge<'_, R> {
    /// Judges an edit and, if it is taken, takes it into the ledger.
    pub(crate) fn judge(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
    ) -> Judged<Taken> {
        let rooting = within_protocol!(self.readable(edit));
        if self.grants.closed {
            return Ok(Err(Refusal::quarantine(Reason::RightEnded)));
        }
        let target = within_protocol!(self.reach(ledger, edit, rooting)?);
        let judged = match edit.op {
            Op::Delete => self.delete(ledger, device_seq, edit, &target),
            _ => self.put(ledger, device_seq, edit, &target),
        };
        // A record that an edit would have made and did not must leave no trace.
        if target.act == Act::Create && !matches!(judged, Ok(Ok(_))) {
            ledger.restore(crate::ledger::Kept::nothing(edit.record));
        }
        judged
    }

    /// What can be said of an edit without looking at anything else.
    fn readable(&self, edit: &Edit) -> Result<Rooting, Refusal> {
        if !matches!(edit.op, Op::Put | Op::Delete) {
            let problem = Problem::new(Path::of(&["op"]), "not_a_device_operation");
            return Err(Refusal::reject(Reason::UnknownOp, vec![problem]));
        }
        let Some(rooting) = self.rules.rooting(&edit.kind) else {
            let problem = Problem::new(Path::of(&["kind"]), "unknown");
            return Err(Refusal::reject(Reason::UnknownKind, vec![problem]));
        };
        let root_is_self = edit.root == edit.record;
        if root_is_self != (rooting == Rooting::Root) {
            let code = if root_is_self { "missing" } else { "not_for_a_root" };
            let problem = Problem::new(Path::of(&["root"]), code);
            return Err(Refusal::reject(Reason::Malformed, vec![problem]));
        }
        Ok(rooting)
    }

    fn grant(&self, stream: StreamId) -> Result<Grant, Refusal> {
        let grant = self.grants.streams.get(&stream).copied();
        grant.ok_or_else(|| Refusal::quarantine(Reason::NotAvailable))
    }

    /// Finds the record, or makes room for a new one. Whatever is out of this person's reach
    /// answers with one and the same refusal, the first time and every other: it gives no hint of
    /// what exists.
    fn reach(&self, ledger: &mut Ledger, edit: &Edit, rooting: Rooting) -> Judged<Target> {
        if let Some(entry) = ledger.within_reach(edit.record, self.grants) {
            let grant = within_protocol!(self.grant(entry.stored.stream));
            if entry.stored.kind != edit.kind || entry.stored.root != edit.root {
                return Ok(Err(Refusal::quarantine(Reason::IdentityMismatch)));
            }
            if entry.stored.deleted {
                return Ok(Err(Refusal::quarantine(Reason::Deleted)));
            }
            let act = if edit.op == Op::Delete { Act::Delete } else { Act::Change };
            return Ok(Ok(Target { grant, act, rejected_before: None }));
        }
        let rejected_before = match ledger.untaken(edit.record) {
            Some((device_seq, Verdict::Rejected)) => Some(device_seq),
            _ => None,
        };
        if rejected_before.is_none() {
            within_protocol!(self.no_untaken(ledger, edit.record));
        }
        let is_creation = edit.op == Op::Put && edit.base == crate::rev::Base::Nothing;
        let is_hidden = ledger.get(edit.record).is_some();
        if !is_creation || is_hidden {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        }
        let stream = match rooting {
            Rooting::Root => match edit.stream.or_else(|| self.rules.home(&edit.kind, self.grants))
            {
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
        let grant = within_protocol!(self.grant(stream));
        ledger.make(edit.record, &edit.kind, edit.root, stream);
        Ok(Ok(Target { grant, act: Act::Create, rejected_before }))
    }

    /// Whether this device has an earlier edit for a record that is not there, or hidden: what
    /// builds on it waits with it.
    fn no_untaken(&self, ledger: &Ledger, record: RecordId) -> Result<(), Refusal> {
        match (ledger.within_reach(record, self.grants), ledger.untaken(record)) {
            (None, Some((device_seq, Verdict::Rejected))) => {
                Err(Refusal::quarantine(Reason::ParentRejected).because_of(device_seq))
            }
            (None, Some((device_seq, _))) => {
                Err(Refusal::quarantine(Reason::ParentQuarantined).because_of(device_seq))
            }
            _ => Ok(()),
        }
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
        let since = entry.since(edit.base);
        let Some(content) = entry.opened() else {
            return Ok(Err(Refusal::quarantine(Reason::NotAvailable)));
        };
        let current = (target.act != Act::Create).then_some(&content.document);
        let shape = within_protocol!(self.shape(edit, current));
        let asks = within_protocol!(self.asks(edit, current, &shape));
        let question = self.question(edit, target, current, &asks);
        within_protocol!(self.rules.permits(&question).map_err(Refusal::quarantine));
        let incoming = Incoming {
            user: self.user,
            own: self.own(device_seq),
            hand: self.hand,
            shape: &shape,
            asks: &asks,
            resolves: &edit.resolves,
            made_at: &edit.made_at,
        };
        let may_pass = |path: &Path, from: Option<&Json>, to: Option<&Json>| {
            self.rules.may_pass(&question, path, from, to)
        };
        let merged = within_protocol!(merge(content, &incoming, since, &may_pass));
        within_protocol!(self.whole(edit, target, &asks, &merged.content));
        let effect_is_payload = target.act == Act::Create
            && merged.ignored.is_empty()
            && !asks.iter().any(|ask| ask.wish == Wish::Remove);
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
        Ok(Ok(Taken { outcome, effect, effect_is_payload }))
    }

    fn shape(&self, edit: &Edit, current: Option<&Object>) -> Result<Cow<'_, Shape>, Refusal> {
        self.rules
            .shape(&edit.kind, current, &edit.patch)
            .map_err(|problems| Refusal::reject(Reason::InvalidValue, problems))
    }

    fn asks(
        &self,
        edit: &Edit,
        current: Option<&Object>,
        shape: &Shape,
    ) -> Result<Vec<Ask>, Refusal> {
        let asks = asks(shape, &edit.patch, &edit.new_rows)
            .map_err(|problems| Refusal::reject(Reason::WrongShape, problems))?;
        let invalid = self.rules.invalid_values(&edit.kind, current, &asks);
        if invalid.is_empty() {
            Ok(asks)
        } else {
            Err(Refusal::reject(Reason::InvalidValue, invalid))
        }
    }

    fn question<'q>(
        &self,
        edit: &'q Edit,
        target: &Target,
        current: Option<&'q Object>,
        asks: &'q [Ask],
    ) -> Question<'q> {
        let capacity = target.grant.capacity;
        Question { capacity, kind: &edit.kind, act: target.act, current, asks }
    }

    fn own(&self, device_seq: DeviceSeq) -> OwnChain<'_> {
        OwnChain { device: self.device, device_seq, continues: self.continues }
    }

    /// A new record must be one, and a record that is handed in must be whole and undisputed.
    fn whole(
        &self,
        edit: &Edit,
        target: &Target,
        asks: &[Ask],
        content: &Content,
    ) -> Result<(), Refusal> {
        let is_creation = target.act == Act::Create;
        if is_creation {
            let missing = self.rules.missing_at_creation(&edit.kind, &content.document);
            match (missing.is_empty(), target.rejected_before) {
                (true, _) => {}
                (false, None) => return Err(Refusal::reject(Reason::InvalidValue, missing)),
                // It was made to go on from an edit that made the record, and waits for a person;
                // one that makes the whole record anew is welcome.
                (false, Some(parent)) => {
                    return Err(Refusal::quarantine(Reason::ParentRejected).because_of(parent));
                }
            }
        }
        let is_submission = asks.iter().any(|ask| {
            ask.class == Class::State
                && matches!(&ask.wish, Wish::Set(to)
                    if self.rules.is_submission(&edit.kind, &ask.path, to))
        });
        if !is_submission {
            return Ok(());
        }
        if !content.conflicts.is_empty() {
            return Err(Refusal::quarantine(Reason::SubmissionConflict));
        }
        let missing = self.rules.missing_at_submission(&edit.kind, &content.document);
        match (missing.is_empty(), is_creation) {
            (true, _) => Ok(()),
            // By its own content: nothing on the server can make it whole.
            (false, true) => Err(Refusal::reject(Reason::NotWhole, missing)),
            (false, false) => {
                Err(Refusal { problems: missing, ..Refusal::quarantine(Reason::NotWhole) })
            }
        }
    }

    fn delete(
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
        let question = self.question(edit, target, Some(&content.document), &[]);
        within_protocol!(self.rules.permits(&question).map_err(Refusal::quarantine));
        if content.conflicts.iter().any(|open| !edit.resolves.contains(&open.id)) {
            return Ok(Err(Refusal::quarantine(Reason::OpenConflict)));
        }
        let own = self.own(device_seq);
        let is_met =
            entry.since(edit.base).pasts.iter().any(|p| !own.holds(p.device, p.device_seq));
        if is_met {
            return Ok(Err(Refusal::quarantine(Reason::EditedSince)));
        }
        let effect = Effect(vec![Touch {
            path: Path::whole(),
            before: Some(Json::Object(content.document)),
            after: None,
        }]);
        let gone =
            Content { deleted: true, removed_rows: content.removed_rows, ..Content::default() };
        let rev = entry.take(gone, |rev| past(edit.record, self.device, device_seq, rev, &effect));
        let outcome = Outcome { rev: Some(rev), ..Outcome::new(device_seq, Verdict::Applied) };
        Ok(Ok(Taken { outcome, effect, effect_is_payload: false }))
    }
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
