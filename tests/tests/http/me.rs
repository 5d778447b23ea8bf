//! `/v1/me`.

use ruhu_tests::{AREA_HERE, Field, Server, on_both_databases, tables};
use serde_json::{Value, json};

on_both_databases! {
    a_worker_is_told_the_team_and_its_stream,
    a_reviewer_is_told_the_streams_of_the_own_street_and_that_no_tablet_holds_them,
    a_worker_whose_membership_ended_is_told_so,
}

fn me(server: &Server, login: &str) -> Value {
    server.hand(login).call("GET", "/v1/me").send().expect(200).json()
}

fn stream<'a>(me: &'a Value, id: &Value) -> Option<&'a Value> {
    me["streams"].as_array().expect("streams").iter().find(|s| s["stream"] == *id)
}

fn a_worker_is_told_the_team_and_its_stream(server: Server) {
    let me = me(&server, "worker_a");
    assert_eq!((&me["user"]["login"], &me["closed"]), (&json!("worker_a"), &json!(false)));
    assert_eq!(
        me["caseloads"],
        json!([{"stream": Field::CASELOAD_A, "name": "一组", "area": AREA_HERE}])
    );
    let held = stream(&me, &json!(Field::CASELOAD_A)).expect("the caseload");
    assert_eq!((&held["capacity"], &held["held"]), (&json!("worker"), &json!(true)));
    assert!(stream(&me, &json!(Field::CASELOAD_B)).is_none());
}

fn a_reviewer_is_told_the_streams_of_the_own_street_and_that_no_tablet_holds_them(server: Server) {
    let here = me(&server, "reviewer_here");
    for caseload in [Field::CASELOAD_A, Field::CASELOAD_B] {
        let reached = stream(&here, &json!(caseload)).expect("a caseload of the street");
        assert_eq!((&reached["capacity"], &reached["held"]), (&json!("reviewer"), &json!(false)));
    }
    assert_eq!(here["roles"][0]["role"], "street_reviewer");
    let there = me(&server, "reviewer_there");
    assert!(stream(&there, &json!(Field::CASELOAD_A)).is_none());
}

fn a_worker_whose_membership_ended_is_told_so(server: Server) {
    let hand = server.hand("worker_a");
    tables::end_membership(&server, Field::user("worker_a"));
    let me = hand.call("GET", "/v1/me").send().expect(200).json();
    assert_eq!(
        (&me["closed"], &me["streams"], &me["caseloads"]),
        (&json!(true), &json!([]), &json!([]))
    );
}
