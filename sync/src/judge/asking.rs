//! Reads and checks an edit's content before anything is permitted.

use super::Judge;
use crate::edit::Edit;
use crate::json::Object;
use crate::op::Op;
use crate::outcome::{Reason, Refusal};
use crate::patch::{Ask, asks, asks_of_making};
use crate::planted::{Fault, planted};
use crate::rules::{Act, Rules};
use crate::shape::Shape;
use std::borrow::Cow;

impl<R: Rules> Judge<'_, R> {
    /// The edit in normal form, borrowed if it arrived that way.
    pub(super) fn normal<'e>(&self, edit: &'e Edit, current: Option<&Object>) -> Cow<'e, Edit> {
        match self.rules.normal(&edit.kind, current, &edit.patch) {
            Some(patch) => Cow::Owned(Edit { patch, ..edit.clone() }),
            None => Cow::Borrowed(edit),
        }
    }

    pub(super) fn shape(
        &self,
        edit: &Edit,
        current: Option<&Object>,
    ) -> Result<Cow<'_, Shape>, Refusal> {
        self.rules
            .shape(&edit.kind, current, &edit.patch)
            .map_err(|problems| Refusal::reject(Reason::InvalidValue, problems))
    }

    pub(super) fn asks(
        &self,
        edit: &Edit,
        current: Option<&Object>,
        shape: &Shape,
        act: Act,
    ) -> Result<Vec<Ask>, Refusal> {
        // Nobody can have seen a row of a record that does not exist: every row is new.
        let makes = act == Act::Create && !planted(Fault::MakersMarkRows);
        let read = if makes { asks_of_making } else { asks };
        let asks = read(shape, &edit.patch, &edit.new_rows)
            .map_err(|problems| Refusal::reject(Reason::WrongShape, problems))?;
        let invalid = self.rules.invalid_values(&edit.kind, current, &asks, self.now);
        if invalid.is_empty() {
            Ok(asks)
        } else {
            Err(Refusal::reject(Reason::InvalidValue, invalid))
        }
    }

    /// The problems of an edit whatever its record contains, as far as they can be found without
    /// the record.
    pub(super) fn wrong_in_itself(&self, edit: &Edit) -> Option<Refusal> {
        if edit.op != Op::Put || planted(Fault::WrongWaits) {
            return None;
        }
        let edit = self.normal(edit, None);
        let shape = self.rules.shape_alone(&edit.kind, &edit.patch)?;
        self.asks(&edit, None, &shape, Act::Change).err()
    }

    /// Rejects acts that belong to the desk when they come from anywhere else, whoever sends them
    /// and whatever the record contains.
    pub(super) fn nothing_only_at_desk(&self, edit: &Edit, asks: &[Ask]) -> Result<(), Refusal> {
        if self.hand.is_servers() {
            return Ok(());
        }
        let problems = self.rules.only_at_desk(&edit.kind, asks);
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Refusal::reject(Reason::OnlyAtDesk, problems))
        }
    }
}
