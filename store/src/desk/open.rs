//! The assessments that nobody has decided.

use crate::Tx;
use crate::schema::{assessment_row, household_row};
use crate::values::{Fixed, Name};
use diesel::prelude::*;
use ruhu_sync::id::RecordId;
use ruhu_sync::storage::Stored;

/// How many are given at a time.
const AT_A_TIME: i64 = 1_000;

/// An assessment that is not decided, with the community of its household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// Its name.
    pub id: RecordId,
    /// The household's community.
    pub community_code: Option<String>,
}

impl Tx {
    /// Some of the assessments by these forms that are not decided, in the order of their names, after
    /// this one; none are left where none are given.
    pub fn open_assessments(
        &mut self,
        forms: &[String],
        after: Option<RecordId>,
    ) -> Stored<Vec<OpenItem>> {
        // Below everything, if none is named.
        let after = after.map_or(Fixed([0; 16]), |id| id.fixed());
        let rows: Vec<(Fixed<16>, Option<String>)> = self.run(|connection| {
            on_both!(connection, |c| assessment_row::table
                .left_join(household_row::table.on(household_row::id.eq(assessment_row::household)))
                .filter(assessment_row::form.eq_any(forms))
                .filter(assessment_row::deleted.eq(false))
                .filter(assessment_row::status.ne("accepted"))
                .filter(assessment_row::id.gt(after))
                .order(assessment_row::id)
                .limit(AT_A_TIME)
                .select((assessment_row::id, household_row::community_code.nullable()))
                .load(c))
        })?;
        let item = |(id, community_code)| Ok(OpenItem { id: RecordId::of(id), community_code });
        rows.into_iter().map(item).collect()
    }
}
