//! Two who want the same at the same moment.

use ruhu_tests::edits::{household, new_draft, new_household, put, put_under, record, six_answers};
use ruhu_tests::{Field, Hand, PASSWORD, Server, on_both_databases, tables, verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

on_both_databases! {
    two_devices_that_make_one_record_at_once_lose_neither_s_word,
    two_teams_that_make_one_record_at_once_share_nothing,
    two_workers_who_hand_in_one_assessment_at_once_are_one_taken_and_one_quarantined,
    sixteen_devices_that_change_one_field_at_once_leave_fifteen_conflicts,
    batches_over_the_same_households_in_opposite_orders_are_all_answered,
    a_new_device_that_signs_in_many_times_at_once_is_enrolled_once,
}

/// Sends each device's edits at one moment; gives the outcomes of each.
fn at_once(sent: Vec<(Hand, Vec<Value>)>) -> Vec<Vec<Value>> {
    let begin = Barrier::new(sent.len());
    thread::scope(|scope| {
        let threads: Vec<_> = sent
            .into_iter()
            .map(|(mut hand, edits)| {
                let begin = &begin;
                scope.spawn(move || {
                    begin.wait();
                    hand.outcomes(edits)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("answered")).collect()
    })
}

fn words(outcomes: &[Vec<Value>]) -> Vec<String> {
    let mut words: Vec<_> = outcomes.iter().flatten().map(verdict).collect();
    words.sort();
    words
}

fn stored(server: &Server, n: u128) -> Value {
    let (_, rows) = tables::stream(server, Field::CASELOAD_A);
    rows.into_iter().find(|row| row["record"] == json!(record(n))).expect("a record")
}

fn two_devices_that_make_one_record_at_once_lose_neither_s_word(server: Server) {
    for n in 1..8 {
        let make = |login: &str, name: &str| {
            (server.hand(login), vec![put(record(n), "household", "0", household(name))])
        };
        let told = at_once(vec![make("worker_a", "测甲"), make("worker_a2", "汪芳")]);
        assert_eq!(words(&told), ["applied", "conflict"]);
        let made = stored(&server, n);
        let both = [&made["document"]["head_name"], &made["conflicts"][0]["value"]];
        let both: BTreeSet<_> = both.iter().map(|value| value.as_str().expect("a name")).collect();
        assert_eq!(both, BTreeSet::from(["汪芳", "测甲"]));
    }
    let (head, rows) = tables::stream(&server, Field::CASELOAD_A);
    let head = head.expect("a stream");
    assert_eq!(tables::recount(&rows), (head.count, head.digest));
}

fn two_teams_that_make_one_record_at_once_share_nothing(server: Server) {
    for n in 1..8 {
        let make = |login: &str| (server.hand(login), vec![new_household(n)]);
        let told = at_once(vec![make("worker_a"), make("worker_b")]);
        assert_eq!(words(&told), ["applied", "quarantined/not_available"]);
    }
    let of = |stream| tables::stream(&server, stream).1.len();
    assert_eq!(of(Field::CASELOAD_A) + of(Field::CASELOAD_B), 7);
}

fn two_workers_who_hand_in_one_assessment_at_once_are_one_taken_and_one_quarantined(
    server: Server,
) {
    let mut first = server.hand("worker_a");
    first.take(new_household(1));
    for n in 10..16 {
        first.take(new_draft(n, 1));
        let answers = json!({"answers": six_answers()});
        let base = first.take(put_under(record(1), record(n), "assessment", "0", answers));
        let submit = |login: &str| {
            let patch = json!({"status": "submitted"});
            let edit = put_under(record(1), record(n), "assessment", &base, patch);
            (server.hand(login), vec![edit])
        };
        let told = at_once(vec![submit("worker_a"), submit("worker_a2")]);
        assert_eq!(words(&told), ["applied", "quarantined/in_review"]);
        let assessment = stored(&server, n);
        assert_eq!(assessment["document"]["status"], "submitted");
        assert_eq!(assessment["conflicts"], json!([]));
    }
}

fn sixteen_devices_that_change_one_field_at_once_leave_fifteen_conflicts(server: Server) {
    let mut first = server.hand("worker_a");
    let base = first.take(new_household(1));
    let change = |n: usize| {
        let login = if n.is_multiple_of(2) { "worker_a" } else { "worker_a2" };
        let edit = put(record(1), "household", &base, json!({"notes": format!("第{n}份")}));
        (server.hand(login), vec![edit])
    };
    let told = at_once((0..16).map(change).collect());
    let words = words(&told);
    assert_eq!(words.iter().filter(|word| *word == "applied").count(), 1, "{words:?}");
    assert_eq!(words.iter().filter(|word| *word == "conflict").count(), 15, "{words:?}");
    let after = stored(&server, 1);
    let beside = after["conflicts"].as_array().expect("conflicts");
    let said: BTreeSet<_> = beside
        .iter()
        .map(|open| &open["value"])
        .chain([&after["document"]["notes"]])
        .map(|value| value.as_str().expect("a note"))
        .collect();
    assert_eq!(said.len(), 16, "every word is there");
    assert!(after["rev"].as_str().expect("a rev").starts_with("17-"));
}

fn batches_over_the_same_households_in_opposite_orders_are_all_answered(server: Server) {
    let mut first = server.hand("worker_a");
    first.outcomes((0..6).map(new_household));
    let batch = |n: usize| {
        let mut homes: Vec<u128> = (0..6).collect();
        homes.rotate_left(n % 6);
        if n % 2 == 1 {
            homes.reverse();
        }
        let phone = |home| put(record(home), "household", "0", json!({"phone": n.to_string()}));
        let login = if n.is_multiple_of(2) { "worker_a" } else { "worker_a2" };
        (server.hand(login), homes.into_iter().map(phone).collect::<Vec<_>>())
    };
    let told = at_once((0..8).map(batch).collect());
    assert!(told.iter().flatten().all(|outcome| outcome["rev"].is_string()), "{told:?}");
    for n in 0..6 {
        assert!(stored(&server, n)["rev"].as_str().expect("a rev").starts_with("9-"));
    }
}

fn a_new_device_that_signs_in_many_times_at_once_is_enrolled_once(server: Server) {
    let device = json!({"id": record(0xDE), "name": "平板"});
    let body = json!({"login": "worker_a", "password": PASSWORD, "device": device});
    let begin = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                begin.wait();
                let session = server.call("POST", "/v1/session").json(&body).send().expect(200);
                assert_eq!(session.json()["device"], json!(record(0xDE)));
            });
        }
    });
    assert_eq!(tables::count(&server, "device"), 1);
}
