//! The one query that diesel's language cannot express: the journal, and the versions that other
//! records' edits carried along, joined to a list of (record, first version) pairs. The list is one
//! parameter, so that the statement is the same whatever its length, and prepared once.

use crate::values::{Fixed, Name, counter};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};
use ruhu_sync::storage::HistoryWanted;
use std::fmt::Write;

type Columns = (
    (Binary, BigInt, Binary),
    (Binary, BigInt),
    (Nullable<Binary>, Nullable<BigInt>),
    (Bool, Integer, Nullable<Binary>),
);

const OF_THE_JOURNAL: &str = "SELECT j.record, j.rev_number, j.rev_hash, j.device, j.device_seq, \
     j.decides_device, j.decides_seq, j.effect_is_payload, j.key_id, \
     CASE WHEN j.effect_is_payload THEN j.payload ELSE j.effect END FROM ";

const OF_WHAT_WAS_CARRIED: &str = " UNION ALL SELECT c.record, c.rev_number, c.rev_hash, c.device, \
     c.device_seq, NULL, NULL, FALSE, 0, NULL FROM ";

const ORDER: &str = " ORDER BY 1, 2";

/// On PostgreSQL.
#[derive(QueryId)]
pub(crate) struct HistoryQuery {
    records: Vec<Fixed<16>>,
    from: Vec<i64>,
}

/// On SQLite, which takes lists as JSON.
#[derive(QueryId)]
pub(crate) struct SqliteHistoryQuery {
    wanted: String,
}

impl HistoryQuery {
    /// For these pairs.
    pub(crate) fn new(wanted: &[HistoryWanted]) -> Self {
        Self {
            records: wanted.iter().map(|w| w.record.fixed()).collect(),
            from: wanted.iter().map(|w| counter(w.from)).collect(),
        }
    }

    /// The same for SQLite.
    pub(crate) fn for_sqlite(&self) -> SqliteHistoryQuery {
        let mut wanted = String::from("[");
        for (index, (record, from)) in self.records.iter().zip(&self.from).enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let record = ruhu_sync::chain::to_hex(&record.0);
            let _ = write!(wanted, "{comma}[\"{record}\",{from}]");
        }
        wanted.push(']');
        SqliteHistoryQuery { wanted }
    }
}

impl HistoryQuery {
    fn wanted<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("unnest(");
        out.push_bind_param::<Array<Binary>, _>(&self.records)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.from)?;
        out.push_sql(") AS wanted (record, first_rev)");
        Ok(())
    }
}

impl QueryFragment<Pg> for HistoryQuery {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(OF_THE_JOURNAL);
        self.wanted(&mut out)?;
        out.push_sql(
            " JOIN journal j ON j.record = wanted.record AND j.rev_number >= wanted.first_rev",
        );
        out.push_sql(OF_WHAT_WAS_CARRIED);
        self.wanted(&mut out)?;
        out.push_sql(
            " JOIN carried c ON c.record = wanted.record AND c.rev_number >= wanted.first_rev",
        );
        out.push_sql(ORDER);
        Ok(())
    }
}

impl QueryFragment<Sqlite> for SqliteHistoryQuery {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        // CROSS JOIN fixes the order of the loops: for each pair, the index.
        out.push_sql(OF_THE_JOURNAL);
        out.push_sql("json_each(");
        out.push_bind_param::<Text, _>(&self.wanted)?;
        out.push_sql(
            ") AS wanted CROSS JOIN journal j ON j.record = unhex(wanted.value ->> 0) \
             AND j.rev_number >= (wanted.value ->> 1)",
        );
        out.push_sql(OF_WHAT_WAS_CARRIED);
        out.push_sql("json_each(");
        out.push_bind_param::<Text, _>(&self.wanted)?;
        out.push_sql(
            ") AS wanted CROSS JOIN carried c ON c.record = unhex(wanted.value ->> 0) \
             AND c.rev_number >= (wanted.value ->> 1)",
        );
        out.push_sql(ORDER);
        Ok(())
    }
}

impl Query for HistoryQuery {
    type SqlType = Columns;
}

impl Query for SqliteHistoryQuery {
    type SqlType = Columns;
}

impl RunQueryDsl<PgConnection> for HistoryQuery {}
impl RunQueryDsl<SqliteConnection> for SqliteHistoryQuery {}
