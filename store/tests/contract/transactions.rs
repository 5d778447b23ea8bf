//! All or nothing, one moment, read or write.

use crate::bench::{Bench, on_both_databases};
use crate::databases::{Database, key_ring};
use crate::world::*;
use ruhu_store::{Store, StoreSettings};
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::{DeviceSeq, Seq};
use ruhu_sync::storage::{DeviceState, ReadTx, StorageError, Stored, StreamHead, WriteTx};

mod every_store {
    use super::{an_error_takes_back_everything, what_is_written_is_read_in_the_same_transaction};
    use crate::bench::on_every_store;
    on_every_store! {
        an_error_takes_back_everything,
        what_is_written_is_read_in_the_same_transaction,
    }
}

on_both_databases! {
    a_panic_takes_back_everything_and_the_store_goes_on,
    a_reader_sees_one_moment,
    a_reading_transaction_writes_nothing,
    connections_that_are_all_taken_are_busy_until_one_is_given_back,
    work_that_met_another_is_done_again_from_its_beginning,
    work_that_swallows_an_error_is_not_committed,
}

fn write_everywhere(tx: &mut dyn WriteTx) -> Stored<()> {
    let device = tx.lock_device(device_id(1))?.expect("enrolled");
    tx.lock_roots(&[record_id(1)])?;
    let mut heads = tx.lock_streams(&[(stream_id(1), StreamKind::Caseload)])?;
    heads[0].head = heads[0].head.next();
    tx.save_records(&[household(1, stream_id(1), heads[0].head.0).change()])?;
    tx.save_streams(&heads)?;
    tx.append_journal(&[taken(1, device.last.0 + 1, 1, 1)])?;
    tx.save_device(&DeviceState { last: device.last.next(), ..device })
}

/// What of it is there: the device's number, the stream's head, records, journal rows.
fn what_is_there(bench: &dyn Bench) -> (u64, u64, usize, usize) {
    bench
        .write(|tx| {
            let device = tx.device(device_id(1))?.expect("enrolled");
            let heads = tx.streams(&[stream_id(1)])?;
            let records = tx.records(&[record_id(1)])?;
            let rows = tx.answered(device_id(1), DeviceSeq(1), DeviceSeq(9))?;
            let head = heads.first().map_or(0, |head| head.head.0);
            Ok((device.last.0, head, records.len(), rows.len()))
        })
        .expect("read")
}

fn an_error_takes_back_everything(bench: &dyn Bench) {
    bench.enrol(&device(1));
    let done: Stored<()> = bench.write(|tx| {
        write_everywhere(tx)?;
        Err(StorageError::Unavailable("the test says so".to_owned()))
    });
    assert!(matches!(done, Err(StorageError::Unavailable(_))));
    assert_eq!(what_is_there(bench), (0, 0, 0, 0));
    bench.write(write_everywhere).expect("written");
    assert_eq!(what_is_there(bench), (1, 1, 1, 1));
}

fn what_is_written_is_read_in_the_same_transaction(bench: &dyn Bench) {
    bench.enrol(&device(1));
    bench
        .write(|tx| {
            write_everywhere(tx)?;
            assert_eq!(tx.records(&[record_id(1)])?.len(), 1);
            assert_eq!(tx.streams(&[stream_id(1)])?[0].head, Seq(1));
            let device = tx.device(device_id(1))?.expect("enrolled");
            assert_eq!(device.last, DeviceSeq(1));
            Ok(())
        })
        .expect("written");
}

fn a_panic_takes_back_everything_and_the_store_goes_on(database: &impl Database) {
    database.enrol(&device(1));
    for _ in 0..30 {
        let store = database.store().clone();
        let thread = std::thread::spawn(move || {
            store.write(|tx| -> Stored<()> {
                write_everywhere(tx)?;
                std::panic::resume_unwind(Box::new("the test says so"))
            })
        });
        assert!(thread.join().is_err());
    }
    assert_eq!(what_is_there(database), (0, 0, 0, 0));
}

fn a_reader_sees_one_moment(database: &impl Database) {
    database.enrol(&device(1));
    database
        .store()
        .read(|tx| {
            assert_eq!(tx.streams(&[stream_id(1)])?, []);
            database.store().write(|tx| write_everywhere(tx))?;
            assert_eq!(tx.streams(&[stream_id(1)])?, []);
            let scanned = tx.changes(stream_id(1), Seq(0), 9, &mut |_, _| {})?;
            assert_eq!(scanned, 0);
            assert_eq!(tx.device(device_id(1))?.expect("enrolled").last.0, 0);
            Ok(())
        })
        .expect("read");
    assert_eq!(what_is_there(database), (1, 1, 1, 1));
}

fn a_reading_transaction_writes_nothing(database: &impl Database) {
    database.enrol(&device(1));
    let head = StreamHead::empty(stream_id(1), StreamKind::User);
    type Write = fn(&mut dyn WriteTx, StreamHead) -> Stored<()>;
    let tries: [Write; 7] = [
        |tx, _| tx.lock_device(device_id(1)).map(drop),
        |tx, _| tx.lock_roots(&[record_id(1)]),
        |tx, head| tx.lock_streams(&[(head.id, head.kind)]).map(drop),
        |tx, _| tx.save_records(&[household(1, stream_id(1), 1).change()]),
        |tx, _| tx.append_journal(&[taken(1, 1, 1, 1)]),
        |tx, head| tx.save_streams(&[head]),
        |tx, _| tx.save_device(&device(1)),
    ];
    for work in tries {
        let done = database.store().read(|tx| work(tx, head));
        assert!(matches!(done, Err(StorageError::Unavailable(_))), "{done:?}");
    }
    assert_eq!(what_is_there(database), (0, 0, 0, 0));
}

fn work_that_met_another_is_done_again_from_its_beginning(database: &impl Database) {
    database.enrol(&device(1));
    let mut tries = 0;
    database
        .store()
        .write(|tx| {
            write_everywhere(tx)?;
            tries += 1;
            if tries < 4 {
                return Err(StorageError::Busy);
            }
            Ok(())
        })
        .expect("written");
    assert_eq!(tries, 4);
    assert_eq!(what_is_there(database), (1, 1, 1, 1));
}

fn work_that_swallows_an_error_is_not_committed(database: &impl Database) {
    database.enrol(&device(1));
    let done = database.store().write(|tx| {
        tx.append_journal(&[taken(1, 1, 1, 1)])?;
        drop(tx.append_journal(&[taken(1, 1, 1, 1)]));
        Ok(())
    });
    assert!(done.is_err(), "it was said to be committed");
    assert_eq!(what_is_there(database), (0, 0, 0, 0));
}

fn connections_that_are_all_taken_are_busy_until_one_is_given_back(database: &impl Database) {
    let mut settings = StoreSettings::new(database.url(), key_ring(1));
    settings.pool_connections_max = 1;
    settings.wait_ms_max = 50;
    let store = Store::open(&settings).expect("opened");
    let epoch = store.read(|tx| tx.epoch()).expect("an epoch");
    let meanwhile = store.read(|tx| {
        tx.epoch()?;
        Ok(store.read(|tx| tx.epoch()))
    });
    let meanwhile = meanwhile.expect("the first goes on");
    assert!(matches!(meanwhile, Err(StorageError::Busy)), "{meanwhile:?}");
    assert_eq!(store.read(|tx| tx.epoch()).expect("given back"), epoch);
}
