//! Every list of the desk, page by page to its last row.

use ruhu_tests::edits::{new_draft, new_household, put_under, record};
use ruhu_tests::{Field, Hand, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    households_caseloads_and_deleted_records_are_read_to_the_last,
    what_waits_in_quarantine_at_one_moment_is_neither_skipped_nor_doubled,
    a_cursor_that_is_none_of_the_lists_is_refused_in_words,
}

/// Reads a list by every size of page and holds it against the whole; gives it.
#[track_caller]
fn by_any_page(desk: &Hand, path: &str, rows: &str) -> Vec<Value> {
    let all = desk.listed(path, rows);
    for limit in 1..=all.len().max(2) {
        assert_eq!(desk.pages(path, rows, limit).concat(), all, "{path} by {limit}");
    }
    all
}

fn households_caseloads_and_deleted_records_are_read_to_the_last(server: Server) {
    let mut worker = server.hand("worker_a");
    let revs: Vec<_> = (1..6).map(|n| worker.take(new_household(n))).collect();
    let desk = server.hand("reviewer_here");
    let path = format!("/v1/desk/caseloads/{}/households", Field::CASELOAD_A);
    assert_eq!(by_any_page(&desk, &path, "households").len(), 5);
    assert_eq!(by_any_page(&desk, "/v1/desk/caseloads", "caseloads").len(), 2);
    // Three at one moment, and two later.
    for (n, rev) in revs.iter().enumerate() {
        if n == 3 {
            server.advance_seconds(60);
        }
        let path = format!("/v1/desk/records/{}/delete", record(n as u128 + 1));
        let call = desk.call("POST", &path).header("Idempotency-Key", &format!("delete-{n:04}"));
        call.json(&json!({"rev": rev, "reason": "重复登记。"})).send().expect(200);
    }
    let deleted = by_any_page(&desk, "/v1/desk/deleted", "records");
    let names: Vec<_> = deleted.iter().map(|row| row["record"].clone()).collect();
    let wanted = [4, 5, 1, 2, 3].map(|n| json!(record(n)));
    assert_eq!(names, wanted, "the last deleted first, those of one moment by their names");
}

fn what_waits_in_quarantine_at_one_moment_is_neither_skipped_nor_doubled(server: Server) {
    let mut hands = [server.hand("worker_b"), server.hand("worker_b"), server.hand("worker_b")];
    let mut worker = server.hand("worker_a");
    worker.take(new_household(1));
    worker.take(new_draft(2, 1));
    for hand in &mut hands {
        ruhu_tests::tables::end_membership(&server, Field::user("worker_b"));
        let late = |n: u128| {
            put_under(record(1), record(2), "assessment", "0", json!({"note": format!("第{n}次")}))
        };
        hand.outcomes((0..3).map(late));
    }
    let desk = server.hand("reviewer_here");
    let all = by_any_page(&desk, "/v1/desk/quarantine", "edits");
    assert_eq!(all.len(), 9);
    assert_eq!(all[0]["received_at_us"], all[8]["received_at_us"]);
}

fn a_cursor_that_is_none_of_the_lists_is_refused_in_words(server: Server) {
    let mut worker = server.hand("worker_a");
    let homes: Vec<_> = (1..4).map(new_household).collect();
    worker.outcomes(homes);
    let desk = server.hand("reviewer_here");
    let households = format!("/v1/desk/caseloads/{}/households", Field::CASELOAD_A);
    let page = desk.call("GET", &format!("{households}?limit=1")).send().expect(200).json();
    let of_another = page["next"].as_str().expect("more");
    for list in ["assessments", "finds", "conflicts", "quarantine", "deleted", "caseloads"] {
        for cursor in ["", "x", "%E5%85%A5", "1795406400000000", of_another] {
            let path = format!("/v1/desk/{list}?after={cursor}");
            let refused = desk.call("GET", &path).send().expect_problem(400, "invalid-request");
            let told = refused.json()["detail"].as_str().expect("words").to_owned();
            assert!(told.contains("next"), "{list} {cursor}: {told}");
        }
        for limit in ["0", "201", "-1", "x"] {
            let path = format!("/v1/desk/{list}?limit={limit}");
            desk.call("GET", &path).send().expect_problem(400, "invalid-request");
        }
    }
}
