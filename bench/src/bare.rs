//! The bare database: a table of two columns, with the same durability and nothing else. Its speed
//! is the ceiling.

use crate::database::{Database, Site};
use crate::error::BenchError;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::{PgConnection, SqliteConnection};
use std::sync::{Barrier, Mutex, PoisonError};
use std::time::{Duration, Instant};

diesel::table! {
    /// The least table that holds a document at a position.
    bare_document (position) {
        /// The position.
        position -> BigInt,
        /// The text.
        document -> Text,
    }
}

/// One connection to the bare table.
pub(crate) enum Bare {
    /// On SQLite.
    Sqlite(SqliteConnection),
    /// On PostgreSQL.
    Postgres(PgConnection),
}

macro_rules! on_either {
    ($bare:expr, |$c:ident| $body:expr) => {
        match $bare {
            Bare::Sqlite($c) => $body,
            Bare::Postgres($c) => $body,
        }
    };
}

/// With the store's own connection settings.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16000;";

impl Bare {
    /// Connects.
    pub(crate) fn connect(site: &Site) -> Result<Self, BenchError> {
        let url = site.bare_url();
        Ok(match site.database {
            Database::Sqlite => {
                let mut connection = SqliteConnection::establish(&url)?;
                connection.batch_execute(SQLITE_SETUP)?;
                Self::Sqlite(connection)
            }
            Database::Postgres => Self::Postgres(PgConnection::establish(&url)?),
        })
    }

    /// Creates the table, empty.
    pub(crate) fn make_table(&mut self) -> Result<(), BenchError> {
        let make = match self {
            Self::Sqlite(_) => {
                "DROP TABLE IF EXISTS bare_document;
                 CREATE TABLE bare_document (
                     position INTEGER PRIMARY KEY NOT NULL, document TEXT NOT NULL
                 ) STRICT"
            }
            Self::Postgres(_) => {
                "DROP TABLE IF EXISTS bare_document;
                 CREATE TABLE bare_document (position BIGINT PRIMARY KEY, document TEXT NOT NULL)"
            }
        };
        on_either!(self, |c| c.batch_execute(make))?;
        Ok(())
    }

    /// Inserts rows: one statement, one transaction.
    fn insert(&mut self, first: i64, documents: &[&str]) -> Result<(), BenchError> {
        let rows: Vec<_> = (first..)
            .zip(documents)
            .map(|(position, document)| {
                (bare_document::position.eq(position), bare_document::document.eq(document))
            })
            .collect();
        on_either!(self, |c| diesel::insert_into(bare_document::table).values(&rows).execute(c))?;
        Ok(())
    }

    /// Inserts many, from position 1 on.
    pub(crate) fn fill(&mut self, documents: &[&str]) -> Result<(), BenchError> {
        let mut first = 1;
        for documents in documents.chunks(1_000) {
            self.insert(first, documents)?;
            first += documents.len() as i64;
        }
        Ok(())
    }

    /// Appends the rows after a position, up to a limit, one after another to a text.
    pub(crate) fn append_after(
        &mut self,
        position: i64,
        limit: i64,
        text: &mut String,
    ) -> Result<usize, BenchError> {
        let query = bare_document::table
            .filter(bare_document::position.gt(position))
            .order(bare_document::position)
            .limit(limit)
            .select((bare_document::position, bare_document::document));
        let rows: Vec<(i64, String)> = on_either!(self, |c| query.load(c))?;
        for (_, document) in &rows {
            text.push(',');
            text.push_str(document);
        }
        Ok(rows.len())
    }
}

/// Inserts batches over as many connections as there are parts, and returns the elapsed time.
/// SQLite has one writer: there the parts take turns.
pub(crate) fn time_inserts(
    connections: &mut [Bare],
    parts: &[Vec<Vec<&str>>],
    first: i64,
) -> Result<Duration, BenchError> {
    let barrier = Barrier::new(parts.len() + 1);
    let turn = Mutex::new(());
    std::thread::scope(|scope| {
        let mut next = first;
        let mut workers = Vec::with_capacity(parts.len());
        for (connection, batches) in connections.iter_mut().zip(parts) {
            let mut position = next;
            next += batches.iter().map(|batch| batch.len() as i64).sum::<i64>();
            let (barrier, turn) = (&barrier, &turn);
            workers.push(scope.spawn(move || {
                barrier.wait();
                for batch in batches {
                    let is_alone = matches!(connection, Bare::Sqlite(_));
                    let _turn =
                        is_alone.then(|| turn.lock().unwrap_or_else(PoisonError::into_inner));
                    connection.insert(position, batch)?;
                    position += batch.len() as i64;
                }
                Ok::<_, BenchError>(())
            }));
        }
        barrier.wait();
        let begun = Instant::now();
        for worker in workers {
            let ended = worker.join();
            ended.map_err(|_| BenchError::Database("a thread panicked".to_owned()))??;
        }
        Ok(begun.elapsed())
    })
}
