//! A form as programs and as people on paper read it.

use super::{post, trial};
use ruhu_tests::{Server, on_both_databases};
use serde_json::json;

on_both_databases! {
    a_form_gives_the_schema_of_its_answers_in_both_strengths,
    a_form_gives_an_outline_to_print,
}

fn a_form_gives_the_schema_of_its_answers_in_both_strengths(server: Server) {
    post(&server.hand("admin"), "/v1/forms", "form-0001", &trial(1)).expect(200);
    let worker = server.hand("worker_a");
    let schema = |query: &str| {
        worker.call("GET", &format!("/v1/forms/trial/1/schema{query}")).send().expect(200)
    };
    let (draft, whole) = (schema("?strength=draft"), schema("?strength=submission"));
    assert_eq!(schema("").body, whole.body);
    for (schema, accepts_nothing) in [(&draft, true), (&whole, false)] {
        let schema = jsonschema::draft202012::new(&schema.json()).expect("a schema");
        assert_eq!(schema.is_valid(&json!({})), accepts_nothing);
        assert!(schema.is_valid(&json!({"rent_fen": 80_000, "of_another_version": true})));
        assert!(!schema.is_valid(&json!({"rent_fen": "80000"})));
    }
    let held = worker.call("GET", "/v1/forms/trial/1/schema?strength=draft");
    held.header("If-None-Match", draft.header("etag")).send().expect(304);
    for (path, status, problem) in [
        ("/v1/forms/trial/1/schema?strength=half", 400, "invalid-request"),
        ("/v1/forms/trial/2/schema", 404, "not-available"),
        ("/v1/forms/trial/2/outline", 404, "not-available"),
    ] {
        worker.call("GET", path).send().expect_problem(status, problem);
    }
}

fn a_form_gives_an_outline_to_print(server: Server) {
    let mut form = trial(1);
    form["label_zh"] = json!("试用<表>");
    post(&server.hand("admin"), "/v1/forms", "form-0001", &form).expect(200);
    let outline = server.hand("worker_a").call("GET", "/v1/forms/trial/1/outline").send();
    let outline = outline.expect(200);
    assert_eq!(outline.header("content-type"), "text/html; charset=utf-8");
    let html = String::from_utf8(outline.body.to_vec()).expect("text");
    assert!(html.contains("试用&lt;表&gt;") && html.contains("月租金"), "{html}");
}
