//! The conflicts desk: who wrote what, side by side, until a reviewer chooses between them.

use ruhu_tests::edits::{draft, new_household, put_under, record, six_answers, with};
use ruhu_tests::{Field, Hand, Reply, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_reviewer_sees_both_values_and_who_wrote_them_and_chooses,
    conflicts_of_several_records_are_settled_at_once_or_not_at_all,
    what_is_in_conflict_is_not_accepted_until_somebody_chose,
    another_street_neither_sees_nor_settles_it,
    the_list_is_read_to_its_end_whatever_the_pages,
}

/// Household 1 with assessment `n`, in which two workers disagree on how somebody eats.
fn disagree(n: u128, one: &mut Hand, other: &mut Hand) {
    let rev = one.take(put_under(record(1), record(n), "assessment", "0", draft()));
    let says = |code: &str| {
        put_under(record(1), record(n), "assessment", &rev, json!({"answers": {"eat": code}}))
    };
    one.take(says("achieved"));
    other.take(says("not_achieved"));
}

fn workers(server: &Server) -> (Hand, Hand) {
    let mut one = server.hand("worker_a");
    one.take(new_household(1));
    (one, server.hand("worker_a2"))
}

fn seen(desk: &Hand, n: u128) -> Value {
    desk.call("GET", &format!("/v1/desk/conflicts/{}", record(n))).send().expect(200).json()
}

fn choice(seen: &Value, take: &str) -> Value {
    let open = &seen["conflicts"][0];
    json!({"record": seen["record"], "rev": seen["rev"], "choices": [{"device": open["device"],
        "device_seq": open["device_seq"], "path": open["path"], "take": take}]})
}

fn settle(desk: &Hand, key: &str, records: Value) -> Reply {
    let call = desk.call("POST", "/v1/desk/conflicts/settle").header("Idempotency-Key", key);
    call.json(&json!({"records": records})).send()
}

fn held(worker: &Hand, n: u128) -> Value {
    let held = worker.held();
    held.into_iter().find(|held| held["record"] == json!(record(n))).expect("held")
}

fn listed(desk: &Hand) -> usize {
    let list = desk.call("GET", "/v1/desk/conflicts").send().expect(200).json();
    list["records"].as_array().map_or(0, Vec::len)
}

fn a_reviewer_sees_both_values_and_who_wrote_them_and_chooses(server: Server) {
    let (mut one, mut other) = workers(&server);
    disagree(2, &mut one, &mut other);
    let desk = server.hand("reviewer_here");
    assert_eq!(listed(&desk), 1);
    let told = seen(&desk, 2);
    let open = &told["conflicts"][0];
    assert_eq!(open["base"], json!(null));
    assert_eq!(open["current"]["value"], json!("achieved"));
    assert_eq!(open["current"]["user"], json!(Field::user("worker_a")));
    assert_eq!(open["alternative"]["value"], json!("not_achieved"));
    assert_eq!(open["alternative"]["user_name"], json!("测试worker_a2"));
    assert!(open["alternative"]["received_at_us"].is_number(), "{open}");
    settle(&desk, "choose-0001", json!([choice(&told, "alternative")])).expect(200);
    let after = held(&one, 2);
    assert_eq!(after["document"]["answers"]["eat"], json!("not_achieved"));
    assert_eq!((&after["conflicts"], listed(&desk)), (&json!([]), 0));
    // What was looked at is not there any more.
    let again = settle(&desk, "choose-0002", json!([choice(&told, "current")]));
    again.expect_problem(409, "state-conflict");
}

fn conflicts_of_several_records_are_settled_at_once_or_not_at_all(server: Server) {
    let (mut one, mut other) = workers(&server);
    disagree(2, &mut one, &mut other);
    disagree(3, &mut one, &mut other);
    let desk = server.hand("reviewer_here");
    let (two, three) = (choice(&seen(&desk, 2), "current"), choice(&seen(&desk, 3), "alternative"));
    let stale = with(three.clone(), "rev", json!("1-00000000"));
    settle(&desk, "choose-0001", json!([two, stale])).expect_problem(409, "state-conflict");
    assert_eq!(listed(&desk), 2);
    settle(&desk, "choose-0001", json!([two, two])).expect_problem(400, "invalid-request");
    settle(&desk, "choose-0001", json!([two, three])).expect(200);
    assert_eq!(held(&one, 2)["document"]["answers"]["eat"], json!("achieved"));
    assert_eq!(held(&one, 3)["document"]["answers"]["eat"], json!("not_achieved"));
    assert_eq!(listed(&desk), 0);
}

fn what_is_in_conflict_is_not_accepted_until_somebody_chose(server: Server) {
    let (mut one, mut other) = workers(&server);
    let edit = |base: &str, patch| put_under(record(1), record(2), "assessment", base, patch);
    let rev = one.take(edit("0", draft()));
    one.take(edit(&rev, json!({"answers": six_answers(), "status": "submitted"})));
    // It came after the submission; the reviewer applies it all the same.
    other.outcomes([edit(&rev, json!({"answers": {"eat": "not_achieved"}}))]);
    let desk = server.hand("reviewer_here");
    let apply = format!("/v1/desk/quarantine/{}/1/apply", other.device);
    let apply = desk.call("POST", &apply).header("Idempotency-Key", "apply-0001");
    let applied = apply.json(&json!({"reason": "已核实。"})).send().expect(200).json();
    assert_eq!(applied["settled"][0]["outcome"], json!("conflict"));
    let accept = |key: &str| {
        let address = format!("/v1/desk/assessments/{}/accept", record(2));
        let call = desk.call("POST", &address).header("Idempotency-Key", key);
        call.json(&json!({"rev": held(&one, 2)["rev"], "reason": "情况属实。"})).send()
    };
    accept("accept-0001").expect_problem(409, "open-conflict");
    settle(&desk, "choose-0001", json!([choice(&seen(&desk, 2), "alternative")])).expect(200);
    accept("accept-0002").expect(200);
    assert_eq!(held(&one, 2)["document"]["answers"]["eat"], json!("not_achieved"));
}

fn another_street_neither_sees_nor_settles_it(server: Server) {
    let (mut one, mut other) = workers(&server);
    disagree(2, &mut one, &mut other);
    let (desk, elsewhere) = (server.hand("reviewer_here"), server.hand("reviewer_there"));
    assert_eq!(listed(&elsewhere), 0);
    let address = format!("/v1/desk/conflicts/{}", record(2));
    elsewhere.call("GET", &address).send().expect_problem(404, "not-available");
    let chosen = json!([choice(&seen(&desk, 2), "current")]);
    settle(&elsewhere, "choose-0001", chosen.clone()).expect_problem(404, "not-available");
    settle(&one, "choose-0001", chosen).expect_problem(403, "not-permitted");
    assert_eq!(listed(&desk), 1);
}

fn the_list_is_read_to_its_end_whatever_the_pages(server: Server) {
    let (mut one, mut other) = workers(&server);
    // Two at one moment, and one later.
    for (n, wait) in [(2, 0), (3, 1), (4, 0)] {
        disagree(n, &mut one, &mut other);
        server.advance_seconds(wait);
    }
    let desk = server.hand("reviewer_here");
    for limit in 1..=3 {
        let all = desk.pages("/v1/desk/conflicts", "records", limit).concat();
        let names: Vec<_> = all.iter().map(|item| item["record"].clone()).collect();
        assert_eq!(names, [2, 3, 4].map(|n| json!(record(n))), "by {limit}");
    }
}
