//! A draft goes on to the next version of its form, and nothing that was answered is lost.

use super::{post, trial};
use ruhu_tests::edits::{new_household, put_under, record};
use ruhu_tests::{Hand, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_draft_goes_on_to_the_next_version_with_its_answers,
    what_a_colleague_answered_under_the_earlier_version_is_taken_and_named_at_submission,
    a_draft_goes_neither_back_nor_to_what_is_not_published_nor_to_another_form,
    what_is_handed_in_stays_with_its_version,
    a_question_keeps_its_shape_from_version_to_version,
}

fn question(id: &str, kind: Value) -> Value {
    json!({"id": id, "label_zh": "问题", "kind": kind})
}

fn choice(codes: &[&str]) -> Value {
    let options: Vec<_> =
        codes.iter().map(|code| json!({"code": code, "label_zh": "选项"})).collect();
    json!({"type": "choice", "options": options})
}

fn rows(field: Value) -> Value {
    json!({"type": "rows", "max_rows": 9, "questions": [field]})
}

/// The trial form with more questions than its own.
fn with_questions(version: u32, more: &[Value]) -> Value {
    let mut form = trial(version);
    let questions = form["sections"][0]["questions"].as_array_mut().expect("questions");
    questions.extend(more.iter().cloned());
    form
}

/// Version 1 asks for a home of two sorts, a note and pets; version 2 knows one sort, wants a short
/// note, and asks for no pets.
fn publish(server: &Server) -> Hand {
    let admin = server.hand("admin");
    let text = |max: u32| json!({"type": "text", "max_chars": max});
    let pets = question("pets", rows(question("name", text(9))));
    let first = [question("home", choice(&["rented", "lent"])), question("note", text(50)), pets];
    let second = [question("home", choice(&["rented"])), question("note", text(5))];
    post(&admin, "/v1/forms", "form-0001", &with_questions(1, &first)).expect(200);
    post(&admin, "/v1/forms", "form-0002", &with_questions(2, &second)).expect(200);
    admin
}

const ROW: &str = "0193aaaa-0000-7000-8000-000000000001";

fn change(base: &str, patch: Value) -> Value {
    put_under(record(1), record(2), "assessment", base, patch)
}

fn begun(server: &Server) -> (Hand, String) {
    let mut worker = server.hand("worker_a");
    worker.take(new_household(1));
    let answers = json!({"home": "lent", "note": "一二三四五六", "pets": {ROW: {"name": "猫"}}});
    let mut draft = change(
        "0",
        json!({"form": "trial", "form_version": 1, "status": "draft", "answers": answers}),
    );
    draft["new_rows"] = json!([format!("/answers/pets/{ROW}")]);
    let base = worker.take(draft);
    (worker, base)
}

fn document(hand: &Hand) -> Value {
    let held = hand.held();
    held.iter().find(|row| row["record"] == json!(record(2))).expect("held")["document"].clone()
}

fn a_draft_goes_on_to_the_next_version_with_its_answers(server: Server) {
    publish(&server);
    let (mut worker, base) = begun(&server);
    let before = document(&worker)["answers"].clone();
    let base = worker.take(change(&base, json!({"form_version": 2})));
    let now = document(&worker);
    assert_eq!((&now["form_version"], &now["answers"]), (&json!(2), &before));
    // What no longer fits stands in the way of handing in, by name; what is asked no more does not.
    let whole = json!({"status": "submitted", "answers": {"rent_fen": 1}});
    let outcome = worker.outcomes([change(&base, whole.clone())]).remove(0);
    assert_eq!(
        (&outcome["outcome"], &outcome["reason"]),
        (&json!("quarantined"), &json!("not_whole"))
    );
    let problems = json!([{"path": "/answers/home", "code": "unknown_option", "possible": ["rented"]},
        {"path": "/answers/note", "code": "too_long"}]);
    assert_eq!(outcome["problems"], problems);
    let mut put_right = whole;
    put_right["answers"] = json!({"rent_fen": 1, "home": "rented", "note": "短"});
    worker.take(change(&base, put_right));
    let handed_in = document(&worker);
    assert_eq!(handed_in["status"], "submitted");
    assert_eq!(handed_in["answers"]["pets"], before["pets"]);
    let seen = format!("/v1/desk/assessments/{}", record(2));
    let seen = server.hand("reviewer_here").call("GET", &seen).send().expect(200).json();
    // A desk shows no name whole.
    assert_eq!(seen["record"]["document"]["answers"]["pets"], json!({ROW: {"name": "*"}}));
    assert_eq!(seen["computed"]["rent_twice"], json!({"state": "value", "value": 2}));
}

fn what_a_colleague_answered_under_the_earlier_version_is_taken_and_named_at_submission(
    server: Server,
) {
    publish(&server);
    let (mut worker, base) = begun(&server);
    worker.take(change(&base, json!({"form_version": 2, "answers": {"home": "rented"}})));
    let mut colleague = server.hand("worker_a2");
    let other = ROW.replace('1', "2");
    let answers =
        json!({"note": "七八九十十一", "pets": {ROW: {"name": "狗"}, &other: {"name": "鸟"}}});
    let mut late = change(&base, json!({"answers": answers}));
    late["new_rows"] = json!([format!("/answers/pets/{other}")]);
    assert_eq!(colleague.verdict(late), "merged");
    let kept = document(&worker)["answers"].clone();
    assert_eq!(kept["note"], "七八九十十一");
    assert_eq!(kept["pets"], json!({ROW: {"name": "狗"}, &other: {"name": "鸟"}}));
    let wrong = change(&base, json!({"answers": {"home": "none_such"}}));
    assert_eq!(colleague.verdict(wrong), "rejected/invalid_value", "no version takes it");
}

fn a_draft_goes_neither_back_nor_to_what_is_not_published_nor_to_another_form(server: Server) {
    publish(&server);
    let (mut worker, base) = begun(&server);
    let to = |base: &str, version: u32| change(base, json!({"form_version": version}));
    assert_eq!(worker.verdict(to(&base, 3)), "rejected/invalid_value");
    let other = change(&base, json!({"form": "tekun_six", "form_version": 2}));
    assert_ne!(worker.verdict(other), "applied");
    let base = worker.take(to(&base, 2));
    assert_eq!(worker.verdict(to(&base, 1)), "quarantined/illegal_transition");
    assert_eq!(document(&worker)["form_version"], 2);
}

fn what_is_handed_in_stays_with_its_version(server: Server) {
    publish(&server);
    let (mut worker, base) = begun(&server);
    let answers = json!({"rent_fen": 1});
    let base = worker.take(change(&base, json!({"status": "submitted", "answers": answers})));
    assert_eq!(worker.verdict(change(&base, json!({"form_version": 2}))), "quarantined/in_review");
}

/// An answer that was a row could not be kept where one value stands.
fn a_question_keeps_its_shape_from_version_to_version(server: Server) {
    let admin = publish(&server);
    let third = [question("pets", json!({"type": "text", "max_chars": 9}))];
    let refused = post(&admin, "/v1/forms", "form-0003", &with_questions(3, &third));
    let told = refused.expect_problem(422, "form-refused").json();
    assert_eq!(
        (&told["fault"], &told["at"]),
        (&json!("shape_changed"), &json!("/sections/0/questions/1"))
    );
}
