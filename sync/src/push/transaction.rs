//! The transaction of a push: locks in order, everything read once, everything written once.

use super::groups::{judge_all, units};
use super::rows::journal;
use super::{DeviceFacts, PushAnswer, PushContext, PushReply, PushRequest};
use crate::chain;
use crate::edit::Received;
use crate::id::{DeviceId, DeviceSeq, Instant, RecordId, StreamId};
use crate::journal::{Answered, JournalRow};
use crate::ledger::{Ledger, count_in};
use crate::record::StoredRecord;
use crate::rules::{Grants, Rules};
use crate::storage::{DeviceState, RecordChange, StorageError, Stored, WriteTx};
use std::collections::{BTreeMap, BTreeSet};

/// Takes a push: locks, judges each edit in order, writes everything once.
pub fn push<T: WriteTx, R: Rules>(
    tx: &mut T,
    rules: &R,
    context: &mut PushContext<'_>,
    request: &PushRequest<'_>,
) -> Stored<PushReply> {
    let Some(mut device) = tx.lock_device(context.device)? else {
        return Ok(PushReply::UnknownDevice);
    };
    if device.user != context.user {
        return Ok(PushReply::UnknownDevice);
    }
    if device.reported_lost {
        return Ok(PushReply::DeviceLost);
    }
    let facts = DeviceFacts::of(tx.epoch()?, &device);
    if request.epoch != facts.epoch {
        return Ok(PushReply::EpochChanged(facts));
    }
    if !is_contiguous(&request.edits, device.expected()) {
        return Ok(PushReply::Gap(facts));
    }
    let repeated = request.edits.iter().take_while(|e| e.device_seq <= device.last).count();
    let (repeats, news) = request.edits.split_at(repeated);
    let mut outcomes = match answer_repeats(tx, context.device, repeats)? {
        Ok(outcomes) => outcomes,
        Err((at, outcomes)) => {
            return Ok(PushReply::Forked { at, outcomes, facts });
        }
    };
    let units = match units(news) {
        Ok(units) => units,
        Err(at) => return Ok(PushReply::GroupSplit { at, facts }),
    };
    tx.lock_roots(&roots(news))?;
    let grants = tx.grants(context.user, context.now)?;
    let mut ledger = read_ledger(tx, &request.edits, news, context.device, &grants)?;
    let verdicts = judge_all(rules, &grants, context, &device, &mut ledger, news, units)?;
    let rows = journal(context, &mut device, news, verdicts, &ledger, &grants)?;
    outcomes.extend(rows.iter().map(|row| row.outcome_text.clone()));
    let new_verdicts = rows.iter().map(|row| row.outcome.outcome).collect();
    write_all(tx, context.now, &device, &mut ledger, &grants, &rows)?;
    let records = answered_records(&request.edits, &ledger, &grants);
    let facts = DeviceFacts::of(facts.epoch, &device);
    Ok(PushReply::Answer(PushAnswer { outcomes, records, facts, new_verdicts }))
}

fn is_contiguous(edits: &[Received<'_>], expected: DeviceSeq) -> bool {
    let Some(first) = edits.first() else {
        return true;
    };
    first.device_seq.0 >= 1
        && first.device_seq <= expected
        && edits.windows(2).all(|two| two[1].device_seq == two[0].device_seq.next())
}

type Forked = (DeviceSeq, Vec<String>);

/// The stored outcomes of edits that came before, or the number from which on they are others.
fn answer_repeats<T: WriteTx>(
    tx: &mut T,
    device: DeviceId,
    repeats: &[Received<'_>],
) -> Stored<Result<Vec<String>, Forked>> {
    let (Some(first), Some(last)) = (repeats.first(), repeats.last()) else {
        return Ok(Ok(Vec::new()));
    };
    let answered = tx.answered(device, first.device_seq, last.device_seq)?;
    if answered.len() != repeats.len() {
        return Err(StorageError::Corrupt("the journal of a device has a gap".to_owned()));
    }
    let is_same = |earlier: &Answered, now: &Received<'_>| {
        earlier.salt.is_none_or(|salt| {
            chain::payload_hash(&salt, now.canonical.as_bytes()) == earlier.payload_hash
        })
    };
    let mut outcomes = Vec::with_capacity(repeats.len());
    for (earlier, now) in answered.into_iter().zip(repeats) {
        if !is_same(&earlier, now) {
            return Ok(Err((now.device_seq, outcomes)));
        }
        outcomes.push(earlier.outcome_text);
    }
    Ok(Ok(outcomes))
}

fn roots(edits: &[Received<'_>]) -> Vec<RecordId> {
    let roots: BTreeSet<_> = edits.iter().filter_map(Received::asked).map(|e| e.root).collect();
    roots.into_iter().collect()
}

/// Reads everything the edits need: their records, the history since their bases, and what of this
/// device waits for records that are not there, or hidden from this person.
fn read_ledger<T: WriteTx>(
    tx: &mut T,
    all: &[Received<'_>],
    news: &[Received<'_>],
    device: DeviceId,
    grants: &Grants,
) -> Stored<Ledger> {
    let named: BTreeSet<RecordId> =
        all.iter().filter_map(Received::asked).flat_map(|e| [e.record, e.root]).collect();
    if named.is_empty() {
        return Ok(Ledger::default());
    }
    let named: Vec<_> = named.into_iter().collect();
    let mut ledger = Ledger::new(tx.records(&named)?);
    // The second round is for bases that this history does not know: rare, after a restore.
    for _ in 0..2 {
        let bases = news.iter().filter_map(Received::asked).map(|e| (e.record, e.base));
        let wanted = ledger.history_wanted(bases);
        if wanted.is_empty() {
            break;
        }
        let pasts = tx.history(&wanted)?;
        ledger.know(&wanted, pasts);
    }
    let is_absent = |id: &RecordId| ledger.within_reach(*id, grants).is_none();
    let absent: Vec<_> = named.into_iter().filter(is_absent).collect();
    if !absent.is_empty() && !news.is_empty() {
        for untaken in tx.untaken(device, &absent)? {
            ledger.remember_untaken(untaken);
        }
    }
    Ok(ledger)
}

/// Gives each changed record its position and writes everything, once a table.
fn write_all<T: WriteTx>(
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
    let streams: BTreeSet<StreamId> = ledger.changed().map(|entry| entry.stored.stream).collect();
    let kinds: Vec<_> = streams
        .into_iter()
        .filter_map(|stream| Some((stream, grants.streams.get(&stream)?.kind)))
        .collect();
    if !kinds.is_empty() {
        let heads = tx.lock_streams(&kinds)?;
        let mut heads: BTreeMap<_, _> = heads.into_iter().map(|head| (head.id, head)).collect();
        for entry in ledger.changed() {
            let head = heads
                .get_mut(&entry.stored.stream)
                .ok_or_else(|| StorageError::Corrupt("a locked stream is missing".to_owned()))?;
            head.head = head.head.next();
            entry.stored.seq = head.head;
            count_in(entry, &mut head.count, &mut head.digest);
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
        tx.save_streams(&heads.into_values().collect::<Vec<_>>())?;
    }
    tx.append_journal(rows)?;
    tx.save_device(device)
}

/// Each record that the request names, once, if this person's devices may hold it now.
fn answered_records(edits: &[Received<'_>], ledger: &Ledger, grants: &Grants) -> Vec<StoredRecord> {
    let named: BTreeSet<_> = edits.iter().filter_map(Received::asked).map(|e| e.record).collect();
    // A pull tells a person whose right has ended nothing; no more does an answer.
    let is_held = |stream: StreamId| {
        !grants.closed && grants.streams.get(&stream).is_some_and(|grant| grant.held)
    };
    named
        .into_iter()
        .filter_map(|id| ledger.get(id))
        .filter(|entry| is_held(entry.stored.stream))
        .map(|entry| entry.stored.clone())
        .collect()
}
