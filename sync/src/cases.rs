//! The cases of a push: edits that it decides on, with their content and whether they are already
//! settled.

use crate::decision::{EditName, Waiting};
use crate::edit::{Asked, Edit, Received};
use std::collections::BTreeMap;

/// An edit that a push decides on, or a member of its group.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) waiting: Waiting,
    /// Its content; `None` if its bytes were erased.
    pub(crate) edit: Option<Edit>,
    pub(crate) is_settled: bool,
}

/// All cases of a push.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cases(BTreeMap<EditName, Case>);

impl Cases {
    pub(crate) fn new(waiting: Vec<Waiting>) -> Self {
        let case = |waiting: Waiting| {
            let edit = waiting.payload.as_deref().and_then(parse_edit);
            (waiting.name, Case { waiting, edit, is_settled: false })
        };
        Self(waiting.into_iter().map(case).collect())
    }

    pub(crate) fn get(&self, name: EditName) -> Option<&Case> {
        self.0.get(&name)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Case> {
        self.0.values()
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Case> {
        self.0.values_mut()
    }

    pub(crate) fn names(&self) -> Vec<EditName> {
        self.0.keys().copied().collect()
    }

    pub(crate) fn settle(&mut self, name: EditName) {
        if let Some(case) = self.0.get_mut(&name) {
            case.is_settled = true;
        }
    }

    /// The names that must be decided together with this one, in order: its group.
    pub(crate) fn with_group(&self, case: &Case) -> Vec<EditName> {
        let Some(group) = case.waiting.group else {
            return vec![case.waiting.name];
        };
        let is_of_it = |other: &&Case| {
            other.waiting.group == Some(group)
                && other.waiting.name.device == case.waiting.name.device
        };
        self.all().filter(is_of_it).map(|other| other.waiting.name).collect()
    }
}

/// Parses a stored payload. Only an operation that devices may use is ever applied.
fn parse_edit(payload: &str) -> Option<Edit> {
    match Received::read_stored(payload)?.edit.ok()? {
        Asked::Edit(edit) if !edit.op.is_staffs() => Some(*edit),
        _ => None,
    }
}
