//! The desk: what reviewers and street staff look at and decide. A decision is an edit of the
//! staff session's own device, and goes through the same push as a tablet's.

mod act;
mod confirm;
mod conflicts;
mod decide;
mod deletion;
mod finds;
mod guards;
mod look;
mod moves;
mod quarantine;
mod refusals;
mod together;
mod view;

pub(crate) use act::{Acting, Done};
pub use confirm::Confirmation;
pub use conflicts::{Chosen, ConflictsSeen, RecordSettled};
pub(crate) use decide::told;
pub use decide::{Decision, Verdict};
pub use deletion::{Deletion, Fate};
pub use finds::FindSeen;
pub use look::AssessmentSeen;
pub use moves::{CaseloadSeen, HOUSEHOLDS_MAX, Moved, Part};
pub use quarantine::{Listed, PlaceSeen, QuarantineSeen, Settlement};
pub use view::RecordSeen;
