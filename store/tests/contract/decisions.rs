//! What decisions and moves need: quarantined edits with their groups, what was settled, what
//! belongs to a root, departures, and versions that were carried along.

use crate::bench::{Bench, on_every_store};
use crate::world::*;
use ruhu_sync::decision::{EditName, Waiting};
use ruhu_sync::effect::Effect;
use ruhu_sync::id::{DeviceSeq, GroupId, Instant, Seq};
use ruhu_sync::journal::{JournalRow, Past};
use ruhu_sync::outcome::Verdict;
use ruhu_sync::rev::Rev;
use ruhu_sync::storage::{Carried, Departure, HistoryWanted, StorageError};

on_every_store! {
    what_was_not_taken_is_found_by_its_name_and_nothing_else_is,
    the_quarantined_members_of_its_group_come_with_it,
    an_edit_is_settled_once,
    a_decision_counts_in_the_history_as_the_edit_that_it_applied,
    what_belongs_to_a_root_is_found,
    what_left_is_remembered_unless_it_came_back,
    carried_versions_are_part_of_the_history,
    nobody_has_a_signing_key_at_first,
}

fn name(device: u128, seq: u64) -> EditName {
    EditName { device: device_id(device), device_seq: DeviceSeq(seq) }
}

fn waiting(bench: &dyn Bench, names: &[EditName]) -> Vec<Waiting> {
    bench.write(|tx| tx.waiting(names)).expect("waiting")
}

fn append(bench: &dyn Bench, rows: &[JournalRow<'_>]) {
    bench.write(|tx| tx.append_journal(rows)).expect("appended");
}

fn quarantined(device: u128, seq: u64, record: u128) -> JournalRow<'static> {
    untaken(device, seq, Some(record), Verdict::Quarantined)
}

fn what_was_not_taken_is_found_by_its_name_and_nothing_else_is(bench: &dyn Bench) {
    bench.enrol(&device(1));
    let row = quarantined(1, 2, 7);
    append(bench, &[taken(1, 1, 7, 1), row.clone(), untaken(1, 3, Some(7), Verdict::Rejected)]);
    let names = [1, 2, 3, 4].map(|seq| name(1, seq));
    let found = waiting(bench, &names);
    assert_eq!(found.len(), 2);
    assert_eq!((found[1].name, found[1].verdict), (name(1, 3), Verdict::Rejected));
    let expected = Waiting {
        name: name(1, 2),
        user: row.user,
        verdict: Verdict::Quarantined,
        record: Some(record_id(7)),
        root: Some(record_id(7)),
        kind: Some("household".to_owned()),
        stream: row.stream,
        group: None,
        payload: Some(row.payload.to_string()),
        continues: Vec::new(),
    };
    assert_eq!(found[0], expected);
    assert_eq!(waiting(bench, &[name(2, 2)]), []);
}

fn the_quarantined_members_of_its_group_come_with_it(bench: &dyn Bench) {
    let group = |n: u128| Some(GroupId(uuid::Uuid::from_u128(n)));
    let of =
        |seq: u64, n: u128| JournalRow { group: group(n), ..quarantined(1, seq, u128::from(seq)) };
    let mut of_another_device = of(4, 1);
    of_another_device.device = device_id(2);
    append(bench, &[of(3, 1), of(4, 1), of(5, 2), quarantined(1, 6, 6)]);
    append(bench, &[of_another_device]);
    let names: Vec<_> = waiting(bench, &[name(1, 4)]).iter().map(|w| w.name).collect();
    assert_eq!(names, [name(1, 3), name(1, 4)]);
}

fn decision(device: u128, seq: u64, of: EditName, rev_number: u64) -> JournalRow<'static> {
    JournalRow { decides: Some(of), ..taken(device, seq, 7, rev_number) }
}

fn an_edit_is_settled_once(bench: &dyn Bench) {
    append(bench, &[quarantined(1, 1, 7), quarantined(1, 2, 7)]);
    let names = [name(1, 1), name(1, 2)];
    let settled = |bench: &dyn Bench| bench.write(|tx| tx.settled(&names)).expect("settled");
    assert_eq!(settled(bench), []);
    append(bench, &[decision(9, 1, name(1, 1), 1)]);
    assert_eq!(settled(bench), [name(1, 1)]);
    let again = bench.write(|tx| tx.append_journal(&[decision(9, 2, name(1, 1), 2)]));
    assert!(matches!(again, Err(StorageError::Corrupt(_))), "{again:?}");
    assert_eq!(settled(bench), [name(1, 1)]);
}

fn history(bench: &dyn Bench, record: u128, from: u64) -> Vec<Past> {
    let wanted = [HistoryWanted { record: record_id(record), from }];
    bench.write(|tx| tx.history(&wanted)).expect("history")
}

fn a_decision_counts_in_the_history_as_the_edit_that_it_applied(bench: &dyn Bench) {
    append(bench, &[quarantined(1, 1, 7), taken(2, 1, 7, 1)]);
    append(bench, &[decision(9, 1, name(1, 1), 2)]);
    let names: Vec<_> =
        history(bench, 7, 0).iter().map(|past| (past.device, past.device_seq)).collect();
    assert_eq!(names, [(device_id(2), DeviceSeq(1)), (device_id(1), DeviceSeq(1))]);
    assert!(!history(bench, 7, 2)[0].effect.0.is_empty());
}

fn save(bench: &dyn Bench, samples: &[Sample]) {
    bench.write(|tx| tx.save_records(&changes(samples))).expect("saved");
}

fn what_belongs_to_a_root_is_found(bench: &dyn Bench) {
    let mut member = household(2, stream_id(1), 2);
    member.record.root = record_id(1);
    save(bench, &[household(1, stream_id(1), 1), member, household(3, stream_id(1), 3)]);
    let found = bench.write(|tx| tx.belonging(&[record_id(1)])).expect("found");
    let ids: Vec<_> = found.iter().map(|record| record.id).collect();
    assert_eq!(ids, [record_id(1), record_id(2)]);
}

fn what_left_is_remembered_unless_it_came_back(bench: &dyn Bench) {
    let gone =
        |seq, record| Departure { stream: stream_id(1), seq: Seq(seq), record: record_id(record) };
    save(bench, &[household(2, stream_id(1), 5)]);
    let all = [gone(2, 1), gone(3, 2), gone(4, 3)];
    bench.write(|tx| tx.save_departures(&all)).expect("saved");
    let left = bench.read(|tx| tx.departures(stream_id(1), Seq(1), Seq(9))).expect("read");
    assert_eq!(left, [gone(2, 1), gone(4, 3)]);
}

fn carried_versions_are_part_of_the_history(bench: &dyn Bench) {
    append(bench, &[taken(1, 1, 7, 1), taken(1, 2, 7, 3)]);
    let rev = Rev { number: 2, hash: [9, 8, 7, 6] };
    let carried = Carried { record: record_id(7), rev, by: name(9, 4) };
    bench.write(|tx| tx.save_carried(&[carried])).expect("saved");
    let all = history(bench, 7, 1);
    let numbers: Vec<_> = all.iter().map(|past| past.rev.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let expected = Past {
        record: record_id(7),
        device: device_id(9),
        device_seq: DeviceSeq(4),
        rev,
        effect: Effect::default(),
    };
    assert_eq!(all[1], expected);
    assert_eq!(history(bench, 7, 3).len(), 1);
}

fn nobody_has_a_signing_key_at_first(bench: &dyn Bench) {
    let found = bench.write(|tx| tx.signers(user_id(1), &[user_id(2)], Instant(0)));
    assert!(found.expect("read").people.is_empty());
}
