//! What was deleted and can be brought back.

use super::{ITEMS_MAX, unindexed};
use crate::Tx;
use crate::schema::record;
use crate::values::{Fixed, Name, counted};
use diesel::prelude::*;
use ruhu_sync::id::{Instant, RecordId, StreamId};
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

type Row = (Fixed<16>, String, Fixed<16>, Fixed<16>, i64, Fixed<4>, i64);

impl Tx {
    /// The deleted records in these streams, the last deleted first.
    pub fn deleted_records(&mut self, streams: &[StreamId]) -> Stored<Vec<DeletedItem>> {
        let streams: Vec<_> = streams.iter().map(|stream| stream.fixed()).collect();
        let rows: Vec<Row> = self.run(|connection| {
            on_both!(connection, |c| record::table
                .filter(record::deleted)
                .filter(unindexed(record::stream, record::stream).eq_any(&streams))
                .order((record::changed_at.desc(), record::id))
                .limit(ITEMS_MAX)
                .select((
                    record::id,
                    record::kind,
                    record::root,
                    record::stream,
                    record::rev_number,
                    record::rev_hash,
                    record::changed_at,
                ))
                .load(c))
        })?;
        let item = |(id, kind, root, stream, number, hash, changed_at): Row| {
            Ok(DeletedItem {
                id: RecordId::of(id),
                kind,
                root: RecordId::of(root),
                stream: StreamId::of(stream),
                rev: Rev { number: counted(number)?, hash: hash.0 },
                changed_at: Instant(changed_at),
            })
        };
        rows.into_iter().map(item).collect()
    }
}
