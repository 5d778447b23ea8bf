//! Decisions in awkward places: what they may not be used for, and what may not stand in their way.

mod world;

use ruhu_sync::digest::StreamDigest;
use ruhu_sync::grants::{Capacity, Grant, Grants, StreamKind};
use ruhu_sync::id::{RecordId, StreamId};
use serde_json::{Value, json};
use world::{ELSEWHERE, STREAM, World, decision, device, part, record, relocation, thing, user};
use world::{verdict, with};

fn world() -> World {
    World::new().with_a_desk()
}

fn close(world: &World, n: u128) {
    let closed = Grants { closed: true, fallback: Some(STREAM), ..Grants::default() };
    world.store.state().grants.insert(user(n), closed);
}

/// What person 9 is before the two streams.
fn seat(world: &World, here: &'static str, elsewhere: &'static str) {
    let kind = StreamKind::Caseload;
    let grant = |word| Grant { kind, held: false, capacity: Capacity(word) };
    let streams = [(STREAM, grant(here)), (ELSEWHERE, grant(elsewhere))].into();
    world.store.state().grants.insert(user(9), Grants { streams, ..Grants::default() });
}

fn group(edits: [Value; 2]) -> [Value; 2] {
    let id = json!({"id": "00000000-0000-0000-0000-0000000000a1", "size": 2});
    edits.map(|edit| with(edit, "group", id.clone()))
}

fn of_kind(edit: Value, kind: &str) -> Value {
    with(edit, "kind", json!(kind))
}

#[test]
fn a_submission_in_a_group_that_met_a_conflict_is_told_to_its_author_too() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({})));
    let inner = world.put(1, part(2, 2, 1, "0", json!({"status": "draft", "x": 1})));
    world.put(2, part(1, 2, 1, &inner, json!({"x": 2})));
    let submission = part(4, 2, 1, &inner, json!({"x": 3, "status": "submitted"}));
    let outcomes = world.push(1, &group([thing(3, 1, &home, json!({"y": 1})), submission]));
    assert_eq!(verdict(&outcomes[1]), "quarantined/submission_conflict");
    assert_eq!(world.notices(1).len(), 1);
}

#[test]
fn no_device_takes_the_name_that_a_notice_will_have() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    close(&world, 1);
    world.push(1, &[thing(2, 1, &home, json!({"x": 2}))]);
    world.decide(&[decision(1, "dismiss", 1, 2)]);
    let of_a_notice = |world: &World| -> RecordId {
        let state = world.store.state();
        let mut ids =
            state.records.values().filter(|r| r.stream == StreamId(user(1).0)).map(|r| r.id);
        ids.next().expect("a notice")
    };
    // The names follow from the edits, so that the next one can be known beforehand.
    let known = of_a_notice(&world);
    let mut other = World::new().with_a_desk();
    let mut squat = thing(1, 1, "0", json!({"x": 7}));
    squat["record"] = json!(known);
    assert_eq!(other.verdict(2, squat), "rejected/malformed");
    let home = other.put(1, thing(1, 1, "0", json!({"x": 1})));
    close(&other, 1);
    other.push(1, &[thing(2, 1, &home, json!({"x": 2}))]);
    other.decide(&[decision(1, "dismiss", 1, 2)]);
    let state = other.store.state();
    for head in state.streams.values() {
        let mut digest = StreamDigest::default();
        let records = state.records.values().filter(|r| r.stream == head.id);
        let count = records.map(|r| digest.toggle(r.id, r.rev)).count();
        assert_eq!((head.count, head.digest), (count as u64, digest), "{}", head.id);
    }
}

#[test]
fn what_the_decider_was_refused_before_does_not_stand_against_the_authors_edit() {
    let mut world = world();
    close(&world, 1);
    world.push(1, &[thing(1, 7, "0", json!({"x": 1}))]);
    // The decider tried to write to the record that is not there yet.
    let tried = world.decide(&[thing(1, 7, "1-00000000", json!({"x": 2}))]).remove(0);
    assert_eq!(verdict(&tried), "quarantined/not_available");
    let outcome = world.decide(&[decision(2, "apply", 1, 1)]).remove(0);
    assert_eq!(verdict(&outcome), "applied", "{outcome}");
}

#[test]
fn a_decision_is_never_rejected_for_what_the_edit_lacks_today() {
    let mut world = world();
    world.put(1, thing(1, 1, "0", json!({})));
    let note = |n, patch| of_kind(part(n, 2, 1, "0", patch), "note");
    assert_eq!(world.verdict(1, note(2, json!({}))), "rejected/invalid_value");
    assert_eq!(world.verdict(1, note(3, json!({"y": 1}))), "quarantined/parent_rejected");
    let outcome = world.decide(&[decision(1, "apply", 1, 3)]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/invalid_value");
    // The record is made by another edit: now it can be applied.
    world.put(1, note(4, json!({"x": 1})));
    let outcome = world.decide(&[decision(2, "apply", 1, 3)]).remove(0);
    assert_eq!(verdict(&outcome), "merged");
    assert_eq!(world.document(2), json!({"x": 1, "y": 1}));
}

#[test]
fn nobody_applies_an_own_edit() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    seat(&world, "reader", "reader");
    let refused = world.decide(&[thing(1, 1, &home, json!({"x": 2}))]).remove(0);
    assert_eq!(verdict(&refused), "quarantined/not_permitted");
    seat(&world, "reviewer", "reviewer");
    let outcome = world.decide(&[decision(2, "apply", 9, 1)]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/not_permitted");
    assert_eq!(world.document(1), json!({"x": 1}));
    // To let it be is in everyone's hand.
    let outcome = world.decide(&[decision(3, "dismiss", 9, 1)]).remove(0);
    assert_eq!(verdict(&outcome), "applied");
}

#[test]
fn an_edit_is_applied_only_into_a_stream_whose_edits_the_person_decides_on() {
    let mut world = world();
    close(&world, 1);
    let there = with(thing(1, 7, "0", json!({"x": 1})), "stream", json!(ELSEWHERE));
    assert_eq!(world.verdict(1, there), "quarantined/right_ended");
    seat(&world, "reviewer", "worker");
    let outcome = world.decide(&[decision(1, "apply", 1, 1)]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/not_permitted");
    seat(&world, "reviewer", "reviewer");
    let outcome = world.decide(&[decision(2, "apply", 1, 1)]).remove(0);
    assert_eq!(verdict(&outcome), "applied");
    assert_eq!(world.stored(7).stream, ELSEWHERE);
}

#[test]
fn nothing_comes_back_under_a_deleted_root() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({})));
    let inner = world.put(1, part(2, 2, 1, "0", json!({"status": "draft"})));
    let inner = world.put(1, with(part(3, 2, 1, &inner, json!({})), "op", json!("delete")));
    let home = world.put(1, with(thing(4, 1, &home, json!({})), "op", json!("delete")));
    let back = |edit| with(edit, "op", json!("undelete"));
    let child = world.decide(&[back(part(1, 2, 1, &inner, json!({})))]).remove(0);
    assert_eq!(verdict(&child), "quarantined/deleted");
    let both = [back(thing(2, 1, &home, json!({}))), back(part(3, 2, 1, &inner, json!({})))];
    let both = world.decide(&both);
    assert!(both.iter().all(|outcome| verdict(outcome) == "applied"), "{both:?}");
}

#[test]
fn one_who_comes_to_a_stream_is_not_told_what_had_left_it() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    world.put(1, thing(2, 2, "0", json!({"x": 1})));
    let before = world.pull(1, json!({}));
    world.decide(&[relocation(1, 1, &home, ELSEWHERE)]);
    world.enrol(4, 3);
    let page = match world.try_pull_as(device(4), user(3), json!({})) {
        ruhu_sync::pull::PullReply::Page(page) => page.json,
        other => panic!("{other:?}"),
    };
    assert!(!page.contains(&record(1).to_string()), "{page}");
    // Who held it, and reads the stream again, drops it because it was not received.
    let again = world.pull(1, json!({"cursor": before["cursor"], "restart": [STREAM]}));
    assert_eq!((&again["restarted"], &again["evicted"]), (&json!([STREAM]), &json!([])));
    let page = world.pull(1, json!({"cursor": before["cursor"]}));
    assert_eq!(page["evicted"], json!([{"stream": STREAM, "record": record(1)}]));
}
