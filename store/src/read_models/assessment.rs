//! Lists of assessments, one statement each.

use super::household::{HouseholdListing, household_row};
use crate::Tx;
use crate::page::{Page, Place, Slice};
use crate::schema::record;
use crate::values::{At, Fixed, Name, is_no_status};
use diesel::prelude::*;
use ruhu_sync::id::{Instant, RecordId, StreamId};
use ruhu_sync::storage::Stored;

read_model! {
    "assessment" in assessment_row,
    own { household -> Binary, deleted -> Bool, }
    /// The listed fields of an assessment.
    AssessmentListing {
        form -> Text,
        form_version -> BigInt,
        status -> Text,
    }
}

diesel::alias!(record as waiting: Waiting);

/// The page size for open assessments.
const AT_A_TIME: i64 = 1_000;

/// An assessment in a list. No personal data: a list is no reason to see any.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = assessment_row)]
pub struct AssessmentItem {
    /// Its name.
    #[diesel(deserialize_as = Fixed<16>)]
    pub id: RecordId,
    /// Its household's name.
    #[diesel(deserialize_as = Fixed<16>)]
    pub household: RecordId,
    /// The listed fields of its household, if there is one.
    #[diesel(embed)]
    pub of_household: Option<HouseholdListing>,
    /// Its listed fields.
    #[diesel(embed)]
    pub listed: AssessmentListing,
    /// The number of its open conflicts.
    #[diesel(select_expression = record::open_conflicts)]
    pub open_conflicts: i32,
    /// When it took its current status.
    #[diesel(select_expression = record::status_since, deserialize_as = At)]
    pub since: Instant,
    /// When it last changed.
    #[diesel(select_expression = record::changed_at, deserialize_as = At)]
    pub changed_at: Instant,
}

/// An undecided assessment, with the community of its household.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = assessment_row)]
pub struct OpenItem {
    /// Its name.
    #[diesel(deserialize_as = Fixed<16>)]
    pub id: RecordId,
    /// The household's community.
    #[diesel(select_expression = household_row::community_code.nullable())]
    pub community_code: Option<String>,
}

impl Tx {
    /// The assessments in these streams, in one status if given, ordered by how long they have been
    /// in it, longest first.
    pub fn assessments(
        &mut self,
        streams: &[StreamId],
        status: Option<&str>,
        page: Page<Place>,
    ) -> Stored<Slice<AssessmentItem, Place>> {
        if is_no_status(status) {
            return Ok(Slice::empty());
        }
        let streams: Vec<_> = streams.iter().map(|stream| stream.fixed()).collect();
        let (at, id) = page.begins_after();
        let rows = self.run(|connection| {
            on_both!(connection, |c| {
                // From the index alone: of thousands that wait only those on the page are read.
                let since = || waiting.field(record::status_since);
                let mut shown = waiting
                    .filter(waiting.field(record::stream).eq_any(streams))
                    .filter(waiting.field(record::kind).eq(KIND))
                    .filter(waiting.field(record::status).is_not_null())
                    .filter(since().ge(at))
                    .filter(since().gt(at).or(waiting.field(record::id).gt(id)))
                    .order((since(), waiting.field(record::id)))
                    .limit(page.fetched())
                    .select(waiting.field(record::id))
                    .into_boxed();
                if let Some(status) = status {
                    shown = shown.filter(waiting.field(record::status).eq(status));
                }
                record::table
                    .inner_join(assessment_row::table.on(assessment_row::id.eq(record::id)))
                    .left_join(
                        household_row::table.on(household_row::id.eq(assessment_row::household)),
                    )
                    .filter(record::id.eq_any(shown))
                    .order((record::status_since, record::id))
                    .select(AssessmentItem::as_select())
                    .load(c)
            })
        })?;
        Ok(page.cut(rows, |item: &AssessmentItem| (item.since, item.id)))
    }

    /// A page of the undecided assessments by these forms, in the order of their names, after this
    /// one; an empty page means there are no more.
    pub fn open_assessments(
        &mut self,
        forms: &[String],
        after: Option<RecordId>,
    ) -> Stored<Vec<OpenItem>> {
        // Below everything, if there is no cursor.
        let after = after.map_or(Fixed([0; 16]), |id| id.fixed());
        self.run(|connection| {
            on_both!(connection, |c| assessment_row::table
                .left_join(household_row::table.on(household_row::id.eq(assessment_row::household)))
                .filter(assessment_row::form.eq_any(forms))
                .filter(assessment_row::deleted.eq(false))
                .filter(assessment_row::status.ne("accepted"))
                .filter(assessment_row::id.gt(after))
                .order(assessment_row::id)
                .limit(AT_A_TIME)
                .select(OpenItem::as_select())
                .load(c))
        })
    }
}
