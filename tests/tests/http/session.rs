//! `/v1/session`.

use ruhu_device::{Counted, DeviceError, Fault, TestDevice};
use ruhu_tests::{Hand, PASSWORD, Reply, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_wrong_password_and_a_login_that_nobody_has_are_answered_alike,
    after_ten_failures_a_login_has_to_wait_whether_it_exists_or_not,
    a_device_is_one_persons,
    a_person_who_signs_in_again_finds_the_device_where_it_stood,
    a_refresh_token_gives_new_tokens_until_the_sign_in_expires,
    a_refresh_whose_answer_was_lost_locks_nobody_out,
    a_refresh_token_that_comes_back_signs_the_device_out_and_deletes_nothing,
    two_refreshes_at_once_leave_the_device_signed_in,
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

fn renewed(server: &Server, token: &str) -> (String, String) {
    let renewed = refresh(server, token).expect(200).json();
    assert_eq!(renewed["expires_in_seconds"], 900);
    let text = |name: &str| renewed[name].as_str().expect("a token").to_owned();
    (text("access_token"), text("refresh_token"))
}

fn a_refresh_token_gives_new_tokens_until_the_sign_in_expires(server: Server) {
    let hand = server.hand("worker_a");
    server.advance_seconds(15 * 60);
    hand.call("GET", "/v1/me").send().expect_problem(401, "access-token-expired");
    let (access, next) = renewed(&server, &hand.refresh_token);
    server.call("GET", "/v1/me").bearer(&access).send().expect(200);
    for other in ["", "x", &hand.token, &hand.refresh_token[1..]] {
        refresh(&server, other).expect_problem(401, "refresh-token-refused");
    }
    let (_, next) = renewed(&server, &next);
    // However often it was refreshed, a sign-in lasts ninety days.
    server.advance_seconds(90 * 86_400 - 15 * 60);
    refresh(&server, &next).expect_problem(401, "refresh-token-refused");
}

fn a_refresh_whose_answer_was_lost_locks_nobody_out(server: Server) {
    let mut tablet = server.tablet("worker_a");
    for _ in 0..3 {
        server.advance_seconds(15 * 60);
        // The call is refused, then two answers to its refresh are lost, one comes twice.
        let faults = [Fault::Pass, Fault::LoseResponse, Fault::LoseResponse, Fault::Duplicate];
        tablet.transport_mut().script(faults);
        tablet.handshake().expect("signed in");
    }
    // The line was dead for as long as it was tried.
    server.advance_seconds(15 * 60);
    tablet.transport_mut().script([Fault::Pass].into_iter().chain([Fault::LoseResponse; 3]));
    assert!(matches!(tablet.handshake(), Err(DeviceError::Unreachable(_))));
    tablet.handshake().expect("signed in");
}

fn a_refresh_token_that_comes_back_signs_the_device_out_and_deletes_nothing(server: Server) {
    let mut tablet = server.tablet("worker_a");
    let stolen = tablet.save().expect("saved");
    server.advance_seconds(15 * 60);
    tablet.handshake().expect("refreshed");
    server.advance_seconds(15 * 60);
    tablet.handshake().expect("refreshed again");
    tablet.create("household", None, Default::default()).expect("kept");
    // A copy of what the tablet once had shows the token that was replaced since.
    let mut thief = TestDevice::restore(&stolen, server.line(), Counted::new(server.seed()));
    let thief = thief.as_mut().expect("restored");
    assert_eq!(thief.handshake(), Err(DeviceError::SignInNeeded));
    // Nobody can say which of the two is the thief.
    assert_eq!(tablet.push(), Err(DeviceError::SignInNeeded));
    assert_eq!(thief.handshake(), Err(DeviceError::SignInNeeded));
    assert_eq!(tablet.memory().outbox().len(), 1, "a 401 deletes nothing");
    tablet.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
    assert_eq!(tablet.push().expect("pushed").outcomes.len(), 1);
    assert_eq!(thief.handshake(), Err(DeviceError::SignInNeeded));
}

fn two_refreshes_at_once_leave_the_device_signed_in(server: Server) {
    let hand = server.hand("worker_a");
    let mut newest = hand.refresh_token;
    for _ in 0..5 {
        let answers: Vec<_> = std::thread::scope(|scope| {
            let asking: Vec<_> =
                (0..4).map(|_| scope.spawn(|| renewed(&server, &newest))).collect();
            asking.into_iter().map(|asked| asked.join().expect("answered")).collect()
        });
        // Whichever answer the device heard, it goes on with.
        for (access, _) in &answers {
            server.call("GET", "/v1/me").bearer(access).send().expect(200);
        }
        newest = answers.into_iter().next().expect("an answer").1;
    }
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
