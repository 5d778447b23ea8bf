//! Finds an edit's record, and whether its author can reach it.

use super::halt::require;
use super::{Judge, Target, wrong_root};
use crate::edit::Edit;
use crate::id::{DeviceSeq, StreamId};
use crate::ledger::{Entry, Ledger};
use crate::op::Op;
use crate::outcome::{Problem, Reason, Refusal};
use crate::path::Path;
use crate::planted::{Fault, planted};
use crate::rev::Base;
use crate::rules::{Act, Rooting, Rules};

impl<R: Rules> Judge<'_, R> {
    /// Finds the record, or makes room for a new one. Everything out of this person's reach gets
    /// the same refusal, every time, so that the answer never hints at what exists.
    pub(super) fn reach(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
        rooting: Rooting,
    ) -> Result<Target, Refusal> {
        match ledger.within_reach(edit.record, self.grants) {
            Some(entry) => self.existing(ledger, entry, device_seq, edit),
            None => self.new_record(ledger, edit, rooting),
        }
    }

    fn existing(
        &self,
        ledger: &Ledger,
        entry: &Entry,
        device_seq: DeviceSeq,
        edit: &Edit,
    ) -> Result<Target, Refusal> {
        let standing = self.standing(entry.stored.stream)?;
        let is_same = entry.stored.kind == edit.kind && entry.stored.root == edit.root;
        require(is_same, Reason::IdentityMismatch)?;
        let is_gone = |entry: &Entry| entry.stored.deleted;
        let fits_deleted = matches!(edit.op, Op::Undelete | Op::Move);
        let root_is_gone = edit.root != edit.record && ledger.get(edit.root).is_some_and(is_gone);
        let is_again = edit.op == Op::Delete && self.has_deleted(entry, device_seq, edit);
        if root_is_gone || (is_gone(entry) && !fits_deleted && !is_again) {
            return Err(match planted(Fault::StateRejects) {
                true => Refusal::reject(Reason::Deleted, Vec::new()),
                false => Refusal::quarantine(Reason::Deleted),
            });
        }
        let act = match edit.op {
            Op::Delete => Act::Delete,
            Op::Undelete => Act::Undelete,
            Op::Move => Act::Move,
            _ => Act::Change,
        };
        Ok(Target { standing, act, untaken_before: None, is_again })
    }

    fn new_record(
        &self,
        ledger: &mut Ledger,
        edit: &Edit,
        rooting: Rooting,
    ) -> Result<Target, Refusal> {
        let untaken_before = self.untaken(ledger, edit.record);
        let is_creation =
            edit.op == Op::Put && (edit.base == Base::Nothing || planted(Fault::AnyBaseMakes));
        // Checked before whether the record is hidden: the answer is the same either way.
        if is_creation && !edit.names_root && rooting != Rooting::Root {
            return Err(wrong_root("missing"));
        }
        let is_hidden = ledger.get(edit.record).is_some();
        require(!is_hidden || !planted(Fault::HiddenShows), Reason::NotPermitted)?;
        // This reveals only what authors know about themselves: which teams they work in.
        if is_creation && rooting == Rooting::Root && self.home(edit).is_none() {
            let problems = vec![Problem::new(Path::of(&["stream"]), "missing")];
            return Err(Refusal { problems, ..Refusal::quarantine(Reason::NotAvailable) });
        }
        require(is_creation && !is_hidden, Reason::NotAvailable)?;
        let stream = match rooting {
            Rooting::Root => self.home(edit).ok_or(Refusal::quarantine(Reason::NotAvailable))?,
            Rooting::Under(kinds) => {
                self.no_untaken(ledger, edit.root)?;
                let root = ledger
                    .within_reach(edit.root, self.grants)
                    .ok_or(Refusal::quarantine(Reason::NotAvailable))?;
                let fits = kinds.contains(&root.stored.kind.as_str());
                require(fits, Reason::IdentityMismatch)?;
                require(!root.stored.deleted, Reason::Deleted)?;
                root.stored.stream
            }
        };
        let standing = self.standing(stream)?;
        ledger.make(edit.record, &edit.kind, edit.root, stream);
        Ok(Target { standing, act: Act::Create, untaken_before, is_again: false })
    }

    /// The stream for a new root.
    fn home(&self, edit: &Edit) -> Option<StreamId> {
        edit.stream.or_else(|| match self.applied {
            None => self.rules.home(&edit.kind, self.grants),
            Some(waiting) => waiting.stream,
        })
    }
}
