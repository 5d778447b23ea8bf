//! Rules of groups: all or nothing, and stopping nothing else.

mod world;

use ruhu_sync::id::DeviceSeq;
use ruhu_sync::push::PushReply;
use serde_json::{Value, json};
use world::{EPOCH, World, part, record, thing, verdict, with};

fn group(mut edit: Value, id: u128, size: usize) -> Value {
    edit["group"] = json!({"id": uuid::Uuid::from_u128(id), "size": size});
    edit
}

#[test]
fn a_group_is_all_or_nothing() {
    let mut world = World::new();
    let base = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    let edits = [
        group(thing(2, 1, &base, json!({"x": 2})), 7, 3),
        group(part(3, 2, 1, "0", json!({"x": 1})), 7, 3),
        group(part(4, 3, 9, "0", json!({"x": 1})), 7, 3),
        thing(5, 1, &base, json!({"y": 1})),
    ];
    let outcomes = world.push(1, &edits);
    let said: Vec<_> = outcomes.iter().map(verdict).collect();
    let expected = [
        "quarantined/group_member",
        "quarantined/group_member",
        "quarantined/not_available",
        "applied",
    ];
    assert_eq!(said, expected);
    assert_eq!(outcomes[0]["because_of"], 4);
    assert_eq!(world.document(1), json!({"x": 1, "y": 1}));
    assert!(!world.store.state().records.contains_key(&record(2)));
}

#[test]
fn one_rejected_member_rejects_the_group_even_if_its_group_cannot_be_read() {
    let mut world = World::new();
    let edits = [
        group(thing(1, 1, "0", json!({"x": 1})), 7, 3),
        json!({"device_seq": 2, "group": "?"}),
        group(part(3, 2, 9, "0", json!({})), 7, 3),
    ];
    let said: Vec<_> = world.push(1, &edits).iter().map(verdict).collect();
    assert_eq!(said, ["rejected/group_member", "rejected/malformed", "rejected/group_member"]);
}

#[test]
fn an_unreadable_member_stops_no_group_wherever_it_stands() {
    let name = uuid::Uuid::from_u128(7);
    let unread = |n: u64| {
        format!(r#"{{"device_seq":{n},"group":{{"id":"{name}","size":2}},"patch":"\u0000"}}"#)
    };
    let nameless = |n: u64| format!(r#"{{"device_seq":{n},"group":"?"}}"#);
    let whole = |n: u64| group(thing(n, 1, "0", json!({"x": n})), 7, 2).to_string();
    for edits in [
        [unread(1), whole(2)],
        [whole(1), unread(2)],
        [nameless(1), whole(2)],
        [whole(1), nameless(2)],
    ] {
        let mut world = World::new();
        let later = thing(3, 1, "0", json!({"y": 1})).to_string();
        let body =
            format!(r#"{{"protocol":1,"epoch":"{EPOCH}","edits":[{},{later}]}}"#, edits.join(","));
        let PushReply::Answer(answer) = world.push_body(1, &body) else { panic!("no answer") };
        let reasons: Vec<_> = answer
            .outcomes
            .iter()
            .map(|o| verdict(&serde_json::from_str(o).expect("json")))
            .collect();
        assert!(reasons[..2].iter().all(|said| said.starts_with("rejected/")), "{reasons:?}");
        assert_eq!(reasons[2], "applied");
    }
}

#[test]
fn a_group_that_no_push_can_hold_is_malformed_and_stops_nothing() {
    let mut world = World::new();
    for (n, size) in [(1, 0), (2, 501), (3, usize::MAX >> 12)] {
        let edit = group(thing(n, 1, "0", json!({"x": 1})), 7, size);
        assert_eq!(world.verdict(1, edit), "rejected/malformed");
    }
    assert_eq!(world.verdict(1, thing(4, 1, "0", json!({"x": 1}))), "applied");
}

#[test]
fn a_conflict_does_not_break_a_group_but_a_submission_over_one_does() {
    let mut world = World::new();
    world.put(1, thing(1, 1, "0", json!({})));
    let base = world.put(1, part(2, 2, 1, "0", json!({"status": "draft", "x": 1})));
    world.put(2, part(1, 2, 1, &base, json!({"x": 2})));
    let change = part(3, 2, 1, &base, json!({"x": 3}));
    let edits = [group(change.clone(), 7, 2), group(thing(4, 1, "0", json!({"y": 1})), 7, 2)];
    let said: Vec<_> = world.push(1, &edits).iter().map(verdict).collect();
    assert_eq!(said, ["conflict", "applied"]);
    let submit = part(6, 2, 1, &base, json!({"status": "submitted"}));
    let edits = [group(with(change, "device_seq", json!(5)), 8, 2), group(submit, 8, 2)];
    let said: Vec<_> = world.push(1, &edits).iter().map(verdict).collect();
    assert_eq!(said, ["quarantined/group_member", "quarantined/submission_conflict"]);
}

#[test]
fn a_split_group_is_refused_and_nothing_is_taken() {
    let mut world = World::new();
    let one = group(thing(1, 1, "0", json!({"x": 1})), 7, 2);
    let two = group(thing(2, 1, "0", json!({"y": 1})), 7, 2);
    for edits in [vec![one.clone()], vec![one.clone(), thing(2, 1, "0", json!({}))]] {
        let reply = world.try_push(1, &edits);
        assert!(matches!(reply, PushReply::GroupSplit { at: DeviceSeq(1), .. }), "{reply:?}");
    }
    assert!(world.store.state().journal.is_empty());
    let whole = world.push(1, &[one.clone(), two.clone()]);
    assert_eq!(world.push(1, &[two]), whole[1..], "a retry may begin inside a known group");
}
