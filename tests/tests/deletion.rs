//! Records that staff delete and bring back.

use ruhu_sync::id::RecordId;
use ruhu_tests::edits::{document, draft, household, path};
use ruhu_tests::{Hand, Reply, Server, Tablet, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_record_made_in_error_leaves_the_tablets_and_comes_back_as_it_was,
    what_a_tablet_wrote_before_it_knew_waits_and_is_applied_when_the_record_is_back,
    only_what_was_read_and_is_not_decided_is_deleted,
    a_deletion_sent_again_deletes_once_and_needs_a_reason,
}

fn family(tablet: &mut Tablet) -> (RecordId, RecordId) {
    let made = tablet.group(|tablet| {
        let home = tablet.create("household", None, document(&household("测甲")))?;
        let inner = tablet.create("assessment", Some(home), document(&draft()))?;
        Ok((home, inner))
    });
    tablet.sync().expect("synced");
    made.expect("kept")
}

fn rev(tablet: &Tablet, record: RecordId) -> String {
    tablet.view(record).expect("it is held").rev.expect("a rev").to_string()
}

fn act(desk: &Hand, word: &str, key: &str, record: RecordId, rev: &str) -> Reply {
    let body = json!({"rev": rev, "reason": "重复登记。"});
    let address = format!("/v1/desk/records/{record}/{word}");
    desk.call("POST", &address).header("Idempotency-Key", key).json(&body).send()
}

fn deleted(desk: &Hand) -> Vec<Value> {
    let list = desk.call("GET", "/v1/desk/deleted").send().expect(200).json();
    list["records"].as_array().expect("a list").clone()
}

fn a_record_made_in_error_leaves_the_tablets_and_comes_back_as_it_was(server: Server) {
    let (mut one, desk) = (server.tablet("worker_a"), server.hand("reviewer_here"));
    let (_, inner) = family(&mut one);
    let before = one.view(inner).expect("held").document;
    act(&desk, "delete", "deletion-d1", inner, &rev(&one, inner)).expect(200);
    one.sync().expect("synced");
    assert!(one.view(inner).is_none_or(|view| view.deleted));

    let listed = deleted(&desk);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["record"], json!(inner));
    let elsewhere = server.hand("reviewer_there");
    assert!(deleted(&elsewhere).is_empty());
    let rev = listed[0]["rev"].as_str().expect("a rev");
    act(&elsewhere, "undelete", "deletion-u0", inner, rev).expect_problem(404, "not-available");
    act(&desk, "undelete", "deletion-u1", inner, rev).expect(200);
    one.sync().expect("synced");
    assert_eq!(one.view(inner).expect("held").document, before);
    assert!(deleted(&desk).is_empty());
}

fn what_a_tablet_wrote_before_it_knew_waits_and_is_applied_when_the_record_is_back(server: Server) {
    let (mut one, desk) = (server.tablet("worker_a"), server.hand("reviewer_here"));
    let (_, inner) = family(&mut one);
    let seen = rev(&one, inner);
    one.set(inner, &path("/answers/bathe"), "achieved".into()).expect("kept");
    let gone = act(&desk, "delete", "deletion-d1", inner, &seen).expect(200).json();
    one.sync().expect("synced");
    let gone = gone["rev"].as_str().expect("a rev").to_owned();
    act(&desk, "undelete", "deletion-u1", inner, &gone).expect(200);

    let waiting = desk.call("GET", "/v1/desk/quarantine").send().expect(200).json();
    let waiting = &waiting["edits"][0];
    assert_eq!(waiting["reason"], "deleted", "{waiting}");
    let address = format!(
        "/v1/desk/quarantine/{}/{}/apply",
        waiting["device"].as_str().expect("a device"),
        waiting["device_seq"]
    );
    let because = json!({"reason": "系误删。"});
    let applied =
        desk.call("POST", &address).header("Idempotency-Key", "deletion-a1").json(&because).send();
    applied.expect(200);
    one.sync().expect("synced");
    let document = one.view(inner).expect("held").document;
    assert_eq!(path("/answers/bathe").find(&document), Some(&"achieved".into()));
}

fn only_what_was_read_and_is_not_decided_is_deleted(server: Server) {
    let (mut one, desk) = (server.tablet("worker_a"), server.hand("reviewer_here"));
    let (home, inner) = family(&mut one);
    let seen = rev(&one, home);
    one.set(home, &path("/address"), "测试路1号".into()).expect("kept");
    one.sync().expect("synced");
    act(&desk, "delete", "deletion-d1", home, &seen).expect_problem(409, "state-conflict");
    act(&desk, "undelete", "deletion-u1", home, &rev(&one, home))
        .expect_problem(409, "state-conflict");
    let worker = server.hand("worker_a");
    act(&worker, "delete", "deletion-d2", inner, &rev(&one, inner))
        .expect_problem(403, "not-permitted");
    assert!(one.view(inner).is_some_and(|view| !view.deleted));
}

fn a_deletion_sent_again_deletes_once_and_needs_a_reason(server: Server) {
    let (mut one, desk) = (server.tablet("worker_a"), server.hand("reviewer_here"));
    let (_, inner) = family(&mut one);
    let seen = rev(&one, inner);
    let first = act(&desk, "delete", "deletion-d1", inner, &seen).expect(200).text().to_owned();
    assert_eq!(act(&desk, "delete", "deletion-d1", inner, &seen).expect(200).text(), first);
    let blank = json!({"rev": seen, "reason": " "});
    let address = format!("/v1/desk/records/{inner}/delete");
    let blank =
        desk.call("POST", &address).header("Idempotency-Key", "deletion-d3").json(&blank).send();
    blank.expect_problem(400, "invalid-request");
}
