//! Backups and restores the way an operator makes them: with the command's own functions on SQLite,
//! with `pg_dump` and `pg_restore` on PostgreSQL.

use crate::database::Place;
use crate::server::Server;
use ruhu_api::app::MissingKeys;
use ruhu_api::backup::begin_epoch_in_place;
use ruhu_store::StoreSettings;
use ruhu_store::backup::{BackupError, Restored, restore};
use ruhu_sync::chain::to_hex;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The longest time that a stopped service keeps its database open.
const LET_GO_MAX: Duration = Duration::from_secs(20);

/// A copy of a server's data.
#[derive(Clone, Debug)]
pub struct Copy(pub PathBuf);

impl Server {
    /// Copies this moment, while the service runs.
    pub fn back_up(&self) -> Copy {
        let file = self.folder().join(format!("backup-{}", self.seed()));
        match self.place() {
            Place::Sqlite { .. } => self.store().back_up(&file).expect("a backup"),
            Place::Postgres { server, schema, .. } => {
                let mut dump = self.tool("pg_dump");
                dump.arg("--format=custom").arg(format!("--schema={schema}"));
                run(dump
                    .arg(format!("--file={}", file.display()))
                    .arg(format!("--dbname={server}")));
            }
        }
        Copy(file)
    }

    /// Restores a copy with the service stopped, and starts it again.
    pub fn restore(&mut self, copy: &Copy) {
        self.stop();
        match self.place() {
            Place::Sqlite { url, .. } => {
                let settings = StoreSettings::new(url, self.key_ring());
                let aside = format!("aside-{}", self.seed());
                put_in_place(&settings, &copy.0, Some(&aside)).expect("restored");
            }
            Place::Postgres { server, schema, .. } => {
                self.place().run(&format!("DROP SCHEMA {schema} CASCADE"));
                self.read_into(server, copy);
                begin_epoch_in_place(&self.settings()).expect("a new epoch");
            }
        }
        self.start(MissingKeys::Refuse);
    }

    /// All bytes of the database file and of SQLite's companion files.
    pub fn sqlite_bytes(&self) -> Vec<u8> {
        let files = ["", "-wal", "-shm"].map(|end| self.folder().join(format!("ruhu.db{end}")));
        files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect()
    }

    fn read_into(&self, url: &str, copy: &Copy) {
        let mut restore = self.tool("pg_restore");
        restore.arg("--exit-on-error").arg("--no-owner").arg(format!("--dbname={url}"));
        run(restore.arg(&copy.0));
    }

    /// One of PostgreSQL's programs, in the server's version.
    fn tool(&self, name: &str) -> Command {
        let bin =
            self.place().texts("SELECT setting AS value FROM pg_config WHERE name = 'BINDIR'");
        let beside = Path::new(&bin[0]).join(name);
        Command::new(if beside.exists() { beside } else { PathBuf::from(name) })
    }

    /// A copy ready to be verified: the file itself, or a database it was loaded into, until this
    /// is dropped.
    pub fn looked_at(&self, copy: &Copy) -> LookedAt {
        match self.place() {
            Place::Sqlite { .. } => LookedAt { name: copy.0.display().to_string(), gone: None },
            Place::Postgres { url, server, .. } => {
                let mut random = [0; 8];
                getrandom::fill(&mut random).expect("random bytes");
                let database = format!("copy_{}", to_hex(&random));
                self.place().run(&format!("CREATE DATABASE {database}"));
                let of_copy = |url: &str| url.replacen("/ruhu?", &format!("/{database}?"), 1);
                self.read_into(&of_copy(server), copy);
                let gone = Some((server.clone(), database.clone()));
                LookedAt { name: of_copy(url), gone }
            }
        }
    }
}

/// A copy that can be looked through.
pub struct LookedAt {
    /// The file's path, or the database's URL.
    pub name: String,
    gone: Option<(String, String)>,
}

impl Drop for LookedAt {
    fn drop(&mut self) {
        if let Some((server, database)) = &self.gone {
            crate::database::run_on_postgres(
                server,
                &format!("DROP DATABASE {database} WITH (FORCE)"),
            );
        }
    }
}

/// [`restore`], as soon as the last threads of a stopped service have released its database.
pub fn put_in_place(
    settings: &StoreSettings,
    from: &Path,
    aside: Option<&str>,
) -> Result<Restored, BackupError> {
    let begun = Instant::now();
    loop {
        match restore(settings, from, aside) {
            Err(BackupError::InUse(_)) if begun.elapsed() < LET_GO_MAX => std::thread::yield_now(),
            done => return done,
        }
    }
}

fn run(command: &mut Command) {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}
