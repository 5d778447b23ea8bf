//! Records: metadata in the clear, the content sealed.

use crate::Tx;
use crate::codec::{Codec, Place};
use crate::failure::{corrupt, of_query};
use crate::keys::KeyRing;
use crate::manager::Session;
use crate::prepared::prepared_for;
use crate::read_models;
use crate::schema::record;
use crate::sealed::Column;
use crate::values::{Fixed, Name, counted, counter, text};
use diesel::connection::DefaultLoadingMode;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use diesel::upsert::excluded;
use ruhu_casework::projection::listed_status;
use ruhu_sync::id::{RecordId, Seq, StreamId};
use ruhu_sync::path::Path;
use ruhu_sync::record::{RecordFrame, StoredRecord};
use ruhu_sync::rev::Rev;
use ruhu_sync::storage::{RecordChange, Stored};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Rows per statement: neither database takes more than 32,766 values.
const CHUNK_ROWS: usize = 2_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = record)]
pub(crate) struct Row {
    pub(crate) id: Fixed<16>,
    kind: String,
    root: Fixed<16>,
    stream: Fixed<16>,
    seq: i64,
    rev_number: i64,
    rev_hash: Fixed<4>,
    deleted: bool,
    pub(crate) changed_at: i64,
    key_id: i32,
    wire: Vec<u8>,
    removed_rows: Option<Vec<u8>>,
}

#[derive(Insertable)]
#[diesel(table_name = record, treat_none_as_default_value = false)]
struct NewRow<'a> {
    id: Fixed<16>,
    kind: &'a str,
    root: Fixed<16>,
    stream: Fixed<16>,
    seq: i64,
    rev_number: i64,
    rev_hash: Fixed<4>,
    deleted: bool,
    changed_at: i64,
    key_id: i32,
    open_conflicts: i32,
    wire: Vec<u8>,
    removed_rows: Option<Vec<u8>>,
    status: Option<Cow<'a, str>>,
    status_since: i64,
    conflict_since: Option<i64>,
}

/// The version is part of the name, so that an older content of the same record does not open under
/// a newer version.
fn with_name<T>(id: Fixed<16>, rev_number: i64, work: impl FnOnce(&[&[u8]]) -> T) -> T {
    work(&[&id.0, &rev_number.to_be_bytes()])
}

fn sealed<'a>(codec: &mut Codec, keys: &KeyRing, change: &RecordChange<'a>) -> Stored<NewRow<'a>> {
    let r = change.record;
    let (id, rev_number) = (r.id.fixed(), counter(r.rev.number));
    let (key, wire, removed_rows) = with_name(id, rev_number, |row| {
        let place = |column| Place { column, row };
        let (key, wire) = codec.seal(keys, place(Column::WIRE), &r.wire)?;
        let removed_rows = if r.removed_rows.is_empty() {
            None
        } else {
            let paths = serde_json::to_string(&r.removed_rows)
                .map_err(|_| corrupt("the removed rows of a record"))?;
            Some(codec.seal(keys, place(Column::REMOVED_ROWS), &paths)?.1)
        };
        Ok((key, wire, removed_rows))
    })?;
    let at = change.at.0;
    let conflicts = &change.content.conflicts;
    Ok(NewRow {
        id,
        kind: &r.kind,
        root: r.root.fixed(),
        stream: r.stream.fixed(),
        seq: counter(r.seq.0),
        rev_number,
        rev_hash: Fixed(r.rev.hash),
        deleted: r.deleted,
        changed_at: at,
        key_id: i32::from(key.0),
        open_conflicts: i32::try_from(conflicts.len()).unwrap_or(i32::MAX),
        wire,
        removed_rows,
        status: listed_status(&r.kind, change.content).map(text),
        status_since: at,
        conflict_since: (!conflicts.is_empty()).then_some(at),
    })
}

/// When a record took its current status: it moves with the status alone.
fn still_or_from_now() -> SqlLiteral<BigInt> {
    sql("CASE WHEN record.status IS NOT DISTINCT FROM excluded.status \
         THEN record.status_since ELSE excluded.status_since END")
}

/// When a record's oldest open conflict began, whatever else is written and chosen in it meanwhile.
fn earlier_or_from_now() -> SqlLiteral<Nullable<BigInt>> {
    sql("CASE WHEN excluded.conflict_since IS NULL THEN NULL \
         ELSE COALESCE(record.conflict_since, excluded.conflict_since) END")
}

/// Writes records and their rows in the read models, with one statement per table.
pub(crate) fn save(tx: &mut Tx, changes: &[RecordChange<'_>]) -> Stored<()> {
    for changes in changes.chunks(CHUNK_ROWS) {
        let (session, keys) = tx.session();
        let rows: Stored<Vec<_>> =
            changes.iter().map(|change| sealed(&mut session.codec, keys, change)).collect();
        let rows = tx.note(rows)?;
        tx.run(|connection| {
            insert!(connection, record::table, &rows[..], |insert| insert
                .on_conflict(record::id)
                .do_update()
                .set((
                    record::kind.eq(excluded(record::kind)),
                    record::root.eq(excluded(record::root)),
                    record::stream.eq(excluded(record::stream)),
                    record::seq.eq(excluded(record::seq)),
                    record::rev_number.eq(excluded(record::rev_number)),
                    record::rev_hash.eq(excluded(record::rev_hash)),
                    record::deleted.eq(excluded(record::deleted)),
                    record::changed_at.eq(excluded(record::changed_at)),
                    record::key_id.eq(excluded(record::key_id)),
                    record::open_conflicts.eq(excluded(record::open_conflicts)),
                    record::wire.eq(excluded(record::wire)),
                    record::removed_rows.eq(excluded(record::removed_rows)),
                    record::status.eq(excluded(record::status)),
                    record::status_since.eq(still_or_from_now()),
                    record::conflict_since.eq(earlier_or_from_now()),
                )))
        })?;
        read_models::save(tx, changes)?;
    }
    Ok(())
}

impl Row {
    /// Opens it.
    pub(crate) fn open(self, codec: &mut Codec, keys: &KeyRing) -> Stored<StoredRecord> {
        let (wire, removed_rows) = with_name(self.id, self.rev_number, |row| {
            let place = |column| Place { column, row };
            let wire = codec.open(keys, self.key_id, place(Column::WIRE), self.wire)?;
            let wire = wire.to_owned();
            let removed_rows: BTreeSet<Path> = match self.removed_rows {
                None => BTreeSet::new(),
                Some(bytes) => {
                    let paths =
                        codec.open(keys, self.key_id, place(Column::REMOVED_ROWS), bytes)?;
                    serde_json::from_str(paths)
                        .map_err(|_| corrupt("the removed rows of a record"))?
                }
            };
            Ok((wire, removed_rows))
        })?;
        Ok(StoredRecord {
            id: RecordId::of(self.id),
            kind: self.kind,
            root: RecordId::of(self.root),
            stream: StreamId::of(self.stream),
            seq: Seq(counted(self.seq)?),
            rev: Rev { number: counted(self.rev_number)?, hash: self.rev_hash.0 },
            deleted: self.deleted,
            wire,
            removed_rows,
        })
    }
}

/// Those records that exist, by name.
pub(crate) fn find(tx: &mut Tx, ids: &[RecordId]) -> Stored<Vec<StoredRecord>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = tx.run(|connection| {
        on_both!(connection, |c| {
            let query = record::table
                .filter(record::id.eq_any(ids.iter().map(|id| id.fixed())))
                .order(record::id)
                .select(Row::as_select());
            prepared_for(ids.len(), query).load(c)
        })
    })?;
    let (session, keys) = tx.session();
    let records = rows.into_iter().map(|row| row.open(&mut session.codec, keys)).collect();
    tx.note(records)
}

/// All records of these roots, by name.
pub(crate) fn belonging(tx: &mut Tx, roots: &[RecordId]) -> Stored<Vec<StoredRecord>> {
    let rows: Vec<Row> = tx.run(|connection| {
        on_both!(connection, |c| record::table
            .filter(record::root.eq_any(roots.iter().map(|id| id.fixed())))
            .order(record::id)
            .select(Row::as_select())
            .load(c))
    })?;
    let (session, keys) = tx.session();
    let records = rows.into_iter().map(|row| row.open(&mut session.codec, keys)).collect();
    tx.note(records)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = record)]
struct Frame {
    id: Fixed<16>,
    kind: String,
    root: Fixed<16>,
    seq: i64,
    rev_number: i64,
    rev_hash: Fixed<4>,
    key_id: i32,
    wire: Vec<u8>,
}

/// Passes on a stream's records one by one, each from the buffer it was opened into.
pub(crate) fn changes(
    tx: &mut Tx,
    stream: StreamId,
    after: Seq,
    limit: usize,
    take: &mut dyn FnMut(RecordFrame<'_>, &str),
) -> Stored<usize> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let (session, keys) = tx.session();
    let Session { connection, codec, .. } = session;
    let mut hand_over = |row: QueryResult<Frame>| -> Stored<()> {
        let row = row.map_err(of_query)?;
        let frame = RecordFrame {
            id: RecordId::of(row.id),
            kind: &row.kind,
            root: RecordId::of(row.root),
            stream,
            seq: Seq(counted(row.seq)?),
            rev: Rev { number: counted(row.rev_number)?, hash: row.rev_hash.0 },
        };
        let wire = with_name(row.id, row.rev_number, |name| {
            let place = Place { column: Column::WIRE, row: name };
            codec.open(keys, row.key_id, place, row.wire)
        })?;
        take(frame, wire);
        Ok(())
    };
    let count = on_both!(connection, |c| record::table
        .filter(record::stream.eq(stream.fixed()))
        .filter(record::seq.gt(counter(after.0)))
        .order(record::seq)
        .limit(limit)
        .select(Frame::as_select())
        .load_iter::<Frame, DefaultLoadingMode>(c)
        .map_err(of_query)
        .and_then(|mut rows| rows.try_fold(0, |count, row| hand_over(row).map(|()| count + 1))));
    tx.note(count)
}
