//! Whoever is switched off, or has no right left, hands in what was written before, so much of it, and
//! does nothing else.

use crate::desk::Desk;
use ruhu_api::limits::PersonLimits;
use ruhu_tests::edits::new_household;
use ruhu_tests::{Field, Hand, PASSWORD, Reply, Server, on_both_databases};
use serde_json::{Value, json};
use uuid::Uuid;

on_both_databases! {
    a_switched_off_person_gets_no_new_device_no_pin_and_no_forms_and_hands_in_late_work,
    whoever_has_no_right_left_is_like_one_who_is_switched_off,
    late_work_is_taken_up_to_a_bound_and_again_when_there_is_a_right,
    late_work_is_bounded_by_its_bytes_too,
    at_one_device_more_than_may_be_the_one_used_longest_ago_is_signed_out,
}

fn switch(server: &Server, login: &str, active: bool) {
    let path = format!("accounts/{}/use", Field::user(login));
    Desk::new(server, "admin").arrange(&path, &json!({"active": active, "reason": "离职"}));
}

fn sign_in(server: &Server, login: &str, device: Value) -> Reply {
    let body = json!({"login": login, "password": PASSWORD, "device": device});
    server.call("POST", "/v1/session").json(&body).send()
}

/// All that a right is needed for is refused; late work is taken.
fn check_is_closed(server: &Server, hand: &mut Hand) {
    for path in ["/v1/forms", "/v1/forms/means/1", "/v1/forms/means/1/schema", "/v1/tables"] {
        hand.call("GET", path).send().expect_problem(403, "closed");
    }
    let pin = json!({"password": PASSWORD, "pin": "905142"});
    hand.call("PUT", "/v1/me/pin").json(&pin).send().expect_problem(403, "closed");
    hand.call("GET", "/v1/sync/events").send().expect_problem(403, "closed");
    let strange = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0077_0001);
    sign_in(server, "worker_a", json!({"name": "新"})).expect_problem(403, "closed");
    let named = json!({"id": strange, "name": "新"});
    sign_in(server, "worker_a", named).expect_problem(403, "closed");
    let anothers = json!({"name": "新", "continues": {"device": strange, "through": 1}});
    sign_in(server, "worker_a", anothers).expect_problem(403, "closed");
    // The tablet that is there signs in and hands in what it has.
    sign_in(server, "worker_a", json!({"id": hand.device, "name": "平板"})).expect(200);
    assert_eq!(hand.verdict(new_household(1)), "quarantined/right_ended");
}

fn a_switched_off_person_gets_no_new_device_no_pin_and_no_forms_and_hands_in_late_work(
    server: Server,
) {
    let mut hand = server.hand("worker_a");
    hand.call("GET", "/v1/forms").send().expect(200);
    switch(&server, "worker_a", false);
    check_is_closed(&server, &mut hand);
    switch(&server, "worker_a", true);
    hand.call("GET", "/v1/forms").send().expect(200);
    sign_in(&server, "worker_a", json!({"name": "新"})).expect(200);
}

fn whoever_has_no_right_left_is_like_one_who_is_switched_off(server: Server) {
    let mut hand = server.hand("worker_a");
    let end = json!({"reason": "提前终止"});
    let contract = format!("contracts/{}/end", Field::CONTRACT);
    Desk::new(&server, "admin").arrange(&contract, &end);
    check_is_closed(&server, &mut hand);
}

fn late_work_is_taken_up_to_a_bound_and_again_when_there_is_a_right(mut server: Server) {
    server.start_again_bounding(PersonLimits { devices: 0, late_edits: 2, late_bytes: 0 });
    let mut hand = server.hand("worker_a");
    switch(&server, "worker_a", false);
    assert_eq!(hand.verdict(new_household(1)), "quarantined/right_ended");
    let two = hand.number([new_household(2), new_household(3)]);
    hand.push(&two).expect_problem(403, "late-work-full");
    // One more still has room; what was taken is answered as before, and the next is refused whole.
    hand.push(&two[..1]).expect(200);
    hand.push(&two[..1]).expect(200);
    let refused = hand.push(&two[1..]).expect_problem(403, "late-work-full");
    assert!(refused.text().contains("管理员"), "it says whom to ask");
    switch(&server, "worker_a", true);
    hand.push(&two[1..]).expect(200);
}

fn late_work_is_bounded_by_its_bytes_too(mut server: Server) {
    let mut hand = server.hand("worker_a");
    let first = hand.number([new_household(1)]);
    let (second, third) = (hand.number([new_household(2)]), hand.number([new_household(3)]));
    let bytes = |edits: &[Value]| hand.body(edits).to_string().len() as u64;
    // Room for two requests to the last byte.
    let late_bytes = bytes(&first) + bytes(&second);
    server.start_again_bounding(PersonLimits { devices: 0, late_edits: 0, late_bytes });
    let hand = hand.at(&server);
    switch(&server, "worker_a", false);
    hand.push(&first).expect(200);
    let exact = hand.push(&second).expect(200).json();
    assert_eq!(ruhu_tests::verdict(&exact["outcomes"][0]), "quarantined/right_ended");
    hand.push(&third).expect_problem(403, "late-work-full");
    // What was taken is answered as before and counts no more than once.
    hand.push(&second).expect(200);
    switch(&server, "worker_a", true);
    hand.push(&third).expect(200);
}

fn at_one_device_more_than_may_be_the_one_used_longest_ago_is_signed_out(mut server: Server) {
    server.start_again_bounding(PersonLimits { devices: 2, late_edits: 0, late_bytes: 0 });
    server.set_clock("2026-11-23 12:00:00");
    let first = server.hand("worker_a");
    server.set_clock("2026-11-23 12:00:05");
    let mut second = server.hand("worker_a");
    server.set_clock("2026-11-23 12:00:10");
    let third = server.hand("worker_a");
    first.call("GET", "/v1/me").send().expect_problem(401, "sign-in-required");
    assert_eq!(second.verdict(new_household(1)), "applied");
    third.call("GET", "/v1/me").send().expect(200);
    // It is the person's as before, and takes the place of the second.
    server.set_clock("2026-11-23 12:00:15");
    sign_in(&server, "worker_a", json!({"id": first.device, "name": "平板"})).expect(200);
    second.call("GET", "/v1/me").send().expect_problem(401, "sign-in-required");
    third.call("GET", "/v1/me").send().expect(200);
    // Nobody else's.
    server.hand("worker_b").call("GET", "/v1/me").send().expect(200);
}
