//! Streams' counters, departures, and roots to lock.

use crate::Tx;
use crate::connection::Connection;
use crate::failure::corrupt;
use crate::prepared::prepared_for;
use crate::schema::{carried, departure, record, root, stream};
use crate::values::{Fixed, Name, counted, counter};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::upsert::excluded;
use ruhu_sync::digest::StreamDigest;
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::{RecordId, Seq, StreamId};
use ruhu_sync::storage::{Carried, Departure, Stored, StreamHead};

pub(crate) use crate::devices::Hold;

/// Rows per statement: neither database takes more than 32,766 values.
const CHUNK_ROWS: usize = 6_000;

#[derive(Queryable, Insertable)]
#[diesel(table_name = stream, treat_none_as_default_value = false)]
struct Row<'a> {
    id: Fixed<16>,
    kind: std::borrow::Cow<'a, str>,
    head: i64,
    count: i64,
    digest: Fixed<16>,
}

impl From<&StreamHead> for Row<'_> {
    fn from(head: &StreamHead) -> Self {
        Self {
            id: head.id.fixed(),
            kind: head.kind.as_str().into(),
            head: counter(head.head.0),
            count: counter(head.count),
            digest: Fixed(head.digest.0),
        }
    }
}

impl Row<'_> {
    fn into_head(self) -> Stored<StreamHead> {
        Ok(StreamHead {
            id: StreamId::of(self.id),
            kind: self.kind.parse().map_err(|_| corrupt("a kind of stream"))?,
            head: Seq(counted(self.head)?),
            count: counted(self.count)?,
            digest: StreamDigest(self.digest.0),
        })
    }
}

/// The heads of those streams that are there, by name.
pub(crate) fn heads(tx: &mut Tx, ids: &[StreamId], hold: Hold) -> Stored<Vec<StreamHead>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row<'static>> = tx.run(|connection| {
        let query = stream::table
            .filter(stream::id.eq_any(ids.iter().map(|id| id.fixed())))
            .order(stream::id);
        match (connection, hold) {
            (Connection::Postgres(c), Hold::Lock) => query.for_update().load(c),
            (connection, _) => on_both!(connection, |c| prepared_for(ids.len(), query).load(c)),
        }
    })?;
    rows.into_iter().map(Row::into_head).collect()
}

/// Creates missing ones, then locks all in order of name and reads them.
pub(crate) fn lock(tx: &mut Tx, streams: &[(StreamId, StreamKind)]) -> Stored<Vec<StreamHead>> {
    if streams.is_empty() {
        return Ok(Vec::new());
    }
    let empty: Vec<Row<'_>> =
        streams.iter().map(|(id, kind)| Row::from(&StreamHead::empty(*id, *kind))).collect();
    tx.run(|connection| {
        insert!(connection, stream::table, &empty[..], |insert| insert
            .on_conflict(stream::id)
            .do_nothing())
    })?;
    let ids: Vec<_> = streams.iter().map(|(id, _)| *id).collect();
    heads(tx, &ids, Hold::Lock)
}

/// Writes counters and digests in one statement.
pub(crate) fn save(tx: &mut Tx, streams: &[StreamHead]) -> Stored<()> {
    if streams.is_empty() {
        return Ok(());
    }
    let rows: Vec<Row<'_>> = streams.iter().map(Row::from).collect();
    tx.run(|connection| {
        insert!(connection, stream::table, &rows[..], |insert| insert
            .on_conflict(stream::id)
            .do_update()
            .set((
                stream::head.eq(excluded(stream::head)),
                stream::count.eq(excluded(stream::count)),
                stream::digest.eq(excluded(stream::digest)),
            )))
    })?;
    Ok(())
}

/// The departures from a stream above `after`, up to and including `through`, of records that
/// have not come back.
pub(crate) fn departures(
    tx: &mut Tx,
    stream: StreamId,
    after: Seq,
    through: Seq,
) -> Stored<Vec<Departure>> {
    let rows: Vec<(i64, Fixed<16>)> = tx.run(|connection| {
        let query = departure::table
            .filter(departure::stream.eq(stream.fixed()))
            .filter(departure::seq.gt(counter(after.0)))
            .filter(departure::seq.le(counter(through.0)))
            .filter(not(exists(
                record::table
                    .filter(record::id.eq(departure::record))
                    .filter(record::stream.eq(departure::stream)),
            )))
            .order(departure::seq)
            .select((departure::seq, departure::record));
        on_both!(connection, |c| query.load(c))
    })?;
    rows.into_iter()
        .map(|(seq, record)| {
            Ok(Departure { stream, seq: Seq(counted(seq)?), record: RecordId::of(record) })
        })
        .collect()
}

/// Stores departures in one statement.
pub(crate) fn save_departures(tx: &mut Tx, departures: &[Departure]) -> Stored<()> {
    for some in departures.chunks(CHUNK_ROWS) {
        let rows: Vec<_> = some
            .iter()
            .map(|gone| {
                (
                    departure::stream.eq(gone.stream.fixed()),
                    departure::seq.eq(counter(gone.seq.0)),
                    departure::record.eq(gone.record.fixed()),
                )
            })
            .collect();
        tx.run(|connection| insert!(connection, departure::table, &rows[..], |insert| insert))?;
    }
    Ok(())
}

/// Stores carried versions in one statement.
pub(crate) fn save_carried(tx: &mut Tx, all: &[Carried]) -> Stored<()> {
    for some in all.chunks(CHUNK_ROWS) {
        let rows: Vec<_> = some
            .iter()
            .map(|c| {
                (
                    carried::record.eq(c.record.fixed()),
                    carried::rev_number.eq(counter(c.rev.number)),
                    carried::rev_hash.eq(Fixed(c.rev.hash)),
                    carried::device.eq(c.by.device.fixed()),
                    carried::device_seq.eq(counter(c.by.device_seq.0)),
                )
            })
            .collect();
        tx.run(|connection| insert!(connection, carried::table, &rows[..], |insert| insert))?;
    }
    Ok(())
}

/// Creates missing ones, then locks all in order of name. SQLite's one writer holds everything
/// anyway; the rows are created there all the same, so that both databases have the same.
pub(crate) fn lock_roots(tx: &mut Tx, roots: &[RecordId]) -> Stored<()> {
    if roots.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = roots.iter().map(|id| root::id.eq(id.fixed())).collect();
    tx.run(|connection| {
        insert!(&mut *connection, root::table, &names[..], |insert| insert
            .on_conflict(root::id)
            .do_nothing())?;
        if let Connection::Postgres(c) = connection {
            root::table
                .filter(root::id.eq_any(roots.iter().map(|id| id.fixed())))
                .order(root::id)
                .select(root::id)
                .for_update()
                .load::<Fixed<16>>(c)?;
        }
        Ok(())
    })
}
