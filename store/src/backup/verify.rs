//! Verifies a copy from end to end: the file itself, that the keys open every row, every device's
//! chain, and every record against its rev and its stream's digest.

use crate::audit::audit_log;
use crate::connection::Connection;
use crate::journal::{Head, audit};
use crate::schema::{record, stream};
use crate::sealed::Table;
use crate::values::{Fixed, Name, counter};
use crate::{Store, Tx, migrate, records};
use diesel::prelude::*;
use diesel::sql_types::Text;
use ruhu_sync::digest::StreamDigest;
use ruhu_sync::id::{Epoch, StreamId};
use ruhu_sync::record::content_hash;
use ruhu_sync::storage::{ReadTx as _, StorageError, Stored};
use std::collections::BTreeMap;

/// The number of rows opened at a time.
const CHUNK_ROWS: i64 = 500;

/// The maximum number of listed faults; a damaged file has more than anybody reads.
const WRONG_MAX: usize = 20;

/// The content of a copy, and its faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Its epoch.
    pub epoch: Epoch,
    /// Every device, with its last number.
    pub devices: Vec<Head>,
    /// The number of edits in the journal.
    pub edits: u64,
    /// The number of records.
    pub records: u64,
    /// The number of streams.
    pub streams: u64,
    /// The faults; they name rows, never content.
    pub wrong: Vec<String>,
}

impl Verification {
    fn complain(&mut self, what: String) {
        if self.wrong.len() < WRONG_MAX {
            self.wrong.push(what);
        }
    }

    /// Turns unreadable data into a fault; any other error stops the verification.
    fn note<T>(&mut self, what: &str, result: Stored<T>) -> Stored<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(StorageError::Corrupt(why)) => {
                self.complain(format!("{what}: {why}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Store {
    /// Verifies everything in one snapshot. An error means that it could not be verified; faults
    /// are in the result.
    pub fn verify(&self) -> Stored<Verification> {
        self.read(|tx| {
            migrate::must_be_of_this_version(tx)?;
            let epoch = tx.epoch()?;
            let mut found = Verification {
                epoch,
                devices: Vec::new(),
                edits: 0,
                records: 0,
                streams: 0,
                wrong: Vec::new(),
            };
            check_file(tx, &mut found)?;
            check_journal(tx, &mut found)?;
            check_audit_log(tx, &mut found)?;
            check_records(tx, &mut found)?;
            check_sealed(tx, &mut found)?;
            Ok(found)
        })
    }
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    value: String,
}

/// SQLite checks its own pages and indexes; PostgreSQL rebuilt its own when the copy was loaded.
fn check_file(tx: &mut Tx, found: &mut Verification) -> Stored<()> {
    const CHECKS: [&str; 2] = [
        "SELECT integrity_check AS value FROM pragma_integrity_check LIMIT 20",
        "SELECT 'a row of ' || \"table\" || ' names one that is not there' AS value \
         FROM pragma_foreign_key_check LIMIT 20",
    ];
    for check in CHECKS {
        let said: Vec<Said> = tx.run(|connection| match connection {
            Connection::Sqlite(c) => diesel::sql_query(check).load(c),
            Connection::Postgres(_) => Ok(Vec::new()),
        })?;
        for said in said.into_iter().filter(|said| said.value != "ok") {
            found.complain(format!("the file: {}", said.value));
        }
    }
    Ok(())
}

fn check_journal(tx: &mut Tx, found: &mut Verification) -> Stored<()> {
    let audited = audit(tx, None)?;
    for fault in &audited.faults {
        found.complain(fault.to_string());
    }
    found.edits = audited.edits;
    found.devices = audited.heads;
    Ok(())
}

/// The audit log, and accounts and rights against it.
fn check_audit_log(tx: &mut Tx, found: &mut Verification) -> Stored<()> {
    for fault in audit_log(tx, None)?.faults {
        found.complain(fault);
    }
    Ok(())
}

/// Sealed values outside records and the journal, which are verified separately.
fn check_sealed(tx: &mut Tx, found: &mut Verification) -> Stored<()> {
    let others = Table::ALL.iter().filter(|t| !matches!(t, Table::Records | Table::Journal));
    for table in others {
        match table.unreadable(tx)? {
            0 => {}
            rows => found.complain(format!("{}: {rows} rows do not open", table.name())),
        }
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = stream)]
struct StreamRow {
    id: Fixed<16>,
    head: i64,
    count: i64,
    digest: Fixed<16>,
}

fn check_records(tx: &mut Tx, found: &mut Verification) -> Stored<()> {
    let heads: Vec<StreamRow> = tx.run(|connection| {
        on_both!(connection, |c| stream::table.select(StreamRow::as_select()).load(c))
    })?;
    found.streams = heads.len() as u64;
    let mut held = recount(tx, found)?;
    for StreamRow { id, head, count, digest } in heads {
        let stream = StreamId::of(id);
        let (counted, seen, last) = held.remove(&stream).unwrap_or_default();
        if (counted, seen) != (count, StreamDigest(digest.0)) {
            found.complain(format!("stream {stream}: its records are not those of its digest"));
        }
        if last > head {
            found.complain(format!("stream {stream}: a record stands above its head"));
        }
    }
    for stream in held.keys() {
        found.complain(format!("stream {stream}: it has records and no head"));
    }
    Ok(())
}

/// Count, digest and last position of every stream, computed from the records.
type Held = BTreeMap<StreamId, (i64, StreamDigest, i64)>;

fn recount(tx: &mut Tx, found: &mut Verification) -> Stored<Held> {
    let mut held = Held::new();
    let mut after = Fixed([0; 16]);
    loop {
        let chunk: Vec<records::Row> = tx.run(|connection| {
            on_both!(connection, |c| record::table
                .filter(record::id.gt(after))
                .order(record::id)
                .limit(CHUNK_ROWS)
                .select(records::Row::as_select())
                .load(c))
        })?;
        let Some(last) = chunk.last() else {
            return Ok(held);
        };
        after = last.id;
        for row in chunk {
            found.records += 1;
            let what = format!("record {}", ruhu_sync::id::RecordId::of(row.id));
            let (session, keys) = tx.session();
            let opened = row.open(&mut session.codec, keys);
            let Some(record) = found.note(&what, opened)? else {
                continue;
            };
            let is_whole = content_hash(&record.wire, record.stream) == record.rev.hash
                && record.content().is_ok_and(|content| content.deleted == record.deleted);
            if !is_whole {
                found.complain(format!("{what}: its content is not that of its rev"));
            }
            let (count, digest, last) = held.entry(record.stream).or_default();
            *count += 1;
            digest.toggle(record.id, record.rev);
            *last = (*last).max(counter(record.seq.0));
        }
    }
}
