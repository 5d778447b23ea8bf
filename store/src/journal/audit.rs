//! Verifies the journal from end to end: every row against its device's chain, columns that repeat
//! something against each other, and sealed values against their hashes.

mod row;

use super::anchor::Anchor;
use super::erasure;
use super::head::{Head, heads};
use crate::schema::{device, erasure as erasures, journal as rows};
use crate::values::{Fixed, Name, counted, counter};
use crate::{Store, Tx, migrate};
use diesel::prelude::*;
use row::Row;
use ruhu_sync::chain;
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant};
use ruhu_sync::storage::{ReadTx as _, StorageError, Stored};
use std::fmt;

/// The number of rows in memory at a time; a payload may have two megabytes.
const CHUNK_ROWS: usize = 100;

/// The maximum number of listed faults and erasures; the rest are only counted.
const LISTED_MAX: usize = 20;

/// A lawfully erased payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedEdit {
    /// The device.
    pub device: DeviceId,
    /// The edit's number there.
    pub device_seq: DeviceSeq,
    /// When it was erased.
    pub erased_at: Instant,
    /// The reason in the erasure.
    pub reason: String,
}

/// A row that is not as it was written; it names the row, never its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The device.
    pub device: DeviceId,
    /// The edit's number there.
    pub device_seq: DeviceSeq,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is missing, and later ones exist, or the device knows of it.
    Missing,
    /// Its link does not follow from the previous one and its content.
    Changed,
    /// A column contradicts the outcome.
    NotItsOutcome,
    /// A sealed value does not open; with the store's message.
    Sealed(String),
    /// Its payload, its answer or its time opens, and is another.
    OtherPayload,
    /// Its payload is missing without an erasure.
    PayloadGone,
    /// Its payload is there despite an erasure, or the erasure is not as it was written.
    Erasure,
    /// It is beyond the number in the device's own row.
    BeyondHead,
    /// The device's own row has another link for it.
    NotTheHead,
    /// Its device does not exist.
    NoDevice,
    /// The anchor has another link for it.
    NotTheAnchor,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { device, device_seq, wrong } = self;
        write!(f, "device {device}, edit {device_seq}: ")?;
        f.write_str(match wrong {
            Wrong::Missing => "it is missing",
            Wrong::Changed => {
                "the chain breaks here: the row was changed, or put in another's place"
            }
            Wrong::NotItsOutcome => "its verdict or version is not that of its outcome",
            Wrong::Sealed(why) => return f.write_str(why),
            Wrong::OtherPayload => "its bytes or its answer are not those that were acknowledged",
            Wrong::PayloadGone => "its bytes are gone, and no erasure was recorded",
            Wrong::Erasure => "its bytes are there although they were erased by right",
            Wrong::BeyondHead => "it stands beyond the device's last edit",
            Wrong::NotTheHead => "the device's own row has another link for it",
            Wrong::NoDevice => "its device is not there",
            Wrong::NotTheAnchor => "the anchor has another link for it: the journal was rewritten",
        })
    }
}

/// The content of the journal, and its faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The epoch.
    pub epoch: Epoch,
    /// The end of each device's chain, in order of name.
    pub heads: Vec<Head>,
    /// The number of edits.
    pub edits: u64,
    /// The number of erased payloads.
    pub erased: u64,
    /// The first of them.
    pub erasures: Vec<ErasedEdit>,
    /// The number of faulty rows.
    pub faulty: u64,
    /// The first of them: by device, and within one by number.
    pub faults: Vec<Fault>,
}

impl Audit {
    fn complain(&mut self, device: DeviceId, device_seq: u64, wrong: Wrong) {
        self.faulty += 1;
        if self.faults.len() < LISTED_MAX {
            self.faults.push(Fault { device, device_seq: DeviceSeq(device_seq), wrong });
        }
    }
}

impl Store {
    /// Verifies the whole journal in one snapshot, a few rows at a time; against an anchor, too, if
    /// there is one: each of its heads must still be on its device's chain.
    pub fn audit_journal(&self, anchor: Option<&Anchor>) -> Stored<Audit> {
        self.read(|tx| {
            migrate::must_be_of_this_version(tx)?;
            audit(tx, anchor)
        })
    }
}

/// The same, within a transaction.
pub(crate) fn audit(tx: &mut Tx, anchor: Option<&Anchor>) -> Stored<Audit> {
    let mut found = Audit {
        epoch: tx.epoch()?,
        heads: heads(tx)?,
        edits: 0,
        erased: 0,
        erasures: Vec::new(),
        faulty: 0,
        faults: Vec::new(),
    };
    for head in found.heads.clone() {
        audit_device(tx, &mut found, head, anchor)?;
    }
    for (device, first) in strays(tx)? {
        found.complain(DeviceId::of(device), counted(first)?, Wrong::NoDevice);
    }
    let anchored = anchor.into_iter().flat_map(Anchor::heads);
    for gone in
        anchored.filter(|a| !found.heads.iter().any(|h| h.device == a.device)).collect::<Vec<_>>()
    {
        found.complain(gone.device, gone.last.0, Wrong::NoDevice);
    }
    Ok(found)
}

/// Devices that have edits and no row of their own, each with its first edit.
fn strays(tx: &mut Tx) -> Stored<Vec<(Fixed<16>, i64)>> {
    let found: Vec<(Fixed<16>, Option<i64>)> = tx.run(|connection| {
        on_both!(connection, |c| rows::table
            .filter(rows::device.ne_all(device::table.select(device::id)))
            .group_by(rows::device)
            .select((rows::device, diesel::dsl::min(rows::device_seq)))
            .order(rows::device)
            .load(c))
    })?;
    Ok(found.into_iter().map(|(device, first)| (device, first.unwrap_or(0))).collect())
}

/// Follows a device's chain from its beginning, as far as possible.
fn audit_device(tx: &mut Tx, found: &mut Audit, head: Head, anchor: Option<&Anchor>) -> Stored<()> {
    let device = head.device;
    let anchored = anchor.and_then(|anchor| anchor.of(device));
    let (mut last, mut link) = (0_u64, chain::START);
    loop {
        let chunk = rows_after(tx, device, last)?;
        let is_last = chunk.len() < CHUNK_ROWS;
        for (row, erasure) in chunk {
            let number = counted(row.device_seq)?;
            if number != last + 1 {
                found.complain(device, last + 1, Wrong::Missing);
                return Ok(());
            }
            (last, found.edits) = (number, found.edits + 1);
            let erasure = match erasure {
                Some(erasure) => Some(noted(found, &row, erasure.open(tx))?),
                None => None,
            };
            let had_effect =
                erasure.as_ref().and_then(|erasure| erasure.as_ref().map(|e| e.had_effect));
            link = match row.link(&link, had_effect) {
                Some(next) if next == row.chain.0 => next,
                _ => {
                    found.complain(device, number, Wrong::Changed);
                    return Ok(());
                }
            };
            if let Some(wrong) = noted(found, &row, row.faults(tx, erasure.is_some()))?.flatten() {
                found.complain(device, number, wrong);
            }
            if let Some(erasure) = erasure.flatten() {
                found.erased += 1;
                if found.erasures.len() < LISTED_MAX {
                    let (erased_at, reason) = (erasure.at, erasure.reason);
                    let device_seq = DeviceSeq(number);
                    found.erasures.push(ErasedEdit { device, device_seq, erased_at, reason });
                }
            }
            if number > head.last.0 {
                found.complain(device, number, Wrong::BeyondHead);
                return Ok(());
            }
            if number == head.last.0 && link != head.chain {
                found.complain(device, number, Wrong::NotTheHead);
                return Ok(());
            }
            if anchored.is_some_and(|a| a.last.0 == number && a.chain != link) {
                found.complain(device, number, Wrong::NotTheAnchor);
                return Ok(());
            }
        }
        if is_last {
            break;
        }
    }
    if last < head.last.0 || anchored.is_some_and(|anchored| last < anchored.last.0) {
        found.complain(device, last + 1, Wrong::Missing);
    }
    Ok(())
}

/// Turns unreadable data into a fault of its row; any other error stops the verification.
fn noted<T>(found: &mut Audit, row: &Row, result: Stored<T>) -> Stored<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(StorageError::Corrupt(why)) => {
            found.complain(DeviceId::of(row.device), counted(row.device_seq)?, Wrong::Sealed(why));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn rows_after(
    tx: &mut Tx,
    device: DeviceId,
    last: u64,
) -> Stored<Vec<(Row, Option<erasure::StoredErasure>)>> {
    tx.run(|connection| {
        on_both!(connection, |c| rows::table
            .left_join(erasures::table.on(
                erasures::device.eq(rows::device).and(erasures::device_seq.eq(rows::device_seq))
            ),)
            .filter(rows::device.eq(device.fixed()))
            .filter(rows::device_seq.gt(counter(last)))
            .order(rows::device_seq)
            .limit(CHUNK_ROWS as i64)
            .select((Row::as_select(), Option::<erasure::StoredErasure>::as_select()))
            .load(c))
    })
}
