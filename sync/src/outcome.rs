//! The outcome of an edit.

use crate::id::DeviceSeq;
use crate::path::Path;
use crate::rev::Rev;
use serde::{Deserialize, Serialize};
use std::fmt;
use strum::{EnumString, IntoStaticStr};

/// The five ways an edit can end. Stored once and never changed.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    /// Taken; no other device had an effective edit since the base.
    Applied,
    /// Taken alongside other devices' edits, without a conflict.
    Merged,
    /// Taken; at least one field now waits for a person to choose.
    Conflict,
    /// Kept for a person with authority to decide: something on the server stood against it.
    Quarantined,
    /// Kept, and never taken: the edit itself is wrong.
    Rejected,
}

impl Verdict {
    /// The word of the protocol.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether the edit changed its record.
    pub fn is_effective(self) -> bool {
        matches!(self, Self::Applied | Self::Merged | Self::Conflict)
    }
}

/// Why an edit was quarantined or rejected. The codes are part of the protocol and never change.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The person's right to write had ended.
    RightEnded,
    /// Nothing by that name is available to this person: moved, deleted, hidden, or never existed.
    NotAvailable,
    /// The person may see the record, but this act is not theirs.
    NotPermitted,
    /// It deletes something that only a reviewer may delete, or its author while the work it
    /// belongs to is open.
    NotAuthor,
    /// The record had been decided.
    Decided,
    /// A reviewer was working on the record.
    InReview,
    /// The record had been deleted.
    Deleted,
    /// The record's kind or root differs from what the edit says.
    IdentityMismatch,
    /// Its parent is itself quarantined.
    ParentQuarantined,
    /// Its parent was rejected.
    ParentRejected,
    /// It puts a household outside the area of its team.
    OutsideArea,
    /// The current status does not allow this change.
    IllegalTransition,
    /// A submission met or opened a conflict.
    SubmissionConflict,
    /// It and another's edit together break a rule of the whole record that neither breaks alone.
    BrokenTogether,
    /// A submission of a record that is not whole.
    NotWhole,
    /// It edits a row that is neither in the version seen nor in the record.
    RowUnknown,
    /// It adds a row under an id that has been used.
    RowIdTaken,
    /// It deletes a record over an open conflict that it does not name, or gives it a status that
    /// needs every conflict settled.
    OpenConflict,
    /// It deletes or moves a record that another has edited since its base.
    EditedSince,
    /// It deletes a record that others name or belong to.
    StillNeeded,
    /// Another edit of its group was quarantined or rejected, or a decision leaves out a member of a
    /// group.
    GroupMember,
    /// The edit that it decides on has already been applied or dismissed.
    Settled,
    /// It cannot be read as an edit.
    Malformed,
    /// No such kind of record.
    UnknownKind,
    /// An operation that a device may not use, or that does not exist.
    UnknownOp,
    /// A status that only a decision at the desk may give.
    OnlyAtDesk,
    /// The patch does not have the shape of the kind.
    WrongShape,
    /// A value is not what its field holds.
    InvalidValue,
}

/// The code of the protocol.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// One wrong place in an edit, and what is wrong there.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = PlaceProblem))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where, as a JSON pointer into the document (into the edit itself if it is malformed).
    pub path: Path,
    /// What is wrong, as a stable code.
    pub code: String,
    /// The valid values there, where they are a closed list: the options of a field, the statuses
    /// that may follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possible: Vec<String>,
}

impl Problem {
    /// `code` at `path`.
    pub fn new(path: Path, code: &str) -> Self {
        Self { path, code: code.to_owned(), possible: Vec::new() }
    }

    /// Adds the valid values.
    pub fn possible<S: Into<String>>(self, possible: impl IntoIterator<Item = S>) -> Self {
        Self { possible: possible.into_iter().map(Into::into).collect(), ..self }
    }
}

/// How many problems of an outcome list the valid values: one slip made in every row of a long list
/// must not make an answer many times as long as its edit.
const POSSIBLE_PROBLEMS_MAX: usize = 20;

/// The problems as an outcome carries them.
fn within_reason(mut problems: Vec<Problem>) -> Vec<Problem> {
    let saying = problems.iter_mut().filter(|problem| !problem.possible.is_empty());
    saying.skip(POSSIBLE_PROBLEMS_MAX).for_each(|problem| problem.possible.clear());
    problems
}

/// The outcome of one edit: the answer to its device, stored in the journal as it is.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The edit's number.
    pub device_seq: DeviceSeq,
    /// The verdict.
    pub outcome: Verdict,
    /// The record's version after it, if it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rev: Option<Rev>,
    /// The reason, if it was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The edit that is the cause: the member of its group, or its parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because_of: Option<DeviceSeq>,
    /// The fields that now wait for a person to choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Path>,
    /// The fields whose value was ignored because only the server writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<Path>,
    /// All that is wrong with it, if it was rejected or not whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

impl Outcome {
    /// An outcome with only a verdict.
    pub fn new(device_seq: DeviceSeq, outcome: Verdict) -> Self {
        Self {
            device_seq,
            outcome,
            rev: None,
            reason: None,
            because_of: None,
            conflicts: Vec::new(),
            ignored: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Whether it names places in the document. A client chooses the names of its rows and unknown
    /// members, so a place may contain anything.
    pub fn names_places(&self) -> bool {
        !(self.conflicts.is_empty() && self.ignored.is_empty() && self.problems.is_empty())
    }

    /// The outcome without places: every word of it is the server's own.
    pub fn outline(&self) -> Self {
        Self {
            rev: self.rev,
            reason: self.reason,
            because_of: self.because_of,
            ..Self::new(self.device_seq, self.outcome)
        }
    }

    /// The outcome of an edit that was not taken.
    pub fn refused(device_seq: DeviceSeq, refusal: Refusal) -> Self {
        Self {
            reason: Some(refusal.reason),
            because_of: refusal.because_of,
            problems: within_reason(refusal.problems),
            ..Self::new(device_seq, refusal.verdict)
        }
    }
}

/// A refusal: why one edit is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Quarantined or rejected.
    pub verdict: Verdict,
    /// The reason.
    pub reason: Reason,
    /// The edit that is the cause, if another one is.
    pub because_of: Option<DeviceSeq>,
    /// The wrong places.
    pub problems: Vec<Problem>,
}

impl Refusal {
    /// Quarantine: the server's state prevents it, and a person will decide.
    pub fn quarantine(reason: Reason) -> Self {
        Self { verdict: Verdict::Quarantined, reason, because_of: None, problems: Vec::new() }
    }

    /// Rejection: the edit itself is wrong, whatever the server's state.
    pub fn reject(reason: Reason, problems: Vec<Problem>) -> Self {
        Self { verdict: Verdict::Rejected, reason, because_of: None, problems }
    }

    /// Adds the edit that is the cause.
    pub fn because_of(self, device_seq: DeviceSeq) -> Self {
        Self { because_of: Some(device_seq), ..self }
    }
}
