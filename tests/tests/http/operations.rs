//! What whoever runs the service asks it.

use ruhu_tests::edits::{household, new_household, put, record};
use ruhu_tests::{METRICS_TOKEN, Server, on_both_databases, tables};
use serde_json::json;

on_both_databases! {
    the_counters_are_told_to_whoever_shows_their_token_alone,
    a_service_whose_database_answers_is_ready_and_one_whose_does_not_says_so,
    edits_and_pushes_are_counted_once_and_no_one_is_named,
    answers_of_the_api_are_kept_by_no_cache,
    what_can_be_got_answers_a_head_with_the_same_and_without_a_body,
}

fn a_service_whose_database_answers_is_ready_and_one_whose_does_not_says_so(server: Server) {
    let mut hand = server.hand("worker_a");
    let edits = hand.number([new_household(1)]);
    server.call("GET", "/readyz").send().expect(200);
    tables::run(&server, "ALTER TABLE server RENAME TO gone");
    let refused = server.call("GET", "/readyz").send().expect_problem(503, "not-ready");
    assert_eq!(refused.json()["not_ready"], json!(["database"]));
    server.call("GET", "/healthz").send().expect(200);
    let told = hand.push(&edits).expect_problem(503, "store-unavailable");
    assert!(!told.header("retry-after").is_empty());
    assert!(
        !told.text().contains("server"),
        "what the database said is for the log: {}",
        told.text()
    );
    // It comes back, and the same is sent again. Readiness believes the refusal for a while.
    tables::run(&server, "ALTER TABLE gone RENAME TO server");
    hand.push(&edits).expect(200);
    while server.call("GET", "/readyz").send().status == 503 {
        std::thread::yield_now();
    }
    server.call("GET", "/readyz").send().expect(200);
    assert_eq!(tables::count(&server, "record"), 1);
}

fn edits_and_pushes_are_counted_once_and_no_one_is_named(server: Server) {
    let mut hand = server.hand("worker_a");
    let edits = hand.number([
        new_household(1),
        put(record(1), "household", "0", json!({"notes": "住三层"})),
        put(record(9), "household", "1-00000000", json!({})),
        json!({"op": "fly"}),
    ]);
    for _ in 0..3 {
        hand.push(&edits).expect(200);
    }
    hand.push(&[json!({})]).expect(400);
    let text =
        server.call("GET", "/metrics").bearer(METRICS_TOKEN).send().expect(200).text().to_owned();
    for line in [
        "ruhu_sync_edits_total{outcome=\"applied\"} 2",
        "ruhu_sync_edits_total{outcome=\"quarantined\"} 1",
        "ruhu_sync_edits_total{outcome=\"rejected\"} 1",
        "ruhu_http_requests_total{method=\"POST\",route=\"/v1/sync/push\",status=\"200\"} 3",
        "ruhu_http_requests_total{method=\"POST\",route=\"/v1/sync/push\",status=\"400\"} 1",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let name = household("测甲")["head_name"].as_str().expect("a name").to_owned();
    let device = hand.device.to_string();
    for secret in [name.as_str(), "worker_a", "住三层", device.as_str(), "110102003001"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

fn answers_of_the_api_are_kept_by_no_cache(server: Server) {
    let hand = server.hand("worker_a");
    for reply in [
        hand.call("GET", "/v1/me").send().expect(200),
        hand.pull(json!({})).expect(200),
        server.call("GET", "/v1/me").send().expect(401),
    ] {
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert!(reply.header("content-security-policy").contains("default-src 'none'"));
    }
}

fn what_can_be_got_answers_a_head_with_the_same_and_without_a_body(server: Server) {
    let hand = server.hand("worker_a");
    for address in ["/", "/healthz", "/openapi.json", "/v1/me", "/v1/forms", "/problems/none"] {
        let ask = |method| hand.call(method, address).header("Accept-Encoding", "identity").send();
        let (got, head) = (ask("GET"), ask("HEAD"));
        assert_eq!(head.status, got.status, "{address}");
        for name in ["content-type", "content-length", "etag", "cache-control"] {
            assert_eq!(head.header(name), got.header(name), "{name} of {address}");
        }
        assert!(head.body.is_empty(), "{address}");
    }
    let refused = hand.call("HEAD", "/v1/sync/push").send().expect(405);
    assert_eq!(refused.header("allow"), "POST");
    let refused = hand.call("PUT", "/v1/me").send().expect_problem(405, "method-not-allowed");
    assert_eq!(refused.header("allow"), "GET, HEAD");
}

fn the_counters_are_told_to_whoever_shows_their_token_alone(server: Server) {
    let ask = || server.call("GET", "/metrics");
    ask().send().expect_problem(401, "sign-in-required");
    let admin = server.hand("admin");
    for token in ["", "of-whoever-watches", &admin.token] {
        ask().bearer(token).send().expect_problem(401, "sign-in-required");
    }
    ask().bearer(METRICS_TOKEN).send().expect(200);
}
