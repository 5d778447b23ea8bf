//! How often may be asked.

use ruhu_api::limits::RateLimits;
use ruhu_device::DeviceError;
use ruhu_tests::edits::new_household;
use ruhu_tests::{Hand, PASSWORD, Reply, Server, on_both_databases, tables};
use serde_json::json;
use uuid::Uuid;

on_both_databases! {
    a_person_who_asks_too_often_is_told_when_to_ask_again_and_loses_nothing,
    an_address_that_asks_too_often_has_to_wait_and_no_header_makes_it_another,
    whoever_guesses_at_many_logins_from_one_address_has_to_wait,
    a_clock_that_is_set_back_or_forward_neither_refuses_nor_forgives,
    ten_wrong_passwords_slow_the_guesser_and_not_the_person,
    processes_count_wrong_passwords_together_and_right_ones_never,
    many_right_sign_ins_at_one_moment_on_two_processes_count_as_no_guess,
}

const NONE: RateLimits = RateLimits {
    per_user_per_minute: 0,
    per_address_per_minute: 0,
    address_sign_in_failures_max: 0,
};

fn a_person_who_asks_too_often_is_told_when_to_ask_again_and_loses_nothing(mut server: Server) {
    server.start_again_limited(RateLimits { per_user_per_minute: 6, ..NONE });
    let (mut hand, second) = (server.hand("worker_a"), server.hand("worker_a"));
    let mut tablet = server.tablet("worker_a");
    tablet.create("household", None, Default::default()).expect("kept");
    let colleague = server.hand("worker_a2");
    let edits = hand.number([new_household(1)]);
    hand.push(&edits).expect(200);
    for _ in 0..5 {
        // A person's devices share what is the person's.
        second.call("GET", "/v1/me").send().expect(200);
    }
    let refused = hand.push(&edits).expect_problem(429, "rate-limited");
    assert_eq!(refused.header("retry-after"), "10");
    assert_eq!(refused.json()["retry_after_seconds"], 10);
    let told = tablet.push();
    assert_eq!(told, Err(DeviceError::Busy { retry_after_seconds: Some(10) }));
    assert_eq!(tablet.memory().outbox().len(), 1);
    colleague.call("GET", "/v1/me").send().expect(200);
    server.advance_seconds(10);
    assert_eq!(tablet.push().expect("pushed").outcomes.len(), 1);
    hand.push(&edits).expect_problem(429, "rate-limited");
}

fn an_address_that_asks_too_often_has_to_wait_and_no_header_makes_it_another(mut server: Server) {
    server.start_again_limited(RateLimits { per_address_per_minute: 4, ..NONE });
    let ask = |from: &str| server.call("GET", "/v1/me").header("X-Forwarded-For", from).send();
    for n in 1..=4 {
        ask(&format!("1.2.3.{n}")).expect_problem(401, "sign-in-required");
    }
    let refused = ask("1.2.3.9").expect_problem(429, "rate-limited");
    assert_eq!(refused.header("retry-after"), "15");
    let body = json!({"login": "worker_a", "password": PASSWORD, "device": {"name": "平板"}});
    let sign_in = server.call("POST", "/v1/session").json(&body).send();
    sign_in.expect_problem(429, "rate-limited");
    // Whoever watches over the service is no client of the API.
    server.call("GET", "/healthz").send().expect(200);
    server.call("GET", "/readyz").send().expect(200);
    server.advance_seconds(15);
    server.call("POST", "/v1/session").json(&body).send().expect(200);
}

fn whoever_guesses_at_many_logins_from_one_address_has_to_wait(mut server: Server) {
    let inside = server.hand("worker_b");
    server.start_again_limited(RateLimits { address_sign_in_failures_max: 12, ..NONE });
    let sign_in = |login: &str, password: &str| -> Reply {
        let body = json!({"login": login, "password": password, "device": {"name": "平板"}});
        server.call("POST", "/v1/session").json(&body).send()
    };
    for guess in 0..12 {
        let refused = sign_in(&format!("nobody-{guess}"), "不是这个密码不是这个");
        refused.expect_problem(401, "wrong-credentials");
        if guess < 9 {
            // What is right counts for nothing, and forgives nothing either.
            sign_in("worker_a", PASSWORD).expect(200);
        }
    }
    let waits = sign_in("worker_a", PASSWORD).expect_problem(429, "too-many-attempts");
    assert_eq!(waits.header("retry-after"), "300");
    // Who is signed in works on.
    inside.at(&server).call("GET", "/v1/me").send().expect(200);
    server.advance_seconds(300);
    let session = sign_in("worker_a", PASSWORD).expect(200).json();
    assert!(session["access_token"].is_string());
    let _: Hand = server.hand("worker_a2");
}

fn a_clock_that_is_set_back_or_forward_neither_refuses_nor_forgives(mut server: Server) {
    server.start_again_limited(RateLimits {
        per_user_per_minute: 6,
        per_address_per_minute: 60,
        ..NONE
    });
    let hand = server.hand("worker_a");
    let ask = || hand.call("GET", "/v1/me").send();
    for _ in 0..6 {
        ask().expect(200);
    }
    server.step_seconds(60);
    ask().expect_problem(429, "rate-limited");
    server.step_seconds(-660);
    assert_eq!(ask().expect_problem(429, "rate-limited").header("retry-after"), "10");
    server.advance_seconds(10);
    ask().expect(200);
}

fn sign_in_from(server: &Server, address: &str, password: &str, device: Option<Uuid>) -> Reply {
    let mut told = json!({"name": "平板"});
    if let Some(device) = device {
        told["id"] = json!(device);
    }
    let body = json!({"login": "worker_a", "password": password, "device": told});
    server.call("POST", "/v1/session").header("X-Forwarded-For", address).json(&body).send()
}

fn ten_wrong_passwords_slow_the_guesser_and_not_the_person(server: Server) {
    let known = server.hand("worker_a").device.0;
    let guess = |password: &str| sign_in_from(&server, "9.9.9.9", password, None);
    for _ in 0..10 {
        guess("不是这个密码不是这个").expect_problem(401, "wrong-credentials");
    }
    guess(PASSWORD).expect_problem(429, "too-many-attempts");
    // A device on which the person has signed in before passes, from the same address.
    sign_in_from(&server, "9.9.9.9", PASSWORD, Some(known)).expect(200);
    sign_in_from(
        &server,
        "9.9.9.9",
        PASSWORD,
        Some(Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_00aa)),
    )
    .expect_problem(429, "too-many-attempts");
    server.advance_seconds(300);
    guess(PASSWORD).expect(200);
}

fn processes_count_wrong_passwords_together_and_right_ones_never(server: Server) {
    let beside = server.beside();
    for server in [&server, &beside] {
        for _ in 0..5 {
            sign_in_from(server, "9.9.9.9", PASSWORD, None).expect(200);
            sign_in_from(server, "9.9.9.9", "不是这个密码不是这个", None)
                .expect_problem(401, "wrong-credentials");
        }
    }
    for server in [&server, &beside] {
        sign_in_from(server, "9.9.9.9", PASSWORD, None).expect_problem(429, "too-many-attempts");
    }
}

fn many_right_sign_ins_at_one_moment_on_two_processes_count_as_no_guess(mut server: Server) {
    server.start_again_limited(RateLimits { address_sign_in_failures_max: 12, ..NONE });
    let beside = server.beside();
    // More at once than wrong ones would be looked at, with a few wrong ones among them.
    let statuses: Vec<(bool, u16)> = std::thread::scope(|scope| {
        let ask = |at: usize| {
            let server = if at.is_multiple_of(2) { &server } else { &beside };
            let is_right = at % 10 != 9;
            let password = if is_right { PASSWORD } else { "不是这个密码不是这个" };
            scope.spawn(move || (is_right, sign_in_from(server, "9.9.9.9", password, None).status))
        };
        let asked: Vec<_> = (0..40).map(ask).collect();
        asked.into_iter().map(|asked| asked.join().expect("answered")).collect()
    });
    for (is_right, status) in statuses {
        assert_eq!(status, if is_right { 200 } else { 401 });
    }
    let counted = "SELECT CAST(MAX(failures) AS TEXT) AS value FROM sign_in_failure";
    assert_eq!(tables::texts(&server, counted), ["4"], "the wrong ones, and each of them once");
}
