//! `POST /v1/sync/push`: what is no push.

use ruhu_sync::handshake::LIMITS;
use ruhu_tests::edits::{grouped, new_household, with};
use ruhu_tests::{Hand, Reply, Server, on_both_databases, tables};
use serde_json::{Value, json};

on_both_databases! {
    what_is_not_a_push_is_refused_whole,
    an_element_without_a_number_refuses_the_whole_push_and_is_named,
    numbers_have_to_follow_on_each_other,
    an_unknown_epoch_is_told_with_where_the_device_stands,
    the_largest_push_is_taken_and_one_edit_more_is_not,
    a_group_is_refused_where_it_is_split,
    an_empty_push_tells_where_the_device_stands,
}

fn send(hand: &Hand, body: &str) -> Reply {
    hand.call("POST", "/v1/sync/push").header("Content-Type", "application/json").body(body).send()
}

#[track_caller]
fn nothing_was_taken(server: &Server) {
    assert_eq!((tables::count(server, "journal"), tables::count(server, "record")), (0, 0));
}

fn what_is_not_a_push_is_refused_whole(server: Server) {
    let hand = server.hand("worker_a");
    let whole = hand.body(&[]).to_string();
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"protocol":1,"epoch":"x","edits":[]}"#,
        &whole.replace("[]", "{}"),
        &whole.replace("\"protocol\":1", "\"protocol\":\"1\""),
        &whole.replace("\"protocol\":1", "\"protocol\":-1"),
        &format!("{whole}{whole}"),
        &whole.replace("[]", &"[".repeat(100_000)),
    ] {
        send(&hand, body).expect_problem(400, "malformed-push");
    }
    let not_text = hand.call("POST", "/v1/sync/push").body([0xff, 0xfe, b'{', b'}']).send();
    not_text.expect_problem(400, "body-not-utf8");
    nothing_was_taken(&server);
}

fn an_element_without_a_number_refuses_the_whole_push_and_is_named(server: Server) {
    let hand = server.hand("worker_a");
    let first = with(new_household(1), "device_seq", json!(1));
    for unnumbered in [
        new_household(2),
        with(new_household(2), "device_seq", json!("2")),
        with(new_household(2), "device_seq", json!(2.5)),
        with(new_household(2), "device_seq", json!(-2)),
        with(new_household(2), "device_seq", Value::Null),
        json!(2),
        Value::Null,
        json!([]),
    ] {
        let refused = hand.push(&[first.clone(), unnumbered.clone()]);
        let problem = refused.expect_problem(400, "malformed-push").json();
        assert_eq!(problem["index"], 1, "{unnumbered}");
    }
    nothing_was_taken(&server);
}

fn numbers_have_to_follow_on_each_other(server: Server) {
    let hand = server.hand("worker_a");
    let edit = |number: u64| with(new_household(u128::from(number)), "device_seq", json!(number));
    for numbers in
        [vec![2], vec![0], vec![1, 3], vec![1, 1], vec![2, 1], vec![0, 1], vec![(1 << 53) - 1]]
    {
        let edits: Vec<_> = numbers.iter().map(|n| edit(*n)).collect();
        let problem = hand.push(&edits).expect_problem(409, "device-seq-gap").json();
        assert_eq!(problem["expected_device_seq"], 1, "{numbers:?}");
        assert_eq!(problem["epoch"], json!(hand.epoch));
    }
    let huge = format!(
        r#"{{"protocol":1,"epoch":"{}","edits":[{{"device_seq":{},"a":1,"a":2}}]}}"#,
        hand.epoch,
        u64::MAX
    );
    send(&hand, &huge).expect_problem(409, "device-seq-gap");
    nothing_was_taken(&server);
}

fn an_unknown_epoch_is_told_with_where_the_device_stands(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    let edits = hand.number([new_household(2)]);
    let body = with(hand.body(&edits), "epoch", json!(ruhu_tests::edits::record(7)));
    let refused = hand.call("POST", "/v1/sync/push").json(&body).send();
    let problem = refused.expect_problem(409, "epoch-changed").json();
    assert_eq!(
        (&problem["epoch"], &problem["expected_device_seq"]),
        (&json!(hand.epoch), &json!(2))
    );
    assert_eq!(tables::count(&server, "record"), 1);
}

fn the_largest_push_is_taken_and_one_edit_more_is_not(server: Server) {
    let max = LIMITS.push_edits_max;
    let mut hand = server.hand("worker_a");
    let edits = hand.number((0..=max as u128).map(new_household));
    let problem = hand.push(&edits).expect_problem(400, "malformed-push").json();
    assert_eq!(problem["push_edits_max"], json!(max));
    nothing_was_taken(&server);
    let answer = hand.push(&edits[..max]).expect(200).json();
    assert_eq!(answer["outcomes"].as_array().expect("outcomes").len(), max);
    assert_eq!(tables::count(&server, "record"), max as u64);
}

fn a_group_is_refused_where_it_is_split(server: Server) {
    let mut hand = server.hand("worker_a");
    let group = grouped(1, [new_household(1), new_household(2)]);
    let edits = hand.number(group.into_iter().chain([new_household(3)]));
    // A stranger stands in it; it stands twice.
    let stranger = [
        edits[0].clone(),
        with(edits[2].clone(), "device_seq", json!(2)),
        with(edits[1].clone(), "device_seq", json!(3)),
    ];
    let twice: Vec<_> = [&edits[0], &edits[1], &edits[0], &edits[1]]
        .iter()
        .zip(1..)
        .map(|(edit, n)| with((*edit).clone(), "device_seq", json!(n)))
        .collect();
    for (edits, at) in [(&stranger[..], 1), (&twice[..], 3)] {
        let problem = hand.push(edits).expect_problem(409, "group-split").json();
        assert_eq!(problem["device_seq"], at);
    }
    nothing_was_taken(&server);
}

fn an_empty_push_tells_where_the_device_stands(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    let answer = hand.push(&[]).expect(200).json();
    assert_eq!((&answer["outcomes"], &answer["records"]), (&json!([]), &json!([])));
    assert_eq!(answer["expected_device_seq"], 2);
    assert_eq!(answer["chain"].as_str().expect("a link").len(), 64);
}
