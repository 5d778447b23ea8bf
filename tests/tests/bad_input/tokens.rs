//! Tokens that are none any more, or never were.

use crate::footing::Footing;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ruhu_tests::edits::new_household;
use ruhu_tests::{Hand, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_push_with_a_token_that_is_none_takes_nothing,
    a_push_with_an_expired_token_is_told_so_and_goes_through_with_a_new_one,
    a_revoked_device_takes_nothing_until_its_person_signs_in_again,
    a_device_reported_lost_hands_in_nothing,
    a_refresh_token_that_was_used_ends_the_sign_ins_and_touches_no_work,
}

/// A push of one new household with this token.
fn push(server: &Server, hand: &Hand, token: &str) -> ruhu_tests::Reply {
    let edits = hand.clone().number([new_household(2)]);
    let body = hand.body(&edits);
    server.call("POST", "/v1/sync/push").bearer(token).json(&body).send()
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn a_push_with_a_token_that_is_none_takes_nothing(server: Server) {
    let mut footing = Footing::on(&server);
    let token = footing.hand.token.clone();
    let [head, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts")
    };
    let elsewhere = Server::on(server.database());
    let of_another_key = Hand::new(&elsewhere, "worker_a", Some(footing.hand.device.0)).token;
    let none = part(&json!({"typ": "JWT", "alg": "none"}));
    let weak = part(&json!({"typ": "JWT", "alg": "HS256"}));
    for (token, what) in [
        (of_another_key, "a token of another key"),
        (format!("{none}.{claims}."), "alg none without a signature"),
        (format!("{none}.{claims}.{signature}"), "alg none with a signature"),
        (format!("{weak}.{claims}.{signature}"), "another algorithm"),
        (format!("{head}.{claims}."), "no signature"),
        (footing.hand.refresh_token.clone(), "a refresh token"),
        ("x".repeat(100), "no token"),
    ] {
        push(&server, &footing.hand, &token).expect_problem(401, "sign-in-required");
        footing.is_untouched(what);
    }
}

fn a_push_with_an_expired_token_is_told_so_and_goes_through_with_a_new_one(server: Server) {
    let mut footing = Footing::on(&server);
    server.advance_seconds(901);
    let token = footing.hand.token.clone();
    push(&server, &footing.hand, &token).expect_problem(401, "access-token-expired");
    let shown = json!({"refresh_token": footing.hand.refresh_token});
    let renewed = server.call("POST", "/v1/session/refresh").json(&shown).send().expect(200).json();
    footing.hand.token = renewed["access_token"].as_str().expect("a token").to_owned();
    footing.is_untouched("an expired token");
}

fn a_revoked_device_takes_nothing_until_its_person_signs_in_again(server: Server) {
    let mut footing = Footing::on(&server);
    let token = footing.hand.token.clone();
    footing.hand.call("DELETE", "/v1/session").send().expect(204);
    push(&server, &footing.hand, &token).expect_problem(401, "sign-in-required");
    let shown = json!({"refresh_token": footing.hand.refresh_token});
    let refused = server.call("POST", "/v1/session/refresh").json(&shown).send();
    assert_eq!(refused.status, 401, "{}", refused.text());
    server.advance_seconds(2);
    footing.hand = Hand::new(&server, "worker_a", Some(footing.hand.device.0));
    footing.is_untouched("a revoked device");
}

fn a_device_reported_lost_hands_in_nothing(server: Server) {
    let mut footing = Footing::on(&server);
    let lost = server.hand("worker_a");
    let path = format!("/v1/me/devices/{}/report-lost", lost.device);
    let told = footing.hand.call("POST", &path).header("Idempotency-Key", "lost-0001").send();
    assert!(told.status < 300, "{}", told.text());
    footing.look_again();
    push(&server, &lost, &lost.token).expect_problem(403, "device-lost");
    footing.is_untouched("a lost device");
}

fn a_refresh_token_that_was_used_ends_the_sign_ins_and_touches_no_work(server: Server) {
    let mut footing = Footing::on(&server);
    let refresh = |token: &str| {
        let shown = json!({"refresh_token": token});
        server.call("POST", "/v1/session/refresh").json(&shown).send()
    };
    let first = footing.hand.refresh_token.clone();
    let next =
        refresh(&first).expect(200).json()["refresh_token"].as_str().expect("one").to_owned();
    // Its successor is used, so that the first is done with; then the first comes back.
    refresh(&next).expect(200);
    let stolen = refresh(&first);
    assert_eq!(stolen.status, 401, "{}", stolen.text());
    assert_eq!(stolen.problem(), "refresh-token-refused");
    let token = footing.hand.token.clone();
    push(&server, &footing.hand, &token).expect_problem(401, "sign-in-required");
    server.advance_seconds(2);
    footing.hand = Hand::new(&server, "worker_a", Some(footing.hand.device.0));
    footing.is_untouched("a reused refresh token");
}
