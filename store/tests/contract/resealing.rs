//! A change of keys while people work: every sealed row comes under the new key, nothing is lost, and
//! the old key is needed no more.

use crate::bench::on_both_databases;
use crate::databases::{Database, key_ring};
use crate::tampering::{audit, journal};
use crate::world::*;
use ruhu_store::accounts::{NewDevice, Recalled, Request, SecondFactor};
use ruhu_store::journal::Erasable;
use ruhu_store::{KeyId, KeyRing, Store, sealed_columns};
use ruhu_sync::decision::EditName;
use ruhu_sync::id::DeviceSeq;
use ruhu_sync::outcome::Verdict;
use ruhu_sync::path::Path;
use ruhu_sync::record::Content;
use ruhu_sync::storage::{StorageError, WriteTx as _};
use secrecy::SecretBox;
use std::sync::atomic::{AtomicBool, Ordering};

on_both_databases! {
    every_sealed_column_comes_under_the_new_key_and_the_old_one_is_needed_no_more,
    a_run_that_was_killed_goes_on_where_it_stood,
    nothing_is_lost_while_people_write_under_either_key,
    rows_that_a_process_seals_with_the_old_key_meanwhile_are_told,
    a_row_that_does_not_open_stays_as_it_is_and_is_counted,
    whatever_is_sealed_is_opened_when_a_copy_is_looked_through,
}

/// Keys of these names; the last one seals.
fn ring(names: &[u8]) -> KeyRing {
    let key = |name: &u8| (KeyId(u16::from(*name)), SecretBox::new(Box::new([*name; 32])));
    KeyRing::new(names.iter().map(key)).expect("a ring")
}

fn resealed(store: &Store) -> u64 {
    let done = store.reseal(NOW, &mut |_| true).expect("sealed anew");
    assert_eq!(done.unreadable, 0);
    done.rows
}

/// The keys under which rows stand.
fn keys(store: &Store) -> Vec<u16> {
    store.rows_by_key().expect("counted").keys().map(|key| key.0).collect()
}

const WORDS: &str = "家里人";

fn household_of(n: u128, note: &str) -> Sample {
    let content = Content {
        document: object(&format!(r#"{{"community_code":"110102003001","notes":"{note}"}}"#)),
        removed_rows: [Path::of(&["contacts", WORDS])].into(),
        ..Content::default()
    };
    sample(n, "household", stream_id(1), u64::try_from(n).expect("a place"), content)
}

const REQUEST: Request<'_> = Request {
    user: ruhu_sync::id::UserId(uuid::Uuid::from_u128(0xb001)),
    key: WORDS,
    hash: [1; 32],
};

fn factor() -> SecondFactor {
    SecondFactor {
        enrolled_at: NOW,
        is_confirmed: true,
        secret: [7; 20],
        last_step: 0,
        recovery_codes: Vec::new(),
    }
}

/// Something in every sealed column.
fn fill(database: &impl Database) {
    let places = naming_places(taken(1, 1, 1, 1));
    let refused = untaken(1, 2, None, Verdict::Rejected);
    journal(database, 1, [places, refused]);
    let store = database.store();
    let one = household_of(1, WORDS);
    store
        .write(|tx| {
            tx.save_records(&[one.change()])?;
            let (id, user, name) = (device_id(5), user_id(1), WORDS.to_owned());
            tx.enrol(&NewDevice { id, user, name, continues: None, at: NOW })?;
            tx.set_signing_key(user, &[7; 32], NOW)?;
            tx.save_second_factor(user, &factor())?;
            tx.recall(&REQUEST, NOW)?;
            tx.remember(&REQUEST, 200, WORDS)
        })
        .expect("written");
    let edit = EditName { device: device_id(1), device_seq: DeviceSeq(2) };
    store.erase(Erasable::Edit(edit), WORDS, NOW).expect("erased");
    for column in sealed_columns() {
        let (table, column) = column.split_once('.').expect("a table and a column");
        let filled = database.texts(&format!(
            "SELECT 'x' AS value FROM {table} WHERE {column} IS NOT NULL AND key_id = 1"
        ));
        assert!(!filled.is_empty(), "{table}.{column} is in the list, and not in this test");
    }
}

fn every_sealed_column_comes_under_the_new_key_and_the_old_one_is_needed_no_more(
    database: &impl Database,
) {
    fill(database);
    let anchor = database.store().anchor_journal(NOW).expect("an anchor");
    // The test's accounts were added past the service, and the log says so.
    let log = |store: &Store| store.verify_audit_log(None).expect("looked through");
    let faults = log(database.store()).faults;
    let both = database.reopened(ring(&[1, 2]));
    let before = both.rows_by_key().expect("counted");
    let rows: u64 = before[&KeyId(1)].values().sum();
    assert_eq!((before.len(), before[&KeyId(1)].len()), (1, 7));
    assert_eq!(resealed(&both), rows);
    let after = both.rows_by_key().expect("counted");
    assert_eq!(after.into_iter().collect::<Vec<_>>(), [(KeyId(2), before[&KeyId(1)].clone())]);
    // Under the new key alone everything opens, and is what it was.
    let new = database.reopened(ring(&[2]));
    let found = new.audit_journal(Some(&anchor)).expect("looked through");
    assert_eq!((found.faults, found.edits, found.erased), (vec![], 2, 1));
    assert_eq!(found.erasures[0].reason, WORDS);
    let one = household_of(1, WORDS).record;
    assert_eq!(new.write(|tx| tx.records(&[one.id])).expect("read"), [one]);
    let answered = new.write(|tx| tx.answered(device_id(1), DeviceSeq(1), DeviceSeq(1)));
    assert!(answered.expect("read")[0].outcome_text.contains(WORDS));
    let history = new.read(|tx| tx.record_history(record_id(1))).expect("read");
    assert_eq!(history[0].made_at.as_deref(), Some(MADE_AT));
    let seat = new.read(|tx| tx.seat(device_id(5))).expect("read").expect("a seat");
    assert_eq!(seat.device_name, WORDS);
    let signers = new.write(|tx| tx.signers(user_id(1), &[user_id(1)], NOW)).expect("read");
    assert_eq!(signers.people[&user_id(1)].key, [7; 32]);
    let recalled = new.write(|tx| tx.recall(&REQUEST, NOW)).expect("read");
    assert_eq!(recalled, Recalled::Answered { status: 200, body: WORDS.to_owned() });
    // The log tells of it, and is whole.
    let acts = database.texts("SELECT detail AS value FROM audit_log WHERE act = 'rows_resealed'");
    assert_eq!(acts, [format!(r#"{{"key":2,"rows":{rows}}}"#)]);
    assert_eq!(log(&new).faults, faults);
    // The old one opens nothing any more, and there is nothing more to do.
    let old = database.reopened(key_ring(1)).write(|tx| tx.records(&[record_id(1)]));
    assert!(matches!(old, Err(StorageError::Corrupt(_))), "{old:?}");
    assert_eq!(resealed(&both), 0);
}

fn a_run_that_was_killed_goes_on_where_it_stood(database: &impl Database) {
    let all: Vec<_> = (1..=120).map(|n| household_of(n, WORDS)).collect();
    database.store().write(|tx| tx.save_records(&changes(&all))).expect("written");
    journal(database, 1, (1..=120).map(|n| taken(1, n, u128::from(n), 1)));
    let both = database.reopened(ring(&[1, 2]));
    let mut left = 240;
    for _ in 0..2 {
        // What a kill leaves: the transactions that were done, and nothing of the one under way.
        let done = both.reseal(NOW, &mut |_| false).expect("stopped").rows;
        assert!(done > 0 && done < left, "{done}");
        left -= done;
        assert_eq!(keys(&both), [1, 2]);
        let found =
            both.write(|tx| tx.records(&all.iter().map(|s| s.record.id).collect::<Vec<_>>()));
        assert_eq!(found.expect("read").len(), 120);
        assert_eq!(both.audit_journal(None).expect("looked through").faults, []);
    }
    assert_eq!(resealed(&both), left);
    assert_eq!(keys(&both), [2]);
    let new = database.reopened(ring(&[2]));
    assert_eq!(new.audit_journal(None).expect("looked through").faults, []);
}

fn nothing_is_lost_while_people_write_under_either_key(database: &impl Database) {
    const RECORDS: u128 = 60;
    let first: Vec<_> = (1..=RECORDS).map(|n| household_of(n, WORDS)).collect();
    database.store().write(|tx| tx.save_records(&changes(&first))).expect("written");
    // One process was restarted and seals with the new key, one was not yet.
    let writers = [database.reopened(ring(&[2, 1])), database.reopened(ring(&[1, 2]))];
    let resealing = database.reopened(ring(&[1, 2]));
    let are_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mut writing = Vec::new();
        for (at, store) in writers.iter().enumerate() {
            let own = first.iter().skip(at).step_by(2).cloned().collect::<Vec<_>>();
            writing.push(scope.spawn(move || {
                let mut own = own;
                for round in 1..=6 {
                    for sample in &mut own {
                        let mut next = household_of(1, &format!("{round}")).content;
                        next.removed_rows.clone_from(&sample.content.removed_rows);
                        let seq = sample.record.seq.0 + 100;
                        let mut newer = sample.next(seq);
                        newer.record.wire = next.to_wire();
                        newer.content = next;
                        store.write(|tx| tx.save_records(&[newer.change()])).expect("written");
                        *sample = newer;
                    }
                }
                own
            }));
        }
        let resealer = scope.spawn(|| {
            while !are_done.load(Ordering::Relaxed) {
                resealed(&resealing);
            }
        });
        let last: Vec<_> =
            writing.into_iter().flat_map(|own| own.join().expect("a writer")).collect();
        are_done.store(true, Ordering::Relaxed);
        resealer.join().expect("the resealer");
        resealed(&resealing);
        assert_eq!(keys(&resealing), [2]);
        let new = database.reopened(ring(&[2]));
        for sample in last {
            let found = new.write(|tx| tx.records(&[sample.record.id])).expect("it opens");
            assert_eq!(found, [sample.record]);
        }
    });
}

fn rows_that_a_process_seals_with_the_old_key_meanwhile_are_told(database: &impl Database) {
    let (old, both) = (database.reopened(ring(&[2, 1])), database.reopened(ring(&[1, 2])));
    old.write(|tx| tx.save_records(&[household_of(1, WORDS).change()])).expect("written");
    let mut next = 2;
    let done = both.reseal(NOW, &mut |_| {
        let record = household_of(next, WORDS);
        old.write(|tx| tx.save_records(&[record.change()])).expect("written");
        next += 1;
        true
    });
    // It ends, and says what is left.
    assert!(done.expect("it ends").rows >= 1);
    assert_eq!(keys(&both), [1, 2]);
    resealed(&both);
    assert_eq!(keys(&both), [2]);
}

fn a_row_that_does_not_open_stays_as_it_is_and_is_counted(database: &impl Database) {
    let all = [1, 2, 3].map(|n| household_of(n, WORDS));
    database.store().write(|tx| tx.save_records(&changes(&all))).expect("written");
    database.run("UPDATE record SET rev_number = 9 WHERE seq = 2");
    let both = database.reopened(ring(&[1, 2]));
    let done = both.reseal(NOW, &mut |_| true).expect("sealed anew");
    assert_eq!((done.rows, done.unreadable), (2, 1));
    assert_eq!(keys(&both), [1, 2]);
    // Put right, it goes with the others.
    database.run("UPDATE record SET rev_number = 1 WHERE seq = 2");
    assert_eq!(resealed(&both), 1);
    assert_eq!(keys(&both), [2]);
    assert_eq!(audit(database, None).faults, []);
}

fn whatever_is_sealed_is_opened_when_a_copy_is_looked_through(database: &impl Database) {
    fill(database);
    let store = database.store();
    let tells_of = |table: &str| {
        let wrong = store.verify().expect("looked through").wrong;
        wrong.iter().any(|wrong| wrong.starts_with(&format!("{table}: 1 rows")))
    };
    let zeros = database.bytes(&[0; 80]);
    for column in sealed_columns() {
        let (table, column) = column.split_once('.').expect("a table and a column");
        if matches!(table, "record" | "journal") {
            continue;
        }
        assert!(!tells_of(table), "{table}");
        database.run(&format!("UPDATE {table} SET {column} = {zeros} WHERE {column} IS NOT NULL"));
        assert!(tells_of(table), "{table}.{column}");
    }
}
