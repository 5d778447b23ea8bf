//! The sync messages as the contract shows them. The messages themselves are written and read by
//! `ruhu-sync`; a test holds the two together.

use super::record::RecordBody;
use super::record::any_value;
use ruhu_sync::grants::{Grants, StreamKind};
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::{Epoch, Instant};
use ruhu_sync::outcome::Outcome;
use ruhu_sync::record::ConflictId;
use ruhu_sync::storage::DeviceState;
use ruhu_sync::version::Served;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where server and device stand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Handshake {
    /// The protocol versions that are spoken.
    versions: VersionsBody,
    /// The limits of version 1.
    limits: LimitsBody,
    /// The server's epoch.
    epoch: Uuid,
    /// The server's time, in microseconds since 1970.
    server_time_us: i64,
    /// The number the device's next edit must have.
    expected_device_seq: u64,
    /// The highest number known to be in a verified backup.
    safe_device_seq: u64,
    /// The right to write has ended: what is pushed goes to quarantine, nothing is pulled.
    closed: bool,
    /// The streams this device may hold.
    streams: Vec<HeldStream>,
}

/// The protocol versions that are spoken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct VersionsBody {
    /// Those a push may be in: every released one, for ever.
    push: Vec<u32>,
    /// Those a pull is served in.
    pull: Vec<u32>,
}

/// Sizes that never shrink.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LimitsBody {
    /// Edits in one push.
    push_edits_max: usize,
    /// Bytes of one push, decompressed.
    push_bytes_max: usize,
    /// Bytes of one edit.
    edit_bytes_max: usize,
    /// Records in one page of a pull.
    pull_records_max: usize,
}

/// A stream that a device may hold.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HeldStream {
    /// Its name.
    stream: Uuid,
    /// What kind of stream it is.
    kind: StreamKind,
}

impl Handshake {
    pub(crate) fn of(
        epoch: Epoch,
        now: Instant,
        served: Served,
        device: Option<&DeviceState>,
        grants: &Grants,
    ) -> Self {
        let held =
            grants.held().map(|(stream, grant)| HeldStream { stream: stream.0, kind: grant.kind });
        Self {
            versions: VersionsBody { push: served.push(), pull: served.pull() },
            limits: LimitsBody {
                push_edits_max: LIMITS.push_edits_max,
                push_bytes_max: LIMITS.push_bytes_max,
                edit_bytes_max: LIMITS.edit_bytes_max,
                pull_records_max: LIMITS.pull_records_max,
            },
            epoch: epoch.0,
            server_time_us: now.0,
            expected_device_seq: device.map_or(1, |device| device.expected().0),
            safe_device_seq: device.map_or(0, |device| device.safe.0),
            closed: grants.closed,
            streams: if grants.closed { Vec::new() } else { held.collect() },
        }
    }

    pub(crate) fn example() -> Self {
        let epoch = Epoch(id(1));
        let (now, served) = (Instant(1_795_406_400_000_000), Served::default());
        let mut example = Self::of(epoch, now, served, None, &Grants::default());
        example.streams = vec![HeldStream { stream: id(2), kind: StreamKind::Caseload }];
        example
    }
}

/// A batch of edits.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PushBody {
    /// The protocol version; the handshake says which are spoken.
    #[schema(minimum = 1, maximum = 2)]
    protocol: u32,
    /// The epoch the device knows.
    epoch: Uuid,
    /// The edits, in order of `device_seq`; at most `push_edits_max`.
    edits: Vec<EditBody>,
}

/// One change to one record.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct EditBody {
    /// Its number on the device: 1, 2, 3 … without a gap.
    device_seq: u64,
    /// What it does.
    op: DeviceOp,
    /// The record. A `void` has none, and nothing else of what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Uuid>,
    /// Its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// Its root; left out if it is one itself, or if the server has the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<Uuid>,
    /// The rev the person was looking at, or `0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<String>,
    /// Version 1: a JSON merge patch (RFC 7396) of the document; a null removes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    patch: Option<Value>,
    /// Version 1: JSON pointers of the rows that are new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    new_rows: Vec<String>,
    /// Version 2 (experimental), in place of `patch` and `new_rows`.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<ChangeBody>>,
    /// The open conflicts it settles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resolves: Vec<ConflictId>,
    /// The group it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<GroupBody>,
    /// When, by the device's clock. Shown to people; orders nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    made_at: Option<String>,
    /// For a new root: the stream it is to live in, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<Uuid>,
}

/// What an edit of a device does to its record.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeviceOp {
    /// Makes or changes it.
    Put,
    /// Deletes it.
    Delete,
    /// Takes the place of a number that was never stored.
    Void,
}

/// What is asked of one place: exactly one of the four.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ChangeBody {
    /// The place, as a JSON pointer.
    path: String,
    /// That it holds this value; not null, and no null in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = any_value)]
    set: Option<Value>,
    /// That it holds nothing: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    remove: Option<bool>,
    /// That this new row stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    add_row: Option<Value>,
    /// That there is an object, empty if there was none: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ensure: Option<bool>,
}

/// A group: taken together or not at all, contiguous and whole in one request.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct GroupBody {
    /// Its name.
    id: Uuid,
    /// How many edits it has.
    size: usize,
}

/// The answer to a push.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PushAnswerBody {
    /// An outcome for every edit, in order.
    outcomes: Vec<Outcome>,
    /// Each touched record once, if this device may hold it now.
    records: Vec<RecordBody>,
    /// The server's epoch.
    epoch: Uuid,
    /// The number the next edit must have.
    expected_device_seq: u64,
    /// The highest number known to be in a verified backup.
    safe_device_seq: u64,
    /// The link of the device's last edit in the server's journal, in hex.
    chain: String,
}

/// What a device asks for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PullBody {
    /// The protocol version; the handshake says which are spoken.
    #[schema(minimum = 1, maximum = 2)]
    protocol: u32,
    /// The cursor of the last page; none at the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// How many records a page may have at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
    /// Streams to be read from the beginning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    restart: Vec<Uuid>,
}

/// A page of changes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PageBody {
    /// The records that changed, stream by stream.
    records: Vec<RecordBody>,
    /// The server's epoch.
    epoch: Uuid,
    /// Where the device is after this page.
    cursor: String,
    /// Whether every stream's head was reached in this very snapshot.
    complete: bool,
    /// The streams that this page reads from the beginning.
    restarted: Vec<Uuid>,
    /// What left which stream.
    evicted: Vec<EvictionBody>,
    /// With `complete`: every stream the device may hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    streams: Vec<StreamBody>,
}

/// A record that left a stream: drop the copy if it is of that stream.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct EvictionBody {
    /// The stream it left.
    stream: Uuid,
    /// The record.
    record: Uuid,
}

/// A stream at the moment of the page.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct StreamBody {
    /// Its name.
    stream: Uuid,
    /// What kind of stream it is.
    kind: StreamKind,
    /// Its head.
    seq: u64,
    /// How many records are in it, tombstones included.
    count: u64,
    /// The digest over them, in hex.
    digest: String,
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_0000 + n)
}

const REV: &str = "1-5c1a9f02";

impl PushBody {
    pub(crate) fn example() -> Value {
        json!({"protocol": 1, "epoch": id(1), "edits": [{
            "device_seq": 1, "op": "put", "record": id(8), "kind": "household", "base": "0",
            "patch": {"community_code": "110102012001", "head_name": "测试甲"},
            "made_at": "2026-11-23T09:30:00+08:00"}]})
    }
}

fn record_example() -> Value {
    json!({"record": id(8), "kind": "household", "root": id(8), "stream": id(2), "seq": 1,
        "rev": REV, "conflicts": [], "deleted": false,
        "document": {"community_code": "110102012001", "head_name": "测试甲"}})
}

impl PushAnswerBody {
    pub(crate) fn example() -> Value {
        json!({"outcomes": [{"device_seq": 1, "outcome": "applied", "rev": REV}],
            "records": [record_example()], "epoch": id(1), "expected_device_seq": 2,
            "safe_device_seq": 0, "chain": "a5".repeat(32)})
    }
}

/// An outcome as an example shows it.
pub(crate) fn outcome_example() -> Value {
    json!({"device_seq": 9, "outcome": "applied", "rev": "4-77a0c3d1"})
}

impl PullBody {
    pub(crate) fn example() -> Value {
        json!({"protocol": 1, "limit": 500})
    }
}

impl PageBody {
    pub(crate) fn example() -> Value {
        json!({"records": [record_example()], "epoch": id(1), "cursor": "AQGS5KAA", "complete": true,
            "restarted": [id(2)], "evicted": [], "streams": [{"stream": id(2), "kind": "caseload",
                "seq": 1, "count": 1, "digest": "c148a13ed83ab39950993cde097709c2"}]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::DeserializeOwned;

    fn reads_back<T: DeserializeOwned + Serialize>(example: Value) {
        let read: T = serde_json::from_value(example.clone()).expect("the example has its shape");
        let mut written = serde_json::to_value(read).expect("json");
        if example.get("streams").is_none() {
            written.as_object_mut().expect("object").remove("streams");
        }
        assert_eq!(written, example);
    }

    #[test]
    fn every_example_has_the_shape_that_the_contract_gives_it() {
        reads_back::<PushBody>(PushBody::example());
        reads_back::<PushAnswerBody>(PushAnswerBody::example());
        reads_back::<PullBody>(PullBody::example());
        reads_back::<PageBody>(PageBody::example());
    }

    #[test]
    fn the_protocol_reads_the_example_of_a_push() {
        let text = PushBody::example().to_string();
        let request = ruhu_sync::push::PushRequest::parse(&text).expect("a push");
        assert!(request.edits[0].asked().is_some());
    }
}
