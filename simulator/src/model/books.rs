//! Compares the server's stored state, as far as it is visible, with the model's.

use super::state::{Record, State, Version};
use super::value::{hex, sha256};
use super::{Model, Wrong};
use ruhu_sync::journal::JournalRow;
use ruhu_sync::memory::MemoryState;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Model {
    /// Compares everything that the server stores with the expected state. `thorough` reads the
    /// whole journal, otherwise only what is new in it.
    pub fn check(&mut self, stored: &MemoryState, thorough: bool) -> Result<(), Wrong> {
        self.take_notices(stored)?;
        self.check_records(stored)?;
        self.check_streams(stored)?;
        check_journal(&mut self.state, stored, thorough)
    }

    /// The server names notices itself.
    fn take_notices(&mut self, stored: &MemoryState) -> Result<(), Wrong> {
        if stored.records.len() == self.state.records.len() && self.expected_notices.is_empty() {
            return Ok(());
        }
        for there in stored.records.values() {
            if self.state.records.contains_key(&there.id.0) {
                continue;
            }
            let content: Value =
                serde_json::from_str(&format!("{{{}}}", there.wire)).unwrap_or_default();
            let is_it = |(stream, document, _): &(Uuid, Value, super::state::Name)| {
                *stream == there.stream.0 && *document == content["document"]
            };
            let Some(at) = self.expected_notices.iter().position(is_it) else {
                return Err(format!(
                    "there is a record that nobody made: {} {}",
                    there.id, there.wire
                ));
            };
            let (stream, document, by) = self.expected_notices.remove(at);
            let mut record = Record {
                id: there.id.0,
                kind: "notice".to_owned(),
                root: there.id.0,
                stream,
                seq: there.seq.0,
                versions: Vec::new(),
                dead_rows: BTreeSet::new(),
                wire: String::new(),
                hash: [0; 16],
            };
            record.add(Version {
                rev: String::new(),
                document,
                open: Vec::new(),
                deleted: false,
                by,
                did: Vec::new(),
                of_the_whole: false,
            });
            self.state.records.insert(record.id, record);
        }
        match self.expected_notices.first() {
            Some((stream, document, _)) => {
                Err(format!("{stream} should have been told {document}, and was not"))
            }
            None => Ok(()),
        }
    }

    fn check_records(&mut self, stored: &MemoryState) -> Result<(), Wrong> {
        let mut places: BTreeMap<(Uuid, u64), Uuid> = BTreeMap::new();
        let heads = self.state.heads.clone();
        for record in self.state.records.values_mut() {
            let Some(there) = stored.records.get(&ruhu_sync::id::RecordId(record.id)) else {
                return Err(format!("1: the record {} is gone", record.id));
            };
            let same_wire = there.wire == record.wire;
            let is_same = same_wire
                && there.stream.0 == record.stream
                && there.rev.to_string() == record.rev()
                && there.root.0 == record.root
                && there.kind == record.kind
                && there.deleted == record.is_deleted();
            if !is_same {
                return Err(format!(
                    "the record should be {}, and is {} {} {}",
                    record.to_wire(),
                    there.rev,
                    there.stream,
                    there.wire
                ));
            }
            if record.seq != there.seq.0 {
                let head = heads.get(&record.stream).copied().unwrap_or(0);
                if there.seq.0 <= head && record.seq != 0 {
                    return Err(format!("3: {} moved back to a position given before", record.id));
                }
                record.seq = there.seq.0;
            }
            if let Some(other) = places.insert((record.stream, record.seq), record.id) {
                return Err(format!("3: {} and {other} share a position", record.id));
            }
        }
        match stored.records.len() == self.state.records.len() {
            true => Ok(()),
            false => Err("there are records that nobody made".to_owned()),
        }
    }

    fn check_streams(&mut self, stored: &MemoryState) -> Result<(), Wrong> {
        let told = self.streams();
        for head in stored.streams.values() {
            let (count, digest, top) = told.get(&head.id.0).cloned().unwrap_or_default();
            if (head.count, head.digest.to_string()) != (count, hex(&digest)) {
                return Err(format!(
                    "8: stream {} should have {count} records and digest {}, and has {} and {}",
                    head.id,
                    hex(&digest),
                    head.count,
                    head.digest
                ));
            }
            let before = self.state.heads.insert(head.id.0, head.head.0).unwrap_or(0);
            if head.head.0 < top || head.head.0 < before {
                return Err(format!("3: the head of stream {} is behind its records", head.id));
            }
        }
        Ok(())
    }

    /// Count, digest and highest position of each stream, computed afresh.
    pub(super) fn streams(&self) -> BTreeMap<Uuid, (u64, [u8; 16], u64)> {
        let mut streams: BTreeMap<Uuid, (u64, [u8; 16], u64)> = BTreeMap::new();
        for record in self.state.records.values() {
            let (count, digest, top) = streams.entry(record.stream).or_default();
            *count += 1;
            *top = record.seq.max(*top);
            digest.iter_mut().zip(record.hash).for_each(|(mine, other)| *mine ^= other);
        }
        streams
    }
}

/// Every acknowledged edit is there, with its bytes and its outcome, and the chain verifies.
fn check_journal(state: &mut State, stored: &MemoryState, thorough: bool) -> Result<(), Wrong> {
    let rows: usize = state.devices.values().map(|device| device.edits.len()).sum();
    if stored.journal.len() != rows {
        return Err(format!(
            "1: {rows} edits were acknowledged, and {} are in the journal",
            stored.journal.len()
        ));
    }
    for (id, device) in &mut state.devices {
        let id = ruhu_sync::id::DeviceId(*id);
        let Some(there) = stored.devices.get(&id) else {
            return Err(format!("{id} is not enrolled any more"));
        };
        if (there.last.0, there.safe.0) != (device.last(), device.safe) {
            return Err(format!("{id} should stand at {}, and stands at {there:?}", device.last()));
        }
        if there.chain == device.chain && !thorough {
            continue;
        }
        let mut chain = [0; 32];
        for (at, edit) in device.edits.iter().enumerate() {
            let number = ruhu_sync::id::DeviceSeq(at as u64 + 1);
            let Some(row) = stored.journal.get(&(id, number)) else {
                return Err(format!("1: edit {number} of {id} is not in the journal"));
            };
            let outcome: Value = serde_json::from_str(&row.outcome_text).unwrap_or_default();
            if row.payload != edit.raw || !super::alike(&outcome, &edit.outcome) {
                return Err(format!(
                    "1: edit {number} of {id} is not as it was acknowledged: {} {outcome}",
                    row.payload
                ));
            }
            let content = edit.content.as_ref().map_or(edit.raw.clone(), Value::to_string);
            let payload = sha256(&[&row.salt, content.as_bytes()]);
            chain = sha256(&[
                b"ruhu journal 2",
                &chain,
                id.as_bytes(),
                &number.0.to_be_bytes(),
                &payload,
                &sha256(&[outline(&outcome).as_bytes()]),
                &answer(&outcome, row),
                &all_else(row),
            ]);
            if row.chain != chain {
                return Err(format!("1: the chain of {id} does not hold at {number}"));
            }
        }
        if there.chain != chain {
            return Err(format!("1: the chain of {id} ends elsewhere than its journal"));
        }
        device.chain = chain;
    }
    Ok(())
}

/// The members of an outcome that are the server's own words.
fn outline(outcome: &Value) -> String {
    let own = ["device_seq", "outcome", "rev", "reason", "because_of"];
    let there = own.iter().filter_map(|name| Some((name, outcome.get(name)?)));
    let members: Vec<_> = there.map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// The salted hash of an outcome's text, if it names places in the document.
fn answer(outcome: &Value, row: &JournalRow<'_>) -> Vec<u8> {
    let places = ["conflicts", "ignored", "problems"];
    match places.iter().any(|name| outcome.get(name).is_some()) {
        false => vec![0],
        true => {
            let hash = sha256(&[b"ruhu answer 1", &row.salt, row.outcome_text.as_bytes()]);
            [&[1], hash.as_slice()].concat()
        }
    }
}

/// Everything in a row apart from its payload and its outcome, with absent parts marked.
fn all_else(row: &JournalRow<'_>) -> [u8; 32] {
    let mut text = Vec::new();
    let mut add = |part: Option<&[u8]>| {
        text.push(u8::from(part.is_some()));
        if let Some(bytes) = part {
            text.extend((bytes.len() as u64).to_be_bytes());
            text.extend(bytes);
        }
    };
    add(Some(row.user.as_bytes()));
    add(Some(&row.received_at.0.to_be_bytes()));
    add(row.op.as_ref().map(String::as_bytes));
    add(row.record.as_ref().map(|id| id.as_bytes().as_slice()));
    add(row.root.as_ref().map(|id| id.as_bytes().as_slice()));
    add(row.kind.as_ref().map(String::as_bytes));
    add(row.stream.as_ref().map(|id| id.as_bytes().as_slice()));
    add(row.group.as_ref().map(|id| id.as_bytes().as_slice()));
    add(row.decides.as_ref().map(|name| name.device.as_bytes().as_slice()));
    add(row.decides.map(|name| name.device_seq.0.to_be_bytes()).as_ref().map(|n| n.as_slice()));
    let is_kept = !row.effect_is_payload && !row.effect.0.is_empty();
    add(Some(&[u8::from(row.effect_is_payload), u8::from(is_kept)]));
    sha256(&[&text])
}
