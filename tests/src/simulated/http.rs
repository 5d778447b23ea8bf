//! The real service behind a simulation: its own database, a port, requests.

use super::field::{Books, Change, form};
use super::people::{PASSWORD, people};
use super::stored;
use crate::database::Database;
use crate::http::Call;
use crate::restore::Copy;
use crate::server::Server;
use ruhu_device::{HttpTransport, Response, Transport as _, TransportError};
use ruhu_simulator::memory::{TICK_SECONDS, answers};
use ruhu_simulator::model::Rights;
use ruhu_simulator::names::{self, STAFF, STAFF_DEVICE};
use ruhu_simulator::service::Service;
use ruhu_sync::chain::{Salt, payload_hash};
use ruhu_sync::edit::Received;
use ruhu_sync::id::{DeviceId, DeviceSeq, UserId};
use ruhu_sync::memory::MemoryState;
use ruhu_sync::merge::Hand;
use ruhu_sync::push::{PushContext, PushRequest, push};
use ruhu_sync::storage::{ReadTx as _, Stored, WriteTx as _};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The lifetime of access tokens. The clock advances by minutes at most, and no tablet is to renew
/// its own, since the in-memory reference has no renewal.
const A_DAY_MINUTES: u32 = 1440;

const ADMIN_DEVICE: Uuid = Uuid::from_u128(STAFF_DEVICE.as_u128() - 2);

/// What staff know of a server that its own database does not show: which of a person's memberships
/// is current. It is restored with the database.
#[derive(Clone, Debug, Default)]
struct Known {
    books: Books,
    memberships: BTreeMap<(u8, u8), String>,
}

/// The real service: one process, or two on one database that take turns.
pub struct Http {
    server: Server,
    line: HttpTransport,
    /// The second one, with a connection to it.
    other: Option<(Server, HttpTransport)>,
    /// The process whose turn it is.
    is_others_turn: bool,
    admin: String,
    staff: String,
    known: Known,
    backups: Vec<(Copy, Known)>,
    /// Every device that ever signed in.
    devices: BTreeSet<Uuid>,
    /// Requests made by staff: each has its own key.
    asked: u64,
    dies: bool,
}

impl Http {
    /// A new service on a database of its own, with people who have no rights yet.
    pub fn on(database: Database) -> Self {
        Self::started(database, false)
    }

    /// The same, with a second process on the database.
    pub fn two_on(database: Database) -> Self {
        Self::started(database, true)
    }

    fn started(database: Database, has_other: bool) -> Self {
        let server = Server::empty(database, Some(A_DAY_MINUTES));
        people(&server);
        let mut new = Self {
            line: HttpTransport::new(&server.address()),
            other: None,
            is_others_turn: false,
            server,
            admin: String::new(),
            staff: String::new(),
            known: Known::default(),
            backups: Vec::new(),
            devices: BTreeSet::new(),
            asked: 0,
            dies: false,
        };
        new.admin = new.sign_in("admin", ADMIN_DEVICE);
        new.staff = new.sign_in("staff", STAFF_DEVICE);
        new.devices.remove(&ADMIN_DEVICE);
        if has_other {
            new.start_other();
        }
        new
    }

    fn start_other(&mut self) {
        let other = self.server.beside();
        let line = HttpTransport::new(&other.address());
        self.other = Some((other, line));
    }

    /// Stops every process, does this to the first, and starts all again.
    fn at_rest(&mut self, work: impl FnOnce(&mut Server)) {
        let has_other = self.other.take().is_some();
        work(&mut self.server);
        self.line = HttpTransport::new(&self.server.address());
        if has_other {
            self.start_other();
        }
    }

    /// The target of the next request by staff.
    fn turn(&mut self) -> &Server {
        self.is_others_turn = !self.is_others_turn;
        match &self.other {
            Some((other, _)) if self.is_others_turn => other,
            _ => &self.server,
        }
    }

    fn sign_in(&mut self, login: &str, device: Uuid) -> String {
        self.devices.insert(device);
        let body = json!({"login": login, "password": PASSWORD,
            "device": {"id": device, "name": "平板"}});
        let session = self.server.call("POST", "/v1/session").json(&body).send().expect(200).json();
        session["access_token"].as_str().expect("a token").to_owned()
    }

    /// An administrator's request.
    fn administers(&mut self, path: &str) -> Call {
        self.asked += 1;
        let key = format!("simulated-{:08}", self.asked);
        let admin = self.admin.clone();
        let call = self.turn().call("POST", path).bearer(&admin);
        call.header("Idempotency-Key", &key)
    }

    fn carry_out(&mut self, user: u8, change: Change) {
        let account = names::user(user);
        match change {
            Change::Switch(active) => {
                let path = format!("/v1/organisations/accounts/{account}/use");
                let body = json!({"active": active, "reason": "测试"});
                self.administers(&path).json(&body).send().expect(200);
            }
            Change::Begin(team) => {
                let body = json!({"account": account, "caseload": names::team(team),
                    "first_day": "2026-11-23", "education": "college"});
                let call = self.administers("/v1/organisations/memberships").json(&body);
                let begun = call.send().expect(200).json();
                let id = begun["id"].as_str().expect("an id").to_owned();
                self.known.memberships.insert((user, team), id);
            }
            Change::End(team) => {
                let id = self.known.memberships.remove(&(user, team)).expect("a membership");
                let path = format!("/v1/organisations/memberships/{id}/end");
                self.administers(&path).json(&json!({"reason": "测试"})).send().expect(200);
            }
        }
    }

    /// From now on the database aborts the next transaction that writes to a device, as if the
    /// process had died before its end; or no longer.
    fn arm(&mut self, dies: bool) {
        self.dies = dies;
        let sql = if dies { "INSERT INTO dying VALUES (1)" } else { "DELETE FROM dying" };
        self.server.place().run(sql);
    }
}

impl Service for Http {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        if path == "/v1/session" {
            let said: Value = serde_json::from_str(body.unwrap_or_default()).unwrap_or_default();
            let device = said["device"]["id"].as_str().and_then(|id| id.parse::<Uuid>().ok());
            self.devices.extend(device);
        }
        self.is_others_turn = !self.is_others_turn;
        let line = match &mut self.other {
            Some((_, line)) if self.is_others_turn => line,
            _ => &mut self.line,
        };
        let answer = line.call(method, path, bearer, body);
        match self.dies && path == "/v1/sync/push" {
            true => {
                self.arm(false);
                Err(TransportError("the server died".to_owned()))
            }
            false => answer,
        }
    }

    /// Not over HTTP, where the desk requests acts and the service composes their edits, but
    /// through the same push as those.
    fn desk(&mut self, body: &str) -> Response {
        let device = DeviceId(STAFF_DEVICE);
        let Ok(request) = PushRequest::parse(body) else {
            return answers::problem(400, "malformed-push", json!({}));
        };
        let mut salts = || -> Stored<Salt> { Ok([7; 16]) };
        let (user, now, hand) = (UserId(STAFF), self.server.now(), Hand::Desk);
        let mut context = PushContext { user, device, now, hand, salts: &mut salts };
        let pushed = self.turn().store().write(|tx| {
            let shelf = tx.shelf()?;
            push(tx, shelf.rules(), &mut context, &request)
        });
        answers::to_push(device, pushed)
    }

    fn enrol(&mut self, user: u8, device: Uuid) -> String {
        self.sign_in(&user.to_string(), device)
    }

    fn set_rights(&mut self, user: u8, rights: &Rights) {
        for change in self.known.books.align(user, rights) {
            self.carry_out(user, change);
        }
    }

    fn set_lost(&mut self, device: Uuid, lost: bool) {
        self.server.advance_seconds(TICK_SECONDS);
        let act = if lost { "report-lost" } else { "report-found" };
        let path = format!("/v1/admin/devices/{device}/{act}");
        let reply = self.administers(&path).send();
        // A restored server may not know it yet.
        assert!([204, 404].contains(&reply.status), "{}", reply.text());
    }

    fn publish(&mut self, version: u32) {
        self.administers("/v1/forms").json(&form(version)).send().expect(200);
    }

    fn die_within_next(&mut self) {
        self.arm(true);
    }

    fn restart(&mut self) {
        if self.dies {
            self.arm(false);
        }
        self.at_rest(Server::start_again);
    }

    fn back_up(&mut self) {
        self.backups.push((self.server.back_up(), self.known.clone()));
    }

    fn verify(&mut self) {
        let Some((copy, _)) = self.backups.last() else { return };
        let looked_at = self.server.looked_at(copy);
        let verified = ruhu_api::backup::verify(&looked_at.name, &self.server.key_ring());
        let verified = verified.expect("looked at");
        assert_eq!(verified.wrong, [] as [String; 0]);
        self.server.store().raise_safe(&verified).expect("raised");
    }

    fn restore(&mut self, nth: usize) {
        self.backups.truncate(nth + 1);
        let Some((copy, known)) = self.backups.get(nth) else { return };
        self.known = known.clone();
        let copy = copy.clone();
        self.at_rest(|server| server.restore(&copy));
    }

    fn epoch(&mut self) -> Uuid {
        self.server.store().read(|tx| tx.epoch()).expect("an epoch").0
    }

    fn stored(&mut self) -> Vec<String> {
        let devices: Vec<_> = self.devices.iter().map(|id| DeviceId(*id)).collect();
        stored::lines(&self.server, &self.staff, &devices)
    }

    /// By the salted hash of their content; the store itself checks that the bytes match the hash.
    fn keeps(&mut self, device: Uuid, number: u64, bytes: &str) -> bool {
        let (device, number) = (DeviceId(device), DeviceSeq(number));
        let edits = self.server.store().write(|tx| tx.answered(device, number, number));
        let edit = edits.expect("read").pop();
        let hash = |salt| {
            let said = Received::read(bytes).expect("it was acknowledged").canonical;
            payload_hash(&salt, said.as_bytes())
        };
        edit.is_some_and(|edit| edit.salt.map(hash) == Some(edit.payload_hash))
    }

    fn look(&self, _look: &mut dyn FnMut(&MemoryState)) {}
}
