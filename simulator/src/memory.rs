//! The protocol's own server over the store in memory, without a network.

use crate::model::{Rights, streams_of};
use crate::names::{self, STAFF, STAFF_DEVICE, TEAMS};
use crate::service::Service;
use ruhu_device::{Response, TransportError};
use ruhu_sync::chain::{Salt, to_hex};
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant, StreamId, UserId};
use ruhu_sync::memory::{MemoryState, MemoryStore};
use ruhu_sync::merge::Hand;
use ruhu_sync::pull::{PullContext, PullReply, pull};
use ruhu_sync::push::{DeviceFacts, PushContext, PushReply, PushRequest, push};
use ruhu_sync::rules::{Capacity, Grant, Grants, Rules, StreamKind};
use ruhu_sync::storage::{DeviceState, StorageError, WriteTx as _};
use ruhu_sync::version::Served;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The server in memory, with these rules.
pub struct Memory<R> {
    store: MemoryStore,
    rules: R,
    backups: Vec<MemoryState>,
    epochs: u64,
    salts: u64,
    dies: bool,
    grants: BTreeMap<UserId, Grants>,
    grants_of: fn(u8, &Rights) -> Grants,
    /// How everything stood, for a planted fault.
    before: Option<MemoryState>,
    /// The positions given away, for a planted fault.
    taken: BTreeMap<StreamId, u64>,
}

/// How many positions are given away at once, where a fault is planted.
const POSITIONS_TAKEN: u64 = 50;

/// The rights of a worker, as the protocol's plain rules know them.
pub fn plain_grants(user: u8, rights: &Rights) -> Grants {
    let fallback = Some(StreamId(names::team(0)));
    if rights.closed {
        return Grants { closed: true, fallback, ..Grants::default() };
    }
    let own = names::user(user);
    let grant = |stream: Uuid| {
        let kind = if stream == own { StreamKind::User } else { StreamKind::Caseload };
        (StreamId(stream), Grant { kind, held: true, capacity: Capacity("worker") })
    };
    let streams = streams_of(user, rights).into_iter().map(grant).collect();
    Grants { closed: false, streams, fallback }
}

fn problem(status: u16, slug: &str, mut members: Value) -> Response {
    members["type"] = json!(format!("https://ruhu.example/problems/{slug}"));
    Response::new(status, members.to_string())
}

fn stands(facts: &DeviceFacts) -> Value {
    json!({"epoch": facts.epoch, "expected_device_seq": facts.expected,
        "safe_device_seq": facts.safe, "chain": to_hex(&facts.chain)})
}

impl<R: Rules> Memory<R> {
    /// A server in which nothing has happened.
    pub fn new(rules: R, grants_of: fn(u8, &Rights) -> Grants) -> Self {
        let mut new = Self {
            store: MemoryStore::new(Epoch(names::epoch(1))),
            rules,
            backups: Vec::new(),
            epochs: 1,
            salts: 0,
            dies: false,
            grants: BTreeMap::new(),
            grants_of,
            before: None,
            taken: BTreeMap::new(),
        };
        new.enrol_as(STAFF, STAFF_DEVICE, Vec::new());
        new.open_desk();
        new
    }

    fn open_desk(&mut self) {
        let desk = |kind| Grant { kind, held: false, capacity: Capacity("reviewer") };
        let teams = (0..TEAMS).map(|n| (StreamId(names::team(n)), desk(StreamKind::Caseload)));
        let people = self.grants.keys().filter(|user| user.0 != STAFF);
        let own = people.map(|user| (StreamId(user.0), desk(StreamKind::User)));
        let streams = teams.chain(own).collect();
        let grants = Grants { streams, ..Grants::default() };
        self.grants.insert(UserId(STAFF), grants);
        self.store.state().grants.clone_from(&self.grants);
    }

    fn enrol_as(&mut self, user: Uuid, device: Uuid, continues: Vec<(DeviceId, DeviceSeq)>) {
        let new = DeviceState {
            id: DeviceId(device),
            user: UserId(user),
            last: DeviceSeq(0),
            chain: [0; 32],
            safe: DeviceSeq(0),
            continues,
            reported_lost: false,
        };
        self.store.state().devices.entry(DeviceId(device)).or_insert(new);
    }

    fn push(&mut self, hand: Hand, user: Uuid, device: Uuid, body: &str) -> Option<Response> {
        let Ok(request) = PushRequest::parse(body) else {
            return Some(problem(400, "malformed-push", json!({})));
        };
        let (salts, dies) = (&mut self.salts, std::mem::take(&mut self.dies));
        let mut next = || -> Salt {
            *salts += 1;
            u128::from(*salts).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()
        };
        let mut context = PushContext {
            user: UserId(user),
            device: DeviceId(device),
            now: Instant(1),
            hand,
            salts: &mut next,
        };
        let (store, rules) = (&self.store, &self.rules);
        let pushed = store.write(|tx| {
            let reply = push(tx, rules, &mut context, &request)?;
            // The process ends before the commit: the database takes everything back.
            if dies { Err(StorageError::Unavailable(String::new())) } else { Ok(reply) }
        });
        Some(match pushed {
            Err(StorageError::Unavailable(_)) => return None,
            Err(other) => problem(500, "internal", json!({"detail": other.to_string()})),
            Ok(PushReply::Answer(answer)) => Response::new(200, answer.to_json()),
            Ok(PushReply::UnknownDevice) => problem(401, "sign-in-required", json!({})),
            Ok(PushReply::DeviceLost) => problem(403, "device-lost", json!({})),
            Ok(PushReply::EpochChanged(facts)) => problem(409, "epoch-changed", stands(&facts)),
            Ok(PushReply::Gap(facts)) => problem(409, "device-seq-gap", stands(&facts)),
            Ok(PushReply::Forked { at, outcomes, facts }) => {
                let mut members = stands(&facts);
                let read = |text: &String| serde_json::from_str::<Value>(text).unwrap_or_default();
                members["outcomes"] = outcomes.iter().map(read).collect();
                members["device_seq"] = json!(at);
                members["continues"] = json!({"device": device, "through": at.0 - 1});
                problem(409, "device-forked", members)
            }
            Ok(PushReply::GroupSplit { at, facts }) => {
                let mut members = stands(&facts);
                members["device_seq"] = json!(at);
                problem(409, "group-split", members)
            }
        })
    }

    fn pull(&mut self, user: Uuid, device: Uuid, body: &str) -> Response {
        let Ok(request) = serde_json::from_str(body) else {
            return problem(400, "malformed", json!({}));
        };
        let context = PullContext {
            user: UserId(user),
            device: DeviceId(device),
            now: Instant(1),
            cursor_key: &[7; 32],
            served: Served::default(),
        };
        match self.store.read(|tx| pull(tx, context, &request)) {
            Err(error) => problem(500, "internal", json!({"detail": error.to_string()})),
            Ok(PullReply::Page(page)) => Response::new(200, page.json),
            Ok(PullReply::UnknownDevice) => problem(401, "sign-in-required", json!({})),
            Ok(PullReply::DeviceLost) => problem(403, "device-lost", json!({})),
            Ok(PullReply::Closed(epoch)) => problem(403, "closed", json!({"epoch": epoch})),
            Ok(PullReply::UpgradeRequired) => problem(426, "upgrade-required", json!({})),
            Ok(PullReply::CursorRefused) => problem(400, "cursor-refused", json!({})),
            Ok(PullReply::EpochChanged(epoch)) => {
                problem(409, "epoch-changed", json!({"epoch": epoch}))
            }
        }
    }

    /// Signs in, and enrols as the service does: what is continued counts once, and only as far as
    /// it is here.
    fn sign_in(&mut self, body: &str) -> Response {
        let read: Value = serde_json::from_str(body).unwrap_or_default();
        let id = |value: &Value| value.as_str().and_then(|text| Uuid::try_parse(text).ok());
        let user = read["login"].as_str().and_then(|n| n.parse().ok()).map(names::user);
        let (Some(user), Some(device)) = (user, id(&read["device"]["id"])) else {
            return problem(400, "malformed", json!({}));
        };
        let told = &read["device"]["continues"];
        let earlier = id(&told["device"]).map(DeviceId);
        let before = earlier.and_then(|id| self.store.state().devices.get(&id).cloned());
        let continues = before.map(|before| {
            let through = DeviceSeq(told["through"].as_u64().unwrap_or(0)).min(before.last);
            std::iter::once((before.id, through)).chain(before.continues).collect()
        });
        self.enrol_as(user, device, continues.unwrap_or_default());
        let state = self.store.state();
        let Some(there) = state.devices.get(&DeviceId(device)) else {
            return problem(401, "sign-in-required", json!({}));
        };
        if there.reported_lost {
            return problem(403, "device-lost", json!({}));
        }
        let expected = there.expected();
        drop(state);
        let token = token(user, device);
        let epoch = self.epoch();
        let answer = json!({"access_token": token, "refresh_token": token, "user": user,
            "device": device, "expected_device_seq": expected, "epoch": epoch});
        Response::new(200, answer.to_string())
    }

    fn handshake(&mut self, user: Uuid, device: Uuid) -> Response {
        let epoch = self.epoch();
        let there = self.store.state().devices.get(&DeviceId(device)).cloned();
        let Some(there) = there.filter(|there| there.user.0 == user) else {
            return problem(401, "sign-in-required", json!({}));
        };
        if there.reported_lost {
            return problem(403, "device-lost", json!({}));
        }
        let answer = json!({"versions": {"push": [1], "pull": [1]}, "limits": {}, "epoch": epoch,
            "server_time_us": 1, "expected_device_seq": there.expected(),
            "safe_device_seq": there.safe, "streams": []});
        Response::new(200, answer.to_string())
    }
}

fn token(user: Uuid, device: Uuid) -> String {
    format!("{user} {device}")
}

/// Whose a token of this server is.
pub fn bearer_of(token: Option<&str>) -> Option<(Uuid, Uuid)> {
    let (user, device) = token?.split_once(' ')?;
    Some((Uuid::try_parse(user).ok()?, Uuid::try_parse(device).ok()?))
}

impl<R: Rules> Service for Memory<R> {
    fn call(
        &mut self,
        _method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let body = body.unwrap_or_default();
        if path == "/v1/session" {
            return Ok(self.sign_in(body));
        }
        let Some((user, device)) = bearer_of(bearer) else {
            return Ok(problem(401, "sign-in-required", json!({})));
        };
        match path {
            "/v1/sync/push" => self
                .push(Hand::Device, user, device, body)
                .ok_or_else(|| TransportError("the server died".to_owned())),
            "/v1/sync/pull" => Ok(self.pull(user, device, body)),
            "/v1/sync" => Ok(self.handshake(user, device)),
            _ => Ok(problem(401, "sign-in-required", json!({}))),
        }
    }

    fn desk(&mut self, body: &str) -> Response {
        let answer = self.push(Hand::Desk, STAFF, STAFF_DEVICE, body);
        answer.unwrap_or_else(|| problem(503, "busy", json!({})))
    }

    fn enrol(&mut self, user: u8, device: Uuid) -> String {
        self.enrol_as(names::user(user), device, Vec::new());
        token(names::user(user), device)
    }

    fn set_rights(&mut self, user: u8, rights: &Rights) {
        let grants = (self.grants_of)(user, rights);
        self.grants.insert(UserId(names::user(user)), grants);
        self.open_desk();
    }

    fn set_lost(&mut self, device: Uuid, lost: bool) {
        if let Some(there) = self.store.state().devices.get_mut(&DeviceId(device)) {
            there.reported_lost = lost;
        }
    }

    fn die_within_next(&mut self) {
        self.dies = true;
    }

    fn restart(&mut self) {
        self.dies = false;
    }

    fn back_up(&mut self) {
        self.backups.push(self.store.state().clone());
    }

    fn verify(&mut self) {
        let mut state = self.store.state();
        let Some(backup) = self.backups.last() else { return };
        for (id, then) in &backup.devices {
            if let Some(now) = state.devices.get_mut(id) {
                now.safe = now.safe.max(then.last);
            }
        }
    }

    fn restore(&mut self, nth: usize) {
        let Some(backup) = self.backups.get(nth).cloned() else { return };
        self.backups.truncate(nth + 1);
        self.epochs += 1;
        let mut state = self.store.state();
        *state = backup;
        state.begin_epoch(Epoch(names::epoch(self.epochs)));
        state.grants.clone_from(&self.grants);
    }

    fn epoch(&mut self) -> Uuid {
        names::epoch(self.epochs)
    }

    fn look(&self, look: &mut dyn FnMut(&MemoryState)) {
        look(&self.store.state());
    }

    fn remember(&mut self) {
        self.before = Some(self.store.state().clone());
    }

    fn forget_effects(&mut self) {
        let Some(before) = self.before.take() else { return };
        let after = std::mem::replace(&mut *self.store.state(), before);
        let known = self.store.state().journal.clone();
        let rows: Vec<_> = after
            .journal
            .into_iter()
            .filter_map(|(name, row)| (!known.contains_key(&name)).then_some(row))
            .collect();
        let done = self.store.write(|tx| {
            tx.append_journal(&rows)?;
            after.devices.values().try_for_each(|device| tx.save_device(device))
        });
        drop(done);
    }

    fn take_positions(&mut self) {
        self.taken.clear();
        for head in self.store.state().streams.values_mut() {
            self.taken.insert(head.id, head.head.0);
            head.head.0 += POSITIONS_TAKEN;
        }
    }

    fn use_positions(&mut self) {
        for head in self.store.state().streams.values_mut() {
            if let Some(taken) = self.taken.get_mut(&head.id) {
                std::mem::swap(taken, &mut head.head.0);
            }
        }
    }

    fn end_positions(&mut self) {
        for head in self.store.state().streams.values_mut() {
            if let Some(taken) = self.taken.remove(&head.id) {
                head.head.0 = head.head.0.max(taken);
            }
        }
    }
}
