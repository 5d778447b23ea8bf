//! `GET /v1/sync`.

use ruhu_sync::handshake::LIMITS;
use ruhu_tests::edits::new_household;
use ruhu_tests::{Field, NOON, Server, on_both_databases};
use serde_json::json;

on_both_databases! {
    a_device_is_told_versions_limits_time_streams_and_its_number,
    a_tablet_understands_what_it_is_told,
}

fn a_device_is_told_versions_limits_time_streams_and_its_number(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    let told = hand.call("GET", "/v1/sync").send().expect(200).json();
    assert_eq!(told["versions"], json!({"push": [1], "pull": [1]}));
    assert_eq!(told["limits"], json!(LIMITS));
    assert_eq!(told["epoch"], json!(hand.epoch));
    assert_eq!(told["server_time_us"], json!(NOON));
    assert_eq!((&told["expected_device_seq"], &told["safe_device_seq"]), (&json!(2), &json!(0)));
    let streams = told["streams"].as_array().expect("streams");
    assert!(streams.contains(&json!({"stream": Field::CASELOAD_A, "kind": "caseload"})));
}

fn a_tablet_understands_what_it_is_told(server: Server) {
    let mut tablet = server.tablet("worker_a");
    let told = tablet.handshake().expect("understood");
    assert_eq!(told.expected_device_seq, tablet.memory().next_device_seq());
    assert!(told.streams.iter().any(|held| held.stream == Field::CASELOAD_A));
}
