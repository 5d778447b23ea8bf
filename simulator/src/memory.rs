//! The protocol's own server over the in-memory store, without a network.

pub mod answers;
pub mod field;

use crate::model::Rights;
use crate::names::{self, STAFF, STAFF_DEVICE};
use crate::service::Service;
use answers::problem;
use field::Field;
use ruhu_device::{Response, TransportError};
use ruhu_sync::chain::Salt;
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant, StreamId, UserId};
use ruhu_sync::memory::{MemoryState, MemoryStore};
use ruhu_sync::merge::Hand;
use ruhu_sync::pull::{PullContext, pull};
use ruhu_sync::push::{PushContext, PushRequest, push};
use ruhu_sync::storage::{DeviceState, StorageError, Stored, WriteTx as _};
use ruhu_sync::version::Served;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How far the clock advances when something happens that time must tell apart.
pub const TICK_SECONDS: i64 = 10;

/// The in-memory server, in this field.
pub struct Memory<F> {
    store: MemoryStore,
    field: F,
    /// Since when a device's sign-ins are void, in seconds.
    revoked: BTreeMap<Uuid, i64>,
    backups: Vec<Backup<F>>,
    clock: Instant,
    epochs: u64,
    salts: u64,
    dies: bool,
    /// An earlier state, for a planted fault.
    before: Option<MemoryState>,
    /// The positions given away, for a planted fault.
    taken: BTreeMap<StreamId, u64>,
}

struct Backup<F> {
    state: MemoryState,
    field: F,
    revoked: BTreeMap<Uuid, i64>,
}

/// How many positions are given away at once, for a planted fault.
const POSITIONS_TAKEN: u64 = 50;

impl<F: Field> Memory<F> {
    /// A server in which nothing has happened.
    pub fn new(field: F) -> Self {
        let clock = field.begins();
        let new = Self {
            store: MemoryStore::new(Epoch(names::epoch(1))),
            field,
            revoked: BTreeMap::new(),
            backups: Vec::new(),
            clock,
            epochs: 1,
            salts: 0,
            dies: false,
            before: None,
            taken: BTreeMap::new(),
        };
        new.enrol_as(STAFF, STAFF_DEVICE, Vec::new());
        new.work_out_grants();
        new
    }

    fn work_out_grants(&self) {
        self.store.state().grants = self.field.grants();
    }

    fn enrol_as(&self, user: Uuid, device: Uuid, continues: Vec<(DeviceId, DeviceSeq)>) {
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

    /// The caller, if authentication succeeds.
    fn admitted(&self, token: Option<&str>) -> Result<(UserId, DeviceId), Response> {
        let unknown = || problem(401, "sign-in-required", json!({}));
        let (user, device) = bearer_of(token).ok_or_else(unknown)?;
        if !self.field.has_door() {
            return Ok((UserId(user), DeviceId(device)));
        }
        let issued = token.and_then(|token| token.rsplit(' ').next()?.parse::<i64>().ok());
        let state = self.store.state();
        let there = state.devices.get(&DeviceId(device)).filter(|there| there.user.0 == user);
        let there = there.ok_or_else(unknown)?;
        if there.reported_lost {
            return Err(problem(403, "device-lost", json!({})));
        }
        match self.revoked.get(&device) {
            Some(revoked) if issued.is_none_or(|issued| issued <= *revoked) => Err(unknown()),
            _ => Ok((UserId(user), DeviceId(device))),
        }
    }

    fn answer(&mut self, path: &str, bearer: Option<&str>, body: &str, dies: bool) -> Response {
        match path {
            "/v1/session" => return self.sign_in(body),
            "/v1/session/refresh" => return problem(401, "refresh-token-refused", json!({})),
            _ => {}
        }
        match (path, self.admitted(bearer)) {
            (_, Err(refused)) => refused,
            ("/v1/sync/push", Ok(on)) => self.push(Hand::Device, on, body, dies),
            ("/v1/sync/pull", Ok(on)) => self.pull(on, body),
            (_, Ok(on)) => self.handshake(on),
        }
    }

    fn push(
        &mut self,
        hand: Hand,
        (user, device): (UserId, DeviceId),
        body: &str,
        dies: bool,
    ) -> Response {
        let Ok(request) = PushRequest::parse(body) else {
            return problem(400, "malformed-push", json!({}));
        };
        let salts = &mut self.salts;
        let mut next = || -> Stored<Salt> {
            *salts += 1;
            let scattered =
                u128::from(*salts).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            Ok(scattered.to_be_bytes())
        };
        let now = self.clock;
        let mut context = PushContext { user, device, now, hand, salts: &mut next };
        let (store, rules) = (&self.store, self.field.rules());
        let pushed = store.write(|tx| {
            let reply = push(tx, rules, &mut context, &request)?;
            // The process ends before the commit: the database rolls everything back.
            if dies { Err(StorageError::Unavailable(String::new())) } else { Ok(reply) }
        });
        answers::to_push(device, pushed)
    }

    fn pull(&mut self, (user, device): (UserId, DeviceId), body: &str) -> Response {
        let Ok(request) = serde_json::from_str(body) else {
            return problem(400, "malformed-json", json!({}));
        };
        let now = self.clock;
        let context =
            PullContext { user, device, now, cursor_key: &[7; 32], served: Served::default() };
        answers::to_pull(self.store.read(|tx| pull(tx, context, &request)))
    }

    /// Signs in, and enrols as the service does: `continues` counts once, and only as far as the
    /// edits are here.
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
        let token = self.token(user, device);
        let epoch = self.epoch();
        let answer = json!({"access_token": token, "refresh_token": token, "user": user,
            "device": device, "expected_device_seq": expected, "epoch": epoch});
        Response::new(200, answer.to_string())
    }

    fn handshake(&mut self, (user, device): (UserId, DeviceId)) -> Response {
        let epoch = self.epoch();
        let there = self.store.state().devices.get(&device).cloned();
        let Some(there) = there.filter(|there| there.user == user) else {
            return problem(401, "sign-in-required", json!({}));
        };
        if there.reported_lost {
            return problem(403, "device-lost", json!({}));
        }
        let answer = json!({"versions": {"push": [1], "pull": [1]}, "limits": {}, "epoch": epoch,
            "server_time_us": self.clock.0, "expected_device_seq": there.expected(),
            "safe_device_seq": there.safe, "streams": []});
        Response::new(200, answer.to_string())
    }

    /// A token counts from the second after the last revocation on.
    fn token(&self, user: Uuid, device: Uuid) -> String {
        let now = self.clock.0.div_euclid(1_000_000);
        let issued = self.revoked.get(&device).map_or(now, |revoked| now.max(revoked + 1));
        format!("{user} {device} {issued}")
    }
}

/// The owner of a token of this server.
pub fn bearer_of(token: Option<&str>) -> Option<(Uuid, Uuid)> {
    let mut words = token?.split(' ');
    let mut id = || Uuid::try_parse(words.next()?).ok();
    Some((id()?, id()?))
}

impl<F: Field> Service for Memory<F> {
    fn call(
        &mut self,
        _method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let dies = path == "/v1/sync/push" && std::mem::take(&mut self.dies);
        let answer = self.answer(path, bearer, body.unwrap_or_default(), dies);
        if dies { Err(TransportError("the server died".to_owned())) } else { Ok(answer) }
    }

    fn desk(&mut self, body: &str) -> Response {
        self.push(Hand::Desk, (UserId(STAFF), DeviceId(STAFF_DEVICE)), body, false)
    }

    fn enrol(&mut self, user: u8, device: Uuid) -> String {
        self.enrol_as(names::user(user), device, Vec::new());
        self.token(names::user(user), device)
    }

    fn set_rights(&mut self, user: u8, rights: &Rights) {
        self.field.set_rights(user, rights);
        self.work_out_grants();
    }

    fn set_lost(&mut self, device: Uuid, lost: bool) {
        self.clock.0 += TICK_SECONDS * 1_000_000;
        let mut state = self.store.state();
        let Some(there) = state.devices.get_mut(&DeviceId(device)) else { return };
        there.reported_lost = lost;
        if lost && self.field.has_door() {
            self.revoked.insert(device, self.clock.0.div_euclid(1_000_000));
        }
    }

    fn publish(&mut self, version: u32) {
        self.field.publish(version);
    }

    fn stored(&mut self) -> Vec<String> {
        crate::look::stored(&self.store.state())
    }

    fn keeps(&mut self, device: Uuid, number: u64, bytes: &str) -> bool {
        let state = self.store.state();
        let row = state.journal.get(&(DeviceId(device), DeviceSeq(number)));
        row.is_some_and(|row| row.payload == bytes)
    }

    fn die_within_next(&mut self) {
        self.dies = true;
    }

    fn restart(&mut self) {
        self.dies = false;
    }

    fn back_up(&mut self) {
        let state = self.store.state().clone();
        let (field, revoked) = (self.field.clone(), self.revoked.clone());
        self.backups.push(Backup { state, field, revoked });
    }

    fn verify(&mut self) {
        let mut state = self.store.state();
        let Some(backup) = self.backups.last() else { return };
        for (id, then) in &backup.state.devices {
            if let Some(now) = state.devices.get_mut(id) {
                now.safe = now.safe.max(then.last);
            }
        }
    }

    fn restore(&mut self, nth: usize) {
        self.backups.truncate(nth + 1);
        let Some(backup) = self.backups.get(nth) else { return };
        self.epochs += 1;
        *self.store.state() = backup.state.clone();
        (self.field, self.revoked) = (backup.field.clone(), backup.revoked.clone());
        self.store.state().begin_epoch(Epoch(names::epoch(self.epochs)));
        self.work_out_grants();
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
