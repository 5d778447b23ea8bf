//! Decisions on edits that were not taken. A quarantined one is applied to today's record, or
//! dismissed; a rejected one can only be dismissed, once somebody has read it. Always by a person
//! with authority, always with a reason, always on a whole group.

use crate::id::{DeviceId, DeviceSeq, GroupId, RecordId, StreamId, UserId};
use crate::op::Op;
use crate::outcome::Verdict;
use serde::{Deserialize, Serialize};

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
