//! What waits longest comes first, however much newer work there is.

use ruhu_tests::edits::{draft, new_household, put_under, record, six_answers};
use ruhu_tests::{Hand, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    after_any_number_of_newer_ones_the_assessment_that_waits_longest_comes_first,
    a_later_change_moves_nothing_to_the_end_and_a_new_submission_does,
    a_conflict_keeps_its_turn_whatever_else_is_written_in_the_record,
    since_when_something_waits_is_kept_by_a_rebuild,
}

const SUBMITTED: &str = "/v1/desk/assessments?status=submitted";

fn submission(n: u128) -> Value {
    let whole = json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
        "answers": six_answers()});
    put_under(record(1), record(n), "assessment", "0", whole)
}

fn names(rows: &[Value]) -> Vec<Value> {
    rows.iter().map(|row| row["record"].clone()).collect()
}

fn records(all: impl IntoIterator<Item = u128>) -> Vec<Value> {
    all.into_iter().map(|n| json!(record(n))).collect()
}

/// Worker a with household 1.
fn worker(server: &Server) -> Hand {
    let mut worker = server.hand("worker_a");
    worker.take(new_household(1));
    worker
}

fn after_any_number_of_newer_ones_the_assessment_that_waits_longest_comes_first(server: Server) {
    let mut worker = worker(&server);
    worker.take(submission(1_000));
    // Many at one moment: they are told apart by their names.
    for from in [10, 80, 150] {
        server.advance_seconds(60);
        worker.outcomes((from..from + 70).map(submission));
    }
    let desk = server.hand("reviewer_here");
    let all = records([1_000].into_iter().chain(10..220));
    for limit in [1, 70, 71, 200] {
        let read = desk.pages(SUBMITTED, "assessments", limit).concat();
        assert_eq!(names(&read), all, "by {limit}");
    }
    let first = desk.call("GET", SUBMITTED).send().expect(200).json();
    assert_eq!(first["assessments"].as_array().map(Vec::len), Some(100));
    assert_eq!(first["assessments"][0]["since_us"], first["assessments"][0]["changed_at_us"]);
    // What came between two pages neither hides a row nor shows one twice.
    let next = first["next"].as_str().expect("more");
    server.advance_seconds(60);
    worker.take(submission(5));
    let rest = desk.call("GET", &format!("{SUBMITTED}&limit=200&after={next}")).send().expect(200);
    let rest = rest.json()["assessments"].as_array().expect("a list").clone();
    assert_eq!(names(&rest)[..], [&all[100..], &records([5])].concat());
}

fn a_later_change_moves_nothing_to_the_end_and_a_new_submission_does(server: Server) {
    let mut worker = worker(&server);
    let change = |n: u128, rev: &str, patch: Value| {
        put_under(record(1), record(n), "assessment", rev, patch)
    };
    let mut first = String::new();
    for n in [9, 3, 5] {
        let rev = worker.take(change(n, "0", draft()));
        first = if n == 9 { rev } else { first };
        server.advance_seconds(60);
    }
    let desk = server.hand("reviewer_here");
    let drafts = || names(&desk.listed("/v1/desk/assessments?status=draft", "assessments"));
    assert_eq!(drafts(), records([9, 3, 5]));
    let rev = worker.take(change(9, &first, json!({"answers": six_answers()})));
    assert_eq!(drafts(), records([9, 3, 5]), "it has been a draft as long as before");
    worker.take(change(9, &rev, json!({"status": "submitted"})));
    assert_eq!(drafts(), records([3, 5]));
    let all = names(&desk.listed("/v1/desk/assessments", "assessments"));
    assert_eq!(all, records([3, 5, 9]), "it has waited for a reviewer since now");
}

/// Assessment `n` of household 1, in which two workers disagree on how somebody eats; its rev.
fn disagree(n: u128, one: &mut Hand, other: &mut Hand) -> String {
    let edit = |rev: &str, patch| put_under(record(1), record(n), "assessment", rev, patch);
    let rev = one.take(edit("0", draft()));
    one.take(edit(&rev, json!({"answers": {"eat": "achieved"}})));
    other.take(edit(&rev, json!({"answers": {"eat": "not_achieved"}})))
}

fn a_conflict_keeps_its_turn_whatever_else_is_written_in_the_record(server: Server) {
    let (mut one, mut other) = (worker(&server), server.hand("worker_a2"));
    let rev = disagree(9, &mut one, &mut other);
    server.advance_seconds(60);
    disagree(3, &mut one, &mut other);
    server.advance_seconds(60);
    let dress = json!({"answers": {"dress": "achieved"}});
    one.take(put_under(record(1), record(9), "assessment", &rev, dress));
    let desk = server.hand("reviewer_here");
    for limit in [1, 2] {
        let all = desk.pages("/v1/desk/conflicts", "records", limit).concat();
        assert_eq!(names(&all), records([9, 3]), "by {limit}");
    }
}

fn since_when_something_waits_is_kept_by_a_rebuild(server: Server) {
    let (mut one, mut other) = (worker(&server), server.hand("worker_a2"));
    disagree(9, &mut one, &mut other);
    one.take(submission(3));
    server.advance_seconds(60);
    let desk = server.hand("reviewer_here");
    let lists = || {
        let assessments = desk.listed("/v1/desk/assessments", "assessments");
        (assessments, desk.listed("/v1/desk/conflicts", "records"))
    };
    let before = lists();
    assert_eq!(before.0.len(), 2);
    assert!(before.0.iter().chain(&before.1).all(|row| row["since_us"].is_number()));
    ruhu_tests::tables::run(&server, "DELETE FROM assessment_row");
    assert_eq!(server.store().rebuild().expect("rebuilt").differences(), 2);
    assert_eq!(lists(), before);
}
