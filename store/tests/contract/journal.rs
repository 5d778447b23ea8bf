//! The journal.

use crate::bench::{Bench, on_every_store};
use crate::world::*;
use ruhu_sync::decision::EditName;
use ruhu_sync::effect::Effect;
use ruhu_sync::id::{DeviceSeq, GroupId};
use ruhu_sync::journal::{Answered, JournalRow, Past, Untaken, effect_of_creation};
use ruhu_sync::outcome::{Outcome, Verdict};
use ruhu_sync::storage::{HistoryWanted, StorageError, Stored};
use std::borrow::Cow;

on_every_store! {
    what_was_answered_reads_back_in_order,
    an_edit_of_which_nothing_could_be_read_is_kept,
    a_name_that_is_there_is_an_error_and_nothing_of_the_transaction_stays,
    one_name_twice_in_one_batch_is_an_error,
    history_gives_the_wanted_versions_of_the_wanted_records_oldest_first,
    history_of_several_records_comes_by_record,
    history_leaves_out_what_was_not_taken,
    the_effect_of_an_edit_that_made_its_record_is_read_from_its_payload,
    an_effect_of_nothing_reads_back,
    untaken_edits_are_those_of_this_device_and_these_records_in_order,
    a_long_payload_reads_back,
    an_edit_that_was_applied_and_made_no_version_is_neither_history_nor_untaken,
}

fn append(bench: &dyn Bench, rows: &[JournalRow<'_>]) -> Stored<()> {
    bench.write(|tx| tx.append_journal(rows))
}

fn answered(bench: &dyn Bench, from: u64, through: u64) -> Vec<Answered> {
    bench
        .write(|tx| tx.answered(device_id(1), DeviceSeq(from), DeviceSeq(through)))
        .expect("answered")
}

fn history(bench: &dyn Bench, wanted: &[(u128, u64)]) -> Vec<Past> {
    let wanted: Vec<_> = wanted
        .iter()
        .map(|(record, from)| HistoryWanted { record: record_id(*record), from: *from })
        .collect();
    bench.write(|tx| tx.history(&wanted)).expect("history")
}

fn answer(row: &JournalRow<'_>) -> Answered {
    Answered {
        device_seq: row.device_seq,
        record: row.record,
        salt: Some(row.salt),
        payload_hash: row.payload_hash,
        outcome_text: row.outcome_text.clone(),
    }
}

fn past(row: &JournalRow<'_>) -> Past {
    Past {
        record: row.record.expect("a record"),
        device: row.device,
        device_seq: row.device_seq,
        rev: row.rev().expect("a version"),
        effect: row.effect.clone(),
    }
}

fn what_was_answered_reads_back_in_order(bench: &dyn Bench) {
    let rows: Vec<_> = (1..=5).map(|n| taken(1, n, u128::from(n), 1)).collect();
    let (first, rest) = rows.split_at(2);
    append(bench, first).expect("appended");
    append(bench, rest).expect("appended");
    append(bench, &[taken(2, 1, 1, 2)]).expect("another device");
    append(bench, &[]).expect("nothing");
    let all: Vec<_> = rows.iter().map(answer).collect();
    assert_eq!(answered(bench, 1, 5), all);
    assert_eq!(answered(bench, 2, 4), all[1..4]);
    assert_eq!(answered(bench, 5, u64::MAX), all[4..]);
    assert_eq!(answered(bench, 6, 9), []);
    assert_eq!(answered(bench, 0, 0), []);
}

fn an_edit_of_which_nothing_could_be_read_is_kept(bench: &dyn Bench) {
    let row = JournalRow {
        payload: Cow::Borrowed("{\"device_seq\":1,\u{0} ]"),
        ..untaken(1, 1, None, Verdict::Rejected)
    };
    append(bench, std::slice::from_ref(&row)).expect("appended");
    assert_eq!(answered(bench, 1, 1), [answer(&row)]);
}

fn a_name_that_is_there_is_an_error_and_nothing_of_the_transaction_stays(bench: &dyn Bench) {
    let first = taken(1, 1, 1, 1);
    append(bench, std::slice::from_ref(&first)).expect("appended");
    let again = JournalRow { outcome_text: "another".to_owned(), ..taken(1, 1, 9, 1) };
    let done = append(bench, &[taken(1, 2, 2, 1), again]);
    assert!(matches!(done, Err(StorageError::Corrupt(_))), "{done:?}");
    assert_eq!(answered(bench, 1, 9), [answer(&first)]);
    assert_eq!(history(bench, &[(2, 0), (9, 0)]), []);
}

fn one_name_twice_in_one_batch_is_an_error(bench: &dyn Bench) {
    let done = append(bench, &[taken(1, 1, 1, 1), taken(1, 1, 2, 1)]);
    assert!(matches!(done, Err(StorageError::Corrupt(_))), "{done:?}");
    assert_eq!(answered(bench, 1, 9), []);
}

fn history_gives_the_wanted_versions_of_the_wanted_records_oldest_first(bench: &dyn Bench) {
    // By two devices in turn; a version above 9, so that numbers are compared as numbers.
    let rows: Vec<_> = (1..=12).map(|n| taken(1 + u128::from(n % 2), n, 1, n)).collect();
    for row in rows.iter().rev() {
        append(bench, std::slice::from_ref(row)).expect("appended");
    }
    append(bench, &[taken(3, 1, 2, 1)]).expect("another record");
    let all: Vec<_> = rows.iter().map(past).collect();
    assert_eq!(history(bench, &[(1, 0)]), all);
    assert_eq!(history(bench, &[(1, 1)]), all);
    assert_eq!(history(bench, &[(1, 11)]), all[10..]);
    assert_eq!(history(bench, &[(1, 13)]), []);
    assert_eq!(history(bench, &[(1, u64::MAX)]), []);
    assert_eq!(history(bench, &[(3, 0)]), []);
    assert_eq!(history(bench, &[]), []);
}

fn history_of_several_records_comes_by_record(bench: &dyn Bench) {
    let row = |n| taken(1, n, u128::from(n % 3), 1 + n / 3);
    let rows: Vec<_> = (1..=9).map(row).collect();
    append(bench, &rows).expect("appended");
    let names: Vec<_> = history(bench, &[(2, 1), (0, 3), (1, 2)])
        .iter()
        .map(|past| (past.record, past.rev.number))
        .collect();
    let expected = [(0, 3), (0, 4), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)];
    assert_eq!(names, expected.map(|(n, rev)| (record_id(n), rev)));
}

fn history_leaves_out_what_was_not_taken(bench: &dyn Bench) {
    let rows = [
        taken(1, 1, 1, 1),
        untaken(1, 2, Some(1), Verdict::Quarantined),
        untaken(1, 3, Some(1), Verdict::Rejected),
        taken(1, 4, 1, 2),
    ];
    append(bench, &rows).expect("appended");
    assert_eq!(history(bench, &[(1, 0)]), [past(&rows[0]), past(&rows[3])]);
}

fn the_effect_of_an_edit_that_made_its_record_is_read_from_its_payload(bench: &dyn Bench) {
    let patch = r#"{"a":1,"list":[1,{}],"members":{"1":{"age":9,"kin":{}}},"name":"测试乙"}"#;
    let payload = format!(r#"{{"device_seq":1, "patch" : {patch}, "made_at":"x"}}"#);
    let row = JournalRow {
        effect: effect_of_creation(&object(patch)),
        effect_is_payload: true,
        payload: Cow::Borrowed(&payload),
        ..taken(1, 1, 1, 1)
    };
    append(bench, std::slice::from_ref(&row)).expect("appended");
    assert_eq!(history(bench, &[(1, 1)]), [past(&row)]);
}

fn an_effect_of_nothing_reads_back(bench: &dyn Bench) {
    let row = JournalRow { effect: Effect::default(), ..taken(1, 1, 1, 1) };
    append(bench, std::slice::from_ref(&row)).expect("appended");
    assert_eq!(history(bench, &[(1, 1)]), [past(&row)]);
}

fn untaken_edits_are_those_of_this_device_and_these_records_in_order(bench: &dyn Bench) {
    let rows = [
        untaken(1, 1, Some(2), Verdict::Rejected),
        taken(1, 2, 2, 1),
        untaken(1, 3, Some(1), Verdict::Quarantined),
        untaken(1, 4, Some(3), Verdict::Quarantined),
        untaken(1, 5, None, Verdict::Rejected),
        untaken(1, 6, Some(2), Verdict::Quarantined),
        untaken(2, 1, Some(1), Verdict::Quarantined),
    ];
    append(bench, &rows).expect("appended");
    let of = |records: &[u128]| {
        let records: Vec<_> = records.iter().map(|n| record_id(*n)).collect();
        bench.write(|tx| tx.untaken(&[(device_id(1), DeviceSeq(99))], &records)).expect("untaken")
    };
    let expected =
        [(2, 1, Verdict::Rejected), (1, 3, Verdict::Quarantined), (2, 6, Verdict::Quarantined)];
    let expected = expected.map(|(record, seq, verdict)| Untaken {
        device: device_id(1),
        record: record_id(record),
        device_seq: DeviceSeq(seq),
        verdict,
    });
    assert_eq!(of(&[1, 2]), expected);
    // One that was applied since waits no more; one that was dismissed was never taken.
    let decided = [("apply", 3, 1, 1), ("dismiss", 6, 2, 2)].map(|(op, of, record, seq)| {
        let decides = Some(EditName { device: device_id(1), device_seq: DeviceSeq(of) });
        JournalRow {
            op: Some(op.to_owned()),
            decides,
            ..untaken(9, seq, Some(record), Verdict::Applied)
        }
    });
    append(bench, &decided).expect("appended");
    assert_eq!(of(&[1, 2]), [expected[0], expected[2]]);
    assert_eq!(of(&[9]), []);
    assert_eq!(of(&[]), []);
}

fn a_long_payload_reads_back(bench: &dyn Bench) {
    let patch = format!(r#"{{"note":"{}"}}"#, "入户".repeat(100_000));
    let payload = format!(r#"{{"patch":{patch}}}"#);
    let outcome = Outcome::new(DeviceSeq(1), Verdict::Applied);
    let row = JournalRow {
        effect: effect_of_creation(&object(&patch)),
        effect_is_payload: true,
        payload: Cow::Borrowed(&payload),
        group: Some(GroupId(uuid::Uuid::from_u128(5))),
        outcome: Outcome { rev: taken(1, 1, 1, 1).rev(), ..outcome },
        ..taken(1, 1, 1, 1)
    };
    append(bench, std::slice::from_ref(&row)).expect("appended");
    assert_eq!(history(bench, &[(1, 1)]), [past(&row)]);
}

fn an_edit_that_was_applied_and_made_no_version_is_neither_history_nor_untaken(bench: &dyn Bench) {
    let rows = [("void", None), ("dismiss", Some(1))].map(|(op, record)| JournalRow {
        op: Some(op.to_owned()),
        ..untaken(1, 1 + op.len() as u64, record, Verdict::Applied)
    });
    append(bench, &rows).expect("appended");
    assert_eq!(answered(bench, 1, 9), rows.each_ref().map(answer));
    assert_eq!(history(bench, &[(1, 0)]), []);
    let of = |tx: &mut dyn ruhu_sync::storage::WriteTx| {
        tx.untaken(&[(device_id(1), DeviceSeq(99))], &[record_id(1)])
    };
    assert_eq!(bench.write(of).expect("untaken"), []);
}
