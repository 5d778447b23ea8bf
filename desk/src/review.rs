//! The desk: what reviewers and street staff look at and decide. A decision is an edit on
//! the person's desk, and goes through the same push as a tablet's.

mod confirm;
mod conflicts;
mod decide;
mod deletion;
mod finds;
mod guards;
mod look;
mod mask;
mod moves;
mod quarantine;
mod refusals;
mod together;
mod view;

pub use confirm::Confirmation;
pub use conflicts::{
    Chosen, ConflictSettlement, ConflictsSeen, ConflictsSettled, RecordSettled, SettledRecord,
    conflicts, conflicts_of,
};
pub(crate) use decide::sole;
pub use decide::{ReviewDecision, ReviewVerdict};
pub use deletion::{Deletion, Fate, deleted};
pub use finds::{FindSeen, find, finds};
pub use look::{AssessmentSeen, assessment, assessments};
pub use moves::{
    CaseloadSeen, HOUSEHOLDS_MAX, HouseholdMove, MoveTaken, Moved, MovesTaken, Part, caseloads,
    households,
};
pub use quarantine::{
    Listed, PlaceSeen, QuarantineSeen, Settled, SettledEdit, Settlement, quarantine,
    quarantined_edit,
};
pub use view::{RecordSeen, view_edit, view_record};
