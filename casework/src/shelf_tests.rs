use super::*;
use serde_json::{Value, json};

fn text(version: u32, label: &str) -> String {
    let source = json!({"law": "测试", "document": "测试", "article": "1"});
    json!({"id": "trial", "version": version, "label_zh": label, "source": source,
        "valid_from": null, "valid_to": null, "computed": [], "sections": [
            {"id": "only", "label_zh": "一", "questions": [
                {"id": "yes", "label_zh": "是否", "required": true, "kind": {"type": "yes_no"}}]}]})
    .to_string()
}

fn shelf() -> Shelf {
    Shelf::built_in().expect("the forms of this build")
}

fn with(texts: &[String]) -> Shelf {
    let published = texts.iter().map(|text| PublishedForm { text: text.clone(), at: Instant(7) });
    shelf().with(1, published.collect(), &[]).expect("published")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

#[test]
fn a_form_is_the_same_however_its_text_is_spelt() {
    let one = text(1, "试");
    let spread: Value = serde_json::from_str(&one).expect("json");
    let other = serde_json::to_string_pretty(&spread).expect("json");
    assert_ne!(one, other);
    assert_eq!(FormHash::of(&one).expect("hash"), FormHash::of(&other).expect("hash"));
    assert!(with(&[one]).check(&other).expect("a candidate").is_known);
}

#[test]
fn a_form_begins_at_version_1_and_no_version_is_left_out() {
    let refused = |shelf: &Shelf, version| shelf.check(&text(version, "试")).map(|_| ()).err();
    assert_eq!(refused(&shelf(), 1), None);
    assert_eq!(refused(&shelf(), 2), Some(PublicationFault::NotNext { next: 1 }));
    let shelf = with(&[text(1, "试")]);
    assert_eq!(refused(&shelf, 2), None);
    assert_eq!(refused(&shelf, 3), Some(PublicationFault::NotNext { next: 2 }));
}

#[test]
fn what_was_published_is_not_published_with_another_content() {
    let shelf = with(&[text(1, "试")]);
    let refused = shelf.check(&text(1, "另")).map(|_| ());
    assert_eq!(refused.err(), Some(PublicationFault::OtherContent));
}

#[test]
fn a_published_form_stands_in_the_place_of_the_builds_own() {
    let first = shelf();
    let own = first.list().next().expect("a form").entry;
    let mut changed: Value = serde_json::from_str(own.text()).expect("json");
    changed["label_zh"] = json!("已发布的");
    let shelf = with(&[changed.to_string()]);
    let found = shelf.get(own.form().id(), own.form().version()).expect("there");
    assert_eq!(found.entry.form().label_zh(), "已发布的");
    assert_eq!(
        (found.published_at, shelf.list().count()),
        (Some(Instant(7)), first.list().count())
    );
}

#[test]
fn json_that_two_readers_read_differently_is_no_form() {
    let twice = text(1, "试").replacen('{', r#"{"id":"trial","#, 1);
    assert!(matches!(shelf().check(&twice), Err(PublicationFault::Form(_))));
}

#[test]
fn a_retirement_is_moved_and_lifted_until_its_last_day_is_over() {
    let shelf = shelf();
    let form = |last_day: Option<&str>| {
        let form = shelf.list().next().expect("a form");
        ShelvedForm { last_day: last_day.map(day), ..form }
    };
    let today = day("2026-11-23");
    for (held, wanted, said) in [
        (None, Some("2026-11-22"), Err(RetirementFault::BeforeToday)),
        (None, Some("2026-11-23"), Ok(())),
        (None, None, Err(RetirementFault::NotRetired)),
        (Some("2026-11-23"), Some("2026-12-31"), Ok(())),
        (Some("2026-11-23"), None, Ok(())),
        (Some("2026-11-22"), Some("2026-12-31"), Err(RetirementFault::Past)),
        (Some("2026-11-22"), None, Err(RetirementFault::Past)),
    ] {
        assert_eq!(form(held).may_retire(wanted.map(day), today), said, "{held:?} {wanted:?}");
    }
}
