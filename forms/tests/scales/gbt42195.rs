//! GB/T 42195—2022: 26 items in four groups, 90 points, five levels.

use serde_json::json;

use super::{
    Answers, Form, Given, answers, compute, every_item_is_needed, form, items, label, missing,
    scored,
};

/// Somebody with these points, no coma, no diagnosis and no risk event.
pub(super) fn person(total: i64) -> Answers {
    let mut person = scored(form("gbt42195"), total);
    person.extend(answers(json!({
        "assessed_on": "2026-11-23", "assess_reason": "first",
        "dementia_diagnosed": false, "mental_disorder_diagnosed": false, "coma": false,
        "fall_count": 0, "wander_count": 0, "choke_count": 0, "self_harm_count": 0, "other_risk_count": 0,
    })));
    person
}

fn levels(total: i64) -> (String, String) {
    let computed = compute("gbt42195", &person(total));
    assert_eq!(computed.int("total"), Some(total));
    (label("gbt42195", "prelim_level", &computed), label("gbt42195", "final_level", &computed))
}

fn both(level: &str) -> (String, String) {
    (level.to_owned(), level.to_owned())
}

/// How many items each section has, and what they come to.
fn groups(form: &Form) -> Vec<(usize, i64)> {
    let items = items(form);
    let of = |id: &str| items.iter().find(|(item, _)| item == id).map(|(_, scored)| scored[0].1);
    form.sections()
        .iter()
        .map(|section| section.questions.iter().filter_map(|question| of(&question.id)).collect())
        .map(|scores: Vec<i64>| (scores.len(), scores.iter().sum()))
        .filter(|(count, _)| *count > 0)
        .collect()
}

#[test]
fn four_groups_of_26_items_come_to_32_15_28_and_15_points() {
    let form = form("gbt42195");
    assert_eq!(groups(form), [(8, 32), (4, 15), (9, 28), (5, 15)]);
    let computed = form.compute(&person(90), &Given::default());
    let sums = ["self_care_sum", "mobility_sum", "mental_sum", "sensory_social_sum", "total"];
    assert_eq!(
        sums.map(|sum| computed.int(sum)),
        [Some(32), Some(15), Some(28), Some(15), Some(90)]
    );
    for (item, scored) in items(form) {
        let expected: Vec<(String, i64)> =
            (0..=scored[0].1).rev().map(|score| (score.to_string(), score)).collect();
        assert_eq!(scored, expected, "{item}");
    }
}

#[test]
fn each_group_counts_its_own_items_only() {
    let form = form("gbt42195");
    for (item, group) in [
        ("b1_8_toileting", "self_care_sum"),
        ("b2_1_bed_mobility", "mobility_sum"),
        ("b3_9_consciousness", "mental_sum"),
        ("b4_1_vision", "sensory_social_sum"),
    ] {
        let mut answers = person(90);
        answers.insert(item.to_owned(), json!("0"));
        let (before, after) =
            (compute("gbt42195", &person(90)), form.compute(&answers, &Given::default()));
        for sum in ["self_care_sum", "mobility_sum", "mental_sum", "sensory_social_sum"] {
            assert_eq!(before.int(sum) != after.int(sum), sum == group, "{item} {sum}");
        }
    }
}

#[test]
fn only_90_points_is_intact() {
    assert_eq!(levels(90), both("能力完好"));
    assert_eq!(levels(89), both("能力轻度受损（轻度失能）"));
}

#[test]
fn one_point_less_in_any_item_is_mild() {
    for (item, scored) in items(form("gbt42195")) {
        let mut answers = person(90);
        answers.insert(item.clone(), json!(scored[1].0));
        assert_eq!(compute("gbt42195", &answers).text("final_level"), Some("mild"), "{item}");
    }
}

#[test]
fn mild_ends_at_66_points() {
    assert_eq!(levels(66), both("能力轻度受损（轻度失能）"));
    assert_eq!(levels(65), both("能力中度受损（中度失能）"));
}

#[test]
fn moderate_ends_at_46_points() {
    assert_eq!(levels(46), both("能力中度受损（中度失能）"));
    assert_eq!(levels(45), both("能力重度受损（重度失能）"));
}

#[test]
fn severe_ends_at_30_points() {
    assert_eq!(levels(30), both("能力重度受损（重度失能）"));
    assert_eq!(levels(29), both("能力完全丧失（完全失能）"));
    assert_eq!(levels(0), both("能力完全丧失（完全失能）"));
}

#[test]
fn without_an_item_there_is_no_level() {
    every_item_is_needed("gbt42195", &person(0), &["total", "prelim_level", "final_level"]);
}

#[test]
fn without_what_adjusts_there_is_a_preliminary_level_and_no_final_one() {
    for (question, needs) in [
        ("coma", "/coma"),
        ("dementia_diagnosed", "/dementia_diagnosed"),
        ("mental_disorder_diagnosed", "/mental_disorder_diagnosed"),
        ("fall_count", "/fall_count"),
        ("wander_count", "/wander_count"),
        ("choke_count", "/choke_count"),
        ("self_harm_count", "/self_harm_count"),
        ("other_risk_count", "/other_risk_count"),
    ] {
        let mut answers = person(66);
        answers.remove(question);
        let computed = compute("gbt42195", &answers);
        assert_eq!(computed.text("prelim_level"), Some("mild"));
        assert_eq!(computed.outcome("final_level"), Some(&missing(&[needs])));
    }
}

#[test]
fn somebody_younger_is_told_apart_and_not_refused() {
    for (birth_date, of_age) in [("1966-11-23", true), ("1966-11-24", false)] {
        let mut answers = person(66);
        answers.insert("birth_date".to_owned(), json!(birth_date));
        let form = form("gbt42195");
        let computed = form.compute(&answers, &Given::default());
        assert_eq!(computed.truth("aged_60_or_over"), Some(of_age));
        assert_eq!(computed.text("final_level"), Some("mild"));
        assert_eq!(form.check_submission(&answers), []);
    }
}
