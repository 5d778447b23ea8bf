//! Many at a time: what the locks are for. Threads meet through barriers and channels; nothing
//! waits for a while and hopes.

use crate::bench::{Bench, on_both_databases};
use crate::databases::{Database, Postgres, Sqlite, key_ring};
use crate::world::*;
use ruhu_store::Tx;
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::{RecordId, Seq, StreamId};
use ruhu_sync::storage::{ReadTx, Stored, WriteTx};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, mpsc};
use std::time::Instant;

on_both_databases! {
    writers_on_one_counter_lose_nothing,
    a_polling_reader_misses_nothing_of_sixteen_writers,
    transactions_that_lock_in_order_are_never_in_each_others_way,
    many_make_the_same_stream_and_root_at_once,
}

const WRITERS: usize = 16;
const EACH: usize = 25;

/// As a push does: locks the streams, gives the record the next position of each, writes both.
fn put_next(tx: &mut Tx, record: u128, streams: &[StreamId]) -> Stored<()> {
    let wanted: Vec<_> = streams.iter().map(|s| (*s, StreamKind::Caseload)).collect();
    let mut heads = tx.lock_streams(&wanted)?;
    let mut samples = Vec::new();
    for (head, n) in heads.iter_mut().zip(0..) {
        head.head = head.head.next();
        head.count += 1;
        samples.push(household(record + n, head.id, head.head.0));
    }
    tx.save_records(&changes(&samples))?;
    tx.save_streams(&heads)
}

fn writers_on_one_counter_lose_nothing(database: &impl Database) {
    let begin = Barrier::new(WRITERS);
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                begin.wait();
                for _ in 0..EACH {
                    let wanted = [(stream_id(1), StreamKind::User)];
                    database
                        .store()
                        .write(|tx| {
                            let mut heads = tx.lock_streams(&wanted)?;
                            heads[0].head = heads[0].head.next();
                            tx.save_streams(&heads)
                        })
                        .expect("written");
                }
            });
        }
    });
    let heads = database.store().read(|tx| tx.streams(&[stream_id(1)]));
    assert_eq!(heads.expect("heads")[0].head.0 as usize, WRITERS * EACH);
}

/// Two processes on one file: nothing of ours stands between them, only SQLite's own lock.
#[test]
fn sqlite_two_stores_on_one_file_lose_nothing_and_none_is_turned_away() {
    let sqlite = Sqlite::new();
    let stores = [sqlite.reopened(key_ring(1)), sqlite.reopened(key_ring(1))];
    let tries = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for store in stores.iter().cycle().take(6) {
            let tries = &tries;
            scope.spawn(move || {
                for _ in 0..EACH {
                    let done = store.write(|tx| {
                        tries.fetch_add(1, Ordering::SeqCst);
                        // Reads before it writes: what a plain BEGIN would be refused for.
                        tx.streams(&[stream_id(1)])?;
                        let mut heads = tx.lock_streams(&[(stream_id(1), StreamKind::User)])?;
                        heads[0].head = heads[0].head.next();
                        tx.save_streams(&heads)
                    });
                    done.expect("written");
                }
            });
        }
    });
    let heads = sqlite.store().read(|tx| tx.streams(&[stream_id(1)]));
    assert_eq!(heads.expect("heads")[0].head.0 as usize, 6 * EACH);
    assert_eq!(tries.load(Ordering::SeqCst), 6 * EACH, "some were done again");
}

/// A device that pulls: a cursor a stream, and what it was handed, in order.
#[derive(Default)]
struct Puller {
    cursors: BTreeMap<StreamId, Seq>,
    held: BTreeMap<StreamId, Vec<(Seq, RecordId)>>,
}

impl Puller {
    fn pull(&mut self, database: &impl Database, streams: &[StreamId]) {
        let page = database.store().read(|tx| {
            let mut page = Vec::new();
            for stream in streams {
                let after = self.cursors.get(stream).copied().unwrap_or_default();
                tx.changes(*stream, after, 7, &mut |frame, _| {
                    page.push((frame.stream, frame.seq, frame.id));
                })?;
            }
            Ok(page)
        });
        for (stream, seq, id) in page.expect("a page") {
            self.cursors.insert(stream, seq);
            self.held.entry(stream).or_default().push((seq, id));
        }
    }

    fn seqs(&self, stream: StreamId) -> Vec<u64> {
        let held = self.held.get(&stream);
        held.into_iter().flatten().map(|(seq, _)| seq.0).collect()
    }
}

fn a_polling_reader_misses_nothing_of_sixteen_writers(database: &impl Database) {
    let streams: Vec<_> = (1..=3).map(stream_id).collect();
    let begin = Barrier::new(WRITERS + 1);
    let mut puller = Puller::default();
    std::thread::scope(|scope| {
        let write = |writer: usize| {
            let (streams, begin) = (&streams, &begin);
            scope.spawn(move || {
                begin.wait();
                for n in 0..EACH {
                    // One stream, or two at once.
                    let first = (writer + n) % 3;
                    let chosen = &streams[first..(first + 1 + n % 2).min(3)];
                    let record = 10 * (writer * EACH + n) as u128;
                    let done = database.store().write(|tx| put_next(tx, record, chosen));
                    done.expect("written");
                }
            })
        };
        let writers: Vec<_> = (0..WRITERS).map(write).collect();
        begin.wait();
        while writers.iter().any(|writer| !writer.is_finished()) {
            puller.pull(database, &streams);
        }
    });
    let heads = database.store().read(|tx| tx.streams(&streams));
    let heads = heads.expect("heads");
    // What is still behind the cursor when the last writer ends is at most what is left to read:
    // read on from the cursor, never from the beginning.
    let all: u64 = heads.iter().map(|head| head.head.0).sum();
    for _ in 0..all {
        puller.pull(database, &streams);
    }
    for head in heads {
        let expected: Vec<_> = (1..=head.head.0).collect();
        assert_eq!(puller.seqs(head.id), expected, "{}", head.id);
        assert_eq!(head.count, head.head.0);
    }
    let held: usize = puller.held.values().map(Vec::len).sum();
    assert!(held >= WRITERS * EACH, "{held}");
}

fn transactions_that_lock_in_order_are_never_in_each_others_way(database: &impl Database) {
    let tries = AtomicUsize::new(0);
    let begin = Barrier::new(8);
    std::thread::scope(|scope| {
        for writer in 0..8_u128 {
            let (tries, begin) = (&tries, &begin);
            scope.spawn(move || {
                begin.wait();
                for n in 0..20_u128 {
                    // Every subset of five names, in turn: some exist by then, some do not.
                    let bits = (writer * 7 + n * 5) % 31 + 1;
                    let chosen: Vec<_> = (0..5).filter(|bit| bits >> bit & 1 == 1).collect();
                    let offset = n / 4 * 2;
                    let roots: Vec<_> = chosen.iter().map(|i| record_id(offset + i)).collect();
                    let streams: Vec<_> = chosen
                        .iter()
                        .map(|i| (stream_id(offset + i), StreamKind::Caseload))
                        .collect();
                    let done = database.store().write(|tx| {
                        tries.fetch_add(1, Ordering::SeqCst);
                        tx.lock_roots(&roots)?;
                        tx.lock_streams(&streams).map(drop)
                    });
                    done.expect("locked");
                }
            });
        }
    });
    assert_eq!(tries.load(Ordering::SeqCst), 8 * 20, "some were done again");
}

fn many_make_the_same_stream_and_root_at_once(database: &impl Database) {
    let begin = Barrier::new(8);
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let begin = &begin;
            scope.spawn(move || {
                begin.wait();
                let done = database.store().write(|tx| {
                    tx.lock_roots(&[record_id(1)])?;
                    put_next(tx, 10 * writer, &[stream_id(1)])
                });
                done.expect("written");
            });
        }
    });
    let heads = database.store().read(|tx| tx.streams(&[stream_id(1)]));
    assert_eq!(heads.expect("heads")[0].head, Seq(8));
}

/// Waits, asking the server, until this many of the store's transactions stand at a lock.
fn until_waiting(postgres: &Postgres, count: usize) {
    let sql = format!(
        "SELECT pid::text AS value FROM pg_stat_activity \
         WHERE application_name = '{}' AND wait_event_type = 'Lock'",
        postgres.schema()
    );
    let begun = Instant::now();
    while postgres.texts(&sql).len() < count {
        assert!(begun.elapsed().as_secs() < 20, "nobody waits at a lock");
    }
}

#[test]
fn postgres_a_transaction_held_open_hides_nothing_from_a_reader_that_went_on() {
    let postgres = Postgres::new();
    let streams = [stream_id(1), stream_id(2)];
    let mut puller = Puller::default();
    std::thread::scope(|scope| {
        let store = postgres.store();
        // Made in here, so that a failing test lets go of who waits.
        let (written, was_written) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        // A takes position 1 of stream 1 and is held open.
        let a = scope.spawn(move || {
            store.write(|tx| {
                put_next(tx, 10, &[stream_id(1)])?;
                written.send(()).expect("the test waits");
                may_go_on.recv().expect("the test goes on");
                Ok(())
            })
        });
        was_written.recv().expect("A wrote");

        // B commits in another stream: it is seen, and A is not.
        let other = store.write(|tx| put_next(tx, 20, &[stream_id(2)]));
        other.expect("written");
        puller.pull(&postgres, &streams);
        assert_eq!(puller.seqs(stream_id(2)), [1]);
        assert!(puller.seqs(stream_id(1)).is_empty());

        // C wants the next position of A's stream and can only wait for A: no reader can ever see
        // position 2 before position 1.
        let c = scope.spawn(move || store.write(|tx| put_next(tx, 30, &[stream_id(1)])));
        until_waiting(&postgres, 1);
        puller.pull(&postgres, &streams);
        assert!(puller.seqs(stream_id(1)).is_empty());

        go_on.send(()).expect("A waits");
        a.join().expect("A").expect("committed");
        c.join().expect("C").expect("committed");
    });
    puller.pull(&postgres, &streams);
    assert_eq!(puller.seqs(stream_id(1)), [1, 2]);
    assert_eq!(puller.seqs(stream_id(2)), [1]);
    let ids: Vec<_> = puller.held[&stream_id(1)].iter().map(|h| h.1).collect();
    assert_eq!(ids, [record_id(10), record_id(30)]);
}

#[test]
fn postgres_what_is_read_after_a_lock_is_what_its_last_holder_committed() {
    let postgres = Postgres::new();
    postgres.enrol(&device(1));
    // The root is there: its lock is the row's, not that of a row being made.
    let made = postgres.store().write(|tx| tx.lock_roots(&[record_id(1)]));
    made.expect("made");
    std::thread::scope(|scope| {
        let store = postgres.store();
        // Made in here, so that a failing test lets go of who waits.
        let (written, was_written) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let first = scope.spawn(move || {
            store.write(|tx| {
                let mut device = tx.lock_device(device_id(1))?.expect("enrolled");
                tx.lock_roots(&[record_id(1)])?;
                tx.append_journal(&[taken(1, 1, 1, 1)])?;
                device.last = device.last.next();
                tx.save_device(&device)?;
                written.send(()).expect("the test waits");
                may_go_on.recv().expect("the test goes on");
                Ok(())
            })
        });
        was_written.recv().expect("written");
        let second = scope.spawn(move || {
            store.write(|tx| {
                let device = tx.lock_device(device_id(1))?.expect("enrolled");
                let rows = tx.answered(device.id, device.last, device.last)?;
                Ok((device.last.0, rows.len()))
            })
        });
        let third = scope.spawn(move || {
            store.write(|tx| {
                tx.lock_roots(&[record_id(1)])?;
                let wanted = ruhu_sync::storage::HistoryWanted { record: record_id(1), from: 0 };
                Ok(tx.history(&[wanted])?.len())
            })
        });
        until_waiting(&postgres, 2);
        go_on.send(()).expect("the first waits");
        first.join().expect("first").expect("committed");
        assert_eq!(second.join().expect("second").expect("read"), (1, 1));
        assert_eq!(third.join().expect("third").expect("read"), 1);
    });
}

#[test]
fn postgres_two_that_lock_against_the_order_are_both_done_in_the_end() {
    let postgres = Postgres::new();
    let roots = [record_id(1), record_id(2)];
    let store = postgres.store();
    store.write(|tx| tx.lock_roots(&roots)).expect("made");
    let both_hold_one = Barrier::new(2);
    let tries = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (first, second) in [(roots[0], roots[1]), (roots[1], roots[0])] {
            let (both_hold_one, tries) = (&both_hold_one, &tries);
            scope.spawn(move || {
                let mut own_tries = 0;
                let done = store.write(|tx| {
                    own_tries += 1;
                    tries.fetch_add(1, Ordering::SeqCst);
                    tx.lock_roots(&[first])?;
                    if own_tries == 1 {
                        both_hold_one.wait();
                    }
                    tx.lock_roots(&[second])
                });
                done.expect("locked");
            });
        }
    });
    // On a busy machine both may be turned away: each has waited long enough to look for a circle.
    assert!(tries.load(Ordering::SeqCst) >= 3, "one at least was turned away");
}

/// Whoever waits for the first name holds nothing of the later ones yet.
fn are_locked_in_order(lock: fn(&mut Tx, &[u128]) -> Stored<()>) {
    let postgres = Postgres::new();
    let store = postgres.store();
    store.write(|tx| lock(tx, &[1, 2])).expect("made");
    std::thread::scope(|scope| {
        let (locked, was_locked) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        scope.spawn(move || {
            let done = store.write(|tx| {
                lock(tx, &[1])?;
                locked.send(()).expect("the test waits");
                may_go_on.recv().expect("the test goes on");
                Ok(())
            });
            done.expect("committed");
        });
        was_locked.recv().expect("locked");
        let both = scope.spawn(move || store.write(|tx| lock(tx, &[1, 2])));
        until_waiting(&postgres, 1);
        store.write(|tx| lock(tx, &[2])).expect("the second is free");
        go_on.send(()).expect("the first waits");
        both.join().expect("both").expect("committed");
    });
}

#[test]
fn postgres_roots_are_locked_in_order_of_name() {
    are_locked_in_order(|tx, names| {
        let roots: Vec<_> = names.iter().map(|n| record_id(*n)).collect();
        tx.lock_roots(&roots)
    });
}

#[test]
fn postgres_streams_are_locked_in_order_of_name() {
    are_locked_in_order(|tx, names| {
        let kind = StreamKind::Caseload;
        let streams: Vec<_> = names.iter().map(|n| (stream_id(*n), kind)).collect();
        tx.lock_streams(&streams).map(drop)
    });
}
