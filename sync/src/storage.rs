//! The storage port: what the protocol needs of a database, and what each call guarantees.
//!
//! There are three implementations: [`crate::memory`] (the reference) and, in `store`, SQLite and
//! PostgreSQL. One contract suite runs on all three.

use crate::chain::{Hash, Salt};
use crate::decision::{EditName, Waiting};
use crate::digest::StreamDigest;
use crate::grants::{Grants, StreamKind};
use crate::id::{DeviceId, DeviceSeq, Epoch, Instant, RecordId, Seq, StreamId, UserId};
use crate::journal::{Answered, JournalRow, Past, Untaken};
use crate::record::{Content, RecordFrame, StoredRecord};
use crate::rev::Rev;
use crate::signing::{Failures, Signers};

/// Errors outside the protocol. None of them concerns an edit: the request can be sent again.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Another transaction is in the way; a retry helps.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached, or cannot write.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
    /// Stored data cannot be read: a key is missing, or the data was changed from outside.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
}

/// The result of a storage call.
pub type Stored<T> = Result<T, StorageError>;

/// A device as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceState {
    /// Its name.
    pub id: DeviceId,
    /// Its person.
    pub user: UserId,
    /// The number of its last edit in the journal.
    pub last: DeviceSeq,
    /// The link of that edit.
    pub chain: Hash,
    /// The highest number known to be in a verified backup.
    pub safe: DeviceSeq,
    /// The installations that this one continues, each up to and including a number: their chain
    /// counts as its own.
    pub continues: Vec<(DeviceId, DeviceSeq)>,
    /// It was reported lost: it is refused.
    pub reported_lost: bool,
}

impl DeviceState {
    /// The number its next edit must have.
    pub fn expected(&self) -> DeviceSeq {
        self.last.next()
    }
}

/// A stream's counter and digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamHead {
    /// The stream.
    pub id: StreamId,
    /// What kind of stream it is.
    pub kind: StreamKind,
    /// The last position assigned.
    pub head: Seq,
    /// How many records are in it, tombstones included.
    pub count: u64,
    /// Their digest.
    pub digest: StreamDigest,
}

impl StreamHead {
    /// A stream that has no records yet.
    pub fn empty(id: StreamId, kind: StreamKind) -> Self {
        Self { id, kind, head: Seq(0), count: 0, digest: StreamDigest::default() }
    }
}

/// A record that left a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The stream it left.
    pub stream: StreamId,
    /// The position at which it left.
    pub seq: Seq,
    /// The record.
    pub record: RecordId,
}

/// A carried version: one that an edit of another record made, of a record that moved with its root
/// or of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The record.
    pub record: RecordId,
    /// The version.
    pub rev: Rev,
    /// The edit that made it.
    pub by: EditName,
}

/// A record's history from one version on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryWanted {
    /// The record.
    pub record: RecordId,
    /// The number of the first version wanted.
    pub from: u64,
}

/// A record to be written, with its content as read models project it.
#[derive(Clone, Copy, Debug)]
pub struct RecordChange<'a> {
    /// The new row.
    pub record: &'a StoredRecord,
    /// The same content, parsed.
    pub content: &'a Content,
    /// Whether the record is new.
    pub is_new: bool,
    /// The time of the transaction.
    pub at: Instant,
}

/// A consistent view of the store. Everything read through one `ReadTx` is of one moment:
/// REPEATABLE READ on PostgreSQL, one read transaction on SQLite.
pub trait ReadTx {
    /// The server's epoch.
    fn epoch(&mut self) -> Stored<Epoch>;

    /// What this person may see at this instant, computed afresh.
    fn grants(&mut self, user: UserId, at: Instant) -> Stored<Grants>;

    /// A device, if it is enrolled.
    fn device(&mut self, id: DeviceId) -> Stored<Option<DeviceState>>;

    /// The heads of these streams; a stream that was never written to has none.
    fn streams(&mut self, ids: &[StreamId]) -> Stored<Vec<StreamHead>>;

    /// Passes on at most `limit` records of a stream with a position above `after`, in order of
    /// position; returns how many. A range scan: the cost depends only on the number of records
    /// returned.
    fn changes(
        &mut self,
        stream: StreamId,
        after: Seq,
        limit: usize,
        take: &mut dyn FnMut(RecordFrame<'_>, &str),
    ) -> Stored<usize>;

    /// The departures from a stream above `after`, up to and including `through`, in order, of
    /// records that have not come back: a device that met the return and the departure in one page
    /// would have to know which came first.
    fn departures(&mut self, stream: StreamId, after: Seq, through: Seq) -> Stored<Vec<Departure>>;
}

/// A write transaction: all of it happens, or nothing. Two that lock the same device, root or
/// stream never overlap. Locks are taken in this order, and within each in order of name: device,
/// roots, streams; so transactions cannot deadlock.
///
/// READ COMMITTED on PostgreSQL, so that a read after a lock sees what the lock's last holder
/// committed; BEGIN IMMEDIATE on SQLite.
pub trait WriteTx: ReadTx {
    /// Locks a device's row until the end of the transaction, and reads it.
    fn lock_device(&mut self, id: DeviceId) -> Stored<Option<DeviceState>>;

    /// The journal's rows for a device's edits with numbers in `from..=through`, in order.
    fn answered(
        &mut self,
        device: DeviceId,
        from: DeviceSeq,
        through: DeviceSeq,
    ) -> Stored<Vec<Answered>>;

    /// Locks roots until the end of the transaction. A root that was never locked before is made
    /// lockable first, so that a root that does not exist yet can be locked too. `roots` is sorted.
    fn lock_roots(&mut self, roots: &[RecordId]) -> Stored<()>;

    /// Those of these records that exist.
    fn records(&mut self, ids: &[RecordId]) -> Stored<Vec<StoredRecord>>;

    /// Those of these edits that were quarantined or rejected, with the rest of their groups, by
    /// name, decided on or not. This never changes, so it may be read before a lock.
    fn waiting(&mut self, names: &[EditName]) -> Stored<Vec<Waiting>>;

    /// Those of these edits that a decision has settled.
    fn settled(&mut self, names: &[EditName]) -> Stored<Vec<EditName>>;

    /// All records of these roots, the roots included, deleted ones too.
    fn belonging(&mut self, roots: &[RecordId]) -> Stored<Vec<StoredRecord>>;

    /// Data for checking the signatures of these people when another person pushes them. People
    /// without a PIN are left out. The counts of earlier failures are locked until the end of the
    /// transaction, so that two pushes of one person count together. `signers` is sorted.
    fn signers(&mut self, by: UserId, signers: &[UserId], now: Instant) -> Stored<Signers>;

    /// Stores how many signatures that one person pushed were not proved.
    fn save_failed_signatures(&mut self, by: UserId, failed: &[(UserId, Failures)]) -> Stored<()>;

    /// The edits that made version `from` and later ones of each record, by record, oldest first:
    /// effective edits, under the name of the edit that a decision applied; and, without an effect,
    /// those that carried it along.
    fn history(&mut self, wanted: &[HistoryWanted]) -> Stored<Vec<Past>>;

    /// The edits of these records that were quarantined or rejected, of each installation through a
    /// number: in the order of the installations, and of the numbers.
    fn untaken(
        &mut self,
        chain: &[(DeviceId, DeviceSeq)],
        records: &[RecordId],
    ) -> Stored<Vec<Untaken>>;

    /// Locks streams' counters until the end of the transaction and reads them; a stream that does
    /// not exist yet is created. `streams` is sorted. These are always the last locks.
    fn lock_streams(&mut self, streams: &[(StreamId, StreamKind)]) -> Stored<Vec<StreamHead>>;

    /// Writes records and, by their kinds' own projections, their rows in the read models.
    fn save_records(&mut self, changes: &[RecordChange<'_>]) -> Stored<()>;

    /// Stores departures. Two departures never share a position.
    fn save_departures(&mut self, departures: &[Departure]) -> Stored<()>;

    /// Stores carried versions.
    fn save_carried(&mut self, carried: &[Carried]) -> Stored<()>;

    /// Appends to the journal. A name that is already there is an error: no row is ever replaced.
    /// So is a second decision on one edit.
    fn append_journal(&mut self, rows: &[JournalRow<'_>]) -> Stored<()>;

    /// Writes counters and digests.
    fn save_streams(&mut self, streams: &[StreamHead]) -> Stored<()>;

    /// Writes a device's last number and link.
    fn save_device(&mut self, device: &DeviceState) -> Stored<()>;
}

/// The source of salts: the protocol has no randomness of its own. A push fails without one,
/// because an unsalted hash would not protect what is erased.
pub type SaltSource<'a> = &'a mut dyn FnMut() -> Stored<Salt>;
