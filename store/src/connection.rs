//! One connection to either database, and the macro that runs one expression of diesel's query
//! language on it (docs/adr/0003).

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

/// Runs one expression on either database: `on_both!(connection, |c| query.load(c))`. It is
/// compiled once for each, so it can use everything that both backends support: upserts, batch
/// inserts, returning.
macro_rules! on_both {
    ($connection:expr, |$c:ident| $body:expr) => {
        match $connection {
            $crate::connection::Connection::Sqlite($c) => $body,
            $crate::connection::Connection::Postgres($c) => $body,
        }
    };
}

/// The purpose of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A snapshot, for reading.
    Read,
    /// Reads what the last holder of each lock committed, and writes.
    Write,
}

impl Connection {
    /// Begins a transaction.
    pub(crate) fn begin(&mut self, mode: Mode) -> QueryResult<()> {
        match self {
            // IMMEDIATE takes the write lock before anything is read: a transaction that reads
            // first and writes later is refused as soon as another has written in between, however
            // long it is willing to wait.
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
                // One round trip. A process that hangs while holding a lock blocks nobody for long.
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

    /// Rolls back.
    pub(crate) fn roll_back(&mut self) -> QueryResult<()> {
        on_both!(self, |c| AnsiTransactionManager::rollback_transaction(c))
    }

    /// Whether it must be discarded: it was lost, or a transaction on it was begun and not ended,
    /// which only a panic leaves behind.
    pub(crate) fn is_broken(&mut self) -> bool {
        on_both!(self, |c| { AnsiTransactionManager::is_broken_transaction_manager(c) })
    }

    /// Runs statements without parameters.
    pub(crate) fn run_script(&mut self, sql: &str) -> QueryResult<()> {
        on_both!(self, |c| c.batch_execute(sql))
    }
}
