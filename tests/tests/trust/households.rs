//! A household goes and comes back with what belongs to it.

use ruhu_tests::edits::{delete_under, new_household, put_under, record, with};
use ruhu_tests::{Hand, Reply, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_household_leaves_the_tablets_with_its_people_and_comes_back_with_them,
    what_was_decided_keeps_its_household,
}

const HOME: u128 = 1;

fn held(hand: &Hand, n: u128) -> Option<Value> {
    let is_it = |held: &Value| held["record"] == json!(record(n));
    hand.held().into_iter().find(is_it).filter(|held| held["deleted"] != json!(true))
}

fn act(desk: &Hand, word: &str, key: &str, rev: &Value) -> Reply {
    let path = format!("/v1/desk/records/{}/{word}", record(HOME));
    let body = json!({"rev": rev, "reason": "重复登记。"});
    desk.call("POST", &path).header("Idempotency-Key", key).json(&body).send()
}

fn person(n: u128) -> Value {
    json!({"name": format!("测{n}"), "id_type": "none", "id_no_absent_reason": "refused",
        "relation_code": "02", "counted_as": "shared_living", "kin_to_staff": "no"})
}

fn of(n: u128, kind: &str, base: &str, patch: Value) -> Value {
    put_under(record(HOME), record(n), kind, base, patch)
}

/// A household with two people, a draft about one and a visit with the other; and a third person
/// who was deleted before.
fn family(server: &Server) -> Hand {
    let mut worker = server.hand("worker_a");
    worker.take(new_household(HOME));
    worker.take(of(2, "person", "0", person(2)));
    worker.take(of(3, "person", "0", person(3)));
    let rev = worker.take(of(4, "person", "0", person(4)));
    worker.take(delete_under(record(HOME), record(4), "person", &rev));
    let draft = json!({"form": "tekun_six", "form_version": 1, "status": "draft",
        "person": record(2)});
    worker.take(of(5, "assessment", "0", draft));
    let visit = json!({"planned_on": "2026-11-23", "status": "planned",
        "present": {"r1": {"person": record(3), "role": "member"}}});
    worker.take(with(of(6, "visit", "0", visit), "new_rows", json!(["/present/r1"])));
    worker
}

fn a_household_leaves_the_tablets_with_its_people_and_comes_back_with_them(server: Server) {
    let mut worker = family(&server);
    let desk = server.hand("reviewer_here");
    let before: Vec<_> =
        [HOME, 2, 3, 5, 6].map(|n| held(&worker, n).expect("held")["document"].clone()).into();
    let rev = held(&worker, HOME).expect("held")["rev"].clone();
    let gone = act(&desk, "delete", "delete-01", &rev).expect(200).json();
    for n in [HOME, 2, 3, 4, 5, 6] {
        assert!(held(&worker, n).is_none(), "{n} is still on the tablet");
    }
    let rev =
        worker.held().iter().find(|h| h["record"] == json!(record(2))).map(|h| h["rev"].clone());
    let late =
        of(2, "person", rev.expect("a tombstone").as_str().expect("a rev"), json!({"notes": "x"}));
    assert_eq!(worker.verdict(late), "quarantined/deleted");
    act(&desk, "undelete", "undelete-01", &gone["rev"]).expect(200);
    let after: Vec<_> =
        [HOME, 2, 3, 5, 6].map(|n| held(&worker, n).expect("held")["document"].clone()).into();
    assert_eq!(before, after);
    assert!(held(&worker, 4).is_none(), "what was deleted before stays deleted");
}

fn what_was_decided_keeps_its_household(server: Server) {
    let mut worker = server.hand("worker_a");
    let rev = worker.take(new_household(HOME));
    let whole = json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
        "answers": ruhu_tests::edits::six_answers()});
    let submitted = worker.take(of(2, "assessment", "0", whole));
    let desk = server.hand("reviewer_here");
    let path = format!("/v1/desk/assessments/{}/accept", record(2));
    let body = json!({"rev": submitted, "reason": "情况属实。"});
    let accept = desk.call("POST", &path).header("Idempotency-Key", "accept-01");
    accept.json(&body).send().expect(200);
    let refused = act(&desk, "delete", "delete-01", &json!(rev));
    let reason = refused.expect_problem(409, "record-refused").json()["reason"].clone();
    assert_eq!(reason, "decided");
    assert!(held(&worker, HOME).is_some() && held(&worker, 2).is_some());
}
