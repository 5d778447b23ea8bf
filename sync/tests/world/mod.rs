//! A small world for the tests of the protocol: a server in memory, a few devices, one stream.

#![allow(dead_code, unreachable_pub)]

use ruhu_sync::chain::Salt;
use ruhu_sync::grants::{Capacity, Grant, Grants, StreamKind};
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant, RecordId, StreamId, UserId};
use ruhu_sync::memory::MemoryStore;
use ruhu_sync::merge::Hand;
use ruhu_sync::plain::PlainRules;
use ruhu_sync::pull::{PullContext, PullReply, PullRequest, pull};
use ruhu_sync::push::{PushContext, PushReply, PushRequest, push};
use ruhu_sync::record::StoredRecord;
use ruhu_sync::storage::{DeviceState, StorageError, Stored};
use ruhu_sync::version::Served;
use serde_json::{Value, json};
use uuid::Uuid;

pub const EPOCH: Epoch = Epoch(Uuid::from_u128(0xE));
pub const STREAM: StreamId = StreamId(Uuid::from_u128(0x5));
pub const ELSEWHERE: StreamId = StreamId(Uuid::from_u128(0x6));
pub const CURSOR_KEY: [u8; 32] = [7; 32];

/// The kinds most tests use.
pub const KINDS: &str = r#"{"kinds":{
    "thing":{"fields":{
        "x":"ask","y":"ask","mark":"last_arrival","level":"server","aids":"choices",
        "home":{"object":{"street":"ask","door":"ask"}},
        "rows":{"rows":{"wage":"ask","age":"ask"}}}},
    "part":{"fields":{"status":"state","x":"ask","y":"ask","rows":{"rows":{"wage":"ask"}}},
        "transitions":[["","draft"],["","submitted"],["draft","submitted"],["submitted","accepted"]],
        "needed":["/x"]},
    "note":{"fields":{"x":"ask"},"made_with":["/x"]}}}"#;

pub fn record(n: u128) -> RecordId {
    RecordId(Uuid::from_u128(0x100 + n))
}

pub fn device(n: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(0x200 + n))
}

pub fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(0x300 + n))
}

pub fn grants(capacity: &'static str) -> Grants {
    let kind = StreamKind::Caseload;
    let grant = Grant { kind, held: true, capacity: Capacity(capacity) };
    Grants { streams: [(STREAM, grant)].into(), ..Grants::default() }
}

pub struct World {
    pub store: MemoryStore,
    pub rules: PlainRules,
    pub served: Served,
    /// Whether there is randomness for salts.
    pub has_randomness: bool,
    salt: u8,
}

impl World {
    /// A server with devices 1, 2 and 3 of three workers of one caseload.
    pub fn new() -> Self {
        Self::with(serde_json::from_str(KINDS).expect("kinds"))
    }

    pub fn with(rules: PlainRules) -> Self {
        let world = Self {
            store: MemoryStore::new(EPOCH),
            rules,
            served: Served::default(),
            has_randomness: true,
            salt: 0,
        };
        for n in 1..=3 {
            world.enrol(n, n);
            world.store.state().grants.insert(user(n), grants("worker"));
        }
        world
    }

    /// A server that speaks these versions.
    pub fn serving(served: Served) -> Self {
        let mut world = Self::new();
        world.served = served;
        world
    }

    pub fn enrol(&self, n: u128, of: u128) {
        let state = DeviceState {
            id: device(n),
            user: user(of),
            last: DeviceSeq(0),
            chain: [0; 32],
            safe: DeviceSeq(0),
            continues: Vec::new(),
            reported_lost: false,
        };
        self.store.state().devices.insert(device(n), state);
    }

    pub fn try_push(&mut self, from: u128, edits: &[Value]) -> PushReply {
        let body = json!({"protocol": 1, "epoch": EPOCH, "edits": edits}).to_string();
        self.push_body(from, &body)
    }

    pub fn push_body(&mut self, from: u128, body: &str) -> PushReply {
        let owner = self.store.state().devices.get(&device(from)).map_or(user(from), |d| d.user);
        self.push_as(device(from), owner, body)
    }

    pub fn push_as(&mut self, device: DeviceId, user: UserId, body: &str) -> PushReply {
        self.push_by(Hand::Device, device, user, body)
    }

    /// A reviewer, person and device 9, whose desk opens both streams; no tablet of theirs does.
    pub fn with_a_desk(self) -> Self {
        let grant =
            Grant { kind: StreamKind::Caseload, held: false, capacity: Capacity("reviewer") };
        let streams = [(STREAM, grant), (ELSEWHERE, grant)].into();
        self.store.state().grants.insert(user(9), Grants { streams, ..Grants::default() });
        self.enrol(9, 9);
        self
    }

    /// Pushes edits from the desk and gives their outcomes.
    pub fn decide(&mut self, edits: &[Value]) -> Vec<Value> {
        let body = json!({"protocol": 1, "epoch": EPOCH, "edits": edits}).to_string();
        match self.push_by(Hand::Desk, device(9), user(9), &body) {
            PushReply::Answer(answer) => {
                answer.outcomes.iter().map(|o| serde_json::from_str(o).expect("json")).collect()
            }
            other => panic!("no answer: {other:?}"),
        }
    }

    /// Gives a person the grants of another stream's worker.
    pub fn transfer(&self, n: u128, to: StreamId) {
        let grant = grants("worker").streams[&STREAM];
        let streams = [(to, grant)].into();
        self.store.state().grants.insert(user(n), Grants { streams, ..Grants::default() });
    }

    /// The records in a person's own stream.
    pub fn notices(&self, n: u128) -> Vec<Value> {
        let state = self.store.state();
        let mine = state.records.values().filter(|r| r.stream == StreamId(user(n).0));
        mine.map(|r| serde_json::from_str(&format!("{{{}}}", r.wire)).expect("json"))
            .map(|content: Value| content["document"].clone())
            .collect()
    }

    fn push_by(&mut self, hand: Hand, device: DeviceId, user: UserId, body: &str) -> PushReply {
        self.stored_push(hand, device, user, body).expect("stored")
    }

    /// Pushes edits of device `n`, which is person `n`'s, to a store that may fail.
    pub fn push_to_failing_store(&mut self, n: u128, edits: &[Value]) -> Stored<PushReply> {
        let body = json!({"protocol": 1, "epoch": EPOCH, "edits": edits}).to_string();
        self.stored_push(Hand::Device, device(n), user(n), &body)
    }

    fn stored_push(
        &mut self,
        hand: Hand,
        device: DeviceId,
        user: UserId,
        body: &str,
    ) -> Stored<PushReply> {
        let request = PushRequest::parse_served(body, self.served).expect("a push");
        let mut salts = || -> Stored<Salt> {
            if !self.has_randomness {
                return Err(StorageError::Unavailable("no randomness".to_owned()));
            }
            self.salt = self.salt.wrapping_add(1);
            Ok([self.salt; 16])
        };
        let now = Instant(1);
        let mut context = PushContext { user, device, now, hand, salts: &mut salts };
        let (store, rules) = (&self.store, &self.rules);
        store.write(|tx| push(tx, rules, &mut context, &request))
    }

    /// Pushes edits and gives their outcomes.
    pub fn push(&mut self, from: u128, edits: &[Value]) -> Vec<Value> {
        match self.try_push(from, edits) {
            PushReply::Answer(answer) => {
                answer.outcomes.iter().map(|o| serde_json::from_str(o).expect("json")).collect()
            }
            other => panic!("no answer: {other:?}"),
        }
    }

    /// Pushes one edit that must be taken; gives the rev it made.
    pub fn put(&mut self, from: u128, edit: Value) -> String {
        let outcome = self.push(from, &[edit]).remove(0);
        outcome["rev"].as_str().unwrap_or_else(|| panic!("not taken: {outcome}")).to_owned()
    }

    /// Pushes one edit; gives `outcome` or `outcome/reason`.
    pub fn verdict(&mut self, from: u128, edit: Value) -> String {
        verdict(&self.push(from, &[edit])[0])
    }

    pub fn stored(&self, n: u128) -> StoredRecord {
        self.store.state().records.get(&record(n)).cloned().expect("the record is there")
    }

    pub fn document(&self, n: u128) -> Value {
        self.wire(n)["document"].clone()
    }

    pub fn conflicts(&self, n: u128) -> Vec<Value> {
        self.wire(n)["conflicts"].as_array().cloned().unwrap_or_default()
    }

    fn wire(&self, n: u128) -> Value {
        serde_json::from_str(&format!("{{{}}}", self.stored(n).wire)).expect("json")
    }

    pub fn pull(&self, from: u128, request: Value) -> Value {
        match self.try_pull(from, request) {
            PullReply::Page(page) => serde_json::from_str(&page.json).expect("json"),
            other => panic!("no page: {other:?}"),
        }
    }

    pub fn try_pull(&self, from: u128, request: Value) -> PullReply {
        self.try_pull_as(device(from), user(from), request)
    }

    pub fn try_pull_as(&self, device: DeviceId, user: UserId, request: Value) -> PullReply {
        let mut request = request;
        if request.get("protocol").is_none() {
            request["protocol"] = json!(1);
        }
        let request: PullRequest = serde_json::from_value(request).expect("a pull");
        let context = PullContext {
            user,
            device,
            now: Instant(1),
            cursor_key: &CURSOR_KEY,
            served: self.served,
        };
        self.store.read(|tx| pull(tx, context, &request)).expect("read")
    }
}

pub fn verdict(outcome: &Value) -> String {
    match outcome["reason"].as_str() {
        Some(reason) => format!("{}/{reason}", outcome["outcome"].as_str().unwrap_or("?")),
        None => outcome["outcome"].as_str().unwrap_or("?").to_owned(),
    }
}

/// An edit of thing `n`.
pub fn thing(device_seq: u64, n: u128, base: &str, patch: Value) -> Value {
    json!({"device_seq": device_seq, "op": "put", "record": record(n), "kind": "thing",
        "base": base, "patch": patch, "made_at": "2026-11-23T09:30:00+08:00"})
}

/// An edit of part `n` of thing `of`.
pub fn part(device_seq: u64, n: u128, of: u128, base: &str, patch: Value) -> Value {
    let mut edit = thing(device_seq, n, base, patch);
    edit["kind"] = json!("part");
    edit["root"] = json!(record(of));
    edit
}

/// A decision on an edit of device `of`.
pub fn decision(device_seq: u64, op: &str, of: u128, target: u64) -> Value {
    json!({"device_seq": device_seq, "op": op, "reason": "已核实",
        "edit": {"device": device(of), "device_seq": target},
        "made_at": "2026-11-23T10:00:00+08:00"})
}

/// A move of thing `n`.
pub fn relocation(device_seq: u64, n: u128, base: &str, to: StreamId) -> Value {
    json!({"device_seq": device_seq, "op": "move", "record": record(n), "kind": "thing",
        "base": base, "stream": to, "made_at": "2026-11-23T10:00:00+08:00"})
}

/// The same edit with another member.
pub fn with(mut edit: Value, name: &str, value: Value) -> Value {
    edit[name] = value;
    edit
}
