//! A scripted server for the tests: it returns prepared answers and remembers the calls.

use crate::device::TestDevice;
use crate::memory::DeviceMemory;
use crate::outside::Counted;
use crate::row::Row;
use crate::session::Session;
use crate::transport::{Response, Transport, TransportError};
use ruhu_sync::digest::StreamDigest;
use ruhu_sync::id::{DeviceId, Epoch, RecordId, Seq, StreamId, UserId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::rev::Rev;
use serde_json::{Value, json};
use std::collections::VecDeque;
use uuid::Uuid;

pub(crate) const EPOCH: Epoch = Epoch(Uuid::from_u128(0xE));
pub(crate) const HERE: StreamId = StreamId(Uuid::from_u128(0x51));
pub(crate) const THERE: StreamId = StreamId(Uuid::from_u128(0x52));
pub(crate) const ME: DeviceId = DeviceId(Uuid::from_u128(0xD));

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) bearer: Option<String>,
    pub(crate) body: Value,
    pub(crate) bytes: String,
}

#[derive(Debug, Default)]
pub(crate) struct Fake {
    pub(crate) answers: VecDeque<Option<Response>>,
    pub(crate) calls: Vec<Call>,
}

impl Fake {
    pub(crate) fn answering(answers: impl IntoIterator<Item = Response>) -> Self {
        Self { answers: answers.into_iter().map(Some).collect(), calls: Vec::new() }
    }

    pub(crate) fn then(&mut self, answer: Response) -> &mut Self {
        self.answers.push_back(Some(answer));
        self
    }

    pub(crate) fn then_lost(&mut self) -> &mut Self {
        self.answers.push_back(None);
        self
    }

    /// The bodies of all calls to paths with this ending.
    pub(crate) fn bodies(&self, path: &str) -> Vec<&Value> {
        let calls = self.calls.iter().filter(|call| call.path.ends_with(path));
        calls.map(|call| &call.body).collect()
    }
}

impl Transport for Fake {
    fn call(
        &mut self,
        _method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let bytes = body.unwrap_or_default().to_owned();
        self.calls.push(Call {
            path: path.to_owned(),
            bearer: bearer.map(str::to_owned),
            body: serde_json::from_str(&bytes).unwrap_or_default(),
            bytes,
        });
        let lost = || TransportError("lost".to_owned());
        self.answers.pop_front().flatten().ok_or_else(lost)
    }
}

pub(crate) fn session() -> Session {
    Session { access_token: "access".to_owned(), refresh_token: "refresh".to_owned() }
}

/// A device with somebody signed in and nothing done yet.
pub(crate) fn device() -> TestDevice<Fake> {
    let memory = DeviceMemory::enrolled(ME, UserId(Uuid::from_u128(1)), EPOCH, session());
    TestDevice::with_memory(memory, Fake::default(), Counted::new(1))
}

/// The same device after a crash, with only what it had stored.
pub(crate) fn crash(device: TestDevice<Fake>) -> TestDevice<Fake> {
    let saved = device.save().expect("saved");
    TestDevice::restore(&saved, device.into_transport(), Counted::new(2)).expect("restored")
}

pub(crate) fn ok(body: &Value) -> Response {
    Response::new(200, body.to_string())
}

pub(crate) fn problem(status: u16, slug: &str, members: Value) -> Response {
    let mut body = members;
    body["type"] = json!(format!("/problems/{slug}"));
    Response::new(status, body.to_string())
}

pub(crate) fn id(n: u128) -> RecordId {
    RecordId(Uuid::from_u128(n))
}

pub(crate) fn doc(text: &str) -> Object {
    match Json::parse(text) {
        Ok(Json::Object(members)) => members,
        other => panic!("no object: {other:?}"),
    }
}

/// A household as the server would send it.
pub(crate) fn row(n: u128, number: u64, stream: StreamId, document: &str) -> Row {
    let mut row = Row {
        record: id(n),
        kind: "household".to_owned(),
        root: id(n),
        stream,
        seq: Seq(number),
        rev: Rev { number, hash: [0; 4] },
        conflicts: Vec::new(),
        deleted: false,
        document: doc(document),
    };
    row.rev = row.rev_of_content();
    row
}

/// An acknowledgement of these numbers, all applied.
pub(crate) fn applied(numbers: std::ops::RangeInclusive<u64>, records: &[Row]) -> Response {
    let last = *numbers.end();
    let outcomes: Vec<_> = numbers
        .map(|n| json!({"device_seq": n, "outcome": "applied", "rev": "1-00000000"}))
        .collect();
    answered(&json!(outcomes), last, records)
}

pub(crate) fn answered(outcomes: &Value, last: u64, records: &[Row]) -> Response {
    ok(&json!({"outcomes": outcomes, "records": records, "epoch": EPOCH,
        "expected_device_seq": last + 1, "safe_device_seq": 0, "chain": format!("link {last}")}))
}

/// A page that is not the last.
pub(crate) fn page(cursor: &str, records: &[Row]) -> Value {
    json!({"records": records, "epoch": EPOCH, "cursor": cursor, "complete": false,
        "restarted": [], "evicted": []})
}

/// A last page, after which these streams hold these rows.
pub(crate) fn last_page(cursor: &str, records: &[Row], holds: &[(StreamId, &[Row])]) -> Value {
    let streams: Vec<_> = holds
        .iter()
        .map(|(stream, rows)| {
            let mut digest = StreamDigest::default();
            rows.iter().for_each(|row| digest.toggle(row.record, row.rev));
            json!({"stream": stream, "kind": "caseload", "seq": 9, "count": rows.len(),
                "digest": digest.to_string()})
        })
        .collect();
    let mut page = page(cursor, records);
    page["complete"] = json!(true);
    page["streams"] = json!(streams);
    page
}

/// The same page with another member.
pub(crate) fn with(mut page: Value, name: &str, value: Value) -> Value {
    page[name] = value;
    page
}
