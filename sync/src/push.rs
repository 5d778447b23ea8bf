//! Push: a batch of edits of one device, in one transaction.

mod groups;
mod notices;
mod reading;
mod roots;
mod rows;
mod transaction;
mod writing;

pub use transaction::push;

use crate::chain::{self, Hash};
use crate::edit::Received;
use crate::handshake::LIMITS;
use crate::id::{DeviceId, DeviceSeq, Epoch, Instant, UserId};
use crate::merge::Hand;
use crate::outcome::Verdict;
use crate::record::{RecordFrame, StoredRecord, write_record};
use crate::storage::{DeviceState, SaltSource};
use crate::version::Served;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt::Write;

/// A push as it was sent. Each edit is parsed once, borrowing from the body.
#[derive(Clone, Debug)]
pub struct PushRequest<'a> {
    /// The epoch that the device knows.
    pub epoch: Epoch,
    /// The edits, in the order of their numbers.
    pub edits: Vec<Received<'a>>,
}

/// Why a body is not a push. Nothing in it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadablePush {
    /// Not the JSON of a push.
    Malformed,
    /// A protocol version that was never released, or is not enabled.
    UnknownProtocol,
    /// More edits than the limit.
    TooManyEdits,
    /// The element at this index has no readable number.
    UnnumberedEdit(usize),
}

impl<'a> PushRequest<'a> {
    /// Parses a body of a released version.
    pub fn parse(body: &'a str) -> Result<Self, UnreadablePush> {
        Self::parse_served(body, Served::default())
    }

    /// Parses a body of a served version.
    pub fn parse_served(body: &'a str, served: Served) -> Result<Self, UnreadablePush> {
        #[derive(Deserialize)]
        struct Body<'b> {
            protocol: u32,
            epoch: Epoch,
            #[serde(borrow)]
            edits: Vec<&'b RawValue>,
        }
        let body: Body<'a> = serde_json::from_str(body).map_err(|_| UnreadablePush::Malformed)?;
        let version = served.pushed_in(body.protocol).ok_or(UnreadablePush::UnknownProtocol)?;
        if body.edits.len() > LIMITS.push_edits_max {
            return Err(UnreadablePush::TooManyEdits);
        }
        let read = |(index, raw): (usize, &&'a RawValue)| {
            Received::read_in(raw.get(), version).ok_or(UnreadablePush::UnnumberedEdit(index))
        };
        let edits = body.edits.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { epoch: body.epoch, edits })
    }
}

/// Who pushes, when, and in what role.
pub struct PushContext<'a> {
    /// The person.
    pub user: UserId,
    /// The device.
    pub device: DeviceId,
    /// The server's time, by which everything in this transaction is judged.
    pub now: Instant,
    /// Who submits the edits, and how.
    pub hand: Hand,
    /// The source of salts.
    pub salts: SaltSource<'a>,
}

/// The result of a push. Everything but an answer leaves the store as it was.
#[derive(Debug)]
pub enum PushReply {
    /// Every edit has its outcome.
    Answer(PushAnswer),
    /// This person has no such device.
    UnknownDevice,
    /// The device was reported lost: it is refused.
    DeviceLost,
    /// The server began a new epoch.
    EpochChanged(DeviceFacts),
    /// A number is missing, or the numbers do not ascend.
    Gap {
        /// The first missing number.
        missing: DeviceSeq,
        /// The device's position.
        facts: DeviceFacts,
    },
    /// A number was repeated with different content: two installations use one name. Nothing from
    /// it on is taken.
    Forked {
        /// The number.
        at: DeviceSeq,
        /// The outcomes below it, as texts.
        outcomes: Vec<String>,
        /// The device's position.
        facts: DeviceFacts,
    },
    /// The group that begins at this number is not whole in this request.
    GroupSplit {
        /// The number.
        at: DeviceSeq,
        /// The device's position.
        facts: DeviceFacts,
    },
}

/// A device's position: part of every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceFacts {
    /// The server's epoch.
    pub epoch: Epoch,
    /// The number its next edit must have.
    pub expected: DeviceSeq,
    /// The highest number known to be in a verified backup.
    pub safe: DeviceSeq,
    /// The link of its last edit. The device keeps it, as a witness of the chain.
    pub chain: Hash,
}

impl DeviceFacts {
    /// This device's position.
    pub fn of(epoch: Epoch, device: &DeviceState) -> Self {
        Self { epoch, expected: device.expected(), safe: device.safe, chain: device.chain }
    }
}

/// The outcomes of a push.
#[derive(Debug)]
pub struct PushAnswer {
    /// The outcome of every edit, in order, as stored.
    pub outcomes: Vec<String>,
    /// Each touched record, once, if the device may hold it now.
    pub records: Vec<StoredRecord>,
    /// The device's position after the push.
    pub facts: DeviceFacts,
    /// The verdict of each edit that was new to the server.
    pub new_verdicts: Vec<Verdict>,
}

impl PushAnswer {
    /// The answer's JSON. Outcomes and records are inserted as they are stored.
    pub fn to_json(&self) -> String {
        let documents: usize = self.records.iter().map(|record| record.wire.len() + 300).sum();
        let mut out = String::with_capacity(documents + self.outcomes.len() * 100 + 300);
        out.push_str("{\"outcomes\":[");
        out.push_str(&self.outcomes.join(","));
        out.push_str("],\"records\":[");
        for (index, record) in self.records.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_record(&mut out, &RecordFrame::from(record), &record.wire);
        }
        let _ = write!(
            out,
            "],\"epoch\":\"{}\",\"expected_device_seq\":{},\"safe_device_seq\":{},\"chain\":\"{}\"}}",
            self.facts.epoch,
            self.facts.expected,
            self.facts.safe,
            chain::to_hex(&self.facts.chain)
        );
        out
    }
}
