//! Records with open conflicts, and the authors of the alternatives.

use super::{HouseholdListing, unindexed};
use crate::Tx;
use crate::page::{Page, Place, Slice};
use crate::read_models::household::household_row;
use crate::schema::{account, journal, record};
use crate::values::{At, Fixed, Name, counted, counter};
use diesel::prelude::*;
use ruhu_sync::decision::EditName;
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant, RecordId, StreamId};
use ruhu_sync::storage::Stored;

/// A record with open conflicts, in a list.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = record)]
pub struct ConflictItem {
    /// Its name.
    #[diesel(deserialize_as = Fixed<16>)]
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// The record it belongs to.
    #[diesel(deserialize_as = Fixed<16>)]
    pub root: RecordId,
    /// Its stream.
    #[diesel(deserialize_as = Fixed<16>)]
    pub stream: StreamId,
    /// The number of alternatives.
    pub open_conflicts: i32,
    /// When its oldest open conflict began.
    #[diesel(select_expression = record::conflict_since.assume_not_null(), deserialize_as = At)]
    pub since: Instant,
    /// The listed fields of its household, if it belongs to one.
    #[diesel(embed)]
    pub of_household: Option<HouseholdListing>,
}

/// An edit's author and time of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    /// The edit.
    pub name: EditName,
    /// The person's name.
    pub user_name: String,
    /// When it arrived.
    pub received_at: Instant,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct WriterRow {
    device: Fixed<16>,
    device_seq: i64,
    received_at: i64,
    #[diesel(select_expression = account::name)]
    user_name: String,
}

impl Tx {
    /// The records of these streams with open conflicts, those that have waited longest first.
    pub fn records_in_conflict(
        &mut self,
        streams: &[StreamId],
        page: Page<Place>,
    ) -> Stored<Slice<ConflictItem, Place>> {
        let streams: Vec<_> = streams.iter().map(|stream| stream.fixed()).collect();
        let (at, id) = page.begins_after();
        let rows = self.run(|connection| {
            on_both!(connection, |c| record::table
                .left_join(household_row::table.on(record::root.eq(household_row::id)))
                // As literal SQL, not as a value: the index covers exactly these.
                .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("record.open_conflicts > 0"))
                .filter(unindexed(record::stream, record::stream).eq_any(&streams))
                .filter(record::conflict_since.assume_not_null().ge(at))
                .filter(record::conflict_since.assume_not_null().gt(at).or(record::id.gt(id)))
                .order((record::conflict_since, record::id))
                .limit(page.fetched())
                .select(ConflictItem::as_select())
                .load(c))
        })?;
        Ok(page.cut(rows, |item: &ConflictItem| (item.since, item.id)))
    }

    /// The authors of these edits.
    pub fn writers(&mut self, names: &[EditName]) -> Stored<Vec<Writer>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<WriterRow> = self.run(|connection| {
            on_both!(connection, |c| {
                let mut query = journal::table
                    .inner_join(account::table.on(account::id.eq(journal::account)))
                    .select(WriterRow::as_select())
                    .into_boxed();
                for name in names {
                    let is_named = journal::device
                        .eq(name.device.fixed())
                        .and(journal::device_seq.eq(counter(name.device_seq.0)));
                    query = query.or_filter(is_named);
                }
                query.load(c)
            })
        })?;
        rows.into_iter()
            .map(|row| {
                let device_seq = DeviceSeq(counted(row.device_seq)?);
                Ok(Writer {
                    name: EditName { device: DeviceId::of(row.device), device_seq },
                    user_name: row.user_name,
                    received_at: Instant(row.received_at),
                })
            })
            .collect()
    }
}
