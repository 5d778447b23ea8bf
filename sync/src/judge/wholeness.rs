//! What must be complete and undisputed before an edit is taken.

use super::{Judge, Judged, Target};
use crate::edit::Edit;
use crate::id::RecordId;
use crate::json::{Json, Object};
use crate::ledger::{Entry, Ledger};
use crate::merge::{Incoming, Merge, Since, alone};
use crate::op::Op;
use crate::outcome::{Problem, Reason, Refusal};
use crate::patch::{Ask, Wish};
use crate::path::Path;
use crate::planted::{Fault, planted};
use crate::record::Content;
use crate::rules::{Act, Reference, Rules};
use crate::shape::Class;
use crate::storage::Stored;

impl<R: Rules> Judge<'_, R> {
    /// A new record must be complete, and a submitted record complete and undisputed.
    pub(super) fn whole(
        &self,
        edit: &Edit,
        target: &Target,
        asks: &[Ask],
        consequences: &[(Path, Json)],
        content: &Content,
    ) -> Result<(), Refusal> {
        let is_creation = target.act == Act::Create;
        if is_creation {
            let missing = self.rules.broken(&edit.kind, &content.document, self.now);
            match (missing.is_empty(), &target.untaken_before) {
                (true, _) => {}
                (false, None) => return Err(Refusal::reject(Reason::InvalidValue, missing)),
                // It builds on an edit that was not taken and would have made the record. An edit
                // that makes the whole record itself is taken.
                (false, Some(parent)) => return Err(self.waits_with(parent)),
            }
        }
        let asked = asks.iter().filter_map(|ask| match &ask.wish {
            Wish::Set(to) if ask.class == Class::State => Some((&ask.path, to)),
            _ => None,
        });
        let states: Vec<_> =
            asked.chain(consequences.iter().map(|(path, to)| (path, to))).collect();
        let any =
            |rule: &dyn Fn(&Path, &Json) -> bool| states.iter().any(|(path, to)| rule(path, to));
        let is_submission = any(&|path, to| self.rules.is_submission(&edit.kind, path, to));
        let needs_agreement = any(&|path, to| self.rules.needs_agreement(&edit.kind, path, to));
        if needs_agreement && !content.conflicts.is_empty() && !planted(Fault::SubmitsOverConflict)
        {
            let reason =
                if is_submission { Reason::SubmissionConflict } else { Reason::OpenConflict };
            return Err(Refusal::quarantine(reason));
        }
        if !is_submission {
            return Ok(());
        }
        let missing = self.rules.missing_at_submission(&edit.kind, &content.document);
        match (missing.is_empty(), is_creation) {
            (true, _) => Ok(()),
            // The edit carries the whole record, so nothing on the server can complete it.
            (false, true) => Err(Refusal::reject(Reason::NotWhole, missing)),
            (false, false) => {
                Err(Refusal { problems: missing, ..Refusal::quarantine(Reason::NotWhole) })
            }
        }
    }

    /// Checks the rules of a whole record against every result: of a later edit, a merge of two
    /// people's edits, or the choice of an alternative.
    ///
    /// A rule that the edit breaks by itself, on top of what its author saw, rejects it. One that
    /// only this edit and another's break together goes to a person: neither is wrong. A rule that
    /// was already broken does not block the edit (docs/adr/0013).
    pub(super) fn keeps_rules(
        &self,
        edit: &Edit,
        current: Option<&Object>,
        content: &Content,
        incoming: &Incoming<'_>,
        since: Since<'_>,
        merged: &Merge,
    ) -> Result<(), Refusal> {
        let Some(current) = current.filter(|_| !planted(Fault::ResultsUnchecked)) else {
            return Ok(());
        };
        let broken = |document: &Object| {
            let mut found = self.rules.broken(&edit.kind, document, self.now);
            if self.rules.is_handed_in(&edit.kind, document) {
                found.extend(self.rules.missing_at_submission(&edit.kind, document));
            }
            found
        };
        let after = broken(&merged.content.document);
        if after.is_empty() {
            return Ok(());
        }
        let new = beyond(after, &broken(current));
        if new.is_empty() {
            return Ok(());
        }
        let (seen, alone) = alone(content, incoming, since);
        let by_itself = beyond(broken(&alone), &broken(&seen));
        let own: Vec<_> = new.iter().filter(|p| by_itself.contains(p)).cloned().collect();
        if own.is_empty() || planted(Fault::TogetherIsAlone) {
            return Err(Refusal { problems: new, ..Refusal::quarantine(Reason::BrokenTogether) });
        }
        Err(Refusal::reject(Reason::InvalidValue, own))
    }

    /// Whether the references of an edit's record are checked after it.
    pub(crate) fn looks_up_references(&self, edit: &Edit) -> bool {
        match edit.op {
            Op::Put => self.rules.looks_up_references(&edit.kind, &edit.patch),
            Op::Undelete => true,
            _ => false,
        }
    }

    /// Checks that what a record names exists, is not deleted, and has the same root, once the
    /// record relies on it. Runs after everything judged with it: a group may name what comes later
    /// in the group, and may not delete what it names.
    pub(crate) fn check_references(&self, ledger: &mut Ledger, record: RecordId) -> Judged<()> {
        let Some(entry) = ledger.get_mut(record).filter(|entry| !entry.stored.deleted) else {
            return Ok(());
        };
        let (kind, root) = (entry.stored.kind.clone(), entry.stored.root);
        let document = &entry.content()?.document;
        if !self.rules.needs_references(&kind, document) {
            return Ok(());
        }
        let mut problems = Vec::new();
        for reference in self.rules.references(&kind, document) {
            let stands = is_there(ledger, &reference, root)
                && self
                    .named_by(ledger, reference.record)?
                    .iter()
                    .all(|r| is_there(ledger, r, root));
            if !stands {
                problems.push(Problem::new(reference.path, "no_such_record"));
            }
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(Refusal { problems, ..Refusal::quarantine(Reason::NotWhole) }.into())
    }

    /// What a named record relies on in turn: the subject of a photo.
    fn named_by(&self, ledger: &mut Ledger, record: RecordId) -> Stored<Vec<Reference>> {
        let Some(entry) = ledger.get_mut(record) else { return Ok(Vec::new()) };
        let kind = entry.stored.kind.clone();
        let document = &entry.content()?.document;
        Ok(match self.rules.needs_references(&kind, document) {
            true => self.rules.references(&kind, document),
            false => Vec::new(),
        })
    }

    /// Refuses to delete a record that others name, or a root before its records. The refusal lists
    /// those others.
    pub(super) fn is_not_needed(&self, ledger: &mut Ledger, edit: &Edit) -> Judged<()> {
        let others: Vec<_> = ledger.belonging(edit.root).filter(|id| *id != edit.record).collect();
        let mut problems = Vec::new();
        for id in others {
            let Some(entry) = ledger.get_mut(id).filter(|entry| !entry.stored.deleted) else {
                continue;
            };
            let kind = entry.stored.kind.clone();
            let document = &entry.content()?.document;
            let needs = edit.record == edit.root || {
                let mut named = self.rules.references(&kind, document).into_iter();
                named.any(|named| named.record == edit.record && !named.kinds.is_empty())
            };
            if needs {
                let path = Path::of(&[&kind, &id.to_string()]);
                problems.push(Problem::new(path, "needs_it"));
            }
        }
        if problems.is_empty() || planted(Fault::DeletesWhatIsNeeded) {
            return Ok(());
        }
        Err(Refusal { problems, ..Refusal::quarantine(Reason::StillNeeded) }.into())
    }
}

/// Whether a named record exists, is not deleted, and is of the right kind and of this root.
fn is_there(ledger: &Ledger, named: &Reference, root: RecordId) -> bool {
    ledger.get(named.record).is_some_and(|Entry { stored, .. }| {
        let fits = named.kinds.is_empty() || named.kinds.contains(&stored.kind.as_str());
        fits && !stored.deleted && stored.root == root
    })
}

/// The rules broken now and not before.
fn beyond(after: Vec<Problem>, before: &[Problem]) -> Vec<Problem> {
    after.into_iter().filter(|problem| !before.contains(problem)).collect()
}
