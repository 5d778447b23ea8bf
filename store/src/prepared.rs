//! Keeping statements prepared that diesel would prepare anew each time.
//!
//! diesel keeps no prepared INSERT … DO UPDATE, UPDATE or IN list, because their text may differ at
//! every call and there would be no end of them. Ours of one row, of a few names, or of a fixed
//! form have few texts; on PostgreSQL keeping them saves a journey to the server and the planning,
//! for each of a push's statements.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// Lists of names up to this long are kept, each length by itself.
const NAMES_KEPT_MAX: usize = 8;

/// A statement that is kept prepared, by its text.
pub(crate) struct Prepared<Q> {
    query: Q,
    is_kept: bool,
}

/// Keeps a statement prepared. Only for one whose text takes few forms.
pub(crate) fn prepared<Q>(query: Q) -> Prepared<Q> {
    Prepared { query, is_kept: true }
}

/// Keeps a statement with an IN list of this length prepared, if the list is short.
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

/// Not by its type: types that differ may say the same, and one type may say several things.
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Prepared<Q> {}

/// Inserts rows with one statement: `insert!(connection, table, &rows, |insert| insert.on_conflict(…)…)`.
/// One row, which most pushes are, is a statement that is kept prepared.
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
