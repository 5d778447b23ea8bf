//! Views of the server's state, for staff and for comparisons.

use crate::names::STAFF;
use ruhu_sync::decision::EditName;
use ruhu_sync::grants::Capacity;
use ruhu_sync::id::{DeviceId, DeviceSeq, RecordId, StreamId, UserId};
use ruhu_sync::journal::JournalRow;
use ruhu_sync::memory::MemoryState;
use ruhu_sync::outcome::Verdict;
use ruhu_sync::record::RecordFrame;
use ruhu_sync::storage::{DeviceState, StreamHead};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A record's current state.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) root: Uuid,
    pub(crate) stream: Uuid,
    pub(crate) rev: String,
    pub(crate) deleted: bool,
    pub(crate) document: Value,
    pub(crate) conflicts: Vec<Value>,
}

/// All records except notices.
pub(crate) fn records(stored: &MemoryState) -> Vec<Seen> {
    let all = stored.records.values().filter(|record| !record.id.is_servers());
    all.map(|record| {
        let content: Value =
            serde_json::from_str(&format!("{{{}}}", record.wire)).unwrap_or_default();
        Seen {
            id: record.id.0,
            kind: record.kind.clone(),
            root: record.root.0,
            stream: record.stream.0,
            rev: record.rev.to_string(),
            deleted: record.deleted,
            document: content["document"].clone(),
            conflicts: content["conflicts"].as_array().cloned().unwrap_or_default(),
        }
    })
    .collect()
}

/// The unsettled edits in quarantine: groups of edits' names, in order.
pub(crate) fn waiting(stored: &MemoryState) -> Vec<Vec<(Uuid, u64)>> {
    let settled: BTreeSet<_> = stored
        .journal
        .values()
        .filter_map(|row| row.decides)
        .map(|name| (name.device.0, name.device_seq.0))
        .collect();
    let mut all: Vec<(Option<_>, Vec<(Uuid, u64)>)> = Vec::new();
    for row in stored.journal.values() {
        let name = (row.device.0, row.device_seq.0);
        let waits = row.outcome.outcome == Verdict::Quarantined && row.record.is_some();
        if !waits || settled.contains(&name) {
            continue;
        }
        let group = row.group.map(|group| (row.device, group));
        match all.last_mut().filter(|(other, _)| group.is_some() && *other == group) {
            Some((_, members)) => members.push(name),
            None => all.push((group, vec![name])),
        }
    }
    all.into_iter().map(|(_, members)| members).collect()
}

/// How often each edit that people wrote is in the journal, by the mark in its time.
pub(crate) fn marks(stored: &MemoryState) -> BTreeMap<String, usize> {
    let mut marks = BTreeMap::new();
    for row in stored.journal.values() {
        if let Some(mark) = &row.made_at {
            *marks.entry(mark.clone()).or_default() += 1;
        }
    }
    marks
}

/// A device's edits as they came.
pub(crate) fn acknowledged(stored: &MemoryState, device: Uuid) -> Vec<String> {
    let of_it = stored.journal.values().filter(|row| row.device == DeviceId(device));
    of_it.map(|row| row.payload.to_string()).collect()
}

/// Every edit by device and number, with its bytes.
pub(crate) fn all_acknowledged(stored: &MemoryState) -> Vec<(Uuid, u64, String)> {
    let rows = stored.journal.values();
    rows.map(|row| (row.device.0, row.device_seq.0, row.payload.to_string())).collect()
}

/// The journal, for people to read: each edit's name, outcome, and bytes.
pub(crate) fn journal(stored: &MemoryState) -> Vec<String> {
    let rows = stored.journal.values();
    rows.map(|row| {
        format!("{} {} {} {}", row.device, row.device_seq, row.outcome_text, row.payload)
    })
    .collect()
}

/// Everything stored, one line each: streams, records, devices, edits with their outcomes, and the
/// desk's lists. Salts, links and the epoch differ between servers and are left out.
pub(crate) fn stored(stored: &MemoryState) -> Vec<String> {
    let streams = stored.streams.values().map(stream_line);
    let records = stored.records.values().map(|record| record_line(record.into(), &record.wire));
    let devices = stored.devices.values().map(device_line);
    let edits = stored
        .journal
        .values()
        .map(|row| edit_line(row.device, row.device_seq, row.record, &row.outcome_text));
    let all = streams.chain(records).chain(devices).chain(edits);
    let mut all: Vec<String> = all.chain(at_desk(stored)).collect();
    all.sort_unstable();
    all
}

/// The desk's lists: the edits that wait where their records are today, and the records with open
/// conflicts.
fn at_desk(stored: &MemoryState) -> Vec<String> {
    let staff = stored.grants.get(&UserId(STAFF));
    let decides_in = |stream: &StreamId| {
        let grant = staff.and_then(|grants| grants.streams.get(stream));
        grant.is_some_and(|grant| grant.capacity == Capacity("reviewer"))
    };
    let settled: BTreeSet<_> = stored.journal.values().filter_map(|row| row.decides).collect();
    let is_anybodys = |row: &&JournalRow<'_>| {
        let name = EditName { device: row.device, device_seq: row.device_seq };
        let asks = row.op.as_deref().is_some_and(|op| op == "put" || op == "delete");
        row.outcome.outcome == Verdict::Quarantined && asks && !settled.contains(&name)
    };
    let waiting = stored.journal.values().filter(is_anybodys).filter_map(|row| {
        let there = [row.record, row.root].into_iter().flatten();
        let mut there = there.filter_map(|id| stored.records.get(&id));
        let today = there.next().map(|record| record.stream).or(row.stream);
        let today = today.filter(decides_in)?;
        Some(waiting_line(row.device.0, row.device_seq.0, row.record.map(|id| id.0), today.0))
    });
    let seen = records(stored).into_iter().filter(|seen| !seen.conflicts.is_empty());
    let open = seen.filter_map(|seen| {
        let stream = stored.records.get(&RecordId(seen.id))?.stream;
        decides_in(&stream).then(|| open_line(seen.id, stream.0, seen.conflicts.len() as u64))
    });
    waiting.chain(open).collect()
}

/// An edit in the desk's list.
pub fn waiting_line(device: Uuid, number: u64, record: Option<Uuid>, stream: Uuid) -> String {
    format!("waits {device} {number} {record:?} {stream}")
}

/// A record in the desk's list, with the number of its alternatives.
pub fn open_line(record: Uuid, stream: Uuid, open: u64) -> String {
    format!("open {record} {stream} {open}")
}

/// A stream that has been written to.
pub fn stream_line(head: &StreamHead) -> String {
    let StreamHead { id, kind, head, count, digest } = head;
    format!("stream {id} {} {head} {count} {digest:?}", kind.as_str())
}

/// A record where it stands.
pub fn record_line(record: RecordFrame<'_>, wire: &str) -> String {
    format!("record {record:?} {wire}")
}

/// A device without its chain. What it continues has no order.
pub fn device_line(device: &DeviceState) -> String {
    let DeviceState { id, user, last, safe, continues, reported_lost, chain: _ } = device;
    let continues: BTreeSet<_> = continues.iter().collect();
    format!("device {id} {user} {last} {safe} {reported_lost} {continues:?}")
}

/// An edit and its outcome.
pub fn edit_line(
    device: DeviceId,
    number: DeviceSeq,
    record: Option<RecordId>,
    outcome: &str,
) -> String {
    format!("edit {device} {number:?} {record:?} {outcome}")
}
