//! The store: an open database.

use crate::connection::{Connection, Mode};
use crate::failure::unavailable;
use crate::halt::Halt;
use crate::keys::KeyRing;
use crate::manager::{Access, Manager};
use crate::pool::Connections;
use crate::presence::Presence;
use crate::shelves::Shelves;
use crate::target::Target;
use crate::tx::Tx;
use crate::values::{Fixed, Name};
use crate::writable::{Writable, Writing};
use crate::{migrate, pooler, schema};
use diesel::prelude::*;
use r2d2::PooledConnection;
use ruhu_sync::id::Epoch;
use ruhu_sync::storage::{ReadTx, StorageError, Stored};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// The settings for opening a store.
#[derive(Clone)]
pub struct StoreSettings {
    /// `sqlite:PATH`, `sqlite://PATH`, `postgres://…` or `postgresql://…`.
    pub url: String,
    /// The maximum number of connections.
    pub pool_connections_max: u32,
    /// How long a request waits for a connection, and how long one that meets others is retried.
    pub wait_ms_max: u64,
    /// The keys that seal.
    pub keys: KeyRing,
}

impl StoreSettings {
    /// Settings with the usual limits.
    pub fn new(url: impl Into<String>, keys: KeyRing) -> Self {
        Self { url: url.into(), pool_connections_max: 8, wait_ms_max: 10_000, keys }
    }
}

/// The URL may hold a password.
impl fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreSettings")
            .field("pool_connections_max", &self.pool_connections_max)
            .finish_non_exhaustive()
    }
}

struct Inner {
    connections: Connections,
    keys: KeyRing,
    shelves: Arc<Shelves>,
    wait_max: Duration,
    /// SQLite has one writer at a time. Waiting here costs nothing and wakes at once; waiting in
    /// SQLite means sleeping and polling.
    gate: Option<Mutex<()>>,
    target: Target,
    /// Marks the file as in use for as long as the store is open.
    _presence: Option<Presence>,
    committed: OnceLock<Box<dyn Fn() + Send + Sync>>,
    writable: Writable,
}

/// An open database. Cheap to clone; every call takes a connection of its own and blocks its
/// thread.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Connects, and brings the schema up to date.
    pub fn open(settings: &StoreSettings) -> Stored<Self> {
        let manager = Manager::new(Target::parse(&settings.url)?, Access::Whole);
        let presence = match &manager.target {
            Target::Sqlite(path) => Some(Presence::shared(path)?),
            Target::Postgres(_) => None,
        };
        // Before the pool, which would retry: problems are reported at once.
        let mut session = manager.establish()?;
        pooler::must_not_share(&manager, &mut session.connection)?;
        migrate::run_pending(&mut session.connection)?;
        drop(session);
        let store = Self::over(manager, settings, presence)?;
        store.make_first_epoch()?;
        store.write(Tx::begin_audit_log)?;
        Ok(store)
    }

    /// Opens a database read-only: nothing is created.
    pub fn open_read_only(settings: &StoreSettings) -> Stored<Self> {
        let manager = Manager::new(Target::parse(&settings.url)?, Access::Read);
        pooler::must_not_share(&manager, &mut manager.establish()?.connection)?;
        Self::over(manager, settings, None)
    }

    fn over(
        manager: Manager,
        settings: &StoreSettings,
        presence: Option<Presence>,
    ) -> Stored<Self> {
        let gate = matches!(manager.target, Target::Sqlite(_)).then(|| Mutex::new(()));
        let target = manager.target.clone();
        let wait_max = Duration::from_millis(settings.wait_ms_max.max(1));
        let connections = Connections::over(manager, settings.pool_connections_max, wait_max);
        let (keys, committed) = (settings.keys.clone(), OnceLock::new());
        let inner = Inner {
            connections,
            keys,
            shelves: Arc::new(Shelves::new()?),
            wait_max,
            gate,
            target,
            _presence: presence,
            committed,
            writable: Writable::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether the schema is the one that this version makes.
    pub fn is_of_this_version(&self) -> bool {
        self.read(migrate::must_be_of_this_version).is_ok()
    }

    /// The kind of database.
    pub(crate) fn target(&self) -> &Target {
        &self.inner.target
    }

    /// Its keys.
    pub(crate) fn keys(&self) -> &KeyRing {
        &self.inner.keys
    }

    /// A connection, for statements that cannot run in a transaction.
    pub(crate) fn session(&self) -> Stored<PooledConnection<Manager>> {
        self.inner.connections.take()
    }

    /// Runs statements that cannot run in a transaction, while nobody else of this process writes.
    pub(crate) fn between_writes(
        &self,
        work: impl FnOnce(&mut Connection) -> QueryResult<()>,
    ) -> Stored<()> {
        let gate = self.inner.gate.as_ref();
        let _turn = gate.map(|gate| gate.lock().unwrap_or_else(PoisonError::into_inner));
        work(&mut self.session()?.connection).map_err(crate::failure::of_query)
    }

    fn make_first_epoch(&self) -> Stored<()> {
        let epoch = random_epoch()?;
        self.write(|tx| {
            tx.run(|connection| {
                use schema::server::dsl;
                on_both!(connection, |c| diesel::insert_into(dsl::server)
                    .values((dsl::only_row.eq(true), dsl::epoch.eq(epoch.fixed())))
                    .on_conflict(dsl::only_row)
                    .do_nothing()
                    .execute(c))
            })
        })?;
        Ok(())
    }

    /// Begins a new epoch, as every restore from a backup must: devices then bring back what the
    /// backup lacks.
    pub fn begin_epoch(&self) -> Stored<Epoch> {
        let epoch = random_epoch()?;
        self.write(|tx| tx.run(|connection| set_epoch(connection, epoch)))?;
        Ok(epoch)
    }

    /// Reads in one snapshot.
    pub fn read<T>(&self, mut work: impl FnMut(&mut Tx) -> Stored<T>) -> Stored<T> {
        self.again_while_busy(Mode::Read, &|_| true, &mut work)
    }

    /// The same for work that may be refused.
    pub fn view<T, R>(
        &self,
        mut work: impl FnMut(&mut Tx) -> Result<T, Halt<R>>,
    ) -> Result<T, Halt<R>> {
        self.read(|tx| split(work(tx)))?.map_err(Halt::Refused)
    }

    /// Runs a write transaction: all of it happens, or nothing. If another is in the way it is run
    /// again from its beginning, so `work` must not have side effects that count.
    pub fn write<T>(&self, mut work: impl FnMut(&mut Tx) -> Stored<T>) -> Stored<T> {
        self.write_if(&|_| true, &mut work)
    }

    /// The same for work that may be refused: a refusal rolls everything back.
    pub fn transact<T, R>(
        &self,
        mut work: impl FnMut(&mut Tx) -> Result<T, Halt<R>>,
    ) -> Result<T, Halt<R>> {
        let done = self.write_if(&Result::is_ok, &mut |tx| split(work(tx)));
        done?.map_err(Halt::Refused)
    }

    fn write_if<T>(
        &self,
        is_kept: &dyn Fn(&T) -> bool,
        work: &mut dyn FnMut(&mut Tx) -> Stored<T>,
    ) -> Stored<T> {
        let gate = self.inner.gate.as_ref();
        let turn = gate.map(|gate| gate.lock().unwrap_or_else(PoisonError::into_inner));
        let done = self.again_while_busy(Mode::Write, is_kept, work);
        drop(turn);
        self.inner.writable.note(&done);
        if done.is_ok()
            && let Some(committed) = self.inner.committed.get()
        {
            committed();
        }
        done
    }

    /// Sets a callback that runs after each committed write, holding nothing: it should wake
    /// somebody and return. Only the first one counts.
    pub fn when_committed(&self, call: impl Fn() + Send + Sync + 'static) {
        drop(self.inner.committed.set(Box::new(call)));
    }

    /// Whether the database answers and takes writes. A write is tried only after one was refused,
    /// every few seconds, by counting up a number.
    pub fn ping(&self) -> Stored<()> {
        self.read(|tx| tx.epoch().map(drop))?;
        match self.inner.writable.known() {
            Writing::Taken => Ok(()),
            Writing::Refused => Err(unavailable("it refused a write")),
            Writing::ToBeTried => {
                self.write(|tx| {
                    tx.run(|connection| {
                        use schema::server::dsl;
                        // Another value: SQLite writes nothing for the same one.
                        let probe =
                            diesel::update(dsl::server).set(dsl::probes.eq(dsl::probes + 1));
                        on_both!(connection, |c| probe.execute(c)).map(drop)
                    })
                })?;
                self.inner.writable.has_written();
                Ok(())
            }
        }
    }

    fn again_while_busy<T>(
        &self,
        mode: Mode,
        is_kept: &dyn Fn(&T) -> bool,
        work: &mut dyn FnMut(&mut Tx) -> Stored<T>,
    ) -> Stored<T> {
        let begun = Instant::now();
        let mut tries: u32 = 0;
        loop {
            match self.once(mode, is_kept, work) {
                Err(StorageError::Busy) if begun.elapsed() < self.inner.wait_max => {}
                result => return result,
            }
            // Jitter, so that the refused callers do not return in step.
            let spread_ms = 1_u64 << tries.min(6);
            let random = getrandom::u64().unwrap_or(spread_ms);
            std::thread::sleep(Duration::from_millis(random % spread_ms + 1));
            tries += 1;
        }
    }

    fn once<T>(
        &self,
        mode: Mode,
        is_kept: &dyn Fn(&T) -> bool,
        work: &mut dyn FnMut(&mut Tx) -> Stored<T>,
    ) -> Stored<T> {
        let mut tx = self.begin(mode)?;
        match work(&mut tx) {
            Ok(value) if is_kept(&value) => tx.commit().map(|()| value),
            other => {
                tx.roll_back();
                other
            }
        }
    }

    /// Takes connections until one begins: after a restart of the server, all pooled ones are lost.
    fn begin(&self, mode: Mode) -> Stored<Tx> {
        for _ in 0..=self.inner.connections.max() {
            let session = self.inner.connections.take()?;
            let (keys, shelves) = (self.inner.keys.clone(), Arc::clone(&self.inner.shelves));
            if let Some(tx) = Tx::begin(session, keys, shelves, mode)? {
                return Ok(tx);
            }
        }
        Err(unavailable("every connection was lost"))
    }
}

/// Replaces the epoch.
pub(crate) fn set_epoch(connection: &mut Connection, epoch: Epoch) -> QueryResult<()> {
    use schema::server::dsl;
    let query = diesel::update(dsl::server).set(dsl::epoch.eq(epoch.fixed()));
    on_both!(connection, |c| query.execute(c)).map(drop)
}

/// A name that no other history has.
pub(crate) fn random_epoch() -> Stored<Epoch> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| unavailable("the system gives no random bytes"))?;
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Ok(Epoch::of(Fixed(*id.as_bytes())))
}

/// A refusal as a value: what runs a transaction again when it fails leaves it alone.
fn split<T, R>(done: Result<T, Halt<R>>) -> Stored<Result<T, R>> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Halt::Refused(refusal)) => Ok(Err(refusal)),
        Err(Halt::Storage(error)) => Err(error),
    }
}
