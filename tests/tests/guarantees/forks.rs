//! Clones and restored backups of a tablet: each hands in all it has, nothing is discarded, and
//! nobody is in conflict with what was written before the ways parted.

use ruhu_device::{Counted, DeviceError, Fault, TestDevice};
use ruhu_sync::id::{DeviceSeq, RecordId};
use ruhu_sync::outcome::Verdict;
use ruhu_tests::edits::{document, household, new_household, path, put, record};
use ruhu_tests::{Hand, PASSWORD, Server, Tablet, on_both_databases, tables};
use serde_json::{Value, json};

on_both_databases! {
    a_clone_and_its_original_both_hand_in_everything_they_have,
    what_was_unsent_when_a_tablet_was_cloned_is_the_own_work_of_both,
    a_restored_tablet_whose_numbers_were_used_loses_neither_the_old_work_nor_the_new,
    a_restored_tablet_that_is_only_behind_finds_out_and_comes_back_in,
    a_clone_of_a_clone_comes_back_in_too,
    an_answer_lost_on_the_way_back_in_enrols_one_device,
    a_fork_is_told_with_what_a_new_sign_in_has_to_say,
    what_the_earlier_installation_sends_later_is_anothers_whatever_is_claimed,
}

/// Another installation that goes on from the same storage.
fn copy_of(server: &Server, saved: &str) -> Tablet {
    TestDevice::restore(saved, server.line(), Counted::new(server.seed())).expect("restored")
}

/// A tablet with a household that the server has, and what was in its storage then.
fn at_work(server: &Server) -> (Tablet, RecordId) {
    let mut tablet = server.tablet("worker_a");
    let made = tablet.create("household", None, document(&household("测试甲"))).expect("kept");
    tablet.sync().expect("synced");
    (tablet, made)
}

fn say(tablet: &mut Tablet, household: RecordId, field: &str, text: &str) {
    let at = path(&format!("/{field}"));
    tablet.set(household, &at, text.into()).expect("kept");
}

#[track_caller]
fn is_forked_at(tablet: &mut Tablet, number: u64) {
    assert_eq!(tablet.push(), Err(DeviceError::Forked { at: DeviceSeq(number) }));
}

/// Comes back in, hands in, and gives what became of each edit.
#[track_caller]
fn back_in(tablet: &mut Tablet) -> Vec<Verdict> {
    let unsent = tablet.memory().outbox().len();
    tablet.rejoin("worker_a", PASSWORD, "平板").expect("back in");
    assert_eq!(tablet.memory().outbox().len(), unsent, "nothing is discarded");
    let report = tablet.sync().expect("synced");
    assert!(report.pull.streams.iter().all(|stream| stream.agrees), "{report:?}");
    report.push.outcomes.iter().map(|outcome| outcome.outcome).collect()
}

fn seen(tablet: &mut Tablet, household: RecordId) -> Value {
    tablet.sync().expect("synced");
    let view = tablet.view(household).expect("a household");
    serde_json::to_value(&view.document).expect("json")
}

fn a_clone_and_its_original_both_hand_in_everything_they_have(server: Server) {
    let (mut original, made) = at_work(&server);
    let mut clone = copy_of(&server, &original.save().expect("saved"));
    say(&mut original, made, "head_name", "测试乙");
    say(&mut clone, made, "head_name", "测试丙");
    say(&mut clone, made, "notes", "三层，无电梯");
    let other = clone.create("household", None, document(&household("测试丁"))).expect("kept");
    original.sync().expect("synced");
    is_forked_at(&mut clone, 2);
    // Meanwhile the original goes on under the name that both had.
    say(&mut original, made, "address", "测试路 1 号");
    let became = back_in(&mut clone);
    assert_eq!(became, [Verdict::Conflict, Verdict::Merged, Verdict::Applied]);
    original.sync().expect("synced");
    let (one, two) = (seen(&mut original, made), seen(&mut clone, made));
    assert_eq!(one, two);
    assert_eq!((&one["head_name"], &one["notes"]), (&json!("测试乙"), &json!("三层，无电梯")));
    assert_eq!(one["address"], "测试路 1 号");
    let open = original.open_conflicts(made);
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].value, Some("测试丙".into()));
    assert_ne!(original.memory().device(), clone.memory().device());
    assert!(original.view(other).is_some());
    // Both work on, each under its own name.
    for tablet in [&mut original, &mut clone] {
        say(tablet, other, "phone", "12345");
        assert_eq!(tablet.sync().expect("synced").push.outcomes.len(), 1);
    }
}

fn what_was_unsent_when_a_tablet_was_cloned_is_the_own_work_of_both(server: Server) {
    let (mut original, made) = at_work(&server);
    say(&mut original, made, "head_name", "测试乙");
    let mut clone = copy_of(&server, &original.save().expect("saved"));
    say(&mut original, made, "notes", "原机所写");
    // Made upon its own unsent word, and so on the base of that.
    say(&mut clone, made, "head_name", "测试丙");
    original.sync().expect("synced");
    is_forked_at(&mut clone, 3);
    assert_eq!(clone.memory().outbox().len(), 1, "what both had was taken once");
    assert_eq!(back_in(&mut clone), [Verdict::Merged]);
    let now = seen(&mut clone, made);
    assert_eq!((&now["head_name"], &now["notes"]), (&json!("测试丙"), &json!("原机所写")));
    assert!(clone.open_conflicts(made).is_empty(), "nobody is in conflict with oneself");
    assert_eq!(tables::count(&server, "journal"), 4);
}

fn a_restored_tablet_whose_numbers_were_used_loses_neither_the_old_work_nor_the_new(
    server: Server,
) {
    let (mut tablet, made) = at_work(&server);
    let backup = tablet.save().expect("saved");
    // Much work, and its tokens are renewed; then the tablet falls into the water.
    for text in ["一", "二", "三"] {
        server.advance_seconds(3600);
        say(&mut tablet, made, "notes", text);
        tablet.sync().expect("synced");
    }
    let made_later =
        tablet.create("household", None, document(&household("测试戊"))).expect("kept");
    tablet.sync().expect("synced");
    let mut restored = copy_of(&server, &backup);
    say(&mut restored, made, "address", "测试路 2 号");
    say(&mut restored, made, "notes", "四");
    // Its old refresh token was replaced long ago: it keeps everything and signs in again.
    assert_eq!(restored.push(), Err(DeviceError::SignInNeeded));
    assert_eq!(restored.memory().outbox().len(), 2);
    // What it does not know any more counts as another's: a person decides about the notes.
    assert_eq!(back_in(&mut restored), [Verdict::Merged, Verdict::Conflict]);
    let now = seen(&mut restored, made);
    assert_eq!((&now["notes"], &now["address"]), (&json!("三"), &json!("测试路 2 号")));
    assert!(restored.view(made_later).is_some());
}

fn a_restored_tablet_that_is_only_behind_finds_out_and_comes_back_in(server: Server) {
    let (mut tablet, made) = at_work(&server);
    let backup = tablet.save().expect("saved");
    say(&mut tablet, made, "notes", "已上传");
    tablet.sync().expect("synced");
    let mut restored = copy_of(&server, &backup);
    restored.handshake().expect("asked");
    is_forked_at(&mut restored, 2);
    assert_eq!(back_in(&mut restored), []);
    assert_eq!(seen(&mut restored, made)["notes"], "已上传");
    say(&mut restored, made, "notes", "新写");
    let report = restored.sync().expect("synced");
    assert_eq!(report.push.outcomes[0].outcome, Verdict::Applied, "it had seen what it changed");
}

fn a_clone_of_a_clone_comes_back_in_too(server: Server) {
    let (mut original, made) = at_work(&server);
    say(&mut original, made, "head_name", "测试乙");
    let first = original.save().expect("saved");
    original.sync().expect("synced");
    say(&mut original, made, "notes", "原机所写");
    original.sync().expect("synced");
    let mut clone = copy_of(&server, &first);
    say(&mut clone, made, "address", "测试路 3 号");
    clone.rejoin("worker_a", PASSWORD, "平板").expect("back in");
    clone.push().expect("pushed");
    let second = clone.save().expect("saved");
    clone.create("household", None, document(&household("测试己"))).expect("kept");
    clone.sync().expect("synced");
    let mut again = copy_of(&server, &second);
    // The base is older than all that its three names wrote before: its own, all of it.
    let base = again.memory().rows()[&made].rev;
    assert!(base.number >= 1);
    say(&mut again, made, "head_name", "测试丙");
    is_forked_at(&mut again, 2);
    let became = back_in(&mut again);
    assert!(matches!(became[..], [Verdict::Applied | Verdict::Merged]), "{became:?}");
    assert!(again.open_conflicts(made).is_empty());
    let names: Vec<_> = again.memory().earlier().iter().map(|earlier| earlier.device).collect();
    assert_eq!(names, [original.memory().device(), clone.memory().device()].map(Option::unwrap));
}

fn an_answer_lost_on_the_way_back_in_enrols_one_device(server: Server) {
    let (mut original, made) = at_work(&server);
    let mut clone = copy_of(&server, &original.save().expect("saved"));
    say(&mut original, made, "notes", "原机所写");
    say(&mut clone, made, "address", "测试路 4 号");
    original.sync().expect("synced");
    // The sign-in and the last push pass; the answer to the new sign-in is lost.
    clone.transport_mut().script([Fault::Pass, Fault::Pass, Fault::LoseResponse]);
    let lost = clone.rejoin("worker_a", PASSWORD, "平板");
    assert!(matches!(lost, Err(DeviceError::Unreachable(_))), "{lost:?}");
    assert_eq!(back_in(&mut clone), [Verdict::Merged]);
    assert_eq!(tables::count(&server, "device"), 2);
}

fn a_fork_is_told_with_what_a_new_sign_in_has_to_say(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    hand.take(new_household(2));
    let other = json!({"device_seq": 2, "op": "void"});
    let forked = hand.push(&[other]).expect_problem(409, "device-forked").json();
    assert_eq!(forked["continues"], json!({"device": hand.device, "through": 1}));
    let body = json!({"login": "worker_a", "password": PASSWORD,
        "device": {"name": "平板", "continues": forked["continues"]}});
    let session = server.call("POST", "/v1/session").json(&body).send().expect(200).json();
    assert_eq!(session["expected_device_seq"], 1);
    // The name that both had stays open for whoever goes on under it.
    hand.take(new_household(3));
}

fn what_the_earlier_installation_sends_later_is_anothers_whatever_is_claimed(server: Server) {
    let mut earlier = server.hand("worker_a");
    let base = earlier.take(new_household(1));
    let body = json!({"login": "worker_a", "password": PASSWORD, "device": {"name": "平板",
        "continues": {"device": earlier.device, "through": 1000}}});
    let session = server.call("POST", "/v1/session").json(&body).send().expect(200).json();
    let device = session["device"].as_str().expect("a device").parse().expect("an id");
    let mut later = Hand::new(&server, "worker_a", Some(device));
    earlier.take(put(record(1), "household", &base, json!({"notes": "先写"})));
    let edit = put(record(1), "household", &base, json!({"notes": "后写"}));
    assert_eq!(later.verdict(edit), "conflict");
}
