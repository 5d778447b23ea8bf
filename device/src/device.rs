//! The device itself: its memory, its connection to the server, and what it shows.

use crate::draft::Draft;
use crate::earlier::Earlier;
use crate::error::DeviceError;
use crate::kept_edit::{KeptEdit, RefusedEdit};
use crate::memory::{DeviceMemory, NewEpoch, Witness};
use crate::outside::Outside;
use crate::overlay::View;
use crate::row::Row;
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, RecordId, StreamId, UserId};
use ruhu_sync::outcome::{Outcome, Verdict};
use ruhu_sync::record::Conflict;
use ruhu_sync::version::Version;
use std::collections::{BTreeMap, BTreeSet};

/// Settings for a device's calls. Nothing here has to survive a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How often a call is tried before the server counts as unreachable.
    pub attempts: u32,
    /// The maximum number of edits in one push.
    pub push_edits_max: usize,
    /// The maximum number of bytes in one push.
    pub push_bytes_max: usize,
    /// The maximum number of records in one page; the server's default if none.
    pub pull_limit: Option<usize>,
    /// The protocol version of new edits and of pulls. An edit that has its number keeps its own.
    pub version: Version,
}

impl Default for Settings {
    fn default() -> Self {
        // The limits of version 1 never shrink, so there is no need to ask for them.
        Self {
            attempts: 3,
            push_edits_max: LIMITS.push_edits_max,
            push_bytes_max: LIMITS.push_bytes_max,
            pull_limit: None,
            version: Version::One,
        }
    }
}

/// A person's tablet: complete, and honest to the protocol.
///
/// Its durable state is its [`DeviceMemory`]. To play a crash, save that before the crash and
/// restore it afterwards: everything else is rebuilt.
pub struct TestDevice<T> {
    pub(crate) memory: DeviceMemory,
    pub(crate) transport: T,
    pub(crate) outside: Box<dyn Outside + Send>,
    pub(crate) settings: Settings,
    /// The members of the group being made, each with its time.
    pub(crate) pending: Option<Vec<(Draft, String)>>,
}

impl<T> TestDevice<T> {
    /// A new installation, with nobody signed in.
    pub fn new(transport: T, outside: impl Outside + Send + 'static) -> Self {
        Self::with_memory(DeviceMemory::new(), transport, outside)
    }

    /// A device that continues from stored memory.
    pub fn with_memory(
        memory: DeviceMemory,
        transport: T,
        outside: impl Outside + Send + 'static,
    ) -> Self {
        Self {
            memory,
            transport,
            outside: Box::new(outside),
            settings: Settings::default(),
            pending: None,
        }
    }

    /// Serialises everything the device stores. What is not in it does not survive a crash.
    pub fn save(&self) -> Result<String, DeviceError> {
        self.memory.save()
    }

    /// Continues from [`TestDevice::save`].
    pub fn restore(
        saved: &str,
        transport: T,
        outside: impl Outside + Send + 'static,
    ) -> Result<Self, DeviceError> {
        let memory = DeviceMemory::restore(saved)?;
        Ok(Self::with_memory(memory, transport, outside))
    }

    /// The device's durable state.
    pub fn memory(&self) -> &DeviceMemory {
        &self.memory
    }

    /// The transport, for making it worse or better.
    pub fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// The settings for the device's calls, mutable.
    pub fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// Drops the device and keeps its transport: the last moment before a crash.
    pub fn into_transport(self) -> T {
        self.transport
    }

    /// A record as the person sees it: the server's version with the unsent edits over it.
    pub fn view(&self, record: RecordId) -> Option<View> {
        let pending = self.pending.iter().flatten().map(|(draft, _)| draft);
        let unsent =
            self.memory.unsent(record).chain(pending.filter(|draft| draft.record == record));
        View::of(self.memory.rows.get(&record), unsent)
    }

    /// All records of a kind that are not deleted, in order of their names.
    pub fn records(&self, kind: &str) -> Vec<View> {
        let rows = self.memory.rows.keys().copied();
        let drafts = self.memory.outbox.iter().flat_map(|edit| &edit.draft);
        let names: BTreeSet<RecordId> = rows.chain(drafts.map(|draft| draft.record)).collect();
        names
            .into_iter()
            .filter_map(|record| self.view(record))
            .filter(|view| view.kind == kind && !view.deleted)
            .collect()
    }

    /// The conflicts on a record that wait for a person, except those that an unsent edit settles.
    pub fn open_conflicts(&self, record: RecordId) -> Vec<Conflict> {
        self.view(record).map_or(Vec::new(), |view| view.conflicts)
    }

    /// The quarantined edits, as listed to their author.
    pub fn quarantined(&self) -> Vec<&RefusedEdit> {
        self.refused(Verdict::Quarantined)
    }

    /// The rejected edits, as listed to their author.
    pub fn rejected(&self) -> Vec<&RefusedEdit> {
        self.refused(Verdict::Rejected)
    }

    fn refused(&self, verdict: Verdict) -> Vec<&RefusedEdit> {
        let before = self.memory.earlier.iter().flat_map(|earlier| &earlier.refused);
        let refused = before.chain(&self.memory.refused);
        refused.filter(|refused| refused.outcome.outcome == verdict).collect()
    }
}

/// Read access to a device's durable state.
impl DeviceMemory {
    /// The device's name, once it is enrolled.
    pub fn device(&self) -> Option<DeviceId> {
        self.device
    }

    /// The person who enrolled it.
    pub fn user(&self) -> Option<UserId> {
        self.user
    }

    /// The epoch of rows, cursor and acknowledgements.
    pub fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// The new epoch that the server has announced, if any.
    pub fn new_epoch(&self) -> Option<NewEpoch> {
        self.new_epoch
    }

    /// The number of the next edit.
    pub fn next_device_seq(&self) -> DeviceSeq {
        self.next
    }

    /// The latest link of the server's journal that this device has witnessed.
    pub fn witness(&self) -> Option<&Witness> {
        self.witness.as_ref()
    }

    /// The edits without an outcome, oldest first.
    pub fn outbox(&self) -> &[KeptEdit] {
        &self.outbox
    }

    /// The acknowledged edits that may not be in a verified backup yet, oldest first.
    pub fn acknowledged(&self) -> &[KeptEdit] {
        &self.acknowledged
    }

    /// The edits replaced by voids, as they were.
    pub fn voided(&self) -> &[KeptEdit] {
        &self.voided
    }

    /// Every outcome received.
    pub fn outcomes(&self) -> &BTreeMap<DeviceSeq, Outcome> {
        &self.outcomes
    }

    /// The records as the server sent them.
    pub fn rows(&self) -> &BTreeMap<RecordId, Row> {
        &self.rows
    }

    /// The streams of the last complete pull; `None` before the first.
    pub fn streams(&self) -> Option<&[StreamId]> {
        self.streams.as_deref()
    }

    /// The cursor of the last complete pull.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// What it stores of its earlier names, oldest first.
    pub fn earlier(&self) -> &[Earlier] {
        &self.earlier
    }

    /// How many pages of an unfinished pull are staged.
    pub fn staged_pages(&self) -> usize {
        self.stage.pages.len()
    }
}
