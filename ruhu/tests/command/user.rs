//! `ruhu user`.

use crate::support::{Answer, House, PASSWORD, complained, ruhu, said, text};
use ruhu_casework::facts::Role;
use serde_json::Value;
use std::path::PathBuf;

const NEW: &str = "下雨天忘了带伞怎么办";

fn sign_in(house: &House, password: &str) -> Answer {
    house.sign_in("zhao", password)
}

fn token(session: &Value) -> &str {
    session["access_token"].as_str().expect("a token")
}

fn file(house: &House, password: &str) -> PathBuf {
    let file = house.folder.path().join("password");
    std::fs::write(&file, format!("{password}\n")).expect("written");
    file
}

fn faults(house: &House) -> Vec<String> {
    house.service().store.verify_audit_log(None).expect("looked through").faults
}

#[test]
fn a_password_given_at_the_command_line_takes_the_place_of_the_old_one_and_ends_all_sign_ins() {
    let house = House::new();
    house.add("zhao", Some((Role::StreetReviewer, "110102012")));
    let before = sign_in(&house, PASSWORD).json();
    let given = file(&house, NEW);
    let told = said(&ruhu(
        &house.folder,
        &["user", "password", "--login", "zhao", "--password-file", text(&given)],
    ));
    assert!(told.contains("zhao has another password") && !told.contains(NEW), "{told}");
    let answer = house.get("/v1/me", token(&before));
    assert_eq!(answer.problem(), "sign-in-required");
    assert_eq!(sign_in(&house, PASSWORD).problem(), "wrong-credentials");
    let session = sign_in(&house, NEW);
    assert_eq!((session.status(), session.json().get("first")), (200, None));
    assert_eq!(faults(&house), [""; 0]);
}

#[test]
fn a_one_time_password_is_shown_once_and_has_to_be_changed() {
    let house = House::new();
    house.add("zhao", Some((Role::StreetReviewer, "110102012")));
    let told = said(&ruhu(&house.folder, &["user", "password", "--login", "zhao", "--one-time"]));
    let given = told.split(' ').find(|word| word.len() == 19 && word.matches('-').count() == 3);
    let given = given.expect("a password").to_owned();
    assert_eq!(sign_in(&house, PASSWORD).problem(), "wrong-credentials");
    let session = sign_in(&house, &given);
    assert_eq!(session.json()["first"], "new_password");
    let refused = house.get("/v1/me", token(&session.json()));
    assert_eq!((refused.status(), &*refused.problem()), (403, "new-password-due"));
    // A password of one's own, given at the command line, is none that has to be changed.
    let own = file(&house, NEW);
    said(&ruhu(
        &house.folder,
        &["user", "password", "--login", "zhao", "--password-file", text(&own)],
    ));
    assert_eq!(sign_in(&house, NEW).json().get("first"), None);
    assert_eq!(faults(&house), [""; 0]);
}

#[test]
fn what_cannot_be_a_password_or_is_nobodys_changes_nothing_and_says_why() {
    let house = House::new();
    house.add("zhao", None);
    let lazy = file(&house, "minzheng2026");
    let password = |login: &str, more: &[&str]| {
        ruhu(&house.folder, &[&["user", "password", "--login", login], more].concat())
    };
    let told = complained(&password("zhao", &["--password-file", text(&lazy)]));
    assert!(told.contains("choose another"), "{told}");
    let told = complained(&password("nobody", &["--one-time"]));
    assert!(told.contains("nobody has the login nobody"), "{told}");
    let told = complained(&password("zhao", &[]));
    assert!(told.contains("--password-file"), "{told}");
    let both = password("zhao", &["--one-time", "--password-file", text(&lazy)]);
    assert_eq!(both.status.code(), Some(2));
    assert_eq!(sign_in(&house, PASSWORD).status(), 200);
}

#[test]
fn a_second_factor_is_taken_off_at_the_command_line_and_only_one_that_is_there() {
    use ruhu_store::accounts::SecondFactor;
    let house = House::new();
    let user = house.add("zhao", Some((Role::Admin, "")));
    let off = || ruhu(&house.folder, &["user", "second-factor-off", "--login", "zhao"]);
    assert!(complained(&off()).contains("has no second factor"));
    let factor = SecondFactor {
        enrolled_at: house.clock.now(),
        is_confirmed: true,
        secret: [7; 20],
        last_step: 0,
        recovery_codes: Vec::new(),
    };
    house.service().store.write(|tx| tx.save_second_factor(user, &factor)).expect("kept");
    assert_eq!(sign_in(&house, PASSWORD).problem(), "second-factor-required");
    assert!(said(&off()).contains("zhao signs in by the password alone"));
    assert_eq!(sign_in(&house, PASSWORD).status(), 200);
    assert_eq!(faults(&house), [""; 0]);
}
