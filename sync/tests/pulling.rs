//! Rules of pulling: nothing skipped, nothing shown that may not be seen.

mod world;

use ruhu_sync::digest::StreamDigest;
use ruhu_sync::grants::Grants;
use ruhu_sync::id::RecordId;
use ruhu_sync::pull::PullReply;
use ruhu_sync::rev::Rev;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use world::{ELSEWHERE, STREAM, World, grants, record, thing, user};

fn filled(count: u64) -> World {
    let mut world = World::new();
    let edits: Vec<_> =
        (1..=count).map(|n| thing(n, u128::from(n), "0", json!({"x": n}))).collect();
    world.push(1, &edits);
    world
}

fn names(page: &Value) -> Vec<String> {
    let records = page["records"].as_array().expect("records");
    records.iter().map(|r| r["record"].as_str().expect("name").to_owned()).collect()
}

#[test]
fn pages_go_on_until_complete_and_the_digest_is_that_of_the_records() {
    let world = filled(5);
    let mut cursor = Value::Null;
    let mut held = BTreeMap::new();
    for expected in [2, 2, 1] {
        let mut request = json!({"limit": 2});
        if cursor.is_string() {
            request["cursor"] = cursor.clone();
        }
        let page = world.pull(2, request);
        assert_eq!(names(&page).len(), expected);
        assert_eq!(page["complete"], json!(expected == 1));
        for r in page["records"].as_array().expect("records") {
            held.insert(r["record"].to_string(), r.clone());
        }
        cursor = page["cursor"].clone();
        if expected == 1 {
            let mut digest = StreamDigest::default();
            for r in held.values() {
                let id = RecordId::parse(r["record"].as_str().expect("id")).expect("id");
                digest.toggle(id, Rev::parse(r["rev"].as_str().expect("rev")).expect("rev"));
            }
            let told = json!({"stream": STREAM, "kind": "caseload", "seq": 5, "count": 5,
                "digest": digest.to_string()});
            assert_eq!(page["streams"], json!([told]));
        }
    }
    let again = world.pull(2, json!({"cursor": cursor}));
    assert_eq!((names(&again).len(), &again["complete"]), (0, &json!(true)));
}

#[test]
fn a_page_that_is_exactly_full_is_complete() {
    let world = filled(4);
    let page = world.pull(2, json!({"limit": 4}));
    assert_eq!((names(&page).len(), &page["complete"]), (4, &json!(true)));
}

#[test]
fn a_record_changed_while_a_device_is_paging_comes_again() {
    let mut world = filled(3);
    let page = world.pull(2, json!({"limit": 2}));
    world.push(1, &[thing(4, 1, "0", json!({"x": 9}))]);
    let next = world.pull(2, json!({"limit": 2, "cursor": page["cursor"]}));
    assert_eq!(names(&next), [record(3).to_string(), record(1).to_string()]);
    assert_eq!(next["complete"], json!(true));
}

#[test]
fn a_pull_costs_what_changed() {
    let mut world = filled(5);
    let page = world.pull(2, json!({}));
    world.push(1, &[thing(6, 4, "0", json!({"x": 9}))]);
    let next = world.pull(2, json!({"cursor": page["cursor"]}));
    assert_eq!(names(&next), [record(4).to_string()]);
}

#[test]
fn a_stream_that_was_lost_and_granted_again_is_read_from_the_beginning() {
    let world = filled(3);
    let cursor = world.pull(2, json!({}))["cursor"].clone();
    world.store.state().grants.insert(user(2), Grants::default());
    let without = world.pull(2, json!({"cursor": cursor}));
    assert_eq!((&without["streams"], &without["complete"]), (&json!([]), &json!(true)));
    world.store.state().grants.insert(user(2), grants("worker"));
    let again = world.pull(2, json!({"cursor": without["cursor"]}));
    assert_eq!((names(&again).len(), &again["restarted"]), (3, &json!([STREAM])));
}

#[test]
fn a_stream_that_disagrees_is_read_from_the_beginning_when_asked() {
    let world = filled(3);
    let cursor = world.pull(2, json!({}))["cursor"].clone();
    let again = world.pull(2, json!({"cursor": cursor, "restart": [STREAM]}));
    assert_eq!((names(&again).len(), &again["restarted"]), (3, &json!([STREAM])));
}

#[test]
fn a_person_whose_right_has_ended_pulls_nothing() {
    let world = filled(1);
    world.store.state().grants.insert(user(2), Grants { closed: true, ..grants("worker") });
    assert!(matches!(world.try_pull(2, json!({})), PullReply::Closed(world::EPOCH)));
}

#[test]
fn streams_that_only_a_desk_reaches_are_not_pulled() {
    let world = filled(1);
    let mut desk = grants("reviewer");
    desk.streams.values_mut().for_each(|grant| grant.held = false);
    world.store.state().grants.insert(user(2), desk);
    assert_eq!(names(&world.pull(2, json!({}))), Vec::<String>::new());
}

#[test]
fn a_cursor_of_another_device_or_made_up_is_refused() {
    let world = filled(1);
    let cursor = world.pull(1, json!({}))["cursor"].clone();
    for token in [cursor, json!("made-up"), json!("")] {
        let reply = world.try_pull(2, json!({"cursor": token}));
        assert!(matches!(reply, PullReply::CursorRefused), "{reply:?}");
    }
}

#[test]
fn an_empty_caseload_and_an_unused_stream_are_complete_at_once() {
    let world = World::new();
    let mut two = grants("worker");
    two.streams.insert(ELSEWHERE, two.streams[&STREAM]);
    world.store.state().grants.insert(user(1), two);
    let page = world.pull(1, json!({}));
    assert_eq!(page["complete"], json!(true));
    assert_eq!(page["streams"].as_array().map(Vec::len), Some(2));
    assert_eq!(page["streams"][0]["digest"], "0".repeat(32));
}
