//! Rows to store.

use ruhu_sync::chain::START;
use ruhu_sync::effect::{Effect, Touch};
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant, RecordId, Seq, StreamId, UserId};
use ruhu_sync::journal::JournalRow;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::outcome::{Outcome, Problem, Reason, Verdict};
use ruhu_sync::path::Path;
use ruhu_sync::record::{Content, RecordFrame, StoredRecord, content_hash};
use ruhu_sync::rev::Rev;
use ruhu_sync::storage::{DeviceState, RecordChange};
use std::borrow::Cow;
use uuid::Uuid;

pub(crate) const NOW: Instant = Instant(1_795_400_000_000_000);

pub(crate) const MADE_AT: &str = "2026-11-23T09:30:00+08:00";

pub(crate) fn record_id(n: u128) -> RecordId {
    RecordId(Uuid::from_u128(0xa000 + n))
}

pub(crate) fn device_id(n: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(0xd000 + n))
}

pub(crate) fn stream_id(n: u128) -> StreamId {
    StreamId(Uuid::from_u128(0x5000 + n))
}

pub(crate) fn user_id(n: u128) -> UserId {
    UserId(Uuid::from_u128(0xb000 + n))
}

pub(crate) fn object(text: &str) -> Object {
    let json = Json::parse(text).expect("json");
    json.as_object().cloned().expect("an object")
}

/// A record with its content.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) record: StoredRecord,
    pub(crate) content: Content,
}

/// A record of this kind and content, at a position of a stream.
pub(crate) fn sample(n: u128, kind: &str, stream: StreamId, seq: u64, content: Content) -> Sample {
    let wire = content.to_wire();
    let record = StoredRecord {
        id: record_id(n),
        kind: kind.to_owned(),
        root: record_id(n),
        stream,
        seq: Seq(seq),
        rev: Rev { number: 1, hash: content_hash(&wire, stream) },
        deleted: content.deleted,
        wire,
        removed_rows: content.removed_rows.clone(),
    };
    Sample { record, content }
}

/// A household at a position of a stream.
pub(crate) fn household(n: u128, stream: StreamId, seq: u64) -> Sample {
    let content = Content {
        document: object(r#"{"community_code":"110102003001","head_name":"测试丙"}"#),
        ..Content::default()
    };
    sample(n, "household", stream, seq, content)
}

impl Sample {
    pub(crate) fn change(&self) -> RecordChange<'_> {
        RecordChange {
            record: &self.record,
            content: &self.content,
            is_new: self.record.rev.number == 1,
            at: NOW,
        }
    }

    /// The same record in its next version.
    pub(crate) fn next(&self, seq: u64) -> Self {
        let mut next = self.clone();
        next.record.seq = Seq(seq);
        next.record.rev.number += 1;
        next
    }
}

pub(crate) fn changes(samples: &[Sample]) -> Vec<RecordChange<'_>> {
    samples.iter().map(Sample::change).collect()
}

/// A record as a page hands it over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Handed {
    pub(crate) id: RecordId,
    pub(crate) kind: String,
    pub(crate) root: RecordId,
    pub(crate) stream: StreamId,
    pub(crate) seq: Seq,
    pub(crate) rev: Rev,
    pub(crate) wire: String,
}

impl Handed {
    pub(crate) fn of(frame: RecordFrame<'_>, wire: &str) -> Self {
        Self {
            id: frame.id,
            kind: frame.kind.to_owned(),
            root: frame.root,
            stream: frame.stream,
            seq: frame.seq,
            rev: frame.rev,
            wire: wire.to_owned(),
        }
    }
}

impl From<&Sample> for Handed {
    fn from(sample: &Sample) -> Self {
        Self::of(RecordFrame::from(&sample.record), &sample.record.wire)
    }
}

pub(crate) fn device(n: u128) -> DeviceState {
    DeviceState {
        id: device_id(n),
        user: user_id(n),
        last: DeviceSeq(0),
        chain: START,
        safe: DeviceSeq(0),
        continues: Vec::new(),
        reported_lost: false,
    }
}

/// An edit that made this version of a record.
pub(crate) fn taken(device: u128, seq: u64, record: u128, rev_number: u64) -> JournalRow<'static> {
    let rev = Rev {
        number: rev_number,
        hash: [1, 2, 3, u8::try_from(rev_number % 256).expect("a byte")],
    };
    let outcome = Outcome { rev: Some(rev), ..Outcome::new(DeviceSeq(seq), Verdict::Applied) };
    let touch = Touch {
        path: Path::of(&["head_name"]),
        before: Some(Json::from("测试丙")),
        after: Some(Json::from("测试乙")),
    };
    JournalRow { effect: Effect(vec![touch]), ..row(device, seq, Some(record), outcome) }
}

/// The same with an outcome that names places, called as a client liked.
pub(crate) fn naming_places(row: JournalRow<'static>) -> JournalRow<'static> {
    let place = |name: &str| Path::of(&["members", name]);
    let outcome = Outcome {
        conflicts: vec![place("家里人")],
        ignored: vec![place("plainly-legible-marker")],
        problems: vec![Problem::new(place("测试乙"), "wrong")],
        ..row.outcome
    };
    let outcome_text = serde_json::to_string(&outcome).expect("json");
    JournalRow { outcome, outcome_text, ..row }
}

/// An edit that was not taken.
pub(crate) fn untaken(
    device: u128,
    seq: u64,
    record: Option<u128>,
    verdict: Verdict,
) -> JournalRow<'static> {
    let outcome =
        Outcome { reason: Some(Reason::RightEnded), ..Outcome::new(DeviceSeq(seq), verdict) };
    row(device, seq, record, outcome)
}

fn row(device: u128, seq: u64, record: Option<u128>, outcome: Outcome) -> JournalRow<'static> {
    let outcome_text = serde_json::to_string(&outcome).expect("json");
    let byte = u8::try_from(seq % 256).expect("a byte");
    JournalRow {
        device: device_id(device),
        device_seq: DeviceSeq(seq),
        user: user_id(device),
        received_at: NOW,
        op: record.map(|_| "put".to_owned()),
        record: record.map(record_id),
        root: record.map(record_id),
        kind: record.map(|_| "household".to_owned()),
        stream: record.map(|_| stream_id(1)),
        group: None,
        decides: None,
        made_at: record.map(|_| MADE_AT.to_owned()),
        outcome,
        outcome_text,
        effect: Effect::default(),
        effect_is_payload: false,
        payload: Cow::Borrowed(r#"{"patch":{"head_name":"测试乙","members":{"1":{"age":9}}}}"#),
        salt: [byte; 16],
        payload_hash: [byte; 32],
        chain: [byte; 32],
    }
}
