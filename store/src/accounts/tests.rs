use super::*;
use crate::{KeyId, KeyRing, Store, StoreSettings};
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant};
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
                super::$name(&super::open(super::server()));
            })*
        }
    };
}

on_each_store! {
    an_account_is_found_by_its_login_and_its_login_is_its_own,
    an_enrolled_device_is_one_persons_for_ever,
    a_device_reported_lost_is_not_enrolled_again,
    a_new_installation_goes_on_with_the_persons_own_earlier_ones_only,
    a_revoked_family_of_refresh_tokens_stays_revoked,
    a_request_sent_again_is_answered_again_and_its_key_serves_no_other,
}

fn server() -> String {
    std::env::var("RUHU_TEST_POSTGRES_URL")
        .expect("RUHU_TEST_POSTGRES_URL names no server: run scripts/test, which starts one")
}

fn open(url: String) -> Store {
    Store::open(&StoreSettings::new(url, keys())).expect("store")
}

/// A number that no other test of this or another process has, so that all may share a database.
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

fn a_new_installation_goes_on_with_the_persons_own_earlier_ones_only(store: &Store) {
    let (li, wang) = (added(store), added(store));
    let first = new_device(li.id);
    enrolled(store, &first);
    let second = NewDevice { continues: Some((first.id, DeviceSeq(7))), ..new_device(li.id) };
    enrolled(store, &second);
    let third = NewDevice { continues: Some((second.id, DeviceSeq(2))), ..new_device(li.id) };
    let Enrolled::Here(state) = enrolled(store, &third) else {
        panic!("not enrolled");
    };
    let mut expected = vec![(first.id, DeviceSeq(7)), (second.id, DeviceSeq(2))];
    expected.sort();
    assert_eq!(state.continues, expected);
    let of_wang = NewDevice { continues: Some((first.id, DeviceSeq(7))), ..new_device(wang.id) };
    assert_eq!(enrolled(store, &of_wang), Enrolled::ContinuesNothing);
    let seat = store.read(|tx| tx.seat(of_wang.id)).expect("read");
    assert!(seat.is_none(), "a refusal leaves nothing behind");
}

fn a_revoked_family_of_refresh_tokens_stays_revoked(store: &Store) {
    let device = new_device(added(store).id);
    enrolled(store, &device);
    let family = fresh(3);
    let token = |issued_at| NewRefreshToken {
        hash: hash(),
        device: device.id,
        family,
        issued_at: Instant(issued_at),
        expires_at: Instant(issued_at + 100),
    };
    let (one, other) = (token(1), token(2));
    let revoked = store.write(|tx| {
        tx.add_refresh_token(&one)?;
        tx.add_refresh_token(&other)?;
        tx.revoke_family(family, Instant(50))
    });
    assert_eq!(revoked.expect("revoked"), 2);
    let row = store.read(|tx| tx.refresh_token(one.hash)).expect("read");
    assert_eq!(row.expect("row").revoked_at, Some(Instant(50)));
    let later = token(1000);
    store.write(|tx| tx.add_refresh_token(&later)).expect("added");
    let row = store.read(|tx| tx.refresh_token(one.hash)).expect("read");
    assert_eq!(row, None, "what has expired is forgotten");
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
