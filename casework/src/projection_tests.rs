use super::*;
use ruhu_sync::id::{DeviceId, DeviceSeq, UserId};
use ruhu_sync::path::Path;
use ruhu_sync::record::{Conflict, ConflictId};
use uuid::Uuid;

const ID: RecordId = RecordId(Uuid::from_u128(1));
const ROOT: RecordId = RecordId(Uuid::from_u128(2));
const STREAM: StreamId = StreamId(Uuid::from_u128(3));
const AT: Instant = Instant(5);

fn content(document: &str) -> Content {
    let document = Json::parse(document).expect("json");
    Content { document: document.as_object().cloned().expect("object"), ..Content::default() }
}

fn row(kind: &str, content: &Content) -> Option<ReadRow> {
    project(kind, ID, ROOT, STREAM, 4, content, AT)
}

fn disputed(document: &str) -> Content {
    let conflict = Conflict {
        id: ConflictId {
            device: DeviceId(Uuid::nil()),
            device_seq: DeviceSeq(1),
            path: Path::of(&["address"]),
        },
        user: UserId(Uuid::nil()),
        made_at: String::new(),
        value: Some(Json::from("另一处")),
        base: None,
        restored: false,
    };
    Content { conflicts: vec![conflict], ..content(document) }
}

#[test]
fn a_household_is_listed_by_its_masked_head_with_its_conflicts_counted() {
    let text = r#"{"community_code":"110102001001","head_name":"测试戊","category":"dibao",
        "address":"某街1号","phone":"13800001234"}"#;
    let wanted = HouseholdRow {
        id: ID,
        stream: STREAM,
        community_code: "110102001001".to_owned(),
        category: Some("dibao".to_owned()),
        head_name_masked: "测**".to_owned(),
        open_conflicts: 1,
        deleted: false,
        rev_number: 4,
        changed_at: AT,
    };
    assert_eq!(row("household", &disputed(text)), Some(ReadRow::Household(wanted)));
}

#[test]
fn a_person_is_listed_without_the_number() {
    let text = r#"{"name":"测甲","relation_code":"10","id_no":"11010519491231002X"}"#;
    let wanted = PersonRow {
        id: ID,
        household: ROOT,
        stream: STREAM,
        name_masked: "测*".to_owned(),
        relation_code: Some("10".to_owned()),
        deleted: false,
        rev_number: 4,
    };
    assert_eq!(row("person", &content(text)), Some(ReadRow::Person(wanted)));
}

#[test]
fn a_visit_and_a_find_are_listed_by_status() {
    let visit = content(r#"{"status":"planned","planned_on":"2026-11-23"}"#);
    let wanted = VisitRow {
        id: ID,
        household: ROOT,
        stream: STREAM,
        status: "planned".to_owned(),
        planned_on: Some("2026-11-23".to_owned()),
        deleted: false,
        rev_number: 4,
    };
    assert_eq!(row("visit", &visit), Some(ReadRow::Visit(wanted)));
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
        rev_number: 4,
        changed_at: AT,
    };
    assert_eq!(row("find", &find), Some(ReadRow::Find(wanted)));
}

#[test]
fn an_assessment_names_its_form_and_its_person() {
    let text =
        format!(r#"{{"form":"tekun_six","form_version":1,"status":"draft","person":"{ROOT}"}}"#);
    let wanted = AssessmentRow {
        id: ID,
        household: ROOT,
        stream: STREAM,
        form: "tekun_six".to_owned(),
        form_version: 1,
        person: Some(ROOT),
        status: "draft".to_owned(),
        open_conflicts: 0,
        deleted: false,
        rev_number: 4,
        changed_at: AT,
    };
    assert_eq!(row("assessment", &content(&text)), Some(ReadRow::Assessment(wanted)));
}

#[test]
fn a_deleted_record_keeps_an_empty_row_even_if_content_was_left() {
    let left = Content { deleted: true, ..content(r#"{"name":"测甲","relation_code":"10"}"#) };
    let wanted = PersonRow {
        id: ID,
        household: ROOT,
        stream: STREAM,
        name_masked: String::new(),
        relation_code: None,
        deleted: true,
        rev_number: 4,
    };
    assert_eq!(row("person", &left), Some(ReadRow::Person(wanted)));
}

#[test]
fn kinds_that_nobody_lists_have_no_row() {
    for kind in ["attachment", "service", "referral", "unheard_of"] {
        assert_eq!(row(kind, &content("{}")), None);
    }
}
