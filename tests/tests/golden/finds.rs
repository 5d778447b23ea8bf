//! Finds at the desk of their place.

use crate::act::{Act, Cast};
use crate::day::Day;
use crate::work::name;
use ruhu_tests::edits::{put, record};
use ruhu_tests::{Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    finds_are_answered_as_written_down,
}

fn finds_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let (mut committee, mut worker) = (day.person("committee"), day.person("worker_a"));
    let (here, there) = (day.person("reviewer_here"), day.person("reviewer_there"));
    let find = json!({"status": "reported", "found_at": "2026-11-23T09:30:00+08:00",
        "place": "虚拟胡同2号楼前", "category": "acute_illness", "urgency": "urgent",
        "community_code": "110102003001", "person_or_household": "测试丙一家",
        "reporter_name": "测试丁", "reporter_phone": "13800001234"});
    let rev = committee.hand.take(put(record(7), "find", "0", find));
    day.later();
    let find = json!({"status": "reported", "found_at": "2026-11-23T09:40:00+08:00",
        "place": "虚拟胡同3号", "category": "unattended", "urgency": "normal"});
    worker.hand.take(put(record(8), "find", "0", find));
    day.later();
    let mut street = here;
    street.hand.take(put(record(7), "find", &rev, json!({"status": "acknowledged"})));
    let here = street;

    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&worker) };
    let list = "GET /v1/desk/finds";
    day.list(cast, list, &[]);
    let all = Act::new(list, &[], Value::Null);
    day.ask("those of a status", &here, &all, "status=reported");
    day.ask("those of a status that nothing has", &here, &all, "status=none");
    for n in [7, 8] {
        day.read(cast, "GET /v1/desk/finds/{record}", &[&name(n)]);
    }
    day.holds("finds");
}
