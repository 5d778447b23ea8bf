//! One transaction.

use crate::audit::Touched;
use crate::connection::{Connection, Mode};
use crate::failure::{self, corrupt, unavailable};
use crate::keys::KeyRing;
use crate::manager::{Manager, Session};
use crate::shelves::{ShelfSeen, Shelves};
use diesel::result::QueryResult;
use r2d2::PooledConnection;
use ruhu_sync::storage::{StorageError, Stored};
use std::fmt;
use std::sync::Arc;

/// An open transaction: [`ReadTx`](ruhu_sync::storage::ReadTx) and
/// [`WriteTx`](ruhu_sync::storage::WriteTx) on either database.
pub struct Tx {
    session: PooledConnection<Manager>,
    pub(crate) keys: KeyRing,
    pub(crate) shelves: Arc<Shelves>,
    pub(crate) shelf: ShelfSeen,
    mode: Mode,
    has_failed: bool,
    /// Changed accounts and rights that no line of the audit log covers yet.
    pub(crate) touched: Touched,
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tx({:?})", self.mode)
    }
}

impl Tx {
    /// Begins. The connection may have been lost while it was in the pool, or been opened while
    /// nothing could be written: then nothing has happened yet, and `None` says to take another.
    pub(crate) fn begin(
        session: PooledConnection<Manager>,
        keys: KeyRing,
        shelves: Arc<Shelves>,
        mode: Mode,
    ) -> Stored<Option<Self>> {
        let shelf = ShelfSeen::default();
        let touched = Touched::default();
        let mut tx = Self { session, keys, shelves, shelf, mode, has_failed: false, touched };
        match tx.run(|connection| connection.begin(mode)) {
            Ok(()) => Ok(Some(tx)),
            Err(StorageError::Unavailable(_)) if tx.session.connection.is_broken() => Ok(None),
            Err(error) if failure::is_read_only(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs one statement, or a few. A transaction in which a statement failed can only be rolled
    /// back: PostgreSQL would answer COMMIT with a silent ROLLBACK, so it is never tried.
    pub(crate) fn run<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> QueryResult<T>,
    ) -> Stored<T> {
        let result = work(&mut self.session.connection).map_err(failure::of_query);
        self.note(result)
    }

    /// The session, where a statement and its sealing go together. Its result must pass through
    /// [`Tx::note`].
    pub(crate) fn session(&mut self) -> (&mut Session, &KeyRing) {
        (&mut self.session, &self.keys)
    }

    /// Remembers whether something failed.
    pub(crate) fn note<T>(&mut self, result: Stored<T>) -> Stored<T> {
        self.has_failed |= result.is_err();
        self.session.is_spoiled |= matches!(result, Err(StorageError::Unavailable(_)));
        result
    }

    /// An error unless the transaction may write: SQLite would let a reading one.
    pub(crate) fn must_write(&mut self) -> Stored<()> {
        if self.mode == Mode::Write {
            return Ok(());
        }
        self.note(Err(unavailable("the transaction is read only")))
    }

    /// Commits: all of it happened, or this is an error and nothing did, unless the connection was
    /// lost during the commit, when nobody can tell.
    pub(crate) fn commit(mut self) -> Stored<()> {
        if self.has_failed {
            self.roll_back();
            return Err(corrupt("a statement failed and the work went on"));
        }
        if let Err(error) = self.audit_what_is_left() {
            self.roll_back();
            return Err(error);
        }
        self.run(Connection::commit)
    }

    /// Rolls back. The pool discards a connection that cannot, and that rolls back, too.
    pub(crate) fn roll_back(&mut self) {
        drop(self.session.connection.roll_back());
    }
}
