//! A household, record 1, of `worker_a`, and what is put into it.

use ruhu_tests::edits::{new_household, put_under, record};
use ruhu_tests::{Hand, Server};
use serde_json::{Value, json};

pub(crate) const HOME: u128 = 1;

pub(crate) fn person() -> Value {
    json!({"name": "测丙", "id_type": "none", "id_no_absent_reason": "refused",
        "relation_code": "02", "counted_as": "not_counted", "counted_as_reason": "服刑",
        "kin_to_staff": "no"})
}

pub(crate) fn of(n: u128, kind: &str, base: &str, patch: Value) -> Value {
    put_under(record(HOME), record(n), kind, base, patch)
}

pub(crate) fn at_home(server: &Server) -> (Hand, String) {
    let mut worker = server.hand("worker_a");
    let rev = worker.take(new_household(HOME));
    (worker, rev)
}
