//! A database for each server: a file in a folder, or a schema that is dropped at the end. Tests
//! can also go past the store, to prepare and inspect what no call shows.

use crate::hex::from_hex;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{
    Connection, PgConnection, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection,
    sql_query,
};
use ruhu_sync::chain::to_hex;
use std::path::Path;

/// Names the server on which tests create their schemas.
const SERVER: &str = "RUHU_TEST_POSTGRES_URL";

/// The kind of database a server runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file.
    Sqlite,
    /// A schema on the server that `RUHU_TEST_POSTGRES_URL` names.
    Postgres,
}

/// The location of a server's data.
pub(crate) enum Place {
    Sqlite { url: String, file: String },
    Postgres { url: String, server: String, schema: String },
}

/// An empty database, and a folder with it.
pub struct Empty {
    place: Place,
    folder: tempfile::TempDir,
}

impl Empty {
    /// A new one.
    pub fn new(database: Database) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { place: Place::new(database, folder.path()), folder }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        self.place.url()
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Text)]
    value: String,
}

impl Place {
    pub(crate) fn new(database: Database, folder: &Path) -> Self {
        match database {
            Database::Sqlite => {
                let file = folder.join("ruhu.db").display().to_string();
                Self::Sqlite { url: format!("sqlite:{file}"), file }
            }
            Database::Postgres => Self::schema_of_its_own(),
        }
    }

    fn schema_of_its_own() -> Self {
        let server = std::env::var(SERVER).unwrap_or_else(|_| {
            panic!("{SERVER} names no PostgreSQL server: run these tests with scripts/test, which starts one")
        });
        let mut random = [0; 8];
        getrandom::fill(&mut random).expect("random bytes");
        let schema = format!("tests_{}", to_hex(&random));
        let mut c = PgConnection::establish(&server).expect("the server that scripts/test starts");
        c.batch_execute(&format!("CREATE SCHEMA {schema}")).expect("a schema");
        let and = if server.contains('?') { '&' } else { '?' };
        // The application's name identifies the connections of a test's own server.
        let url =
            format!("{server}{and}options=-csearch_path%3D{schema}&application_name={schema}");
        Self::Postgres { url, server, schema }
    }

    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Sqlite { url, .. } | Self::Postgres { url, .. } => url,
        }
    }

    pub(crate) fn run(&self, sql: &str) {
        match self {
            Self::Sqlite { file, .. } => self.run_at(file, sql),
            Self::Postgres { url, .. } => self.run_at(url, sql),
        }
    }

    /// The same on another file, or at another URL.
    pub(crate) fn run_at(&self, name: &str, sql: &str) {
        self.tried(name, sql).expect("run");
    }

    fn tried(&self, name: &str, sql: &str) -> QueryResult<()> {
        match self {
            Self::Sqlite { .. } => sqlite(name).batch_execute(sql),
            Self::Postgres { .. } => {
                PgConnection::establish(name).expect("the server").batch_execute(sql)
            }
        }
    }

    /// Whether the database itself refuses a statement.
    pub(crate) fn refuses(&self, sql: &str) -> bool {
        match self {
            Self::Sqlite { file, .. } => self.tried(file, sql),
            Self::Postgres { url, .. } => self.tried(url, sql),
        }
        .is_err()
    }

    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        let values: Vec<Value> = match self {
            Self::Sqlite { file, .. } => sql_query(sql).load(&mut sqlite(file)),
            Self::Postgres { url, .. } => {
                sql_query(sql).load(&mut PgConnection::establish(url).expect("the server"))
            }
        }
        .expect("texts");
        values.into_iter().map(|row| row.value).collect()
    }

    /// Bytes, as this database writes them in SQL.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> String {
        match self {
            Self::Sqlite { .. } => format!("X'{}'", to_hex(bytes)),
            Self::Postgres { .. } => format!("'\\x{}'::bytea", to_hex(bytes)),
        }
    }

    /// The column as lower-case hexadecimal text.
    pub(crate) fn hex(&self, column: &str) -> String {
        match self {
            Self::Sqlite { .. } => format!("lower(hex({column}))"),
            Self::Postgres { .. } => format!("encode({column}, 'hex')"),
        }
    }

    /// Everything that the database reveals to whoever has it: its files, or each row of each table
    /// with its bytes as text.
    pub(crate) fn every_byte(&self) -> Vec<u8> {
        let schema = match self {
            Self::Sqlite { file, .. } => {
                let files = ["", "-wal"].map(|end| std::fs::read(format!("{file}{end}")));
                return files.into_iter().flatten().flatten().collect();
            }
            Self::Postgres { schema, .. } => schema,
        };
        let tables = self.texts(&format!(
            "SELECT table_name::text AS value FROM information_schema.tables \
             WHERE table_schema = '{schema}'"
        ));
        let rows = |table: String| self.texts(&format!("SELECT t::text AS value FROM {table} t"));
        let mut all = Vec::new();
        for row in tables.into_iter().flat_map(rows) {
            all.extend_from_slice(row.as_bytes());
            for digits in row.split("\\x").skip(1) {
                let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
                all.extend(from_hex(&digits[..end / 2 * 2]));
            }
        }
        all
    }

    /// The number of the server's transactions that wait for a lock. On SQLite none are visible.
    pub(crate) fn waiting(&self) -> usize {
        self.activity("pid", "wait_event_type = 'Lock'").len()
    }

    /// The tables that the statements of waiting transactions name first.
    pub(crate) fn waiting_for(&self) -> Vec<String> {
        let table = "substring(query FROM '(?:FROM|INTO) \"([a-z_]+)\"')";
        let rows = self.activity(table, "wait_event_type = 'Lock'");
        rows.into_iter().map(|row| row.value).collect()
    }

    /// Ends all connections but the calling one. SQLite has none.
    pub(crate) fn cut_connections(&self) {
        self.activity("pg_terminate_backend(pid)", "pid <> pg_backend_pid()");
    }

    fn activity(&self, what: &str, condition: &str) -> Vec<Value> {
        let Self::Postgres { server, schema, .. } = self else {
            return Vec::new();
        };
        let mut c = PgConnection::establish(server).expect("the server");
        let sql = format!(
            "SELECT {what}::text AS value FROM pg_stat_activity \
             WHERE application_name = '{schema}' AND {condition}"
        );
        sql_query(sql).load(&mut c).expect("activity")
    }
}

/// Runs statements on the server itself, ignoring failures.
pub(crate) fn run_on_postgres(server: &str, sql: &str) {
    if let Ok(mut c) = PgConnection::establish(server) {
        drop(c.batch_execute(sql));
    }
}

fn sqlite(file: &str) -> SqliteConnection {
    let mut c = SqliteConnection::establish(file).expect("a file");
    c.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON").expect("set up");
    c
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Postgres { server, schema, .. } = self else {
            return;
        };
        if let Ok(mut c) = PgConnection::establish(server) {
            let sql = format!("SET client_min_messages = error; DROP SCHEMA {schema} CASCADE");
            // Leftovers go with the server.
            drop(c.batch_execute(&sql));
        }
    }
}
