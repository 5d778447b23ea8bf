//! GB/T 42195—2022 C.4: what raises the level that the points come to, alone and together.

use serde_json::{Value, json};

use super::gbt42195::person;
use super::{Answers, Given, Scalar, answers, form, given};

const LEVELS: [&str; 5] = ["intact", "mild", "moderate", "severe", "total"];
/// For each level, from the best to the worst, the fewest points.
const POINTS: [i64; 5] = [90, 66, 46, 30, 0];

const REASONS: [&str; 3] = ["adjust_coma", "adjust_diagnosis", "adjust_risk_events"];

fn none() -> Given {
    Given::default()
}

fn stack(value: bool) -> Given {
    given(&[("adjustments_stack", Scalar::Bool(value))])
}

fn with(total: i64, changes: &Value) -> Answers {
    let mut person = person(total);
    person.extend(answers(changes.clone()));
    person
}

/// The final level, and the reasons that hold.
fn final_level(answers: &Answers, given: &Given) -> (String, Vec<&'static str>) {
    let computed = form("gbt42195").compute(answers, given);
    let reasons = REASONS.into_iter().filter(|reason| computed.truth(reason).unwrap()).collect();
    (computed.text("final_level").unwrap().to_owned(), reasons)
}

/// From every level it goes up by as many, and never beyond the worst.
fn raises(changes: Value, given: &Given, by: usize, reasons: &[&str]) {
    for (level, points) in POINTS.into_iter().enumerate() {
        let (found, because) = final_level(&with(points, &changes), given);
        assert_eq!(found, LEVELS[(level + by).min(4)], "{changes} from {}", LEVELS[level]);
        assert_eq!(because, reasons);
    }
}

#[test]
fn nothing_to_adjust_leaves_the_level() {
    for given in [none(), stack(false), stack(true)] {
        raises(json!({}), &given, 0, &[]);
    }
}

#[test]
fn a_coma_is_the_worst_level_whatever_the_points() {
    for given in [none(), stack(false), stack(true)] {
        raises(json!({"coma": true}), &given, 4, &["adjust_coma"]);
    }
}

#[test]
fn dementia_or_a_mental_disorder_or_both_raise_by_one() {
    for given in [none(), stack(false), stack(true)] {
        for (dementia, mental_disorder) in [(true, false), (false, true), (true, true)] {
            let changes = json!({"dementia_diagnosed": dementia, "mental_disorder_diagnosed": mental_disorder});
            raises(changes, &given, 1, &["adjust_diagnosis"]);
        }
    }
}

#[test]
fn two_risk_events_raise_by_one_and_one_does_not() {
    for given in [none(), stack(false), stack(true)] {
        for kind in
            ["fall_count", "wander_count", "choke_count", "self_harm_count", "other_risk_count"]
        {
            raises(json!({kind: 1}), &given, 0, &[]);
            raises(json!({kind: 2}), &given, 1, &["adjust_risk_events"]);
        }
        raises(json!({"fall_count": 1, "choke_count": 1}), &given, 1, &["adjust_risk_events"]);
        raises(json!({"fall_count": 99, "wander_count": 99}), &given, 1, &["adjust_risk_events"]);
    }
}

#[test]
fn a_diagnosis_and_events_together_raise_by_one_until_somebody_enters_that_they_stack() {
    let both = json!({"dementia_diagnosed": true, "self_harm_count": 2});
    let reasons = ["adjust_diagnosis", "adjust_risk_events"];
    raises(both.clone(), &none(), 1, &reasons);
    raises(both.clone(), &stack(false), 1, &reasons);
    raises(both, &stack(true), 2, &reasons);
}

#[test]
fn a_coma_beside_the_others_is_the_worst_level_with_every_reason_told() {
    for given in [none(), stack(false), stack(true)] {
        let diagnosis = json!({"coma": true, "dementia_diagnosed": true});
        raises(diagnosis, &given, 4, &["adjust_coma", "adjust_diagnosis"]);
        let events = json!({"coma": true, "fall_count": 2});
        raises(events, &given, 4, &["adjust_coma", "adjust_risk_events"]);
        let all = json!({"coma": true, "mental_disorder_diagnosed": true, "fall_count": 2});
        raises(all, &given, 4, &REASONS);
    }
}

#[test]
fn the_level_before_is_kept_beside_the_level_after() {
    let answers = with(66, &json!({"dementia_diagnosed": true, "fall_count": 2}));
    let computed = form("gbt42195").compute(&answers, &stack(true));
    assert_eq!(computed.text("prelim_level"), Some("mild"));
    assert_eq!(computed.int("levels_raised"), Some(2));
    assert_eq!(computed.text("final_level"), Some("severe"));
}

#[test]
fn a_coma_and_a_clear_mind_are_told_as_a_contradiction() {
    let form = form("gbt42195");
    let problems = |consciousness: &str| {
        let mut answers = with(0, &json!({"coma": true}));
        answers.insert("b3_9_consciousness".to_owned(), json!(consciousness));
        let problems = form.check_submission(&answers);
        problems.into_iter().map(|problem| problem.path).collect::<Vec<_>>()
    };
    assert_eq!(problems("0"), [""; 0]);
    assert_eq!(problems("1"), ["/coma"]);
    assert_eq!(problems("2"), ["/coma"]);
}
