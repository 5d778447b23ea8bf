//! Tablets that work under a new name since a fork, on a server restored from before it: what they
//! had sent under the old name comes back under the old name, and is still their own.

use ruhu_device::{Counted, DeviceError, Fault, KeptEdit, TestDevice};
use ruhu_sync::id::{DeviceId, RecordId};
use ruhu_sync::outcome::Verdict;
use ruhu_tests::edits::{document, household, path};
use ruhu_tests::{Copy, Field, PASSWORD, Server, Tablet, on_both_databases, sealed, tables};
use serde_json::Value;

on_both_databases! {
    everything_comes_back_under_both_names_and_nobody_is_in_conflict_with_oneself,
    a_backup_with_half_of_the_old_name_gets_the_other_half,
    whichever_installation_comes_first_nothing_of_either_is_lost,
    an_answer_lost_on_the_way_back_is_made_up_for,
    two_forks_come_back_name_by_name,
}

fn set(tablet: &mut Tablet, record: RecordId, at: &str, value: &str) {
    tablet.set(record, &path(at), value.into()).expect("kept");
}

/// A tablet with a household, at work, cloned: the clone goes on under a new name. A copy is made
/// at each step.
struct Forked {
    original: Tablet,
    clone: Tablet,
    home: RecordId,
    /// Before anything, and between the two edits that both had.
    copies: [Copy; 2],
}

fn forked(server: &Server) -> Forked {
    let empty = server.back_up();
    let mut original = server.tablet("worker_a");
    let made = document(&household("测试甲"));
    let home = original.create("household", None, made).expect("kept");
    original.sync().expect("synced");
    let half = server.back_up();
    set(&mut original, home, "/notes", "分开以前写的");
    original.sync().expect("synced");
    let saved = original.save().expect("saved");
    let mut clone =
        TestDevice::restore(&saved, server.line(), Counted::new(server.seed())).expect("a clone");
    set(&mut original, home, "/address", "原机所写");
    original.sync().expect("synced");
    set(&mut clone, home, "/phone", "克隆所写");
    assert!(matches!(clone.push(), Err(DeviceError::Forked { .. })));
    clone.rejoin("worker_a", PASSWORD, "平板").expect("back in");
    clone.sync().expect("synced");
    set(&mut clone, home, "/notes", "改了自己的话");
    let heard = clone.sync().expect("synced").push.outcomes;
    assert!(heard.iter().all(|outcome| outcome.outcome.is_effective()));
    original.sync().expect("synced");
    Forked { original, clone, home, copies: [empty, half] }
}

/// A person's sync after a restore: signs in where the server asks for it.
#[track_caller]
fn back(server: &Server, tablet: &mut Tablet) -> Vec<Verdict> {
    server.reconnect(tablet);
    let synced = match tablet.sync() {
        Err(DeviceError::SignInNeeded) => {
            tablet.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
            tablet.sync()
        }
        synced => synced,
    };
    let report = synced.expect("synced");
    assert!(report.pull.streams.iter().all(|stream| stream.agrees), "{report:?}");
    report.push.outcomes.iter().map(|outcome| outcome.outcome).collect()
}

/// Every edit stands in the journal under its name and number, byte for byte.
#[track_caller]
fn journal_has(server: &Server, device: DeviceId, edits: &[KeptEdit]) {
    assert!(!edits.is_empty());
    for edit in edits {
        assert_eq!(sealed::payload(server, device, edit.device_seq.0), edit.bytes);
    }
    tables::follow_chain(server, device);
}

#[track_caller]
fn has_all_of(server: &Server, tablet: &Tablet) {
    for earlier in tablet.memory().earlier() {
        journal_has(server, earlier.device, &earlier.acknowledged);
    }
    let device = tablet.memory().device().expect("a device");
    journal_has(server, device, tablet.memory().acknowledged());
    assert!(tablet.memory().outbox().is_empty());
}

fn seen(tablet: &Tablet, home: RecordId) -> Value {
    serde_json::to_value(tablet.view(home).expect("held").document).expect("json")
}

#[track_caller]
fn is_complete(tablet: &Tablet, home: RecordId) {
    let now = seen(tablet, home);
    assert_eq!((&now["address"], &now["phone"]), (&"原机所写".into(), &"克隆所写".into()));
    assert_eq!(now["notes"], "改了自己的话");
    assert!(tablet.open_conflicts(home).is_empty(), "{:?}", tablet.open_conflicts(home));
}

fn everything_comes_back_under_both_names_and_nobody_is_in_conflict_with_oneself(
    mut server: Server,
) {
    let Forked { mut original, mut clone, home, copies } = forked(&server);
    server.restore(&copies[0]);
    assert_eq!(tables::count(&server, "journal"), 0);
    // The clone alone: all that it ever sent is there again, as its own.
    back(&server, &mut clone);
    has_all_of(&server, &clone);
    let view = seen(&clone, home);
    assert_eq!((&view["phone"], &view["notes"]), (&"克隆所写".into(), &"改了自己的话".into()));
    assert!(clone.open_conflicts(home).is_empty());
    // The other one goes on under the old name from where it was left.
    back(&server, &mut original);
    back(&server, &mut clone);
    for tablet in [&original, &clone] {
        has_all_of(&server, tablet);
        is_complete(tablet, home);
    }
    let audit = server.store().audit_journal(None).expect("looked through");
    assert_eq!((audit.faults, audit.edits), (vec![], 5));
    let (head, stored) = tables::stream(&server, Field::CASELOAD_A);
    let head = head.expect("a stream");
    assert_eq!(tables::recount(&stored), (head.count, head.digest));
}

fn a_backup_with_half_of_the_old_name_gets_the_other_half(mut server: Server) {
    let Forked { mut original, mut clone, home, copies } = forked(&server);
    server.restore(&copies[1]);
    assert_eq!(tables::count(&server, "journal"), 1);
    for tablet in [&mut clone, &mut original] {
        back(&server, tablet);
    }
    back(&server, &mut clone);
    for tablet in [&original, &clone] {
        has_all_of(&server, tablet);
        is_complete(tablet, home);
    }
    assert_eq!(tables::count(&server, "journal"), 5);
}

fn whichever_installation_comes_first_nothing_of_either_is_lost(mut server: Server) {
    let Forked { mut original, mut clone, home, copies } = forked(&server);
    for copy in &copies {
        server.restore(copy);
        back(&server, &mut original);
        // The old name is whole already: nothing of it is sent again.
        let heard = back(&server, &mut clone);
        assert_eq!(heard.len(), 2);
        back(&server, &mut original);
        for tablet in [&original, &clone] {
            has_all_of(&server, tablet);
            is_complete(tablet, home);
        }
        assert_eq!(tables::count(&server, "journal"), 5);
        assert_eq!(tables::count(&server, "device"), 2);
    }
}

fn an_answer_lost_on_the_way_back_is_made_up_for(mut server: Server) {
    let Forked { mut clone, home, copies, .. } = forked(&server);
    server.restore(&copies[0]);
    server.reconnect(&mut clone);
    assert_eq!(clone.sync(), Err(DeviceError::SignInNeeded));
    // The old name's sign-in, its push, and, that done, the present name's sign-in: each lost once.
    clone.settings_mut().attempts = 1;
    for before in [0, 1, 1] {
        let faults = std::iter::repeat_n(Fault::Pass, before).chain([Fault::LoseResponse]);
        clone.transport_mut().script(faults.collect::<Vec<_>>());
        let lost = clone.sign_in("worker_a", PASSWORD, "平板");
        assert!(matches!(lost, Err(DeviceError::Unreachable(_))), "{lost:?}");
    }
    clone.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
    clone.sync().expect("synced");
    has_all_of(&server, &clone);
    assert_eq!(seen(&clone, home)["notes"], "改了自己的话");
    assert_eq!(tables::count(&server, "device"), 2);
}

fn two_forks_come_back_name_by_name(mut server: Server) {
    let Forked { original, mut clone, home, copies } = forked(&server);
    drop(original);
    let saved = clone.save().expect("saved");
    set(&mut clone, home, "/address", "第一台再写");
    clone.sync().expect("synced");
    let mut again =
        TestDevice::restore(&saved, server.line(), Counted::new(server.seed())).expect("a clone");
    set(&mut again, home, "/case_no", "2026-1");
    again.rejoin("worker_a", PASSWORD, "平板").expect("back in");
    again.sync().expect("synced");
    set(&mut again, home, "/notes", "第三个名字写的");
    again.sync().expect("synced");
    assert_eq!(again.memory().earlier().len(), 2);
    server.restore(&copies[0]);
    back(&server, &mut again);
    has_all_of(&server, &again);
    let now = seen(&again, home);
    assert_eq!((&now["notes"], &now["case_no"]), (&"第三个名字写的".into(), &"2026-1".into()));
    assert!(again.open_conflicts(home).is_empty());
    assert_eq!(tables::count(&server, "device"), 3);
}
