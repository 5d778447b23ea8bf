//! 8. A device that has drifted finds out by itself, and repairs the one stream.

use ruhu_device::{Counted, HttpTransport, Response, TestDevice, Transport, TransportError};
use ruhu_sync::id::RecordId;
use ruhu_tests::edits::{document, household, path};
use ruhu_tests::{Field, PASSWORD, Server, on_both_databases, tables};
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex};

on_both_databases! {
    other_content_under_the_same_version_is_found_and_repaired,
    a_missing_record_is_found_and_repaired,
    a_record_that_never_was_is_found_and_dropped,
    a_stale_version_is_found_and_repaired,
    a_version_that_never_was_is_found_and_replaced_by_a_lower_one,
    a_record_in_the_wrong_stream_is_found_and_both_are_read_again,
}

/// What was asked at the pull, and answered.
type Log = Arc<Mutex<Vec<(Value, Value)>>>;

/// A line that remembers its pulls.
struct Watched(HttpTransport, Log);

impl Transport for Watched {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let response = self.0.call(method, path, bearer, body)?;
        if path.ends_with("/pull") {
            let read = |text: &str| serde_json::from_str(text).expect("json");
            let pulled = (read(body.expect("a body")), read(&response.body));
            self.1.lock().expect("the log").push(pulled);
        }
        Ok(response)
    }
}

type Tablet = TestDevice<Watched>;

/// A tablet that holds two caseloads, with a household and a person's unsent note in each.
struct Held {
    tablet: Tablet,
    log: Log,
    here: RecordId,
    there: RecordId,
    /// The rows as they were one version ago.
    earlier: Map<String, Value>,
}

fn rows(tablet: &Tablet) -> Map<String, Value> {
    let memory: Value = serde_json::from_str(&tablet.save().expect("saved")).expect("json");
    memory["rows"].as_object().expect("rows").clone()
}

fn holding_two_caseloads(server: &Server) -> Held {
    tables::run(
        server,
        "INSERT INTO membership (id, account, caseload, first_day) \
         SELECT caseload.id, account.id, caseload.id, '2026-01-01' FROM account, caseload \
         WHERE account.login = 'worker_a' AND caseload.name = '二组'",
    );
    let (mut one, mut other) = (server.tablet("worker_a2"), server.tablet("worker_b"));
    let made = |tablet: &mut ruhu_tests::Tablet, name| {
        let home = tablet.create("household", None, document(&household(name))).expect("kept");
        tablet.sync().expect("synced");
        home
    };
    let (here, there) = (made(&mut one, "测甲"), made(&mut other, "测试乙"));
    made(&mut one, "测试丙");
    let log = Log::default();
    let line = Watched(HttpTransport::new(&server.address()), Arc::clone(&log));
    let mut tablet = TestDevice::new(line, Counted::new(server.seed()));
    tablet.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
    tablet.sync().expect("synced");
    let earlier = rows(&tablet);
    one.set(here, &path("/notes"), "新的".into()).expect("kept");
    one.sync().expect("synced");
    tablet.sync().expect("synced");
    for home in [here, there] {
        tablet.set(home, &path("/case_no"), "没有发出的".into()).expect("kept");
    }
    log.lock().expect("the log").clear();
    Held { tablet, log, here, there, earlier }
}

/// Plants the damage, pulls, and looks at what was read: one page that repairs nothing, then the
/// streams that went astray and no other; and the unsent edits are as they were.
#[track_caller]
fn repairs(
    server: Server,
    astray: &[ruhu_sync::id::StreamId],
    damage: impl FnOnce(&mut Map<String, Value>, &Held),
) {
    let held = holding_two_caseloads(&server);
    let truth = held.tablet.memory().clone();
    let mut memory: Value =
        serde_json::from_str(&held.tablet.save().expect("saved")).expect("json");
    let before = memory.clone();
    damage(memory["rows"].as_object_mut().expect("rows"), &held);
    assert_ne!(memory, before, "the damage does something");
    let line = held.tablet.into_transport();
    let mut tablet =
        TestDevice::restore(&memory.to_string(), line, Counted::new(7)).expect("restored");

    let report = tablet.pull().expect("pulled");
    assert_eq!(report.reread, astray);
    assert!(report.streams.iter().all(|stream| stream.agrees), "{report:?}");
    assert_eq!(tablet.memory().rows(), truth.rows());
    assert_eq!(tablet.memory().outbox(), truth.outbox());
    for home in [held.here, held.there] {
        let view = tablet.view(home).expect("a view");
        assert_eq!(view.document["case_no"], "没有发出的".into());
    }
    let pulls = std::mem::take(&mut *held.log.lock().expect("the log"));
    assert_eq!(pulls.len(), 2, "{pulls:?}");
    assert_eq!((&pulls[0].1["records"], &pulls[0].1["restarted"]), (&json!([]), &json!([])));
    let (asked, answered) = &pulls[1];
    assert_eq!((&asked["restart"], &answered["restarted"]), (&json!(astray), &json!(astray)));
    let read = answered["records"].as_array().expect("records");
    assert!(!read.is_empty());
    assert!(read.iter().all(|row| astray.iter().any(|stream| row["stream"] == json!(stream))));

    // And that was all: the edits go out, and nothing is read anew.
    let report = tablet.sync().expect("synced");
    assert_eq!(report.push.outcomes.len(), 2);
    assert!(report.push.outcomes.iter().all(|outcome| outcome.outcome.is_effective()));
    assert!(report.pull.reread.is_empty());
}

const HERE: [ruhu_sync::id::StreamId; 1] = [Field::CASELOAD_A];

fn other_content_under_the_same_version_is_found_and_repaired(server: Server) {
    repairs(server, &HERE, |rows, held| {
        rows[&held.here.to_string()]["document"]["head_name"] = json!("测试己");
    });
}

fn a_missing_record_is_found_and_repaired(server: Server) {
    repairs(server, &HERE, |rows, held| {
        rows.remove(&held.here.to_string());
    });
}

fn a_record_that_never_was_is_found_and_dropped(server: Server) {
    repairs(server, &HERE, |rows, held| {
        let mut dreamt = rows[&held.here.to_string()].clone();
        let name = json!(ruhu_tests::edits::record(0xD));
        dreamt["record"] = name.clone();
        rows.insert(name.as_str().expect("a name").to_owned(), dreamt);
    });
}

fn a_stale_version_is_found_and_repaired(server: Server) {
    repairs(server, &HERE, |rows, held| {
        let name = held.here.to_string();
        rows[&name] = held.earlier[&name].clone();
    });
}

fn a_version_that_never_was_is_found_and_replaced_by_a_lower_one(server: Server) {
    repairs(server, &HERE, |rows, held| {
        rows[&held.here.to_string()]["rev"] = json!("9-0a0b0c0d");
    });
}

fn a_record_in_the_wrong_stream_is_found_and_both_are_read_again(server: Server) {
    repairs(server, &[Field::CASELOAD_A, Field::CASELOAD_B], |rows, held| {
        rows[&held.here.to_string()]["stream"] = json!(Field::CASELOAD_B);
    });
}
