//! 需求评估: thirteen items, the level in first-match order, the red flags.

use serde_json::json;

use super::{Answers, compute, every_item_is_needed, form, items, label, missing};

pub(super) const ITEMS: [&str; 13] = [
    "income",
    "housing",
    "illness",
    "disability",
    "mental",
    "caregiver",
    "education",
    "employment",
    "social_security",
    "participation",
    "child_burden",
    "child_environment",
    "home_safety",
];

/// A household with a minor, every item at 0 but these, and every service wanted.
pub(super) fn household(scores: &[(&str, i64)]) -> Answers {
    let mut answers = Answers::new();
    answers.insert("assessed_on".to_owned(), json!("2026-11-23"));
    answers.insert("has_minor".to_owned(), json!(true));
    for item in ITEMS {
        answers.insert(item.to_owned(), json!("0"));
    }
    for (item, score) in scores {
        answers.insert((*item).to_owned(), json!(score.to_string()));
        answers.insert(format!("{item}_wanted"), json!(true));
    }
    answers
}

/// Items at 2 until the scores come to `total`, without any at 3.
fn twos(total: i64) -> Vec<(&'static str, i64)> {
    let score = |index: i64| (total - 2 * index).clamp(0, 2);
    ITEMS.into_iter().zip(0..).map(|(item, index)| (item, score(index))).collect()
}

fn level(scores: &[(&str, i64)]) -> String {
    let computed = compute("needs", &household(scores));
    assert_eq!(computed.int("total"), Some(scores.iter().map(|(_, score)| score).sum()));
    label("needs", "level", &computed)
}

#[test]
fn thirteen_items_of_3_points_come_to_39() {
    let items = items(form("needs"));
    assert!(items.iter().map(|(item, _)| item.as_str()).eq(ITEMS));
    for (item, scored) in items {
        let codes: Vec<&str> = scored.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(codes, ["3", "2", "1", "0"], "{item}");
    }
    let all: Vec<(&str, i64)> = ITEMS.into_iter().map(|item| (item, 3)).collect();
    assert_eq!(compute("needs", &household(&all)).int("total"), Some(39));
}

#[test]
fn high_begins_at_18_points() {
    assert_eq!(level(&twos(18)), "高度困境");
    assert_eq!(level(&twos(17)), "中度困境");
}

#[test]
fn mid_begins_at_9_points() {
    assert_eq!(level(&twos(9)), "中度困境");
    assert_eq!(level(&twos(8)), "低度困境");
}

#[test]
fn low_begins_at_1_point() {
    assert_eq!(level(&twos(1)), "低度困境");
    assert_eq!(level(&[]), "无明显困境");
}

#[test]
fn one_item_at_3_is_mid_and_two_are_high() {
    // Those that are no red flag by themselves.
    let calm = ITEMS.into_iter().filter(|item| !["mental", "child_environment"].contains(item));
    for item in calm {
        assert_eq!(level(&[(item, 3)]), "中度困境", "{item}");
        let other = if item == "housing" { "income" } else { "housing" };
        assert_eq!(level(&[(item, 3), (other, 3)]), "高度困境", "{item}");
        assert_eq!(level(&[(item, 3), (other, 2)]), "中度困境", "{item}");
    }
}

#[test]
fn each_red_flag_alone_is_high() {
    for (scores, flag) in [
        (&[("mental", 3)][..], "red_flag_mental"),
        (&[("child_environment", 3)], "red_flag_child"),
        (&[("caregiver", 3), ("disability", 3)], "red_flag_uncared_for"),
    ] {
        let computed = compute("needs", &household(scores));
        for name in ["red_flag_mental", "red_flag_child", "red_flag_uncared_for"] {
            assert_eq!(computed.truth(name), Some(name == flag), "{flag} {name}");
        }
        assert_eq!(computed.truth("red_flag"), Some(true), "{flag}");
        assert_eq!(level(scores), "高度困境", "{flag}");
    }
}

#[test]
fn short_of_a_red_flag_there_is_none() {
    for (scores, expected) in [
        (&[("mental", 2)][..], "低度困境"),
        (&[("child_environment", 2)], "低度困境"),
        (&[("caregiver", 3)], "中度困境"),
        (&[("disability", 3)], "中度困境"),
        (&[("caregiver", 3), ("disability", 2)], "中度困境"),
        (&[("caregiver", 2), ("disability", 3)], "中度困境"),
    ] {
        assert_eq!(compute("needs", &household(scores)).truth("red_flag"), Some(false));
        assert_eq!(level(scores), expected, "{scores:?}");
    }
}

#[test]
fn without_a_minor_the_childrens_items_are_not_asked_and_count_for_nothing() {
    let form = form("needs");
    let mut answers = household(&[("child_environment", 3), ("child_burden", 3)]);
    answers.insert("has_minor".to_owned(), json!(false));
    let computed = compute("needs", &answers);
    assert_eq!(computed.int("total"), Some(0));
    assert_eq!(computed.truth("red_flag"), Some(false));
    assert_eq!(computed.text("level"), Some("no_need"));
    assert_eq!(computed.truth("suggest_child_protect"), Some(false));
    for item in ["child_burden", "child_environment"] {
        answers.remove(item);
        answers.remove(&format!("{item}_wanted"));
    }
    assert_eq!(form.check_submission(&answers), []);
    answers.insert("has_minor".to_owned(), json!(true));
    let paths: Vec<String> =
        form.check_submission(&answers).into_iter().map(|problem| problem.path).collect();
    assert_eq!(paths, ["/child_burden", "/child_environment"]);
}

#[test]
fn without_an_item_there_is_no_level() {
    let whole = household(&[("mental", 3), ("housing", 3), ("education", 3)]);
    every_item_is_needed("needs", &whole, &["total", "threes", "level"]);
    let mut answers = whole;
    answers.remove("has_minor");
    let computed = compute("needs", &answers);
    assert_eq!(computed.outcome("level"), Some(&missing(&["/has_minor"])));
}

#[test]
fn a_red_flag_is_seen_before_the_rest_is_answered() {
    let mut answers = Answers::new();
    answers.insert("mental".to_owned(), json!("3"));
    let computed = compute("needs", &answers);
    assert_eq!(computed.truth("red_flag"), Some(true));
    assert_eq!(computed.text("level"), None);
}
