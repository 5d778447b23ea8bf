use super::*;
use ruhu_sync::json::Object;

fn content(document: &str) -> Content {
    let document = Json::parse(document).expect("json");
    Content { document: document.as_object().cloned().expect("object"), ..Content::default() }
}

const HEAD: Listed = Listed::in_column("household", "head_name_masked", Holding::Text);
const COMMUNITY: Listed = Listed::in_column("household", "community_code", Holding::Text);
const VERSION: Listed = Listed::in_column("assessment", "form_version", Holding::Integer);

#[test]
fn a_name_is_listed_masked_and_a_code_whole() {
    let household = content(r#"{"community_code":"110102001001","head_name":"测试戊"}"#);
    assert_eq!(HEAD.text(&household).as_deref(), Some("测**"));
    assert_eq!(COMMUNITY.text(&household).as_deref(), Some("110102001001"));
}

#[test]
fn what_is_missing_empty_or_of_another_type_is_not_listed() {
    for document in [r#"{}"#, r#"{"head_name":""}"#, r#"{"head_name":7,"form_version":"7"}"#] {
        assert_eq!(HEAD.text(&content(document)), None, "{document}");
        assert_eq!(VERSION.integer(&content(document)), None, "{document}");
    }
    assert_eq!(VERSION.integer(&content(r#"{"form_version":7}"#)), Some(7));
}

#[test]
fn nothing_is_listed_of_a_deleted_record_even_if_content_was_left() {
    let left = r#"{"head_name":"测甲","form_version":1,"status":"draft"}"#;
    let deleted = Content { deleted: true, ..content(left) };
    assert_eq!(HEAD.text(&deleted), None);
    assert_eq!(VERSION.integer(&deleted), None);
    assert_eq!(listed_status("assessment", &deleted), None);
}

#[test]
fn only_assessments_and_finds_are_listed_by_status() {
    let document: Object = content(r#"{"status":"reported"}"#).document;
    let content = Content { document, ..Content::default() };
    let listed = kinds::ALL.iter().filter(|kind| listed_status(kind.name, &content).is_some());
    assert_eq!(listed.map(|kind| kind.name).collect::<Vec<_>>(), ["assessment", "find"]);
    assert_eq!(listed_status("unheard_of", &content), None);
}

#[test]
fn a_kind_has_a_column_for_each_listed_field_and_the_name_says_what_is_masked() {
    let household = kinds::get("household").expect("a kind");
    let wanted =
        ["community_code", "head_name_masked"].map(|name| (name.to_owned(), Holding::Text));
    assert_eq!(columns(household), wanted);
    assert_eq!((count("household"), count("person")), (2, 0));
}
