//! Words erased by right: gone, counted, told with their reason; everything else holds.

use crate::bench::on_both_databases;
use crate::databases::Database;
use crate::tampering::{audit, journal};
use crate::world::*;
use ruhu_store::Halt;
use ruhu_store::journal::{Erasable, ErasureRefusal, Wrong};
use ruhu_sync::decision::EditName;
use ruhu_sync::id::{DeviceSeq, Instant};
use ruhu_sync::journal::JournalRow;
use ruhu_sync::outcome::Verdict;
use ruhu_sync::path::Path;
use ruhu_sync::record::Content;
use ruhu_sync::storage::{HistoryWanted, WriteTx as _};

on_both_databases! {
    the_words_of_a_deleted_record_are_erased_and_the_chain_holds,
    what_is_erased_is_erased_once_and_keeps_its_first_reason,
    an_edit_that_changed_nothing_is_erased_by_itself,
    what_people_still_read_or_wait_for_is_not_erased,
    a_payload_that_was_taken_away_cannot_be_passed_off_as_erased,
}

const REASON: &str = "撤回同意";

fn name(device: u128, seq: u64) -> EditName {
    EditName { device: device_id(device), device_seq: DeviceSeq(seq) }
}

/// Record 1, and all that was done to it; record 2 is another's.
fn deleted(database: &impl Database, is_deleted: bool) -> Vec<JournalRow<'static>> {
    let removed_rows = [Path::of(&["members", "家里人"])].into();
    let content = Content { deleted: is_deleted, removed_rows, ..Content::default() };
    let gone = sample(1, "household", stream_id(1), 3, content);
    database.store().write(|tx| tx.save_records(&[gone.change()])).expect("written");
    let made = JournalRow { effect_is_payload: true, ..taken(1, 1, 1, 1) };
    let places = naming_places(taken(1, 2, 1, 2));
    let own = journal(database, 1, [made, places, taken(1, 3, 2, 1), taken(1, 4, 1, 3)]);
    journal(database, 2, [untaken(2, 1, Some(1), Verdict::Rejected)]);
    own
}

fn refusal(halt: Halt<ErasureRefusal>) -> ErasureRefusal {
    match halt {
        Halt::Refused(refusal) => refusal,
        Halt::Storage(error) => panic!("{error}"),
    }
}

fn erase(database: &impl Database, what: Erasable) -> Result<usize, ErasureRefusal> {
    database.store().erase(what, REASON, NOW).map_err(refusal)
}

/// What is sealed in these rows, as it lies in the database.
fn sealed(database: &impl Database, record: u128) -> Vec<String> {
    let id = database.bytes(record_id(record).as_bytes());
    let texts = |column: &str| {
        let hex = database.hex(column);
        database.texts(&format!(
            "SELECT {hex} AS value FROM journal WHERE record = {id} AND {column} IS NOT NULL"
        ))
    };
    let mut all = ["payload", "effect", "answer", "made_at", "salt"].map(texts).concat();
    let removed = database.hex("removed_rows");
    all.extend(database.texts(&format!(
        "SELECT {removed} AS value FROM record WHERE id = {id} AND removed_rows IS NOT NULL"
    )));
    all
}

fn the_words_of_a_deleted_record_are_erased_and_the_chain_holds(database: &impl Database) {
    let rows = deleted(database, true);
    let anchor = database.store().anchor_journal(NOW).expect("an anchor");
    let (own, others) = (sealed(database, 1), sealed(database, 2));
    // Three and one payloads, times and salts; the first edit's effect is its payload, one answer
    // names places, and rows were removed.
    assert_eq!((own.len(), others.len()), (4 + 2 + 1 + 4 + 4 + 1, 4));
    assert_eq!(erase(database, Erasable::Record(record_id(1))), Ok(4));
    assert_eq!((sealed(database, 1), sealed(database, 2)), (vec![], others));
    let bytes = database.every_byte();
    let is_there = |hex: &String| {
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("digits");
        let sought: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
        // A salt of the samples is one byte again and again.
        sought.len() > 16 && bytes.windows(sought.len()).any(|window| window == sought)
    };
    assert!(!own.iter().any(is_there), "the bytes are still in the database");
    let found = audit(database, Some(&anchor));
    assert_eq!((found.faults, found.erased, found.edits), (vec![], 4, 5));
    let told: Vec<_> = found.erasures.iter().map(|e| (e.device, e.device_seq.0)).collect();
    assert_eq!(told, [(1, 1), (1, 2), (1, 4), (2, 1)].map(|(d, n)| (device_id(d), n)));
    assert!(found.erasures.iter().all(|e| e.reason == REASON && e.erased_at == NOW));
    // A retry is answered as before but for the places, and the history reads on.
    let store = database.store();
    let answered = store.write(|tx| tx.answered(device_id(1), DeviceSeq(1), DeviceSeq(9)));
    let answered = answered.expect("answered");
    assert_eq!(answered[1].outcome_text, rows[1].outline());
    assert!(!answered[1].outcome_text.contains("members"), "{}", answered[1].outcome_text);
    assert_eq!((answered[1].salt, answered[2].salt), (None, Some(rows[2].salt)));
    let wanted = [1, 2].map(|n| HistoryWanted { record: record_id(n), from: 0 });
    let pasts = store.write(|tx| tx.history(&wanted)).expect("a history");
    assert_eq!(pasts.iter().filter(|past| past.effect.0.is_empty()).count(), 3);
}

fn what_is_erased_is_erased_once_and_keeps_its_first_reason(database: &impl Database) {
    deleted(database, true);
    assert_eq!(erase(database, Erasable::Record(record_id(1))), Ok(4));
    let later = Instant(NOW.0 + 1);
    let again = database.store().erase(Erasable::Record(record_id(1)), "另一理由", later);
    assert_eq!(again.map_err(refusal), Ok(0));
    let again = database.store().erase(Erasable::Edit(name(2, 1)), "另一理由", later);
    assert_eq!(again.map_err(refusal), Ok(0));
    let found = audit(database, None);
    assert!(found.erasures.iter().all(|e| e.reason == REASON && e.erased_at == NOW));
    assert_eq!((found.faulty, found.erased), (0, 4));
}

fn an_edit_that_changed_nothing_is_erased_by_itself(database: &impl Database) {
    let dismissal = JournalRow {
        op: Some("dismiss".to_owned()),
        decides: Some(name(1, 1)),
        ..untaken(2, 1, Some(1), Verdict::Applied)
    };
    let waiting = untaken(1, 1, Some(1), Verdict::Quarantined);
    journal(database, 1, [waiting, untaken(1, 2, None, Verdict::Rejected), taken(1, 3, 2, 1)]);
    journal(database, 2, [dismissal]);
    assert_eq!(erase(database, Erasable::Edit(name(1, 1))), Ok(1));
    assert_eq!(erase(database, Erasable::Edit(name(1, 2))), Ok(1));
    let found = audit(database, None);
    assert_eq!((found.faults, found.erased), (vec![], 2));
    assert_eq!(sealed(database, 2).len(), 4);
}

fn what_people_still_read_or_wait_for_is_not_erased(database: &impl Database) {
    deleted(database, false);
    let apply =
        JournalRow { op: Some("apply".to_owned()), decides: Some(name(3, 2)), ..taken(3, 3, 9, 1) };
    let quarantined = |seq| untaken(3, seq, Some(5), Verdict::Quarantined);
    journal(database, 3, [quarantined(1), untaken(3, 2, Some(9), Verdict::Quarantined), apply]);
    let gone = Content { deleted: true, ..Content::default() };
    let gone = sample(5, "household", stream_id(1), 4, gone);
    database.store().write(|tx| tx.save_records(&[gone.change()])).expect("written");
    for (what, refusal) in [
        (Erasable::Record(record_id(1)), ErasureRefusal::NotDeleted),
        (Erasable::Record(record_id(77)), ErasureRefusal::NoSuchRecord),
        (Erasable::Record(record_id(5)), ErasureRefusal::Waiting(1)),
        (Erasable::Edit(name(1, 2)), ErasureRefusal::Effective),
        (Erasable::Edit(name(1, 9)), ErasureRefusal::NoSuchEdit),
        (Erasable::Edit(name(3, 1)), ErasureRefusal::Waiting(1)),
        (Erasable::Edit(name(3, 2)), ErasureRefusal::Effective),
    ] {
        assert_eq!(erase(database, what), Err(refusal), "{what:?}");
    }
    let found = audit(database, None);
    assert_eq!((found.faulty, found.erased), (0, 0));
}

fn a_payload_that_was_taken_away_cannot_be_passed_off_as_erased(database: &impl Database) {
    deleted(database, true);
    database.run("UPDATE journal SET payload = NULL, salt = NULL WHERE device_seq = 3");
    let wrong = |at: usize| {
        let found = audit(database, None);
        (found.faults[at].device_seq.0, found.faults[at].wrong.clone())
    };
    assert_eq!(wrong(0), (3, Wrong::PayloadGone));
    // A true erasure's row, put in another's place, is no erasure there.
    assert_eq!(erase(database, Erasable::Edit(name(2, 1))), Ok(1));
    database.run(&format!(
        "INSERT INTO erasure SELECT {}, 3, erased_at, key_id, reason FROM erasure",
        database.bytes(device_id(1).as_bytes())
    ));
    assert!(matches!(wrong(0), (3, Wrong::Sealed(_))), "{:?}", wrong(0));
    // Nor does a day that was changed pass, or a payload that was put back.
    database.run("DELETE FROM erasure WHERE device_seq = 3; UPDATE erasure SET erased_at = 1");
    let found = audit(database, None);
    assert!(matches!(found.faults[1].wrong, Wrong::Sealed(_)), "{:?}", found.faults);
    assert_eq!(found.faults[1].device, device_id(2));
    database.run(&format!("UPDATE erasure SET erased_at = {}", NOW.0));
    let other = database.bytes(&[1; 16]);
    let device = database.bytes(device_id(2).as_bytes());
    for column in ["salt", "payload", "effect", "answer", "made_at"] {
        let put = |value: &str| {
            database.run(&format!("UPDATE journal SET {column} = {value} WHERE device = {device}"));
        };
        put(&other);
        assert_eq!(wrong(1), (1, Wrong::Erasure), "{column}");
        put("NULL");
    }
}
