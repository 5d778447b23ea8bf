use super::*;
use crate::{KeyId, KeyRing, Store, StoreSettings};
use diesel::connection::SimpleConnection as _;
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant};
use ruhu_sync::storage::{DeviceState, WriteTx as _};
use secrecy::SecretBox;
use std::sync::atomic::{AtomicU32, Ordering};
use uuid::Uuid;

static FRESH: AtomicU32 = AtomicU32::new(0);

fn keys() -> KeyRing {
    KeyRing::new([(KeyId(1), SecretBox::new(Box::new([7; 32])))]).expect("keys")
}

/// Each of these tests, on both databases.
macro_rules! on_each_store {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                let folder = tempfile::tempdir().expect("folder");
                let url = format!("sqlite:{}", folder.path().join("ruhu.db").display());
                super::$name(&super::open(url));
            })*
        }

        mod postgres {
            $(#[test]
            fn $name() {
                let schema = $crate::accounts::tests::Schema::new();
                super::$name(&super::open(schema.url.clone()));
            })*
        }
    };
}

mod refreshing;

on_each_store! {
    an_account_is_found_by_its_login_and_its_login_is_its_own,
    an_enrolled_device_is_one_persons_for_ever,
    a_device_reported_lost_is_not_enrolled_again,
    a_new_installation_goes_on_with_the_persons_own_earlier_ones_only,
    a_device_that_was_found_signs_in_again_and_its_old_tokens_do_not_come_back,
    a_request_sent_again_is_answered_again_and_its_key_serves_no_other,
}

/// A schema of its own on the server, dropped at the end.
struct Schema {
    url: String,
    server: String,
    name: String,
}

impl Schema {
    fn new() -> Self {
        let server = std::env::var("RUHU_TEST_POSTGRES_URL")
            .expect("RUHU_TEST_POSTGRES_URL names no server: run scripts/test, which starts one");
        let name = format!("accounts_{}", fresh(0).simple());
        let mut c = PgConnection::establish(&server).expect("the server");
        c.batch_execute(&format!("CREATE SCHEMA {name}")).expect("a schema");
        let and = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{and}options=-csearch_path%3D{name}");
        Self { url, server, name }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Ok(mut c) = PgConnection::establish(&self.server) {
            let name = &self.name;
            let sql = format!("SET client_min_messages = error; DROP SCHEMA {name} CASCADE");
            drop(c.batch_execute(&sql));
        }
    }
}

fn open(url: String) -> Store {
    Store::open(&StoreSettings::new(url, keys())).expect("store")
}

/// A number unique to this test, in this and other processes.
fn fresh(byte: u8) -> Uuid {
    let mut bytes = [byte; 16];
    getrandom::fill(&mut bytes[..12]).expect("random");
    let number = FRESH.fetch_add(1, Ordering::Relaxed);
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    Uuid::from_bytes(bytes)
}

fn hash() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(fresh(4).as_bytes());
    bytes
}

fn account() -> Account {
    let id = fresh(1);
    Account {
        id: UserId(id),
        login: format!("li-{id}"),
        name: "李𠮷".to_owned(),
        active: true,
        staff_no: None,
        password_hash: Some("$argon2id$…".to_owned().into()),
    }
}

fn added(store: &Store) -> Account {
    let account = account();
    let is_added = store.write(|tx| tx.add_account(&account)).expect("added");
    assert!(is_added);
    account
}

fn new_device(user: UserId) -> NewDevice {
    NewDevice {
        id: DeviceId(fresh(2)),
        user,
        name: "平板 7".to_owned(),
        continues: None,
        at: Instant(1),
    }
}

/// The device's last number, as pushes would have left it.
fn has_sent(store: &Store, device: DeviceId, last: u64) {
    let sent = store.write(|tx| {
        let state = tx.lock_device(device)?.expect("enrolled");
        tx.save_device(&DeviceState { last: DeviceSeq(last), ..state })
    });
    sent.expect("saved");
}

fn enrolled(store: &Store, new: &NewDevice) -> Enrolled {
    store.write(|tx| tx.enrol(new)).expect("enrolled")
}

fn an_account_is_found_by_its_login_and_its_login_is_its_own(store: &Store) {
    let account = added(store);
    let again = Account { id: UserId(fresh(1)), ..account.clone() };
    assert!(!store.write(|tx| tx.add_account(&again)).expect("refused"));
    let find = |login: &str| store.read(|tx| tx.account_by_login(login)).expect("read");
    let found = find(&account.login).expect("found");
    assert_eq!((found.id, &*found.name), (account.id, "李𠮷"));
    assert!(find("no\0body").is_none() && find("").is_none());
    assert!(!format!("{found:?}").contains("argon2id"));
}

fn an_enrolled_device_is_one_persons_for_ever(store: &Store) {
    let (li, wang) = (added(store), added(store));
    let device = new_device(li.id);
    let Enrolled::Here(state) = enrolled(store, &device) else {
        panic!("not enrolled");
    };
    assert_eq!(state.expected(), DeviceSeq(1));
    assert_eq!(enrolled(store, &device), Enrolled::Here(state));
    let of_wang = NewDevice { user: wang.id, ..device.clone() };
    assert_eq!(enrolled(store, &of_wang), Enrolled::OfAnother);
    let seat = store.read(|tx| tx.seat(device.id)).expect("read");
    assert_eq!(seat.expect("seat").account.id, li.id);
}

fn a_device_reported_lost_is_not_enrolled_again(store: &Store) {
    let device = new_device(added(store).id);
    enrolled(store, &device);
    let lost = store.write(|tx| tx.report_device_lost(device.id, Instant(5)));
    assert!(lost.expect("reported"));
    assert_eq!(enrolled(store, &device), Enrolled::Lost);
    let seat = store.read(|tx| tx.seat(device.id)).expect("read");
    assert!(seat.expect("seat").reported_lost);
}

fn a_device_that_was_found_signs_in_again_and_its_old_tokens_do_not_come_back(store: &Store) {
    let device = new_device(added(store).id);
    enrolled(store, &device);
    let found = store.write(|tx| {
        tx.report_device_lost(device.id, Instant(5))?;
        tx.report_device_lost(device.id, Instant(9))?;
        let lost =
            tx.installations(Some(device.user), None, Page { after: None, limit: 9 }, Instant(9))?;
        assert_eq!(lost.rows[0].reported_lost_at, Some(Instant(5)), "the first report counts");
        tx.report_device_found(device.id)
    });
    assert!(found.expect("found"));
    assert!(matches!(enrolled(store, &device), Enrolled::Here(_)));
    let seat = store.read(|tx| tx.seat(device.id)).expect("read").expect("seat");
    assert_eq!((seat.reported_lost, seat.revoked_at), (false, Some(Instant(9))));
    let nobody = DeviceId(fresh(8));
    assert!(!store.write(|tx| tx.report_device_lost(nobody, Instant(5))).expect("no device"));
    assert!(!store.write(|tx| tx.report_device_found(nobody)).expect("no device"));
}

fn a_new_installation_goes_on_with_the_persons_own_earlier_ones_only(store: &Store) {
    let (li, wang) = (added(store), added(store));
    let first = new_device(li.id);
    enrolled(store, &first);
    has_sent(store, first.id, 9);
    let second = NewDevice { continues: Some((first.id, DeviceSeq(7))), ..new_device(li.id) };
    enrolled(store, &second);
    has_sent(store, second.id, 2);
    // What the second one sends from now on does not belong to the third one, whatever it claims.
    let third = NewDevice { continues: Some((second.id, DeviceSeq(50))), ..new_device(li.id) };
    let Enrolled::Here(state) = enrolled(store, &third) else {
        panic!("not enrolled");
    };
    let mut expected = vec![(first.id, DeviceSeq(7)), (second.id, DeviceSeq(2))];
    expected.sort();
    assert_eq!(state.continues, expected);
    let of_none = (DeviceId(fresh(9)), DeviceSeq(7));
    let after_a_restore = NewDevice { continues: Some(of_none), ..new_device(li.id) };
    let Enrolled::Here(state) = enrolled(store, &after_a_restore) else {
        panic!("kept out");
    };
    assert!(state.continues.is_empty());
    let of_wang = NewDevice { continues: Some((first.id, DeviceSeq(7))), ..new_device(wang.id) };
    assert_eq!(enrolled(store, &of_wang), Enrolled::ContinuesNothing);
    let seat = store.read(|tx| tx.seat(of_wang.id)).expect("read");
    assert!(seat.is_none(), "a refusal leaves nothing behind");
}

fn a_request_sent_again_is_answered_again_and_its_key_serves_no_other(store: &Store) {
    let user = added(store).id;
    let request = Request { user, key: "0192-decide", hash: [1; 32] };
    let body = r#"{"outcome":"applied"}"#;
    let first = store.write(|tx| {
        let recalled = tx.recall(&request, Instant(1))?;
        tx.remember(&request, 200, body)?;
        Ok(recalled)
    });
    assert_eq!(first.expect("first"), Recalled::New);
    let recall = |request| store.write(|tx| tx.recall(&request, Instant(2))).expect("read");
    let answered = Recalled::Answered { status: 200, body: body.to_owned() };
    assert_eq!(recall(request), answered);
    let other = Request { hash: [2; 32], ..request };
    assert_eq!(recall(other), Recalled::Other);
    store.write(|tx| tx.forget_requests(Instant(2))).expect("forgotten");
    assert_eq!(recall(other), Recalled::New);
}
