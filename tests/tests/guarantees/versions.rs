//! 10. Old tablets never strand work.

use ruhu_sync::version::{Served, Version};
use ruhu_tests::edits::{document, household, new_household, path, put, record, with};
use ruhu_tests::{Hand, Reply, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_push_in_every_released_version_is_accepted,
    a_push_in_a_version_that_is_not_served_is_refused_and_changes_nothing,
    a_pull_in_an_unknown_version_is_told_to_upgrade_and_its_push_still_goes,
    where_pulls_of_version_one_are_ended_its_pushes_go_on,
    tablets_of_both_versions_edit_one_household_and_agree,
    a_tablet_that_is_updated_with_unsent_work_strands_nothing_and_does_nothing_twice,
    what_was_made_in_version_two_is_merged_as_what_was_made_in_version_one,
}

const BOTH: Served = Served { experimental: true, pull_min: 1 };

fn push_in(hand: &Hand, version: u32, edits: &[Value]) -> Reply {
    let body = with(hand.body(edits), "protocol", json!(version));
    hand.call("POST", "/v1/sync/push").json(&body).send()
}

fn a_push_in_every_released_version_is_accepted(mut server: Server) {
    for (pull_min, experimental) in [(1, false), (1, true), (2, true)] {
        server.start_again_serving(Served { experimental, pull_min });
        let mut hand = server.hand("worker_a");
        for (version, n) in Version::RELEASED.iter().zip(1..) {
            let n = n + 10 * u128::from(pull_min) + 100 * u128::from(experimental);
            let edits = hand.number([new_household(n)]);
            let answer = push_in(&hand, version.number(), &edits).expect(200).json();
            assert_eq!(answer["outcomes"][0]["outcome"], "applied", "{version:?}");
        }
    }
}

fn a_push_in_a_version_that_is_not_served_is_refused_and_changes_nothing(server: Server) {
    let mut hand = server.hand("worker_a");
    let edits = hand.number([new_household(1)]);
    for version in [0, 2, 99] {
        let refused = push_in(&hand, version, &edits);
        let problem = refused.expect_problem(400, "protocol-not-served").json();
        assert_eq!(problem["versions"], json!([1]));
    }
    hand.push(&edits).expect(200);
}

fn a_pull_in_an_unknown_version_is_told_to_upgrade_and_its_push_still_goes(server: Server) {
    let mut hand = server.hand("worker_a");
    for version in [0, 2, 99] {
        let refused = hand.pull(json!({"protocol": version}));
        let problem = refused.expect_problem(426, "upgrade-required").json();
        assert_eq!(problem["versions"], json!([1]));
    }
    hand.take(new_household(1));
}

fn where_pulls_of_version_one_are_ended_its_pushes_go_on(mut server: Server) {
    server.start_again_serving(Served { pull_min: 2, ..BOTH });
    let mut hand = server.hand("worker_a");
    let told = hand.call("GET", "/v1/sync").send().expect(200).json();
    assert_eq!(told["versions"], json!({"push": [1, 2], "pull": [2]}));
    let refused = hand.pull(json!({"protocol": 1})).expect_problem(426, "upgrade-required").json();
    assert_eq!(refused["versions"], json!([2]));
    hand.take(new_household(1));
    let page = hand.pull(json!({"protocol": 2})).expect(200).json();
    assert_eq!(page["records"][0]["record"], json!(record(1)));
}

fn tablets_of_both_versions_edit_one_household_and_agree(mut server: Server) {
    server.start_again_serving(BOTH);
    let (mut old, mut new) = (server.tablet("worker_a"), server.tablet("worker_a2"));
    new.settings_mut().version = Version::Two;
    let home = new.create("household", None, document(&household("测甲"))).expect("kept");
    new.sync().expect("synced");
    old.sync().expect("synced");
    let fields = document(&json!({"name": "测乙", "phone": "000"}));
    old.add_row(home, &path("/contacts"), fields.clone()).expect("kept");
    new.add_row(home, &path("/contacts"), fields).expect("kept");
    old.set(home, &path("/head_name"), "测丙".into()).expect("kept");
    new.set(home, &path("/head_name"), "测丁".into()).expect("kept");
    old.sync().expect("synced");
    new.sync().expect("synced");
    old.sync().expect("synced");
    assert_eq!(old.memory().rows(), new.memory().rows());
    let seen = old.view(home).expect("held");
    assert_eq!(seen.conflicts.len(), 1);
    assert_eq!(seen.conflicts[0].id.path, path("/head_name"));
    let rows = path("/contacts").find(&seen.document).and_then(|rows| rows.as_object().cloned());
    assert_eq!(rows.expect("rows").len(), 2);
}

fn a_tablet_that_is_updated_with_unsent_work_strands_nothing_and_does_nothing_twice(
    mut server: Server,
) {
    server.start_again_serving(Served { pull_min: 2, ..BOTH });
    let mut tablet = server.tablet("worker_a");
    let home = tablet.create("household", None, document(&household("测甲"))).expect("kept");
    tablet.settings_mut().version = Version::Two;
    tablet.set(home, &path("/head_name"), "测乙".into()).expect("kept");
    // Both answers are lost once: the same bytes go again, in the same version.
    for _ in 0..2 {
        tablet.transport_mut().lose_next_response();
        tablet.push_batch().expect("taken at the second try");
    }
    let report = tablet.sync().expect("synced");
    assert!(report.push.outcomes.is_empty());
    let row = &tablet.memory().rows()[&home];
    assert_eq!(row.rev.number, 2);
    assert_eq!(row.document, document(&household("测乙")));
}

/// The journal keeps a new record's content in its payload alone: the merge that needs to know
/// what another edit did reads it there, in whichever version it came.
fn what_was_made_in_version_two_is_merged_as_what_was_made_in_version_one(mut server: Server) {
    server.start_again_serving(BOTH);
    let (mut one, mut two) = (server.hand("worker_a"), server.hand("worker_a2"));
    let changes = json!([{"path": "/head_name", "set": "测甲"},
        {"path": "/community_code", "set": "110102003001"}]);
    let mut made = new_household(1);
    made.as_object_mut().expect("an edit").remove("patch");
    let made = one.number([with(made, "changes", changes)]);
    push_in(&one, 2, &made).expect(200);
    // Nothing seen of the server: it merges from nothing, and meets what the first edit set.
    let other = put(record(1), "household", "0", json!({"head_name": "测乙"}));
    let outcome = two.outcomes([other]).remove(0);
    assert_eq!(outcome["conflicts"], json!(["/head_name"]));
}
