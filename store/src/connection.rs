//! One connection to either database, and the macro that runs one expression of diesel's query
//! language on whichever it is (docs/adr/0003).

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::result::QueryResult;
use diesel::sqlite::SqliteConnection;

/// A connection to one of the two databases.
pub(crate) enum Connection {
    /// To a file.
    Sqlite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

/// Runs one expression on whichever database it is: `on_both!(connection, |c| query.load(c))`.
/// Compiled once for each, so everything that both backends understand can be written: upserts,
/// batch inserts, returning.
macro_rules! on_both {
    ($connection:expr, |$c:ident| $body:expr) => {
        match $connection {
            $crate::connection::Connection::Sqlite($c) => $body,
            $crate::connection::Connection::Postgres($c) => $body,
        }
    };
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// One moment's view, for reading.
    Read,
    /// Reads what the last holder of each lock committed, and writes.
    Write,
}

impl Connection {
    /// Begins a transaction.
    pub(crate) fn begin(&mut self, mode: Mode) -> QueryResult<()> {
        match self {
            // IMMEDIATE takes the write lock before anything is read: a transaction that reads
            // first and writes then is refused as soon as another has written in between,
            // however long it is willing to wait.
            Self::Sqlite(c) => {
                let sql = match mode {
                    Mode::Read => "BEGIN",
                    Mode::Write => "BEGIN IMMEDIATE",
                };
                AnsiTransactionManager::begin_transaction_sql(c, sql)
            }
            Self::Postgres(c) => {
                let begin = match mode {
                    Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                    Mode::Write => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
                };
                // One journey. A process that hangs with a lock in its hands stops nobody for long.
                let sql = format!(
                    "{begin}; SET LOCAL lock_timeout = '15s'; \
                     SET LOCAL idle_in_transaction_session_timeout = '60s'"
                );
                AnsiTransactionManager::begin_transaction_sql(c, &sql)
            }
        }
    }

    /// Commits.
    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        on_both!(self, |c| AnsiTransactionManager::commit_transaction(c))
    }

    /// Takes everything back.
    pub(crate) fn roll_back(&mut self) -> QueryResult<()> {
        on_both!(self, |c| AnsiTransactionManager::rollback_transaction(c))
    }

    /// Whether it must be thrown away: it was lost, or a transaction on it was begun and not
    /// ended, which only a panic leaves so.
    pub(crate) fn is_broken(&mut self) -> bool {
        on_both!(self, |c| { AnsiTransactionManager::is_broken_transaction_manager(c) })
    }

    /// Runs statements without parameters.
    pub(crate) fn run_script(&mut self, sql: &str) -> QueryResult<()> {
        on_both!(self, |c| c.batch_execute(sql))
    }
}
