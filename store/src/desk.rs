//! What a desk looks at: what waits and what was deleted, the quarantine, and a record's history from
//! the journal; the lists of the read models stand in `read_models`. Which streams a person may look at is worked out by the grants, never here.

mod caseloads;
mod conflicts;
mod deleted;
mod history;
mod quarantine;

pub use crate::read_models::assessment::{AssessmentItem, AssessmentListing, OpenItem};
pub use crate::read_models::find::{FindItem, FindListing, FindsAt};
pub use crate::read_models::household::{HouseholdChoice, HouseholdListing};
pub use conflicts::{ConflictItem, Writer};
pub use deleted::DeletedItem;
pub use history::HistoryEntry;
pub use quarantine::{EditPlace, Neighbour, QuarantinedEdit};

diesel::define_sql_function! {
    /// A column, given twice, as it is. SQLite without statistics takes every index on a column for
    /// a good one: a list that another index has in its order names its streams by this.
    #[sql_name = "COALESCE"]
    fn unindexed(column: diesel::sql_types::Binary, again: diesel::sql_types::Binary) -> diesel::sql_types::Binary;
}
