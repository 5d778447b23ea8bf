//! 2. Retries have one effect.

use ruhu_device::{DeviceError, Fault};
use ruhu_tests::edits::{
    document, grouped, household, new_draft, new_household, path, put, record, with,
};
use ruhu_tests::{Field, Hand, Reply, Server, on_both_databases, tables, verdict};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;

on_both_databases! {
    a_lost_response_and_a_duplicated_request_change_the_record_once,
    the_same_edits_cut_into_other_batches_are_answered_the_same,
    eight_threads_with_the_same_batch_at_once_all_get_one_answer,
    threads_with_overlapping_batches_at_once_take_each_edit_once,
    a_retry_may_write_its_json_in_another_way,
    another_content_under_a_known_number_is_a_fork_and_changes_nothing,
    a_retry_after_others_went_on_or_the_right_ended_gets_the_first_outcome,
    a_part_of_a_group_sent_again_is_answered_as_the_whole_was,
}

fn numbers(server: &Server) -> (u64, u64) {
    (tables::count(server, "journal"), tables::count(server, "record"))
}

fn outcomes(reply: &Reply) -> Vec<Value> {
    reply.json()["outcomes"].as_array().expect("outcomes").clone()
}

fn a_lost_response_and_a_duplicated_request_change_the_record_once(server: Server) {
    let mut tablet = server.tablet("worker_a");
    let home = tablet.create("household", None, document(&household("测甲"))).expect("kept");
    tablet.set(home, &path("/notes"), "一".into()).expect("kept");
    tablet.transport_mut().script([Fault::LoseResponse, Fault::LoseResponse, Fault::Duplicate]);
    tablet.push().expect("pushed in the end");
    assert_eq!(numbers(&server), (2, 1));

    tablet.settings_mut().attempts = 1;
    tablet.set(home, &path("/notes"), "二".into()).expect("kept");
    tablet.transport_mut().lose_next_response();
    assert!(matches!(tablet.push(), Err(DeviceError::Unreachable(_))));
    // The server has it, the tablet does not know; it goes on working and sends both.
    tablet.set(home, &path("/notes"), "三".into()).expect("kept");
    let report = tablet.sync().expect("synced");
    assert_eq!(report.push.outcomes.len(), 2);
    let view = tablet.view(home).expect("a view");
    assert_eq!(view.rev.expect("a rev").number, 4);
    assert_eq!(view.document["notes"], "三".into());
    assert_eq!(numbers(&server), (4, 1));
}

/// Edits of three households, one of which is refused.
fn batch(hand: &mut Hand) -> Vec<Value> {
    hand.number([
        new_household(1),
        put(record(1), "household", "0", json!({"notes": "一"})),
        put(record(9), "household", "4-00000000", json!({"notes": "无"})),
        new_household(2),
        put(record(2), "household", "0", json!({"head_name": 7})),
        put(record(1), "household", "0", json!({"notes": "二", "address": "前海"})),
    ])
}

fn the_same_edits_cut_into_other_batches_are_answered_the_same(server: Server) {
    let mut hand = server.hand("worker_a");
    let edits = batch(&mut hand);
    let mut first = outcomes(&hand.push(&edits[..2]).expect(200));
    first.extend(outcomes(&hand.push(&edits[1..5]).expect(200)).split_off(1));
    first.extend(outcomes(&hand.push(&edits[5..]).expect(200)));
    let chain = hand.push(&edits).expect(200).json()["chain"].clone();
    for (from, to) in [(0, 6), (0, 1), (2, 3), (3, 6), (1, 5), (5, 6), (0, 6)] {
        let again = hand.push(&edits[from..to]).expect(200);
        assert_eq!(outcomes(&again), first[from..to], "{from}..{to}");
        assert_eq!(again.json()["chain"], chain);
        assert_eq!(again.json()["expected_device_seq"], 7);
    }
    assert_eq!(numbers(&server), (6, 2));
    tables::follow_chain(&server, hand.device);
}

/// Sends each body from a thread of its own, all at one moment.
fn at_once(hand: &Hand, bodies: &[Vec<Value>]) -> Vec<Reply> {
    let begin = Barrier::new(bodies.len());
    thread::scope(|scope| {
        let sent: Vec<_> = bodies
            .iter()
            .map(|edits| {
                let begin = &begin;
                scope.spawn(move || {
                    begin.wait();
                    hand.push(edits)
                })
            })
            .collect();
        sent.into_iter().map(|thread| thread.join().expect("sent")).collect()
    })
}

fn eight_threads_with_the_same_batch_at_once_all_get_one_answer(server: Server) {
    let mut hand = server.hand("worker_a");
    let edits = batch(&mut hand);
    let replies = at_once(&hand, &vec![edits.clone(); 8]);
    for reply in replies {
        assert_eq!(reply.clone().expect(200).text(), hand.push(&edits).expect(200).text());
    }
    assert_eq!(numbers(&server), (6, 2));
    let (_, rows) = tables::stream(&server, Field::CASELOAD_A);
    let revs: Vec<_> = rows.iter().map(|row| row["rev"].as_str().expect("a rev")).collect();
    assert!(revs[0].starts_with("3-") && revs[1].starts_with("1-"), "{revs:?}");
    tables::follow_chain(&server, hand.device);
}

fn threads_with_overlapping_batches_at_once_take_each_edit_once(server: Server) {
    for round in 0..5 {
        let mut hand = server.hand("worker_a");
        let homes = (0..8).map(|n| new_household(100 * (round + 1) + n));
        let edits = hand.number(homes);
        let cuts = [(0, 4), (0, 8), (2, 8), (3, 5), (0, 1), (1, 7)];
        let bodies: Vec<_> = cuts.iter().map(|(from, to)| edits[*from..*to].to_vec()).collect();
        for reply in at_once(&hand, &bodies) {
            if reply.status != 200 {
                // It came before what precedes it.
                reply.expect_problem(409, "device-seq-gap");
            }
        }
        let whole = outcomes(&hand.push(&edits).expect(200));
        assert!(whole.iter().all(|outcome| verdict(outcome) == "applied"), "{whole:?}");
        assert_eq!(tables::follow_chain(&server, hand.device).len(), 8);
    }
    assert_eq!(numbers(&server), (40, 40));
}

fn a_retry_may_write_its_json_in_another_way(server: Server) {
    let mut hand = server.hand("worker_a");
    let edit = hand.number([new_household(1)]).remove(0);
    let first = hand.push(std::slice::from_ref(&edit)).expect(200);
    let members = edit.as_object().expect("an object");
    let backwards: Vec<_> = members.iter().rev().map(|(k, v)| format!("\"{k}\" :\n {v}")).collect();
    let body = format!(
        r#" {{"edits":[ {{{}}} ], "later": true, "protocol":1,"epoch":"{}"}}"#,
        backwards.join(" , ").replace("测甲", "\\u6d4b\\u7532"),
        hand.epoch
    );
    let again = hand.call("POST", "/v1/sync/push").body(body).send().expect(200);
    assert_eq!(again.text(), first.text());
}

fn another_content_under_a_known_number_is_a_fork_and_changes_nothing(server: Server) {
    let mut hand = server.hand("worker_a");
    let edits = hand.number([new_household(1), new_household(2), new_household(3)]);
    let first = outcomes(&hand.push(&edits[..2]).expect(200));
    let before = numbers(&server);
    let unknown_member = with(edits[1].clone(), "colour", json!("红"));
    let other_hour = with(edits[1].clone(), "made_at", json!("2026-11-23T09:31:00+08:00"));
    for other in [unknown_member, other_hour, new_household(4)] {
        let other = with(other, "device_seq", json!(2));
        let reply = hand.push(&[edits[0].clone(), other, edits[2].clone()]);
        let problem = reply.expect_problem(409, "device-forked").json();
        assert_eq!(problem["device_seq"], 2);
        assert_eq!(problem["outcomes"], json!([first[0]]));
        assert_eq!(problem["expected_device_seq"], 3);
        assert_eq!(numbers(&server), before);
    }
}

fn a_retry_after_others_went_on_or_the_right_ended_gets_the_first_outcome(server: Server) {
    let (mut one, mut other) = (server.hand("worker_a"), server.hand("worker_a2"));
    let edits = one.number([new_household(1)]);
    let first = one.push(&edits).expect(200).json();
    let base = first["outcomes"][0]["rev"].as_str().expect("a rev");
    other.take(put(record(1), "household", base, json!({"head_name": "测试乙"})));

    let again = one.push(&edits).expect(200).json();
    assert_eq!(again["outcomes"], first["outcomes"]);
    // The record comes as it is now.
    assert_eq!(again["records"][0]["document"]["head_name"], "测试乙");
    assert_eq!(again["chain"], first["chain"]);

    tables::end_membership(&server, Field::user("worker_a"));
    let ended = one.push(&edits).expect(200).json();
    assert_eq!(ended["outcomes"], first["outcomes"]);
    assert_eq!(ended["records"], json!([]));
}

fn a_part_of_a_group_sent_again_is_answered_as_the_whole_was(server: Server) {
    let mut hand = server.hand("worker_a");
    let group = grouped(1, [new_household(1), new_draft(2, 1), new_draft(3, 1)]);
    let edits = hand.number(group);
    let first = outcomes(&hand.push(&edits).expect(200));
    for (from, to) in [(0, 3), (1, 2), (0, 1), (2, 3)] {
        assert_eq!(outcomes(&hand.push(&edits[from..to]).expect(200)), first[from..to]);
    }
    assert_eq!(numbers(&server), (3, 3));
}
