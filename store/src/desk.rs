//! Queries for a desk: what waits, what was deleted, the quarantine, and a record's history from
//! the journal. The lists of the read models are in `read_models`. Grants determine which streams a
//! person may look at, never this module.

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
    /// A column that appears twice, as it is. Without statistics SQLite considers every index on a
    /// column good: a list that another index has in its order names its streams by this.
    #[sql_name = "COALESCE"]
    fn unindexed(column: diesel::sql_types::Binary, again: diesel::sql_types::Binary) -> diesel::sql_types::Binary;
}
