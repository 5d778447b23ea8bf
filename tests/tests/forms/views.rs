//! A form as programs and as people on paper read it.

use super::{post, trial};
use ruhu_forms::{Catalogue, Strength};
use ruhu_tests::{Server, on_both_databases};
use serde_json::{Value, json};
use std::path::Path;

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

/// The answers of a form's vectors, each with what is wrong with it as a draft.
fn vectors(form: &str) -> Vec<(Value, Vec<String>)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../forms/vectors/{form}.json"));
    let text = std::fs::read_to_string(&file).expect("the vectors of every form");
    let vectors: Value = serde_json::from_str(&text).expect("JSON");
    let vectors = vectors["vectors"].as_array().expect("vectors").iter();
    let problems = |vector: &Value| {
        let draft = vector["draft"].as_array().expect("problems").iter();
        draft.map(|problem| problem["code"].as_str().expect("code").to_owned()).collect()
    };
    vectors.map(|vector| (vector["answers"].clone(), problems(vector))).collect()
}

#[test]
fn every_schema_of_the_catalogue_takes_what_is_well_typed_and_nothing_of_another_type() {
    for entry in Catalogue::load().expect("the catalogue").list() {
        let form = entry.form();
        for strength in [Strength::Draft, Strength::Submission] {
            let schema = form.answer_schema(strength);
            assert!(jsonschema::meta::is_valid(&schema), "{}", form.id());
        }
        let schema = form.answer_schema(Strength::Draft);
        let schema = jsonschema::draft202012::new(&schema).expect("a schema");
        for (answers, problems) in vectors(form.id()) {
            let of_another_type =
                |code: &String| matches!(code.as_str(), "wrong_type" | "unknown_option");
            if problems.is_empty() {
                assert!(schema.is_valid(&answers), "{}: {answers}", form.id());
            } else if problems.iter().any(of_another_type) {
                assert!(!schema.is_valid(&answers), "{}: {answers}", form.id());
            }
        }
    }
}
