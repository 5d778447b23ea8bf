//! Who is not let in, and how that is said.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ruhu_tests::{Call, Field, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    without_a_token_or_with_garbage_every_guarded_call_asks_for_a_sign_in,
    a_token_that_is_forged_is_no_token,
    an_expired_token_is_told_apart_from_none,
    a_token_of_a_device_that_is_not_here_is_no_token,
}

/// The calls that need a person, each with a body it would take.
fn guarded(server: &Server) -> Vec<Call> {
    let pull = json!({"protocol": 1});
    vec![
        server.call("GET", "/v1/me"),
        server.call("GET", "/v1/sync"),
        server
            .call("POST", "/v1/sync/push")
            .json(&json!({"protocol": 1, "epoch": "", "edits": []})),
        server.call("POST", "/v1/sync/pull").json(&pull),
        server.call("GET", "/v1/forms"),
        server.call("GET", "/v1/forms/tekun_six/1"),
        server.call("GET", "/v1/areas"),
        server.call("DELETE", "/v1/session"),
    ]
}

fn without_a_token_or_with_garbage_every_guarded_call_asks_for_a_sign_in(server: Server) {
    let hand = server.hand("worker_a");
    for authorization in [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer garbage".to_owned()),
        Some("Bearer a.b.c".to_owned()),
        Some(format!("Basic {}", hand.token)),
        Some(hand.token.clone()),
        Some(format!("Bearer {}", hand.refresh_token)),
        Some(format!("Bearer {}", "x".repeat(4000))),
    ] {
        for call in guarded(&server) {
            let call = match &authorization {
                Some(value) => call.header("Authorization", value),
                None => call,
            };
            let refused = call.send().expect_problem(401, "sign-in-required");
            assert!(refused.header("www-authenticate").starts_with("Bearer"), "{authorization:?}");
        }
    }
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn read(part: &str) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64");
    serde_json::from_slice(&bytes).expect("json")
}

fn a_token_that_is_forged_is_no_token(server: Server) {
    let hand = server.hand("worker_a");
    let parts: Vec<&str> = hand.token.split('.').collect();
    let [head, claims, signature] = parts[..] else { panic!("three parts") };
    let (mut none, mut other) = (read(head), read(claims));
    none["alg"] = json!("none");
    other["sub"] = json!(Field::user("worker_a2"));
    let mut longer = read(claims);
    longer["exp"] = json!(i64::MAX);
    let elsewhere = Server::on(server.database()).hand("worker_a");
    let mut hmac = read(head);
    hmac["alg"] = json!("HS256");
    for forged in [
        format!("{}.{claims}.", part(&none)),
        format!("{}.{claims}.{signature}", part(&none)),
        format!("{}.{claims}.{signature}", part(&hmac)),
        format!("{head}.{}.{signature}", part(&other)),
        format!("{head}.{}.{signature}", part(&longer)),
        format!("{head}.{claims}.{}", &signature[1..]),
        format!("{head}.{claims}"),
        elsewhere.token,
    ] {
        let refused = server.call("GET", "/v1/me").bearer(&forged).send();
        refused.expect_problem(401, "sign-in-required");
    }
    server.call("GET", "/v1/me").bearer(&hand.token).send().expect(200);
}

fn an_expired_token_is_told_apart_from_none(server: Server) {
    let hand = server.hand("worker_a");
    server.advance_seconds(899);
    hand.call("GET", "/v1/me").send().expect(200);
    server.advance_seconds(1);
    for call in guarded(&server) {
        call.bearer(&hand.token).send().expect_problem(401, "access-token-expired");
    }
    // A tablet renews it by itself and goes on.
    let mut tablet = server.tablet("worker_a");
    server.advance_seconds(900);
    tablet.sync().expect("synced");
}

fn a_token_of_a_device_that_is_not_here_is_no_token(server: Server) {
    let hand = server.hand("worker_a");
    let tokens = &server.service().tokens;
    let device = ruhu_sync::id::DeviceId(ruhu_tests::edits::record(5).0);
    let unknown =
        tokens.issue(Field::user("worker_a"), device, server.now(), server.now()).expect("a token");
    let of_other = tokens
        .issue(Field::user("worker_b"), hand.device, server.now(), server.now())
        .expect("a token");
    for token in [unknown, of_other] {
        server
            .call("GET", "/v1/sync")
            .bearer(&token)
            .send()
            .expect_problem(401, "sign-in-required");
    }
}
