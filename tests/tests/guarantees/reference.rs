//! The reference server in memory, with the field's own rules, on a line of its own.

use super::agreement::{LOGINS, device};
use ruhu_casework::rules::CaseRules;
use ruhu_device::{Response, Transport, TransportError};
use ruhu_forms::Catalogue;
use ruhu_sync::chain::Salt;
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, UserId};
use ruhu_sync::memory::MemoryStore;
use ruhu_sync::merge;
use ruhu_sync::pull::{PullContext, PullReply, pull};
use ruhu_sync::push::{PushContext, PushReply, PushRequest, push};
use ruhu_sync::storage::{DeviceState, ReadTx as _, Stored};
use ruhu_sync::version::Served;
use ruhu_tests::{Field, NOON, Server};
use std::rc::Rc;
use uuid::Uuid;

pub(crate) const EPOCH: Epoch = Epoch(Uuid::from_u128(0xE));

/// The reference server: what a token says is the number of its tablet.
pub(crate) struct Reference {
    store: MemoryStore,
    rules: CaseRules,
}

impl Reference {
    /// With the rights that this server's people have.
    pub(crate) fn like(server: &Server) -> Rc<Self> {
        let rules = CaseRules::new(Catalogue::load().expect("forms"));
        let reference = Self { store: MemoryStore::new(EPOCH), rules };
        for (n, login) in LOGINS.iter().enumerate() {
            let user = Field::user(login);
            let grants = server.store().read(|tx| tx.grants(user, NOON)).expect("grants");
            reference.store.state().grants.insert(user, grants);
            let state = DeviceState {
                id: device(n),
                user,
                last: DeviceSeq(0),
                chain: [0; 32],
                safe: DeviceSeq(0),
                continues: Vec::new(),
                reported_lost: false,
            };
            reference.store.state().devices.insert(state.id, state);
        }
        Rc::new(reference)
    }

    fn push(&self, user: UserId, device: DeviceId, body: &str) -> Response {
        let request = PushRequest::parse(body).expect("an honest push");
        let mut salts = || -> Stored<Salt> { Ok([7; 16]) };
        let hand = merge::Hand::Device;
        let mut context = PushContext { user, device, now: NOON, hand, salts: &mut salts };
        match self.store.write(|tx| push(tx, &self.rules, &mut context, &request)).expect("stored")
        {
            PushReply::Answer(answer) => Response::new(200, answer.to_json()),
            other => panic!("an honest tablet was refused: {other:?}"),
        }
    }

    fn pull(&self, user: UserId, device: DeviceId, body: &str) -> Response {
        let request = serde_json::from_str(body).expect("an honest pull");
        let served = Served::default();
        let context = PullContext { user, device, now: NOON, cursor_key: &[7; 32], served };
        match self.store.read(|tx| pull(tx, context, &request)).expect("read") {
            PullReply::Page(page) => Response::new(200, page.json),
            other => panic!("an honest tablet was refused: {other:?}"),
        }
    }
}

pub(crate) struct Line(pub(crate) Rc<Reference>);

impl Transport for Line {
    fn call(
        &mut self,
        _method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let n: usize = bearer.and_then(|token| token.parse().ok()).expect("a token");
        let (user, body) = (Field::user(LOGINS[n]), body.unwrap_or_default());
        Ok(match path {
            "/v1/sync/push" => self.0.push(user, device(n), body),
            _ => self.0.pull(user, device(n), body),
        })
    }
}
