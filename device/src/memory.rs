//! A device's durable state, as one value: what a tablet has in its database. Each step of a sync
//! changes it as a whole or not at all, so a crash between two steps is a save before the crash and
//! a restore after it.

use crate::draft::Draft;
use crate::earlier::Earlier;
use crate::error::DeviceError;
use crate::kept_edit::{KeptEdit, RefusedEdit};
use crate::row::Row;
use crate::session::Session;
use crate::stage::{Page, Stage, StreamAgreement, compare};
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, RecordId, StreamId, UserId};
use ruhu_sync::outcome::Outcome;
use ruhu_sync::planted::{Fault, planted};
use ruhu_sync::rev::Base;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The link of the device's last acknowledged edit in the server's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// The edit's number.
    pub through: DeviceSeq,
    /// The link, in hexadecimal.
    pub chain: String,
}

/// A new history of the server's, as far as the device knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEpoch {
    /// Its epoch.
    pub epoch: Epoch,
    /// The first number of this device's edits that the server lacks.
    pub expected: Option<DeviceSeq>,
}

/// The part of an acknowledgement besides the outcomes.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PushAnswer {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) records: Vec<Row>,
    pub(crate) epoch: Epoch,
    #[serde(rename = "expected_device_seq")]
    pub(crate) expected: DeviceSeq,
    #[serde(rename = "safe_device_seq")]
    pub(crate) safe: DeviceSeq,
    pub(crate) chain: String,
}

/// A device's durable state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceMemory {
    pub(crate) device: Option<DeviceId>,
    pub(crate) user: Option<UserId>,
    pub(crate) session: Option<Session>,
    pub(crate) epoch: Option<Epoch>,
    pub(crate) new_epoch: Option<NewEpoch>,
    /// The server has numbers from this installation that it knows nothing of.
    pub(crate) is_overtaken: bool,
    /// The chosen name under which the installation is about to continue.
    pub(crate) successor: Option<DeviceId>,
    /// The names under which it worked before, oldest first.
    pub(crate) earlier: Vec<Earlier>,
    pub(crate) next: DeviceSeq,
    pub(crate) safe: DeviceSeq,
    pub(crate) witness: Option<Witness>,
    pub(crate) outbox: Vec<KeptEdit>,
    pub(crate) acknowledged: Vec<KeptEdit>,
    pub(crate) voided: Vec<KeptEdit>,
    pub(crate) refused: Vec<RefusedEdit>,
    pub(crate) outcomes: BTreeMap<DeviceSeq, Outcome>,
    pub(crate) rows: BTreeMap<RecordId, Row>,
    pub(crate) streams: Option<Vec<StreamId>>,
    pub(crate) cursor: Option<String>,
    pub(crate) stage: Stage,
    pub(crate) restart: Vec<StreamId>,
}

impl Default for DeviceMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl DeviceMemory {
    /// A new installation: nobody has signed in.
    pub fn new() -> Self {
        Self {
            device: None,
            user: None,
            session: None,
            epoch: None,
            new_epoch: None,
            is_overtaken: false,
            successor: None,
            earlier: Vec::new(),
            next: DeviceSeq(1),
            safe: DeviceSeq(0),
            witness: None,
            outbox: Vec::new(),
            acknowledged: Vec::new(),
            voided: Vec::new(),
            refused: Vec::new(),
            outcomes: BTreeMap::new(),
            rows: BTreeMap::new(),
            streams: None,
            cursor: None,
            stage: Stage::default(),
            restart: Vec::new(),
        }
    }

    /// An installation enrolled by other means than signing in: a simulator's.
    pub fn enrolled(device: DeviceId, user: UserId, epoch: Epoch, session: Session) -> Self {
        Self {
            device: Some(device),
            user: Some(user),
            epoch: Some(epoch),
            session: Some(session),
            ..Self::new()
        }
    }

    /// As text, as it would be on the tablet's disk.
    pub fn save(&self) -> Result<String, DeviceError> {
        serde_json::to_string(self).map_err(|error| DeviceError::Memory(error.to_string()))
    }

    /// Parses [`DeviceMemory::save`].
    pub fn restore(text: &str) -> Result<Self, DeviceError> {
        serde_json::from_str(text).map_err(|error| DeviceError::Memory(error.to_string()))
    }

    /// The unsent drafts for a record, oldest first.
    pub(crate) fn unsent(&self, record: RecordId) -> impl Iterator<Item = &Draft> {
        self.outbox.iter().filter_map(move |edit| edit.of(record))
    }

    /// The base of a new edit: the version on the screen. While the record has unsent edits, the
    /// screen shows those over their base, whatever was pulled since; so the new edit takes their
    /// base.
    pub(crate) fn base(&self, record: RecordId, also_unsent: &[KeptEdit]) -> Base {
        let mut unsent = self.outbox.iter().chain(also_unsent);
        let newest = planted(Fault::DeviceTakesNewestBase);
        match unsent.find(|edit| !newest && edit.of(record).is_some()) {
            Some(oldest) => oldest.base,
            None => self.rows.get(&record).map_or(Base::Nothing, |row| Base::Seen(row.rev)),
        }
    }

    /// Takes the answer to the first `count` edits of the outbox: all of it, or nothing if it
    /// breaks the protocol.
    pub(crate) fn acknowledge(
        &mut self,
        count: usize,
        answer: PushAnswer,
    ) -> Result<Vec<Outcome>, DeviceError> {
        let broken = |what: &str| Err(DeviceError::Answer(what.to_owned()));
        let sent = self.outbox.get(..count).unwrap_or_default();
        let is_answered = sent
            .iter()
            .map(|edit| edit.device_seq)
            .eq(answer.outcomes.iter().map(|outcome| outcome.device_seq));
        if !is_answered {
            return broken("the outcomes are not those of the edits sent");
        }
        if Some(answer.epoch) != self.epoch {
            return broken("an answer of another epoch is no answer");
        }
        let link = Witness {
            through: DeviceSeq(answer.expected.0.saturating_sub(1)),
            chain: answer.chain,
        };
        if let Some(before) = &self.witness
            && before.through == link.through
            && before.chain != link.chain
        {
            return broken("the journal's chain is not the one this device has witnessed");
        }
        self.settle(&answer.outcomes);
        for row in answer.records {
            self.take_row(row);
        }
        self.notice_overtaking(answer.expected);
        self.witness = Some(link);
        self.safe = answer.safe;
        let safe = self.safe;
        self.acknowledged.retain(|edit| edit.device_seq > safe);
        Ok(answer.outcomes)
    }

    /// Moves the edits with these outcomes out of the outbox, and so out of the overlay.
    pub(crate) fn settle(&mut self, outcomes: &[Outcome]) {
        for outcome in outcomes {
            let sent = self.outbox.iter().position(|edit| edit.device_seq == outcome.device_seq);
            let Some(at) = sent else { continue };
            let edit = self.outbox.remove(at);
            self.outcomes.insert(outcome.device_seq, outcome.clone());
            if !outcome.outcome.is_effective() {
                self.refused.push(RefusedEdit { edit: edit.clone(), outcome: outcome.clone() });
            }
            self.acknowledged.push(edit);
        }
    }

    /// Stores a record from a push's answer. One of a stream that the device does not hold comes
    /// with the pull that grants the stream; before the first pull there is nothing to compare
    /// with.
    fn take_row(&mut self, row: Row) {
        let is_held = self.streams.as_ref().is_none_or(|held| held.contains(&row.stream));
        let is_older =
            self.rows.get(&row.record).is_some_and(|held| held.rev.number > row.rev.number);
        if is_held && !is_older {
            self.rows.insert(row.record, row);
        }
    }

    /// Puts acknowledged edits back into the outbox, from the number that the server expects.
    pub(crate) fn take_back(&mut self, expected: DeviceSeq) -> Result<(), DeviceError> {
        let first_unsent = self.outbox.first().map_or(self.next, |e| e.device_seq);
        let from = self.acknowledged.iter().position(|edit| edit.device_seq == expected);
        let Some(from) = from.filter(|_| expected < first_unsent) else {
            return Err(DeviceError::Gap { expected });
        };
        self.outbox.splice(..0, self.acknowledged.drain(from..));
        self.outcomes.retain(|number, _| *number < expected);
        self.witness = self.witness.take().filter(|link| link.through < expected);
        self.refused.retain(|refused| refused.edit.device_seq < expected);
        Ok(())
    }

    /// Takes a page. Nothing of it shows before the page that completes the pull; then rows and
    /// cursor change together, and the streams are compared.
    pub(crate) fn take_page(&mut self, page: Page) -> Option<Vec<StreamAgreement>> {
        self.restart.clear();
        if !page.complete && planted(Fault::DeviceTakesHalfPulls) {
            self.rows.extend(page.records.iter().map(|row| (row.record, row.clone())));
            self.cursor = Some(page.cursor);
            return None;
        }
        let states = page.streams.clone().filter(|_| page.complete);
        self.stage.pages.push(page);
        let states = states?;
        let stage = std::mem::take(&mut self.stage);
        self.cursor = stage.cursor().map(str::to_owned);
        self.rows = stage.apply(std::mem::take(&mut self.rows), &states);
        self.streams = Some(states.iter().map(|stream| stream.stream).collect());
        let agreements = compare(&self.rows, &states);
        // Stored, so that a device that crashes here still repairs itself at the next pull.
        self.restart =
            agreements.iter().filter(|stream| !stream.agrees).map(|stream| stream.stream).collect();
        Some(agreements)
    }

    /// Drops the cursor: the next pull reads, and replaces, everything.
    pub(crate) fn read_anew(&mut self) {
        self.cursor = None;
        self.stage = Stage::default();
        self.restart.clear();
    }

    /// The person's right has ended: no stream is theirs any more. What they wrote stays.
    pub(crate) fn close(&mut self) {
        self.read_anew();
        self.rows.clear();
        self.streams = Some(Vec::new());
    }
}
