//! Lawful erasure: what the client wrote goes, with its salt. That there was an edit, its outcome,
//! and why its words are gone stay, and the chain still verifies.

use crate::audit::{Act, Entry};
use crate::codec::Place;
use crate::connection::Connection;
use crate::failure::{corrupt, unavailable};
use crate::halt::Halt;
use crate::schema::{erasure, journal, record};
use crate::sealed::Column;
use crate::values::{Fixed, Name, counter};
use crate::{Store, Tx};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use ruhu_sync::decision::EditName;
use ruhu_sync::id::{Instant, RecordId};
use ruhu_sync::outcome::Verdict;
use ruhu_sync::storage::{Stored, WriteTx as _};
use serde::{Deserialize, Serialize};

const DISMISS: &str = "dismiss";

/// Rows per statement.
const CHUNK_ROWS: usize = 1_000;

/// The target of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasable {
    /// One edit that changed no record: it was rejected, or quarantined and then dismissed.
    Edit(EditName),
    /// Every edit of a deleted record. It cannot be restored after that.
    Record(RecordId),
}

/// Why nothing was erased; each says what to do first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErasureRefusal {
    /// No such edit.
    #[error("there is no such edit: check the device and the number")]
    NoSuchEdit,
    /// No such record.
    #[error("there is no such record: check the id")]
    NoSuchRecord,
    /// Its words are in a record that people read, and in their tablets' copies.
    #[error("the edit changed a record: delete the record at the desk, then erase the record")]
    Effective,
    /// Its words are in use, on tablets too.
    #[error("the record is not deleted: delete it at the desk first, so that tablets drop it, too")]
    NotDeleted,
    /// Somebody has yet to decide, and could not without the words.
    #[error("{0} edits of it wait in quarantine: apply or dismiss them first")]
    Waiting(usize),
}

/// A stored erasure.
#[derive(Queryable, Selectable)]
#[diesel(table_name = erasure)]
pub(super) struct StoredErasure {
    device: Fixed<16>,
    device_seq: i64,
    erased_at: i64,
    key_id: i32,
    reason: Vec<u8>,
}

/// An erasure, opened.
pub(super) struct Opened {
    pub(super) at: Instant,
    pub(super) reason: String,
    pub(super) had_effect: bool,
}

#[derive(Serialize, Deserialize)]
struct SealedReason {
    reason: String,
    had_effect: bool,
}

fn with_place<T>(
    (device, device_seq, erased_at): (Fixed<16>, i64, i64),
    work: impl FnOnce(Place<'_>) -> T,
) -> T {
    let row: [&[u8]; 3] = [&device.0, &device_seq.to_be_bytes(), &erased_at.to_be_bytes()];
    work(Place { column: Column::ERASURE_REASON, row: &row })
}

impl StoredErasure {
    /// Opens it. Opening proves that the service wrote it for this very row.
    pub(super) fn open(self, tx: &mut Tx) -> Stored<Opened> {
        let (session, keys) = tx.session();
        let name = (self.device, self.device_seq, self.erased_at);
        let sealed = with_place(name, |place| {
            let text = session.codec.open(keys, self.key_id, place, self.reason)?;
            serde_json::from_str::<SealedReason>(text)
                .map_err(|_| corrupt("the reason of an erasure"))
        })?;
        let SealedReason { reason, had_effect } = sealed;
        Ok(Opened { at: Instant(self.erased_at), reason, had_effect })
    }
}

/// The columns needed before a row is erased.
#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct Asked {
    device: Fixed<16>,
    device_seq: i64,
    verdict: String,
    rev_number: Option<i64>,
    effect: Option<Vec<u8>>,
}

impl Store {
    /// Erases what the client wrote in these edits and their effects, for this reason; returns how
    /// many. An earlier erasure stays as it was.
    pub fn erase(
        &self,
        what: Erasable,
        reason: &str,
        at: Instant,
    ) -> Result<usize, Halt<ErasureRefusal>> {
        let erased = self.transact(|tx| {
            let rows = match what {
                Erasable::Edit(name) => of_edit(tx, name)?,
                Erasable::Record(id) => of_record(tx, id)?,
            };
            for rows in rows.chunks(CHUNK_ROWS) {
                note(tx, rows, reason, at)?;
            }
            take_away(tx, what)?;
            tx.audit(&Entry {
                at,
                by: None,
                device: match what {
                    Erasable::Edit(name) => Some(name.device),
                    Erasable::Record(_) => None,
                },
                act: Act::Erased,
                subject: match what {
                    Erasable::Edit(_) => None,
                    Erasable::Record(id) => Some(id.0),
                },
                area: None,
                detail: match what {
                    Erasable::Edit(name) => format!(r#"{{"edit":{}}}"#, name.device_seq),
                    Erasable::Record(_) => format!(r#"{{"edits":{}}}"#, rows.len()),
                },
            })?;
            Ok(rows.len())
        });
        if erased.is_ok() {
            self.wipe().map_err(|error| {
                unavailable(&format!(
                    "the words are erased, but copies of them may be left in the file ({error}): \
                     erase the same once more when fewer people write"
                ))
            })?;
        }
        erased
    }

    /// SQLite leaves copies of rows behind: of deleted rows, of earlier versions, and of rows that
    /// it moved to another page. Rewriting the file leaves them all out; its log is emptied then,
    /// at once or as soon as nobody reads from it. PostgreSQL keeps copies until its next VACUUM.
    fn wipe(&self) -> Stored<()> {
        self.between_writes(|connection| match connection {
            Connection::Sqlite(c) => {
                c.batch_execute("VACUUM")?;
                drop(c.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)"));
                Ok(())
            }
            Connection::Postgres(_) => Ok(()),
        })
    }
}

type Found = Result<Vec<Asked>, Halt<ErasureRefusal>>;

/// The edit, unless it was erased already.
fn of_edit(tx: &mut Tx, name: EditName) -> Found {
    let (device, device_seq) = (name.device.fixed(), counter(name.device_seq.0));
    let found: Option<(Asked, bool)> = tx.run(|connection| {
        on_both!(connection, |c| journal::table
            .find((device, device_seq))
            .select((Asked::as_select(), journal::payload.is_not_null()))
            .first(c)
            .optional())
    })?;
    let Some((row, is_there)) = found else {
        return Err(Halt::Refused(ErasureRefusal::NoSuchEdit));
    };
    if row.rev_number.is_some() {
        return Err(Halt::Refused(ErasureRefusal::Effective));
    }
    if row.verdict == Verdict::Quarantined.as_str() {
        let decision: Option<Option<String>> = tx.run(|connection| {
            on_both!(connection, |c| journal::table
                .filter(journal::decides_device.eq(device))
                .filter(journal::decides_seq.eq(device_seq))
                .select(journal::op)
                .first(c)
                .optional())
        })?;
        match decision {
            None => return Err(Halt::Refused(ErasureRefusal::Waiting(1))),
            Some(op) if op.as_deref() != Some(DISMISS) => {
                return Err(Halt::Refused(ErasureRefusal::Effective));
            }
            Some(_) => {}
        }
    }
    Ok(is_there.then_some(row).into_iter().collect())
}

/// All edits of a record that were not erased already.
fn of_record(tx: &mut Tx, id: RecordId) -> Found {
    let known: Option<(Fixed<16>, bool)> = tx.run(|connection| {
        on_both!(connection, |c| record::table
            .find(id.fixed())
            .select((record::root, record::deleted))
            .first(c)
            .optional())
    })?;
    let Some((root, _)) = known else {
        return Err(Halt::Refused(ErasureRefusal::NoSuchRecord));
    };
    // Nobody restores it, and nothing is quarantined for it, while this goes on.
    tx.lock_roots(&[RecordId::of(root)])?;
    let deleted: bool = tx.run(|connection| {
        on_both!(connection, |c| record::table.find(id.fixed()).select(record::deleted).first(c))
    })?;
    if !deleted {
        return Err(Halt::Refused(ErasureRefusal::NotDeleted));
    }
    let waiting = waiting(tx, id)?;
    if waiting > 0 {
        return Err(Halt::Refused(ErasureRefusal::Waiting(waiting)));
    }
    let rows = tx.run(|connection| {
        on_both!(connection, |c| journal::table
            .filter(journal::record.eq(id.fixed()))
            .filter(journal::payload.is_not_null())
            .order((journal::device, journal::device_seq))
            .select(Asked::as_select())
            .load(c))
    })?;
    Ok(rows)
}

/// The number of a record's edits that are quarantined and not settled.
fn waiting(tx: &mut Tx, id: RecordId) -> Stored<usize> {
    let decision = diesel::alias!(journal as decision);
    let count: i64 = tx.run(|connection| {
        on_both!(connection, |c| {
            let settled = decision
                .filter(
                    decision.field(journal::decides_device).eq(journal::device.nullable()).and(
                        decision.field(journal::decides_seq).eq(journal::device_seq.nullable()),
                    ),
                )
                .select(decision.field(journal::device_seq));
            journal::table
                .filter(journal::record.eq(id.fixed()))
                .filter(journal::verdict.eq(Verdict::Quarantined.as_str()))
                .filter(diesel::dsl::not(diesel::dsl::exists(settled)))
                .count()
                .get_result(c)
        })
    })?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Records what is erased, and why.
fn note(tx: &mut Tx, rows: &[Asked], reason: &str, at: Instant) -> Stored<()> {
    let (session, keys) = tx.session();
    let noted: Stored<Vec<_>> = rows
        .iter()
        .map(|row| {
            let sealed =
                SealedReason { reason: reason.to_owned(), had_effect: row.effect.is_some() };
            let text = serde_json::to_string(&sealed).map_err(|_| corrupt("a reason"))?;
            let name = (row.device, row.device_seq, at.0);
            let (key, sealed) = with_place(name, |place| session.codec.seal(keys, place, &text))?;
            Ok((
                erasure::device.eq(row.device),
                erasure::device_seq.eq(row.device_seq),
                erasure::erased_at.eq(at.0),
                erasure::key_id.eq(i32::from(key.0)),
                erasure::reason.eq(sealed),
            ))
        })
        .collect();
    let noted = tx.note(noted)?;
    tx.run(|connection| insert!(connection, erasure::table, &noted[..], |insert| insert))?;
    Ok(())
}

fn take_away(tx: &mut Tx, what: Erasable) -> Stored<()> {
    let nothing = (
        journal::payload.eq(None::<Vec<u8>>),
        journal::salt.eq(None::<Fixed<16>>),
        journal::effect.eq(None::<Vec<u8>>),
        journal::answer.eq(None::<Vec<u8>>),
        journal::made_at.eq(None::<Vec<u8>>),
    );
    tx.run(|connection| match what {
        Erasable::Edit(name) => {
            let row = journal::table.find((name.device.fixed(), counter(name.device_seq.0)));
            on_both!(connection, |c| diesel::update(row).set(nothing).execute(c))
        }
        Erasable::Record(id) => {
            let rows = journal::table.filter(journal::record.eq(id.fixed()));
            on_both!(connection, |c| {
                diesel::update(rows).set(nothing).execute(c)?;
                // It stays deleted, so nobody adds a row under one of these names again.
                diesel::update(record::table.find(id.fixed()))
                    .set(record::removed_rows.eq(None::<Vec<u8>>))
                    .execute(c)
            })
        }
    })?;
    Ok(())
}
