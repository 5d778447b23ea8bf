//! Lists from the read models: one statement each, what has waited longest first.

use super::Place;
use crate::Tx;
use crate::organisations::ranges;
use crate::page::{Page, Slice};
use crate::schema::{assessment_row, find_row, household_row, record};
use crate::values::{Fixed, Name};
use diesel::prelude::*;
use ruhu_casework::administration::Within;
use ruhu_casework::grants::user_stream;
use ruhu_sync::id::{Instant, RecordId, StreamId, UserId};
use ruhu_sync::storage::Stored;

diesel::alias!(record as listed: Listed);

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
    /// Its form.
    pub form: String,
    /// Its form's version.
    pub form_version: i64,
    /// Its status.
    pub status: String,
    /// How many of its fields wait for a person to choose.
    pub open_conflicts: i32,
    /// Since when it has stood in its status.
    pub since: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

/// A find in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindItem {
    /// Its name.
    pub id: RecordId,
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
    /// Since when it has stood in its status.
    pub since: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

type AssessmentTuple =
    ((Fixed<16>, Fixed<16>, String, i64, String, i32, i64, i64), Option<(String, String)>);
type FindTuple =
    (Fixed<16>, Option<String>, Option<String>, Option<String>, String, Option<String>, i64, i64);

/// PostgreSQL knows no NUL; nor has any status one.
fn is_no_status(status: Option<&str>) -> bool {
    status.is_some_and(|status| status.contains('\0'))
}

/// What a list of finds is chosen by.
#[derive(Clone, Debug)]
pub struct FindsAt {
    /// Whoever looks; nobody is shown the own finds here.
    pub reader: UserId,
    /// The areas of the places.
    pub within: Within,
    /// The streams whose finds are listed if their place is not known.
    pub streams: Vec<StreamId>,
}

impl FindsAt {
    /// Whether a find in this stream, with this place if it has one, is among them.
    pub fn contains(&self, stream: StreamId, place: Option<&str>) -> bool {
        let is_here = match place {
            Some(place) => {
                ranges(&self.within).iter().any(|(first, end)| *first <= place && place < &**end)
            }
            None => self.streams.contains(&stream),
        };
        is_here && stream != user_stream(self.reader)
    }
}

impl Tx {
    /// The assessments in these streams, in this status if one is named: those that have stood in
    /// theirs longest first.
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
        let (at, id) = begins_after(page);
        let rows: Vec<AssessmentTuple> = self.run(|connection| {
            on_both!(connection, |c| {
                // From the index alone: of thousands that wait only those that are shown are read.
                let since = || listed.field(record::status_since);
                let mut shown = listed
                    .filter(listed.field(record::stream).eq_any(streams))
                    .filter(listed.field(record::kind).eq("assessment"))
                    .filter(listed.field(record::status).is_not_null())
                    .filter(since().ge(at))
                    .filter(since().gt(at).or(listed.field(record::id).gt(id)))
                    .order((since(), listed.field(record::id)))
                    .limit(page.fetched())
                    .select(listed.field(record::id))
                    .into_boxed();
                if let Some(status) = status {
                    shown = shown.filter(listed.field(record::status).eq(status));
                }
                record::table
                    .inner_join(assessment_row::table.on(assessment_row::id.eq(record::id)))
                    .left_join(
                        household_row::table.on(household_row::id.eq(assessment_row::household)),
                    )
                    .filter(record::id.eq_any(shown))
                    .order((record::status_since, record::id))
                    .select((
                        (
                            assessment_row::id,
                            assessment_row::household,
                            assessment_row::form,
                            assessment_row::form_version,
                            assessment_row::status,
                            record::open_conflicts,
                            record::status_since,
                            record::changed_at,
                        ),
                        (household_row::head_name_masked, household_row::community_code).nullable(),
                    ))
                    .load(c)
            })
        })?;
        Ok(page.cut(rows.into_iter().map(assessment).collect(), |item| (item.since, item.id)))
    }

    /// The finds whose place lies inside these areas, and those without a place in these streams;
    /// in this status if one is named. Those that have stood in theirs longest first.
    pub fn finds(
        &mut self,
        at_desk: &FindsAt,
        status: Option<&str>,
        page: Page<Place>,
    ) -> Stored<Slice<FindItem, Place>> {
        if is_no_status(status) {
            return Ok(Slice::empty());
        }
        let streams: Vec<_> = at_desk.streams.iter().map(|stream| stream.fixed()).collect();
        let ranges = ranges(&at_desk.within);
        let (at, id) = begins_after(page);
        let rows: Vec<FindTuple> = self.run(|connection| {
            on_both!(connection, |c| {
                let place = || find_row::community_code.assume_not_null();
                let nowhere =
                    find_row::community_code.is_null().and(find_row::stream.eq_any(&streams));
                let mut here = find_row::table.filter(nowhere).select(find_row::id).into_boxed();
                for (first, end) in &ranges {
                    here = here.or_filter(place().ge(*first).and(place().lt(end)));
                }
                let mut query = record::table
                    .inner_join(find_row::table.on(find_row::id.eq(record::id)))
                    .filter(find_row::id.eq_any(here))
                    .filter(find_row::stream.ne(user_stream(at_desk.reader).fixed()))
                    .filter(find_row::deleted.eq(false))
                    .filter(record::status_since.ge(at))
                    .filter(record::status_since.gt(at).or(record::id.gt(id)))
                    .order((record::status_since, record::id))
                    .limit(page.fetched())
                    .select((
                        find_row::id,
                        find_row::community_code,
                        find_row::category,
                        find_row::urgency,
                        find_row::status,
                        find_row::found_at,
                        record::status_since,
                        record::changed_at,
                    ))
                    .into_boxed();
                if let Some(status) = status {
                    query = query.filter(find_row::status.eq(status));
                }
                query.load(c)
            })
        })?;
        Ok(page.cut(rows.into_iter().map(find).collect(), |item| (item.since, item.id)))
    }
}

/// Where a page begins: below everything, if no place is named.
fn begins_after(page: Page<Place>) -> (i64, Fixed<16>) {
    page.after.map_or((i64::MIN, Fixed([0; 16])), |(at, id)| (at.0, id.fixed()))
}

fn assessment((row, household): AssessmentTuple) -> AssessmentItem {
    let (id, root, form, form_version, status, open_conflicts, since, changed_at) = row;
    let (head_name_masked, community_code) = household.unzip();
    AssessmentItem {
        id: RecordId::of(id),
        household: RecordId::of(root),
        head_name_masked,
        community_code,
        form,
        form_version,
        status,
        open_conflicts,
        since: Instant(since),
        changed_at: Instant(changed_at),
    }
}

fn find(row: FindTuple) -> FindItem {
    let (id, community_code, category, urgency, status, found_at, since, changed_at) = row;
    FindItem {
        id: RecordId::of(id),
        community_code,
        category,
        urgency,
        status,
        found_at,
        since: Instant(since),
        changed_at: Instant(changed_at),
    }
}
