//! Everything that can happen, step by step. A step chooses by small numbers, taken modulo whatever
//! exists when it is played: so it still means something after others were removed.

#![expect(missing_docs, reason = "which of what there is: the steps say what becomes of it")]

use serde::{Deserialize, Serialize};

/// A whole run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its origin.
    pub seed: u64,
    /// The number of tablets at the start.
    pub tablets: u8,
    /// The number of people who have them.
    pub people: u8,
    /// The steps.
    pub steps: Vec<Step>,
}

/// The fate of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// No fault: it passes.
    Pass,
    /// The server never sees it.
    LoseRequest,
    /// The server does the work, and the device never hears of it.
    LoseResponse,
    /// The server gets it twice; the device hears the second answer.
    Twice,
    /// The server gets the first half of it.
    CutRequest,
    /// The device gets the first half of the answer.
    CutResponse,
    /// It arrives later, after others, when nobody waits for the answer any more.
    Late,
    /// It arrives now, and once more later.
    Echo,
    /// The server's process ends before the transaction does.
    ServerDies,
}

/// A person's act on a tablet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Makes a record: a root, or a record of one.
    Make { kind: u8, root: u8, team: u8 },
    /// Sets a field.
    Set { record: u8, field: u8, value: u8 },
    /// Removes a field, or all rows, or an object.
    Remove { record: u8, field: u8 },
    /// Asks for an object to be there.
    Ensure { record: u8, field: u8 },
    /// Adds a row.
    AddRow { record: u8, row: u8, value: u8 },
    /// Changes a field of a row.
    SetRow { record: u8, row: u8, field: u8, value: u8 },
    /// Removes a row.
    RemoveRow { record: u8, row: u8 },
    /// Changes two fields at once.
    SetTwo { record: u8, fields: [u8; 2], value: u8 },
    /// Takes the next step of the status.
    Pass { record: u8, to: u8 },
    /// Deletes the record.
    Delete { record: u8 },
    /// Settles a conflict.
    Resolve { record: u8, nth: u8, choice: u8 },
    /// Sends something wrong, or about what the tablet does not show.
    Odd { record: u8, which: u8 },
}

/// An act of staff at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Desk {
    /// Moves a root to another team.
    Move { record: u8, team: u8, stale: bool },
    /// Applies or dismisses edits in quarantine: a group whole, unless `part`.
    Decide { nth: u8, applies: bool, part: bool, wordless: bool },
    /// Restores a deleted record.
    Undelete { record: u8 },
    /// Deletes a record.
    Delete { record: u8 },
    /// Settles a conflict in favour of one of the values.
    Resolve { record: u8, nth: u8, choice: u8 },
    /// Decides on a submitted record.
    Accept { record: u8 },
    /// Splits a household: one of its records is deleted, and a new household is made with one.
    Split { record: u8, team: u8 },
    /// Merges a household into another: its records are made again there, and deleted with it.
    Merge { record: u8, into: u8 },
    /// Hands all households of a team over to another, in one act.
    HandOver { from: u8, to: u8 },
}

/// A change of a person's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Right {
    /// Becomes a member of a team.
    Joins(u8),
    /// Leaves a team.
    Leaves(u8),
    /// The contract ends: no right is left.
    Ends,
    /// A contract begins again.
    Begins,
}

/// A request that no honest tablet would send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Raw {
    /// An element that is not strict JSON, between two that are.
    Unreadable,
    /// A number is skipped.
    Gap,
    /// An incomplete group.
    SplitGroup,
    /// An operation for staff.
    StaffsOp,
    /// The last edit again, with other content.
    Changed,
    /// Everything ever sent, once more.
    Everything,
    /// A group with one wrong member.
    WrongMember,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// A person works on a tablet; several acts are a group.
    Write { on: u8, acts: Vec<Act> },
    /// A void replaces an unsent edit.
    Void { on: u8, nth: u8 },
    /// A tablet pushes.
    Push { on: u8, edits_max: u8, fates: Vec<Fate> },
    /// A tablet pulls.
    Pull { on: u8, limit: u8, fates: Vec<Fate> },
    /// A tablet syncs.
    Sync { on: u8, limit: u8, fates: Vec<Fate> },
    /// A late request arrives.
    Arrive { nth: u8 },
    /// A tablet is switched off and on: it continues from its stored state.
    Crash { on: u8 },
    /// A copy of a tablet's storage is made.
    Copy { on: u8 },
    /// A tablet continues from its last copy.
    Return { on: u8 },
    /// A second tablet continues from the copy.
    Clone { on: u8 },
    /// A tablet's person signs in again, and it recovers.
    Rejoin { on: u8, fates: Vec<Fate> },
    /// A tablet is reported lost, or found.
    Lose { on: u8, found: bool },
    /// A stored row of a tablet is damaged.
    Damage { on: u8, nth: u8 },
    /// A person's rights change.
    Rights { of: u8, right: Right },
    /// The server is backed up; a verified backup lets devices forget.
    BackUp { verified: bool },
    /// The server is restored from a backup.
    Restore { nth: u8 },
    /// The server's process is restarted.
    Restart,
    /// The form's next version is published, whatever drafts are open.
    Publish,
    /// Staff act.
    Staff(Desk),
    /// Somebody pushes by hand.
    Hand(Raw),
    /// Two tablets push at one moment, and a third reads in between.
    AtOnce { one: u8, other: u8, reader: u8 },
    /// The network is good, and everybody syncs.
    Rest,
}

impl Schedule {
    /// Whether an edit may legitimately occur under two names: a tablet forks from itself more than
    /// once, or forks and the server loses what it was sent.
    pub fn may_double(&self) -> bool {
        let count = |is: fn(&Step) -> bool| self.steps.iter().filter(|step| is(step)).count();
        let parted = count(|step| matches!(step, Step::Clone { .. } | Step::Return { .. }));
        parted > 1 || (parted > 0 && count(|step| matches!(step, Step::Restore { .. })) > 0)
    }
}
