//! `ruhu backup` and `ruhu restore`, as processes of their own beside a service that runs.

use crate::support::{complained, house, ruhu, said, settings, text};
use ruhu_casework::administration::Within;
use ruhu_store::audit::WantedLines;
use ruhu_store::page::Page;
use tempfile::TempDir;

/// What the audit log of the database in place tells, the first first.
fn acts(house: &TempDir) -> Vec<String> {
    let store = ruhu_api::backup::look_at(&settings(house)).expect("opened");
    let wanted = WantedLines { within: Within::areas([""]), ..WantedLines::default() };
    let page = Page { after: None, limit: 200 };
    let found = store.read(|tx| tx.audit_lines(&wanted, page)).expect("lines");
    let mut acts: Vec<_> = found.rows.into_iter().map(|line| line.act).collect();
    acts.reverse();
    acts
}

#[test]
fn what_is_done_at_the_command_line_is_in_the_audit_log() {
    let (house, service) = house();
    drop(service);
    let file = house.path().join("backup.db");
    said(&ruhu(&house, &["backup", "--to", text(&file)]));
    said(&ruhu(&house, &["keys", "rotate"]));
    said(&ruhu(&house, &["rebuild"]));
    assert_eq!(acts(&house), ["backup_made", "token_key_added", "models_rebuilt"]);
    // The log goes back with the database; that it did is its next line.
    said(&ruhu(&house, &["restore", "--from", text(&file), "--put-aside", "--end-sign-ins"]));
    assert_eq!(acts(&house), ["backup_restored", "sign_ins_ended"]);
    said(&ruhu(&house, &["journal", "verify"]));
}

#[test]
fn a_backup_is_made_beside_a_service_that_runs_and_put_in_place_when_it_has_stopped() {
    let (house, service) = house();
    let file = house.path().join("backup.db");
    let told = said(&ruhu(&house, &["backup", "--to", text(&file)]));
    assert!(told.contains("the keys are not in it"), "{told}");
    let told = said(&ruhu(&house, &["backup", "verify", text(&file)]));
    assert!(told.contains("the backup is whole: 0 edits of 0 devices"), "{told}");
    assert!(told.contains("0 devices need not keep"), "{told}");
    let again = complained(&ruhu(&house, &["backup", "--to", text(&file)]));
    assert!(again.contains("is there already: choose another name"), "{again}");

    let restore = ["restore", "--from", text(&file), "--put-aside"];
    let refused = complained(&ruhu(&house, &restore));
    assert!(refused.contains("is in use: stop the service first"), "{refused}");
    drop(service);
    let refused = complained(&ruhu(&house, &restore[..3]));
    assert!(refused.contains("give --put-aside"), "{refused}");
    let told = said(&ruhu(&house, &restore));
    assert!(told.contains("what was in place is now") && told.contains("report again"), "{told}");
    // What was told of the one epoch says nothing of the other.
    let told = said(&ruhu(&house, &["backup", "verify", text(&file)]));
    assert!(told.contains("of another epoch"), "{told}");
    let told = said(&ruhu(&house, &["restore", "--in-place", "--end-sign-ins"]));
    assert!(told.contains("a new epoch has begun"), "{told}");
    assert!(told.contains("the sign-ins of 0 devices are ended"), "{told}");
}

#[test]
fn a_database_that_is_not_there_is_neither_made_nor_copied() {
    let (house, service) = house();
    drop(service);
    let (file, gone) = (house.path().join("backup.db"), house.path().join("typo.db"));
    let url = format!("sqlite:{}", gone.display());
    let refused =
        complained(&ruhu(&house, &["backup", "--to", text(&file), "--database-url", &url]));
    assert!(refused.contains("is not there: check database_url"), "{refused}");
    let refused = complained(&ruhu(&house, &["restore", "--in-place", "--database-url", &url]));
    assert!(refused.contains("is not there"), "{refused}");
    assert!(!file.exists() && !gone.exists());
    let refused = complained(&ruhu(&house, &["backup", "verify", "--only", text(&gone)]));
    assert!(refused.contains("unable to open"), "{refused}");
    assert!(!gone.exists());
}

#[test]
fn a_backup_that_is_damaged_or_has_no_keys_is_told_and_raises_nothing() {
    let (house, _service) = house();
    let file = house.path().join("backup.db");
    std::fs::write(&file, "no database at all, but long enough to be read as one").expect("file");
    let told = complained(&ruhu(&house, &["backup", "verify", text(&file)]));
    assert!(told.contains("is not a database"), "{told}");
    std::fs::remove_file(house.path().join("keys/sealing.key")).expect("removed");
    let told = complained(&ruhu(&house, &["backup", "verify", text(&file)]));
    assert!(told.contains("sealing.key is not there"), "{told}");
}

#[test]
fn postgresql_is_copied_by_its_own_tools() {
    let (house, _service) = house();
    let url = "postgres://ruhu@localhost:1/ruhu";
    let restore = ["restore", "--from", "x", "--database-url", url];
    let told = complained(&ruhu(&house, &restore));
    assert!(told.contains("pg_restore") && told.contains("docs/operations.md"), "{told}");
}
