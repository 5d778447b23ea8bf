//! Copies: made while people write, looked through, refused when damaged.

use ruhu_api::backup::verify;
use ruhu_store::backup::{BackupError, Raised, restore};
use ruhu_store::{KeyId, KeyRing, StoreSettings};
use ruhu_sync::storage::ReadTx as _;
use ruhu_tests::edits::{new_draft, new_household, put, record};
use ruhu_tests::{Database, Server, on_both_databases, put_in_place, tables};
use serde_json::json;

on_both_databases! {
    a_copy_made_while_people_write_is_whole_and_of_one_moment,
    what_was_changed_in_a_copy_is_found,
    what_the_audit_log_watches_is_found_in_a_copy_too,
    keys_that_do_not_open_a_copy_are_found,
    a_copy_of_another_epoch_lets_no_device_forget_anything,
    a_copy_that_knows_more_or_other_than_the_database_lets_no_device_forget_anything,
}

/// A device with edits of several outcomes.
fn at_work(server: &Server) -> ruhu_tests::Hand {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    hand.take(new_draft(2, 1));
    let waiting = hand.verdict(put(record(9), "household", "1-00000000", json!({})));
    assert_eq!(waiting, "quarantined/not_available");
    hand
}

fn a_copy_made_while_people_write_is_whole_and_of_one_moment(server: Server) {
    at_work(&server);
    let (stop, writer) = {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let mut hand = server.hand("worker_a2");
        let writer = std::thread::spawn(move || {
            let mut written = 0;
            while stopped.try_recv().is_err() {
                hand.take(new_household(100 + written));
                written += 1;
            }
            written
        });
        (stop, writer)
    };
    while tables::count(&server, "record") < 6 {
        std::thread::yield_now();
    }
    let copy = server.back_up();
    stop.send(()).expect("told");
    let written = writer.join().expect("written");
    let verified = verify(&server.looked_at(&copy).name, &server.key_ring()).expect("looked at");
    assert_eq!(verified.wrong, Vec::<String>::new());
    assert!(verified.records >= 6 && u128::from(verified.records) <= 2 + written);
    assert_eq!(verified.edits, verified.records + 1);
    let epoch = server.store().read(|tx| tx.epoch()).expect("epoch");
    assert_eq!((verified.epoch, verified.devices.len()), (epoch, 2));
}

/// What this makes of a copy's findings.
fn found_after(server: &Server, damage: &str) -> Vec<String> {
    let copy = server.back_up();
    let looked_at = server.looked_at(&copy);
    tables::run_on(server, &looked_at, damage);
    verify(&looked_at.name, &server.key_ring()).expect("looked at").wrong
}

fn what_was_changed_in_a_copy_is_found(server: Server) {
    let hand = at_work(&server);
    let other = match server.database() {
        Database::Sqlite => "zeroblob(16)",
        Database::Postgres => "decode(repeat('00', 16), 'hex')",
    };
    let device = hand.device.to_string();
    for (damage, told) in [
        ("UPDATE journal SET outcome = '{}' WHERE device_seq = 2", "edit 2: the chain breaks here"),
        ("DELETE FROM journal WHERE device_seq = 2", "edit 2: it is missing"),
        ("DELETE FROM journal WHERE device_seq = 3", "edit 3: it is missing"),
        ("UPDATE journal SET payload = salt", "does not open"),
        (
            &format!("UPDATE journal SET salt = {other} WHERE device_seq = 1"),
            "its bytes or its answer are not those that were acknowledged",
        ),
        ("DELETE FROM record WHERE kind = 'assessment'", "its records are not those of its digest"),
        ("UPDATE record SET rev_number = 7 WHERE kind = 'household'", "does not open"),
        ("UPDATE record SET deleted = NOT deleted", "its content is not that of its rev"),
        ("UPDATE stream SET count = count + 1", "its records are not those of its digest"),
        ("UPDATE stream SET head = 1", "stands above its head"),
        ("DELETE FROM stream", "it has records and no head"),
    ] {
        let wrong = found_after(&server, damage);
        assert!(wrong.iter().any(|line| line.contains(told)), "{damage}: {wrong:?}");
        if told.contains("edit 2") {
            assert!(wrong[0].contains(&device), "{wrong:?}");
        }
        assert!(!wrong.iter().any(|line| line.contains("测")), "{wrong:?}");
    }
    // Taken away, and not erased by right.
    let gone = found_after(&server, "UPDATE journal SET payload = NULL, salt = NULL");
    assert!(gone.iter().all(|line| line.contains("no erasure was recorded")), "{gone:?}");
    assert_eq!(gone.len(), 3);
}

fn what_the_audit_log_watches_is_found_in_a_copy_too(server: Server) {
    let hand = at_work(&server);
    let pin = json!({"password": ruhu_tests::PASSWORD, "pin": "729406"});
    hand.call("PUT", "/v1/me/pin").json(&pin).send().expect(204);
    let admin = server.hand("admin");
    let path = format!("/v1/admin/devices/{}/report-lost", hand.device);
    admin.call("POST", &path).send().expect(204);
    assert_eq!(found_after(&server, "UPDATE device SET last_seq = last_seq"), [""; 0]);
    let (open, key) = match server.database() {
        Database::Sqlite => ("DROP TRIGGER audit_log_is_not_deleted;", "zeroblob(64)"),
        Database::Postgres => (
            "DROP TRIGGER audit_log_is_append_only ON audit_log;",
            "decode(repeat('00', 64), 'hex')",
        ),
    };
    for (damage, told) in [
        ("DELETE FROM audit_log WHERE number = 2", "audit line 2: it is missing"),
        ("DELETE FROM audit_log WHERE number > 2", "audit line 3: it is missing"),
        ("UPDATE account SET password_hash = 'x' WHERE login = 'admin'", "account "),
        ("UPDATE office SET area = '' WHERE role = 'street_reviewer'", "office "),
        ("UPDATE device SET revoked_at = NULL", "device "),
        ("UPDATE device SET reported_lost_at = NULL", "device "),
        (&format!("UPDATE signing_key SET key = {key}"), "signing_key "),
        ("DELETE FROM signing_key", "signing_key "),
    ] {
        let wrong = found_after(&server, &format!("{open} {damage}"));
        assert!(wrong.iter().any(|line| line.starts_with(told)), "{damage}: {wrong:?}");
    }
    // The live database is held against its log in the same way.
    assert_eq!(server.store().verify_audit_log(None).expect("looked through").faults, [""; 0]);
    tables::run(&server, "UPDATE device SET revoked_at = NULL, reported_lost_at = NULL");
    let faults = server.store().verify_audit_log(None).expect("looked through").faults;
    let named = format!("device {}: it is not as the log last tells", hand.device);
    assert!(matches!(&faults[..], [one] if one.starts_with(&named)), "{faults:?}");
}

fn keys_that_do_not_open_a_copy_are_found(server: Server) {
    at_work(&server);
    let copy = server.back_up();
    let looked_at = server.looked_at(&copy);
    let other = |id| KeyRing::new([(KeyId(id), Box::new([7; 32]).into())]).expect("a ring");
    for (keys, told) in [(other(1), "does not open"), (other(9), "key 1 is missing")] {
        let found = verify(&looked_at.name, &keys).expect("looked at");
        let rows = found.wrong.iter().filter(|line| line.contains(told));
        // Three edits and two records; what cannot be read is in no digest, and nobody knows what the
        // device is called.
        assert_eq!((rows.count(), found.wrong.len()), (5, 7), "{:?}", found.wrong);
        assert_eq!(server.store().raise_safe(&found).expect("refused"), Raised::Damaged);
    }
}

fn a_copy_of_another_epoch_lets_no_device_forget_anything(mut server: Server) {
    let hand = at_work(&server);
    let copy = server.back_up();
    let verified = verify(&server.looked_at(&copy).name, &server.key_ring()).expect("looked at");
    server.restore(&copy);
    assert_eq!(server.store().raise_safe(&verified).expect("refused"), Raised::OtherEpoch);
    let state = server.store().read(|tx| tx.device(hand.device)).expect("read").expect("a device");
    assert_eq!(state.safe.0, 0);
}

fn a_copy_that_knows_more_or_other_than_the_database_lets_no_device_forget_anything(
    server: Server,
) {
    let hand = at_work(&server);
    let copy = server.back_up();
    let verified = verify(&server.looked_at(&copy).name, &server.key_ring()).expect("looked at");
    let mut more = verified.clone();
    more.devices[0].last.0 += 1;
    let mut other = verified.clone();
    other.devices[0].chain = [7; 32];
    for strange in [more, other] {
        assert_eq!(server.store().raise_safe(&strange).expect("raised"), Raised::Devices(0));
    }
    for raised in [1, 0] {
        let done = server.store().raise_safe(&verified).expect("raised");
        assert_eq!(done, Raised::Devices(raised));
        let state = server.store().read(|tx| tx.device(hand.device)).expect("read");
        assert_eq!(state.expect("a device").safe.0, 3);
    }
}

fn settings_of(server: &Server) -> StoreSettings {
    StoreSettings::new(server.url(), server.key_ring())
}

#[test]
fn a_copy_replaces_no_file_and_leaves_nothing_when_it_fails() {
    let server = Server::on(Database::Sqlite);
    let copy = server.back_up();
    let before = std::fs::read(&copy.0).expect("bytes");
    assert!(matches!(server.store().back_up(&copy.0), Err(BackupError::Exists(_))));
    assert_eq!(std::fs::read(&copy.0).expect("bytes"), before);
    let nowhere = server.folder().join("nowhere/backup");
    assert!(matches!(server.store().back_up(&nowhere), Err(BackupError::File(..))));
    let names = std::fs::read_dir(server.folder()).expect("a folder");
    let partial = names.filter(|name| {
        let name = name.as_ref().expect("a name").file_name();
        name.to_string_lossy().contains("partial")
    });
    assert_eq!(partial.count(), 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&copy.0).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "others may read it");
    }
}

#[test]
fn a_database_in_use_or_in_place_is_not_replaced() {
    let mut server = Server::on(Database::Sqlite);
    at_work(&server);
    let copy = server.back_up();
    let settings = settings_of(&server);
    for aside in [None, Some("aside")] {
        let refused = restore(&settings, &copy.0, aside);
        assert!(matches!(refused, Err(BackupError::InUse(_))), "{refused:?}");
    }
    server.stop();
    let refused = put_in_place(&settings, &copy.0, None);
    assert!(matches!(refused, Err(BackupError::InPlace(_))), "{refused:?}");
    let restored = put_in_place(&settings, &copy.0, Some("aside")).expect("restored");
    let aside = restored.aside.expect("the one before");
    assert_eq!((restored.edits, restored.records), (3, 2));
    let kept = verify(&aside.display().to_string(), &server.key_ring()).expect("looked at");
    assert_eq!((kept.edits, kept.wrong.len()), (3, 0));
    assert_ne!(kept.epoch, restored.epoch);
    // The same name aside is taken.
    let refused = put_in_place(&settings, &copy.0, Some("aside"));
    assert!(matches!(refused, Err(BackupError::Exists(_))), "{refused:?}");
}

#[test]
fn a_damaged_copy_or_one_without_its_keys_is_not_put_in_place() {
    let mut server = Server::on(Database::Sqlite);
    at_work(&server);
    let copy = server.back_up();
    server.stop();
    let settings = settings_of(&server);
    // Waits until the last threads of the service have let go, and left their last bytes.
    let refused = put_in_place(&settings, &copy.0, None);
    assert!(matches!(refused, Err(BackupError::InPlace(_))), "{refused:?}");
    let before = server.sqlite_bytes();
    let half = server.folder().join("half");
    let bytes = std::fs::read(&copy.0).expect("bytes");
    std::fs::write(&half, &bytes[..bytes.len() / 2]).expect("written");
    let text = server.folder().join("text");
    std::fs::write(&text, "no database").expect("written");
    for broken in [half, text, server.folder().join("nothing")] {
        assert!(put_in_place(&settings, &broken, Some("aside")).is_err(), "{broken:?}");
        assert!(server.sqlite_bytes() == before);
    }
    let other = KeyRing::new([(KeyId(1), Box::new([7; 32]).into())]).expect("a ring");
    let without = StoreSettings { keys: other, ..settings };
    let refused = put_in_place(&without, &copy.0, Some("aside"));
    assert!(matches!(refused, Err(BackupError::Damaged(_))), "{refused:?}");
    assert!(server.sqlite_bytes() == before);
}
