//! Barthel: ten items, 100 points, four grades (护理分级 WS/T 431—2013).

use super::{Answers, compute, every_item_is_needed, form, items, label, scored};

fn grade(total: i64) -> String {
    let computed = compute("barthel", &scored(form("barthel"), total));
    assert_eq!(computed.int("total"), Some(total));
    label("barthel", "grade", &computed)
}

#[test]
fn ten_items_come_to_100_points() {
    let items = items(form("barthel"));
    let highest: Vec<i64> = items.iter().map(|(_, scored)| scored[0].1).collect();
    assert_eq!(highest, [10, 5, 5, 10, 10, 10, 10, 15, 15, 10]);
    assert_eq!(highest.iter().sum::<i64>(), 100);
    for (item, scored) in items {
        assert!(scored.iter().all(|(code, score)| *code == score.to_string()), "{item}");
        assert!(scored.windows(2).all(|pair| pair[0].1 - pair[1].1 == 5), "{item}");
        assert_eq!(scored.last().unwrap().1, 0, "{item}");
    }
}

#[test]
fn only_100_points_is_no_dependence() {
    assert_eq!(grade(100), "无需依赖");
    assert_eq!(grade(95), "轻度依赖");
}

#[test]
fn mild_dependence_ends_above_60_points() {
    assert_eq!(grade(65), "轻度依赖");
    assert_eq!(grade(60), "中度依赖");
}

#[test]
fn moderate_dependence_ends_above_40_points() {
    assert_eq!(grade(45), "中度依赖");
    assert_eq!(grade(40), "重度依赖");
    assert_eq!(grade(0), "重度依赖");
}

/// The scale counts in fives, so its answers never reach 99, 61 or 41: what grades them are the bounds themselves.
#[test]
fn the_bounds_are_those_of_the_standard() {
    let text = super::vectors::text_of("barthel");
    let bounds: Vec<(i64, i64)> = text["computed"][1]["rule"]["bands"]
        .as_array()
        .unwrap()
        .iter()
        .map(|band| (band["min"].as_i64().unwrap(), band["max"].as_i64().unwrap()))
        .collect();
    assert_eq!(bounds, [(0, 40), (41, 60), (61, 99), (100, 100)]);
}

#[test]
fn without_an_item_there_is_no_grade() {
    every_item_is_needed("barthel", &scored(form("barthel"), 0), &["total", "grade"]);
    assert_eq!(compute("barthel", &Answers::new()).text("grade"), None);
}
