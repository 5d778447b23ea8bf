//! What tablets did before the desk's day begins.

use ruhu_tests::Hand;
use ruhu_tests::edits::{household, put, put_under, record, six_answers};
use serde_json::{Value, json};

/// Household `n`.
pub(crate) fn home(worker: &mut Hand, n: u128) -> String {
    worker.take(put(record(n), "household", "0", household("测试甲")))
}

/// An assessment of household `home`, handed in with these further members.
pub(crate) fn handed_in(worker: &mut Hand, n: u128, home: u128, more: Value) -> String {
    let mut whole = json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
        "answers": six_answers()});
    for (name, value) in more.as_object().expect("members") {
        whole[name] = value.clone();
    }
    worker.take(put_under(record(home), record(n), "assessment", "0", whole))
}

/// The version that a record has today, as this hand holds it.
pub(crate) fn rev(hand: &Hand, n: u128) -> Value {
    let held = hand.held().into_iter().find(|held| held["record"] == json!(record(n)));
    held.unwrap_or_else(|| panic!("record {n} is not held"))["rev"].clone()
}

/// The name of record `n`, for an address.
pub(crate) fn name(n: u128) -> String {
    record(n).to_string()
}
