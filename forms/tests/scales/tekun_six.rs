//! 特困六项: the count of what is not achieved (民发〔2021〕43号 §20–23).

use serde_json::json;

use super::{Answers, compute, label, missing};

const ITEMS: [&str; 6] = ["eat", "dress", "bed_transfer", "toilet", "walk_indoor", "bathe"];

/// Of the six items those of the mask's bits are not achieved.
fn not_achieved(mask: u32) -> Answers {
    ITEMS
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let code = if mask >> index & 1 == 1 { "not_achieved" } else { "achieved" };
            ((*item).to_owned(), json!(code))
        })
        .collect()
}

fn grades(count: u32) -> Vec<String> {
    (0..64_u32)
        .filter(|mask| mask.count_ones() == count)
        .map(|mask| label("tekun_six", "grade", &compute("tekun_six", &not_achieved(mask))))
        .collect()
}

#[test]
fn none_not_achieved_is_able_and_any_one_is_partly_lost() {
    assert_eq!(grades(0), ["具备生活自理能力"]);
    assert_eq!(grades(1), ["部分丧失生活自理能力"; 6]);
}

#[test]
fn any_three_not_achieved_are_partly_lost_and_any_four_wholly() {
    assert_eq!(grades(3), ["部分丧失生活自理能力"; 20]);
    assert_eq!(grades(4), ["完全丧失生活自理能力"; 15]);
}

#[test]
fn two_are_partly_lost_and_five_and_six_wholly() {
    assert_eq!(grades(2), ["部分丧失生活自理能力"; 15]);
    assert_eq!(grades(5), ["完全丧失生活自理能力"; 6]);
    assert_eq!(grades(6), ["完全丧失生活自理能力"]);
}

#[test]
fn without_an_item_there_is_no_grade_even_where_it_could_not_change() {
    for item in ITEMS {
        let mut answers = not_achieved(63);
        answers.remove(item);
        let computed = compute("tekun_six", &answers);
        assert_eq!(computed.outcome("grade"), Some(&missing(&[&format!("/{item}")])));
    }
}
