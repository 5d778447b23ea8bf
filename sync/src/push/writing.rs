//! Writes everything a push changed, with one statement for each table.

use crate::grants::{Grants, StreamKind};
use crate::id::{Instant, StreamId};
use crate::journal::JournalRow;
use crate::ledger::Ledger;
use crate::planted::{Fault, planted};
use crate::storage::{
    Departure, DeviceState, RecordChange, StorageError, Stored, StreamHead, WriteTx,
};
use std::collections::{BTreeMap, BTreeSet};

/// Gives each changed record its position and writes everything.
pub(super) fn write_all<T: WriteTx>(
    tx: &mut T,
    now: Instant,
    device: &DeviceState,
    ledger: &mut Ledger,
    grants: &Grants,
    rows: &[JournalRow<'_>],
) -> Stored<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let kinds = changed_streams(ledger, grants);
    if !kinds.is_empty() {
        let heads = tx.lock_streams(&kinds)?;
        let mut heads: BTreeMap<_, _> = heads.into_iter().map(|head| (head.id, head)).collect();
        let mut departures = Vec::new();
        for entry in ledger.changed() {
            let before = entry.stored_as();
            let forgets = entry.stored.deleted && planted(Fault::DigestForgetsDeletions);
            if let Some((stream, rev)) = before {
                let head = locked(&mut heads, stream)?;
                if !forgets {
                    head.digest.toggle(entry.stored.id, rev);
                }
                head.count = head.count.saturating_sub(1);
                if stream != entry.stored.stream {
                    head.head = head.head.next();
                    let (seq, record) = (head.head, entry.stored.id);
                    departures.push(Departure { stream, seq, record });
                }
            }
            let head = locked(&mut heads, entry.stored.stream)?;
            head.head = head.head.next();
            head.count += 1;
            if !forgets {
                head.digest.toggle(entry.stored.id, entry.stored.rev);
            }
            entry.stored.seq = head.head;
        }
        let changes: Vec<_> = ledger
            .changed()
            .filter_map(|entry| {
                let entry = &*entry;
                let content = entry.opened()?;
                let is_new = entry.is_new();
                Some(RecordChange { record: &entry.stored, content, is_new, at: now })
            })
            .collect();
        tx.save_records(&changes)?;
        if !departures.is_empty() {
            tx.save_departures(&departures)?;
        }
        if !ledger.carried().is_empty() {
            tx.save_carried(ledger.carried())?;
        }
        tx.save_streams(&heads.into_values().collect::<Vec<_>>())?;
    }
    tx.append_journal(rows)?;
    tx.save_device(device)
}

/// The streams that changed records are in, or were in, with their kinds. A stream without a grant
/// is a person's own: only notices go there.
fn changed_streams(ledger: &mut Ledger, grants: &Grants) -> Vec<(StreamId, StreamKind)> {
    let places = ledger.changed().flat_map(|entry| {
        entry.stored_as().map(|(stream, _)| stream).into_iter().chain([entry.stored.stream])
    });
    let kind = |stream| grants.streams.get(&stream).map_or(StreamKind::User, |grant| grant.kind);
    let streams: BTreeSet<_> = places.collect();
    streams.into_iter().map(|stream| (stream, kind(stream))).collect()
}

fn locked(heads: &mut BTreeMap<StreamId, StreamHead>, stream: StreamId) -> Stored<&mut StreamHead> {
    heads
        .get_mut(&stream)
        .ok_or_else(|| StorageError::Corrupt("a locked stream is missing".to_owned()))
}
