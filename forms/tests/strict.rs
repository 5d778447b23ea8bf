//! What the strict check refuses, and what `asked_when` does. The rules' own refusals are in `vectors/forms/refused_rules.json`.
#![allow(clippy::unwrap_used)]

use ruhu_forms::{Answers, Form, FormError, Given, Outcome, Problem, Scalar};
use serde_json::{Value, json};

/// A small form that is accepted: each test breaks one thing in it.
fn form() -> Value {
    let source = json!({"law": "法", "document": "号", "article": "条"});
    json!({
        "id": "f", "version": 1, "label_zh": "表", "source": source, "valid_from": null, "valid_to": null,
        "sections": [{"id": "s", "label_zh": "部分", "questions": [
            {"id": "alone", "label_zh": "独居", "required": true, "kind": {"type": "yes_no"}},
            {"id": "helper", "label_zh": "帮手", "required": true, "kind": {"type": "text", "max_chars": 5},
             "asked_when": {"op": "not", "of": {"op": "answer", "of": "alone"}}},
            {"id": "hours", "label_zh": "小时", "kind": {"type": "integer", "min": 0, "max": 24}},
            {"id": "pay", "label_zh": "报酬", "kind": {"type": "fen"}},
            {"id": "kin", "label_zh": "亲属", "kind": {"type": "choice", "options": [
                {"code": "01", "label_zh": "本人"}, {"code": "unknown", "label_zh": "不清楚"}]}},
            {"id": "rows", "label_zh": "行", "kind": {"type": "rows", "max_rows": 9, "questions": [
                {"id": "on", "label_zh": "日期", "kind": {"type": "date"}}]}},
        ]}],
        "computed": [{"name": "total", "label_zh": "合计", "source": source,
            "rule": {"op": "sum", "of": [{"op": "answer", "of": "hours"}]}}],
    })
}

fn parse(form: &Value) -> Result<Form, FormError> {
    Form::parse(&form.to_string())
}

/// Puts a value at a JSON pointer of the form; gives why it is refused, and where.
fn refusal(at: &str, value: Value) -> (String, &'static str) {
    let mut form = form();
    let (parent, key) = at.rsplit_once('/').unwrap();
    match form.pointer_mut(parent).unwrap() {
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        parent => parent[key] = value,
    }
    let error = parse(&form).unwrap_err();
    (error.at.clone(), error.fault.code())
}

fn refused(at: &str, value: Value, where_: &str, code: &str) {
    let (found_at, found) = refusal(at, value);
    assert_eq!((found_at.as_str(), found), (where_, code), "{at}");
}

fn malformed(at: &str, value: Value) {
    let (found_at, found) = refusal(at, value);
    assert_eq!(found, "malformed", "{at}");
    assert!(found_at.starts_with("line 1 column "), "{found_at}");
}

const QUESTIONS: &str = "/sections/0/questions";

#[test]
fn the_form_that_the_tests_break_is_accepted() {
    parse(&form()).unwrap();
}

#[test]
fn unknown_question_types_are_refused() {
    malformed("/sections/0/questions/0/kind", json!({"type": "slider"}));
}

#[test]
fn unknown_members_are_refused_everywhere() {
    malformed("/colour", json!("red"));
    malformed("/source/page", json!(3));
    malformed("/sections/0/colour", json!("red"));
    malformed("/sections/0/questions/0/colour", json!("red"));
    malformed("/sections/0/questions/0/kind/colour", json!("red"));
    malformed("/sections/0/questions/2/kind/step", json!(2));
    malformed("/sections/0/questions/4/kind/options/0/weight", json!(1));
    malformed("/sections/0/questions/1/asked_when/colour", json!("red"));
    malformed("/computed/0/unit", json!("m"));
}

#[test]
fn a_day_left_out_is_refused_but_null_is_not() {
    let mut form = form();
    form.as_object_mut().unwrap().remove("valid_from");
    assert_eq!(parse(&form).unwrap_err().fault.code(), "malformed");
}

#[test]
fn an_optional_member_that_is_null_is_left_out() {
    let mut form = form();
    for member in ["given", "checks", "reference_date", "investigators"] {
        form[member] = Value::Null;
    }
    for member in ["required", "may_be", "asked_when", "help_zh", "prefill"] {
        form["sections"][0]["questions"][2][member] = Value::Null;
    }
    for member in ["each", "because", "suggests", "labels"] {
        form["computed"][0][member] = Value::Null;
    }
    parse(&form).unwrap();
}

#[test]
fn a_member_twice_is_refused() {
    let text = form().to_string().replacen("\"id\":\"f\"", "\"id\":\"f\",\"id\":\"g\"", 1);
    assert_eq!(Form::parse(&text).unwrap_err().fault.code(), "malformed");
}

#[test]
fn duplicate_ids_are_refused_where_the_second_stands() {
    let question = |id: &str| json!({"id": id, "label_zh": "问", "kind": {"type": "yes_no"}});
    refused(
        &format!("{QUESTIONS}/3"),
        question("hours"),
        &format!("{QUESTIONS}/3/id"),
        "duplicate",
    );
    refused("/computed/0/name", json!("hours"), "/computed/0/name", "duplicate");
    let fields = json!([question("a"), question("a")]);
    refused(
        &format!("{QUESTIONS}/5/kind/questions"),
        fields,
        &format!("{QUESTIONS}/5/kind/questions/1/id"),
        "duplicate",
    );
    let options = json!([{"code": "a", "label_zh": "甲"}, {"code": "a", "label_zh": "乙"}]);
    refused(
        &format!("{QUESTIONS}/4/kind/options"),
        options,
        &format!("{QUESTIONS}/4/kind/options/1"),
        "duplicate",
    );
    let mut form = form();
    let section = json!({"id": "s", "label_zh": "又一部分", "questions": []});
    form["sections"].as_array_mut().unwrap().push(section);
    assert_eq!(parse(&form).unwrap_err().at, "/sections/1/id");
}

#[test]
fn malformed_ids_are_refused() {
    for id in ["", "Hours", "每天", "a-b", "1st", "_a", &"a".repeat(65)] {
        refused("/id", json!(id), "/id", "bad_id");
        let at = format!("{QUESTIONS}/0/id");
        refused(&at, json!(id), &at, "bad_id");
    }
}

#[test]
fn impossible_kinds_are_refused() {
    let at = format!("{QUESTIONS}/2/kind");
    refused(&at, json!({"type": "integer", "min": 3, "max": 2}), &at, "bad_range");
    let beyond = json!({"type": "integer", "min": 0, "max": 9007199254740992_i64});
    refused(&at, beyond, &format!("{at}/max"), "bad_range");
    refused(&at, json!({"type": "text", "max_chars": 0}), &format!("{at}/max_chars"), "bad_range");
    refused(&at, json!({"type": "choice", "options": []}), &format!("{at}/options"), "empty");
    refused(
        &at,
        json!({"type": "rows", "max_rows": 1, "questions": []}),
        &format!("{at}/questions"),
        "empty",
    );
}

#[test]
fn rows_hold_no_rows() {
    let at = format!("{QUESTIONS}/5/kind/questions/0");
    let kind = json!({"type": "rows", "max_rows": 1, "questions": []});
    let rows = json!({"id": "a", "label_zh": "甲", "kind": kind});
    refused(&at, rows, &at, "not_here");
}

#[test]
fn impossible_headings_are_refused() {
    refused("/version", json!(0), "/version", "bad_range");
    refused("/label_zh", json!(" "), "/label_zh", "empty");
    refused("/valid_from", json!("2021-02-30"), "/valid_from", "bad_date");
    refused("/sections", json!([]), "/sections", "empty");
    let mut form = form();
    form["valid_from"] = json!("2021-07-01");
    form["valid_to"] = json!("2021-06-30");
    assert_eq!(parse(&form).unwrap_err().at, "/valid_to");
}

#[test]
fn asked_when_must_be_true_or_false() {
    let at = format!("{QUESTIONS}/1/asked_when");
    refused(&at, json!({"op": "answer", "of": "hours"}), &at, "wrong_type");
}

#[test]
fn a_cycle_is_refused_and_named() {
    let mut form = form();
    form["sections"][0]["questions"][2]["asked_when"] = json!({"op": "answered", "of": "helper"});
    form["sections"][0]["questions"][1]["asked_when"] = json!({"op": "compare", "is": "gt", "left": {"op": "computed", "name": "total"}, "right": {"op": "int", "value": 1}});
    let error = parse(&form).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/sections/0/questions/1/asked_when: a cycle: helper needs total needs hours needs helper"
    );
}

#[test]
fn a_rule_beside_a_cycle_is_not_blamed_for_it() {
    let mut form = form();
    form["sections"][0]["questions"][1]["asked_when"] = json!({"op": "answered", "of": "hours"});
    form["sections"][0]["questions"][2]["asked_when"] = json!({"op": "answered", "of": "hours"});
    let error = parse(&form).unwrap_err();
    assert_eq!(error.to_string(), "/sections/0/questions/2/asked_when: a cycle: hours needs hours");
}

#[test]
fn rules_that_are_too_large_are_refused() {
    let one = json!({"op": "int", "value": 1});
    let rule = |terms: usize| json!({"op": "sum", "of": vec![one.clone(); terms]});
    let mut form = form();
    form["computed"][0]["rule"] = rule(9_990);
    parse(&form).unwrap();
    form["computed"][0]["rule"] = rule(10_000);
    assert_eq!(parse(&form).unwrap_err().fault.code(), "too_costly");
}

#[test]
fn a_long_chain_of_rules_is_worked_out_in_order() {
    let mut form = form();
    let source = form["source"].clone();
    let length = 2_000;
    // Last first: each needs the one after it in the text.
    let chain: Vec<Value> = (0..length)
        .map(|index| {
            let rule = if index + 1 == length {
                json!({"op": "answer", "of": "hours"})
            } else {
                json!({"op": "computed", "name": format!("v{}", index + 1)})
            };
            json!({"name": format!("v{index}"), "label_zh": "值", "source": source, "rule": rule})
        })
        .collect();
    form["computed"] = json!(chain);
    let computed = parse(&form).unwrap().compute(&answers(json!({"hours": 7})), &Given::default());
    assert_eq!(computed.int("v0"), Some(7));
}

fn answers(value: Value) -> Answers {
    value.as_object().unwrap().clone()
}

fn codes(problems: Vec<Problem>) -> Vec<String> {
    problems.iter().map(|problem| format!("{} {}", problem.path, problem.code.as_str())).collect()
}

#[test]
fn a_question_that_is_not_asked_is_not_required() {
    let form = parse(&form()).unwrap();
    let submission = |value| codes(form.check_submission(&answers(value)));
    assert!(submission(json!({"alone": true})).is_empty());
    assert_eq!(submission(json!({"alone": false})), ["/helper required"]);
    assert!(submission(json!({"alone": false, "helper": "王"})).is_empty());
    assert_eq!(submission(json!({})), ["/alone required"]);
}

#[test]
fn a_question_that_cannot_be_decided_says_so_at_submission() {
    let form = parse(&form()).unwrap();
    let answers = answers(json!({"alone": "yes"}));
    assert_eq!(codes(form.check_draft(&answers)), ["/alone wrong_type"]);
    assert_eq!(codes(form.check_submission(&answers)), ["/alone wrong_type", "/helper rule_error"]);
}

#[test]
fn the_type_of_an_answer_is_checked_even_if_its_question_is_not_asked() {
    let form = parse(&form()).unwrap();
    let answers = answers(json!({"alone": true, "helper": 5}));
    assert_eq!(codes(form.check_draft(&answers)), ["/helper wrong_type"]);
}

#[test]
fn an_answer_to_a_question_that_is_not_asked_counts_for_nothing() {
    let mut form = form();
    form["sections"][0]["questions"][2]["asked_when"] = json!({"op": "answer", "of": "alone"});
    let form = parse(&form).unwrap();
    let total = |value| form.compute(&answers(value), &Given::default()).outcome("total").cloned();
    assert_eq!(
        total(json!({"alone": false, "hours": 7})),
        Some(Outcome::Value { value: Scalar::Int(0) })
    );
    assert_eq!(
        total(json!({"alone": true, "hours": 7})),
        Some(Outcome::Value { value: Scalar::Int(7) })
    );
    assert_eq!(
        total(json!({"alone": true})),
        Some(Outcome::Missing { needs: vec!["/hours".to_owned()] })
    );
}
