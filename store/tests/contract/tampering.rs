//! Whatever is changed in the journal past the service is found, and the first row is named.

use crate::bench::on_both_databases;
use crate::databases::Database;
use crate::world::*;
use ruhu_store::journal::{Anchor, AnchorError, Audit, Fault, Wrong};
use ruhu_sync::chain::{START, payload_hash, to_hex};
use ruhu_sync::decision::EditName;
use ruhu_sync::edit::Received;
use ruhu_sync::id::{DeviceSeq, GroupId};
use ruhu_sync::journal::JournalRow;
use ruhu_sync::outcome::Verdict;
use ruhu_sync::storage::{DeviceState, ReadTx as _, WriteTx as _};
use std::borrow::Cow;
use uuid::Uuid;

on_both_databases! {
    a_journal_as_it_was_written_has_no_fault,
    a_change_of_any_column_names_the_row,
    a_column_that_is_emptied_names_the_row,
    a_row_that_is_taken_away_is_named_wherever_it_stood,
    two_rows_that_change_places_are_named_by_the_first,
    a_chain_that_is_written_anew_is_found_out_by_an_anchor,
    an_anchor_holds_while_devices_go_on_and_new_ones_come,
    a_device_that_an_anchor_knows_must_be_there,
    a_row_deep_in_a_long_journal_is_named,
    the_first_row_of_each_device_is_named,
    edits_that_were_added_are_named,
}

/// A row as a push would have written it after this link: with a payload that is its hash's, and a
/// link that follows.
pub(crate) fn chained(row: JournalRow<'static>, before: &[u8; 32]) -> JournalRow<'static> {
    let payload = format!(
        r#"{{"device_seq":{},"made_at":"{MADE_AT}","op":"put","kind":"household","patch":{{"head_name":"测试乙"}}}}"#,
        row.device_seq
    );
    let received = Received::read(&payload).expect("an edit");
    let payload_hash = payload_hash(&row.salt, received.canonical.as_bytes());
    let made_at = received.made_at;
    let row = JournalRow { payload: Cow::Owned(payload), payload_hash, made_at, ..row };
    JournalRow { chain: row.link(before), ..row }
}

/// A device with these edits, chained; gives its rows.
pub(crate) fn journal(
    database: &impl Database,
    n: u128,
    rows: impl IntoIterator<Item = JournalRow<'static>>,
) -> Vec<JournalRow<'static>> {
    let mut link = START;
    let mut chain = Vec::new();
    for row in rows {
        let row = chained(row, &link);
        link = row.chain;
        chain.push(row);
    }
    let last = chain.last().map_or(DeviceSeq(0), |row| row.device_seq);
    database.insert_device(&DeviceState { last, chain: link, ..device(n) });
    database.store().write(|tx| tx.append_journal(&chain)).expect("written");
    chain
}

/// Three edits; the second has something in every column.
fn three(database: &impl Database) -> Vec<JournalRow<'static>> {
    let full = JournalRow {
        decides: Some(EditName { device: device_id(7), device_seq: DeviceSeq(4) }),
        group: Some(GroupId(Uuid::from_u128(0x9))),
        ..naming_places(taken(1, 2, 2, 1))
    };
    let waiting = untaken(1, 3, Some(3), Verdict::Quarantined);
    journal(database, 1, [taken(1, 1, 1, 1), full, waiting])
}

pub(crate) fn audit(database: &impl Database, anchor: Option<&Anchor>) -> Audit {
    database.store().audit_journal(anchor).expect("looked through")
}

fn anchor(database: &impl Database) -> Anchor {
    let anchor = database.store().anchor_journal(NOW).expect("an anchor");
    let read = Anchor::parse(&anchor.to_text()).expect("read back");
    assert_eq!(read, anchor);
    anchor
}

#[track_caller]
fn first_is(found: &Audit, device: u128, number: u64, what: &str) -> Wrong {
    let first = found.faults.first().unwrap_or_else(|| panic!("{what}: nothing was found"));
    let Fault { device: at, device_seq, wrong } = first.clone();
    assert_eq!((at, device_seq.0), (device_id(device), number), "{what}: {wrong:?}");
    let told = first.to_string();
    assert!(told.contains(&at.to_string()) && told.contains(&format!("edit {number}")), "{told}");
    wrong
}

fn a_journal_as_it_was_written_has_no_fault(database: &impl Database) {
    three(database);
    let made = JournalRow { effect_is_payload: true, ..taken(2, 1, 9, 1) };
    let nul =
        JournalRow { op: Some("p\u{0}t".to_owned()), ..untaken(2, 2, None, Verdict::Rejected) };
    journal(database, 2, [made, nul]);
    database.insert_device(&device(3));
    let found = audit(database, None);
    assert_eq!((found.faults, found.edits, found.heads.len(), found.erased), (vec![], 5, 3, 0));
}

/// The columns of the journal, from the database itself: one that is added is looked at, too.
fn columns(database: &impl Database) -> Vec<(String, bool)> {
    database
        .columns("journal")
        .into_iter()
        .map(|column| match column.strip_suffix('?') {
            Some(name) => (name.to_owned(), true),
            None => (column, false),
        })
        .collect()
}

/// Another value of the column's own type, that the table's own rules let pass.
fn another(database: &impl Database, column: &str) -> String {
    let flipped = |bytes: &[u8]| {
        let mut other = bytes.to_vec();
        other[bytes.len() / 2] ^= 1;
        database.bytes(&other)
    };
    match column {
        "verdict" => "'merged'".to_owned(),
        "device_seq" => "device_seq + 40".to_owned(),
        "received_at" | "decides_seq" | "rev_number" | "key_id" => format!("{column} + 1"),
        "op" | "kind" => format!("{column} || 'x'"),
        "outcome" => "replace(outcome, 'applied', 'merged')".to_owned(),
        "effect_is_payload" => "NOT effect_is_payload".to_owned(),
        _ => {
            let digits = format!(
                "SELECT {} AS value FROM journal WHERE device_seq = 2",
                database.hex(column)
            );
            let hex = database.texts(&digits).remove(0);
            let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("digits");
            flipped(&(0..hex.len()).step_by(2).map(byte).collect::<Vec<_>>())
        }
    }
}

/// Puts the rows back as they were kept.
fn put_back(database: &impl Database) {
    database.run("DELETE FROM journal; INSERT INTO journal SELECT * FROM kept");
}

fn a_change_of_any_column_names_the_row(database: &impl Database) {
    three(database);
    database.run("CREATE TABLE kept AS SELECT * FROM journal");
    let columns = columns(database);
    assert_eq!(columns.len(), 26);
    for (column, _) in columns {
        let other = another(database, &column);
        database.run(&format!("UPDATE journal SET {column} = {other} WHERE device_seq = 2"));
        first_is(&audit(database, None), 1, 2, &column);
        put_back(database);
        assert_eq!(audit(database, None).faulty, 0);
    }
}

fn a_column_that_is_emptied_names_the_row(database: &impl Database) {
    three(database);
    database.run("CREATE TABLE kept AS SELECT * FROM journal");
    for (column, _) in columns(database).into_iter().filter(|(_, may_be_empty)| *may_be_empty) {
        let pair = match column.as_str() {
            "decides_device" | "decides_seq" => {
                "decides_device = NULL, decides_seq = NULL".to_owned()
            }
            "rev_number" | "rev_hash" => "rev_number = NULL, rev_hash = NULL".to_owned(),
            column => format!("{column} = NULL"),
        };
        database.run(&format!("UPDATE journal SET {pair} WHERE device_seq = 2"));
        first_is(&audit(database, None), 1, 2, &column);
        put_back(database);
    }
    assert_eq!(audit(database, None).faulty, 0);
}

fn a_row_that_is_taken_away_is_named_wherever_it_stood(database: &impl Database) {
    three(database);
    database.run("CREATE TABLE kept AS SELECT * FROM journal");
    for number in 1..=3 {
        database.run(&format!("DELETE FROM journal WHERE device_seq = {number}"));
        assert_eq!(first_is(&audit(database, None), 1, number, "deleted"), Wrong::Missing);
        put_back(database);
    }
    database.run("DELETE FROM journal");
    assert_eq!(first_is(&audit(database, None), 1, 1, "all"), Wrong::Missing);
}

fn two_rows_that_change_places_are_named_by_the_first(database: &impl Database) {
    three(database);
    database.run("CREATE TABLE kept AS SELECT * FROM journal");
    for (one, two) in [(1, 2), (2, 3), (1, 3)] {
        database.run(&format!(
            "UPDATE journal SET device_seq = 99 WHERE device_seq = {one}; \
             UPDATE journal SET device_seq = {one} WHERE device_seq = {two}; \
             UPDATE journal SET device_seq = {two} WHERE device_seq = 99"
        ));
        assert_eq!(first_is(&audit(database, None), 1, one, "swapped"), Wrong::Changed);
        put_back(database);
        // Only what they hold, each under the other's link.
        database.run(&format!(
            "UPDATE journal SET (payload, salt, payload_hash) = (SELECT o.payload, o.salt, \
             o.payload_hash FROM kept o WHERE o.device_seq = {one} + {two} - journal.device_seq) \
             WHERE device_seq IN ({one}, {two})"
        ));
        first_is(&audit(database, None), 1, one, "payloads swapped");
        put_back(database);
    }
}

/// Writes the chain anew from the second edit on, down to the device's own row: what somebody does
/// who can write to the whole database.
fn write_anew(database: &impl Database, rows: &[JournalRow<'static>]) {
    let mut link = rows[0].chain;
    for row in &rows[1..] {
        let user = user_id(66);
        let row = JournalRow { user, ..row.clone() };
        link = row.link(&link);
        database.run(&format!(
            "UPDATE journal SET account = {}, chain = {} WHERE device_seq = {}",
            database.bytes(user.as_bytes()),
            database.bytes(&link),
            row.device_seq
        ));
    }
    database.run(&format!("UPDATE device SET chain = {}", database.bytes(&link)));
}

fn a_chain_that_is_written_anew_is_found_out_by_an_anchor(database: &impl Database) {
    let rows = three(database);
    let anchor = anchor(database);
    write_anew(database, &rows);
    assert_eq!(audit(database, None).faults, []);
    let wrong = first_is(&audit(database, Some(&anchor)), 1, 3, "written anew");
    assert_eq!(wrong, Wrong::NotTheAnchor);
    // An anchor that was changed to fit is none.
    let fitted = anchor.to_text().replace(&to_hex(&rows[2].chain), &to_hex(&rows[1].chain));
    assert_eq!(Anchor::parse(&fitted), Err(AnchorError::Changed));
    assert_eq!(Anchor::parse("{}"), Err(AnchorError::NoAnchor));
}

fn an_anchor_holds_while_devices_go_on_and_new_ones_come(database: &impl Database) {
    let rows = three(database);
    let anchor = anchor(database);
    let next = chained(taken(1, 4, 4, 1), &rows[2].chain);
    database.store().write(|tx| tx.append_journal(std::slice::from_ref(&next))).expect("written");
    database
        .run(&format!("UPDATE device SET last_seq = 4, chain = {}", database.bytes(&next.chain)));
    journal(database, 2, [taken(2, 1, 5, 1)]);
    assert_eq!(audit(database, Some(&anchor)).faults, []);
    database.run("UPDATE journal SET kind = 'then' WHERE device_seq = 4");
    first_is(&audit(database, Some(&anchor)), 1, 4, "beyond the anchor");
}

fn a_device_that_an_anchor_knows_must_be_there(database: &impl Database) {
    three(database);
    journal(database, 2, [taken(2, 1, 5, 1)]);
    let anchor = anchor(database);
    let gone = database.bytes(device_id(2).as_bytes());
    database.run(&format!("DELETE FROM journal WHERE device = {gone}"));
    database.run(&format!("DELETE FROM device WHERE id = {gone}"));
    assert_eq!(audit(database, None).faults, []);
    let wrong = first_is(&audit(database, Some(&anchor)), 2, 1, "a device that is gone");
    assert_eq!(wrong, Wrong::NoDevice);
    // Its row alone, emptied, says that it never sent anything.
    database.insert_device(&device(2));
    assert_eq!(first_is(&audit(database, Some(&anchor)), 2, 1, "emptied"), Wrong::Missing);
}

fn a_row_deep_in_a_long_journal_is_named(database: &impl Database) {
    let rows = journal(database, 1, (1..=250).map(|n| taken(1, n, u128::from(n), 1)));
    let found = audit(database, None);
    assert_eq!((found.faulty, found.edits), (0, 250));
    assert_eq!(found.heads[0].chain, rows[249].chain);
    for number in [100, 101, 200, 250] {
        database.run(&format!("UPDATE journal SET kind = 'then' WHERE device_seq = {number}"));
        let found = audit(database, None);
        assert_eq!(first_is(&found, 1, number, "deep"), Wrong::Changed);
        database.run(&format!("UPDATE journal SET kind = 'household' WHERE device_seq = {number}"));
    }
    // More faults than are listed are counted.
    database.run("UPDATE journal SET verdict = 'merged'");
    let found = audit(database, None);
    assert_eq!((found.faulty, found.faults.len()), (250, 20));
}

fn the_first_row_of_each_device_is_named(database: &impl Database) {
    for n in 1..=3 {
        journal(database, n, (1..=3).map(|seq| taken(n, seq, 10 * n + u128::from(seq), 1)));
    }
    database.run("UPDATE journal SET kind = 'person' WHERE device_seq > 1");
    let found = audit(database, None);
    let named: Vec<_> = found.faults.iter().map(|f| (f.device, f.device_seq.0)).collect();
    assert_eq!(named, [1, 2, 3].map(|n| (device_id(n), 2)));
}

fn edits_that_were_added_are_named(database: &impl Database) {
    let rows = three(database);
    // Behind the device's last edit, and of a device that is not there.
    let added = chained(taken(1, 4, 4, 1), &rows[2].chain);
    let strange = chained(taken(9, 1, 5, 1), &START);
    database
        .store()
        .write(|tx| tx.append_journal(&[added.clone(), strange.clone()]))
        .expect("written");
    let found = audit(database, None);
    assert_eq!(first_is(&found, 1, 4, "added"), Wrong::BeyondHead);
    assert_eq!(found.faults[1].wrong, Wrong::NoDevice);
    assert_eq!((found.faults[1].device, found.faults[1].device_seq.0), (device_id(9), 1));
    // The epoch is that of the store.
    assert_eq!(found.epoch, database.store().read(|tx| tx.epoch()).expect("an epoch"));
}
