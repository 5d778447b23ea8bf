//! Editing, as a person does it and as the protocol wants it kept.

use super::*;
use crate::fake::{Fake, HERE, answered, applied, crash, device, doc, id, row};
use ruhu_sync::id::DeviceId;
use ruhu_sync::rev::Base;
use ruhu_sync::version::Version;
use serde_json::{Value, json};

fn at(pointer: &str) -> Path {
    Path::parse(pointer).expect("a pointer")
}

fn bases(device: &TestDevice<impl Sized>) -> Vec<String> {
    let outbox = device.memory.outbox.iter();
    outbox.map(|edit| edit.base.to_string()).collect()
}

#[test]
fn a_record_that_no_server_version_was_seen_of_has_base_nothing() {
    let mut device = device();
    let record = device.create("household", None, doc("{}")).expect("kept");
    device.set(record, &at("/name"), "王".into()).expect("kept");
    assert_eq!(bases(&device), ["0", "0"]);
}

#[test]
fn new_edits_take_the_base_of_the_oldest_unsent_one_whatever_was_pulled_since() {
    let mut device = device();
    let seen = row(1, 1, HERE, r#"{"x":1}"#);
    device.memory.rows.insert(id(1), seen.clone());
    device.set(id(1), &at("/x"), 2.into()).expect("kept");
    let first = device.memory.outbox[0].bytes.clone();
    device.memory.rows.insert(id(1), row(1, 5, HERE, r#"{"x":9}"#));
    device.set(id(1), &at("/y"), 3.into()).expect("kept");
    let base = Base::Seen(seen.rev).to_string();
    assert_eq!(bases(&device), [base.clone(), base]);
    assert_eq!(device.memory.outbox[0].bytes, first);
}

#[test]
fn once_nothing_is_unsent_the_base_is_the_version_on_the_screen() {
    let mut device = device();
    device.memory.rows.insert(id(1), row(1, 1, HERE, "{}"));
    device.set(id(1), &at("/x"), 2.into()).expect("kept");
    let newer = row(1, 2, HERE, r#"{"x":2}"#);
    device.transport_mut().then(applied(1..=1, std::slice::from_ref(&newer)));
    device.push().expect("pushed");
    device.set(id(1), &at("/x"), 3.into()).expect("kept");
    assert_eq!(bases(&device), [newer.rev.to_string()]);
}

#[test]
fn a_new_row_is_marked_as_new_and_shows_at_once() {
    let mut device = device();
    device.memory.rows.insert(id(1), row(1, 1, HERE, "{}"));
    let fields = doc(r#"{"wage":320000}"#);
    let row_id = device.add_row(id(1), &at("/income"), fields).expect("kept");
    let place = at("/income").child(&row_id);
    let draft = device.memory.outbox[0].draft.clone().expect("a draft");
    assert_eq!(draft.new_rows, BTreeSet::from([place.clone()]));
    let shown = device.view(id(1)).expect("a view").document;
    assert_eq!(place.child("wage").find(&shown), Some(&320_000.into()));
    device.remove_row(id(1), &at("/income"), &row_id).expect("kept");
    let shown = device.view(id(1)).expect("a view").document;
    assert_eq!(place.find(&shown), None);
}

#[test]
fn rows_keep_the_order_in_which_they_were_written_though_the_clock_goes_back() {
    let mut device = device();
    // Written on another tablet, whose clock is years ahead.
    let ahead = "02000000-0000-7000-8000-000000000001";
    let held = format!(r#"{{"income":{{"{ahead}":{{"wage":1}}}}}}"#);
    device.memory.rows.insert(id(1), row(1, 1, HERE, &held));
    for wage in 2..20 {
        let fields = doc(&format!(r#"{{"wage":{wage}}}"#));
        device.add_row(id(1), &at("/income"), fields).expect("kept");
    }
    let shown = device.view(id(1)).expect("a view").document;
    let rows = shown["income"].as_object().expect("rows").values();
    let wages = rows.filter_map(|row| row.as_object()?.get("wage")?.as_integer());
    assert!(wages.eq(1..20));
}

#[test]
fn a_group_has_one_name_its_size_and_numbers_in_a_row() {
    let mut device = device();
    let visit = device.group(|d| {
        let household = d.create("household", None, doc("{}"))?;
        let visit = d.create("visit", Some(household), doc("{}"))?;
        assert!(d.view(visit).is_some());
        d.set(visit, &at("/note"), "到访".into())?;
        Ok(visit)
    });
    assert!(device.view(visit.expect("kept")).is_some());
    let groups: Vec<_> = device.memory.outbox.iter().map(|edit| edit.group).collect();
    assert!(groups[0].is_some_and(|group| group.size == 3));
    assert!(groups.iter().all(|group| *group == groups[0]));
    assert_eq!(device.memory.next, DeviceSeq(4));
}

#[test]
fn a_group_that_fails_midway_was_never_begun() {
    let mut device = device();
    let failed = device.group(|d| {
        d.create("household", None, doc("{}"))?;
        d.set(id(99), &at("/x"), 1.into())
    });
    assert_eq!(failed, Err(DeviceError::UnknownRecord(id(99))));
    assert!(device.memory.outbox.is_empty() && device.memory.next == DeviceSeq(1));
    device.create("household", None, doc("{}")).expect("kept");
    assert_eq!(device.memory.outbox[0].group, None);
}

#[test]
fn nothing_is_sent_or_read_in_the_middle_of_a_group() {
    let mut device = device();
    let sent = device.group(|d| d.push().map(drop));
    assert!(matches!(sent, Err(DeviceError::Group(_))));
    let read = device.group(|d| d.pull().map(drop));
    assert!(matches!(read, Err(DeviceError::Group(_))));
}

#[test]
fn a_void_takes_the_place_of_a_whole_group_and_keeps_what_was_written() {
    let mut device = device();
    let make = |d: &mut TestDevice<_>| d.create("household", None, doc("{}"));
    make(&mut device).expect("kept");
    device.group(|d| make(d).and_then(|_| make(d))).expect("kept");
    let kept = device.memory.outbox.clone();
    device.void(DeviceSeq(3)).expect("voided");
    let bytes: Vec<_> = device.memory.outbox.iter().map(|e| e.bytes.as_str()).collect();
    assert_eq!(bytes[0], kept[0].bytes);
    assert_eq!(bytes[1..], [r#"{"device_seq":2,"op":"void"}"#, r#"{"device_seq":3,"op":"void"}"#]);
    assert_eq!(crash(device).memory.voided, kept[1..]);
}

/// A device that shows one record with this conflict open at `/income/r`.
fn disputed(value: &str) -> (TestDevice<crate::fake::Fake>, ConflictId) {
    let name = ConflictId {
        device: DeviceId(uuid::Uuid::from_u128(7)),
        device_seq: DeviceSeq(4),
        path: at("/income/r"),
    };
    let mut held = row(1, 3, HERE, r#"{"income":{}}"#);
    held.conflicts.push(Conflict {
        id: name.clone(),
        user: ruhu_sync::id::UserId(uuid::Uuid::from_u128(8)),
        made_at: "2026-11-23T09:30:00+08:00".to_owned(),
        value: Json::parse(value).ok(),
        base: None,
        restored: false,
    });
    let mut device = device();
    device.memory.rows.insert(id(1), held);
    (device, name)
}

#[test]
fn a_settled_conflict_is_named_and_no_longer_shown() {
    let (mut device, name) = disputed("");
    assert_eq!(device.open_conflicts(id(1)).len(), 1);
    device.resolve(id(1), &name, Choice::KeepCurrent).expect("kept");
    assert!(device.open_conflicts(id(1)).is_empty());
    let draft = device.memory.outbox[0].draft.clone().expect("a draft");
    assert_eq!((draft.resolves, draft.patch), (vec![name.clone()], Object::new()));
    let again = device.resolve(id(1), &name, Choice::KeepCurrent);
    assert_eq!(again, Err(DeviceError::UnknownConflict));
}

#[test]
fn taking_an_alternative_sets_it_or_removes_what_it_would_have_removed() {
    let (mut device, name) = disputed(r#"{"wage":5}"#);
    device.resolve(id(1), &name, Choice::TakeAlternative).expect("kept");
    let draft = device.memory.outbox[0].draft.clone().expect("a draft");
    assert_eq!(draft.patch, doc(r#"{"income":{"r":{"wage":5}}}"#));
    assert_eq!(draft.new_rows, BTreeSet::from([name.path]));

    let (mut device, name) = disputed("");
    device.resolve(id(1), &name, Choice::TakeAlternative).expect("kept");
    let draft = device.memory.outbox[0].draft.clone().expect("a draft");
    assert_eq!(draft.patch, doc(r#"{"income":{"r":null}}"#));
    assert!(draft.new_rows.is_empty());
}

#[test]
fn a_deleted_record_is_listed_no_more() {
    let mut device = device();
    let record = device.create("household", None, doc("{}")).expect("kept");
    assert_eq!(device.records("household").len(), 1);
    device.delete(record).expect("kept");
    assert!(device.records("household").is_empty());
    assert!(device.view(record).is_some_and(|view| view.deleted));
}

#[test]
fn a_tablet_that_was_updated_sends_its_old_edits_in_the_old_version_and_apart() {
    let mut device = device();
    let old = device.create("household", None, doc(r#"{"name":"测试丁"}"#)).expect("kept");
    device.settings_mut().version = Version::Two;
    device.set(old, &Path::of(&["name"]), Json::from("测试戊")).expect("kept");
    // The answer of the first is lost, and the tablet crashes.
    let mut device = crash(device);
    device.settings_mut().attempts = 1;
    device.transport_mut().then_lost();
    assert!(device.push().is_err());
    device.transport_mut().then(applied(1..=1, &[])).then(applied(2..=2, &[]));
    device.push().expect("pushed");
    let calls = &device.transport().calls;
    let told: Vec<&Value> = calls.iter().map(|call| &call.body["protocol"]).collect();
    assert_eq!(told, [&json!(1), &json!(1), &json!(2)]);
    assert_eq!(calls[0].bytes, calls[1].bytes);
    assert_eq!(calls[1].body["edits"][0]["patch"]["name"], "测试丁");
    let change = json!([{"path": "/name", "set": "测试戊"}]);
    assert_eq!(calls[2].body["edits"][0]["changes"], change);
}

#[test]
fn a_group_is_of_one_version() {
    let mut device = device();
    device.settings_mut().version = Version::Two;
    device
        .group(|d| {
            d.create("household", None, doc("{}"))?;
            d.create("household", None, doc("{}"))
        })
        .expect("kept");
    let line: &mut Fake = device.transport_mut();
    line.then(answered(
        &json!([
        {"device_seq": 1, "outcome": "applied", "rev": "1-00000000"},
        {"device_seq": 2, "outcome": "applied", "rev": "1-00000000"}]),
        2,
        &[],
    ));
    device.push().expect("pushed");
    assert_eq!(device.transport().calls.len(), 1);
}
