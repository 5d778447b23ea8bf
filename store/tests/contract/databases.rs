//! The two databases, each fresh for one test: a file in a folder of its own, a schema of its own.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use ruhu_store::{KeyId, KeyRing, Store, StoreSettings};
use ruhu_sync::chain::to_hex;
use ruhu_sync::id::UserId;
use ruhu_sync::storage::DeviceState;
use secrecy::SecretBox;
use std::path::PathBuf;
use tempfile::TempDir;

/// Names the server on which tests make their schemas.
const SERVER: &str = "RUHU_TEST_POSTGRES_URL";

pub(crate) fn key_ring(byte: u8) -> KeyRing {
    KeyRing::new([(KeyId(u16::from(byte)), SecretBox::new(Box::new([byte; 32])))]).expect("a ring")
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// A database, with a way past the store.
pub(crate) trait Database: Sync {
    fn store(&self) -> &Store;
    fn url(&self) -> String;
    /// Runs statements.
    fn run(&self, sql: &str);
    /// The texts of a column named `value`.
    fn texts(&self, sql: &str) -> Vec<String>;
    /// Bytes, as this database writes them in SQL.
    fn bytes(&self, bytes: &[u8]) -> String;
    /// Makes every byte that was written visible from outside, and gives them all.
    fn every_byte(&self) -> Vec<u8>;

    fn is_true(&self, truth: bool) -> &'static str;
    /// A column's bytes as hexadecimal digits, in this database's SQL.
    fn hex(&self, column: &str) -> String;
    /// A table's columns; those that may be empty end in a question mark.
    fn columns(&self, table: &str) -> Vec<String>;

    fn reopened(&self, keys: KeyRing) -> Store {
        Store::open(&StoreSettings::new(self.url(), keys)).expect("opened again")
    }

    fn insert_account(&self, user: UserId, active: bool) {
        let id = self.bytes(user.as_bytes());
        self.run(&format!(
            "INSERT INTO account (id, login, name, active) VALUES ({id}, '{user}', 'x', {}) \
             ON CONFLICT (id) DO NOTHING",
            self.is_true(active),
        ));
    }

    fn insert_device(&self, device: &DeviceState) {
        self.insert_account(device.user, true);
        let id = self.bytes(device.id.as_bytes());
        self.run(&format!(
            "INSERT INTO device (id, account, last_seq, chain, safe_seq, enrolled_at, \
             reported_lost_at) VALUES ({id}, {}, {}, {}, {}, 1, {})",
            self.bytes(device.user.as_bytes()),
            device.last,
            self.bytes(&device.chain),
            device.safe,
            if device.reported_lost { "1" } else { "NULL" },
        ));
        for (earlier, through) in &device.continues {
            self.run(&format!(
                "INSERT INTO device_continues VALUES ({id}, {}, {through})",
                self.bytes(earlier.as_bytes())
            ));
        }
    }
}

pub(crate) struct Sqlite {
    store: Store,
    folder: TempDir,
}

impl Sqlite {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("ruhu.db").display());
        let store = Store::open(&StoreSettings::new(url, key_ring(1))).expect("opened");
        Self { store, folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("ruhu.db")
    }

    /// The steps by which SQLite would answer a statement.
    pub(crate) fn plan(&self, sql: &str) -> Vec<String> {
        let explained = sql_query(format!("EXPLAIN QUERY PLAN {sql}"));
        let steps: Vec<Step> = explained.load(&mut self.connect()).expect("a plan");
        steps.into_iter().map(|step| step.detail).collect()
    }

    fn connect(&self) -> SqliteConnection {
        let path = self.path();
        let mut c = SqliteConnection::establish(path.to_str().expect("a path")).expect("a file");
        c.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON").expect("set up");
        c
    }
}

impl Database for Sqlite {
    fn store(&self) -> &Store {
        &self.store
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.path().display())
    }

    fn run(&self, sql: &str) {
        self.connect().batch_execute(sql).expect("run");
    }

    fn texts(&self, sql: &str) -> Vec<String> {
        let values: Vec<Value> = sql_query(sql).load(&mut self.connect()).expect("texts");
        values.into_iter().map(|v| v.value).collect()
    }

    fn bytes(&self, bytes: &[u8]) -> String {
        format!("X'{}'", to_hex(bytes))
    }

    fn is_true(&self, truth: bool) -> &'static str {
        if truth { "1" } else { "0" }
    }

    fn hex(&self, column: &str) -> String {
        format!("hex({column})")
    }

    fn columns(&self, table: &str) -> Vec<String> {
        self.texts(&format!(
            "SELECT name || CASE WHEN \"notnull\" THEN '' ELSE '?' END AS value \
             FROM pragma_table_info('{table}')"
        ))
    }

    fn every_byte(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for file in std::fs::read_dir(self.folder.path()).expect("a folder") {
            all.extend(std::fs::read(file.expect("a file").path()).expect("bytes"));
        }
        all
    }
}

pub(crate) struct Postgres {
    store: Store,
    server: String,
    schema: String,
}

fn server() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| {
        panic!("{SERVER} names no PostgreSQL server: run these tests with scripts/test, which starts one")
    })
}

impl Postgres {
    pub(crate) fn new() -> Self {
        let server = server();
        let mut random = [0; 8];
        getrandom::fill(&mut random).expect("random bytes");
        let schema = format!("store_{}", to_hex(&random));
        let mut c = PgConnection::establish(&server).expect("the server that scripts/test starts");
        c.batch_execute(&format!("CREATE SCHEMA {schema}")).expect("a schema");
        let mut settings = StoreSettings::new(within(&server, &schema), key_ring(1));
        settings.pool_connections_max = 24;
        let store = Store::open(&settings).expect("opened");
        Self { store, server, schema }
    }

    /// By this name the server lists the connections of this test's store.
    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }

    fn connect(&self) -> PgConnection {
        let mut c = PgConnection::establish(&self.server).expect("the server");
        c.batch_execute(&format!("SET search_path = {}", self.schema)).expect("the schema");
        c
    }
}

fn within(server: &str, schema: &str) -> String {
    let and = if server.contains('?') { '&' } else { '?' };
    format!("{server}{and}options=-csearch_path%3D{schema}&application_name={schema}")
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(mut c) = PgConnection::establish(&self.server) {
            let sql =
                format!("SET client_min_messages = error; DROP SCHEMA {} CASCADE", self.schema);
            drop(c.batch_execute(&sql));
        }
    }
}

impl Database for Postgres {
    fn store(&self) -> &Store {
        &self.store
    }

    fn url(&self) -> String {
        within(&self.server, &self.schema)
    }

    fn run(&self, sql: &str) {
        self.connect().batch_execute(sql).expect("run");
    }

    fn texts(&self, sql: &str) -> Vec<String> {
        let values: Vec<Value> = sql_query(sql).load(&mut self.connect()).expect("texts");
        values.into_iter().map(|v| v.value).collect()
    }

    fn bytes(&self, bytes: &[u8]) -> String {
        format!("'\\x{}'::bytea", to_hex(bytes))
    }

    fn is_true(&self, truth: bool) -> &'static str {
        if truth { "TRUE" } else { "FALSE" }
    }

    fn hex(&self, column: &str) -> String {
        format!("encode({column}, 'hex')")
    }

    fn columns(&self, table: &str) -> Vec<String> {
        self.texts(&format!(
            "SELECT column_name || CASE WHEN is_nullable = 'NO' THEN '' ELSE '?' END AS value \
             FROM information_schema.columns \
             WHERE table_schema = '{}' AND table_name = '{table}'",
            self.schema
        ))
    }

    fn every_byte(&self) -> Vec<u8> {
        let tables = self.texts(&format!(
            "SELECT table_name::text AS value FROM information_schema.tables \
             WHERE table_schema = '{}'",
            self.schema
        ));
        let mut all = Vec::new();
        for table in tables {
            // A row's text shows bytes as hexadecimal digits.
            let rows = self.texts(&format!("SELECT t::text AS value FROM {table} t"));
            for row in rows {
                all.extend_from_slice(row.as_bytes());
                all.extend(from_hex_within(&row));
            }
        }
        all
    }
}

/// The bytes of all runs of hexadecimal digits after `\x`.
fn from_hex_within(text: &str) -> Vec<u8> {
    let digits = |run: &str| -> Vec<u8> {
        let end = run.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(run.len());
        (0..end / 2).filter_map(|i| u8::from_str_radix(&run[i * 2..i * 2 + 2], 16).ok()).collect()
    };
    text.split("\\x").skip(1).flat_map(digits).collect()
}
