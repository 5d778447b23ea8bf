//! What a desk looks at: lists from the read models, the quarantine, and a record's history from
//! the journal. Which streams a person may look at is worked out by the grants, never here.

mod caseloads;
mod history;
mod lists;

pub use caseloads::HouseholdChoice;
pub use history::{HistoryEntry, QuarantinedEdit};
pub use lists::{AssessmentItem, FindItem, HouseholdItem};

/// The most items one list gives.
pub const ITEMS_MAX: i64 = 200;
