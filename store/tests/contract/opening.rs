//! Opening a store, and losing its database.

use crate::bench::Bench;
use crate::databases::{Database, Postgres, Sqlite, key_ring};
use crate::world::*;
use ruhu_store::{Store, StoreSettings};
use ruhu_sync::storage::{ReadTx, StorageError, WriteTx};

fn open(url: &str) -> Result<Store, StorageError> {
    Store::open(&StoreSettings::new(url, key_ring(1)))
}

fn names(folder: &std::path::Path) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries.map(|e| e.expect("an entry").file_name()).collect();
    names.sort();
    names
}

#[test]
fn a_postgres_server_that_is_down_is_unavailable_with_the_cause_and_no_file_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = std::env::current_dir().expect("a folder");
    let before = names(&here);
    for scheme in ["postgres", "postgresql"] {
        let socket = folder.path().display();
        let url = format!("{scheme}://ruhu:geheim@localhost/ruhu?host={socket}");
        let Err(StorageError::Unavailable(cause)) = open(&url) else {
            panic!("a server that is not there was opened");
        };
        assert!(cause.contains("No such file") || cause.contains("refused"), "{cause}");
        assert!(!cause.contains("geheim"), "{cause}");
    }
    assert_eq!(names(&here), before);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn an_unknown_scheme_is_refused_and_no_file_is_made() {
    let here = std::env::current_dir().expect("a folder");
    let before = names(&here);
    for url in ["", "ruhu.db", "mysql://h/d", "sqlite:", "sqlite::memory:", "file:ruhu.db"] {
        assert!(matches!(open(url), Err(StorageError::Unavailable(_))), "{url}");
    }
    assert_eq!(names(&here), before);
}

#[test]
fn a_file_in_no_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("no/ruhu.db").display());
    assert!(matches!(open(&url), Err(StorageError::Unavailable(_))));
}

#[test]
fn a_file_that_is_no_database_is_corrupt_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("letter.txt");
    let letter = "a letter to somebody, long enough to be no header of a database".repeat(9);
    std::fs::write(&path, &letter).expect("written");
    let opened = open(&format!("sqlite:{}", path.display()));
    assert!(matches!(opened, Err(StorageError::Corrupt(_))), "{opened:?}");
    assert_eq!(std::fs::read_to_string(&path).expect("read"), letter);
}

#[cfg(unix)]
#[test]
fn a_new_sqlite_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let sqlite = Sqlite::new();
    let mode = std::fs::metadata(sqlite.path()).expect("a file").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

#[test]
fn settings_and_stores_show_no_password() {
    let settings = StoreSettings::new("postgres://u:geheim@h/d", key_ring(1));
    assert!(!format!("{settings:?}").contains("geheim"));
    assert_eq!(format!("{:?}", Sqlite::new().store()), "Store");
}

#[test]
fn opened_again_a_store_has_its_epoch_and_records() {
    fn check(database: &impl Database) {
        let one = household(1, stream_id(1), 1);
        let store = database.store();
        store.write(|tx| tx.save_records(&[one.change()])).expect("saved");
        let epoch = store.read(|tx| tx.epoch()).expect("epoch");
        let again = database.reopened(key_ring(1));
        assert_eq!(again.read(|tx| tx.epoch()).expect("epoch"), epoch);
        let found = again.write(|tx| tx.records(&[one.record.id]));
        assert_eq!(found.expect("read"), std::slice::from_ref(&one.record));
        again.ping().expect("it answers");

        let next = again.begin_epoch().expect("a new epoch");
        assert_ne!(next, epoch);
        assert_eq!(store.read(|tx| tx.epoch()).expect("epoch"), next);
    }
    check(&Sqlite::new());
    check(&Postgres::new());
}

#[test]
fn stores_opened_at_once_agree_on_the_schema_and_the_epoch() {
    fn check(database: &impl Database) {
        let epoch = database.store().read(|tx| tx.epoch()).expect("epoch");
        let epochs: Vec<_> = std::thread::scope(|scope| {
            let open = || database.reopened(key_ring(1)).read(|tx| tx.epoch());
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
            let join = |t: std::thread::ScopedJoinHandle<'_, _>| t.join().expect("a thread");
            threads.into_iter().map(join).collect()
        });
        for each in epochs {
            assert_eq!(each.expect("epoch"), epoch);
        }
    }
    check(&Sqlite::new());
    check(&Postgres::new());
}

/// Ends all the store's connections, as a restart of the server does.
fn end_connections(postgres: &Postgres) {
    postgres.texts(&format!(
        "SELECT pg_terminate_backend(pid, 10000)::text AS value FROM pg_stat_activity \
         WHERE application_name = '{}'",
        postgres.schema()
    ));
}

#[test]
fn postgres_connections_that_were_lost_in_the_pool_are_replaced_without_an_error() {
    let postgres = Postgres::new();
    let store = postgres.store();
    let all = std::sync::Barrier::new(5);
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                let read = store.read(|tx| {
                    all.wait();
                    tx.epoch()
                });
                read.expect("epoch");
            });
        }
    });
    end_connections(&postgres);
    store.ping().expect("it answers");
    store.write(|tx| tx.lock_roots(&[record_id(1)])).expect("written");
}

#[test]
fn postgres_a_connection_lost_in_a_transaction_is_unavailable_and_nothing_stays() {
    let postgres = Postgres::new();
    postgres.enrol(&device(1));
    let store = postgres.store();
    let mut tries = 0;
    let done = store.write(|tx| {
        tries += 1;
        tx.append_journal(&[taken(1, 1, 1, 1)])?;
        end_connections(&postgres);
        tx.save_device(&device(1))
    });
    assert!(matches!(done, Err(StorageError::Unavailable(_))), "{done:?}");
    assert_eq!(tries, 1);
    let bench: &dyn Bench = &postgres;
    let first = ruhu_sync::id::DeviceSeq(1);
    let rows = bench.write(|tx| tx.answered(device_id(1), first, first));
    assert_eq!(rows.expect("read"), []);
}

/// The store's connections, as the server names them.
fn connections(postgres: &Postgres) -> Vec<String> {
    postgres.texts(&format!(
        "SELECT pid::text AS value FROM pg_stat_activity WHERE application_name = '{}' \
         ORDER BY pid",
        postgres.schema()
    ))
}

#[test]
fn postgres_a_transaction_that_is_taken_back_costs_no_connection() {
    let postgres = Postgres::new();
    let store = postgres.store();
    let before = connections(&postgres);
    for _ in 0..3 {
        let refused = store.write(|tx| {
            tx.append_journal(&[taken(1, 1, 1, 1)])?;
            tx.append_journal(&[taken(1, 1, 1, 1)])
        });
        assert!(refused.is_err());
    }
    store.ping().expect("it answers");
    assert_eq!(connections(&postgres), before);
}
