//! Photos and papers that must not stay: who removes one, and when.

use ruhu_tests::edits::{delete_under, new_draft, new_household, put_under, record, six_answers};
use ruhu_tests::{Hand, Reply, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    an_author_removes_a_photo_while_the_work_is_open,
    nobody_else_of_the_team_does_and_is_told_who_may,
    once_the_work_is_handed_in_only_a_reviewer_removes_a_photo,
    nobody_writes_who_added_a_photo,
}

fn photo(n: u128, more: Value) -> Value {
    let mut document = json!({"category": "id_card", "sha256": "a0".repeat(32), "size_bytes": 9,
        "media_type": "image/jpeg"});
    document.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
    put_under(record(1), record(n), "attachment", "0", document)
}

fn remove(n: u128, base: &str) -> Value {
    delete_under(record(1), record(n), "attachment", base)
}

fn held(hand: &Hand, n: u128) -> Value {
    let all = hand.held();
    all.into_iter().find(|row| row["record"] == json!(record(n))).expect("it is held")
}

fn at_desk(desk: &Hand, n: u128, rev: &str) -> Reply {
    let body = json!({"rev": rev, "reason": "拍错了人。"});
    let address = format!("/v1/desk/records/{}/delete", record(n));
    desk.call("POST", &address).header("Idempotency-Key", "attachment-1").json(&body).send()
}

/// A household with a draft, record 2, and a photo of it, record 3.
fn at_work(server: &Server) -> (Hand, String, String) {
    let mut author = server.hand("worker_a");
    author.take(new_household(1));
    let draft = author.take(new_draft(2, 1));
    let photo = author.take(photo(3, json!({"about": record(2)})));
    (author, draft, photo)
}

fn hand_in(author: &mut Hand, draft: &str) {
    let whole = json!({"status": "submitted", "answers": six_answers()});
    author.take(put_under(record(1), record(2), "assessment", draft, whole));
}

fn an_author_removes_a_photo_while_the_work_is_open(server: Server) {
    let (mut author, _, rev) = at_work(&server);
    author.take(remove(3, &rev));
    assert_eq!(held(&author, 3)["deleted"], true);
    // One of the household itself, or of work that is gone, belongs to the household.
    let rev = author.take(photo(4, json!({})));
    author.take(remove(4, &rev));
}

fn nobody_else_of_the_team_does_and_is_told_who_may(server: Server) {
    let (author, _, rev) = at_work(&server);
    let mut colleague = server.hand("worker_a2");
    assert_eq!(colleague.verdict(remove(3, &rev)), "quarantined/not_author");
    assert_eq!(held(&author, 3)["deleted"], false);
}

fn once_the_work_is_handed_in_only_a_reviewer_removes_a_photo(server: Server) {
    let (mut author, draft, rev) = at_work(&server);
    hand_in(&mut author, &draft);
    assert_eq!(author.verdict(remove(3, &rev)), "quarantined/in_review");
    at_desk(&server.hand("reviewer_there"), 3, &rev).expect_problem(404, "not-available");
    let desk = server.hand("reviewer_here");
    at_desk(&desk, 3, &rev).expect(200);
    assert_eq!(held(&author, 3)["deleted"], true);
}

fn nobody_writes_who_added_a_photo(server: Server) {
    let (author, ..) = at_work(&server);
    let mut colleague = server.hand("worker_a2");
    let me = held(&author, 3)["document"]["added_by"].clone();
    let outcome = colleague.outcomes([photo(5, json!({"added_by": me}))]).remove(0);
    assert_eq!(outcome["ignored"], json!(["/added_by"]));
    let added_by = held(&author, 5)["document"]["added_by"].clone();
    assert!(added_by.is_string() && added_by != me, "{added_by}");
}
