//! Records in which fields wait for a person to choose, and who wrote what waits there.

use super::{Place, unindexed};
use crate::Tx;
use crate::page::{Page, Slice};
use crate::schema::{account, household_row, journal, record};
use crate::values::{Fixed, Name, counted, counter};
use diesel::prelude::*;
use ruhu_sync::decision::EditName;
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant, RecordId, StreamId};
use ruhu_sync::storage::Stored;

/// A record with open conflicts, in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictItem {
    /// Its name.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// The record it belongs to.
    pub root: RecordId,
    /// Its stream.
    pub stream: StreamId,
    /// How many values wait beside its fields.
    pub open_conflicts: i32,
    /// Since when something in it has waited for a person to choose.
    pub since: Instant,
    /// The household's head, masked.
    pub head_name_masked: Option<String>,
}

/// Who wrote an edit, and when it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    /// The edit.
    pub name: EditName,
    /// The person's name.
    pub user_name: String,
    /// When it arrived.
    pub received_at: Instant,
}

type ItemRow = (Fixed<16>, String, Fixed<16>, Fixed<16>, i32, i64, Option<String>);

impl Tx {
    /// The records of these streams with open conflicts, those that have waited longest first.
    pub fn records_in_conflict(
        &mut self,
        streams: &[StreamId],
        page: Page<Place>,
    ) -> Stored<Slice<ConflictItem, Place>> {
        let streams: Vec<_> = streams.iter().map(|stream| stream.fixed()).collect();
        // Below everything, if none is named.
        let (at, id) = page.after.map_or((i64::MIN, Fixed([0; 16])), |(at, id)| (at.0, id.fixed()));
        let rows: Vec<ItemRow> = self.run(|connection| {
            let query = record::table
                .left_join(household_row::table.on(record::root.eq(household_row::id)))
                // In words, not as a value: the index is one of exactly these.
                .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("record.open_conflicts > 0"))
                .filter(unindexed(record::stream, record::stream).eq_any(&streams))
                .filter(record::conflict_since.assume_not_null().ge(at))
                .filter(record::conflict_since.assume_not_null().gt(at).or(record::id.gt(id)))
                .order((record::conflict_since, record::id))
                .limit(page.fetched())
                .select((
                    record::id,
                    record::kind,
                    record::root,
                    record::stream,
                    record::open_conflicts,
                    record::conflict_since.assume_not_null(),
                    household_row::head_name_masked.nullable(),
                ));
            on_both!(connection, |c| query.load(c))
        })?;
        let item =
            |(id, kind, root, stream, open_conflicts, since, head_name_masked)| ConflictItem {
                id: RecordId::of(id),
                kind,
                root: RecordId::of(root),
                stream: StreamId::of(stream),
                open_conflicts,
                since: Instant(since),
                head_name_masked,
            };
        Ok(page.cut(rows.into_iter().map(item).collect(), |item| (item.since, item.id)))
    }

    /// Who wrote these edits.
    pub fn writers(&mut self, names: &[EditName]) -> Stored<Vec<Writer>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(Fixed<16>, i64, String, i64)> = self.run(|connection| {
            on_both!(connection, |c| {
                let mut query = journal::table
                    .inner_join(account::table.on(account::id.eq(journal::account)))
                    .select((
                        journal::device,
                        journal::device_seq,
                        account::name,
                        journal::received_at,
                    ))
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
            .map(|(device, device_seq, user_name, received_at)| {
                let device_seq = DeviceSeq(counted(device_seq)?);
                let name = EditName { device: DeviceId::of(device), device_seq };
                Ok(Writer { name, user_name, received_at: Instant(received_at) })
            })
            .collect()
    }
}
