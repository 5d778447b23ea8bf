//! `ruhu keys`, as a process of its own beside a service that runs.

use crate::support::{complained, house, ruhu, said};

#[test]
fn a_sealing_key_is_added_put_in_use_and_the_old_one_told_to_go() {
    let (house, _service) = house();
    let keys = |words: &[&str]| ruhu(&house, &[&["keys"], words].concat());
    let told = said(&keys(&["add-sealing"]));
    assert!(told.contains("key 2 is in") && told.contains("seal-with 2"), "{told}");
    let told = complained(&keys(&["seal-with", "7"]));
    assert!(told.contains("no key 7"), "{told}");
    let told = said(&keys(&["reseal", "--dry-run"]));
    assert!(told.contains("key 2: no row"), "{told}");
    let told = said(&keys(&["seal-with", "2"]));
    assert!(told.contains("restart every process"), "{told}");
    let told = said(&keys(&["reseal"]));
    assert!(told.contains("rows are sealed anew under key 2"), "{told}");
    assert!(told.contains("key 1: no row"), "{told}");
    assert!(told.contains("backup"), "{told}");
}
