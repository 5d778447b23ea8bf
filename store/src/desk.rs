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

use crate::page::Page;
use crate::values::{Fixed, Name};
use ruhu_sync::id::{Instant, RecordId};

diesel::define_sql_function! {
    /// A column, given twice, as it is. SQLite without statistics takes every index on a column for
    /// a good one: a list that another index has in its order names its streams by this.
    #[sql_name = "COALESCE"]
    fn unindexed(column: diesel::sql_types::Binary, again: diesel::sql_types::Binary) -> diesel::sql_types::Binary;
}

/// A place in a list of records: the instant by which it is ordered, and the record's name.
pub type Place = (Instant, RecordId);

/// Where a page begins: below everything, if no place is named.
pub(crate) fn begins_after(page: Page<Place>) -> (i64, Fixed<16>) {
    page.after.map_or((i64::MIN, Fixed([0; 16])), |(at, id)| (at.0, id.fixed()))
}

/// PostgreSQL knows no NUL; nor has any status one.
pub(crate) fn is_no_status(status: Option<&str>) -> bool {
    status.is_some_and(|status| status.contains('\0'))
}
