//! What it costs: the number of statements does not depend on the number of rows.

use crate::bench::Bench;
use crate::databases::{Database, Postgres, Sqlite};
use crate::world::*;
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};
use ruhu_sync::id::DeviceSeq;
use ruhu_sync::rules::StreamKind;
use ruhu_sync::storage::{HistoryWanted, ReadTx, Stored, WriteTx};
use std::cell::Cell;

thread_local! {
    static STATEMENTS: Cell<usize> = const { Cell::new(0) };
}

/// Counts on each thread by itself: other tests may run beside this one.
fn count_statements() {
    set_default_instrumentation(|| {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { .. } = event {
                STATEMENTS.set(STATEMENTS.get() + 1);
            }
        }))
    })
    .expect("set");
}

/// A whole push by the port's calls, on this many records; gives the statements it took.
fn push(database: &impl Database, device: u128, count: u128) -> usize {
    database.enrol(&crate::world::device(device));
    let first = device * 10_000;
    let kinds = ["household", "person", "visit", "assessment", "find", "other"];
    let stream = stream_id(device);
    let samples: Vec<_> = (0..count)
        .map(|n| {
            let kind = kinds[(n % 6) as usize];
            sample(first + n, kind, stream, 1 + n as u64, Default::default())
        })
        .collect();
    let ids: Vec<_> = samples.iter().map(|s| s.record.id).collect();
    let rows: Vec<_> = (0..count).map(|n| taken(device, 1 + n as u64, first + n, 1)).collect();
    let wanted: Vec<_> = ids.iter().map(|id| HistoryWanted { record: *id, from: 0 }).collect();
    let before = STATEMENTS.get();
    let done: Stored<()> = database.store().write(|tx| {
        let device = tx.lock_device(device_id(device))?.expect("enrolled");
        tx.lock_roots(&ids)?;
        tx.grants(device.user, NOW)?;
        tx.records(&ids)?;
        tx.history(&wanted)?;
        tx.untaken(device.id, &ids)?;
        tx.answered(device.id, DeviceSeq(1), DeviceSeq(1))?;
        let heads = tx.lock_streams(&[(stream, StreamKind::Caseload)])?;
        tx.save_records(&changes(&samples))?;
        tx.append_journal(&rows)?;
        tx.save_streams(&heads)?;
        tx.save_device(&device)
    });
    done.expect("written");
    STATEMENTS.get() - before
}

fn counts_are_equal(database: &impl Database) {
    push(database, 1, 6);
    let six = push(database, 2, 6);
    let many = push(database, 3, 600);
    assert_eq!(six, many);
    assert!(six <= 28, "{six} statements a push");
}

#[test]
fn sqlite_takes_as_many_statements_for_many_rows_as_for_few() {
    // Connections made from here on are counted.
    count_statements();
    counts_are_equal(&Sqlite::new());
}

#[test]
fn postgres_takes_as_many_statements_for_many_rows_as_for_few() {
    count_statements();
    counts_are_equal(&Postgres::new());
}
