//! A server in memory with three tablets of one team and a desk, for made-up pushes.

use ruhu_sync::grants::{Capacity, Grant, Grants, StreamKind};
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant, StreamId, UserId};
use ruhu_sync::json::Json;
use ruhu_sync::memory::MemoryStore;
use ruhu_sync::merge::Hand;
use ruhu_sync::plain::PlainRules;
use ruhu_sync::push::{PushContext, PushReply, PushRequest, push};
use ruhu_sync::record::content_hash;
use ruhu_sync::storage::DeviceState;
use ruhu_sync::version::Served;
use std::sync::LazyLock;
use uuid::Uuid;

const EPOCH: Epoch = Epoch(Uuid::from_u128(0xE));
const STREAMS: [StreamId; 2] = [StreamId(Uuid::from_u128(5)), StreamId(Uuid::from_u128(6))];

/// The kinds of the published merges.
static RULES: LazyLock<PlainRules> = LazyLock::new(|| {
    let vectors = include_str!("../../sync/vectors/merge.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).expect("the vectors");
    let kinds = serde_json::json!({"kinds": vectors["kinds"]});
    serde_json::from_value(kinds).expect("kinds")
});

/// Tablets 0 to 2; 3 is a desk, which opens both streams.
pub(super) const DESK: u8 = 3;

pub(super) struct World {
    store: MemoryStore,
    rules: PlainRules,
    salt: u8,
}

pub(super) fn device(n: u8) -> DeviceId {
    DeviceId(Uuid::from_u128(0x200 + u128::from(n)))
}

fn user(n: u8) -> UserId {
    UserId(Uuid::from_u128(0x300 + u128::from(n)))
}

impl World {
    pub(super) fn new() -> Self {
        let world = Self { store: MemoryStore::new(EPOCH), rules: RULES.clone(), salt: 0 };
        for n in 0..=DESK {
            let id = device(n);
            let fresh = DeviceState {
                id,
                user: user(n),
                last: DeviceSeq(0),
                chain: [0; 32],
                safe: DeviceSeq(0),
                continues: Vec::new(),
                reported_lost: false,
            };
            let is_desk = n == DESK;
            let capacity = Capacity(if is_desk { "reviewer" } else { "worker" });
            let grant = Grant { kind: StreamKind::Caseload, held: !is_desk, capacity };
            let opened = if is_desk { &STREAMS[..] } else { &STREAMS[..1] };
            let streams = opened.iter().map(|stream| (*stream, grant)).collect();
            let mut state = world.store.state();
            state.devices.insert(id, fresh);
            state.grants.insert(user(n), Grants { streams, ..Grants::default() });
        }
        world
    }

    /// The body of a push of one edit.
    pub(super) fn body(edit: &serde_json::Value) -> String {
        serde_json::json!({"protocol": 1, "epoch": EPOCH, "edits": [edit]}).to_string()
    }

    /// The stream a household may be moved to.
    pub(super) fn elsewhere() -> StreamId {
        STREAMS[1]
    }

    /// Pushes a body, if it is one.
    pub(super) fn push(&mut self, from: u8, body: &str) -> Option<PushReply> {
        let served = Served { experimental: true, ..Served::default() };
        let request = PushRequest::parse_served(body, served).ok()?;
        let mut salts = || {
            self.salt = self.salt.wrapping_add(1);
            Ok([self.salt; 16])
        };
        let mut context = PushContext {
            user: user(from),
            device: device(from),
            now: Instant(1),
            hand: if from == DESK { Hand::Desk } else { Hand::Device },
            salts: &mut salts,
        };
        let (store, rules) = (&self.store, &self.rules);
        let reply = store.write(|tx| push(tx, rules, &mut context, &request));
        let reply = reply.expect("a store in memory fails at nothing");
        if let PushReply::Answer(answer) = &reply {
            assert_eq!(answer.outcomes.len(), request.edits.len());
            serde_json::from_str::<serde_json::Value>(&answer.to_json()).expect("JSON");
        }
        Some(reply)
    }

    /// Fails if a record is not what its version says.
    pub(super) fn check(&self) {
        for record in self.store.state().records.values() {
            let content = record.content().expect("what is stored can be read");
            assert_eq!(content.to_wire(), record.wire);
            assert_eq!(record.rev.hash, content_hash(&record.wire, record.stream));
            assert!(!Json::Object(content.document).holds_null(), "{}", record.wire);
            let names: Vec<_> = content.conflicts.iter().map(|conflict| &conflict.id).collect();
            assert!(names.is_sorted_by(|one, next| one < next), "{}", record.wire);
        }
    }

    /// All that is stored, as text.
    pub(super) fn look(&self) -> String {
        self.check();
        let state = self.store.state();
        format!("{:?}{:?}{:?}", state.records, state.journal, state.streams)
    }

    /// The documents' versions and open conflicts, for the next edit to be made against.
    pub(super) fn seen(
        &self,
        record: ruhu_sync::id::RecordId,
    ) -> Option<(String, serde_json::Value)> {
        let state = self.store.state();
        let record = state.records.get(&record)?;
        let content = serde_json::from_str(&format!("{{{}}}", record.wire)).expect("a record");
        Some((record.rev.to_string(), content))
    }

    /// The number of this device's next edit.
    pub(super) fn next(&self, n: u8) -> u64 {
        self.store.state().devices.get(&device(n)).expect("a device").expected().0
    }
}
