//! Keeps statements prepared that diesel would prepare each time.
//!
//! diesel does not cache a prepared INSERT … DO UPDATE, UPDATE or IN list, because their text may
//! differ at every call and the cache would grow without end. Ours of one row, of a few names, or
//! of a fixed form have few texts; on PostgreSQL caching them saves a round trip and the planning,
//! for each of a push's statements.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// Lists of names up to this length are cached, each length separately.
const NAMES_KEPT_MAX: usize = 8;

/// A statement that stays prepared, by its text.
pub(crate) struct Prepared<Q> {
    query: Q,
    is_kept: bool,
}

/// Caches a prepared statement. Only for one whose text takes few forms.
pub(crate) fn prepared<Q>(query: Q) -> Prepared<Q> {
    Prepared { query, is_kept: true }
}

/// Caches a statement with an IN list of this length, if the list is short.
pub(crate) fn prepared_for<Q>(names: usize, query: Q) -> Prepared<Q> {
    Prepared { query, is_kept: names <= NAMES_KEPT_MAX }
}

impl<Q, DB> QueryFragment<DB> for Prepared<Q>
where
    DB: Backend,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, backend: &DB) -> QueryResult<bool> {
        Ok(self.is_kept || self.query.is_safe_to_cache_prepared(backend)?)
    }
}

/// Not by its type: different types may have the same text, and one type several.
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Prepared<Q> {}

/// Inserts rows with one statement: `insert!(connection, table, &rows, |insert|
/// insert.on_conflict(…)…)`. For one row, which most pushes have, the statement stays prepared.
macro_rules! insert {
    ($connection:expr, $table:expr, $rows:expr, |$insert:ident| $statement:expr) => {
        match $rows {
            [row] => on_both!($connection, |c| {
                let $insert = diesel::insert_into($table).values(row);
                $crate::prepared::prepared($statement).execute(c)
            }),
            rows => on_both!($connection, |c| {
                let $insert = diesel::insert_into($table).values(rows);
                $statement.execute(c)
            }),
        }
    };
}
