//! Streams' counters, departures, roots.

use crate::bench::{Bench, on_every_store};
use crate::world::*;
use ruhu_sync::digest::StreamDigest;
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::Seq;
use ruhu_sync::storage::{Departure, StreamHead};

on_every_store! {
    a_stream_in_which_nothing_happened_has_no_head,
    a_stream_that_is_locked_first_is_empty,
    counters_and_digests_read_back,
    only_the_streams_that_are_asked_for_are_given,
    roots_are_locked_whether_they_exist_or_not,
    departures_come_in_order_above_one_position_and_through_another,
}

fn head(n: u128, kind: StreamKind, seq: u64) -> StreamHead {
    StreamHead {
        id: stream_id(n),
        kind,
        head: Seq(seq),
        count: seq / 2,
        digest: StreamDigest([u8::try_from(n).expect("a byte"); 16]),
    }
}

fn heads(bench: &dyn Bench, ids: &[u128]) -> Vec<StreamHead> {
    let ids: Vec<_> = ids.iter().map(|n| stream_id(*n)).collect();
    bench.read(|tx| tx.streams(&ids)).expect("heads")
}

fn a_stream_in_which_nothing_happened_has_no_head(bench: &dyn Bench) {
    assert_eq!(heads(bench, &[1, 2]), []);
    assert_eq!(heads(bench, &[]), []);
}

fn a_stream_that_is_locked_first_is_empty(bench: &dyn Bench) {
    let wanted = [
        (stream_id(1), StreamKind::Caseload),
        (stream_id(2), StreamKind::User),
        (stream_id(3), StreamKind::Reference),
    ];
    let empty = wanted.map(|(id, kind)| StreamHead::empty(id, kind));
    let locked = bench.write(|tx| tx.lock_streams(&wanted)).expect("locked");
    assert_eq!(locked, empty);
    let none = bench.write(|tx| tx.lock_streams(&[])).expect("locked");
    assert_eq!(none, []);
}

fn counters_and_digests_read_back(bench: &dyn Bench) {
    let kinds = [StreamKind::Caseload, StreamKind::User, StreamKind::Reference];
    let saved = |seq| -> Vec<_> { (1..).zip(kinds).map(|(n, kind)| head(n, kind, seq)).collect() };
    let wanted: Vec<_> = saved(0).iter().map(|h| (h.id, h.kind)).collect();
    for seq in [1, 40, 41] {
        bench
            .write(|tx| {
                tx.lock_streams(&wanted)?;
                tx.save_streams(&saved(seq))
            })
            .expect("saved");
        assert_eq!(heads(bench, &[1, 2, 3]), saved(seq));
        let locked = bench.write(|tx| tx.lock_streams(&wanted)).expect("locked");
        assert_eq!(locked, saved(seq));
    }
    bench.write(|tx| tx.save_streams(&[])).expect("nothing");
}

fn only_the_streams_that_are_asked_for_are_given(bench: &dyn Bench) {
    let (one, two) = (head(1, StreamKind::Caseload, 5), head(2, StreamKind::User, 6));
    let wanted = [(one.id, one.kind), (two.id, two.kind)];
    bench
        .write(|tx| {
            tx.lock_streams(&wanted)?;
            tx.save_streams(&[one, two])
        })
        .expect("saved");
    assert_eq!(heads(bench, &[2, 3]), [two]);
}

fn roots_are_locked_whether_they_exist_or_not(bench: &dyn Bench) {
    for roots in [&[1, 3][..], &[1, 2, 3, 4], &[]] {
        let roots: Vec<_> = roots.iter().map(|n| record_id(*n)).collect();
        bench.write(|tx| tx.lock_roots(&roots)).expect("locked");
    }
}

fn departures_come_in_order_above_one_position_and_through_another(bench: &dyn Bench) {
    let left: Vec<_> = (1..=5)
        .map(|n| Departure {
            stream: stream_id(1),
            seq: Seq(n * 2),
            record: record_id(u128::from(20 - n)),
        })
        .collect();
    let mut saved: Vec<_> = left.iter().rev().copied().collect();
    saved.push(Departure { stream: stream_id(2), ..left[0] });
    bench.write(|tx| tx.save_departures(&saved)).expect("saved");
    let between = |after, through| {
        bench.read(|tx| tx.departures(stream_id(1), Seq(after), Seq(through))).expect("departures")
    };
    assert_eq!(between(0, 10), left);
    assert_eq!(between(2, 8), left[1..4]);
    assert_eq!(between(3, 7), left[1..3]);
    assert_eq!(between(10, 99), []);
    assert_eq!(between(6, 6), []);
    assert_eq!(between(8, u64::MAX), left[4..]);
}
