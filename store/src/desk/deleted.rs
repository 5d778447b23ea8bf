//! Deleted records that can be restored.

use super::unindexed;
use crate::Tx;
use crate::page::{Page, Place, Slice};
use crate::schema::{journal, record};
use crate::values::{Fixed, Name, counted};
use diesel::prelude::*;
use ruhu_sync::id::{Instant, RecordId, StreamId};
use ruhu_sync::record::StoredRecord;
use ruhu_sync::rev::Rev;
use ruhu_sync::storage::Stored;

/// A deleted record in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedItem {
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// The household it belongs to.
    pub root: RecordId,
    /// Its stream.
    pub stream: StreamId,
    /// Its version.
    pub rev: Rev,
    /// When it was deleted, or moved along since.
    pub changed_at: Instant,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = record)]
struct Row {
    id: Fixed<16>,
    kind: String,
    root: Fixed<16>,
    stream: Fixed<16>,
    rev_number: i64,
    rev_hash: Fixed<4>,
    changed_at: i64,
}

impl Tx {
    /// The deleted records in these streams, the last deleted first.
    pub fn deleted_records(
        &mut self,
        streams: &[StreamId],
        page: Page<Place>,
    ) -> Stored<Slice<DeletedItem, Place>> {
        // Above everything, if there is no cursor.
        let (at, id) = page.after.map_or((i64::MAX, Fixed([0; 16])), |(at, id)| (at.0, id.fixed()));
        let streams: Vec<_> = streams.iter().map(|stream| stream.fixed()).collect();
        let rows: Vec<Row> = self.run(|connection| {
            on_both!(connection, |c| record::table
                .filter(record::deleted)
                .filter(unindexed(record::stream, record::stream).eq_any(&streams))
                .filter(record::changed_at.le(at))
                .filter(record::changed_at.lt(at).or(record::id.gt(id)))
                .order((record::changed_at.desc(), record::id))
                .limit(page.fetched())
                .select(Row::as_select())
                .load(c))
        })?;
        let item = |row: Row| {
            Ok(DeletedItem {
                id: RecordId::of(row.id),
                kind: row.kind,
                root: RecordId::of(row.root),
                stream: StreamId::of(row.stream),
                rev: Rev { number: counted(row.rev_number)?, hash: row.rev_hash.0 },
                changed_at: Instant(row.changed_at),
            })
        };
        let rows = rows.into_iter().map(item).collect::<Stored<_>>()?;
        Ok(page.cut(rows, |item| (item.changed_at, item.id)))
    }

    /// The records of a root that were deleted together with it: by the same device, in the same
    /// transaction, which has one instant.
    pub fn deleted_with(&mut self, root: &StoredRecord) -> Stored<Vec<RecordId>> {
        let rows: Vec<Fixed<16>> = self.run(|connection| {
            on_both!(connection, |c| {
                let act: Option<(Fixed<16>, i64)> = journal::table
                    .filter(journal::record.eq(root.id.fixed()))
                    .filter(journal::rev_number.is_not_null())
                    .filter(journal::op.eq("delete"))
                    .order(journal::rev_number.desc())
                    .select((journal::device, journal::received_at))
                    .first(c)
                    .optional()?;
                let Some((device, received_at)) = act else { return Ok(Vec::new()) };
                journal::table
                    .inner_join(record::table.on(record::id.nullable().eq(journal::record)))
                    .filter(journal::device.eq(device))
                    .filter(journal::received_at.eq(received_at))
                    .filter(journal::rev_number.is_not_null())
                    .filter(journal::op.eq("delete"))
                    .filter(record::root.eq(root.id.fixed()))
                    .filter(record::id.ne(root.id.fixed()))
                    .select(record::id)
                    .load(c)
            })
        })?;
        Ok(rows.into_iter().map(RecordId::of).collect())
    }
}
