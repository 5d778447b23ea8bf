//! Records and the scans over them.

use crate::bench::{Bench, on_every_store};
use crate::world::*;
use ruhu_sync::id::{DeviceSeq, RecordId, Seq, StreamId};
use ruhu_sync::json::Json;
use ruhu_sync::path::Path;
use ruhu_sync::record::{Conflict, ConflictId, Content, StoredRecord};

on_every_store! {
    a_record_reads_back_as_it_was_saved,
    a_record_saved_again_is_one_record_in_its_new_place,
    only_records_that_exist_are_given,
    changes_come_in_order_of_position_and_only_above_the_cursor,
    changes_are_no_more_than_the_limit,
    changes_of_another_stream_are_not_given,
    more_records_are_saved_at_once_than_one_statement_takes,
    a_record_that_moved_is_found_in_its_new_stream_only,
}

fn save(bench: &dyn Bench, samples: &[Sample]) {
    bench.write(|tx| tx.save_records(&changes(samples))).expect("saved");
}

fn find(bench: &dyn Bench, ids: &[RecordId]) -> Vec<StoredRecord> {
    let mut records = bench.write(|tx| tx.records(ids)).expect("read");
    records.sort_by_key(|record| record.id);
    records
}

fn scan(bench: &dyn Bench, stream: StreamId, after: u64, limit: usize) -> Vec<Handed> {
    bench
        .read(|tx| {
            let mut handed = Vec::new();
            let count = tx.changes(stream, Seq(after), limit, &mut |frame, wire| {
                handed.push(Handed::of(frame, wire));
            })?;
            assert_eq!(count, handed.len());
            Ok(handed)
        })
        .expect("scanned")
}

fn samples_of_every_sort() -> Vec<Sample> {
    let conflict = Conflict {
        id: ConflictId {
            device: device_id(1),
            device_seq: DeviceSeq(7),
            path: Path::of(&["head_name"]),
        },
        user: user_id(1),
        made_at: "昨天".to_owned(),
        value: Some(Json::from("张/三~")),
        base: None,
        restored: true,
    };
    let long = format!(r#"{{"note":"{}"}}"#, "入户 visit \u{1f3e0} ".repeat(20_000));
    let contents = [
        Content::default(),
        Content { deleted: true, ..Content::default() },
        Content {
            document: object(r#"{"a":{"b":{}},"emoji":"\ud83c\udfe0","zero":0.5}"#),
            conflicts: vec![conflict],
            deleted: false,
            removed_rows: [Path::of(&["members", "a/b"]), Path::of(&["members", "赵"])].into(),
        },
        Content { document: object(&long), ..Content::default() },
    ];
    let with_place = |(n, content): (u128, Content)| {
        let mut sample = sample(n, "household", stream_id(1), 1 + n as u64, content);
        sample.record.root = record_id(9);
        sample
    };
    (0..).zip(contents).map(with_place).collect()
}

fn a_record_reads_back_as_it_was_saved(bench: &dyn Bench) {
    let samples = samples_of_every_sort();
    save(bench, &samples);
    let ids: Vec<_> = samples.iter().map(|s| s.record.id).collect();
    let records = find(bench, &ids);
    assert_eq!(records.len(), samples.len());
    for (record, sample) in records.iter().zip(&samples) {
        assert_eq!(record, &sample.record);
        assert_eq!(record.content().expect("content"), sample.content);
    }
    let handed: Vec<_> = samples.iter().map(Handed::from).collect();
    assert_eq!(scan(bench, stream_id(1), 0, 100), handed);
}

fn a_record_saved_again_is_one_record_in_its_new_place(bench: &dyn Bench) {
    let first = household(1, stream_id(1), 1);
    let other = household(2, stream_id(1), 2);
    save(bench, &[first.clone(), other.clone()]);
    let mut second = first.next(3);
    second.content.deleted = true;
    second.record.deleted = true;
    second.record.wire = second.content.to_wire();
    save(bench, std::slice::from_ref(&second));
    assert_eq!(find(bench, &[first.record.id]), [second.record.clone()]);
    let handed = scan(bench, stream_id(1), 0, 100);
    assert_eq!(handed, [Handed::from(&other), Handed::from(&second)]);
}

fn only_records_that_exist_are_given(bench: &dyn Bench) {
    assert_eq!(find(bench, &[]), []);
    assert_eq!(find(bench, &[record_id(1)]), []);
    let one = household(1, stream_id(1), 1);
    save(bench, std::slice::from_ref(&one));
    assert_eq!(find(bench, &[record_id(2), record_id(1)]), [one.record]);
    save(bench, &[]);
}

fn changes_come_in_order_of_position_and_only_above_the_cursor(bench: &dyn Bench) {
    // Named in another order than they stand.
    let samples: Vec<_> =
        (1..=9).map(|seq| household(u128::from(seq * 7 % 10), stream_id(1), seq)).collect();
    save(bench, &samples);
    for after in 0..=10 {
        let seqs: Vec<_> =
            scan(bench, stream_id(1), after, 100).iter().map(|handed| handed.seq.0).collect();
        assert_eq!(seqs, (after + 1..=9).collect::<Vec<_>>());
    }
    assert_eq!(scan(bench, stream_id(1), u64::MAX - 1, 100), []);
}

fn changes_are_no_more_than_the_limit(bench: &dyn Bench) {
    let samples: Vec<_> =
        (1..=5).map(|seq| household(u128::from(seq), stream_id(1), seq)).collect();
    save(bench, &samples);
    for (limit, expected) in [(0, 0), (1, 1), (4, 4), (5, 5), (6, 5), (usize::MAX, 5)] {
        let handed = scan(bench, stream_id(1), 0, limit);
        assert_eq!(handed.len(), expected, "limit {limit}");
    }
    assert_eq!(scan(bench, stream_id(1), 3, 1)[0].seq, Seq(4));
}

fn changes_of_another_stream_are_not_given(bench: &dyn Bench) {
    save(bench, &[household(1, stream_id(1), 1), household(2, stream_id(2), 1)]);
    assert_eq!(scan(bench, stream_id(2), 0, 100)[0].id, record_id(2));
    assert_eq!(scan(bench, stream_id(3), 0, 100), []);
}

fn more_records_are_saved_at_once_than_one_statement_takes(bench: &dyn Bench) {
    let samples: Vec<_> =
        (1..=6_000).map(|seq| household(u128::from(seq), stream_id(1), seq)).collect();
    save(bench, &samples);
    let handed = scan(bench, stream_id(1), 0, 10_000);
    assert_eq!(handed.len(), samples.len());
    let ids: Vec<_> = samples.iter().map(|s| s.record.id).collect();
    assert_eq!(find(bench, &ids).len(), samples.len());
}

fn a_record_that_moved_is_found_in_its_new_stream_only(bench: &dyn Bench) {
    let here = household(1, stream_id(1), 1);
    save(bench, std::slice::from_ref(&here));
    let mut there = here.next(1);
    there.record.stream = stream_id(2);
    save(bench, std::slice::from_ref(&there));
    assert_eq!(scan(bench, stream_id(1), 0, 9), []);
    assert_eq!(scan(bench, stream_id(2), 0, 9), [Handed::from(&there)]);
}
