//! `/v1/session`.

use ruhu_tests::{Hand, PASSWORD, Reply, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_wrong_password_and_a_login_that_nobody_has_are_answered_alike,
    after_ten_failures_a_login_has_to_wait_whether_it_exists_or_not,
    a_device_is_one_persons,
    a_person_who_signs_in_again_finds_the_device_where_it_stood,
    a_refresh_token_gives_new_access_tokens_until_it_expires,
    signing_out_ends_every_token_of_the_device,
    a_new_sign_in_brings_no_token_back_that_a_sign_out_ended,
    signing_out_at_one_device_leaves_the_others_signed_in,
    an_earlier_installation_is_continued_by_its_own_person_only,
}

fn sign_in(server: &Server, login: &str, password: &str, device: Value) -> Reply {
    let body = json!({"login": login, "password": password, "device": device});
    server.call("POST", "/v1/session").json(&body).send()
}

fn refresh(server: &Server, token: &str) -> Reply {
    server.call("POST", "/v1/session/refresh").json(&json!({"refresh_token": token})).send()
}

/// A problem without the name of its request.
fn words(reply: &Reply) -> Value {
    let mut document = reply.json();
    document.as_object_mut().expect("an object").remove("request_id");
    document
}

fn a_wrong_password_and_a_login_that_nobody_has_are_answered_alike(server: Server) {
    let device = || json!({"name": "平板"});
    let wrong = sign_in(&server, "worker_a", "不是这个密码不是这个", device());
    let wrong = wrong.expect_problem(401, "wrong-credentials");
    for (login, password) in [
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("WORKER_A", PASSWORD),
        ("worker_a\0", PASSWORD),
        ("worker_a", ""),
        ("worker_a' OR '1'='1", "x"),
    ] {
        let refused = sign_in(&server, login, password, device());
        assert_eq!((refused.status, words(&refused)), (wrong.status, words(&wrong)), "{login:?}");
    }
    assert!(wrong.header("www-authenticate").starts_with("Bearer"));
}

fn after_ten_failures_a_login_has_to_wait_whether_it_exists_or_not(server: Server) {
    for login in ["worker_a", "nobody"] {
        for _ in 0..10 {
            let refused = sign_in(&server, login, "不是这个密码不是这个", json!({"name": "平板"}));
            refused.expect_problem(401, "wrong-credentials");
        }
        // Even with the right password.
        let waits = sign_in(&server, login, PASSWORD, json!({"name": "平板"}));
        let waits = waits.expect_problem(429, "too-many-attempts");
        assert_eq!(waits.header("retry-after"), "300", "{login}");
    }
    sign_in(&server, "worker_a2", PASSWORD, json!({"name": "平板"})).expect(200);
    server.advance_seconds(300);
    sign_in(&server, "worker_a", PASSWORD, json!({"name": "平板"})).expect(200);
}

fn a_device_is_one_persons(server: Server) {
    let hand = server.hand("worker_a");
    let same = json!({"id": hand.device, "name": "平板"});
    let refused = sign_in(&server, "worker_a2", PASSWORD, same.clone());
    refused.expect_problem(403, "device-of-another");
    sign_in(&server, "worker_a", PASSWORD, same).expect(200);
    let empty = json!({"name": "  "});
    sign_in(&server, "worker_a", PASSWORD, empty).expect_problem(400, "invalid-request");
    let long = json!({"name": "平".repeat(61)});
    sign_in(&server, "worker_a", PASSWORD, long).expect_problem(400, "invalid-request");
}

fn a_person_who_signs_in_again_finds_the_device_where_it_stood(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(ruhu_tests::edits::new_household(1));
    let again = Hand::new(&server, "worker_a", Some(hand.device.0));
    assert_eq!((again.device, again.epoch), (hand.device, hand.epoch));
    let handshake = again.call("GET", "/v1/sync").send().expect(200).json();
    assert_eq!(handshake["expected_device_seq"], 2);
}

fn a_refresh_token_gives_new_access_tokens_until_it_expires(server: Server) {
    let hand = server.hand("worker_a");
    server.advance_seconds(15 * 60);
    hand.call("GET", "/v1/me").send().expect_problem(401, "access-token-expired");
    let renewed = refresh(&server, &hand.refresh_token).expect(200).json();
    assert_eq!(renewed["expires_in_seconds"], 900);
    let token = renewed["access_token"].as_str().expect("a token");
    server.call("GET", "/v1/me").bearer(token).send().expect(200);
    for other in ["", "x", &hand.token, &hand.refresh_token[1..]] {
        refresh(&server, other).expect_problem(401, "refresh-token-refused");
    }
    server.advance_seconds(90 * 86_400);
    refresh(&server, &hand.refresh_token).expect_problem(401, "refresh-token-refused");
}

#[track_caller]
fn is_out(server: &Server, hand: &Hand) {
    hand.call("GET", "/v1/me").send().expect_problem(401, "sign-in-required");
    refresh(server, &hand.refresh_token).expect_problem(401, "refresh-token-refused");
}

fn signing_out_ends_every_token_of_the_device(server: Server) {
    let hand = server.hand("worker_a");
    server.advance_seconds(5);
    let other = Hand::new(&server, "worker_a", Some(hand.device.0));
    other.call("DELETE", "/v1/session").send().expect(204);
    is_out(&server, &hand);
    is_out(&server, &other);
}

fn a_new_sign_in_brings_no_token_back_that_a_sign_out_ended(server: Server) {
    let hand = server.hand("worker_a");
    server.advance_seconds(5);
    hand.call("DELETE", "/v1/session").send().expect(204);
    server.advance_seconds(5);
    let again = Hand::new(&server, "worker_a", Some(hand.device.0));
    again.call("GET", "/v1/me").send().expect(200);
    is_out(&server, &hand);
}

fn signing_out_at_one_device_leaves_the_others_signed_in(server: Server) {
    let (one, other) = (server.hand("worker_a"), server.hand("worker_a"));
    one.call("DELETE", "/v1/session").send().expect(204);
    other.call("GET", "/v1/me").send().expect(200);
    refresh(&server, &other.refresh_token).expect(200);
    server.call("DELETE", "/v1/session").send().expect_problem(401, "sign-in-required");
}

fn an_earlier_installation_is_continued_by_its_own_person_only(server: Server) {
    let hand = server.hand("worker_a");
    let continues = json!({"name": "新平板", "continues": {"device": hand.device, "through": 0}});
    sign_in(&server, "worker_a2", PASSWORD, continues.clone())
        .expect_problem(400, "invalid-request");
    let session = sign_in(&server, "worker_a", PASSWORD, continues).expect(200).json();
    assert_eq!(session["expected_device_seq"], 1);
    assert_ne!(session["device"], json!(hand.device));
}
