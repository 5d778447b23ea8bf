use super::*;
use uuid::Uuid;

const ID: RecordId = RecordId(Uuid::from_u128(1));
const ROOT: RecordId = RecordId(Uuid::from_u128(2));
const STREAM: StreamId = StreamId(Uuid::from_u128(3));

fn content(document: &str) -> Content {
    let document = Json::parse(document).expect("json");
    Content { document: document.as_object().cloned().expect("object"), ..Content::default() }
}

fn row(kind: &str, content: &Content) -> Option<ReadRow> {
    project(kind, ID, ROOT, STREAM, content)
}

#[test]
fn a_household_is_listed_by_its_masked_head() {
    let text = r#"{"community_code":"110102001001","head_name":"测试戊","category":"dibao",
        "address":"某街1号","phone":"13800001234"}"#;
    let wanted = HouseholdRow {
        id: ID,
        stream: STREAM,
        community_code: "110102001001".to_owned(),
        head_name_masked: "测**".to_owned(),
        deleted: false,
    };
    assert_eq!(row("household", &content(text)), Some(ReadRow::Household(wanted)));
}

#[test]
fn a_find_is_listed_by_status() {
    let find = content(r#"{"status":"reported","category":"fire","urgency":"emergency"}"#);
    let wanted = FindRow {
        id: ID,
        stream: STREAM,
        community_code: None,
        category: Some("fire".to_owned()),
        urgency: Some("emergency".to_owned()),
        status: "reported".to_owned(),
        found_at: None,
        deleted: false,
    };
    assert_eq!(row("find", &find), Some(ReadRow::Find(wanted)));
}

#[test]
fn an_assessment_is_listed_by_its_form_and_status() {
    let text =
        format!(r#"{{"form":"tekun_six","form_version":1,"status":"draft","person":"{ROOT}"}}"#);
    let wanted = AssessmentRow {
        id: ID,
        household: ROOT,
        form: "tekun_six".to_owned(),
        form_version: 1,
        status: "draft".to_owned(),
        deleted: false,
    };
    assert_eq!(row("assessment", &content(&text)), Some(ReadRow::Assessment(wanted)));
}

#[test]
fn a_deleted_record_keeps_an_empty_row_even_if_content_was_left() {
    let left = Content { deleted: true, ..content(r#"{"head_name":"测甲"}"#) };
    let wanted = HouseholdRow {
        id: ID,
        stream: STREAM,
        community_code: String::new(),
        head_name_masked: String::new(),
        deleted: true,
    };
    assert_eq!(row("household", &left), Some(ReadRow::Household(wanted)));
}

#[test]
fn kinds_that_nobody_lists_have_no_row() {
    for kind in ["person", "visit", "attachment", "service", "referral", "unheard_of"] {
        assert_eq!(row(kind, &content("{}")), None);
    }
}
