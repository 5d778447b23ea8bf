//! Roots that move with all that belongs to them.

mod world;

use ruhu_sync::digest::StreamDigest;
use ruhu_sync::id::StreamId;
use serde_json::{Value, json};
use world::{ELSEWHERE, STREAM, World, part, record, relocation, thing, verdict};

/// Thing 1 with part 2, made by device 1; gives the revs.
fn family(world: &mut World) -> (String, String) {
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    let inner = world.put(1, part(2, 2, 1, "0", json!({"status": "draft", "x": 1})));
    (home, inner)
}

fn world() -> World {
    World::new().with_a_desk()
}

fn digest_of(world: &World, stream: StreamId) -> (u64, StreamDigest) {
    let state = world.store.state();
    let records = state.records.values().filter(|r| r.stream == stream);
    let mut digest = StreamDigest::default();
    let count = records.map(|r| digest.toggle(r.id, r.rev)).count();
    (count as u64, digest)
}

fn assert_heads_hold(world: &World) {
    for stream in [STREAM, ELSEWHERE] {
        let head = world.store.state().streams.get(&stream).copied();
        let (count, digest) = digest_of(world, stream);
        let head = head.map(|head| (head.count, head.digest)).unwrap_or_default();
        assert_eq!(head, (count, digest), "{stream}");
    }
}

#[test]
fn a_root_moves_with_all_that_belongs_to_it() {
    let mut world = world();
    let (home, inner) = family(&mut world);
    let outcome = &world.decide(&[relocation(1, 1, &home, ELSEWHERE)])[0];
    assert_eq!(outcome["outcome"], "applied");
    for (n, before) in [(1, &home), (2, &inner)] {
        let stored = world.stored(n);
        assert_eq!(stored.stream, ELSEWHERE);
        assert_eq!(stored.rev.number, 2);
        assert_ne!(stored.rev.to_string()[2..], before[2..], "the stream is part of the content");
    }
    assert_eq!(outcome["rev"], json!(world.stored(1).rev.to_string()));
    assert_heads_hold(&world);
}

#[test]
fn the_devices_of_the_old_stream_evict_and_those_of_the_new_one_receive() {
    let mut world = world();
    let (home, _) = family(&mut world);
    world.transfer(2, ELSEWHERE);
    let before = world.pull(1, json!({}));
    let there = world.pull(2, json!({}));
    world.decide(&[relocation(1, 1, &home, ELSEWHERE)]);

    let page = world.pull(1, json!({"cursor": before["cursor"]}));
    assert_eq!(page["records"], json!([]));
    let mut evicted: Vec<_> = page["evicted"].as_array().expect("a list").clone();
    evicted.sort_by_key(Value::to_string);
    assert_eq!(evicted, [1, 2].map(|n| json!({"stream": STREAM, "record": record(n)})),);
    assert_eq!(page["streams"][0]["count"], 0);

    let page = world.pull(2, json!({"cursor": there["cursor"]}));
    assert_eq!(page["records"].as_array().map(Vec::len), Some(2));
    assert_eq!(page["evicted"], json!([]));
}

#[test]
fn a_move_out_and_back_between_two_pulls_leaves_the_record_where_it_is() {
    let mut world = world();
    let (home, _) = family(&mut world);
    let before = world.pull(1, json!({}));
    let out = world.decide(&[relocation(1, 1, &home, ELSEWHERE)]);
    let rev = out[0]["rev"].as_str().expect("moved").to_owned();
    world.decide(&[relocation(2, 1, &rev, STREAM)]);
    assert_eq!(world.stored(1).rev.number, 3);

    let page = world.pull(1, json!({"cursor": before["cursor"]}));
    assert_eq!(page["records"].as_array().map(Vec::len), Some(2));
    assert_eq!(page["evicted"], json!([]), "what came back is not evicted");
    assert_eq!(page["streams"][0]["count"], 2);
    assert_heads_hold(&world);
}

#[test]
fn a_move_while_a_device_is_paging_is_exact() {
    let mut world = world();
    let (home, _) = family(&mut world);
    let page = world.pull(1, json!({"limit": 1}));
    assert_eq!(page["complete"], false);
    assert_eq!(page["records"][0]["record"], json!(record(1)));
    world.decide(&[relocation(1, 1, &home, ELSEWHERE)]);
    let rest = world.pull(1, json!({"cursor": page["cursor"], "limit": 5}));
    assert_eq!(rest["complete"], true);
    assert_eq!(rest["records"], json!([]));
    let evicted = rest["evicted"].as_array().expect("a list");
    assert!(evicted.contains(&json!({"stream": STREAM, "record": record(1)})));
}

#[test]
fn an_edit_made_before_the_move_merges_after_the_way_back() {
    let mut world = world();
    let (home, inner) = family(&mut world);
    let out = world.decide(&[relocation(1, 1, &home, ELSEWHERE)]);
    let rev = out[0]["rev"].as_str().expect("moved").to_owned();
    // Another edits in the new stream; then it comes back.
    world.transfer(2, ELSEWHERE);
    let there = world.stored(2).rev.to_string();
    world.put(2, part(1, 2, 1, &there, json!({"y": 7})));
    world.decide(&[relocation(2, 1, &rev, STREAM)]);

    let outcome = world.push(1, &[part(3, 2, 1, &inner, json!({"x": 2}))]).remove(0);
    assert_eq!(verdict(&outcome), "merged");
    assert_eq!(world.document(2), json!({"status": "draft", "x": 2, "y": 7}));
    // A base that is a version which only a move made is known, too: y is another's, and asks.
    let moved = there;
    let outcome = world.push(1, &[part(4, 2, 1, &moved, json!({"y": 8}))]).remove(0);
    assert_eq!(verdict(&outcome), "conflict");
    let outcome = world.push(1, &[part(5, 2, 1, &moved, json!({"x": 3}))]).remove(0);
    assert_eq!(verdict(&outcome), "merged");
}

#[test]
fn the_late_edit_of_one_who_lost_the_household_waits_where_it_is_now() {
    let mut world = world();
    let (home, inner) = family(&mut world);
    world.decide(&[relocation(1, 1, &home, ELSEWHERE)]);
    let late = world.push(1, &[part(3, 2, 1, &inner, json!({"x": 2}))]).remove(0);
    assert_eq!(verdict(&late), "quarantined/not_available");
    assert_eq!((late.get("rev"), late.get("because_of")), (None, None));
    let state = world.store.state();
    let row = &state.journal[&(world::device(1), ruhu_sync::id::DeviceSeq(3))];
    assert_eq!(row.stream, Some(ELSEWHERE));
}

#[test]
fn two_who_move_one_household_at_once_are_not_settled_by_a_clock() {
    let mut world = world();
    let (home, _) = family(&mut world);
    world.put(2, thing(1, 1, &home, json!({"y": 1})));
    let outcome = world.decide(&[relocation(1, 1, &home, ELSEWHERE)]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/edited_since");
    assert_eq!(world.stored(1).stream, STREAM);
}

#[test]
fn only_a_desk_with_both_streams_moves_and_only_to_another_of_the_kind() {
    let mut world = world();
    let (home, inner) = family(&mut world);
    let mut say = |edit: Value| verdict(&world.decide(&[edit])[0]);
    assert_eq!(say(relocation(1, 1, &home, STREAM)), "quarantined/illegal_transition");
    let nowhere = StreamId(uuid::Uuid::from_u128(0x77));
    assert_eq!(say(relocation(2, 1, &home, nowhere)), "quarantined/not_available");
    let mut of_a_part = part(3, 2, 1, &inner, json!({}));
    of_a_part["op"] = json!("move");
    of_a_part["stream"] = json!(ELSEWHERE);
    assert_eq!(say(of_a_part), "rejected/malformed");
    let mut no_stream = relocation(4, 1, &home, ELSEWHERE);
    no_stream.as_object_mut().expect("an object").remove("stream");
    assert_eq!(say(no_stream), "rejected/malformed");
    assert_eq!(world.verdict(1, relocation(3, 1, &home, ELSEWHERE)), "rejected/unknown_op");
    assert_eq!(world.stored(1).stream, STREAM);
}

#[test]
fn a_group_that_does_not_hold_moves_nothing() {
    let mut world = world();
    let (home, inner) = family(&mut world);
    let group = json!({"id": "00000000-0000-0000-0000-0000000000a1", "size": 2});
    let outcomes = world.decide(&[
        world::with(relocation(1, 1, &home, ELSEWHERE), "group", group.clone()),
        world::with(relocation(2, 5, "1-00000000", ELSEWHERE), "group", group),
    ]);
    assert_eq!(verdict(&outcomes[0]), "quarantined/group_member");
    assert_eq!(world.stored(1).rev.to_string(), home);
    assert_eq!(world.stored(2).rev.to_string(), inner);
    assert_heads_hold(&world);
}

#[test]
fn what_was_deleted_goes_along_and_can_come_back_there() {
    let mut world = world();
    let (home, inner) = family(&mut world);
    world.put(1, world::with(part(3, 2, 1, &inner, json!({})), "op", json!("delete")));
    let gone = world.put(1, world::with(thing(4, 1, &home, json!({})), "op", json!("delete")));
    let moved = world.decide(&[relocation(1, 1, &gone, ELSEWHERE)]).remove(0);
    assert_eq!(verdict(&moved), "applied");
    let stored = world.stored(1);
    assert!(stored.deleted && stored.stream == ELSEWHERE);
    let back = world::with(relocation(2, 1, "0", ELSEWHERE), "op", json!("undelete"));
    assert_eq!(verdict(&world.decide(&[back])[0]), "applied");
    assert_eq!(world.document(1), json!({"x": 1}));
    assert_heads_hold(&world);
}
