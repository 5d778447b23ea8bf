//! What a desk looks at: lists from the read models, the quarantine, and a record's history from
//! the journal. Which streams a person may look at is worked out by the grants, never here.

mod caseloads;
mod conflicts;
mod deleted;
mod history;
mod lists;
mod open;
mod quarantine;

pub use caseloads::HouseholdChoice;
pub use conflicts::{ConflictItem, Writer};
pub use deleted::DeletedItem;
pub use history::HistoryEntry;
pub use lists::{AssessmentItem, FindItem, HouseholdItem};
pub use open::OpenItem;
pub use quarantine::{Neighbour, QuarantinePlace, QuarantinedEdit};

/// The most items one list gives.
pub const ITEMS_MAX: i64 = 200;
