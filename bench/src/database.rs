//! Which database is measured, and a place of its own for each run.

use crate::error::{BenchError, while_doing};
use clap::ValueEnum;
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DatabaseChoice {
    /// SQLite alone.
    Sqlite,
    /// PostgreSQL alone.
    Postgres,
    /// One after the other.
    Both,
}

impl DatabaseChoice {
    /// The databases, one by one.
    pub(crate) fn databases(self) -> &'static [Database] {
        match self {
            Self::Sqlite => &[Database::Sqlite],
            Self::Postgres => &[Database::Postgres],
            Self::Both => &[Database::Sqlite, Database::Postgres],
        }
    }
}

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// SQLite, WAL, synchronous=FULL.
    Sqlite,
    /// PostgreSQL, fsync and synchronous_commit on.
    Postgres,
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// A folder and a database for one run; both gone with it.
#[derive(Debug)]
pub(crate) struct Site {
    /// Dropped in this order: the database before the server it is on, the folder last.
    made: Option<MadeDatabase>,
    _private: Option<PrivatePostgres>,
    folder: TempDir,
    /// What the server is told.
    pub(crate) url: String,
    /// Which one.
    pub(crate) database: Database,
}

impl Site {
    /// Makes both. `postgres_url` names a server to make the database on.
    pub(crate) fn make(database: Database, postgres_url: Option<&str>) -> Result<Self, BenchError> {
        let folder = tempfile::Builder::new().prefix("ruhu-bench-").tempdir();
        let folder = folder.map_err(while_doing("a folder of its own"))?;
        if database == Database::Sqlite {
            let url = format!("sqlite:{}", folder.path().join("ruhu.db").display());
            return Ok(Self { made: None, _private: None, folder, url, database });
        }
        let private = match postgres_url {
            Some(_) => None,
            None => Some(PrivatePostgres::start()?),
        };
        let server = match (&private, postgres_url) {
            (Some(private), _) => &private.url,
            (None, Some(url)) => url,
            (None, None) => return Err(BenchError::NoPostgres("no URL".to_owned())),
        };
        let made = MadeDatabase::make(server)?;
        let url = made.url.clone();
        Ok(Self { made: Some(made), _private: private, folder, url, database })
    }

    /// A path inside its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// How many bytes the database has on the disk, what is not yet in its place included.
    pub(crate) fn stored_bytes(&self) -> Result<u64, BenchError> {
        let Some(made) = &self.made else {
            let sizes = ["ruhu.db", "ruhu.db-wal"].map(|name| std::fs::metadata(self.path(name)));
            return Ok(sizes.into_iter().flatten().map(|file| file.len()).sum());
        };
        let mut connection = PgConnection::establish(&made.url)?;
        let size = sql::<BigInt>("pg_database_size(current_database())");
        let bytes: i64 = diesel::select(size).get_result(&mut connection)?;
        Ok(bytes.unsigned_abs())
    }

    /// Where the bare table is kept: a file of its own on SQLite, the same database on PostgreSQL.
    pub(crate) fn bare_url(&self) -> String {
        match &self.made {
            None => self.path("bare.db").display().to_string(),
            Some(made) => made.url.clone(),
        }
    }
}

/// A database on somebody's server.
#[derive(Debug)]
struct MadeDatabase {
    server: String,
    name: String,
    url: String,
}

impl MadeDatabase {
    fn make(server: &str) -> Result<Self, BenchError> {
        let name = format!("ruhu_bench_{}", std::process::id());
        let mut connection = PgConnection::establish(server)?;
        // One by one: several in one text would be one transaction, in which neither is allowed.
        connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        connection.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let url = with_name(server, &name);
        Ok(Self { server: server.to_owned(), name, url })
    }
}

impl Drop for MadeDatabase {
    fn drop(&mut self) {
        let dropped = PgConnection::establish(&self.server).map(|mut connection| {
            connection.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
        });
        if !matches!(dropped, Ok(Ok(()))) {
            crate::output::tell(&format!("the database {} could not be removed", self.name));
        }
    }
}

/// The URL with another database's name.
fn with_name(url: &str, name: &str) -> String {
    let (address, parameters) = match url.split_once('?') {
        Some((address, parameters)) => (address, format!("?{parameters}")),
        None => (url, String::new()),
    };
    let host_from = address.find("://").map_or(0, |at| at + 3);
    let host_end = address[host_from..].find('/').map_or(address.len(), |at| host_from + at);
    format!("{}/{name}{parameters}", &address[..host_end])
}

/// A PostgreSQL server for this run alone.
#[derive(Debug)]
struct PrivatePostgres {
    folder: PathBuf,
    url: String,
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres")
}

impl PrivatePostgres {
    fn start() -> Result<Self, BenchError> {
        // The server may run as another user, to whom a private folder is closed.
        let name = format!("ruhu-bench-postgres-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let started = Command::new(script()).args(["start", "--durable"]).arg(&folder).output();
        let output = started.map_err(|error| BenchError::NoPostgres(error.to_string()))?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        match output.status.success() {
            true => Ok(Self { folder, url: said(&output.stdout) }),
            false => Err(BenchError::NoPostgres(said(&output.stderr))),
        }
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        let stop = Command::new(script())
            .arg("stop")
            .arg(&self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !stop.is_ok_and(|status| status.success()) {
            crate::output::tell(&format!("stop it by hand: {}", self.folder.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_given_another_name_and_keeps_the_rest() {
        for (url, wanted) in [
            ("postgres://a:b@h:1/x?host=/tmp/s", "postgres://a:b@h:1/n?host=/tmp/s"),
            ("postgres://h", "postgres://h/n"),
            ("postgres:///x", "postgres:///n"),
        ] {
            assert_eq!(with_name(url, "n"), wanted);
        }
    }
}
