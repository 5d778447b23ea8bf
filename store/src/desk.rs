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
pub use lists::{AssessmentItem, FindItem, FindsAt};
pub use open::OpenItem;
pub use quarantine::{EditPlace, Neighbour, QuarantinedEdit};

use ruhu_sync::id::{Instant, RecordId};

diesel::define_sql_function! {
    /// A column, given twice, as it is. SQLite without statistics takes every index on a column for
    /// a good one: a list that another index has in its order names its streams by this.
    #[sql_name = "COALESCE"]
    fn unindexed(column: diesel::sql_types::Binary, again: diesel::sql_types::Binary) -> diesel::sql_types::Binary;
}

/// A place in a list of records: the instant by which it is ordered, and the record's name.
pub type Place = (Instant, RecordId);
