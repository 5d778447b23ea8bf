//! The pool's connections, each with its own reused buffers.

use crate::codec::Codec;
use crate::connection::Connection;
use crate::failure;
use crate::target::Target;
use diesel::Connection as _;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use ruhu_sync::storage::{StorageError, Stored};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A connection in the pool.
pub(crate) struct Session {
    /// The connection.
    pub(crate) connection: Connection,
    /// Sealing and opening, with working memory that lives as long as the connection.
    pub(crate) codec: Codec,
    /// The database was not usable with it: the next may find it better. SQLite silently opens a
    /// file that cannot be written read-only, and stays with that.
    pub(crate) is_spoiled: bool,
}

/// Makes connections to one database.
#[derive(Debug)]
pub(crate) struct Manager {
    pub(crate) target: Target,
    pub(crate) access: Access,
    /// The last connection was refused.
    pub(crate) has_refused: Arc<AtomicBool>,
}

/// The access of its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everything; a missing file is created.
    Whole,
    /// Only reads what is there.
    Read,
}

// WAL: readers never wait for the writer. FULL: a commit is on disk before it is answered.
// busy_timeout comes first, because changing to WAL can already meet another process.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
    PRAGMA journal_size_limit = 67108864;";

// Nothing that would write into a file that is only read.
const SQLITE_READ_SETUP: &str = "PRAGMA busy_timeout = 5000;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;";

impl Manager {
    /// To this database.
    pub(crate) fn new(target: Target, access: Access) -> Self {
        Self { target, access, has_refused: Arc::default() }
    }

    /// Makes one connection.
    pub(crate) fn establish(&self) -> Stored<Session> {
        let connection = match &self.target {
            Target::Sqlite(path) => {
                let (name, setup) = match self.access {
                    Access::Whole => {
                        make_private_file(path)?;
                        (utf8(path)?.to_owned(), SQLITE_SETUP)
                    }
                    Access::Read => (read_only_name(utf8(path)?), SQLITE_READ_SETUP),
                };
                let c = SqliteConnection::establish(&name).map_err(not_established)?;
                let mut c = Connection::Sqlite(c);
                c.run_script(setup).map_err(failure::of_query)?;
                c
            }
            Target::Postgres(url) => {
                // No session settings: behind a pooler the session would be another client's.
                Connection::Postgres(PgConnection::establish(url).map_err(not_established)?)
            }
        };
        Ok(Session { connection, codec: Codec::new()?, is_spoiled: false })
    }
}

fn utf8(path: &Path) -> Stored<&str> {
    path.to_str().ok_or_else(|| failure::unavailable("the database's path is not UTF-8"))
}

/// The file's name as a SQLite URI that neither writes nor creates anything.
fn read_only_name(path: &str) -> String {
    let quoted = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{quoted}?mode=ro")
}

fn not_established(error: diesel::ConnectionError) -> StorageError {
    match error {
        // Messages of libpq and SQLite: host, port, file and cause; never a password.
        diesel::ConnectionError::BadConnection(cause) => failure::unavailable(&cause),
        _ => failure::unavailable("the database URL cannot be read"),
    }
}

/// Names, days and codes are in the clear in the file, so nobody else on the machine may read it.
/// The files that SQLite puts next to it take its mode.
fn make_private_file(path: &Path) -> Stored<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => {
            Err(failure::unavailable(&format!("the database file cannot be made: {error}")))
        }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Session;
    type Error = StorageError;

    fn connect(&self) -> Stored<Session> {
        let made = self.establish();
        self.has_refused.store(made.is_err(), Ordering::Relaxed);
        made
    }

    fn is_valid(&self, session: &mut Session) -> Stored<()> {
        session.connection.run_script("SELECT 1").map_err(failure::of_query)
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        session.is_spoiled || session.connection.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::prelude::{QueryableByName, RunQueryDsl};

    #[derive(QueryableByName)]
    struct Pragma {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }

    #[test]
    fn a_sqlite_connection_is_durable_and_holds_to_foreign_keys() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = Target::Sqlite(folder.path().join("ruhu.db"));
        let mut session = Manager::new(target, Access::Whole).establish().expect("a session");
        let Connection::Sqlite(c) = &mut session.connection else {
            panic!("another database");
        };
        for (pragma, expected) in
            [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")]
        {
            let sql = format!("SELECT CAST({pragma} AS TEXT) AS value FROM pragma_{pragma}");
            let found: Pragma = diesel::sql_query(sql).get_result(c).expect(pragma);
            assert_eq!(found.value, expected, "{pragma}");
        }
    }
}
