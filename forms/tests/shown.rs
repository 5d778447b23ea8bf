//! What a form yields besides results: a page to print, a schema of its answers.
#![allow(clippy::unwrap_used)]

use ruhu_forms::{Catalogue, Form, Shape, Strength};
use serde_json::json;

#[test]
fn the_printed_page_asks_every_question_and_needs_nothing_else() {
    for entry in Catalogue::load().unwrap().list() {
        let form = entry.form();
        let page = form.outline_html();
        for question in form.questions() {
            assert!(page.contains(&question.label_zh), "{} {}", form.id(), question.id);
            if let Shape::Rows(fields) = question.shape() {
                for field in fields {
                    assert!(page.contains(&field.label_zh), "{} {}", form.id(), field.id);
                }
            }
        }
        assert!(!page.contains("http") && !page.contains("<script"));
        assert_eq!(page.matches("<div>调查人员").count(), form.investigators(), "{}", form.id());
    }
}

#[test]
fn labels_cannot_break_the_printed_page() {
    let text = Catalogue::load().unwrap().get("tekun_six", 1).unwrap().text().to_owned();
    let form = Form::parse(&text.replace("自主吃饭", "<b onload='x'>&")).unwrap();
    let page = form.outline_html();
    assert!(page.contains("&lt;b onload='x'&gt;&amp;") && !page.contains("<b "));
}

#[test]
fn a_schema_requires_what_is_always_asked_only_of_a_submission() {
    let catalogue = Catalogue::load().unwrap();
    let form = catalogue.get("tekun_six", 1).unwrap().form();
    let items = ["eat", "dress", "bed_transfer", "toilet", "walk_indoor", "bathe"];
    assert_eq!(form.answer_schema(Strength::Submission)["required"], json!(items));
    assert_eq!(form.answer_schema(Strength::Draft).get("required"), None);
    let eat = &form.answer_schema(Strength::Draft)["properties"]["eat"];
    assert_eq!(eat["oneOf"][0], json!({"const": "achieved", "title": "能达到"}));
}
