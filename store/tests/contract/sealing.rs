//! What people wrote cannot be read from outside, nor moved from one row to another.

use crate::bench::{Bench, on_both_databases};
use crate::databases::{Database, key_ring};
use crate::world::*;
use ruhu_store::accounts::{NewDevice, Request};
use ruhu_store::{KeyId, KeyRing};
use ruhu_sync::effect::{Effect, Touch};
use ruhu_sync::id::{DeviceSeq, RecordId};
use ruhu_sync::journal::JournalRow;
use ruhu_sync::json::Json;
use ruhu_sync::path::Path;
use ruhu_sync::record::{Content, StoredRecord};
use ruhu_sync::storage::{HistoryWanted, ReadTx, StorageError, Stored, WriteTx};
use secrecy::SecretBox;
use std::borrow::Cow;

on_both_databases! {
    nothing_that_a_person_wrote_stands_in_the_clear,
    a_document_in_another_records_row_does_not_open,
    a_document_of_an_older_version_does_not_open_under_a_newer_one,
    a_payload_in_another_edits_row_does_not_open,
    a_document_that_was_changed_from_outside_does_not_open,
    without_the_key_nothing_opens,
    after_a_change_of_keys_old_and_new_rows_open,
    an_erased_payload_leaves_the_rest_readable,
}

const NAME: &str = "欧阳丰年";
const NOTE: &str = "plainly-legible-marker";

fn written(n: u128, seq: u64) -> Sample {
    let text =
        format!(r#"{{"community_code":"110102003001","head_name":"{NAME}","note":"{NOTE} {n}"}}"#);
    let content = Content {
        document: object(&text),
        removed_rows: [Path::of(&["members", NOTE])].into(),
        ..Content::default()
    };
    sample(n, "household", stream_id(1), seq, content)
}

fn edit(seq: u64, record: u128) -> JournalRow<'static> {
    let touch = Touch {
        path: Path::of(&["head_name"]),
        before: Some(Json::from(NOTE)),
        after: Some(Json::from(NAME)),
    };
    JournalRow {
        effect: Effect(vec![touch]),
        payload: Cow::Owned(format!(r#"{{"patch":{{"head_name":"{NAME}","note":"{NOTE}"}}}}"#)),
        made_at: Some(NOTE.to_owned()),
        ..naming_places(taken(1, seq, record, 1))
    }
}

fn fill(database: &impl Database) {
    database.enrol(&device(1));
    let (one, two) = (written(1, 1), written(2, 2));
    database
        .store()
        .write(|tx| {
            tx.save_records(&[one.change(), two.change()])?;
            tx.append_journal(&[edit(1, 1), edit(2, 2)])?;
            let (id, user) = (device_id(5), user_id(1));
            tx.enrol(&NewDevice { id, user, name: NOTE.to_owned(), continues: None, at: NOW })?;
            let request = Request { user, key: NOTE, hash: [1; 32] };
            tx.recall(&request, NOW)?;
            tx.remember(&request, 200, NOTE)
        })
        .expect("written");
}

fn found(database: &impl Database, id: RecordId) -> Stored<Vec<StoredRecord>> {
    database.store().write(|tx| tx.records(&[id]))
}

fn scanned(database: &impl Database) -> Stored<usize> {
    let first = ruhu_sync::id::Seq(0);
    let store = database.store();
    store.read(|tx| tx.changes(stream_id(1), first, 9, &mut |_, _| {}))
}

fn histories(tx: &mut impl WriteTx) -> Stored<Vec<ruhu_sync::journal::Past>> {
    let wanted = [1, 2].map(|n| HistoryWanted { record: record_id(n), from: 0 });
    tx.history(&wanted)
}

fn is_corrupt<T: std::fmt::Debug>(read: Stored<T>) {
    assert!(matches!(read, Err(StorageError::Corrupt(_))), "{read:?}");
}

fn holds(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|w| w == part.as_bytes())
}

fn nothing_that_a_person_wrote_stands_in_the_clear(database: &impl Database) {
    fill(database);
    let bytes = database.every_byte();
    // That everything was looked at shows in what may be read.
    assert!(holds(&bytes, "110102003001") && holds(&bytes, "欧*"));
    assert!(!holds(&bytes, NAME), "the name can be read");
    assert!(!holds(&bytes, NOTE), "the note can be read");
    // And whoever has the keys reads all of it.
    let store = database.store();
    let seat = store.read(|tx| tx.seat(device_id(5))).expect("read");
    assert_eq!(seat.expect("a seat").device_name, NOTE);
    let answered = store.write(|tx| tx.answered(device_id(1), DeviceSeq(1), DeviceSeq(1)));
    assert_eq!(answered.expect("read")[0].outcome_text, edit(1, 1).outcome_text);
    let history = store.read(|tx| tx.record_history(record_id(1))).expect("read");
    assert_eq!(history[0].made_at.as_deref(), Some(NOTE));
}

fn swap(database: &impl Database, table: &str, column: &str, name: &str, names: [String; 2]) {
    let [one, two] = names;
    database.run(&format!(
        "UPDATE {table} SET {column} = (SELECT t.{column} FROM {table} t WHERE t.{name} = {two}) \
         WHERE {name} = {one}"
    ));
}

fn a_document_in_another_records_row_does_not_open(database: &impl Database) {
    fill(database);
    let names = [1, 2].map(|n| database.bytes(record_id(n).as_bytes()));
    swap(database, "record", "wire", "id", names);
    is_corrupt(found(database, record_id(1)));
    is_corrupt(scanned(database));
    found(database, record_id(2)).expect("the other one opens");
}

fn a_document_of_an_older_version_does_not_open_under_a_newer_one(database: &impl Database) {
    fill(database);
    database.run("UPDATE record SET rev_number = 2");
    is_corrupt(found(database, record_id(1)));
}

fn a_payload_in_another_edits_row_does_not_open(database: &impl Database) {
    fill(database);
    let histories = || database.store().write(histories);
    histories().expect("all open");
    let names = || ["1", "2"].map(str::to_owned);
    swap(database, "journal", "effect", "device_seq", names());
    is_corrupt(histories());
    database.run("UPDATE journal SET effect = payload");
    is_corrupt(histories());
}

fn a_document_that_was_changed_from_outside_does_not_open(database: &impl Database) {
    fill(database);
    let zeros = database.bytes(&[0; 80]);
    database.run(&format!("UPDATE record SET wire = {zeros}"));
    is_corrupt(found(database, record_id(1)));
    let nothing = database.bytes(&[]);
    database.run(&format!("UPDATE record SET wire = {nothing}"));
    is_corrupt(found(database, record_id(1)));
}

fn without_the_key_nothing_opens(database: &impl Database) {
    fill(database);
    let key_of_the_same_name = KeyRing::new([(KeyId(1), SecretBox::new(Box::new([9; 32])))]);
    for keys in [key_ring(2), key_of_the_same_name.expect("a ring")] {
        let other = database.reopened(keys);
        is_corrupt(other.write(|tx| tx.records(&[record_id(1)])));
        is_corrupt(other.write(histories));
    }
}

fn after_a_change_of_keys_old_and_new_rows_open(database: &impl Database) {
    fill(database);
    let keys = [1, 2].map(|byte| (KeyId(byte), SecretBox::new(Box::new([byte as u8; 32]))));
    let store = database.reopened(KeyRing::new(keys).expect("a ring"));
    let three = written(3, 3);
    store
        .write(|tx| {
            tx.save_records(&[three.change()])?;
            tx.append_journal(&[edit(3, 3)])
        })
        .expect("written");
    let found = store.write(|tx| tx.records(&[record_id(1), record_id(3)]));
    assert_eq!(found.expect("read").len(), 2);
    let ids = database.texts("SELECT CAST(key_id AS TEXT) AS value FROM record ORDER BY seq");
    assert_eq!(ids, ["1", "1", "2"]);
}

fn an_erased_payload_leaves_the_rest_readable(database: &impl Database) {
    database.enrol(&device(1));
    let made = JournalRow { effect_is_payload: true, ..edit(1, 1) };
    let rows = [made, edit(2, 2)];
    let store = database.store();
    store.write(|tx| tx.append_journal(&rows)).expect("written");
    database.run("UPDATE journal SET payload = NULL, salt = NULL, answer = NULL");
    let pasts = store.write(histories).expect("read");
    assert_eq!(pasts[0].effect, Effect::default());
    assert_eq!(pasts[1].effect, rows[1].effect);
    let answered = store.write(|tx| tx.answered(device_id(1), DeviceSeq(1), DeviceSeq(2)));
    let answered = answered.expect("read");
    assert_eq!(answered[0].salt, None);
    assert_eq!(answered[0].payload_hash, rows[0].payload_hash);
    assert_eq!(answered[0].outcome_text, rows[0].outline());
}
