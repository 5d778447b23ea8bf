//! The desk: what reviewers and street staff look at and decide. A decision is an edit of the
//! staff session's own device, and goes through the same push as a tablet's.

mod decide;
mod look;

pub use decide::{Decision, Verdict};
pub use look::AssessmentSeen;
