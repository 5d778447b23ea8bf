//! The comparison proves itself: it notices whatever is altered in one answer of a server.

use rstest::rstest;
use ruhu_device::{Response, TransportError};
use ruhu_simulator::generate;
use ruhu_simulator::model::Rights;
use ruhu_simulator::service::Service;
use ruhu_simulator::step::Schedule;
use ruhu_sync::memory::MemoryState;
use ruhu_tests::Database::{self, Postgres, Sqlite};
use ruhu_tests::simulated::{Http, hold, rehearse};
use serde_json::{Value, json};
use uuid::Uuid;

/// What stands at a place of the answers of a path.
struct Alteration {
    path: &'static str,
    place: &'static str,
    value: Value,
}

/// A server that answers one thing otherwise than it should, once.
struct Altered {
    server: Http,
    alteration: Option<Alteration>,
    /// The start of a line that is missing from what is stored.
    conceals: Option<&'static str>,
    /// What is read in the place of 甲.
    reads: &'static str,
}

impl Altered {
    /// A server without a fault.
    fn none(database: Database) -> Self {
        Self { server: Http::on(database), alteration: None, conceals: None, reads: "甲" }
    }
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
        let Some(alteration) = self.alteration.as_ref().filter(|one| path == one.path) else {
            return Ok(response);
        };
        let mut answer: Value = serde_json::from_str(&response.body).unwrap_or_default();
        match answer.pointer_mut(alteration.place).filter(|_| response.is_success()) {
            Some(place) => *place = alteration.value.clone(),
            None => return Ok(response),
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

/// What the comparison says of a server.
#[track_caller]
fn noticed(server: Altered) -> String {
    let schedule = schedule();
    let rehearsed = rehearse(&schedule);
    assert_eq!(rehearsed.wrong, None);
    let (_, wrong) = hold(&schedule, &rehearsed, server).wrong.expect("it is noticed");
    wrong
}

#[test]
fn other_bytes_than_those_that_were_acknowledged_are_noticed() {
    let wrong = noticed(Altered { reads: "乙", ..Altered::none(Sqlite) });
    assert!(wrong.starts_with("9: the bytes of edit"), "{wrong}");
}

#[rstest]
#[case::verdict("/v1/sync/push", "/outcomes/0/outcome", json!("merged"))]
#[case::version("/v1/sync/push", "/outcomes/0/rev", json!("1-00000000"))]
#[case::position("/v1/sync/pull", "/records/0/seq", json!(9_999))]
#[case::digest("/v1/sync/pull", "/streams/0/digest", json!("00"))]
#[case::expected_number("/v1/sync/push", "/expected_device_seq", json!(1))]
fn an_altered_answer_is_noticed(
    #[case] path: &'static str,
    #[case] place: &'static str,
    #[case] value: Value,
    #[values(Sqlite, Postgres)] database: Database,
) {
    let alteration = Some(Alteration { path, place, value });
    let wrong = noticed(Altered { alteration, ..Altered::none(database) });
    assert!(wrong.starts_with("9: "), "{wrong}");
}

#[rstest]
fn what_is_missing_from_the_store_is_noticed(
    #[values("record ", "edit ")] line: &'static str,
    #[values(Sqlite, Postgres)] database: Database,
) {
    let wrong = noticed(Altered { conceals: Some(line), ..Altered::none(database) });
    assert!(wrong.starts_with("9: "), "{wrong}");
}
