//! 需求评估: the services that items suggest, whether the household wants them, and what is filled in beforehand.

use ruhu_forms::{Outcome, Worked};
use serde_json::{Value, json};

use super::needs::{ITEMS, household};
use super::{Given, Scalar, compute, form, given, missing};

/// What each item suggests from 2 points on.
const SERVICES: [(&str, &[&str]); 13] = [
    ("income", &["temp_relief", "dibao_apply", "charity"]),
    ("housing", &["housing_aid", "home_adapt", "clean"]),
    ("illness", &["medical_aid", "medical_escort", "charity"]),
    ("disability", &["care", "rehab", "assistive_device", "home_adapt"]),
    ("mental", &["counseling", "crisis"]),
    ("caregiver", &["care", "respite", "companion_visit"]),
    ("education", &["education_aid", "tutoring"]),
    ("employment", &["job_aid", "capability"]),
    ("social_security", &["policy_apply", "insurance_aid"]),
    ("participation", &["social_inclusion", "companion_visit"]),
    ("child_burden", &["child_support", "education_aid"]),
    ("child_environment", &["child_protect", "family_education"]),
    ("home_safety", &["home_adapt", "alarm_device", "companion_visit"]),
];

fn text(code: &str) -> Scalar {
    Scalar::Text(code.to_owned())
}

fn truth(value: bool) -> Worked {
    Worked::One(Outcome::Value { value: Scalar::Bool(value) })
}

/// The answer that is offered to a question, if one is.
fn offered(question: &str, values: &[(&str, Scalar)]) -> Option<Value> {
    form("needs").prefill(&given(values), &[]).remove(question)
}

#[test]
fn every_service_that_an_item_suggests_is_a_suggestion() {
    let form = form("needs");
    let found = form.computed_values().iter().filter(|value| value.suggests);
    let mut found: Vec<&str> = found.map(|value| &value.name["suggest_".len()..]).collect();
    let mut expected: Vec<&str> =
        SERVICES.iter().flat_map(|(_, services)| *services).copied().collect();
    found.sort_unstable();
    expected.sort_unstable();
    expected.dedup();
    assert_eq!(expected.len(), 26);
    assert_eq!(found, expected);
}

#[test]
fn each_item_suggests_its_services_from_2_points_and_no_others() {
    let form = form("needs");
    let suggestions = form.computed_values().iter().filter(|value| value.suggests);
    let names: Vec<&str> = suggestions.map(|value| value.name.as_str()).collect();
    for (item, services) in SERVICES {
        for score in 0..=3 {
            let computed = compute("needs", &household(&[(item, score)]));
            for name in &names {
                let service = &name["suggest_".len()..];
                let expected = score >= 2 && services.contains(&service);
                assert_eq!(computed.truth(name), Some(expected), "{item} {score} {service}");
                let wanted = computed.truth(&format!("wanted_{service}"));
                assert_eq!(wanted, Some(expected), "{item} {score} {service}");
            }
        }
    }
}

#[test]
fn a_suggestion_says_because_of_which_items_and_whether_it_is_wanted() {
    let mut answers = household(&[("income", 2), ("illness", 1)]);
    answers.insert("income_wanted".to_owned(), json!(false));
    let (form, none) = (form("needs"), Given::default());
    let suggestions = form.suggestions(&form.compute(&answers, &none), &none);
    let charity =
        suggestions.iter().find(|suggestion| suggestion.name == "suggest_charity").unwrap();
    assert_eq!(charity.worked, truth(true));
    let because = charity.because.iter().map(|reason| (reason.name.as_str(), &reason.worked));
    assert_eq!(
        because.collect::<Vec<_>>(),
        [
            ("income_2plus", &truth(true)),
            ("illness_2plus", &truth(false)),
            ("wanted_charity", &truth(false)),
        ]
    );
}

#[test]
fn a_service_is_wanted_if_the_household_wants_it_for_an_item_that_suggests_it() {
    for (income, illness, wanted) in
        [(false, false, false), (true, false, true), (false, true, true), (true, true, true)]
    {
        let mut answers = household(&[("income", 2), ("illness", 3)]);
        answers.insert("income_wanted".to_owned(), json!(income));
        answers.insert("illness_wanted".to_owned(), json!(illness));
        let computed = compute("needs", &answers);
        assert_eq!(computed.truth("suggest_charity"), Some(true));
        assert_eq!(computed.truth("wanted_charity"), Some(wanted));
    }
    // Wanted for an item that is too low to suggest anything.
    let mut answers = household(&[("income", 2), ("illness", 1)]);
    answers.insert("income_wanted".to_owned(), json!(false));
    assert_eq!(compute("needs", &answers).truth("wanted_charity"), Some(false));
}

#[test]
fn what_nobody_has_said_is_no_consent() {
    for said in [None, Some(json!("unknown"))] {
        let mut answers = household(&[("mental", 2)]);
        answers.remove("mental_wanted");
        answers.extend(said.map(|said| ("mental_wanted".to_owned(), said)));
        let computed = compute("needs", &answers);
        assert_eq!(computed.truth("suggest_crisis"), Some(true));
        assert_eq!(computed.outcome("wanted_crisis"), Some(&missing(&["/mental_wanted"])));
    }
}

#[test]
fn whether_services_are_wanted_is_asked_from_1_point() {
    let form = form("needs");
    for item in ITEMS {
        for (score, asked) in [(0, false), (1, true), (3, true)] {
            let mut answers = household(&[(item, score)]);
            let path = format!("/{item}_wanted");
            answers.remove(&path[1..]);
            let problems = form.check_submission(&answers);
            let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
            let expected: &[&str] = if asked { &[&path] } else { &[] };
            assert_eq!(paths, expected, "{item} {score}");
        }
    }
}

#[test]
fn income_is_filled_in_from_the_investigation_and_only_if_both_lines_are_known() {
    let income = |dibao: Option<bool>, edge: Option<bool>| {
        let known = [("means_income_below_dibao", dibao), ("means_income_below_edge", edge)];
        let known =
            known.into_iter().filter_map(|(name, below)| Some((name, Scalar::Bool(below?))));
        offered("income", &known.collect::<Vec<_>>())
    };
    assert_eq!(income(Some(true), Some(true)), Some(json!("2")));
    assert_eq!(income(Some(false), Some(true)), Some(json!("1")));
    assert_eq!(income(Some(false), Some(false)), Some(json!("0")));
    assert_eq!(income(Some(true), None), Some(json!("2")));
    assert_eq!(income(Some(false), None), None);
    assert_eq!(income(None, Some(true)), None);
    assert_eq!(income(None, None), None);
}

#[test]
fn disability_is_filled_in_from_the_worse_of_the_self_care_assessments() {
    let six = |grade: &str| ("tekun_six_grade", text(grade));
    let aged = |level: &str| ("gbt42195_final_level", text(level));
    for (values, expected) in [
        (vec![six("wholly_lost")], Some("3")),
        (vec![six("partly_lost")], Some("2")),
        // Able to care for oneself, with or without a disability: not known.
        (vec![six("able")], None),
        (vec![aged("total")], Some("3")),
        (vec![aged("severe")], Some("2")),
        (vec![aged("moderate")], Some("2")),
        (vec![aged("mild")], Some("1")),
        (vec![aged("intact")], Some("0")),
        (vec![six("able"), aged("mild")], Some("1")),
        (vec![six("able"), aged("total")], Some("3")),
        (vec![six("partly_lost"), aged("mild")], Some("2")),
        (vec![six("wholly_lost"), aged("intact")], Some("3")),
        (vec![], None),
    ] {
        assert_eq!(offered("disability", &values), expected.map(Value::from), "{values:?}");
    }
}

#[test]
fn home_safety_is_filled_in_only_by_two_risk_events() {
    let home_safety =
        |count| offered("home_safety", &[("gbt42195_risk_event_count", Scalar::Int(count))]);
    assert_eq!(home_safety(2), Some(json!("3")));
    assert_eq!(home_safety(1), None);
    assert_eq!(home_safety(0), None);
    assert_eq!(offered("home_safety", &[]), None);
}

#[test]
fn whether_there_is_a_minor_is_filled_in_from_the_investigation() {
    for minor in [true, false] {
        let values = [("means_has_minor", Scalar::Bool(minor))];
        assert_eq!(offered("has_minor", &values), Some(json!(minor)));
    }
    assert_eq!(offered("has_minor", &[]), None);
}
