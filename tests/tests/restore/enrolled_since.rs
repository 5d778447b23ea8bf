//! Devices and sign-ins that the restored server does not know.

use ruhu_casework::facts::{Office, Role};
use ruhu_device::DeviceError;
use ruhu_sync::id::UserId;
use ruhu_tests::edits::{document, household, path};
use ruhu_tests::{PASSWORD, Server, on_both_databases, tables};
use serde_json::json;
use uuid::Uuid;

on_both_databases! {
    a_device_enrolled_after_the_backup_signs_in_again_under_its_name_and_brings_everything,
    a_device_whose_tokens_were_issued_after_the_backup_signs_in_again_and_loses_nothing,
    a_person_added_after_the_backup_and_again_under_the_same_id_brings_everything,
    sign_ins_that_are_ended_after_a_restore_are_ended_for_all,
}

fn a_device_enrolled_after_the_backup_signs_in_again_under_its_name_and_brings_everything(
    mut server: Server,
) {
    let copy = server.back_up();
    let mut tablet = server.tablet("worker_a");
    let home = tablet.create("household", None, document(&household("测甲"))).expect("kept");
    tablet.sync().expect("synced");
    tablet.set(home, &path("/notes"), "没有发出的".into()).expect("kept");
    let device = tablet.memory().device();

    server.restore(&copy);
    server.reconnect(&mut tablet);
    assert_eq!(tables::count(&server, "device"), 0);
    let before = tablet.memory().clone();
    assert_eq!(tablet.sync(), Err(DeviceError::SignInNeeded));
    assert_eq!(tablet.memory().outbox(), before.outbox());
    assert_eq!(tablet.memory().acknowledged(), before.acknowledged());
    assert_eq!(tablet.memory().rows(), before.rows());

    tablet.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
    assert_eq!(tablet.memory().device(), device);
    let report = tablet.sync().expect("synced");
    let numbers: Vec<_> = report.push.outcomes.iter().map(|o| o.device_seq.0).collect();
    assert_eq!(numbers, [1, 2]);
    assert!(report.push.outcomes.iter().all(|o| o.outcome.is_effective()));
    assert_eq!(tablet.view(home).expect("a view").document["notes"], "没有发出的".into());
    assert_eq!(tables::follow_chain(&server, device.expect("a device")).len(), 2);
    assert!(report.pull.streams.iter().all(|stream| stream.agrees));
}

fn a_device_whose_tokens_were_issued_after_the_backup_signs_in_again_and_loses_nothing(
    mut server: Server,
) {
    let mut tablet = server.tablet("worker_a");
    let copy = server.back_up();
    tablet.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
    let home = tablet.create("household", None, document(&household("测甲"))).expect("kept");
    tablet.sync().expect("synced");
    server.restore(&copy);
    server.reconnect(&mut tablet);
    // Its access token ends; the refresh token is unknown here.
    server.advance_seconds(3600);
    let before = tablet.memory().clone();
    assert_eq!(tablet.sync(), Err(DeviceError::SignInNeeded));
    assert_eq!(tablet.memory().acknowledged(), before.acknowledged());
    assert_eq!(tablet.memory().rows(), before.rows());
    tablet.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
    let report = tablet.sync().expect("synced");
    assert_eq!(report.push.outcomes.len(), 1);
    assert!(tablet.view(home).is_some());
    assert_eq!(tables::count(&server, "record"), 1);
}

fn a_person_added_after_the_backup_and_again_under_the_same_id_brings_everything(
    mut server: Server,
) {
    let add = |server: &Server| {
        let added = server.store().write(|tx| {
            let mut account = tx.account_by_login("committee")?.expect("an account");
            account.id = UserId(Uuid::from_u128(0xA77));
            account.login = "newcomer".to_owned();
            assert!(tx.add_account(&account)?);
            let office = Office {
                role: Role::CommitteeMember,
                area: "110102003001".to_owned(),
                first_day: "2026-01-01".parse().expect("a day"),
                last_day: None,
            };
            tx.add_office(Uuid::from_u128(0xA78), account.id, &office)
        });
        added.expect("added");
    };
    let copy = server.back_up();
    add(&server);
    let mut tablet = server.tablet("newcomer");
    let find = json!({"status": "reported", "found_at": "2026-11-23T09:30:00+08:00",
        "category": "other", "urgency": "normal", "place": "虚拟胡同5号"});
    let find = tablet.create("find", None, document(&find)).expect("kept");
    tablet.sync().expect("synced");

    server.restore(&copy);
    server.reconnect(&mut tablet);
    assert!(tablet.sync().is_err());
    add(&server);
    tablet.sign_in("newcomer", PASSWORD, "平板").expect("signed in");
    assert_eq!(tablet.sync().expect("synced").push.outcomes.len(), 1);
    assert!(tablet.view(find).is_some());
    assert_eq!(tables::count(&server, "record"), 1);
}

fn sign_ins_that_are_ended_after_a_restore_are_ended_for_all(mut server: Server) {
    let mut tablet = server.tablet("worker_a");
    tablet.create("household", None, document(&household("测甲"))).expect("kept");
    let copy = server.back_up();
    tablet.sync().expect("synced");
    server.restore(&copy);
    assert_eq!(server.store().end_all_sign_ins(server.now()).expect("ended"), 1);
    server.reconnect(&mut tablet);
    assert_eq!(tablet.sync(), Err(DeviceError::SignInNeeded));
    tablet.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
    assert_eq!(tablet.sync().expect("synced").push.outcomes.len(), 1);
}
