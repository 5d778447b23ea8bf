//! `/v1/forms`, `/v1/areas` and `/v1/kinds`: what is fetched once.

use ruhu_tests::{Server, on_both_databases};
use serde_json::json;

on_both_databases! {
    what_a_tablet_holds_is_not_sent_again,
    a_form_that_is_not_there_is_not_available,
    areas_are_chosen_by_what_they_lie_under,
    the_reason_of_an_outcome_has_its_words_beside_the_kinds,
}

fn what_a_tablet_holds_is_not_sent_again(server: Server) {
    let hand = server.hand("worker_a");
    for address in
        ["/v1/forms", "/v1/forms/tekun_six/1", "/v1/areas", "/v1/areas?under=110102", "/v1/kinds"]
    {
        for encoding in ["identity", "gzip", "zstd"] {
            let ask = || hand.call("GET", address).header("Accept-Encoding", encoding);
            let whole = ask().send().expect(200);
            let etag = whole.header("etag").to_owned();
            assert!(etag.starts_with('"') && etag.ends_with('"'), "{address}: {etag}");
            let held = ask().header("If-None-Match", &etag).send().expect(304);
            assert!(held.body.is_empty(), "{address} {encoding}");
            let other = ask().header("If-None-Match", "\"0000\"").send().expect(200);
            assert_eq!(other.body, whole.body);
        }
    }
}

fn a_form_that_is_not_there_is_not_available(server: Server) {
    let hand = server.hand("worker_a");
    let form = hand.call("GET", "/v1/forms/tekun_six/1").send().expect(200).json();
    assert_eq!(form["sections"][0]["id"], "six_items");
    for address in ["/v1/forms/tekun_six/2", "/v1/forms/none/1", "/v1/forms/%00/1"] {
        hand.call("GET", address).send().expect_problem(404, "not-available");
    }
    for address in ["/v1/forms/tekun_six/one", "/v1/forms/tekun_six/-1", "/v1/forms/x/4294967296"] {
        hand.call("GET", address).send().expect_problem(400, "invalid-request");
    }
}

fn areas_are_chosen_by_what_they_lie_under(server: Server) {
    let hand = server.hand("worker_a");
    let under = |code: &str| hand.call("GET", &format!("/v1/areas?under={code}")).send();
    let all = hand.call("GET", "/v1/areas").send().expect(200).json();
    let district = under("110102").expect(200).json();
    let areas = district["areas"].as_array().expect("areas");
    assert!(!areas.is_empty() && areas.len() < all["areas"].as_array().expect("areas").len());
    let is_inside = |area: &serde_json::Value| {
        area["code"].as_str().is_some_and(|code| code.starts_with("110102"))
    };
    assert!(areas.iter().all(is_inside), "{areas:?}");
    assert_eq!(under("999999").expect(200).json(), json!({"areas": []}));
    for wrong in ["1", "11010", "%E5%8C%97%E4%BA%AC", "%00", "1101020000001"] {
        under(wrong).expect_problem(400, "invalid-request");
    }
}

fn the_reason_of_an_outcome_has_its_words_beside_the_kinds(server: Server) {
    let mut hand = server.hand("worker_a");
    let outcome = hand.outcomes([json!({"op": "later"})]).remove(0);
    let list = hand.call("GET", "/v1/kinds").send().expect(200).json();
    let reasons = list["reasons"].as_array().expect("reasons");
    let words: Vec<_> = reasons.iter().filter(|words| words["code"] == outcome["reason"]).collect();
    assert_eq!((&outcome["reason"], words.len()), (&json!("unknown_op"), 1));
    assert!(words[0]["zh"].as_str().is_some_and(|zh| zh.starts_with("没有这项操作")));
    assert!(words[0]["en"].as_str().is_some_and(|en| en.starts_with("There is no such operation")));
}
