//! Lists of households.

use crate::Tx;
use crate::page::{Page, Slice};
use crate::values::{Fixed, Name};
use diesel::prelude::*;
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::storage::Stored;

read_model! {
    "household" in household_row,
    own { stream -> Binary, deleted -> Bool, }
    /// The listed fields of a household.
    HouseholdListing {
        community_code -> Text,
        head_name_masked -> Text,
    }
}

/// A household, as a desk chooses it for a move.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = household_row)]
pub struct HouseholdChoice {
    /// Its name.
    #[diesel(deserialize_as = Fixed<16>)]
    pub id: RecordId,
    /// Its listed fields.
    #[diesel(embed)]
    pub listed: HouseholdListing,
}

impl Tx {
    /// The households of a caseload, in order of their names.
    pub fn households_in(
        &mut self,
        stream: StreamId,
        page: Page<RecordId>,
    ) -> Stored<Slice<HouseholdChoice, RecordId>> {
        let after = page.after.map_or(Fixed([0; 16]), |after| after.fixed());
        let rows = self.run(|connection| {
            on_both!(connection, |c| household_row::table
                .filter(household_row::stream.eq(stream.fixed()))
                .filter(household_row::deleted.eq(false))
                .filter(household_row::id.gt(after))
                .order(household_row::id)
                .limit(page.fetched())
                .select(HouseholdChoice::as_select())
                .load(c))
        })?;
        Ok(page.cut(rows, |choice: &HouseholdChoice| choice.id))
    }
}
