//! 1. Nothing acknowledged is lost.

use ruhu_device::DeviceError;
use ruhu_tests::edits::{
    document, draft, household, new_household, path, put, put_under, record, with,
};
use ruhu_tests::{Hand, Server, on_both_databases, sealed, tables, verdict};
use serde_json::{Value, json};

on_both_databases! {
    an_edit_of_every_outcome_is_there_after_a_restart_and_a_retry_is_answered_the_same,
    an_element_that_can_hardly_be_read_is_kept_byte_for_byte,
    a_tablet_goes_on_after_a_restart_where_it_stopped,
}

/// Pushes what ends in every possible way, and gives the edits with their outcomes.
fn one_of_each(server: &Server) -> (Hand, Vec<(Value, Value)>) {
    let (mut one, mut other) = (server.hand("worker_a"), server.hand("worker_a2"));
    let base = one.take(new_household(1));
    other.take(put(record(1), "household", &base, json!({"address": "什刹海"})));
    let edits = one.number([
        put(record(1), "household", &base, json!({"notes": "三层"})),
        put(record(1), "household", &base, json!({"address": "前海"})),
        put(record(2), "household", "0", household("测试乙")),
        put(record(9), "household", "3-00000000", json!({"notes": "无此户"})),
        put_under(
            record(2),
            record(3),
            "assessment",
            "0",
            with(draft(), "answers", json!({"eat": "perhaps"})),
        ),
        json!({"op": "void"}),
    ]);
    let answer = one.push(&edits).expect(200).json();
    let outcomes = answer["outcomes"].as_array().expect("outcomes").clone();
    (one, edits.into_iter().zip(outcomes).collect())
}

fn an_edit_of_every_outcome_is_there_after_a_restart_and_a_retry_is_answered_the_same(
    mut server: Server,
) {
    let (hand, pushed) = one_of_each(&server);
    let words: Vec<_> = pushed.iter().map(|(_, outcome)| verdict(outcome)).collect();
    let expected = [
        "merged",
        "conflict",
        "applied",
        "quarantined/not_available",
        "rejected/invalid_value",
        "applied",
    ];
    assert_eq!(words, expected);
    let edits: Vec<Value> = pushed.iter().map(|(edit, _)| edit.clone()).collect();
    let before = hand.push(&edits).expect(200);

    server.start_again();
    let after = hand.at(&server).push(&edits).expect(200);
    assert_eq!(after.text(), before.text());
    let told = after.json()["outcomes"].as_array().expect("outcomes").clone();
    assert_eq!(told, pushed.iter().map(|(_, outcome)| outcome.clone()).collect::<Vec<_>>());
    for edit in &edits {
        let number = edit["device_seq"].as_u64().expect("a number");
        assert_eq!(sealed::payload(&server, hand.device, number), edit.to_string());
    }
    tables::follow_chain(&server, hand.device);
}

fn an_element_that_can_hardly_be_read_is_kept_byte_for_byte(server: Server) {
    let hand = server.hand("worker_a");
    let elements = [
        r#"{"device_seq":1,"op":"put","op":"delete"}"#.to_owned(),
        r#"{ "device_seq": 2, "patch": "\u0000" }"#.to_owned(),
        r#"{"device_seq":3,"patch":"\ud800"}"#.to_owned(),
        format!(r#"{{"device_seq":4,"patch":{}1{}}}"#, "[".repeat(500), "]".repeat(500)),
        format!(r#"{{"device_seq":5,"patch":{{"notes":"{}"}}}}"#, "长".repeat(400_000)),
        r#"{"device_seq":6,"patch":{"n":12345678901234567890123}}"#.to_owned(),
    ];
    let body =
        format!(r#"{{"protocol":1,"epoch":"{}","edits":[{}]}}"#, hand.epoch, elements.join(" ,\n"));
    let push = || hand.call("POST", "/v1/sync/push").body(body.clone()).send().expect(200);
    let answer = push();
    for (outcome, number) in answer.json()["outcomes"].as_array().expect("outcomes").iter().zip(1..)
    {
        assert_eq!(verdict(outcome), "rejected/malformed", "{number}");
    }
    for (element, number) in elements.iter().zip(1..) {
        assert_eq!(&sealed::payload(&server, hand.device, number), element);
    }
    assert_eq!(push().text(), answer.text());
}

fn a_tablet_goes_on_after_a_restart_where_it_stopped(mut server: Server) {
    let mut tablet = server.tablet("worker_a");
    let home = tablet.create("household", None, document(&household("测甲"))).expect("kept");
    tablet.sync().expect("synced");
    server.stop();
    tablet.set(home, &path("/notes"), "停机时写的".into()).expect("kept");
    assert!(matches!(tablet.sync(), Err(DeviceError::Unreachable(_))));
    assert_eq!(tablet.memory().outbox().len(), 1);

    server.start_again();
    server.reconnect(&mut tablet);
    let report = tablet.sync().expect("synced");
    assert!(report.pull.reread.is_empty() && report.pull.streams.iter().all(|s| s.agrees));
    let view = tablet.view(home).expect("a view");
    assert_eq!(view.document["notes"], "停机时写的".into());
}
