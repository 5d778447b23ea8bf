//! IADL: eight items, 24 points; three of the first five impaired are a mild impairment.

use serde_json::json;

use super::{Answers, compute, every_item_is_needed, form, items, missing};

/// Each item, its highest score, and the score at which it is impaired.
const ITEMS: [(&str, i64, i64); 8] = [
    ("shopping", 3, 1),
    ("outing", 4, 1),
    ("cooking", 3, 0),
    ("housework", 4, 1),
    ("laundry", 2, 0),
    ("phone", 3, 1),
    ("medication", 3, 1),
    ("finance", 2, 0),
];

fn independent() -> Answers {
    ITEMS
        .iter()
        .map(|(item, highest, _)| ((*item).to_owned(), json!(highest.to_string())))
        .collect()
}

/// Of the first five items those of the mask's bits are impaired, just so.
fn impaired(mask: u32) -> Answers {
    let mut answers = independent();
    for (index, (item, _, cut)) in ITEMS[..5].iter().enumerate() {
        let score = if mask >> index & 1 == 1 { *cut } else { cut + 1 };
        answers.insert((*item).to_owned(), json!(score.to_string()));
    }
    answers
}

#[test]
fn eight_items_come_to_24_points_and_one_that_does_not_apply_counts_full() {
    let items = items(form("iadl"));
    for ((item, scored), (expected, highest, _)) in items.iter().zip(ITEMS) {
        assert_eq!((item.as_str(), scored[0].1), (expected, highest));
        let not_applicable = scored.iter().find(|(code, _)| code == "not_applicable").unwrap();
        assert_eq!(not_applicable.1, highest, "{item}");
        let rest = scored.iter().filter(|(code, _)| code != "not_applicable");
        assert!(
            rest.rev()
                .map(|(code, score)| (code.clone(), *score))
                .eq((0..=highest).map(|score| (score.to_string(), score)))
        );
    }
    let none: Answers =
        ITEMS.iter().map(|(item, _, _)| ((*item).to_owned(), json!("not_applicable"))).collect();
    for (answers, not_applicable) in [(independent(), 0), (none, 8)] {
        let computed = compute("iadl", &answers);
        assert_eq!(computed.int("total"), Some(24));
        assert_eq!(computed.int("not_applicable_count"), Some(not_applicable));
        assert_eq!(computed.truth("mild_impairment"), Some(false));
    }
}

#[test]
fn each_item_is_impaired_at_its_own_cut_and_not_above_it() {
    for (item, highest, cut) in ITEMS {
        for score in 0..=highest {
            let mut answers = independent();
            answers.insert(item.to_owned(), json!(score.to_string()));
            let computed = compute("iadl", &answers);
            assert_eq!(
                computed.truth(&format!("{item}_impaired")),
                Some(score <= cut),
                "{item} {score}"
            );
        }
    }
}

#[test]
fn any_three_of_the_first_five_are_a_mild_impairment_and_any_two_are_not() {
    for mask in 0..32_u32 {
        let computed = compute("iadl", &impaired(mask));
        assert_eq!(computed.int("impaired_of_five"), Some(mask.count_ones().into()));
        assert_eq!(computed.truth("mild_impairment"), Some(mask.count_ones() >= 3), "{mask:05b}");
    }
}

#[test]
fn the_last_three_items_make_no_mild_impairment() {
    let mut answers = impaired(0b11);
    for item in ["phone", "medication", "finance"] {
        answers.insert(item.to_owned(), json!("0"));
    }
    assert_eq!(compute("iadl", &answers).truth("mild_impairment"), Some(false));
}

#[test]
fn what_does_not_apply_is_not_impaired() {
    let mut answers = impaired(0b111);
    assert_eq!(compute("iadl", &answers).truth("mild_impairment"), Some(true));
    answers.insert("cooking".to_owned(), json!("not_applicable"));
    assert_eq!(compute("iadl", &answers).truth("mild_impairment"), Some(false));
}

#[test]
fn without_an_item_there_is_no_total_and_without_one_of_five_no_grade() {
    every_item_is_needed("iadl", &impaired(0b11111), &["total"]);
    for (index, (item, _, _)) in ITEMS.iter().enumerate() {
        let mut answers = impaired(0b11111);
        answers.remove(*item);
        let computed = compute("iadl", &answers);
        if index < 5 {
            let needs = missing(&[&format!("/{item}")]);
            assert_eq!(computed.outcome("mild_impairment"), Some(&needs));
        } else {
            assert_eq!(computed.truth("mild_impairment"), Some(true));
        }
    }
}
