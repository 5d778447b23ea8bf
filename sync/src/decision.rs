//! Decisions on edits that were not taken. A quarantined one is applied to today's record, or
//! dismissed; a rejected one can only be dismissed, once somebody has read it. Always by a person
//! with authority, always with a reason, always on a whole group.

use crate::edit::{Asked, Edit, Op, Received};
use crate::id::{DeviceId, DeviceSeq, GroupId, RecordId, StreamId, UserId};
use crate::outcome::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An edit's name: the device it came from, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EditName {
    /// The device.
    pub device: DeviceId,
    /// Its number there.
    pub device_seq: DeviceSeq,
}

/// What is decided of an edit that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Applied, or else dismissed.
    pub applies: bool,
    /// The edit that is decided on.
    pub target: EditName,
    /// Why, in words for its author.
    pub reason: String,
    /// When, by the clock of who decided.
    pub made_at: String,
    /// Where a new root goes whose author did not say, if the person who decides says.
    pub stream: Option<StreamId>,
}

impl Decision {
    /// The operation it is asked with.
    pub fn op(&self) -> Op {
        if self.applies { Op::Apply } else { Op::Dismiss }
    }
}

/// An edit that was quarantined or rejected, as the journal holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Its name.
    pub name: EditName,
    /// Its author.
    pub user: UserId,
    /// Quarantined or rejected.
    pub verdict: Verdict,
    /// The record it asks for; none if that could not be read.
    pub record: Option<RecordId>,
    /// That record's root.
    pub root: Option<RecordId>,
    /// That record's kind.
    pub kind: Option<String>,
    /// The stream at whose desk it was laid.
    pub stream: Option<StreamId>,
    /// Its group.
    pub group: Option<GroupId>,
    /// Its bytes, unless they were erased by right.
    pub payload: Option<String>,
    /// The installations whose work its device goes on with.
    pub continues: Vec<(DeviceId, DeviceSeq)>,
}

/// An edit that a push decides on, or one of its group.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) waiting: Waiting,
    /// What it asks; `None` if its bytes were erased.
    pub(crate) edit: Option<Edit>,
    pub(crate) is_settled: bool,
}

/// All cases of a push.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cases(BTreeMap<EditName, Case>);

impl Cases {
    pub(crate) fn new(waiting: Vec<Waiting>) -> Self {
        let case = |waiting: Waiting| {
            let edit = waiting.payload.as_deref().and_then(asked);
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

    /// The names that have to be decided with this one, in order: its group.
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

/// What a stored payload asks. Only what a device may ask is ever applied.
fn asked(payload: &str) -> Option<Edit> {
    match Received::read_stored(payload)?.edit.ok()? {
        Asked::Edit(edit) if !edit.op.is_staffs() => Some(*edit),
        _ => None,
    }
}
