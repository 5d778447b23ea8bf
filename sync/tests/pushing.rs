//! Rules of pushing: numbers, outcomes, groups, what is hidden.

mod world;

use ruhu_sync::chain;
use ruhu_sync::grants::Grants;
use ruhu_sync::id::DeviceSeq;
use ruhu_sync::push::{PushReply, PushRequest, UnreadablePush};
use ruhu_sync::storage::StorageError;
use serde_json::{Value, json};
use world::{
    ELSEWHERE, EPOCH, STREAM, World, decision, device, grants, part, record, thing, user, verdict,
    with,
};

#[test]
fn a_retry_in_any_batch_has_one_effect_and_the_same_outcome() {
    let mut world = World::new();
    let edits: Vec<_> = (1..=3).map(|n| thing(n, 1, "0", json!({"x": n}))).collect();
    let first = world.push(1, &edits[..2]);
    let rev = world.stored(1).rev;
    assert_eq!(world.push(1, &edits[..2]), first);
    assert_eq!(world.push(1, &edits[1..2]), first[1..]);
    assert_eq!(world.stored(1).rev, rev);
    let with_more = world.push(1, &edits);
    assert_eq!(with_more[..2], first[..]);
    assert_eq!(world.stored(1).rev.number, rev.number + 1);
}

#[test]
fn a_refusal_ends_its_edit_alone_and_a_storage_error_takes_the_whole_push_back() {
    let mut world = World::new();
    let base = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    let edits = [
        thing(2, 2, "0", json!({"x": 1})),
        thing(3, 9, &base, json!({"x": 1})),
        thing(4, 1, &base, json!({"x": 2})),
    ];
    let wire = world.stored(1).wire;
    let store_as = |world: &World, wire: &str| {
        world.store.state().records.get_mut(&record(1)).expect("stored").wire = wire.to_owned();
    };
    store_as(&world, "not a document");
    let failed = world.push_to_failing_store(1, &edits);
    assert!(matches!(failed, Err(StorageError::Corrupt(_))), "{failed:?}");
    assert!(!world.store.state().records.contains_key(&record(2)));
    assert_eq!(world.store.state().devices[&device(1)].last, DeviceSeq(1));
    store_as(&world, &wire);
    let ends: Vec<_> = world.push(1, &edits).iter().map(verdict).collect();
    assert_eq!(ends, ["applied", "quarantined/not_available", "applied"]);
}

#[test]
fn a_push_that_gets_no_salt_fails_and_leaves_nothing() {
    let mut world = World::new();
    world.has_randomness = false;
    let edits = [thing(1, 1, "0", json!({"x": 1}))];
    let failed = world.push_to_failing_store(1, &edits);
    assert!(matches!(failed, Err(StorageError::Unavailable(_))), "{failed:?}");
    assert!(world.store.state().records.is_empty());
    world.has_randomness = true;
    assert_eq!(verdict(&world.push(1, &edits)[0]), "applied");
}

#[test]
fn equal_content_in_another_order_is_the_same_edit() {
    let mut world = World::new();
    let edit = thing(1, 1, "0", json!({"x": 1, "later": [1.50, {"b": 1, "a": 2}]}));
    let first = world.push(1, std::slice::from_ref(&edit));
    let text = edit.to_string().replace("1.5", "1.50e0");
    let again: Value = serde_json::from_str(&text).expect("json");
    assert_eq!(world.push(1, &[again]), first);
}

#[test]
fn a_number_seen_before_with_another_content_is_a_fork_and_nothing_from_it_on_is_taken() {
    let mut world = World::new();
    let edits: Vec<_> = (1..=3).map(|n| thing(n, 1, "0", json!({"x": n}))).collect();
    let first = world.push(1, &edits[..2]);
    let other = thing(2, 1, "0", json!({"x": 9}));
    match world.try_push(1, &[edits[0].clone(), other, edits[2].clone()]) {
        PushReply::Forked { at, outcomes, facts } => {
            assert_eq!((at, facts.expected), (DeviceSeq(2), DeviceSeq(3)));
            assert_eq!(outcomes.len(), 1);
            let said: Value = serde_json::from_str(&outcomes[0]).expect("json");
            assert_eq!(said, first[0]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.document(1), json!({"x": 2}));
}

#[test]
fn an_unknown_field_makes_another_content() {
    let mut world = World::new();
    let edit = thing(1, 1, "0", json!({"x": 1}));
    world.push(1, std::slice::from_ref(&edit));
    let reply = world.try_push(1, &[with(edit, "later", json!(1))]);
    assert!(matches!(reply, PushReply::Forked { .. }));
}

#[test]
fn a_gap_is_answered_with_the_number_that_is_missing() {
    let mut world = World::new();
    let one = thing(1, 1, "0", json!({}));
    let two = |first, second| vec![first, thing(second, 1, "0", json!({}))];
    let pushes = [
        (vec![thing(2, 1, "0", json!({}))], 1),
        (two(one.clone(), 3), 2),
        (two(one.clone(), 1), 2),
        (two(thing(2, 1, "0", json!({})), 1), 1),
    ];
    for (edits, first) in pushes {
        match world.try_push(1, &edits) {
            PushReply::Gap { missing, facts } => {
                assert_eq!((missing, facts.expected), (DeviceSeq(first), DeviceSeq(1)));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(world.store.state().journal.is_empty());
}

#[test]
fn any_element_with_a_readable_number_gets_an_outcome_and_its_bytes_are_kept() {
    let mut world = World::new();
    let bad = json!({"device_seq": 2, "op": "put", "patch": 3});
    let edits = [thing(1, 1, "0", json!({"x": 1})), bad.clone(), thing(3, 1, "0", json!({"y": 1}))];
    let outcomes = world.push(1, &edits);
    let said: Vec<_> = outcomes.iter().map(verdict).collect();
    assert_eq!(said, ["applied", "rejected/malformed", "applied"]);
    let state = world.store.state();
    let row = &state.journal[&(device(1), DeviceSeq(2))];
    assert_eq!(serde_json::from_str::<Value>(&row.payload).expect("json"), bad);
}

#[test]
fn what_is_taken_can_be_read_again_however_deep_it_lies() {
    let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    for depth in [60, 62, 63, 124, 125, 127, 10_000] {
        let mut world = World::new();
        let base = world.put(1, thing(1, 1, "0", json!({"later": 1})));
        world.put(1, thing(2, 1, &base, json!({"later": 2})));
        let patch = if depth > 1_000 { json!({}) } else { json!({"later": nested(depth)}) };
        let edit = thing(1, 1, &base, patch).to_string();
        let deep = format!("{{\"later\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        let edit = if depth > 1_000 { edit.replace("{}", &deep) } else { edit };
        let body = format!(r#"{{"protocol":1,"epoch":"{EPOCH}","edits":[{edit}]}}"#);
        let PushReply::Answer(answer) = world.push_body(2, &body) else { panic!("no answer") };
        let said = verdict(&serde_json::from_str(&answer.outcomes[0]).expect("json"));
        assert_eq!(said, if depth > 62 { "rejected/malformed" } else { "conflict" }, "{depth}");
        // The next edit reads the record and its conflicts; one after a deletion, the journal too.
        assert_eq!(world.verdict(3, thing(1, 1, &base, json!({"y": 1}))), "merged", "{depth}");
    }
}

#[test]
fn every_kind_of_wrong_edit_is_rejected_by_name_and_stops_nothing() {
    let mut world = World::new();
    let wrong = [
        (with(thing(1, 1, "0", json!({})), "kind", json!("nothing")), "rejected/unknown_kind"),
        (with(thing(2, 1, "0", json!({})), "op", json!("undelete")), "rejected/unknown_op"),
        (with(thing(3, 1, "0", json!({})), "op", json!("explode")), "rejected/unknown_op"),
        (thing(4, 4, "0", json!({"x": {"deep": 1}})), "rejected/wrong_shape"),
        (thing(5, 5, "0", json!({"x": " "})), "rejected/invalid_value"),
        (with(thing(6, 6, "0", json!({})), "new_rows", json!(["/rows/r"])), "rejected/wrong_shape"),
    ];
    let edits: Vec<_> = wrong.iter().map(|(edit, _)| edit.clone()).collect();
    let said: Vec<_> = world.push(1, &edits).iter().map(verdict).collect();
    assert_eq!(said, wrong.iter().map(|(_, verdict)| *verdict).collect::<Vec<_>>());
    assert_eq!(
        world.verdict(1, with(thing(7, 1, "0", json!({"x": 1})), "op", json!("void"))),
        "applied"
    );
    assert_eq!(world.verdict(1, thing(8, 2, "0", json!({"x": 1}))), "applied");
    assert!(!world.store.state().records.contains_key(&record(1)));
}

#[test]
fn what_builds_on_an_edit_that_was_not_taken_waits_with_it() {
    let mut world = World::new();
    assert_eq!(world.verdict(1, thing(1, 1, "0", json!({"x": " "}))), "rejected/invalid_value");
    assert_eq!(world.verdict(1, part(2, 2, 1, "0", json!({}))), "quarantined/parent_rejected");
    let elsewhere = with(thing(3, 3, "0", json!({})), "stream", json!(ELSEWHERE));
    let child = part(4, 4, 3, "0", json!({}));
    let outcomes = world.push(1, &[elsewhere, child]);
    assert_eq!(verdict(&outcomes[0]), "quarantined/not_available");
    assert_eq!(verdict(&outcomes[1]), "quarantined/parent_quarantined");
    assert_eq!(outcomes[1]["because_of"], 3);
}

#[test]
fn moved_deleted_hidden_and_never_existed_all_answer_the_same() {
    let mut world = World::new();
    world.put(1, thing(1, 1, "0", json!({"x": 1})));
    let seen = world.stored(1).rev.to_string();
    world.store.state().grants.insert(
        user(2),
        Grants {
            streams: [(ELSEWHERE, grants("worker").streams[&STREAM])].into(),
            ..Grants::default()
        },
    );
    let nothing = json!({"device_seq": 1, "outcome": "quarantined", "reason": "not_available"});
    let edits = |from: u64, n: u128, base: &str| {
        [
            thing(from, n, base, json!({"x": 2})),
            part(from + 1, 20 + n, n, "0", json!({"x": 2})),
            with(thing(from + 2, n, base, json!({})), "op", json!("delete")),
        ]
    };
    let answers = |world: &mut World, from: u64, n: u128, base: &str| -> Vec<Value> {
        let from_one = |number: &Value| number.as_u64().map(|n| n + 1 - from);
        let same = |mut outcome: Value| {
            outcome["device_seq"] = json!(from_one(&outcome["device_seq"]));
            if outcome.get("because_of").is_some() {
                outcome["because_of"] = json!(from_one(&outcome["because_of"]));
            }
            outcome
        };
        world.push(2, &edits(from, n, base)).into_iter().map(same).collect()
    };
    let hidden = answers(&mut world, 1, 1, &seen);
    let never = answers(&mut world, 4, 8, "3-12345678");
    assert_eq!(hidden[0], nothing);
    assert_eq!(hidden, never, "nor does what comes after tell them apart");
}

#[test]
fn the_work_of_a_person_whose_right_has_ended_is_kept_in_quarantine() {
    let mut world = World::new();
    world.put(1, thing(1, 1, "0", json!({"x": 1})));
    world.store.state().grants.insert(user(1), Grants { closed: true, ..grants("worker") });
    let reply = world.try_push(1, &[thing(2, 1, "0", json!({"x": 2}))]);
    let PushReply::Answer(answer) = reply else { panic!("no answer") };
    let said: Value = serde_json::from_str(&answer.outcomes[0]).expect("json");
    assert_eq!(verdict(&said), "quarantined/right_ended");
    assert_eq!(answer.records.len(), 0, "and is told nothing that a pull would not tell");
    assert_eq!(world.document(1), json!({"x": 1}));
    assert_eq!(world.store.state().journal.len(), 2);
}

#[test]
fn an_edit_with_a_higher_number_already_applied_counts_like_anothers() {
    use ruhu_sync::merge::OwnChain;
    let own = OwnChain {
        device: device(1),
        device_seq: DeviceSeq(3),
        continues: &[(device(2), DeviceSeq(9))],
    };
    assert!(own.holds(device(1), DeviceSeq(2)));
    assert!(!own.holds(device(1), DeviceSeq(4)));
    assert!(own.holds(device(2), DeviceSeq(9)) && !own.holds(device(2), DeviceSeq(10)));
}

#[test]
fn each_journal_row_carries_its_link_and_the_answer_returns_the_last() {
    let mut world = World::new();
    let edits: Vec<_> = (1..=3).map(|n| thing(n, 1, "0", json!({"x": n}))).collect();
    let PushReply::Answer(answer) = world.try_push(1, &edits) else { panic!("no answer") };
    let state = world.store.state();
    let mut link = chain::START;
    for row in state.journal.values() {
        link = row.link(&link);
        assert_eq!(link, row.chain);
    }
    assert_eq!(answer.facts.chain, link);
}

#[test]
fn a_deleted_record_is_a_tombstone_that_counts_in_the_digest() {
    let mut world = World::new();
    let base = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    let before = world.store.state().streams[&STREAM];
    world.put(1, with(thing(2, 1, &base, json!({})), "op", json!("delete")));
    let after = world.store.state().streams[&STREAM];
    assert_eq!((after.count, after.head.0), (1, before.head.0 + 1));
    assert_ne!(after.digest, before.digest);
    let mut expected = ruhu_sync::digest::StreamDigest::default();
    expected.toggle(record(1), world.stored(1).rev);
    assert_eq!(after.digest, expected);
}

#[test]
fn a_batch_moves_each_touched_record_once() {
    let mut world = World::new();
    let edits: Vec<_> =
        (1..=5).map(|n| thing(n, 1 + u128::from(n % 2), "0", json!({"x": n}))).collect();
    world.push(1, &edits);
    let head = world.store.state().streams[&STREAM];
    assert_eq!((head.head.0, head.count), (2, 2));
}

#[test]
fn a_lost_device_another_persons_device_and_an_old_epoch_are_refused() {
    let mut world = World::new();
    let edits = [thing(1, 1, "0", json!({}))];
    assert!(matches!(world.try_push(9, &edits), PushReply::UnknownDevice));
    world.store.state().devices.get_mut(&device(2)).expect("device").reported_lost = true;
    assert!(matches!(world.try_push(2, &edits), PushReply::DeviceLost));
    let old = json!({"protocol": 1, "epoch": uuid::Uuid::from_u128(1), "edits": edits}).to_string();
    let reply = world.push_body(1, &old);
    assert!(matches!(reply, PushReply::EpochChanged(facts) if facts.epoch == EPOCH));
    assert!(world.store.state().journal.is_empty());
}

#[test]
fn a_body_that_is_no_push_says_why() {
    let body = |protocol: u32, edits: &str| {
        format!(r#"{{"protocol":{protocol},"epoch":"{EPOCH}","edits":{edits}}}"#)
    };
    let refused = |body: &str| PushRequest::parse(body).expect_err("no push");
    assert_eq!(refused("{"), UnreadablePush::Malformed);
    assert_eq!(refused(&body(9, "[]")), UnreadablePush::UnknownProtocol);
    assert_eq!(refused(&body(1, r#"[{"device_seq":1},{}]"#)), UnreadablePush::UnnumberedEdit(1));
    let many = vec![r#"{"device_seq":1}"#; 501].join(",");
    assert_eq!(refused(&body(1, &format!("[{many}]"))), UnreadablePush::TooManyEdits);
    assert!(PushRequest::parse(&body(1, "[]")).is_ok());
}

#[test]
fn a_record_of_which_an_edit_waits_may_be_made_anew_but_not_in_part() {
    let mut world = World::new().with_a_desk();
    world.put(1, thing(1, 1, "0", json!({})));
    let note = |n, patch: Value| with(part(n, 2, 1, "0", patch), "kind", json!("note"));
    // The first falls with its group, so that it waits and could still be applied.
    let group = json!({"id": record(70), "size": 2});
    let fallen = with(part(3, 3, 9, "0", json!({"x": 1})), "group", group.clone());
    let both = [with(note(2, json!({"x": 1})), "group", group), fallen];
    assert_eq!(verdict(&world.push(1, &both)[0]), "quarantined/group_member");
    let in_part = world.push(1, &[note(4, json!({"y": 2}))]).remove(0);
    assert_eq!(verdict(&in_part), "quarantined/parent_quarantined");
    assert_eq!(in_part["because_of"], 2);
    assert_eq!(world.verdict(1, note(5, json!({"x": 5}))), "applied");
    // What waited can be applied now that the record is there; what differs is asked.
    let applied = world.decide(&[decision(1, "apply", 1, 4)]).remove(0);
    assert_eq!(verdict(&applied), "merged");
    assert_eq!(world.document(2), json!({"x": 5, "y": 2}));
}

#[test]
fn a_record_that_was_rejected_may_be_made_anew_but_not_in_part() {
    let mut world = World::new();
    world.put(1, thing(1, 1, "0", json!({})));
    let note = |n, patch| with(part(n, 2, 1, "0", patch), "kind", json!("note"));
    assert_eq!(world.verdict(1, note(2, json!({"x": " "}))), "rejected/invalid_value");
    assert_eq!(world.verdict(1, note(3, json!({"y": 1}))), "quarantined/parent_rejected");
    assert_eq!(world.verdict(1, note(4, json!({"x": 1}))), "applied");
}
