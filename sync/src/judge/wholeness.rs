//! What must be whole and undisputed before an edit is taken.

use super::{Judge, Judged, Target};
use crate::edit::Edit;
use crate::json::{Json, Object};
use crate::ledger::{Entry, Ledger};
use crate::merge::{Incoming, Merge, Since, alone};
use crate::outcome::{Problem, Reason, Refusal};
use crate::patch::{Ask, Wish};
use crate::path::Path;
use crate::planted::{Fault, planted};
use crate::record::Content;
use crate::rules::{Act, Reference, Rules};
use crate::shape::Class;
use std::borrow::Cow;

impl<R: Rules> Judge<'_, R> {
    /// A new record must be one, and a record that is handed in must be whole and undisputed.
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
            // By its own content: nothing on the server can make it whole.
            (false, true) => Err(Refusal::reject(Reason::NotWhole, missing)),
            (false, false) => {
                Err(Refusal { problems: missing, ..Refusal::quarantine(Reason::NotWhole) })
            }
        }
    }

    /// What holds of a whole record holds of every result, wherever it comes from: a later edit, a
    /// merge of two people's edits, an alternative that is chosen.
    ///
    /// What an edit breaks by itself, over what its author was looking at, is rejected by name. What
    /// only this edit and another's break together is put before a person: neither is wrong. A rule
    /// that was broken before stands in no edit's way (docs/adr/0013).
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

    /// What a record names is there, alive, and of the same root, as soon as the record stands on it.
    pub(super) fn references_stand(
        &self,
        ledger: &Ledger,
        edit: &Edit,
        consequences: &[(Path, Json)],
        content: &Content,
    ) -> Result<(), Refusal> {
        if !self.rules.looks_up_references(&edit.kind, &edit.patch) {
            return Ok(());
        }
        let mut document = Cow::Borrowed(&content.document);
        for (path, value) in consequences {
            path.put(document.to_mut(), value.clone());
        }
        if !self.rules.needs_references(&edit.kind, &document) {
            return Ok(());
        }
        let stands = |reference: &Reference| {
            ledger.get(reference.record).is_some_and(|entry| {
                let Entry { stored, .. } = entry;
                let fits =
                    reference.kinds.is_empty() || reference.kinds.contains(&stored.kind.as_str());
                fits && !stored.deleted && stored.root == edit.root
            })
        };
        let references = self.rules.references(&edit.kind, &document);
        let problems: Vec<_> = references
            .into_iter()
            .filter(|reference| !stands(reference))
            .map(|reference| Problem::new(reference.path, "no_such_record"))
            .collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(Refusal { problems, ..Refusal::quarantine(Reason::NotWhole) })
    }

    /// Nothing is deleted that another record names, and no root before what belongs to it. Each of
    /// those is named.
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
            return Ok(Ok(()));
        }
        Ok(Err(Refusal { problems, ..Refusal::quarantine(Reason::StillNeeded) }))
    }
}

/// What is broken beyond what was broken before.
fn beyond(after: Vec<Problem>, before: &[Problem]) -> Vec<Problem> {
    after.into_iter().filter(|problem| !before.contains(problem)).collect()
}
