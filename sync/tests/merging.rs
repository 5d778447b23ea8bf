//! Rules of merging two people's work, each by its name in the protocol.

mod world;

use serde_json::{Value, json};
use world::{World, device, part, thing, with};

/// Thing 1 with these contents, made by device 1 as its edit 1; gives the rev.
fn begin(world: &mut World, document: Value) -> String {
    world.put(1, thing(1, 1, "0", document))
}

fn with_row(world: &mut World) -> String {
    let patch = json!({"rows": {"r": {"wage": 100, "age": 70}}});
    world.put(1, with(thing(1, 1, "0", patch), "new_rows", json!(["/rows/r"])))
}

#[test]
fn edits_of_different_fields_merge_without_a_question() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1, "y": 1}));
    assert_eq!(world.verdict(1, thing(2, 1, &base, json!({"x": 2}))), "applied");
    assert_eq!(world.verdict(2, thing(1, 1, &base, json!({"y": 3}))), "merged");
    assert_eq!(world.document(1), json!({"x": 2, "y": 3}));
}

#[test]
fn two_values_for_one_field_keep_the_first_and_the_other_beside_it() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    world.put(1, thing(2, 1, &base, json!({"x": 2})));
    assert_eq!(world.verdict(2, thing(1, 1, &base, json!({"x": 3}))), "conflict");
    assert_eq!(world.document(1), json!({"x": 2}));
    let open = world.conflicts(1);
    assert_eq!(open.len(), 1);
    assert_eq!(
        (&open[0]["path"], &open[0]["value"], &open[0]["base"], &open[0]["device"]),
        (&json!("/x"), &json!(3), &json!(1), &json!(device(2)))
    );
}

#[test]
fn the_same_value_from_two_people_is_no_conflict() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    world.put(1, thing(2, 1, &base, json!({"x": 2})));
    assert_eq!(world.verdict(2, thing(1, 1, &base, json!({"x": 2}))), "merged");
}

#[test]
fn setting_a_field_to_the_value_it_has_still_touches_it() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    world.put(1, thing(2, 1, &base, json!({"x": 1})));
    assert_eq!(world.verdict(2, thing(1, 1, &base, json!({"x": 2}))), "conflict");
}

#[test]
fn a_chain_of_one_device_never_conflicts_with_itself() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    let edits: Vec<_> = (2..6).map(|n| thing(n, 1, &base, json!({"x": n}))).collect();
    for outcome in world.push(1, &edits) {
        assert_eq!(outcome["outcome"], "applied");
    }
    assert_eq!(world.document(1), json!({"x": 5}));
}

#[test]
fn a_later_value_of_the_same_chain_replaces_its_own_open_alternative() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    world.put(1, thing(2, 1, &base, json!({"x": 2})));
    world.put(2, thing(1, 1, &base, json!({"x": 3})));
    assert_eq!(world.verdict(2, thing(2, 1, &base, json!({"x": 4}))), "conflict");
    let open = world.conflicts(1);
    assert_eq!((open.len(), &open[0]["value"], &open[0]["device_seq"]), (1, &json!(4), &json!(2)));
    assert_eq!(world.verdict(2, thing(3, 1, &base, json!({"x": 2}))), "merged");
    assert_eq!(world.conflicts(1), Vec::<Value>::new());
}

#[test]
fn a_plain_edit_of_a_conflicted_field_leaves_the_conflict_open() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    world.put(1, thing(2, 1, &base, json!({"x": 2})));
    let seen = world.put(2, thing(1, 1, &base, json!({"x": 3})));
    assert_eq!(world.verdict(3, thing(1, 1, &seen, json!({"x": 9}))), "applied");
    assert_eq!((world.document(1), world.conflicts(1).len()), (json!({"x": 9}), 1));
}

#[test]
fn opening_and_resolving_a_conflict_raise_rev_and_seq() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    world.put(1, thing(2, 1, &base, json!({"x": 2})));
    let before = world.stored(1);
    world.put(2, thing(1, 1, &base, json!({"x": 3})));
    let opened = world.stored(1);
    assert!(opened.rev.number > before.rev.number && opened.seq > before.seq);
    assert_ne!(opened.rev.hash, before.rev.hash);
    let names = json!([{"device": device(2), "device_seq": 1, "path": "/x"}]);
    let rev = opened.rev.to_string();
    world.put(3, with(thing(1, 1, &rev, json!({})), "resolves", names));
    let settled = world.stored(1);
    assert!(settled.rev.number > opened.rev.number && settled.seq > opened.seq);
    assert_eq!(settled.rev.hash, before.rev.hash);
    assert_eq!((world.document(1), world.conflicts(1).len()), (json!({"x": 2}), 0));
}

#[test]
fn resolving_touches_the_path_even_if_the_value_stays() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    world.put(1, thing(2, 1, &base, json!({"x": 2})));
    let seen = world.put(2, thing(1, 1, &base, json!({"x": 3})));
    let names = json!([{"device": device(2), "device_seq": 1, "path": "/x"}]);
    world.put(3, with(thing(1, 1, &seen, json!({})), "resolves", names));
    assert_eq!(world.verdict(1, thing(3, 1, &seen, json!({"x": 5}))), "conflict");
}

#[test]
fn a_resolution_that_met_another_value_is_itself_a_conflict() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    world.put(1, thing(2, 1, &base, json!({"x": 2})));
    let seen = world.put(2, thing(1, 1, &base, json!({"x": 3})));
    world.put(1, thing(3, 1, &seen, json!({"x": 7})));
    let names = json!([{"device": device(2), "device_seq": 1, "path": "/x"}]);
    let settle = with(thing(1, 1, &seen, json!({})), "resolves", names.clone());
    assert_eq!(world.verdict(3, settle), "conflict");
    let open = world.conflicts(1);
    assert_eq!((open.len(), &open[0]["value"]), (1, &json!(2)));
    assert_eq!(world.document(1), json!({"x": 7}));
    let again = with(thing(2, 1, &seen, json!({"y": 1})), "resolves", names);
    assert_eq!(world.verdict(2, again), "merged", "a closed name is ignored");
}

#[test]
fn marks_take_the_last_arrival_and_the_journal_keeps_both() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"mark": "1"}));
    world.put(1, thing(2, 1, &base, json!({"mark": "2"})));
    assert_eq!(world.verdict(2, thing(1, 1, &base, json!({"mark": "3"}))), "merged");
    assert_eq!(world.document(1), json!({"mark": "3"}));
    let state = world.store.state();
    let touch = &state.journal[&(device(2), ruhu_sync::id::DeviceSeq(1))].effect.0[0];
    assert_eq!(
        (
            touch.before.as_ref().and_then(|v| v.as_text()),
            touch.after.as_ref().and_then(|v| v.as_text())
        ),
        (Some("2"), Some("3"))
    );
}

#[test]
fn a_devices_value_for_a_field_of_the_servers_is_ignored_and_reported() {
    let mut world = World::new();
    let outcome = world.push(1, &[thing(1, 1, "0", json!({"x": 1, "level": 3}))]).remove(0);
    assert_eq!((&outcome["outcome"], &outcome["ignored"]), (&json!("applied"), &json!(["/level"])));
    assert_eq!(world.document(1), json!({"x": 1}));
}

#[test]
fn removing_a_row_that_another_has_edited_is_a_conflict_and_the_row_stays() {
    let mut world = World::new();
    let base = with_row(&mut world);
    world.put(1, thing(2, 1, &base, json!({"rows": {"r": {"wage": 5}}})));
    assert_eq!(world.verdict(2, thing(1, 1, &base, json!({"rows": {"r": null}}))), "conflict");
    assert_eq!(world.document(1)["rows"]["r"]["wage"], 5);
    let open = world.conflicts(1);
    assert_eq!((&open[0]["path"], open[0].get("value")), (&json!("/rows/r"), None));
}

#[test]
fn editing_a_row_that_another_has_removed_restores_it_whole_as_a_conflict() {
    let mut world = World::new();
    let base = with_row(&mut world);
    world.put(1, thing(2, 1, &base, json!({"rows": {"r": null}})));
    let edit = thing(1, 1, &base, json!({"rows": {"r": {"wage": 5}}}));
    assert_eq!(world.verdict(2, edit), "conflict");
    assert_eq!(world.document(1), json!({"rows": {"r": {"wage": 5, "age": 70}}}));
    assert_eq!(world.conflicts(1)[0]["restored"], true);
    let more = thing(2, 1, &base, json!({"rows": {"r": {"age": 71}}}));
    assert_eq!(world.verdict(2, more), "merged", "the own chain goes on in the restored row");
    assert_eq!(world.document(1)["rows"]["r"], json!({"wage": 5, "age": 71}));
}

#[test]
fn a_row_in_neither_base_nor_record_quarantines_the_edit() {
    let mut world = World::new();
    let base = with_row(&mut world);
    let edit = thing(1, 1, &base, json!({"rows": {"unknown": {"wage": 5}}}));
    assert_eq!(world.verdict(2, edit), "quarantined/row_unknown");
}

#[test]
fn the_rows_of_an_edit_that_makes_its_record_need_no_mark() {
    let mut world = World::new();
    let rows = json!({"rows": {"r": {"wage": 100}, "empty": {}}});
    let base = world.put(1, thing(1, 1, "0", rows));
    assert_eq!(world.document(1), json!({"rows": {"empty": {}, "r": {"wage": 100}}}));
    // The record is there now: a row of a later edit is marked, whatever its base.
    for (seq, base) in [(2, "0"), (3, base.as_str())] {
        let later = thing(seq, 1, base, json!({"rows": {"s": {"wage": 5}}}));
        assert_eq!(world.verdict(1, later), "quarantined/row_unknown");
    }
    // A null is no part of a new row, as where it is marked.
    let null = thing(1, 2, "0", json!({"rows": {"r": {"wage": null}}}));
    assert_eq!(world.verdict(2, null), "rejected/wrong_shape");
}

#[test]
fn a_removed_rows_id_is_never_added_again() {
    let mut world = World::new();
    let base = with_row(&mut world);
    let gone = world.put(1, thing(2, 1, &base, json!({"rows": {"r": null}})));
    let patch = json!({"rows": {"r": {"wage": 1}}});
    let again =
        |n, base: &str| with(thing(n, 1, base, patch.clone()), "new_rows", json!(["/rows/r"]));
    assert_eq!(world.verdict(1, again(3, &gone)), "quarantined/row_id_taken");
    assert_eq!(world.verdict(2, again(1, &base)), "quarantined/row_id_taken");
    assert_eq!(world.verdict(3, again(1, "0")), "quarantined/row_id_taken");
}

#[test]
fn two_people_may_each_add_a_first_row() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    for (from, row) in [(2, "a"), (3, "b")] {
        let patch = json!({"rows": {row: {"wage": from}}});
        let edit = with(thing(1, 1, &base, patch), "new_rows", json!([format!("/rows/{row}")]));
        world.put(from, edit);
    }
    assert_eq!(world.document(1)["rows"], json!({"a": {"wage": 2}, "b": {"wage": 3}}));
    assert_eq!(world.conflicts(1).len(), 0);
}

#[test]
fn removing_over_an_open_conflict_that_is_not_named_is_itself_a_conflict() {
    let mut world = World::new();
    let base = with_row(&mut world);
    world.put(1, thing(2, 1, &base, json!({"rows": {"r": {"wage": 5}}})));
    let seen = world.put(2, thing(1, 1, &base, json!({"rows": {"r": {"wage": 6}}})));
    let remove =
        |n, names: Value| with(thing(n, 1, &seen, json!({"rows": {"r": null}})), "resolves", names);
    assert_eq!(world.verdict(3, remove(1, json!([]))), "conflict");
    assert_eq!(world.document(1)["rows"]["r"]["wage"], 5);
    let names = json!([{"device": device(2), "device_seq": 1, "path": "/rows/r/wage"},
        {"device": device(3), "device_seq": 1, "path": "/rows/r"}]);
    assert_eq!(world.verdict(3, remove(2, names)), "applied");
    assert_eq!(world.document(1)["rows"], json!({}));
}

#[test]
fn deleting_over_an_open_conflict_or_anothers_edit_is_quarantined() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    let delete = |n, base: &str| with(thing(n, 1, base, json!({})), "op", json!("delete"));
    world.put(1, thing(2, 1, &base, json!({"x": 2})));
    assert_eq!(world.verdict(2, delete(1, &base)), "quarantined/edited_since");
    let seen = world.put(2, thing(2, 1, &base, json!({"x": 3})));
    assert_eq!(world.verdict(3, delete(1, &seen)), "quarantined/open_conflict");
    let names = json!([{"device": device(2), "device_seq": 2, "path": "/x"}]);
    assert_eq!(world.verdict(3, with(delete(2, &seen), "resolves", names)), "applied");
    assert!(world.stored(1).deleted);
    assert_eq!(world.verdict(1, thing(3, 1, &seen, json!({"x": 4}))), "quarantined/deleted");
}

#[test]
fn a_base_the_journal_does_not_know_counts_as_none_and_loses_nothing() {
    let mut world = World::new();
    begin(&mut world, json!({"x": 1, "y": 1}));
    for (n, base) in [(1, "1-00000000"), (2, "9-12345678")] {
        assert_eq!(world.verdict(2, thing(n, 1, base, json!({"x": 1, "y": n + 5}))), "conflict");
    }
    assert_eq!(world.document(1), json!({"x": 1, "y": 1}));
    assert_eq!(world.conflicts(1)[0]["value"], 7);
}

#[test]
fn a_base_of_nothing_creates_or_merges_from_an_empty_base() {
    let mut world = World::new();
    assert_eq!(world.verdict(1, thing(1, 1, "0", json!({"x": 1}))), "applied");
    assert_eq!(world.verdict(2, thing(1, 1, "0", json!({"y": 2}))), "merged");
    assert_eq!(world.verdict(3, thing(1, 1, "0", json!({"x": 3}))), "conflict");
    assert_eq!(world.document(1), json!({"x": 1, "y": 2}));
}

#[test]
fn a_second_submission_and_one_that_meets_a_conflict_are_quarantined() {
    let mut world = World::new();
    begin(&mut world, json!({}));
    let base = world.put(1, part(2, 2, 1, "0", json!({"status": "draft", "x": 1})));
    world.put(1, part(3, 2, 1, &base, json!({"x": 2})));
    let seen = world.put(2, part(1, 2, 1, &base, json!({"x": 3})));
    let submit = |n, base: &str| part(n, 2, 1, base, json!({"status": "submitted"}));
    assert_eq!(world.verdict(1, submit(4, &seen)), "quarantined/submission_conflict");
    let names = json!([{"device": device(2), "device_seq": 1, "path": "/x"}]);
    assert_eq!(world.verdict(1, with(submit(5, &seen), "resolves", names)), "applied");
    let outcome = world.push(2, &[submit(2, &seen)]).remove(0);
    assert_eq!(outcome["reason"], "illegal_transition");
    let possible = json!([{"path": "/status", "code": "illegal_transition",
        "possible": ["accepted"]}]);
    assert_eq!(outcome["problems"], possible, "what may follow is said");
}

#[test]
fn a_late_edit_to_a_decided_record_is_quarantined() {
    let mut world = World::new();
    begin(&mut world, json!({}));
    let base = world.put(1, part(2, 2, 1, "0", json!({"status": "submitted", "x": 1})));
    let seen = world.put(1, part(3, 2, 1, &base, json!({"status": "accepted"})));
    assert_eq!(world.verdict(2, part(1, 2, 1, &base, json!({"y": 3}))), "quarantined/decided");
    assert_eq!(world.stored(2).rev.to_string(), seen);
}

#[test]
fn a_submission_that_is_not_whole_is_rejected_by_its_own_content_and_else_quarantined() {
    let mut world = World::new();
    begin(&mut world, json!({}));
    let alone = part(2, 2, 1, "0", json!({"status": "submitted"}));
    assert_eq!(world.verdict(1, alone), "rejected/not_whole");
    let base = world.put(1, part(3, 3, 1, "0", json!({"status": "draft"})));
    let late = part(4, 3, 1, &base, json!({"status": "submitted"}));
    let outcome = world.push(1, &[late]).remove(0);
    assert_eq!(world::verdict(&outcome), "quarantined/not_whole");
    assert_eq!(outcome["problems"], json!([{"path": "/x", "code": "missing"}]));
}

fn world_of(fields: &str) -> World {
    let kinds = format!(r#"{{"kinds":{{"thing":{{"fields":{fields}}}}}}}"#);
    World::with(serde_json::from_str(&kinds).expect("kinds"))
}

#[test]
fn a_restored_row_has_no_objects_that_its_editor_never_saw() {
    let mut world = world_of(r#"{"rows":{"rows":{"wage":"ask","work":{"object":{"a":"ask"}}}}}"#);
    let patch = json!({"rows": {"r": {"wage": 1}}});
    let base = world.put(1, with(thing(1, 1, "0", patch), "new_rows", json!(["/rows/r"])));
    let more = world.put(1, thing(2, 1, &base, json!({"rows": {"r": {"work": {"a": 1}}}})));
    world.put(1, thing(3, 1, &more, json!({"rows": {"r": null}})));
    world.put(2, thing(1, 1, &base, json!({"rows": {"r": {"wage": 2}}})));
    assert_eq!(world.document(1), json!({"rows": {"r": {"wage": 2}}}));
}

#[test]
fn a_field_of_the_servers_or_a_status_is_judged_in_a_new_row_too() {
    let mut world =
        world_of(r#"{"rows":{"rows":{"level":"server","state":"state","wage":"ask"}}}"#);
    let row = |id: &str, row: Value| (json!({"rows": {id: row}}), json!([format!("/rows/{id}")]));
    let (patch, new_rows) = row("r", json!({"level": 5, "wage": 1}));
    let outcome = world.push(1, &[with(thing(1, 1, "0", patch), "new_rows", new_rows)]).remove(0);
    assert_eq!(outcome["ignored"], json!(["/rows/r/level"]));
    assert_eq!(world.document(1), json!({"rows": {"r": {"wage": 1}}}));
    let (patch, new_rows) = row("s", json!({"state": "anything", "wage": 1}));
    let edit = with(thing(2, 1, "0", patch), "new_rows", new_rows);
    assert_eq!(world.verdict(1, edit), "quarantined/illegal_transition");
}

#[test]
fn an_empty_object_that_another_made_and_removed_is_asked_about() {
    let mut world = World::new();
    let base = begin(&mut world, json!({"x": 1}));
    let made = world.put(1, thing(2, 1, &base, json!({"home": {"street": "a"}})));
    world.put(1, thing(3, 1, &made, json!({"home": null})));
    assert_eq!(world.verdict(2, thing(1, 1, &base, json!({"home": {}}))), "conflict");
    assert_eq!(world.conflicts(1)[0]["value"], json!({}));
    let seen = world.stored(1).rev.to_string();
    let names = json!([{"device": device(2), "device_seq": 1, "path": "/home"}]);
    world.put(3, with(thing(1, 1, &seen, json!({"home": {}})), "resolves", names));
    assert_eq!(world.document(1), json!({"x": 1, "home": {}}));
}
