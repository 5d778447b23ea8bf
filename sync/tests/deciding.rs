//! Decisions on quarantined edits, and records brought back.

mod world;

use ruhu_sync::grants::Grants;
use ruhu_sync::id::DeviceSeq;
use serde_json::{Value, json};
use world::{ELSEWHERE, World, decision, part, record, relocation, thing, user, verdict, with};

fn world() -> World {
    World::new().with_a_desk()
}

fn close(world: &World, n: u128) {
    let fallback = Some(world::STREAM);
    let closed = Grants { closed: true, fallback, ..Grants::default() };
    world.store.state().grants.insert(user(n), closed);
}

#[test]
fn work_handed_in_after_the_right_ended_is_applied_by_one_with_authority() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    close(&world, 1);
    assert_eq!(world.verdict(1, thing(2, 1, &home, json!({"x": 2}))), "quarantined/right_ended");
    assert_eq!(world.document(1), json!({"x": 1}));

    let outcome = world.decide(&[decision(1, "apply", 1, 2)]).remove(0);
    assert_eq!(verdict(&outcome), "applied");
    assert_eq!(outcome["device_seq"], 1);
    assert_eq!(world.document(1), json!({"x": 2}));
    // The author is told in the own stream, and the first outcome stands.
    assert_eq!(
        world.notices(1),
        [json!({"event": "applied", "reason": "已核实", "record": record(1)})]
    );
    let again = world.push(1, &[thing(2, 1, &home, json!({"x": 2}))]);
    assert_eq!(verdict(&again[0]), "quarantined/right_ended");
}

#[test]
fn what_builds_on_an_edit_that_was_applied_out_of_reach_is_not_available() {
    let mut world = world();
    let held = world::grants("worker").streams[&world::STREAM];
    let both = [(world::STREAM, held), (ELSEWHERE, held)].into();
    let fallback = Some(world::STREAM);
    let two_teams = Grants { streams: both, fallback, ..Grants::default() };
    world.store.state().grants.insert(user(1), two_teams);
    let edit = |n: u64| thing(n, 1, "0", json!({"x": n}));
    assert_eq!(world.verdict(1, edit(1)), "quarantined/not_available");
    assert_eq!(world.verdict(1, edit(2)), "quarantined/parent_quarantined");
    let apply = with(decision(1, "apply", 1, 1), "stream", json!(ELSEWHERE));
    assert_eq!(verdict(&world.decide(&[apply]).remove(0)), "applied");
    world.transfer(1, world::STREAM);
    let outcome = world.push(1, &[edit(3)]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/parent_quarantined");
    assert_eq!(outcome["because_of"], 2, "the first waits no more, the second does");
    let both = [decision(2, "apply", 1, 2), decision(3, "apply", 1, 3)];
    assert_eq!(verdict(&world.decide(&both)[1]), "applied");
    let outcome = world.push(1, &[edit(4)]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/not_available");
    assert_eq!(outcome.get("because_of"), None);
}

#[test]
fn an_applied_edit_merges_against_todays_record_in_its_authors_name() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1, "mark": "1"})));
    close(&world, 1);
    world.push(1, &[thing(2, 1, &home, json!({"x": 2, "y": 3, "mark": "2"}))]);
    world.put(2, thing(1, 1, &home, json!({"x": 5, "mark": "5"})));

    let outcome = world.decide(&[decision(1, "apply", 1, 2)]).remove(0);
    assert_eq!(verdict(&outcome), "conflict");
    // A field whose last arrival stands asks, too: it was made before what stands there.
    assert_eq!(outcome["conflicts"], json!(["/mark", "/x"]));
    assert_eq!(world.document(1), json!({"x": 5, "y": 3, "mark": "5"}));
    let open = &world.conflicts(1)[1];
    assert_eq!(open["device"], json!(world::device(1)));
    assert_eq!((&open["device_seq"], &open["user"]), (&json!(2), &json!(user(1))));
}

#[test]
fn what_was_applied_late_belongs_to_its_own_chain_but_not_to_what_came_before_it() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    let inner = world.put(1, part(2, 2, 1, "0", json!({"status": "draft", "x": 1})));
    world.decide(&[relocation(1, 1, &home, ELSEWHERE)]);
    // Two edits while the household is away, then one after it came back.
    world
        .push(1, &[part(3, 2, 1, &inner, json!({"x": 3})), part(4, 2, 1, &inner, json!({"x": 4}))]);
    let away = world.stored(1).rev.to_string();
    world.decide(&[relocation(2, 1, &away, world::STREAM)]);
    world.decide(&[decision(3, "apply", 1, 4)]);
    assert_eq!(world.document(2)["x"], 4);
    // A later edit of the same device, made on the old base, follows its own chain.
    let later = world.push(1, &[part(5, 2, 1, &inner, json!({"x": 5}))]).remove(0);
    assert_eq!(verdict(&later), "merged");
    assert_eq!(world.document(2)["x"], 5);
    // An earlier one that is applied after it meets it like another's.
    let earlier = world.decide(&[decision(4, "apply", 1, 3)]).remove(0);
    assert_eq!(verdict(&earlier), "conflict");
    assert_eq!(world.document(2)["x"], 5);
}

#[test]
fn a_dismissed_edit_changes_nothing_and_its_author_is_told_why() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    close(&world, 1);
    world.push(1, &[thing(2, 1, &home, json!({"x": 2}))]);
    let outcome = world.decide(&[decision(1, "dismiss", 1, 2)]).remove(0);
    assert_eq!((verdict(&outcome).as_str(), outcome.get("rev")), ("applied", None));
    assert_eq!(world.stored(1).rev.to_string(), home);
    assert_eq!(world.notices(1)[0]["event"], "dismissed");
}

#[test]
fn an_edit_is_settled_once() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    close(&world, 1);
    world.push(1, &[thing(2, 1, &home, json!({"x": 2}))]);
    let outcomes = world.decide(&[decision(1, "dismiss", 1, 2), decision(2, "apply", 1, 2)]);
    assert_eq!(verdict(&outcomes[1]), "quarantined/settled");
    let outcome = world.decide(&[decision(3, "apply", 1, 2)]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/settled");
    assert_eq!(world.document(1), json!({"x": 1}));
    assert_eq!(world.notices(1).len(), 1);
}

#[test]
fn a_group_is_decided_whole_and_in_order() {
    let mut world = world();
    close(&world, 1);
    let group = json!({"id": "00000000-0000-0000-0000-0000000000a1", "size": 2});
    world.push(
        1,
        &[
            with(thing(1, 1, "0", json!({"x": 1})), "group", group.clone()),
            with(part(2, 2, 1, "0", json!({"status": "draft"})), "group", group),
        ],
    );
    let alone = world.decide(&[decision(1, "apply", 1, 2)]).remove(0);
    assert_eq!(verdict(&alone), "quarantined/group_member");
    let decisions = |first: u64, targets: [u64; 2]| {
        let group = json!({"id": format!("00000000-0000-0000-0000-0000000000b{first}"), "size": 2});
        let one = |at: u64, target| with(decision(at, "apply", 1, target), "group", group.clone());
        [one(first, targets[0]), one(first + 1, targets[1])]
    };
    let backwards = world.decide(&decisions(2, [2, 1]));
    assert!(backwards.iter().all(|o| verdict(o) == "quarantined/group_member"), "{backwards:?}");
    let whole = world.decide(&decisions(4, [1, 2]));
    assert!(whole.iter().all(|o| verdict(o) == "applied"), "{whole:?}");
    assert_eq!(world.document(2), json!({"status": "draft"}));
}

#[test]
fn what_cannot_be_applied_today_still_waits() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    close(&world, 1);
    // What builds on an edit that is quarantined follows it: alone it has no household.
    world.push(1, &[thing(2, 7, "0", json!({})), part(3, 8, 7, "0", json!({"status": "draft"}))]);
    let refused = world.decide(&[decision(1, "apply", 1, 3)]).remove(0);
    assert_eq!(verdict(&refused), "quarantined/not_available");
    let both = world.decide(&[decision(2, "apply", 1, 2), decision(3, "apply", 1, 3)]);
    assert!(both.iter().all(|outcome| verdict(outcome) == "applied"), "{both:?}");
    assert_eq!(world.stored(8).root, record(7));
    assert_eq!(world.stored(1).rev.to_string(), home);
}

#[test]
fn only_one_with_authority_over_where_it_belongs_today_decides() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    close(&world, 1);
    world.push(1, &[thing(2, 1, &home, json!({"x": 2}))]);
    assert_eq!(world.verdict(2, decision(1, "apply", 1, 2)), "rejected/unknown_op");
    world.store.state().grants.insert(user(9), world::grants("worker"));
    let outcome = world.decide(&[decision(1, "apply", 1, 2)]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/not_permitted");
    world.transfer(9, ELSEWHERE);
    let outcome = world.decide(&[decision(2, "apply", 1, 2)]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/not_available");
    let unknown = world.decide(&[decision(3, "apply", 1, 99)]).remove(0);
    assert_eq!(verdict(&unknown), "quarantined/not_available");
}

#[test]
fn a_decision_names_an_edit_and_a_reason() {
    let mut world = world();
    let blank = with(decision(1, "apply", 1, 2), "reason", json!("  "));
    assert_eq!(verdict(&world.decide(&[blank])[0]), "rejected/malformed");
    let unnamed = with(decision(2, "apply", 1, 2), "edit", json!({"device": "x"}));
    assert_eq!(verdict(&world.decide(&[unnamed])[0]), "rejected/malformed");
}

#[test]
fn a_submission_that_met_a_conflict_is_told_to_its_author() {
    let mut world = world();
    world.put(1, thing(1, 1, "0", json!({})));
    let inner = world.put(1, part(2, 2, 1, "0", json!({"status": "draft", "x": 1})));
    world.put(2, part(1, 2, 1, &inner, json!({"x": 2})));
    let submission = part(3, 2, 1, &inner, json!({"x": 3, "status": "submitted"}));
    assert_eq!(world.verdict(1, submission), "quarantined/submission_conflict");
    assert_eq!(world.notices(1)[0]["event"], "submission_met");
}

#[test]
fn what_two_have_signed_hands_itself_in_as_part_of_the_second_edit() {
    let mut world = world();
    world.put(1, thing(1, 1, "0", json!({})));
    let draft = json!({"status": "draft", "x": 1, "signed": {"a": 1}});
    let inner = world.put(1, part(2, 2, 1, "0", draft));
    let signed = json!({"signed": {"a": 1, "b": 1}});
    let second = world.push(1, &[part(3, 2, 1, &inner, signed)]).remove(0);
    assert_eq!(verdict(&second), "applied");
    assert_eq!(world.document(2)["status"], "submitted");
    let state = world.store.state();
    let row = &state.journal[&(world::device(1), DeviceSeq(3))];
    let touched: Vec<_> = row.effect.0.iter().map(|touch| touch.path.to_string()).collect();
    assert!(touched.contains(&"/status".to_owned()), "{touched:?}");
}

fn undeletion(device_seq: u64, n: u128, of: u128, base: &str) -> Value {
    with(part(device_seq, n, of, base, json!({})), "op", json!("undelete"))
}

#[test]
fn a_deleted_record_comes_back_as_it_was_and_old_edits_still_merge() {
    let mut world = world();
    world.put(1, thing(1, 1, "0", json!({})));
    let inner = world.put(1, part(2, 2, 1, "0", json!({"status": "draft", "x": 1, "y": 1})));
    let gone = with(part(3, 2, 1, &inner, json!({})), "op", json!("delete"));
    let rev = world.put(1, gone);
    assert!(world.stored(2).deleted);
    assert_eq!(world.verdict(2, part(1, 2, 1, &inner, json!({"x": 2}))), "quarantined/deleted");
    assert_eq!(world.verdict(2, undeletion(2, 2, 1, &rev)), "rejected/unknown_op");
    let back = world.decide(&[undeletion(1, 2, 1, &rev)]).remove(0);
    assert_eq!(verdict(&back), "applied");
    assert_eq!(world.document(2), json!({"status": "draft", "x": 1, "y": 1}));
    // Nobody changed x meanwhile: an edit made before the deletion asks nobody.
    assert_eq!(world.verdict(2, part(3, 2, 1, &inner, json!({"x": 2}))), "merged");
    assert_eq!(world.verdict(1, part(4, 2, 1, &inner, json!({"y": 2}))), "merged");
    assert_eq!(world.document(2), json!({"status": "draft", "x": 2, "y": 2}));
    let there = world.decide(&[undeletion(2, 2, 1, &rev)]).remove(0);
    assert_eq!(verdict(&there), "quarantined/illegal_transition");
}

#[test]
fn a_root_is_deleted_after_what_belongs_to_it_and_nothing_is_put_under_it_then() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({})));
    let inner = world.put(1, part(2, 2, 1, "0", json!({"status": "draft"})));
    let delete = |edit| with(edit, "op", json!("delete"));
    let early = world.verdict(1, delete(thing(3, 1, &home, json!({}))));
    assert_eq!(early, "quarantined/still_needed");
    world.put(1, delete(part(4, 2, 1, &inner, json!({}))));
    world.put(1, delete(thing(5, 1, &home, json!({}))));
    let late = |world: &mut World, seq, record, base: &str| {
        world.verdict(1, part(seq, record, 1, base, json!({"status": "draft", "x": 1})))
    };
    assert_eq!(late(&mut world, 6, 2, &inner), "quarantined/deleted");
    assert_eq!(late(&mut world, 7, 3, "0"), "quarantined/deleted");
}

#[test]
fn what_was_rejected_is_dismissed_with_a_reason_and_never_applied() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    let unknown = with(thing(2, 1, &home, json!({"x": 2})), "kind", json!("unheard"));
    assert_eq!(world.verdict(1, unknown), "rejected/unknown_kind");
    assert_eq!(world.verdict(1, json!({"device_seq": 3, "op": "put"})), "rejected/malformed");
    let refused = world.decide(&[decision(1, "apply", 1, 2)]).remove(0);
    assert_eq!(verdict(&refused), "quarantined/not_permitted");
    let told = world.decide(&[decision(2, "dismiss", 1, 2)]).remove(0);
    assert_eq!(verdict(&told), "applied");
    assert_eq!(
        world.notices(1),
        [json!({"event": "dismissed", "reason": "已核实", "record": record(1)})]
    );
    let again = world.decide(&[decision(3, "dismiss", 1, 2)]).remove(0);
    assert_eq!(verdict(&again), "quarantined/settled");
    assert_eq!(world.document(1), json!({"x": 1}));
}

#[test]
fn what_staff_may_not_do_is_refused_to_them_and_waits_for_nobody() {
    let mut world = world();
    let home = world.put(1, thing(1, 1, "0", json!({"x": 1})));
    let grants = |staff| Grants { staff, ..Grants::default() };
    world.store.state().grants.insert(user(3), grants(true));
    let wish = |n| thing(n, 1, &home, json!({"x": 2}));
    assert_eq!(world.verdict(3, wish(1)), "rejected/not_available");
    world.store.state().grants.insert(user(3), grants(false));
    assert_eq!(world.verdict(3, wish(2)), "quarantined/not_available");
}
