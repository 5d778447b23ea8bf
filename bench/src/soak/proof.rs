//! What must be true after everybody has pushed: read from the database itself, with the service
//! stopped, and compared with what the tablets were told.

use super::worker::Worker;
use crate::database::Site;
use crate::error::BenchError;
use crate::house;
use ruhu_device::DeviceMemory;
use ruhu_store::{Store, Tx};
use ruhu_sync::chain::payload_hash;
use ruhu_sync::id::{DeviceId, DeviceSeq, RecordId};
use ruhu_sync::outcome::Outcome;
use ruhu_sync::storage::{HistoryWanted, Stored, WriteTx as _};
use std::collections::{BTreeMap, BTreeSet};

/// The maximum number of listed faults; for more, look into the database.
const TOLD_MAX: usize = 20;

/// How many records' histories are read at a time.
const RECORDS: usize = 100;

/// The findings.
#[derive(Debug, Default)]
pub(crate) struct Proof {
    /// Acknowledged edits that the journal has, byte for byte, with the same outcome.
    pub(crate) edits: u64,
    /// Edits in the journal, those from desks included.
    pub(crate) journalled: u64,
    /// Records whose versions are each there once.
    pub(crate) records: u64,
    /// Effective edits that made exactly one version, the acknowledged one.
    pub(crate) effects: u64,
    /// Every violation.
    pub(crate) wrong: Vec<String>,
}

impl Proof {
    fn must(&mut self, is_so: bool, what: impl FnOnce() -> String) {
        if !is_so && self.wrong.len() < TOLD_MAX {
            self.wrong.push(what());
        }
    }
}

fn unread(error: impl std::fmt::Display) -> BenchError {
    BenchError::Database(error.to_string())
}

/// Checks everything.
pub(crate) fn prove(site: &Site, workers: &[Worker]) -> Result<Proof, BenchError> {
    let store = ruhu_api::backup::open_live(&house::settings(site)?).map_err(unread)?;
    let mut proof = Proof::default();
    let verified = store.verify().map_err(unread)?;
    proof.journalled = verified.edits;
    for wrong in verified.wrong {
        proof.must(false, || format!("the database: {wrong}"));
    }
    let heads: BTreeMap<DeviceId, DeviceSeq> =
        verified.devices.iter().map(|head| (head.device, head.last)).collect();
    let mut made = BTreeMap::new();
    for worker in workers {
        let memory = worker.person.device.memory();
        journal_has(&store, memory, &heads, &mut proof).map_err(unread)?;
        for edit in memory.acknowledged() {
            let (Some(device), Some(draft)) = (memory.device(), &edit.draft) else {
                continue;
            };
            let outcome = memory.outcomes().get(&edit.device_seq);
            if let Some(rev) = outcome.and_then(|outcome| outcome.rev) {
                made.insert((device, edit.device_seq, draft.record), rev);
            }
        }
    }
    let held = workers.iter().flat_map(|worker| worker.person.device.memory().rows().values());
    let held: BTreeMap<RecordId, u64> = held.map(|row| (row.record, row.rev.number)).collect();
    // No tablet has a household that moved to a team without tablets, and it must be intact too.
    let names: BTreeSet<RecordId> =
        held.keys().copied().chain(made.keys().map(|(_, _, record)| *record)).collect();
    let names: Vec<_> = names.into_iter().collect();
    for names in names.chunks(RECORDS) {
        let read = store.write(|tx| Ok((tx.records(names)?, versions(tx, names)?)));
        let (records, past) = read.map_err(unread)?;
        for record in records {
            let (name, number) = (record.id, record.rev.number);
            proof.must(held.get(&name).is_none_or(|of_tablets| *of_tablets == number), || {
                format!("record {name}: tablets hold another version than {number}")
            });
            let versions = past.get(&name).map_or(&[][..], Vec::as_slice);
            each_once(name, number, versions, &mut proof);
            for (device, device_seq, version) in versions {
                if let Some(rev) = made.remove(&(*device, *device_seq, name)) {
                    proof.must(rev.number == *version, || {
                        format!("edit {device}/{device_seq} made another version than was told")
                    });
                    proof.effects += 1;
                }
            }
        }
    }
    for (device, device_seq, record) in made.keys() {
        proof.must(false, || format!("edit {device}/{device_seq} of {record} has no effect"));
    }
    let rebuilt = store.rebuild().map_err(unread)?.differences();
    proof.must(rebuilt == 0, || format!("{rebuilt} differences after a rebuild"));
    Ok(proof)
}

/// Every acknowledged edit is in the journal under its number, byte for byte, with the outcome that
/// its tablet received; and the journal has no other edit of the tablet.
fn journal_has(
    store: &Store,
    memory: &DeviceMemory,
    heads: &BTreeMap<DeviceId, DeviceSeq>,
    proof: &mut Proof,
) -> Stored<()> {
    let Some(device) = memory.device() else {
        proof.must(false, || "a tablet was never signed in".to_owned());
        return Ok(());
    };
    proof.must(memory.outbox().is_empty(), || format!("{device} has unsent edits"));
    let last = DeviceSeq(memory.next_device_seq().0 - 1);
    let head = heads.get(&device).copied().unwrap_or(DeviceSeq(0));
    proof.must(head == last, || format!("{device}: the journal ends at {head}, not {last}"));
    let answered = store.write(|tx| tx.answered(device, DeviceSeq(1), DeviceSeq(u64::MAX >> 1)))?;
    proof.must(answered.len() as u64 == last.0, || format!("{device}: {} rows", answered.len()));
    proof.must(memory.acknowledged().len() == answered.len(), || {
        format!("{device} has {} acknowledged edits", memory.acknowledged().len())
    });
    for (edit, row) in memory.acknowledged().iter().zip(&answered) {
        let hash = row.salt.map(|salt| payload_hash(&salt, edit.bytes.as_bytes()));
        let told = memory.outcomes().get(&edit.device_seq);
        let stored: Option<Outcome> = serde_json::from_str(&row.outcome_text).ok();
        let is_whole = row.device_seq == edit.device_seq && hash == Some(row.payload_hash);
        proof.must(is_whole && stored.as_ref() == told, || {
            format!("{device}: edit {} is not as it was acknowledged", edit.device_seq)
        });
        proof.edits += 1;
    }
    Ok(())
}

/// The edits that made each record's versions: device, number, version.
type Versions = BTreeMap<RecordId, Vec<(DeviceId, DeviceSeq, u64)>>;

fn versions(tx: &mut Tx, names: &[RecordId]) -> Stored<Versions> {
    let wanted: Vec<_> =
        names.iter().map(|record| HistoryWanted { record: *record, from: 1 }).collect();
    let mut versions = Versions::new();
    for past in tx.history(&wanted)? {
        let made = (past.device, past.device_seq, past.rev.number);
        versions.entry(past.record).or_default().push(made);
    }
    Ok(versions)
}

/// Versions 1 to the last are there, each made by one edit, and no edit made two.
fn each_once(
    record: RecordId,
    number: u64,
    versions: &[(DeviceId, DeviceSeq, u64)],
    proof: &mut Proof,
) {
    let numbers: BTreeSet<u64> = versions.iter().map(|(_, _, version)| *version).collect();
    let edits: BTreeSet<_> = versions.iter().map(|(device, seq, _)| (*device, *seq)).collect();
    let is_whole = numbers.len() == versions.len()
        && edits.len() == versions.len()
        && numbers == (1..=number).collect();
    proof.must(is_whole, || {
        format!(
            "record {record}: {} edits made {} of {number} versions",
            edits.len(),
            numbers.len()
        )
    });
    proof.records += 1;
}
