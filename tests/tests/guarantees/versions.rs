//! 10. Old tablets never strand work.

use ruhu_sync::handshake::VERSIONS;
use ruhu_tests::edits::{new_household, with};
use ruhu_tests::{Server, on_both_databases};
use serde_json::json;

on_both_databases! {
    a_push_in_every_released_version_is_accepted,
    a_push_in_a_version_that_was_never_released_is_refused_and_changes_nothing,
    a_pull_in_an_unknown_version_is_told_to_upgrade_and_its_push_still_goes,
}

fn a_push_in_every_released_version_is_accepted(server: Server) {
    let mut hand = server.hand("worker_a");
    for (version, n) in VERSIONS.iter().zip(1..) {
        let edits = hand.number([new_household(n)]);
        let body = with(hand.body(&edits), "protocol", json!(version));
        let answer = hand.call("POST", "/v1/sync/push").json(&body).send().expect(200).json();
        assert_eq!(answer["outcomes"][0]["outcome"], "applied", "version {version}");
    }
}

fn a_push_in_a_version_that_was_never_released_is_refused_and_changes_nothing(server: Server) {
    let mut hand = server.hand("worker_a");
    let edits = hand.number([new_household(1)]);
    for version in [0, 2, 99] {
        let body = with(hand.body(&edits), "protocol", json!(version));
        let refused = hand.call("POST", "/v1/sync/push").json(&body).send();
        let problem = refused.expect_problem(400, "malformed-push").json();
        assert_eq!(problem["versions"], json!(VERSIONS));
    }
    hand.push(&edits).expect(200);
}

fn a_pull_in_an_unknown_version_is_told_to_upgrade_and_its_push_still_goes(server: Server) {
    let mut hand = server.hand("worker_a");
    for version in [0, 2, 99] {
        let refused = hand.pull(json!({"protocol": version}));
        let problem = refused.expect_problem(426, "upgrade-required").json();
        assert_eq!(problem["versions"], json!(VERSIONS));
    }
    hand.take(new_household(1));
}
