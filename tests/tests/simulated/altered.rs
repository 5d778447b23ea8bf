//! The comparison proves itself: whatever is altered in one answer of a server, it tells.

use ruhu_device::{Response, TransportError};
use ruhu_simulator::generate;
use ruhu_simulator::model::Rights;
use ruhu_simulator::service::Service;
use ruhu_simulator::step::Schedule;
use ruhu_sync::memory::MemoryState;
use ruhu_tests::Database::{Postgres, Sqlite};
use ruhu_tests::simulated::{Http, hold, rehearse};
use serde_json::{Value, json};
use uuid::Uuid;

/// Changes an answer; says whether there was anything to change.
type Alteration = fn(&mut Value) -> bool;

/// A server that answers one thing otherwise than it should, once.
struct Altered {
    server: Http,
    path: &'static str,
    alteration: Option<Alteration>,
    /// What is stored is told without one line that begins so.
    conceals: Option<&'static str>,
    /// What is read in the place of a word.
    reads: &'static str,
}

impl Service for Altered {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let response = self.server.call(method, path, bearer, body)?;
        let Some(alteration) = self.alteration.filter(|_| path == self.path) else {
            return Ok(response);
        };
        let mut answer: Value = serde_json::from_str(&response.body).unwrap_or_default();
        if !response.is_success() || !alteration(&mut answer) {
            return Ok(response);
        }
        self.alteration = None;
        Ok(Response { body: answer.to_string(), ..response })
    }

    fn desk(&mut self, body: &str) -> Response {
        self.server.desk(body)
    }

    fn enrol(&mut self, user: u8, device: Uuid) -> String {
        self.server.enrol(user, device)
    }

    fn set_rights(&mut self, user: u8, rights: &Rights) {
        self.server.set_rights(user, rights);
    }

    fn set_lost(&mut self, device: Uuid, lost: bool) {
        self.server.set_lost(device, lost);
    }

    fn publish(&mut self, version: u32) {
        self.server.publish(version);
    }

    fn die_within_next(&mut self) {
        self.server.die_within_next();
    }

    fn restart(&mut self) {
        self.server.restart();
    }

    fn back_up(&mut self) {
        self.server.back_up();
    }

    fn verify(&mut self) {
        self.server.verify();
    }

    fn restore(&mut self, nth: usize) {
        self.server.restore(nth);
    }

    fn epoch(&mut self) -> Uuid {
        self.server.epoch()
    }

    fn stored(&mut self) -> Vec<String> {
        let mut stored = self.server.stored();
        if let Some(begins) = self.conceals {
            let at = stored.iter().position(|line| line.starts_with(begins)).expect("a line");
            stored.remove(at);
        }
        stored
    }

    fn keeps(&mut self, device: Uuid, number: u64, bytes: &str) -> bool {
        self.server.keeps(device, number, &bytes.replace("甲", self.reads))
    }

    fn look(&self, look: &mut dyn FnMut(&MemoryState)) {
        self.server.look(look);
    }
}

fn schedule() -> Schedule {
    let mut schedule = generate::with_forms(2, 12);
    // With more people, each test would wait for their sign-ins.
    (schedule.tablets, schedule.people) = (2, 2);
    schedule
}

/// In the place, if it is there.
fn put(answer: &mut Value, pointer: &str, value: Value) -> bool {
    answer.pointer_mut(pointer).is_some_and(|place| {
        *place = value;
        true
    })
}

#[track_caller]
fn is_told(path: &'static str, alteration: Option<Alteration>, conceals: Option<&'static str>) {
    let schedule = schedule();
    let rehearsed = rehearse(&schedule);
    assert_eq!(rehearsed.wrong, None);
    for database in [Sqlite, Postgres] {
        let reads = "甲";
        let server = Altered { server: Http::on(database), path, alteration, conceals, reads };
        let (_, wrong) = hold(&schedule, &rehearsed, server).wrong.expect("it is told");
        assert!(wrong.starts_with("9: "), "{wrong}");
    }
}

#[test]
fn bytes_that_are_not_those_that_were_acknowledged_are_told() {
    let schedule = schedule();
    let server = Altered {
        server: Http::on(Sqlite),
        path: "",
        alteration: None,
        conceals: None,
        reads: "乙",
    };
    let (_, wrong) = hold(&schedule, &rehearse(&schedule), server).wrong.expect("it is told");
    assert!(wrong.starts_with("9: the bytes of edit"), "{wrong}");
}

#[test]
fn an_altered_verdict_is_told() {
    let alteration = |answer: &mut Value| put(answer, "/outcomes/0/outcome", json!("merged"));
    is_told("/v1/sync/push", Some(alteration), None);
}

#[test]
fn an_altered_version_is_told() {
    let alteration = |answer: &mut Value| put(answer, "/outcomes/0/rev", json!("1-00000000"));
    is_told("/v1/sync/push", Some(alteration), None);
}

#[test]
fn an_altered_position_is_told() {
    let alteration = |answer: &mut Value| put(answer, "/records/0/seq", json!(9_999));
    is_told("/v1/sync/pull", Some(alteration), None);
}

#[test]
fn an_altered_digest_is_told() {
    let alteration = |answer: &mut Value| put(answer, "/streams/0/digest", json!("00"));
    is_told("/v1/sync/pull", Some(alteration), None);
}

#[test]
fn a_number_expected_too_early_is_told() {
    let alteration = |answer: &mut Value| put(answer, "/expected_device_seq", json!(1));
    is_told("/v1/sync/push", Some(alteration), None);
}

#[test]
fn a_record_that_is_not_stored_is_told() {
    is_told("", None, Some("record "));
}

#[test]
fn an_edit_that_is_not_in_the_journal_is_told() {
    is_told("", None, Some("edit "));
}
