//! The writing half of the port.

use crate::{decisions, devices, journal, records, signing_keys, streams, untaken};
use ruhu_sync::decision::{EditName, Waiting};
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant, RecordId, StreamId, UserId};
use ruhu_sync::journal::{Answered, JournalRow, Past, Untaken};
use ruhu_sync::record::StoredRecord;
use ruhu_sync::signing::{Failures, Signers};
use ruhu_sync::storage::{
    Carried, Departure, DeviceState, HistoryWanted, RecordChange, Stored, StreamHead, WriteTx,
};

impl WriteTx for crate::Tx {
    fn lock_device(&mut self, id: DeviceId) -> Stored<Option<DeviceState>> {
        self.must_write()?;
        devices::find(self, id, devices::Hold::Lock)
    }

    fn answered(
        &mut self,
        device: DeviceId,
        from: DeviceSeq,
        through: DeviceSeq,
    ) -> Stored<Vec<Answered>> {
        journal::answered(self, device, from, through)
    }

    fn lock_roots(&mut self, roots: &[RecordId]) -> Stored<()> {
        self.must_write()?;
        streams::lock_roots(self, roots)
    }

    fn records(&mut self, ids: &[RecordId]) -> Stored<Vec<StoredRecord>> {
        records::find(self, ids)
    }

    fn waiting(&mut self, names: &[EditName]) -> Stored<Vec<Waiting>> {
        decisions::waiting(self, names)
    }

    fn settled(&mut self, names: &[EditName]) -> Stored<Vec<EditName>> {
        decisions::settled(self, names)
    }

    fn belonging(&mut self, roots: &[RecordId]) -> Stored<Vec<StoredRecord>> {
        records::belonging(self, roots)
    }

    fn signers(&mut self, by: UserId, signers: &[UserId], now: Instant) -> Stored<Signers> {
        self.must_write()?;
        signing_keys::signers(self, by, signers, now)
    }

    fn save_failed_signatures(&mut self, by: UserId, failed: &[(UserId, Failures)]) -> Stored<()> {
        self.must_write()?;
        signing_keys::save_failures(self, by, failed)
    }

    fn history(&mut self, wanted: &[HistoryWanted]) -> Stored<Vec<Past>> {
        journal::history(self, wanted)
    }

    fn untaken(
        &mut self,
        chain: &[(DeviceId, DeviceSeq)],
        records: &[RecordId],
    ) -> Stored<Vec<Untaken>> {
        untaken::untaken(self, chain, records)
    }

    fn lock_streams(&mut self, streams: &[(StreamId, StreamKind)]) -> Stored<Vec<StreamHead>> {
        self.must_write()?;
        streams::lock(self, streams)
    }

    fn save_records(&mut self, changes: &[RecordChange<'_>]) -> Stored<()> {
        self.must_write()?;
        records::save(self, changes)
    }

    fn save_departures(&mut self, departures: &[Departure]) -> Stored<()> {
        self.must_write()?;
        streams::save_departures(self, departures)
    }

    fn save_carried(&mut self, carried: &[Carried]) -> Stored<()> {
        self.must_write()?;
        streams::save_carried(self, carried)
    }

    fn append_journal(&mut self, rows: &[JournalRow]) -> Stored<()> {
        self.must_write()?;
        journal::append(self, rows)
    }

    fn save_streams(&mut self, streams: &[StreamHead]) -> Stored<()> {
        self.must_write()?;
        streams::save(self, streams)
    }

    fn save_device(&mut self, device: &DeviceState) -> Stored<()> {
        self.must_write()?;
        devices::save(self, device)
    }
}
