//! The real forms, as another crate sees them.
#![allow(clippy::unwrap_used)]

use ruhu_forms::{Answers, Catalogue, Form, Given, Kind, ProblemCode, Shape};
use serde_json::{Value, json};

fn tekun_six() -> Form {
    let catalogue = Catalogue::load().unwrap();
    catalogue.get("tekun_six", 1).unwrap().form().clone()
}

/// The answers of six items of which the first ones are not achieved.
fn not_achieved(count: usize) -> Answers {
    ["eat", "dress", "bed_transfer", "toilet", "walk_indoor", "bathe"]
        .into_iter()
        .enumerate()
        .map(|(index, id)| {
            let code = if index < count { "not_achieved" } else { "achieved" };
            (id.to_owned(), json!(code))
        })
        .collect()
}

fn grade(count: usize) -> String {
    let form = tekun_six();
    let computed = form.compute(&not_achieved(count), &Given::default());
    let label = form.computed_values()[1].code_label_zh(computed.text("grade").unwrap());
    label.unwrap().to_owned()
}

#[test]
fn no_item_not_achieved_is_able() {
    assert_eq!(grade(0), "具备生活自理能力");
}

#[test]
fn one_to_three_items_not_achieved_is_partly_lost() {
    for count in 1..=3 {
        assert_eq!(grade(count), "部分丧失生活自理能力");
    }
}

#[test]
fn four_items_not_achieved_is_wholly_lost() {
    for count in 4..=6 {
        assert_eq!(grade(count), "完全丧失生活自理能力");
    }
}

#[test]
fn every_form_is_found_by_id_and_version_with_its_text() {
    let catalogue = Catalogue::load().unwrap();
    for entry in catalogue.list() {
        let form = entry.form();
        let found = catalogue.get(form.id(), form.version()).unwrap();
        assert_eq!(found.text(), entry.text());
        let text: Value = serde_json::from_str(entry.text()).unwrap();
        assert_eq!(text["id"], form.id());
        assert_eq!(text["version"], form.version());
    }
    assert!(catalogue.get("tekun_six", 2).is_none());
    assert!(catalogue.get("no_such_form", 1).is_none());
}

#[test]
fn a_form_names_its_law_and_invents_no_day() {
    let form = tekun_six();
    assert_eq!(form.label_zh(), "特困人员生活自理能力评估（六项）");
    assert_eq!(form.source().document, "民发〔2021〕43号");
    assert_eq!(form.valid_from(), None);
    assert_eq!(form.valid_to(), None);
    for value in form.computed_values() {
        assert_eq!(value.source.document, "民发〔2021〕43号");
    }
}

#[test]
fn another_crate_can_derive_the_shape_of_every_answer() {
    let form = tekun_six();
    let shapes: Vec<String> = form
        .questions()
        .map(|question| match question.shape() {
            Shape::Leaf => format!("{} leaf", question.id),
            Shape::Choices(options) => format!("{} of {}", question.id, options.len()),
            Shape::Rows(fields) => {
                let fields: Vec<&str> = fields.iter().map(|field| field.id.as_str()).collect();
                format!("{} rows of {}", question.id, fields.join(" "))
            }
        })
        .collect();
    assert_eq!(
        shapes,
        [
            "eat leaf",
            "dress leaf",
            "bed_transfer leaf",
            "toilet leaf",
            "walk_indoor leaf",
            "bathe leaf",
            "observed_on leaf",
            "aids of 8",
            "caregivers rows of name relation_code hours_per_day",
            "note leaf",
        ]
    );
}

#[test]
fn the_six_items_are_required_and_the_rest_is_optional() {
    let form = tekun_six();
    assert_eq!(form.sections().len(), 2);
    for question in &form.sections()[0].questions {
        assert!(question.required && matches!(question.kind, Kind::Choice { .. }));
    }
    for question in &form.sections()[1].questions {
        assert!(!question.required);
    }
}

#[test]
fn all_problems_are_found_at_once_and_told_in_two_languages() {
    let mut answers = not_achieved(0);
    answers.remove("toilet");
    answers.insert("eat".to_owned(), json!("can"));
    answers.insert("caregivers".to_owned(), json!({"r1": {"hours_per_day": 25}}));
    let problems = tekun_six().check_submission(&answers);
    let told: Vec<_> = problems
        .iter()
        .map(|problem| {
            (problem.path.as_str(), problem.code, problem.zh.as_str(), problem.en.as_str())
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "/eat",
                ProblemCode::UnknownOption,
                "“自主吃饭”没有代码为“can”的选项。",
                "`eat` has no option `can`."
            ),
            (
                "/toilet",
                ProblemCode::Required,
                "“自主如厕”还没有填写。",
                "`toilet` must be answered."
            ),
            (
                "/caregivers/r1/name",
                ProblemCode::Required,
                "“照护人·姓名”还没有填写。",
                "`caregivers.name` must be answered."
            ),
            (
                "/caregivers/r1/hours_per_day",
                ProblemCode::OutOfRange,
                "“照护人·每天照护小时数”应在0到24之间。",
                "`caregivers.hours_per_day` must be from 0 to 24."
            ),
        ]
    );
}
