//! What the forms take from the rest of the product is there: rule tables, the fields of a person.

use ruhu_casework::kind::Holds;
use ruhu_casework::kinds;
use ruhu_casework::tables::{Measure, table};
use ruhu_casework::value::{Code, Value};
use ruhu_forms::{Catalogue, ChoiceOption, GivenHolds, Kind, Origin};
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
            (Holds::Leaf(Value::Text { max_chars: most }), Kind::Text { max_chars }) => {
                assert_eq!(u32::try_from(*most), Ok(*max_chars), "{field}");
            }
            (Holds::Leaf(Value::Integer { min: low, max: high }), Kind::Integer { min, max }) => {
                assert_eq!((low, high), (min, max), "{field}");
            }
            (Holds::Leaf(Value::IdNumber { .. }), Kind::IdNumber {})
            | (Holds::Leaf(Value::Day), Kind::Date {})
            | (Holds::Leaf(Value::YesNo), Kind::YesNo {})
            | (Holds::Leaf(Value::AreaCode), Kind::AreaCode { digits: 12 }) => {}
            other => panic!("{field}: {other:?}"),
        }
    }
}
