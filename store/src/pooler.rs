//! Refuses a pooler that gives each transaction another server connection, at start-up. diesel
//! prepares a statement in one round trip and runs it in the next, by a name or by none: if the
//! server connection changes in between, it would run another client's statement.

use crate::connection::{Connection, Mode};
use crate::failure::{self, unavailable};
use crate::manager::Manager;
use diesel::RunQueryDsl as _;
use ruhu_sync::storage::Stored;

/// A pooler may happen to return the same connection again.
const TRIES: usize = 3;

#[derive(diesel::QueryableByName)]
struct Backend {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    pid: i32,
}

/// An error unless one server process serves all transactions of a connection. Checks while a
/// second connection holds a transaction open, which takes from a pooler what the first had, and
/// twice before, for a pooler that alternates. Changes nothing.
pub(crate) fn must_not_share(manager: &Manager, first: &mut Connection) -> Stored<()> {
    if matches!(first, Connection::Sqlite(_)) {
        return Ok(());
    }
    let mut second = manager.establish()?.connection;
    for _ in 0..TRIES {
        let earlier = serving(first)?;
        let before = serving(first)?;
        let between = begun(&mut second)?;
        let after = serving(first)?;
        second.roll_back().map_err(failure::of_query)?;
        if earlier != before || before != after || before == between {
            return Err(unavailable(
                "a pooler in transaction mode stands before the database, and ruhu's statements \
                 would be mixed up with others': name the server itself in the URL, or a pool in \
                 session mode (docs/operations.md, Behind a pooler)",
            ));
        }
    }
    Ok(())
}

fn begun(connection: &mut Connection) -> Stored<i32> {
    connection.begin(Mode::Read).map_err(failure::of_query)?;
    let query = diesel::sql_query("SELECT pg_backend_pid() AS pid");
    let found: Backend =
        on_both!(connection, |c| query.get_result(c)).map_err(failure::of_query)?;
    Ok(found.pid)
}

fn serving(connection: &mut Connection) -> Stored<i32> {
    let pid = begun(connection)?;
    connection.roll_back().map_err(failure::of_query)?;
    Ok(pid)
}
