//! Lists from the read models: one statement each, newest change first.

use super::ITEMS_MAX;
use crate::Tx;
use crate::schema::{assessment_row, find_row, household_row};
use crate::values::{Fixed, Name, counted};
use diesel::prelude::*;
use ruhu_sync::id::{Instant, RecordId, StreamId};
use ruhu_sync::storage::Stored;

diesel::alias!(assessment_row as listed_assessment: ListedAssessment);
diesel::alias!(find_row as listed_find: ListedFind);

/// An assessment in a list. No personal data: a list is not a reason to see any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentItem {
    /// Its name.
    pub id: RecordId,
    /// Its household.
    pub household: RecordId,
    /// The household's head, masked.
    pub head_name_masked: Option<String>,
    /// The household's community.
    pub community_code: Option<String>,
    /// Its stream.
    pub stream: StreamId,
    /// Its form.
    pub form: String,
    /// Its form's version.
    pub form_version: i64,
    /// Its status.
    pub status: String,
    /// How many of its fields wait for a person to choose.
    pub open_conflicts: i64,
    /// Its version's number.
    pub rev_number: u64,
    /// When it last changed.
    pub changed_at: Instant,
}

/// A find in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindItem {
    /// Its name.
    pub id: RecordId,
    /// Its stream: the reporter's.
    pub stream: StreamId,
    /// Where, by community.
    pub community_code: Option<String>,
    /// What kind of hardship.
    pub category: Option<String>,
    /// How urgent.
    pub urgency: Option<String>,
    /// Its status.
    pub status: String,
    /// When it was found, by the reporter's clock.
    pub found_at: Option<String>,
    /// When it last changed.
    pub changed_at: Instant,
}

type AssessmentTuple = (
    (Fixed<16>, Fixed<16>, Fixed<16>, String, i64, String, i64, i64, i64),
    Option<(String, String)>,
);
type FindTuple = (
    Fixed<16>,
    Fixed<16>,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    Option<String>,
    i64,
);

fn names(streams: &[StreamId]) -> Vec<Fixed<16>> {
    streams.iter().map(|stream| stream.fixed()).collect()
}

/// PostgreSQL knows no NUL; nor has any status one.
fn is_no_status(status: &str) -> bool {
    status.contains('\0')
}

impl Tx {
    /// The assessments in these streams, in this status if one is named.
    pub fn assessments(
        &mut self,
        streams: &[StreamId],
        status: Option<&str>,
    ) -> Stored<Vec<AssessmentItem>> {
        if status.is_some_and(is_no_status) {
            return Ok(Vec::new());
        }
        let rows: Vec<AssessmentTuple> = self.run(|connection| {
            on_both!(connection, |c| {
                // From the index alone: of thousands that wait only those that are shown are read.
                let mut shown = listed_assessment
                    .filter(listed_assessment.field(assessment_row::stream).eq_any(names(streams)))
                    .filter(listed_assessment.field(assessment_row::deleted).eq(false))
                    .order((
                        listed_assessment.field(assessment_row::changed_at).desc(),
                        listed_assessment.field(assessment_row::id),
                    ))
                    .limit(ITEMS_MAX)
                    .select(listed_assessment.field(assessment_row::id))
                    .into_boxed();
                if let Some(status) = status {
                    shown =
                        shown.filter(listed_assessment.field(assessment_row::status).eq(status));
                }
                assessment_row::table
                    .left_join(
                        household_row::table.on(household_row::id.eq(assessment_row::household)),
                    )
                    .filter(assessment_row::id.eq_any(shown))
                    .order((assessment_row::changed_at.desc(), assessment_row::id))
                    .select((
                        (
                            assessment_row::id,
                            assessment_row::household,
                            assessment_row::stream,
                            assessment_row::form,
                            assessment_row::form_version,
                            assessment_row::status,
                            assessment_row::open_conflicts,
                            assessment_row::rev_number,
                            assessment_row::changed_at,
                        ),
                        (household_row::head_name_masked, household_row::community_code).nullable(),
                    ))
                    .load(c)
            })
        })?;
        rows.into_iter().map(assessment).collect()
    }

    /// The finds in these streams, in this status if one is named.
    pub fn finds(&mut self, streams: &[StreamId], status: Option<&str>) -> Stored<Vec<FindItem>> {
        if status.is_some_and(is_no_status) {
            return Ok(Vec::new());
        }
        let rows: Vec<FindTuple> = self.run(|connection| {
            on_both!(connection, |c| {
                let mut shown = listed_find
                    .filter(listed_find.field(find_row::stream).eq_any(names(streams)))
                    .filter(listed_find.field(find_row::deleted).eq(false))
                    .order((
                        listed_find.field(find_row::changed_at).desc(),
                        listed_find.field(find_row::id),
                    ))
                    .limit(ITEMS_MAX)
                    .select(listed_find.field(find_row::id))
                    .into_boxed();
                if let Some(status) = status {
                    shown = shown.filter(listed_find.field(find_row::status).eq(status));
                }
                find_row::table
                    .filter(find_row::id.eq_any(shown))
                    .order((find_row::changed_at.desc(), find_row::id))
                    .select((
                        find_row::id,
                        find_row::stream,
                        find_row::community_code,
                        find_row::category,
                        find_row::urgency,
                        find_row::status,
                        find_row::found_at,
                        find_row::changed_at,
                    ))
                    .load(c)
            })
        })?;
        Ok(rows.into_iter().map(find).collect())
    }
}

fn assessment((row, household): AssessmentTuple) -> Stored<AssessmentItem> {
    let (id, root, stream, form, form_version, status, open_conflicts, rev_number, changed_at) =
        row;
    let (head_name_masked, community_code) = household.unzip();
    Ok(AssessmentItem {
        id: RecordId::of(id),
        household: RecordId::of(root),
        head_name_masked,
        community_code,
        stream: StreamId::of(stream),
        form,
        form_version,
        status,
        open_conflicts,
        rev_number: counted(rev_number)?,
        changed_at: Instant(changed_at),
    })
}

fn find(row: FindTuple) -> FindItem {
    let (id, stream, community_code, category, urgency, status, found_at, changed_at) = row;
    FindItem {
        id: RecordId::of(id),
        stream: StreamId::of(stream),
        community_code,
        category,
        urgency,
        status,
        found_at,
        changed_at: Instant(changed_at),
    }
}
