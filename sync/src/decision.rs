//! Decisions on edits that were not taken. A quarantined one is applied to today's record, or
//! dismissed; a rejected one can only be dismissed, once somebody has read it. A decision always
//! needs authority and a reason, and covers a whole group.

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

/// A decision on an edit that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it is applied; otherwise it is dismissed.
    pub applies: bool,
    /// The edit.
    pub target: EditName,
    /// The reason, in words for its author.
    pub reason: String,
    /// The time by the decider's clock.
    pub made_at: String,
    /// The stream for a new root whose author named none, if the decider names one.
    pub stream: Option<StreamId>,
}

impl Decision {
    /// The operation of this decision.
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
    /// The record it names; none if that could not be read.
    pub record: Option<RecordId>,
    /// That record's root.
    pub root: Option<RecordId>,
    /// That record's kind.
    pub kind: Option<String>,
    /// The stream whose desk it waits at.
    pub stream: Option<StreamId>,
    /// Its group.
    pub group: Option<GroupId>,
    /// Its bytes, unless they were lawfully erased.
    pub payload: Option<String>,
    /// The installations that its device continues.
    pub continues: Vec<(DeviceId, DeviceSeq)>,
}
