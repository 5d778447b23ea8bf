//! Rebuilds the read models from the records.

use crate::connection::Connection;
use crate::failure::corrupt;
use crate::read_models::{Rows, TableReport};
use crate::schema::record;
use crate::values::Fixed;
use crate::{Store, Tx, records};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use ruhu_sync::id::Instant;
use ruhu_sync::storage::{RecordChange, Stored};
use std::collections::BTreeMap;

/// The number of records opened at a time.
const CHUNK_RECORDS: i64 = 1_000;

/// The result of a rebuild, by table: no differences, unless something wrote past the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RebuildReport {
    /// By the table's name.
    pub tables: BTreeMap<&'static str, TableReport>,
}

impl RebuildReport {
    /// The number of rows that the rebuild changed.
    pub fn differences(&self) -> usize {
        self.tables.values().map(TableReport::differences).sum()
    }
}

impl Store {
    /// Rebuilds all read models from the records in one write transaction, and reports what it
    /// changed.
    pub fn rebuild(&self) -> Stored<RebuildReport> {
        self.write(rebuild)
    }
}

fn rebuild(tx: &mut Tx) -> Stored<RebuildReport> {
    tx.run(hold_off_writers)?;
    let tables = project_all(tx)?.rebuild(tx)?;
    Ok(RebuildReport { tables })
}

/// A push that commits a record between our reading it and our writing its row would be undone in
/// the read model. On SQLite we are the one writer.
fn hold_off_writers(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(c) => c.batch_execute("LOCK TABLE record IN SHARE ROW EXCLUSIVE MODE"),
    }
}

fn project_all(tx: &mut Tx) -> Stored<Rows> {
    let mut new = Rows::default();
    let mut after = Fixed([0; 16]);
    loop {
        let rows: Vec<records::Row> = tx.run(|connection| {
            on_both!(connection, |c| record::table
                .filter(record::id.gt(after))
                .order(record::id)
                .limit(CHUNK_RECORDS)
                .select(records::Row::as_select())
                .load(c))
        })?;
        let Some(last) = rows.last() else {
            return Ok(new);
        };
        after = last.id;
        for row in rows {
            let at = Instant(row.changed_at);
            let (session, keys) = tx.session();
            let record = row.open(&mut session.codec, keys)?;
            let content = record.content().map_err(|_| corrupt("the content of a record"))?;
            new.add(&RecordChange { record: &record, content: &content, is_new: false, at });
        }
    }
}
