//! The audit log, and accounts and rights against it: whatever is changed in them past the service is
//! found and named.

use crate::bench::on_both_databases;
use crate::databases::Database;
use crate::world::*;
use ruhu_casework::facts::Office;
use ruhu_casework::organisations::{Caseload, Contract, Provider, Qualification};
use ruhu_casework::roles::Role;
use ruhu_store::accounts::{Account, NewDevice};
use ruhu_store::audit::{Act, Entry, LogAudit, LogHead};
use ruhu_store::journal::Anchor;
use uuid::Uuid;

on_both_databases! {
    a_log_as_it_was_written_has_no_fault,
    a_change_of_any_column_names_the_line,
    a_line_that_is_taken_away_is_named_wherever_it_stood,
    a_log_that_is_cut_with_its_own_row_is_found_out_by_an_anchor,
    a_log_that_is_written_anew_is_found_out_by_an_anchor,
    a_password_hash_that_is_swapped_is_named,
    a_right_that_is_widened_is_named,
    a_change_of_any_column_of_an_account_or_right_is_named,
    an_account_or_right_that_is_added_is_named,
    an_account_or_right_that_is_taken_away_is_named,
    a_change_that_nobody_writes_a_line_of_gets_one,
    lines_from_before_the_chain_are_held_fast_by_the_first_chained_one,
    accounts_from_before_the_log_are_told_by_its_first_line,
    what_is_watched_from_a_later_version_on_is_taken_in_once,
    a_device_that_is_changed_past_the_service_is_named,
    a_signing_key_that_is_swapped_is_named,
    what_moves_with_every_push_is_not_watched,
    the_log_cannot_be_changed_nor_shortened,
    appends_at_once_are_numbered_without_a_gap,
}

const OFFICE: Uuid = Uuid::from_u128(0x0f);
const PROVIDER: Uuid = Uuid::from_u128(0x0b);

fn account(n: u128) -> Account {
    Account {
        id: user_id(n),
        login: format!("login.{n}"),
        name: "测试甲".to_owned(),
        active: true,
        staff_no: None,
        password_hash: Some("$argon2id$one".to_owned().into()),
    }
}

fn office() -> Office {
    let first_day = "2026-11-01".parse().expect("a day");
    Office { role: Role::Admin, area: "110102".to_owned(), first_day, last_day: None }
}

fn entry(act: Act) -> Entry {
    Entry::by(user_id(1), device_id(1), act, NOW)
}

/// An account, an office and a provider in one line each; then three sign-ins.
fn written(database: &impl Database) {
    let store = database.store();
    store
        .write(|tx| {
            assert!(tx.add_account(&account(1))?);
            tx.audit(&entry(Act::AccountAdded).to(user_id(1).0))?;
            tx.add_office(OFFICE, user_id(1), &office())?;
            tx.audit(&Entry { area: Some("110102".to_owned()), ..entry(Act::SignedIn) })?;
            let provider = Provider {
                name: "测试社工".to_owned(),
                uscc: "91110000MA00000000".to_owned(),
                bans: Vec::new(),
            };
            tx.add_provider(PROVIDER, &provider)?;
            tx.audit(&entry(Act::ProviderAdded).to(PROVIDER))
        })
        .expect("written");
    for _ in 0..3 {
        store.write(|tx| tx.audit(&entry(Act::SignedIn))).expect("written");
    }
}

fn looked_through(database: &impl Database, anchored: Option<LogHead>) -> LogAudit {
    database.store().verify_audit_log(anchored).expect("looked through")
}

/// Does something past the service, as whoever may write to the database can.
fn tampered(database: &impl Database, sql: &str) {
    let drop_triggers = match database.url().starts_with("sqlite") {
        true => {
            "DROP TRIGGER IF EXISTS audit_log_is_not_changed; \
             DROP TRIGGER IF EXISTS audit_log_is_not_deleted;"
        }
        false => "DROP TRIGGER IF EXISTS audit_log_is_append_only ON audit_log;",
    };
    database.run(&format!("{drop_triggers} {sql}"));
}

#[track_caller]
fn names(database: &impl Database, anchored: Option<LogHead>, what: &str) {
    let found = looked_through(database, anchored);
    let first = found.faults.first().unwrap_or_else(|| panic!("{what}: nothing was found"));
    assert!(first.starts_with(what), "{what}: {:?}", found.faults);
    // A backup is looked through in the same way; it knows of no anchor.
    if anchored.is_none() {
        let wrong = database.store().verify().expect("looked through").wrong;
        assert!(wrong.iter().any(|wrong| wrong.starts_with(what)), "{what}: {wrong:?}");
    }
}

fn anchor(database: &impl Database) -> Option<LogHead> {
    let anchor = database.store().anchor_journal(NOW).expect("an anchor");
    let read = Anchor::parse(&anchor.to_text()).expect("read back");
    assert_eq!(read, anchor);
    assert!(read.log.is_some());
    read.log
}

fn a_log_as_it_was_written_has_no_fault(database: &impl Database) {
    let empty = looked_through(database, None);
    assert_eq!((empty.lines, empty.rows, empty.faults), (0, 0, vec![]));
    written(database);
    let then = anchor(database);
    database
        .store()
        .write(|tx| {
            tx.set_password_hash(user_id(1), &"$argon2id$two".to_owned().into())?;
            tx.end_office(OFFICE, "2026-12-31".parse().expect("a day"))?;
            tx.audit(&entry(Act::OfficeEnded).to(OFFICE))
        })
        .expect("written");
    let found = looked_through(database, then);
    assert_eq!((found.lines, found.rows, found.faulty, found.faults), (7, 3, 0, vec![]));
    assert_eq!(database.store().verify().expect("looked through").wrong, Vec::<String>::new());
}

fn a_change_of_any_column_names_the_line(database: &impl Database) {
    written(database);
    let columns = database.columns("audit_log");
    assert_eq!(columns.len(), 10, "{columns:?}");
    database.run("CREATE TABLE kept AS SELECT * FROM audit_log");
    let other = database.bytes(&[7; 16]);
    for column in columns.iter().map(|column| column.trim_end_matches('?')) {
        let value = match column {
            "number" => "number + 40".to_owned(),
            "done_at" => "done_at + 1".to_owned(),
            "account" => "NULL".to_owned(),
            "act" | "detail" | "states" => format!("{column} || 'x'"),
            "area" => "'1101'".to_owned(),
            "chain" => database.bytes(&[7; 32]),
            _ => other.clone(),
        };
        tampered(database, &format!("UPDATE audit_log SET {column} = {value} WHERE number = 2"));
        let named =
            if column == "number" { "audit line 2: it is missing" } else { "audit line 2:" };
        names(database, None, named);
        tampered(database, "DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept");
        assert_eq!(looked_through(database, None).faulty, 0, "{column} was put back");
    }
}

fn a_line_that_is_taken_away_is_named_wherever_it_stood(database: &impl Database) {
    written(database);
    database.run("CREATE TABLE kept AS SELECT * FROM audit_log");
    for number in 1..=6 {
        tampered(database, &format!("DELETE FROM audit_log WHERE number = {number}"));
        names(database, None, &format!("audit line {number}: it is missing"));
        tampered(database, "DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept");
    }
    tampered(database, "DELETE FROM audit_log");
    names(database, None, "audit line 1: it is missing");
}

fn a_log_that_is_cut_with_its_own_row_is_found_out_by_an_anchor(database: &impl Database) {
    written(database);
    let then = anchor(database);
    tampered(
        database,
        "DELETE FROM audit_log WHERE number > 4; UPDATE audit_head SET last = 4, \
         chain = (SELECT chain FROM audit_log WHERE number = 4)",
    );
    assert_eq!(looked_through(database, None).faulty, 0, "nothing else can tell");
    names(database, then, "audit line 5: it is missing; the anchor knows it");
}

fn a_log_that_is_written_anew_is_found_out_by_an_anchor(database: &impl Database) {
    written(database);
    let then = anchor(database);
    tampered(
        database,
        "DELETE FROM audit_log WHERE number > 4; UPDATE audit_head SET last = 4, \
         chain = (SELECT chain FROM audit_log WHERE number = 4)",
    );
    for _ in 0..2 {
        database.store().write(|tx| tx.audit(&entry(Act::SignedOut))).expect("written");
    }
    assert_eq!(looked_through(database, None).faulty, 0, "nothing else can tell");
    names(database, then, "audit line 6: the anchor has another link");
}

fn a_password_hash_that_is_swapped_is_named(database: &impl Database) {
    written(database);
    database.run("UPDATE account SET password_hash = '$argon2id$mine'");
    names(database, None, &format!("account {}: it is not as the log last tells", user_id(1)));
}

fn a_right_that_is_widened_is_named(database: &impl Database) {
    written(database);
    for change in ["area = '11'", "area = ''", "role = 'reviewer'", "last_day = '2099-12-31'"] {
        database.run(&format!("UPDATE office SET {change}"));
        names(database, None, &format!("office {OFFICE}: it is not as the log last tells"));
    }
}

/// The columns come from the database itself: one that is added later is watched, or this fails.
fn a_change_of_any_column_of_an_account_or_right_is_named(database: &impl Database) {
    written(database);
    let (ban, contract, membership) =
        (Uuid::from_u128(0xba), Uuid::from_u128(0xc0), Uuid::from_u128(0x9e));
    let day = |day: &str| day.parse().expect("a day");
    let terms = Contract {
        purchaser_area: "110102".to_owned(),
        first_day: day("2026-01-01"),
        last_day: day("2026-12-31"),
        over_a_year_because: None,
    };
    let team = Caseload { stream: stream_id(1), area: "110102003".to_owned() };
    let entry = Qualification { education: None, title: None, exception_because: None };
    database
        .store()
        .write(|tx| {
            let days = (day("2026-01-01"), day("2026-12-31"));
            tx.add_provider_ban(ban, PROVIDER, days, "转包服务", "110102")?;
            tx.add_contract(contract, PROVIDER, &terms)?;
            tx.add_caseload(contract, "一组", &team)?;
            tx.add_membership(membership, user_id(1), stream_id(1), day("2026-01-01"), None)?;
            tx.keep_entry(membership, &entry)
        })
        .expect("written");
    assert_eq!(looked_through(database, None).faulty, 0);
    let links = ["id", "account", "provider", "contract", "caseload", "membership"];
    for (table, thing) in [
        ("account", "account"),
        ("office", "office"),
        ("provider", "provider"),
        ("provider_ban", "ban"),
        ("contract", "contract"),
        ("caseload", "caseload"),
        ("membership", "membership"),
        ("membership_entry", "entry"),
    ] {
        let columns = database.columns(table);
        let columns = columns.iter().map(|column| column.trim_end_matches('?'));
        for column in columns.filter(|column| !links.contains(column)) {
            database.run(&format!("CREATE TABLE kept AS SELECT {column} FROM {table}"));
            let value = match column {
                "active" => "NOT active".to_owned(),
                _ => format!("COALESCE({column}, '') || 'x'"),
            };
            database.run(&format!("UPDATE {table} SET {column} = {value}"));
            names(database, None, &format!("{thing} "));
            database.run(&format!("UPDATE {table} SET {column} = (SELECT {column} FROM kept)"));
            database.run("DROP TABLE kept");
            assert_eq!(looked_through(database, None).faulty, 0, "{column} was put back");
        }
    }
}

fn an_account_or_right_that_is_added_is_named(database: &impl Database) {
    written(database);
    database.insert_account(user_id(2), true);
    names(database, None, &format!("account {}: no line of the log tells of it", user_id(2)));
    database.run("DELETE FROM account WHERE login <> 'login.1'");
    let (id, of) = (database.bytes(&[9; 16]), database.bytes(user_id(1).as_bytes()));
    database.run(&format!("INSERT INTO office (id, account, role, area, first_day) VALUES ({id}, {of}, 'auditor', '', '2026-01-01')"));
    let id = Uuid::from_bytes([9; 16]);
    names(database, None, &format!("office {id}: no line of the log tells of it"));
}

fn an_account_or_right_that_is_taken_away_is_named(database: &impl Database) {
    written(database);
    database.run("DELETE FROM office");
    names(database, None, &format!("office {OFFICE}: it is gone"));
}

fn a_change_that_nobody_writes_a_line_of_gets_one(database: &impl Database) {
    database.store().write(|tx| tx.add_account(&account(1))).expect("written");
    let acts = database.texts("SELECT act AS value FROM audit_log");
    assert_eq!(acts, ["rows_written"]);
    let found = looked_through(database, None);
    assert_eq!((found.lines, found.rows, found.faulty), (1, 1, 0));
}

fn lines_from_before_the_chain_are_held_fast_by_the_first_chained_one(database: &impl Database) {
    let subject = database.bytes(PROVIDER.as_bytes());
    for number in 1..=2 {
        tampered(
            database,
            &format!(
                "INSERT INTO audit_log (number, done_at, act, subject, detail, states) VALUES \
                 ({number}, 1, 'provider_added', {subject}, '{{}}', ''); \
                 UPDATE audit_head SET last = {number}"
            ),
        );
    }
    assert_eq!(looked_through(database, None).faulty, 0);
    database.store().write(|tx| tx.add_account(&account(1))).expect("written");
    let found = looked_through(database, None);
    assert_eq!((found.lines, found.faulty), (3, 0));
    tampered(database, "UPDATE audit_log SET act = 'contract_added' WHERE number = 1");
    names(database, None, "audit line 3: the chain breaks here");
}

fn accounts_from_before_the_log_are_told_by_its_first_line(database: &impl Database) {
    database.insert_account(user_id(5), true);
    assert_eq!(looked_through(database, None).faulty, 1);
    // As the migration leaves what an earlier version had.
    database.run("UPDATE audit_head SET watched = ''");
    drop(database.reopened(crate::databases::key_ring(1)));
    assert_eq!(database.texts("SELECT act AS value FROM audit_log"), ["log_begun"]);
    assert_eq!(looked_through(database, None).faulty, 0);
    // Once only: what is added later past the service is not taken in by a start.
    database.insert_account(user_id(6), true);
    drop(database.reopened(crate::databases::key_ring(1)));
    assert_eq!(looked_through(database, None).faulty, 1);
}

/// A device of account 1, revoked and reported lost, and a PIN's key.
fn with_device(database: &impl Database) {
    written(database);
    let new = NewDevice {
        id: device_id(3),
        user: user_id(1),
        name: "平板".to_owned(),
        continues: None,
        at: NOW,
    };
    let store = database.store();
    store.write(|tx| tx.enrol(&new).map(drop)).expect("enrolled");
    store.write(|tx| tx.report_device_lost(device_id(3), NOW).map(drop)).expect("lost");
    store.write(|tx| tx.set_signing_key(user_id(1), &[7; 32], NOW)).expect("a key");
    assert_eq!(looked_through(database, None).faults, Vec::<String>::new());
}

fn what_is_watched_from_a_later_version_on_is_taken_in_once(database: &impl Database) {
    written(database);
    // An earlier version watched no devices, and wrote no word of them.
    database.run("UPDATE audit_head SET watched = 'account office provider'");
    let (id, of) = (database.bytes(&[8; 16]), database.bytes(user_id(1).as_bytes()));
    let chain = database.bytes(&[0; 32]);
    database.run(&format!(
        "INSERT INTO device (id, account, last_seq, chain, safe_seq, enrolled_at) VALUES \
         ({id}, {of}, 0, {chain}, 0, 1)"
    ));
    assert_eq!(looked_through(database, None).faulty, 0, "nobody has told of it yet");
    drop(database.reopened(crate::databases::key_ring(1)));
    let begun = database.texts("SELECT act AS value FROM audit_log ORDER BY number DESC LIMIT 1");
    assert_eq!(begun, ["log_begun"]);
    assert_eq!(looked_through(database, None).faulty, 0);
    // Taking a table out of the list neither blinds nor makes anew what the log has told.
    database.run("UPDATE device SET revoked_at = 5; UPDATE audit_head SET watched = ''");
    let device = Uuid::from_bytes([8; 16]);
    names(database, None, &format!("device {device}: it is not as the log last tells"));
    drop(database.reopened(crate::databases::key_ring(1)));
    names(database, None, &format!("device {device}: it is not as the log last tells"));
}

fn a_device_that_is_changed_past_the_service_is_named(database: &impl Database) {
    with_device(database);
    database.run("CREATE TABLE kept AS SELECT revoked_at, reported_lost_at FROM device");
    for change in
        ["revoked_at = NULL", "reported_lost_at = NULL", "revoked_at = 1", "enrolled_at = 1"]
    {
        database.run(&format!("UPDATE device SET {change}"));
        names(database, None, &format!("device {}: it is not as the log last", device_id(3)));
        database.run(&format!(
            "UPDATE device SET enrolled_at = {}, revoked_at = (SELECT revoked_at FROM kept), \
             reported_lost_at = (SELECT reported_lost_at FROM kept)",
            NOW.0
        ));
        assert_eq!(looked_through(database, None).faulty, 0, "{change} was put back");
    }
    database.insert_account(user_id(2), true);
    let other = database.bytes(user_id(2).as_bytes());
    database.run(&format!("UPDATE device SET account = {other}"));
    let found = looked_through(database, None).faults;
    let named = format!("device {}: it is not as the log last tells", device_id(3));
    assert!(found.iter().any(|fault| fault.starts_with(&named)), "{found:?}");
}

fn a_signing_key_that_is_swapped_is_named(database: &impl Database) {
    with_device(database);
    database.run(&format!("UPDATE signing_key SET key = {}", database.bytes(&[5; 64])));
    names(database, None, &format!("signing_key {}: it is not as the log last", user_id(1)));
    database.run("DELETE FROM signing_key");
    names(database, None, &format!("signing_key {}: it is gone", user_id(1)));
}

fn what_moves_with_every_push_is_not_watched(database: &impl Database) {
    with_device(database);
    database.run("UPDATE device SET name = NULL");
    assert_eq!(looked_through(database, None).faulty, 0);
    database.run("UPDATE device SET last_seq = 0, safe_seq = 0");
    assert_eq!(looked_through(database, None).faulty, 0);
}

fn the_log_cannot_be_changed_nor_shortened(database: &impl Database) {
    written(database);
    for sql in ["UPDATE audit_log SET act = 'nothing'", "DELETE FROM audit_log"] {
        let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| database.run(sql)));
        assert!(refused.is_err(), "{sql}");
    }
    assert_eq!(looked_through(database, None).faulty, 0);
}

fn appends_at_once_are_numbered_without_a_gap(database: &impl Database) {
    written(database);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let done = database.store().write(|tx| tx.audit(&entry(Act::SignedIn)));
                    done.expect("written");
                }
            });
        }
    });
    let found = looked_through(database, None);
    assert_eq!((found.lines, found.faulty), (46, 0));
}
