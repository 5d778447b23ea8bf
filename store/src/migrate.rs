//! The migrations, compiled in and run at the start.

use crate::connection::Connection;
use crate::failure::{self, unavailable};
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use ruhu_sync::storage::Stored;

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

// Any number, the same for ever: servers that start together migrate one after the other.
const LOCK: i64 = 0x7275_6875;

/// Brings the schema up to date.
pub(crate) fn run_pending(connection: &mut Connection) -> Stored<()> {
    match connection {
        Connection::Sqlite(c) => pending(c, SQLITE),
        Connection::Postgres(c) => {
            use diesel::connection::SimpleConnection;
            c.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))
                .map_err(failure::of_query)?;
            let result = pending(c, POSTGRES);
            c.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))
                .map_err(failure::of_query)?;
            result
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
