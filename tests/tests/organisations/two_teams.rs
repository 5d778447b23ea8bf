//! Somebody who works in two teams: a new household goes to neither unasked.

use crate::desk::Desk;
use ruhu_tests::edits::{new_household, record};
use ruhu_tests::{Field, Server, on_both_databases, verdict};
use serde_json::json;

on_both_databases! {
    whoever_applies_a_household_of_a_worker_of_two_teams_says_where_it_goes,
}

fn whoever_applies_a_household_of_a_worker_of_two_teams_says_where_it_goes(server: Server) {
    let account = Field::user("worker_a").to_string();
    let second = Field::CASELOAD_B.to_string();
    Desk::new(&server, "admin").member(&account, &second, "2026-11-23", None);
    let mut worker = server.hand("worker_a");
    let outcome = worker.outcomes([new_household(1)]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/not_available");

    let reviewer = server.hand("reviewer_here");
    let path = format!("/v1/desk/quarantine/{}/{}/apply", worker.device, outcome["device_seq"]);
    let apply = |key: &str, stream: Option<&str>| {
        let mut body = json!({"reason": "已与本人核实。"});
        if let Some(stream) = stream {
            body["stream"] = json!(stream);
        }
        reviewer.call("POST", &path).header("Idempotency-Key", key).json(&body).send()
    };
    let refused = apply("two-teams-1", None).expect_problem(422, "stream-required").json();
    let offered = json!([
        {"stream": Field::CASELOAD_A, "name": "一组"},
        {"stream": Field::CASELOAD_B, "name": "二组"},
    ]);
    assert_eq!(refused["streams"], offered);
    // A stream that is out of the reviewer's reach is none.
    let nowhere = "0192a000-0000-7000-8000-00000000dead";
    apply("two-teams-2", Some(nowhere)).expect_problem(409, "not-settled");
    apply("two-teams-3", Some(&second)).expect(200);
    let held = server.hand("worker_b").held();
    assert!(held.iter().any(|row| row["record"] == json!(record(1))));
    let others = server.hand("worker_a2").held();
    assert!(!others.iter().any(|row| row["record"] == json!(record(1))));
}
