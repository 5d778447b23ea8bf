//! The storage port in memory: the reference that the databases are compared with, used by unit
//! tests and the simulator.

mod signing;
mod untaken;

pub use signing::Signing;

use crate::decision::{EditName, Waiting};
use crate::effect::Effect;
use crate::grants::{Grants, StreamKind};
use crate::id::{DeviceId, DeviceSeq, Epoch, Instant, RecordId, Seq, StreamId, UserId};
use crate::journal::{Answered, JournalRow, Past, Untaken};
use crate::outcome::Verdict;
use crate::planted::{Fault, planted};
use crate::record::{RecordFrame, StoredRecord};
use crate::signing::{Failures, Signers};
use crate::storage::{
    Carried, Departure, DeviceState, HistoryWanted, ReadTx, RecordChange, StorageError, Stored,
    StreamHead, WriteTx,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Everything stored. A clone of it is a backup.
#[derive(Clone, Debug, Default)]
pub struct MemoryState {
    /// The grants of each person: set from outside, where a database has contracts and caseloads.
    pub grants: BTreeMap<UserId, Grants>,
    /// The devices.
    pub devices: BTreeMap<DeviceId, DeviceState>,
    /// The records.
    pub records: BTreeMap<RecordId, StoredRecord>,
    /// The journal.
    pub journal: BTreeMap<(DeviceId, DeviceSeq), JournalRow<'static>>,
    /// The streams.
    pub streams: BTreeMap<StreamId, StreamHead>,
    /// Departures: which record left which stream, at which position.
    pub departures: BTreeMap<(StreamId, Seq), RecordId>,
    /// Data for checking signatures.
    pub signing: Signing,
    epoch: Option<Epoch>,
    by_position: BTreeMap<(StreamId, Seq), RecordId>,
    effective: BTreeMap<(RecordId, u64), (DeviceId, DeviceSeq)>,
    carried: BTreeMap<(RecordId, u64), Carried>,
    settled: BTreeMap<EditName, EditName>,
}

/// A store in memory. One transaction at a time.
#[derive(Debug)]
pub struct MemoryStore {
    state: Mutex<MemoryState>,
}

impl MemoryStore {
    /// An empty store in this epoch.
    pub fn new(epoch: Epoch) -> Self {
        let state = MemoryState { epoch: Some(epoch), ..MemoryState::default() };
        Self { state: Mutex::new(state) }
    }

    /// The stored state, to inspect or to prepare.
    pub fn state(&self) -> MutexGuard<'_, MemoryState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A consistent view.
    pub fn read<T>(&self, work: impl FnOnce(&mut MemoryTx<'_>) -> Stored<T>) -> Stored<T> {
        let mut state = self.state();
        work(&mut MemoryTx { state: &mut state, undo: Vec::new() })
    }

    /// A write transaction: an error rolls everything back.
    pub fn write<T>(&self, work: impl FnOnce(&mut MemoryTx<'_>) -> Stored<T>) -> Stored<T> {
        let mut state = self.state();
        let mut tx = MemoryTx { state: &mut state, undo: Vec::new() };
        let done = work(&mut tx);
        if done.is_err() {
            tx.take_back();
        }
        done
    }
}

impl MemoryState {
    /// Begins a new epoch, as every restore must.
    pub fn begin_epoch(&mut self, epoch: Epoch) {
        self.epoch = Some(epoch);
    }

    /// A journal row as an edit that somebody may decide on.
    fn waiting(&self, row: &JournalRow<'_>) -> Waiting {
        Waiting {
            name: EditName { device: row.device, device_seq: row.device_seq },
            user: row.user,
            verdict: row.outcome.outcome,
            record: row.record,
            root: row.root,
            kind: row.kind.clone(),
            stream: row.stream,
            group: row.group,
            payload: Some(row.payload.to_string()),
            continues: self
                .devices
                .get(&row.device)
                .map(|d| d.continues.clone())
                .unwrap_or_default(),
        }
    }
}

/// An effective row as the merge reads it; a decision counts under the name of the edit that it
/// applied.
fn past(record: RecordId, row: &JournalRow<'_>) -> Option<Past> {
    let own = EditName { device: row.device, device_seq: row.device_seq };
    let EditName { device, device_seq } = row.decides.unwrap_or(own);
    Some(Past { record, device, device_seq, rev: row.rev()?, effect: row.effect.clone() })
}

type Undo = Box<dyn FnOnce(&mut MemoryState)>;

/// A transaction on a [`MemoryStore`].
pub struct MemoryTx<'a> {
    state: &'a mut MemoryState,
    undo: Vec<Undo>,
}

/// Inserts a value into a map and records how to undo that.
fn put<K: Ord + Copy + 'static, V: Clone + 'static>(
    state: &mut MemoryState,
    undo: &mut Vec<Undo>,
    map: fn(&mut MemoryState) -> &mut BTreeMap<K, V>,
    key: K,
    value: Option<V>,
) {
    let before = match value {
        Some(value) => map(state).insert(key, value),
        None => map(state).remove(&key),
    };
    undo.push(Box::new(move |state| {
        match before {
            Some(value) => map(state).insert(key, value),
            None => map(state).remove(&key),
        };
    }));
}

impl MemoryTx<'_> {
    fn take_back(&mut self) {
        while let Some(undo) = self.undo.pop() {
            undo(self.state);
        }
    }
}

impl ReadTx for MemoryTx<'_> {
    fn epoch(&mut self) -> Stored<Epoch> {
        self.state.epoch.ok_or_else(|| StorageError::Corrupt("no epoch".to_owned()))
    }

    fn grants(&mut self, user: UserId, _at: Instant) -> Stored<Grants> {
        Ok(self.state.grants.get(&user).cloned().unwrap_or_default())
    }

    fn device(&mut self, id: DeviceId) -> Stored<Option<DeviceState>> {
        Ok(self.state.devices.get(&id).cloned())
    }

    fn streams(&mut self, ids: &[StreamId]) -> Stored<Vec<StreamHead>> {
        Ok(ids.iter().filter_map(|id| self.state.streams.get(id)).copied().collect())
    }

    fn changes(
        &mut self,
        stream: StreamId,
        after: Seq,
        limit: usize,
        take: &mut dyn FnMut(RecordFrame<'_>, &str),
    ) -> Stored<usize> {
        let range = (stream, after.next())..=(stream, Seq(u64::MAX));
        let mut count = 0;
        for id in self.state.by_position.range(range).map(|(_, id)| id).take(limit) {
            let record = &self.state.records[id];
            if record.deleted && planted(Fault::TombstonesExpire) {
                continue;
            }
            take(RecordFrame::from(record), &record.wire);
            count += 1;
        }
        Ok(count)
    }

    fn departures(&mut self, stream: StreamId, after: Seq, through: Seq) -> Stored<Vec<Departure>> {
        if after >= through {
            return Ok(Vec::new());
        }
        let range = (stream, after.next())..=(stream, through);
        let records = &self.state.records;
        let is_back = |id: &RecordId| records.get(id).is_some_and(|r| r.stream == stream);
        let left = self.state.departures.range(range).filter(|(_, record)| !is_back(record));
        Ok(left
            .map(|((stream, seq), record)| Departure {
                stream: *stream,
                seq: *seq,
                record: *record,
            })
            .collect())
    }
}

impl WriteTx for MemoryTx<'_> {
    fn lock_device(&mut self, id: DeviceId) -> Stored<Option<DeviceState>> {
        self.device(id)
    }

    fn answered(
        &mut self,
        device: DeviceId,
        from: DeviceSeq,
        through: DeviceSeq,
    ) -> Stored<Vec<Answered>> {
        let rows = self.state.journal.range((device, from)..=(device, through));
        Ok(rows
            .map(|(_, row)| Answered {
                device_seq: row.device_seq,
                record: row.record,
                salt: Some(row.salt),
                payload_hash: row.payload_hash,
                outcome_text: row.outcome_text.clone(),
            })
            .collect())
    }

    fn lock_roots(&mut self, _roots: &[RecordId]) -> Stored<()> {
        Ok(())
    }

    fn records(&mut self, ids: &[RecordId]) -> Stored<Vec<StoredRecord>> {
        Ok(ids.iter().filter_map(|id| self.state.records.get(id)).cloned().collect())
    }

    fn waiting(&mut self, names: &[EditName]) -> Stored<Vec<Waiting>> {
        let journal = &self.state.journal;
        let untaken = |row: &&JournalRow<'_>| {
            matches!(row.outcome.outcome, Verdict::Quarantined | Verdict::Rejected)
        };
        let named = |name: &EditName| journal.get(&(name.device, name.device_seq));
        let mut all = BTreeMap::new();
        for row in names.iter().filter_map(named).filter(untaken) {
            let group = journal.values().filter(|other| {
                other.device == row.device && other.group == row.group && row.group.is_some()
            });
            for row in group.filter(untaken).chain([row]) {
                let waiting = self.state.waiting(row);
                all.insert(waiting.name, waiting);
            }
        }
        Ok(all.into_values().collect())
    }

    fn settled(&mut self, names: &[EditName]) -> Stored<Vec<EditName>> {
        let settled = &self.state.settled;
        Ok(names.iter().filter(|name| settled.contains_key(name)).copied().collect())
    }

    fn belonging(&mut self, roots: &[RecordId]) -> Stored<Vec<StoredRecord>> {
        let all = self.state.records.values();
        Ok(all.filter(|record| roots.contains(&record.root)).cloned().collect())
    }

    fn signers(&mut self, by: UserId, signers: &[UserId], now: Instant) -> Stored<Signers> {
        Ok(self.state.signing.signers(by, signers, now))
    }

    fn save_failed_signatures(&mut self, by: UserId, failed: &[(UserId, Failures)]) -> Stored<()> {
        for (signer, failures) in failed {
            let undo = self.state.signing.save(by, *signer, *failures);
            self.undo.push(undo);
        }
        Ok(())
    }

    fn history(&mut self, wanted: &[HistoryWanted]) -> Stored<Vec<Past>> {
        let mut wanted = wanted.to_vec();
        wanted.sort_by_key(|want| want.record);
        let mut pasts = Vec::new();
        for want in wanted {
            let range = (want.record, want.from)..=(want.record, u64::MAX);
            let edits = self.state.effective.range(range.clone()).map(|(_, name)| name);
            let edits = edits.filter_map(|name| past(want.record, &self.state.journal[name]));
            let carried = self.state.carried.range(range).map(|(_, carried)| Past {
                record: want.record,
                device: carried.by.device,
                device_seq: carried.by.device_seq,
                rev: carried.rev,
                effect: Effect::default(),
            });
            let mut all: Vec<_> = edits.chain(carried).collect();
            all.sort_by_key(|past| past.rev.number);
            pasts.extend(all);
        }
        Ok(pasts)
    }

    fn untaken(
        &mut self,
        chain: &[(DeviceId, DeviceSeq)],
        records: &[RecordId],
    ) -> Stored<Vec<Untaken>> {
        Ok(untaken::of(&self.state.journal, chain, records))
    }

    fn lock_streams(&mut self, streams: &[(StreamId, StreamKind)]) -> Stored<Vec<StreamHead>> {
        let head = |(id, kind): &(StreamId, StreamKind)| {
            self.state.streams.get(id).copied().unwrap_or(StreamHead::empty(*id, *kind))
        };
        Ok(streams.iter().map(head).collect())
    }

    fn save_records(&mut self, changes: &[RecordChange<'_>]) -> Stored<()> {
        let (state, undo) = (&mut *self.state, &mut self.undo);
        for change in changes {
            let record = change.record;
            if let Some(before) = state.records.get(&record.id) {
                let place = (before.stream, before.seq);
                put(state, undo, |s| &mut s.by_position, place, None);
            }
            let place = (record.stream, record.seq);
            put(state, undo, |s| &mut s.by_position, place, Some(record.id));
            put(state, undo, |s| &mut s.records, record.id, Some(record.clone()));
        }
        Ok(())
    }

    fn save_departures(&mut self, departures: &[Departure]) -> Stored<()> {
        let (state, undo) = (&mut *self.state, &mut self.undo);
        for gone in departures {
            put(state, undo, |s| &mut s.departures, (gone.stream, gone.seq), Some(gone.record));
        }
        Ok(())
    }

    fn save_carried(&mut self, all: &[Carried]) -> Stored<()> {
        let (state, undo) = (&mut *self.state, &mut self.undo);
        for carried in all {
            let version = (carried.record, carried.rev.number);
            put(state, undo, |s| &mut s.carried, version, Some(*carried));
        }
        Ok(())
    }

    fn append_journal(&mut self, rows: &[JournalRow<'_>]) -> Stored<()> {
        if planted(Fault::OutcomesApart) {
            self.undo.clear();
        }
        let (state, undo) = (&mut *self.state, &mut self.undo);
        for row in rows {
            let name = (row.device, row.device_seq);
            if state.journal.contains_key(&name) {
                return Err(StorageError::Corrupt("a journal row stands already".to_owned()));
            }
            if let (Some(record), Some(rev)) = (row.record, row.rev()) {
                put(state, undo, |s| &mut s.effective, (record, rev.number), Some(name));
            }
            if let Some(target) = row.decides {
                if state.settled.contains_key(&target) {
                    return Err(StorageError::Corrupt("an edit is settled already".to_owned()));
                }
                let by = EditName { device: row.device, device_seq: row.device_seq };
                put(state, undo, |s| &mut s.settled, target, Some(by));
            }
            let payload = Cow::Owned(row.payload.to_string());
            let owned = JournalRow { payload, ..row.clone() };
            put(state, undo, |s| &mut s.journal, name, Some(owned));
        }
        Ok(())
    }

    fn save_streams(&mut self, streams: &[StreamHead]) -> Stored<()> {
        let (state, undo) = (&mut *self.state, &mut self.undo);
        for head in streams {
            put(state, undo, |s| &mut s.streams, head.id, Some(*head));
        }
        Ok(())
    }

    fn save_device(&mut self, device: &DeviceState) -> Stored<()> {
        let (state, undo) = (&mut *self.state, &mut self.undo);
        put(state, undo, |s| &mut s.devices, device.id, Some(device.clone()));
        Ok(())
    }
}
