//! Problems: one form, in two languages, under a name that finds the request in the log.

use ruhu_tests::{Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    an_address_that_is_not_there_is_a_problem_document,
    a_method_that_an_address_does_not_take_is_told_those_it_takes,
    a_problem_is_told_in_the_language_that_was_asked_for,
    a_requests_name_comes_back_if_it_is_sane,
    every_problem_has_a_page_under_its_type,
    no_address_takes_a_persons_data,
}

fn an_address_that_is_not_there_is_a_problem_document(server: Server) {
    for address in
        ["/v1", "/v1/", "/v1/sync/", "/v1/sync/push/x", "/v2/sync", "/..%2f", "/v1/me?x=1&y"]
    {
        let reply = server.call("GET", address).send();
        match address {
            "/v1/me?x=1&y" => drop(reply.expect_problem(401, "sign-in-required")),
            _ => drop(reply.expect_problem(404, "not-found")),
        }
    }
}

fn a_method_that_an_address_does_not_take_is_told_those_it_takes(server: Server) {
    for (method, address, allowed) in [
        ("GET", "/v1/session", &["POST", "DELETE"][..]),
        ("GET", "/v1/sync/push", &["POST"]),
        ("DELETE", "/v1/sync/pull", &["POST"]),
        ("POST", "/v1/me", &["GET"]),
        ("PUT", "/v1/forms/tekun_six/1", &["GET"]),
        ("BREW", "/v1/areas", &["GET"]),
        ("POST", "/healthz", &["GET"]),
    ] {
        let refused = server.call(method, address).send().expect_problem(405, "method-not-allowed");
        let told = refused.header("allow");
        assert!(allowed.iter().all(|method| told.contains(method)), "{method} {address}: {told}");
    }
}

fn a_problem_is_told_in_the_language_that_was_asked_for(server: Server) {
    let ask = |language: Option<&str>| {
        let call = server.call("GET", "/v1/me");
        let call = match language {
            Some(language) => call.header("Accept-Language", language),
            None => call,
        };
        call.send().expect_problem(401, "sign-in-required")
    };
    let is_chinese = |text: &Value| text.as_str().expect("text").chars().any(|c| c > '\u{3000}');
    for language in
        [None, Some("zh-CN"), Some("fr"), Some("*"), Some("en;q=0.5, zh"), Some("en;q=abc, zh")]
    {
        let told = ask(language);
        assert_eq!(told.header("content-language"), "zh-CN", "{language:?}");
        assert!(is_chinese(&told.json()["title"]) && is_chinese(&told.json()["detail"]));
    }
    for language in ["en", "en-GB,en;q=0.9,zh;q=0.8"] {
        let told = ask(Some(language));
        assert_eq!(told.header("content-language"), "en", "{language}");
        assert!(!is_chinese(&told.json()["title"]) && !is_chinese(&told.json()["detail"]));
        assert!(told.header("vary").to_lowercase().contains("accept-language"));
    }
}

fn a_requests_name_comes_back_if_it_is_sane(server: Server) {
    let call = || server.call("GET", "/healthz");
    let own = call().header("X-Request-Id", "tablet-7.push_42").send().expect(200);
    assert_eq!(own.header("x-request-id"), "tablet-7.push_42");
    let refused = server.call("GET", "/v1/me").header("X-Request-Id", "tablet-7.push_43").send();
    assert_eq!(refused.expect(401).json()["request_id"], "tablet-7.push_43");
    for insane in ["short", "has spaces in it", "{\"a\":\"b\",\"c\":1}", &"x".repeat(65)] {
        let named = call().header("X-Request-Id", insane).send().expect(200);
        assert_eq!(named.header("x-request-id").len(), 32, "{insane}");
    }
}

fn every_problem_has_a_page_under_its_type(server: Server) {
    let problem = server.call("GET", "/v1/me").send().expect(401).json();
    let page = problem["type"].as_str().expect("a type").to_owned();
    let told = server.call("GET", &page).send().expect(200);
    assert!(told.text().contains("sign-in-required"), "{}", told.text());
    server.call("GET", "/problems/none").send().expect_problem(404, "not-available");
}

/// What may stand in an address: names of things, numbers and codes, nothing a person said.
const IN_ADDRESSES: [&str; 22] = [
    "by",
    "subject",
    "act",
    "from",
    "to",
    "outcome",
    "strength",
    "id",
    "person",
    "after",
    "version",
    "under",
    "file",
    "slug",
    "status",
    "kind",
    "device",
    "device_seq",
    "seq",
    "stream",
    "record",
    "limit",
];

fn no_address_takes_a_persons_data(server: Server) {
    let contract = server.call("GET", "/openapi.json").send().expect(200).json();
    let mut met = 0;
    for (address, item) in contract["paths"].as_object().expect("paths") {
        let operations = item.as_object().expect("operations").values();
        let parameters = operations.filter_map(|operation| operation["parameters"].as_array());
        let parameters = parameters.flatten().map(|p| ruhu_tests::resolved(&contract, p));
        for parameter in parameters.filter(|p| p["in"] != "header") {
            let name = parameter["name"].as_str().expect("a name");
            assert!(IN_ADDRESSES.contains(&name), "{address} takes {name}");
            met += 1;
        }
    }
    assert!(met >= 3, "{met}");
    assert_ne!(contract["paths"], json!({}));
}
