//! What people are shown: suggestions with their reasons, and what is offered from person records.

use crate::household::{Household, form, object};
use crate::households::couple_with_pensions;
use crate::households_property::no_standard;
use ruhu_forms::{Given, Outcome, PrefillRecord, Suggestion, Worked};
use serde_json::json;

fn suggestions(household: &Household) -> Vec<Suggestion> {
    let given = household.tables();
    form().suggestions(&form().compute(&household.answers, &given), &given)
}

#[test]
fn tekun_persons_come_first_then_the_household() {
    let told = suggestions(&couple_with_pensions());
    let names: Vec<_> = told.iter().map(|suggestion| suggestion.name.as_str()).collect();
    assert_eq!(names, ["tekun", "dibao", "single_person_dibao", "dibao_edge", "rigid_expenditure"]);
    for suggestion in &told {
        assert!(suggestion.label_zh.starts_with("建议："), "{}", suggestion.name);
        assert!(!suggestion.source.article.is_empty());
    }
}

#[test]
fn a_suggestion_says_why_and_by_which_number() {
    let told = suggestions(&no_standard());
    let dibao = told.iter().find(|suggestion| suggestion.name == "dibao").unwrap();
    let reason = |name: &str| dibao.because.iter().find(|reason| reason.name == name).unwrap();
    let unknown = Outcome::Missing { needs: vec!["@dibao_standard_fen".to_owned()] };
    assert_eq!(dibao.worked, Worked::One(unknown.clone()));
    assert_eq!(reason("dibao_standard_fen").worked, Worked::One(unknown));
    let income = Outcome::Value { value: ruhu_forms::Scalar::Int(1_200_000) };
    assert_eq!(reason("annual_income_fen").worked, Worked::One(income));
    assert_eq!(reason("annual_income_fen").label_zh, "家庭年收入");
    assert!(dibao.because.iter().any(|reason| reason.name == "dibao_houses_within"));
}

#[test]
fn every_value_that_a_rule_compares_is_among_the_reasons_somewhere() {
    let values = form().computed_values();
    for given in form().given() {
        let told = values.iter().any(|value| value.because.contains(&given.name));
        assert!(told, "{}", given.name);
    }
}

#[test]
fn a_person_record_becomes_a_member() {
    let person = object(json!({
        "name": "测试甲", "id_type": "none", "id_no_absent_reason": "not_shown", "sex": "2",
        "birth_date": "1959-01-15", "relation_code": "02", "counted_as": "shared_living",
        "kin_to_staff": "no", "disability_type": "4", "disability_grade": 2, "separated": false,
        "hukou_code12": "110102003001", "phone": "13800000000", "labor": "superhuman",
    }));
    let record = PrefillRecord { kind: "person", id: "p1", document: &person };
    let offered = form().prefill(&Given::default(), &[record]);
    let mut expected = person.clone();
    // The investigation does not ask for it; and this is no code of its list.
    expected.remove("phone");
    expected.remove("labor");
    assert_eq!(offered["members"], json!({"p1": expected}));
    assert_eq!(offered.len(), 1);
}
