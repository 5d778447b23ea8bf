//! What a record names is there, alive, and of the same household, for as long as it stands on it.

use crate::home::{HOME, at_home, of, person};
use ruhu_tests::edits::{delete_under, grouped, put, record, six_answers, with};
use ruhu_tests::{Hand, Server, on_both_databases, verdict};
use serde_json::{Value, json};

on_both_databases! {
    a_group_may_name_what_comes_later_in_it,
    a_group_does_not_delete_what_it_names,
    what_comes_back_names_somebody_who_is_there,
    nobody_is_deleted_whom_something_handed_in_is_about,
    a_community_beside_those_that_are_known_is_none,
    a_photo_that_was_pushed_before_is_found_by_the_answer_that_names_it,
    a_photo_is_about_something_that_is_there,
}

fn submitted(about: u128) -> Value {
    json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
        "answers": six_answers(), "person": record(about)})
}

fn running(person: u128) -> Value {
    let present = json!({"r1": {"person": record(person), "role": "member"}});
    json!({"planned_on": "2026-11-23", "status": "in_progress", "present": present})
}

fn verdicts(hand: &mut Hand, edits: Vec<Value>) -> Vec<String> {
    hand.outcomes(edits).iter().map(verdict).collect()
}

fn a_group_may_name_what_comes_later_in_it(server: Server) {
    let (mut worker, _) = at_home(&server);
    let edits = || [of(3, "assessment", "0", submitted(2)), of(2, "person", "0", person())];
    // Judged each by itself, the first stands on nobody.
    let alone = verdicts(&mut worker, vec![of(4, "assessment", "0", submitted(2))]);
    assert_eq!(alone, ["quarantined/not_whole"]);
    assert_eq!(verdicts(&mut worker, grouped(1, edits())), ["applied", "applied"]);
}

fn a_group_does_not_delete_what_it_names(server: Server) {
    let (mut worker, _) = at_home(&server);
    let rev = worker.take(of(2, "person", "0", person()));
    let draft = json!({"form": "tekun_six", "form_version": 1, "status": "draft"});
    let inner = worker.take(of(3, "assessment", "0", draft));
    let gone = delete_under(record(HOME), record(2), "person", &rev);
    let handed_in = of(3, "assessment", &inner, submitted(2));
    let together = grouped(1, [gone, handed_in]);
    let said = verdicts(&mut worker, together);
    assert_eq!(said, ["quarantined/group_member", "quarantined/not_whole"]);
    let held = worker.held();
    let is_live = |n: u128| {
        held.iter().any(|row| row["record"] == json!(record(n)) && row["deleted"] != json!(true))
    };
    assert!(is_live(2) && is_live(3), "nothing of the group is taken");
}

fn what_comes_back_names_somebody_who_is_there(server: Server) {
    let (mut worker, _) = at_home(&server);
    let person_rev = worker.take(of(2, "person", "0", person()));
    let visit = with(of(3, "visit", "0", running(2)), "new_rows", json!(["/present/r1"]));
    let visit_rev = worker.take(visit);
    let reviewer = server.hand("reviewer_here");
    let ask = |n: u128, act: &str, rev: &str| {
        let address = format!("/v1/desk/records/{}/{act}", record(n));
        let body = json!({"rev": rev, "reason": "误登记。"});
        let key = format!("references-{n}-{act}-{rev}");
        reviewer.call("POST", &address).header("Idempotency-Key", &key).json(&body).send()
    };
    let rev_of = |reply: ruhu_tests::Reply| {
        reply.expect(200).json()["rev"].as_str().expect("a rev").to_owned()
    };
    let visit_rev = rev_of(ask(3, "delete", &visit_rev));
    let person_rev = rev_of(ask(2, "delete", &person_rev));
    let refused = ask(3, "undelete", &visit_rev).expect_problem(409, "record-refused").json();
    assert_eq!(refused["reason"], "not_whole");
    let missing = json!([{"path": "/present/r1/person", "code": "no_such_record"}]);
    assert_eq!(refused["problems"], missing);
    rev_of(ask(2, "undelete", &person_rev));
    rev_of(ask(3, "undelete", &visit_rev));
}

fn nobody_is_deleted_whom_something_handed_in_is_about(server: Server) {
    let (mut worker, _) = at_home(&server);
    let rev = worker.take(of(2, "person", "0", person()));
    worker.take(of(3, "assessment", "0", submitted(2)));
    let reviewer = server.hand("reviewer_here");
    let address = format!("/v1/desk/records/{}/delete", record(2));
    let body = json!({"rev": rev, "reason": "误登记。"});
    let call = reviewer.call("POST", &address).header("Idempotency-Key", "references-1");
    let refused = call.json(&body).send().expect_problem(409, "record-refused").json();
    assert_eq!(refused["reason"], "still_needed");
}

fn a_community_beside_those_that_are_known_is_none(server: Server) {
    let (mut worker, rev) = at_home(&server);
    let mut refused = |edit: Value| {
        let outcome = worker.outcomes([edit]).remove(0);
        (verdict(&outcome), outcome["problems"].clone())
    };
    let unknown = |path: &str| {
        let problems = json!([{"path": path, "code": "area_unknown"}]);
        ("rejected/invalid_value".to_owned(), problems)
    };
    // Every street of the district is known, and 999 is none of them.
    let nowhere = json!({"community_code": "110102999001"});
    let moved = put(record(HOME), "household", &rev, nowhere);
    assert_eq!(refused(moved), unknown("/community_code"));
    let mut lives = person();
    lives["live_code12"] = json!("110102999001");
    assert_eq!(refused(of(2, "person", "0", lives.clone())), unknown("/live_code12"));
    // Of another province nothing is known, so that its codes are taken.
    lives["live_code12"] = json!("440305001001");
    assert_eq!(refused(of(2, "person", "0", lives)).0, "applied");
}

/// A form that asks for a photo, and a draft of it, record 3, about nobody in particular.
fn photo_asked(server: &Server) -> (Hand, String) {
    let form = json!({"id": "plate", "version": 1, "label_zh": "门牌表",
        "source": {"law": "测试办法", "document": "测试〔2026〕1号", "article": "第1条"},
        "valid_from": null, "valid_to": null, "computed": [],
        "sections": [{"id": "only", "label_zh": "唯一部分", "questions": [
            {"id": "plate", "label_zh": "门牌", "required": true, "kind": {"type": "photo"}}]}]});
    let admin = server.hand("admin");
    let publish = admin.call("POST", "/v1/forms").header("Idempotency-Key", "references-form");
    publish.json(&form).send().expect(200);
    let (mut worker, _) = at_home(server);
    let draft = json!({"form": "plate", "form_version": 1, "status": "draft"});
    let rev = worker.take(of(3, "assessment", "0", draft));
    (worker, rev)
}

fn photo(n: u128, about: u128) -> Value {
    let document = json!({"category": "door_plate", "sha256": "a0".repeat(32), "size_bytes": 9,
        "media_type": "image/jpeg", "about": record(about)});
    of(n, "attachment", "0", document)
}

fn handed_in(rev: &str, photo: u128) -> Value {
    let patch = json!({"status": "submitted", "answers": {"plate": record(photo)}});
    of(3, "assessment", rev, patch)
}

fn a_photo_that_was_pushed_before_is_found_by_the_answer_that_names_it(server: Server) {
    let (mut worker, rev) = photo_asked(&server);
    // Neither the push nor the stored draft names the photo: only the merged answers do.
    worker.take(photo(5, 3));
    let nothing = verdicts(&mut worker, vec![handed_in(&rev, 6)]);
    assert_eq!(nothing, ["quarantined/not_whole"]);
    worker.take(handed_in(&rev, 5));
}

fn a_photo_is_about_something_that_is_there(server: Server) {
    let (mut worker, rev) = photo_asked(&server);
    worker.take(of(2, "person", "0", person()));
    // About nobody, and in the same push about somebody whom an earlier push has brought.
    let about_nobody = grouped(1, [photo(5, 9), handed_in(&rev, 5)]);
    let said = verdicts(&mut worker, about_nobody);
    assert_eq!(said, ["quarantined/group_member", "quarantined/not_whole"]);
    let said = verdicts(&mut worker, vec![photo(6, 2), handed_in(&rev, 6)]);
    assert_eq!(said, ["applied", "applied"]);
}
