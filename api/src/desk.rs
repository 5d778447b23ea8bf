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
pub use conflicts::{Chosen, ConflictSettlement, ConflictsSeen, RecordSettled};
pub(crate) use decide::sole;
pub use decide::{ReviewDecision, ReviewVerdict};
pub use deletion::{Deletion, Fate};
pub use finds::FindSeen;
pub use look::AssessmentSeen;
pub use moves::{CaseloadSeen, HOUSEHOLDS_MAX, HouseholdMove, Moved, Part};
pub use quarantine::{Listed, PlaceSeen, QuarantineSeen, Settlement};
pub use view::RecordSeen;
