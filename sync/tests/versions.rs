//! Two versions of the protocol, one judge: what version 2 says in changes, version 1 says in a
//! patch, and both come to the same.

mod world;

use proptest::prelude::*;
use ruhu_sync::pull::PullReply;
use ruhu_sync::push::{PushReply, PushRequest, UnreadablePush};
use ruhu_sync::version::Served;
use serde_json::{Value, json};
use world::{EPOCH, World, thing, with};

const BOTH: Served = Served { experimental: true, pull_min: 1 };

fn bilingual() -> World {
    World::serving(BOTH)
}

fn body(version: u32, edits: &[Value]) -> String {
    json!({"protocol": version, "epoch": EPOCH, "edits": edits}).to_string()
}

/// What a merge patch asks, as a client of version 2 would say it.
fn changes_of(at: &str, patch: &Value, new_rows: &[String], into: &mut Vec<Value>) {
    for (name, value) in patch.as_object().into_iter().flatten() {
        let path = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        match value {
            row if new_rows.contains(&path) => into.push(json!({"path": path, "add_row": row})),
            Value::Null => into.push(json!({"path": path, "remove": true})),
            Value::Object(members) if members.is_empty() => {
                into.push(json!({"path": path, "ensure": true}));
            }
            Value::Object(_) => changes_of(&path, value, new_rows, into),
            value => into.push(json!({"path": path, "set": value})),
        }
    }
}

/// The same edit in version 2.
fn in_version_two(edit: &Value) -> Value {
    let new_rows = edit["new_rows"].as_array().into_iter().flatten();
    let new_rows: Vec<_> = new_rows.filter_map(|row| row.as_str().map(str::to_owned)).collect();
    let mut changes = Vec::new();
    changes_of("", &edit["patch"], &new_rows, &mut changes);
    let mut other = edit.clone();
    let members = other.as_object_mut().expect("an edit");
    members.remove("patch");
    members.remove("new_rows");
    // Their order means nothing.
    changes.reverse();
    with(other, "changes", json!(changes))
}

fn outcomes(world: &mut World, from: u128, version: u32, edits: &[Value]) -> Vec<Value> {
    match world.push_body(from, &body(version, edits)) {
        PushReply::Answer(answer) => {
            answer.outcomes.iter().map(|o| serde_json::from_str(o).expect("json")).collect()
        }
        other => panic!("no answer: {other:?}"),
    }
}

/// A patch of thing 1 that may be of the right shape or not, and the rows it marks as new.
fn patch() -> impl Strategy<Value = (Value, Vec<String>)> {
    let leaf = prop_oneof![
        3 => (0..4_i64).prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!({})),
        1 => Just(json!([1, {"a": 0.5}])),
        1 => Just(json!({"deep": {"er": 1}, "~/": 2})),
    ];
    let fields =
        prop_oneof![Just("x"), Just("y"), Just("mark"), Just("level"), Just("later"), Just("home")];
    let row = prop_oneof![
        4 => prop::collection::btree_map(prop_oneof![Just("wage"), Just("age")], leaf.clone(), 0..3)
            .prop_map(|row| json!(row)),
        1 => leaf.clone(),
    ];
    let rows = prop::collection::btree_map(0..4_u8, (row, any::<bool>()), 0..3);
    let leaves = prop::collection::btree_map(fields, leaf, 0..4);
    (leaves, rows).prop_map(|(leaves, rows)| {
        let mut patch = json!(leaves);
        let mut new_rows = Vec::new();
        for (n, (row, is_new)) in rows {
            if is_new {
                new_rows.push(format!("/rows/r{n}"));
            }
            patch["rows"][format!("r{n}")] = row;
        }
        (patch, new_rows)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_act_comes_to_the_same_in_both_versions(
        acts in prop::collection::vec((1..=3_u128, 0..4_usize, patch()), 1..12)
    ) {
        let (mut one, mut two) = (bilingual(), bilingual());
        let mut numbers = [0_u64; 4];
        let mut revs = vec!["0".to_owned()];
        for (from, age, (patch, new_rows)) in acts {
            numbers[from as usize] += 1;
            let base = &revs[revs.len().saturating_sub(1 + age)];
            let edit = thing(numbers[from as usize], 1, base, patch);
            let edit = with(edit, "new_rows", json!(new_rows));
            let first = outcomes(&mut one, from, 1, std::slice::from_ref(&edit)).remove(0);
            let second = outcomes(&mut two, from, 2, &[in_version_two(&edit)]).remove(0);
            prop_assert_eq!(&first, &second, "{}", edit);
            if let Some(rev) = first["rev"].as_str() {
                revs.push(rev.to_owned());
            }
            prop_assert_eq!(&one.store.state().records, &two.store.state().records);
        }
    }
}

#[test]
fn a_tablet_that_was_updated_sends_each_edit_in_the_version_it_was_numbered_in() {
    let mut world = bilingual();
    let old = thing(1, 1, "0", json!({"x": 1}));
    let new = in_version_two(&thing(2, 1, "0", json!({"y": 2})));
    let first = outcomes(&mut world, 1, 1, std::slice::from_ref(&old));
    let second = outcomes(&mut world, 1, 2, std::slice::from_ref(&new));
    assert_eq!(
        (&first[0]["outcome"], &second[0]["outcome"]),
        (&json!("applied"), &json!("applied"))
    );
    // Every answer was lost: each is sent again as it was, and answered as it was.
    assert_eq!(outcomes(&mut world, 1, 1, &[old]), first);
    assert_eq!(outcomes(&mut world, 1, 2, &[new]), second);
    assert_eq!(world.document(1), json!({"x": 1, "y": 2}));
    assert_eq!(world.store.state().journal.len(), 2);
}

#[test]
fn an_edit_that_was_written_anew_in_another_version_is_another_edit() {
    let mut world = bilingual();
    let old = thing(1, 1, "0", json!({"x": 1}));
    outcomes(&mut world, 1, 1, std::slice::from_ref(&old));
    let anew = world.push_body(1, &body(2, &[in_version_two(&old)]));
    assert!(matches!(anew, PushReply::Forked { .. }), "{anew:?}");
}

#[test]
fn an_edit_of_one_version_is_none_of_the_other() {
    let mut world = bilingual();
    let old = thing(1, 1, "0", json!({"x": 1}));
    let rows = with(in_version_two(&thing(2, 1, "0", json!({"x": 1}))), "new_rows", json!([]));
    let new = in_version_two(&thing(3, 1, "0", json!({"x": 1})));
    let said = |outcome: &Value| outcome["problems"].clone();
    let refused = outcomes(&mut world, 1, 2, &[old, rows]);
    assert_eq!(
        said(&refused[0]),
        json!([{"path": "/patch", "code": "not_in_this_version"}, {"path": "/changes", "code": "missing"}])
    );
    assert_eq!(said(&refused[1]), json!([{"path": "/new_rows", "code": "not_in_this_version"}]));
    let refused = outcomes(&mut world, 1, 1, &[new]);
    assert_eq!(said(&refused[0]), json!([{"path": "/patch", "code": "missing"}]));
    assert!(world.store.state().records.is_empty());
}

#[test]
fn a_push_in_a_version_that_is_switched_off_is_no_push() {
    let edit = in_version_two(&thing(1, 1, "0", json!({"x": 1})));
    let two = body(2, &[edit]);
    assert!(PushRequest::parse_served(&two, BOTH).is_ok());
    let off = PushRequest::parse(&two).expect_err("switched off");
    assert_eq!(off, UnreadablePush::UnknownProtocol);
}

#[test]
fn a_pull_below_the_least_version_is_told_to_upgrade_and_its_push_goes_on() {
    let mut world = World::serving(Served { pull_min: 2, ..BOTH });
    let refused = world.try_pull(1, json!({"protocol": 1}));
    assert!(matches!(refused, PullReply::UpgradeRequired), "{refused:?}");
    assert!(matches!(world.try_pull(1, json!({"protocol": 2})), PullReply::Page(_)));
    world.put(1, thing(1, 1, "0", json!({"x": 1})));
}

#[test]
fn a_stored_edit_reads_back_in_the_version_it_came_in() {
    let mut world = bilingual();
    let patch = json!({"x": 1, "rows": {"r9": {"wage": 5}}});
    let edit = with(thing(1, 1, "0", patch), "new_rows", json!(["/rows/r9"]));
    outcomes(&mut world, 1, 1, std::slice::from_ref(&edit));
    let other = in_version_two(&edit);
    outcomes(&mut world, 2, 2, std::slice::from_ref(&other));
    let (one, two) = (edit.to_string(), other.to_string());
    let read = |text| ruhu_sync::edit::Received::read_stored(text).expect("read");
    assert_eq!(read(&one).edit, read(&two).edit);
    assert!(read(&two).asked().is_some());
    for payload in [&one, &two] {
        let patch = ruhu_sync::edit::patch_in(payload).expect("a patch");
        assert_eq!(json!(ruhu_sync::json::Json::Object(patch)), edit["patch"]);
    }
}
