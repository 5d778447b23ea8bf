//! The migrations, compiled in and run at start-up.

use crate::connection::{Connection, Mode};
use crate::failure::{self, unavailable};
use diesel::RunQueryDsl as _;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use ruhu_sync::storage::Stored;
use std::collections::BTreeSet;

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

// An arbitrary constant: servers that start together on one schema migrate one after the other. The
// lock ends with the transaction, so no connection can be left holding it.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1920297077, hashtext(current_schema()))";

/// Brings the schema up to date. On PostgreSQL all of it happens, or nothing.
pub(crate) fn run_pending(connection: &mut Connection) -> Stored<()> {
    match connection {
        Connection::Sqlite(c) => pending(c, SQLITE),
        Connection::Postgres(_) => within_one_transaction(connection),
    }
}

fn within_one_transaction(connection: &mut Connection) -> Stored<()> {
    connection.begin(Mode::Write).map_err(failure::of_query)?;
    let locked = connection.run_script(LOCK).map_err(failure::of_query);
    let done = locked.and_then(|()| match connection {
        Connection::Sqlite(c) => pending(c, SQLITE),
        Connection::Postgres(c) => pending(c, POSTGRES),
    });
    match done {
        Ok(()) => connection.commit().map_err(failure::of_query),
        Err(error) => {
            drop(connection.roll_back());
            Err(error)
        }
    }
}

fn pending<DB: diesel::backend::Backend>(
    connection: &mut impl MigrationHarness<DB>,
    source: impl MigrationSource<DB>,
) -> Stored<()> {
    match connection.run_pending_migrations(source) {
        Ok(_) => Ok(()),
        Err(error) => Err(unavailable(&format!("a migration failed: {error}"))),
    }
}

#[derive(diesel::QueryableByName)]
struct Applied {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// An error unless the schema is the one of this build: a reader cannot bring it up to date.
pub(crate) fn must_be_of_this_version(tx: &mut crate::Tx) -> Stored<()> {
    let (applied, known) = tx.run(|connection| {
        let query = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
        let known = match connection {
            Connection::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(SQLITE),
            Connection::Postgres(_) => versions::<diesel::pg::Pg>(POSTGRES),
        };
        let applied: Vec<Applied> = on_both!(connection, |c| query.load(c))?;
        let applied: BTreeSet<_> = applied.into_iter().map(|row| row.version).collect();
        Ok((applied, known))
    })?;
    if applied == known {
        return Ok(());
    }
    tx.note(Err(unavailable(
        "it was made by another version of ruhu: look through it with that version",
    )))
}

fn versions<DB: diesel::backend::Backend>(source: impl MigrationSource<DB>) -> BTreeSet<String> {
    let migrations = source.migrations().unwrap_or_default();
    migrations.iter().map(|migration| migration.name().version().to_string()).collect()
}
