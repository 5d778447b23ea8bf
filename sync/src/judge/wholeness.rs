//! What must be whole and undisputed before an edit is taken.

use super::{Judge, Target};
use crate::edit::Edit;
use crate::json::Json;
use crate::outcome::{Reason, Refusal};
use crate::patch::{Ask, Wish};
use crate::path::Path;
use crate::planted::{Fault, planted};
use crate::record::Content;
use crate::rules::{Act, Rules};
use crate::shape::Class;

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
}
