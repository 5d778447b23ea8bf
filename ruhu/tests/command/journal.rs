//! `ruhu journal`, as a process of its own beside a service that runs.

use crate::support::{complained, house, ruhu, said, text};

#[test]
fn an_empty_journal_is_whole_and_an_anchor_of_it_is_made_once() {
    let (house, _service) = house();
    let told = said(&ruhu(&house, &["journal", "verify"]));
    assert!(told.contains("looked through 0 edits of 0 devices"), "{told}");
    assert!(told.contains("0 erased by right"), "{told}");
    let file = house.path().join("heads.anchor");
    let told = said(&ruhu(&house, &["journal", "anchor", "--to", text(&file)]));
    let digest = told.lines().last().and_then(|line| line.rsplit(' ').next()).expect("a digest");
    assert_eq!(digest.len(), 64, "{told}");
    let told = said(&ruhu(&house, &["journal", "verify", "--anchor", text(&file)]));
    assert!(told.contains(digest), "{told}");
    let again = complained(&ruhu(&house, &["journal", "anchor", "--to", text(&file)]));
    assert!(again.contains("heads.anchor"), "{again}");
    std::fs::write(&file, "{}").expect("written");
    let refused = complained(&ruhu(&house, &["journal", "verify", "--anchor", text(&file)]));
    assert!(refused.contains("this is no anchor"), "{refused}");
}

#[test]
fn what_is_not_there_is_not_erased_and_a_reason_must_be_given() {
    let (house, _service) = house();
    let id = "0192f0c1-5a3e-7c4d-9b21-0d6f3a7e1c55";
    let erase = |what: &[&str]| ruhu(&house, &[&["journal", "erase"], what].concat());
    let told = complained(&erase(&["--record", id, "--reason", "撤回同意"]));
    assert!(told.contains("no such record"), "{told}");
    let told = complained(&erase(&["--edit", &format!("{id}/7"), "--reason", "撤回同意"]));
    assert!(told.contains("no such edit"), "{told}");
    let told = complained(&erase(&["--record", id, "--reason", "  "]));
    assert!(told.contains("say by what right"), "{told}");
    for wrong in [["--edit", id], ["--edit", "x/7"], ["--record", "x"]] {
        let refused = erase(&[&wrong[..], &["--reason", "撤回同意"]].concat());
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_database_that_is_not_there_is_not_made_to_be_looked_at() {
    let (house, service) = house();
    drop(service);
    let gone = house.path().join("typo.db");
    let url = format!("sqlite:{}", gone.display());
    let told = complained(&ruhu(&house, &["journal", "verify", "--database-url", &url]));
    assert!(told.contains("is not there: check database_url"), "{told}");
    let erase = ["journal", "erase", "--edit", "0192f0c1-5a3e-7c4d-9b21-0d6f3a7e1c55/1"];
    let erase = [&erase[..], &["--reason", "x", "--database-url", &url]].concat();
    let told = complained(&ruhu(&house, &erase));
    assert!(told.contains("is not there"), "{told}");
    assert!(!gone.exists());
}
