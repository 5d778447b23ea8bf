//! The migrations, compiled in and run at the start.

use crate::connection::Connection;
use crate::failure::{self, unavailable};
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use ruhu_sync::storage::Stored;

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

// Any number, the same for ever: servers that start together on one schema migrate one after the
// other. The lock ends with the connection.
const LOCK: &str = "SELECT pg_advisory_lock(1920297077, hashtext(current_schema()))";
const UNLOCK: &str = "SELECT pg_advisory_unlock(1920297077, hashtext(current_schema()))";

/// Brings the schema up to date.
pub(crate) fn run_pending(connection: &mut Connection) -> Stored<()> {
    match connection {
        Connection::Sqlite(c) => pending(c, SQLITE),
        Connection::Postgres(c) => {
            c.batch_execute(LOCK).map_err(failure::of_query)?;
            pending(c, POSTGRES)?;
            c.batch_execute(UNLOCK).map_err(failure::of_query)
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
