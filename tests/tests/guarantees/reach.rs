//! 7. Nobody receives what they may not see.

use ruhu_device::DeviceError;
use ruhu_sync::id::RecordId;
use ruhu_tests::edits::{
    delete_under, document, draft, household, new_draft, new_household, path, put, put_under,
    record, with,
};
use ruhu_tests::{Field, Hand, Server, on_both_databases, tables};
use serde_json::{Value, json};

on_both_databases! {
    a_worker_of_another_team_pulls_nothing_of_it,
    an_edit_of_a_hidden_record_is_answered_like_one_of_a_record_that_never_was,
    a_record_made_over_a_hidden_ones_name_is_not_available_and_changes_nothing,
    a_committee_member_holds_the_own_finds_and_nothing_else,
    a_reviewers_tablet_holds_no_household,
    nobody_makes_a_household_in_a_stream_of_others,
    what_comes_after_the_end_of_a_membership_is_quarantined_and_nothing_is_pulled,
    an_account_that_is_switched_off_may_only_hand_in,
    a_device_reported_lost_gets_nothing,
}

/// A household and a draft in caseload A.
fn team_a_at_work(server: &Server) -> Hand {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    hand.take(new_draft(2, 1));
    hand
}

fn a_worker_of_another_team_pulls_nothing_of_it(server: Server) {
    team_a_at_work(&server);
    let other = server.hand("worker_b");
    let page = other.pull(json!({})).expect(200);
    let streams = page.json()["streams"].as_array().expect("streams").clone();
    assert!(streams.iter().any(|s| s["stream"] == json!(Field::CASELOAD_B)));
    assert!(streams.iter().all(|s| s["stream"] != json!(Field::CASELOAD_A)));
    for secret in [json!(record(1)), json!(record(2)), json!(Field::CASELOAD_A), json!("测甲")] {
        assert!(!page.text().contains(secret.as_str().expect("text")), "{secret}");
    }
    // Nor by asking for the stream itself.
    let restart = other.pull(json!({"restart": [Field::CASELOAD_A]})).expect(200);
    assert!(!restart.text().contains("测甲"));
}

/// Everything somebody may try on a record and its root, again and again.
fn attempts(root: RecordId, child: RecordId) -> Vec<Vec<Value>> {
    let rev = "1-0a0b0c0d";
    let change = || put(root, "household", rev, json!({"notes": "看看"}));
    let under =
        || put_under(root, child, "assessment", rev, json!({"answers": {"eat": "achieved"}}));
    let new_child = || put_under(root, record(0xC), "assessment", "0", draft());
    vec![
        vec![change()],
        vec![change(), change()],
        vec![put(root, "visit", rev, json!({}))],
        vec![with(put(root, "find", rev, json!({})), "stream", json!(Field::CASELOAD_A))],
        vec![delete_under(root, root, "household", rev)],
        vec![under(), under(), new_child()],
        vec![change(), new_child(), new_child(), under()],
        vec![delete_under(root, child, "assessment", rev), under(), change(), change()],
        vec![put(root, "household", rev, json!({"head_name": 7})), change()],
        ruhu_tests::edits::grouped(1, [change(), under()]),
    ]
}

fn an_edit_of_a_hidden_record_is_answered_like_one_of_a_record_that_never_was(server: Server) {
    team_a_at_work(&server);
    let hidden = attempts(record(1), record(2));
    let made_up = attempts(record(0xAAAA), record(0xBBBB));
    for (hidden, made_up) in hidden.into_iter().zip(made_up) {
        let answers = [hidden.clone(), made_up].map(|edits| {
            let mut hand = server.hand("worker_b");
            let mut answers = Vec::new();
            // In one request, and in one for each.
            let numbered = hand.number(edits);
            if numbered[0].get("group").is_none() {
                for edit in &numbered[..numbered.len() / 2] {
                    answers.push(told(&hand, std::slice::from_ref(edit)));
                }
                answers.push(told(&hand, &numbered[numbered.len() / 2..]));
            }
            answers.push(told(&hand, &numbered));
            answers
        });
        assert_eq!(answers[0], answers[1], "{hidden:?}");
    }
}

/// The answer without what differs between any two devices.
fn told(hand: &Hand, edits: &[Value]) -> String {
    let reply = hand.push(edits);
    let (text, answer) = (reply.text().to_owned(), reply.json());
    let chain = answer["chain"].as_str().expect("a link");
    format!("{} {}", reply.status, text.replace(chain, "…"))
}

fn a_record_made_over_a_hidden_ones_name_is_not_available_and_changes_nothing(server: Server) {
    team_a_at_work(&server);
    let before = tables::stream(&server, Field::CASELOAD_A);
    let mut other = server.hand("worker_b");
    assert_eq!(other.verdict(new_household(1)), "quarantined/not_available");
    let home = other.verdict(put(record(5), "household", "0", household("张伟")));
    assert_eq!(home, "applied");
    // A child with a hidden one's name, in the own household; a child of a hidden household.
    assert_eq!(other.verdict(new_draft(2, 5)), "quarantined/not_available");
    let mut third = server.hand("worker_b");
    assert_eq!(third.verdict(new_draft(6, 1)), "quarantined/not_available");
    let answer = other.push(&[]).expect(200).json();
    assert_eq!(answer["records"], json!([]));
    assert_eq!(tables::stream(&server, Field::CASELOAD_A), before);
    assert_eq!(other.held().len(), 1);
}

fn find() -> Value {
    json!({"found_at": "2026-11-23T09:30:00+08:00", "category": "fire", "urgency": "emergency",
        "status": "reported"})
}

fn a_committee_member_holds_the_own_finds_and_nothing_else(server: Server) {
    let mut worker = team_a_at_work(&server);
    worker.take(put(record(20), "find", "0", find()));
    let mut member = server.hand("committee");
    assert_eq!(member.verdict(put(record(21), "find", "0", find())), "applied");
    assert_eq!(member.verdict(new_household(22)), "quarantined/not_available");
    let held = member.held();
    let names: Vec<_> = held.iter().map(|row| row["record"].clone()).collect();
    assert_eq!(names, [json!(record(21))]);
    let change = put(record(20), "find", "1-00000000", json!({"place": "桥下"}));
    assert_eq!(member.verdict(change), "quarantined/not_available");
}

fn a_reviewers_tablet_holds_no_household(server: Server) {
    team_a_at_work(&server);
    for login in ["reviewer_here", "reviewer_there"] {
        let page = server.hand(login).pull(json!({})).expect(200);
        assert!(!page.text().contains("测甲"), "{login}");
        assert_eq!(page.json()["records"], json!([]), "{login}");
    }
    // What a desk may change, it may still not be given as a device.
    let mut here = server.hand("reviewer_here");
    let edits = here.number([put(record(1), "household", "0", json!({"notes": "科室"}))]);
    let answer = here.push(&edits).expect(200).json();
    assert_eq!(answer["records"], json!([]));
}

fn nobody_makes_a_household_in_a_stream_of_others(server: Server) {
    let mut other = server.hand("worker_b");
    let own = Field::user("worker_b");
    for (stream, n) in
        [(json!(Field::CASELOAD_A), 1), (json!(Field::user("worker_a")), 2), (json!(record(77)), 3)]
    {
        let edit = with(new_household(n), "stream", stream);
        assert_eq!(other.verdict(edit), "quarantined/not_available");
    }
    // In the own stream, which holds finds, no household is made either.
    let edit = with(new_household(4), "stream", json!(own));
    assert_eq!(other.verdict(edit), "quarantined/not_permitted");
    assert_eq!(tables::count(&server, "record"), 0);
}

fn what_comes_after_the_end_of_a_membership_is_quarantined_and_nothing_is_pulled(server: Server) {
    let mut tablet = server.tablet("worker_a");
    let home = tablet.create("household", None, document(&household("测甲"))).expect("kept");
    tablet.sync().expect("synced");
    tablet.set(home, &path("/notes"), "最后一次".into()).expect("kept");
    tables::end_membership(&server, Field::user("worker_a"));

    let report = tablet.push().expect("pushed");
    assert_eq!(tablet.quarantined().len(), 1);
    let outcome = serde_json::to_value(&report.outcomes[0]).expect("json");
    assert_eq!(
        outcome,
        json!({"device_seq": 2, "outcome": "quarantined", "reason": "right_ended"})
    );
    assert_eq!(tablet.pull(), Err(DeviceError::Closed));
    assert!(tablet.memory().rows().is_empty(), "what was lost is evicted");
    // What a colleague holds has not changed.
    let mut colleague = server.tablet("worker_a2");
    colleague.sync().expect("synced");
    let view = colleague.view(home).expect("a view");
    assert!(!view.document.contains_key("notes"));
}

fn an_account_that_is_switched_off_may_only_hand_in(server: Server) {
    let mut hand = team_a_at_work(&server);
    let user = Field::user("worker_a");
    let done = server.store().write(|tx| tx.set_account_active(user, false));
    assert!(done.expect("written"));
    assert_eq!(hand.verdict(new_household(8)), "quarantined/right_ended");
    hand.pull(json!({})).expect_problem(403, "closed");
    let handshake = hand.call("GET", "/v1/sync").send().expect(200).json();
    assert_eq!((&handshake["closed"], &handshake["streams"]), (&json!(true), &json!([])));
}

fn a_device_reported_lost_gets_nothing(server: Server) {
    let mut hand = team_a_at_work(&server);
    let (device, now) = (hand.device, server.now());
    let edits = hand.number([new_household(8)]);
    let done = server.store().write(|tx| tx.report_device_lost(device, now));
    assert!(done.expect("written"));
    hand.push(&edits).expect_problem(403, "device-lost");
    hand.pull(json!({})).expect_problem(403, "device-lost");
    hand.call("GET", "/v1/sync").send().expect_problem(403, "device-lost");
    hand.call("GET", "/v1/me").send().expect_problem(403, "device-lost");
    let refresh = json!({"refresh_token": hand.refresh_token});
    server
        .call("POST", "/v1/session/refresh")
        .json(&refresh)
        .send()
        .expect_problem(403, "device-lost");
    assert_eq!(tables::count(&server, "journal"), 2);
}
