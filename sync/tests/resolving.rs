//! Rules of settling open conflicts, where two people settle, or one settles late.

mod world;

use serde_json::{Value, json};
use world::{World, device, thing, with};

fn name(from: u128, device_seq: u64, path: &str) -> Value {
    json!({"device": device(from), "device_seq": device_seq, "path": path})
}

#[test]
fn two_conflicts_of_one_field_settled_at_once_over_a_third_value_become_one() {
    let mut world = World::new();
    let base = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    world.put(1, thing(2, 1, &base, json!({"x": 2})));
    world.put(2, thing(1, 1, &base, json!({"x": 3})));
    let seen = world.put(3, thing(1, 1, &base, json!({"x": 4})));
    world.put(1, thing(3, 1, &seen, json!({"x": 9})));
    let names = json!([name(2, 1, "/x"), name(3, 1, "/x")]);
    let settle = with(thing(2, 1, &seen, json!({})), "resolves", names);
    assert_eq!(world.push(2, &[settle]).remove(0)["conflicts"], json!(["/x"]));
    assert_eq!(world.conflicts(1).len(), 1, "a conflict's name is its own");
    assert_eq!(world.conflicts(1)[0]["value"], 2);
}

#[test]
fn keeping_a_row_by_asking_only_that_it_is_there_touches_it() {
    let mut world = World::new();
    let patch = json!({"rows": {"r": {"wage": 100}}});
    let base = world.put(1, with(thing(1, 1, "0", patch), "new_rows", json!(["/rows/r"])));
    world.put(1, thing(2, 1, &base, json!({"rows": {"r": {"wage": 5}}})));
    let remove = json!({"rows": {"r": null}});
    let seen = world.put(2, thing(1, 1, &base, remove.clone()));
    let keep = thing(1, 1, &seen, json!({"rows": {"r": {}}}));
    world.put(3, with(keep, "resolves", json!([name(2, 1, "/rows/r")])));
    assert_eq!(world.conflicts(1).len(), 0);
    assert_eq!(world.verdict(1, thing(3, 1, &seen, remove)), "conflict");
}

#[test]
fn a_kept_value_that_is_an_object_in_an_unknown_field_is_one_value_too() {
    let mut world = World::new();
    let base = world.put(1, thing(1, 1, "0", json!({"later": {"a": 1}})));
    world.put(1, thing(2, 1, &base, json!({"later": {"a": 2}})));
    let seen = world.put(2, thing(1, 1, &base, json!({"later": {"a": 3}})));
    world.put(1, thing(3, 1, &seen, json!({"later": {"a": 7}})));
    let settle = with(thing(1, 1, &seen, json!({})), "resolves", json!([name(2, 1, "/later")]));
    assert_eq!(world.verdict(3, settle), "conflict");
    assert_eq!(world.conflicts(1)[0]["value"], json!({"a": 2}));
    assert_eq!(world.document(1), json!({"later": {"a": 7}}));
}
