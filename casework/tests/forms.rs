//! What the forms take from the rest of the product is there: rule tables, the fields of a person.

use ruhu_casework::days::day;
use ruhu_casework::kind::Holds;
use ruhu_casework::kinds;
use ruhu_casework::tables::{Measure, TableValue, in_force, shipped, table};
use ruhu_casework::value::{Code, Value};
use ruhu_forms::{
    Answers, Catalogue, ChoiceOption, Computed, Given, GivenHolds, Kind, Origin, Outcome, Scalar,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

fn catalogue() -> Catalogue {
    Catalogue::load().expect("forms")
}

#[test]
fn every_rule_table_that_a_form_asks_for_is_there_and_holds_what_it_needs() {
    let mut asked = 0;
    for form in catalogue().list().iter().map(|entry| entry.form()) {
        for given in form.given() {
            let Origin::Table { table: name } = &given.from else { continue };
            let table = table(name).unwrap_or_else(|| panic!("{}: no table {name}", form.id()));
            let holds = match table.measure {
                Measure::Truth => GivenHolds::Truth {},
                _ => GivenHolds::Number {},
            };
            assert_eq!(given.holds, holds, "{} {name}", form.id());
            asked += 1;
        }
    }
    assert!(asked > 30);
}

fn codes(options: &[ChoiceOption]) -> Vec<(&str, &str)> {
    options.iter().map(|option| (option.code.as_str(), option.label_zh.as_str())).collect()
}

fn known(codes: &[Code]) -> Vec<(&'static str, &'static str)> {
    codes.iter().map(|code| (code.code, code.label_zh)).collect()
}

#[test]
fn a_member_of_the_household_investigation_is_what_a_person_is() {
    let catalogue = catalogue();
    let entry = catalogue.get("means", 1).expect("means");
    let members = entry.form().question("members").expect("members");
    let Kind::Rows { questions, .. } = &members.kind else { panic!("no rows") };
    let text: Json = serde_json::from_str(entry.text()).expect("json");
    let prefill = &text.pointer("/sections/1/questions/0/prefill_rows").expect("from persons");
    let person = kinds::get(prefill["from"].as_str().expect("a kind")).expect("person");
    let fields: BTreeMap<String, String> =
        serde_json::from_value(prefill["fields"].clone()).expect("fields");
    assert!(fields.len() > 15);
    for (field, from) in &fields {
        let rule = person.fields.iter().find(|rule| rule.name == from).expect(from);
        let question = questions.iter().find(|question| question.id == *field).expect(field);
        match (&rule.holds, &question.kind) {
            (Holds::Leaf(Value::Code(list)), Kind::Choice { options }) => {
                assert_eq!(codes(options), known(list), "{field}");
            }
            // What the form takes, the person takes.
            (
                Holds::Leaf(Value::Text { max_chars: most } | Value::Figures { max_chars: most }),
                Kind::Text { max_chars },
            ) => {
                assert!(u32::try_from(*most).is_ok_and(|most| most >= *max_chars), "{field}");
            }
            (Holds::Leaf(Value::Integer { min: low, max: high }), Kind::Integer { min, max }) => {
                assert_eq!((low, high), (min, max), "{field}");
            }
            (Holds::Leaf(Value::IdNumber { .. }), Kind::IdNumber {})
            | (Holds::Leaf(Value::Day | Value::PastDay), Kind::Date {})
            | (Holds::Leaf(Value::YesNo), Kind::YesNo {})
            | (Holds::Leaf(Value::AreaCode), Kind::AreaCode { digits: 12 }) => {}
            other => panic!("{field}: {other:?}"),
        }
    }
}

/// The woman with a pension of `forms/tests/means`, judged by the values that are shipped.
fn judged_on(applied_on: &str) -> Computed {
    let catalogue = catalogue();
    let means = catalogue.get("means", 1).expect("means").form();
    let vectors = include_str!("../../forms/vectors/means.json");
    let vectors: Json = serde_json::from_str(vectors).expect("vectors");
    let answers = vectors["vectors"][1]["answers"].clone();
    let mut answers: Answers = serde_json::from_value(answers).expect("answers");
    let reference = means.reference_date().expect("a reference date").to_owned();
    answers.insert(reference, applied_on.into());
    let entries = shipped().expect("entries");
    let on = day(applied_on).expect("a day");
    let given = means.given().iter().filter_map(|given| {
        let Origin::Table { table } = &given.from else { return None };
        let value = match in_force(entries.iter(), table, "110102003001", on)?.value? {
            TableValue::Number(number) => Scalar::Int(number),
            TableValue::Truth(truth) => Scalar::Bool(truth),
        };
        Some((given.name.clone(), value))
    });
    means.compute(&answers, &given.collect::<Given>())
}

#[test]
fn a_case_is_judged_by_what_was_in_force_on_its_day() {
    let missing = |name: &str| Some(Outcome::Missing { needs: vec![name.to_owned()] });
    // The allowance of 1 200 a year is below 1 450 × 12; the pension is left out.
    let known = judged_on("2025-06-30");
    assert_eq!(known.int("annual_income_fen"), Some(120_000));
    assert_eq!(known.truth("dibao"), Some(true));
    // From July on nobody has found the standard, from January on nobody says what becomes of the pension.
    let standard = judged_on("2025-12-31");
    assert_eq!(standard.int("annual_income_fen"), Some(120_000));
    assert_eq!(standard.outcome("dibao").cloned(), missing("@dibao_standard_fen"));
    let pension = judged_on("2026-01-01");
    let unknown = missing("@central_basic_pension_exempt");
    assert_eq!(pension.outcome("annual_income_fen").cloned(), unknown);
    assert_eq!(pension.truth("dibao"), None);
}
