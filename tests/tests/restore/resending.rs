//! After a restore, tablets bring back what the backup lacks.

use ruhu_device::{Choice, KeptEdit};
use ruhu_sync::id::RecordId;
use ruhu_tests::edits::{document, draft, household, path};
use ruhu_tests::{Field, Server, Tablet, on_both_databases, sealed, tables};
use serde_json::json;

on_both_databases! {
    every_edit_acknowledged_after_the_backup_comes_back,
    whichever_tablet_syncs_first_nothing_acknowledged_is_lost,
    a_server_restored_twice_from_one_backup_gets_everything_back_twice,
    a_server_restored_twice_before_anybody_syncs_gets_everything_back,
    an_edit_on_a_version_that_the_restored_history_does_not_know_merges_from_nothing,
    what_a_verified_backup_holds_is_not_kept_and_comes_back_with_the_backup,
    unsent_edits_go_behind_those_that_are_sent_again,
}

/// Two tablets of one team that hold one household, and nothing unsent.
fn team(server: &Server) -> (Tablet, Tablet, RecordId) {
    let (mut one, mut other) = (server.tablet("worker_a"), server.tablet("worker_a2"));
    let home = one.create("household", None, document(&household("测甲"))).expect("kept");
    one.sync().expect("synced");
    other.sync().expect("synced");
    (one, other, home)
}

/// All that a tablet had acknowledged, with its bytes.
fn acknowledged(tablet: &Tablet) -> Vec<KeptEdit> {
    assert!(tablet.memory().outbox().is_empty());
    tablet.memory().acknowledged().to_vec()
}

/// Every edit is in the journal under its number, byte for byte, and the chain holds.
#[track_caller]
fn journal_has(server: &Server, tablet: &Tablet, edits: &[KeptEdit]) {
    let device = tablet.memory().device().expect("a device");
    assert!(!edits.is_empty());
    for edit in edits {
        assert_eq!(sealed::payload(server, device, edit.device_seq.0), edit.bytes);
    }
    let links = tables::follow_chain(server, device);
    assert_eq!(links.len() as u64, tablet.memory().next_device_seq().0 - 1);
    assert_eq!(links.last(), tablet.memory().witness().map(|witness| &witness.chain));
}

#[track_caller]
fn agrees(server: &Server, tablet: &mut Tablet) {
    let report = tablet.sync().expect("synced");
    assert!(report.pull.streams.iter().all(|stream| stream.agrees), "{report:?}");
    assert!(report.pull.reread.is_empty(), "{report:?}");
    let (head, stored) = tables::stream(server, Field::CASELOAD_A);
    let head = head.expect("a stream");
    assert_eq!(tables::recount(&stored), (head.count, head.digest));
    let rows = tablet.memory().rows().values().filter(|row| row.stream == Field::CASELOAD_A);
    assert_eq!(rows.count() as u64, head.count);
}

fn set(tablet: &mut Tablet, record: RecordId, at: &str, value: &str) {
    tablet.set(record, &path(at), value.into()).expect("kept");
}

/// What both do after the backup: other fields of the household, the same field, a group, a record
/// of each one's own, and one that is not taken.
fn work(one: &mut Tablet, other: &mut Tablet, home: RecordId) {
    set(one, home, "/address", "一号");
    set(one, home, "/notes", "甲写的");
    set(other, home, "/address", "二号");
    set(other, home, "/case_no", "乙写的");
    for (tablet, name) in [(&mut *one, "测试丁"), (&mut *other, "测试戊")] {
        let made = tablet.group(|tablet| {
            let home = tablet.create("household", None, document(&household(name)))?;
            tablet.create("assessment", Some(home), document(&draft()))
        });
        let assessment = made.expect("kept");
        // Not whole: it waits for a person, and is kept all the same.
        set(tablet, assessment, "/status", "submitted");
    }
    one.sync().expect("synced");
    let heard = other.sync().expect("synced").push.outcomes;
    let verdicts: Vec<_> = heard.iter().map(|outcome| outcome.outcome.is_effective()).collect();
    assert_eq!(verdicts, [true, true, true, true, false]);
    assert_eq!(other.open_conflicts(home).len(), 1);
    one.sync().expect("synced");
}

/// Both addresses are there, one in the field and one beside it; nothing else was anybody's
/// quarrel.
#[track_caller]
fn has_everything(tablet: &Tablet, home: RecordId) {
    let view = tablet.view(home).expect("a view");
    assert_eq!(view.document["notes"], "甲写的".into());
    assert_eq!(view.document["case_no"], "乙写的".into());
    let mut addresses = vec![view.document["address"].clone()];
    addresses.extend(view.conflicts.iter().filter_map(|conflict| conflict.value.clone()));
    addresses.sort_by_key(|address| address.as_text().map(str::to_owned));
    assert_eq!(addresses, ["一号".into(), "二号".into()]);
    assert_eq!(tablet.records("household").len(), 3);
    assert_eq!(tablet.records("assessment").len(), 2);
}

fn every_edit_acknowledged_after_the_backup_comes_back(mut server: Server) {
    let (mut one, mut other, home) = team(&server);
    let copy = server.back_up();
    work(&mut one, &mut other, home);
    let kept = [acknowledged(&one), acknowledged(&other)];
    let (_, before) = tables::stream(&server, Field::CASELOAD_A);

    server.restore(&copy);
    assert_eq!(tables::count(&server, "record"), 1, "the backup lacks the rest");
    for tablet in [&mut one, &mut other] {
        server.reconnect(tablet);
        let report = tablet.sync().expect("synced");
        // What was in the backup is sent, too, and answered as before.
        let numbers: Vec<_> = report.push.outcomes.iter().map(|o| o.device_seq.0).collect();
        assert_eq!(numbers, (1..=kept_before(tablet) + 5).collect::<Vec<_>>());
    }
    agrees(&server, &mut one);
    agrees(&server, &mut other);
    for (tablet, kept) in [(&one, &kept[0]), (&other, &kept[1])] {
        has_everything(tablet, home);
        journal_has(&server, tablet, kept);
        assert_eq!(tablet.quarantined().len(), 1);
    }
    assert_eq!(one.memory().rows(), other.memory().rows());
    // The same edits in the same order make the same versions again.
    let (_, after) = tables::stream(&server, Field::CASELOAD_A);
    let documents = |rows: &[serde_json::Value]| -> Vec<serde_json::Value> {
        rows.iter().map(|row| row["document"].clone()).collect()
    };
    assert_eq!(documents(&after), documents(&before));
}

/// How many of its edits were in the backup: `worker_a` had made the household.
fn kept_before(tablet: &Tablet) -> u64 {
    tablet.memory().next_device_seq().0 - 1 - 5
}

fn whichever_tablet_syncs_first_nothing_acknowledged_is_lost(mut server: Server) {
    let (mut one, mut other, home) = team(&server);
    let copy = server.back_up();
    work(&mut one, &mut other, home);
    // One makes a household that the other then changes.
    let late = one.create("household", None, document(&household("测试己"))).expect("kept");
    one.sync().expect("synced");
    other.sync().expect("synced");
    set(&mut other, late, "/notes", "另一人写的");
    other.sync().expect("synced");
    let kept = [acknowledged(&one), acknowledged(&other)];

    server.restore(&copy);
    server.reconnect(&mut one);
    server.reconnect(&mut other);
    let report = other.sync().expect("synced");
    // Its record is not there yet: the change waits for a person, and is listed to its author.
    let last = report.push.outcomes.last().expect("an outcome");
    assert_eq!(ruhu_tests::verdict(&json!(last)), "quarantined/not_available");
    assert_eq!(other.quarantined().len(), 2);
    one.sync().expect("synced");
    agrees(&server, &mut one);
    agrees(&server, &mut other);
    journal_has(&server, &one, &kept[0]);
    journal_has(&server, &other, &kept[1]);
    assert!(one.view(late).is_some_and(|view| !view.document.contains_key("notes")));
    // The one that came first stands now.
    assert_eq!(one.view(home).expect("a view").document["address"], "二号".into());
    assert_eq!(one.open_conflicts(home).len(), 1);
    assert_eq!(one.memory().rows(), other.memory().rows());
}

fn a_server_restored_twice_from_one_backup_gets_everything_back_twice(mut server: Server) {
    let (mut one, mut other, home) = team(&server);
    let copy = server.back_up();
    work(&mut one, &mut other, home);
    for round in 0..2 {
        server.restore(&copy);
        for tablet in [&mut one, &mut other] {
            server.reconnect(tablet);
            tablet.sync().expect("synced");
        }
        agrees(&server, &mut one);
        agrees(&server, &mut other);
        if round == 0 {
            has_everything(&one, home);
            // In the history between, a person settles the conflict, and work goes on.
            let conflict = one.open_conflicts(home)[0].id.clone();
            one.resolve(home, &conflict, Choice::Value("三号".into())).expect("kept");
            set(&mut other, home, "/notes", "后来写的");
            one.sync().expect("synced");
            other.sync().expect("synced");
            one.sync().expect("synced");
            assert!(one.open_conflicts(home).is_empty());
        }
    }
    let kept = [acknowledged(&one), acknowledged(&other)];
    journal_has(&server, &one, &kept[0]);
    journal_has(&server, &other, &kept[1]);
    assert_eq!(one.memory().rows(), other.memory().rows());
    let view = one.view(home).expect("a view");
    let beside = view.conflicts.iter().filter_map(|conflict| conflict.value.clone());
    let values: Vec<_> = beside.chain(view.document.values().cloned()).collect();
    for word in ["三号", "后来写的", "乙写的"] {
        assert!(values.contains(&word.into()), "{word}: {view:?}");
    }
}

fn a_server_restored_twice_before_anybody_syncs_gets_everything_back(mut server: Server) {
    let (mut one, mut other, home) = team(&server);
    let copy = server.back_up();
    work(&mut one, &mut other, home);
    let kept = [acknowledged(&one), acknowledged(&other)];
    server.restore(&copy);
    // One tablet has met the new history, and not yet sent anything again.
    server.reconnect(&mut one);
    assert!(one.pull().is_err());
    server.restore(&copy);
    for tablet in [&mut one, &mut other] {
        server.reconnect(tablet);
        tablet.sync().expect("synced");
    }
    agrees(&server, &mut one);
    agrees(&server, &mut other);
    for (tablet, kept) in [(&one, &kept[0]), (&other, &kept[1])] {
        has_everything(tablet, home);
        journal_has(&server, tablet, kept);
    }
}

fn an_edit_on_a_version_that_the_restored_history_does_not_know_merges_from_nothing(
    mut server: Server,
) {
    let (mut one, mut other, home) = team(&server);
    let copy = server.back_up();
    set(&mut one, home, "/notes", "甲写的");
    one.sync().expect("synced");
    other.sync().expect("synced");
    // Its base is a version that no other history has; it changes what the first version said.
    set(&mut other, home, "/head_name", "测试乙");
    set(&mut other, home, "/case_no", "2026-1");
    other.sync().expect("synced");

    server.restore(&copy);
    server.reconnect(&mut other);
    let outcomes = other.sync().expect("synced").push.outcomes;
    let words: Vec<_> = outcomes.iter().map(|o| ruhu_tests::verdict(&json!(o))).collect();
    // From nothing, the name that the first version gave is another person's: both are kept.
    assert_eq!(words, ["conflict", "merged"]);
    let view = other.view(home).expect("a view");
    assert_eq!(view.document["case_no"], "2026-1".into());
    assert_eq!(view.document["head_name"], "测甲".into());
    assert_eq!(view.conflicts[0].value, Some("测试乙".into()));
}

fn what_a_verified_backup_holds_is_not_kept_and_comes_back_with_the_backup(mut server: Server) {
    let (mut one, mut other, home) = team(&server);
    work(&mut one, &mut other, home);
    let copy = server.back_up();
    let looked_at = server.looked_at(&copy);
    let verified =
        ruhu_api::backup::verify(&looked_at.name, &server.key_ring()).expect("looked through");
    assert_eq!(verified.wrong, Vec::<String>::new());
    drop(looked_at);
    set(&mut one, home, "/notes", "备份以后");
    one.sync().expect("synced");
    let raised = server.store().raise_safe(&verified).expect("raised");
    assert_eq!(raised, ruhu_store::backup::Raised::Devices(2));
    for tablet in [&mut one, &mut other] {
        set(tablet, home, "/phone", "13800000000");
        tablet.sync().expect("synced");
    }
    // What the backup holds is forgotten; what came after it is not.
    let numbers = |tablet: &Tablet| -> Vec<u64> {
        tablet.memory().acknowledged().iter().map(|edit| edit.device_seq.0).collect()
    };
    assert_eq!((numbers(&one), numbers(&other)), (vec![7, 8], vec![6]));
    server.restore(&copy);
    for tablet in [&mut one, &mut other] {
        server.reconnect(tablet);
        tablet.sync().expect("synced");
    }
    agrees(&server, &mut one);
    agrees(&server, &mut other);
    assert_eq!(one.view(home).expect("a view").document["notes"], "备份以后".into());
    assert_eq!(one.memory().rows(), other.memory().rows());
    assert_eq!(one.records("household").len(), 3);
}

fn unsent_edits_go_behind_those_that_are_sent_again(mut server: Server) {
    let (mut one, _, home) = team(&server);
    let copy = server.back_up();
    set(&mut one, home, "/notes", "先写的");
    one.sync().expect("synced");
    set(&mut one, home, "/notes", "后写的");
    server.restore(&copy);
    server.reconnect(&mut one);
    one.settings_mut().push_edits_max = 1;
    let report = one.sync().expect("synced");
    let numbers: Vec<_> = report.push.outcomes.iter().map(|o| o.device_seq.0).collect();
    assert_eq!((numbers, report.push.batches), (vec![1, 2, 3], 3));
    assert_eq!(one.view(home).expect("a view").document["notes"], "后写的".into());
    agrees(&server, &mut one);
}
