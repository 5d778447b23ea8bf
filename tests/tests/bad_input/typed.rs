//! What people type every day is taken, and is one value however it is typed.

use crate::footing::Footing;
use ruhu_tests::edits::{grouped, household, new_household, put, put_under, record, with};
use ruhu_tests::{Server, on_both_databases, tables, verdict};
use serde_json::{Value, json};

on_both_databases! {
    numbers_are_taken_however_they_are_typed_and_kept_in_one_way,
    two_people_who_write_one_thing_in_two_ways_are_not_in_conflict,
    a_long_note_costs_nobody_a_visit,
    what_was_sent_is_kept_as_it_was_sent,
}

fn person() -> Value {
    json!({"name": "测试乙", "id_type": "resident_id", "id_no": "99999919900101018X",
        "relation_code": "02", "counted_as": "shared_living", "kin_to_staff": "no"})
}

fn document(footing: &Footing<'_>, n: u128) -> Value {
    let held = footing.hand.held();
    let found = held.into_iter().find(|row| row["record"] == json!(record(n)));
    found.expect("it is held")["document"].clone()
}

fn numbers_are_taken_however_they_are_typed_and_kept_in_one_way(server: Server) {
    let mut footing = Footing::on(&server);
    for (at, (id_no, phone)) in (2..).zip([
        ("99999919900101018x", "１３８００００１２３４"),
        ("９９９９９９１９９００１０１０１８Ｘ", " 13800001234\u{3000}"),
        ("\u{200b}999999 19900101 018X\r\n", "\u{feff}13800001234"),
    ]) {
        let typed = with(with(person(), "id_no", json!(id_no)), "phone", json!(phone));
        let typed = with(typed, "birth_date", json!("１９９０－０１－０１"));
        footing.hand.take(put_under(record(1), record(at), "person", "0", typed));
        let wanted =
            with(with(person(), "phone", json!("13800001234")), "birth_date", json!("1990-01-01"));
        assert_eq!(document(&footing, at), wanted);
    }
}

fn two_people_who_write_one_thing_in_two_ways_are_not_in_conflict(server: Server) {
    let mut footing = Footing::on(&server);
    let rev = footing.rev().to_owned();
    let mut colleague = server.hand("worker_a2");
    let said = |notes: &str, address: &str, phone: &str| {
        let said = json!({"notes": notes, "address": address, "phone": phone});
        put(record(1), "household", &rev, said)
    };
    let first = said("三层\r\n无电梯\r\n", "cafe\u{301} 二楼　", "０１０－１２３４");
    assert_eq!(colleague.verdict(first), "applied");
    let second = said("三层\n无电梯", "café 二楼", "010-1234");
    assert_eq!(footing.hand.verdict(second), "merged");
    let kept = document(&footing, 1);
    let wanted = with(household("测甲"), "notes", json!("三层\n无电梯"));
    let wanted = with(with(wanted, "address", json!("café 二楼")), "phone", json!("010-1234"));
    assert_eq!(kept, wanted);

    let visit = json!({"planned_on": "2026-11-23", "status": "planned"});
    let base = footing.hand.take(put_under(record(1), record(2), "visit", "0", visit));
    let arrived =
        |at: &str| put_under(record(1), record(2), "visit", &base, json!({"check_in": {"at": at}}));
    assert_eq!(colleague.verdict(arrived("2026-11-23T01:30:00Z")), "applied");
    assert_eq!(footing.hand.verdict(arrived("2026-11-23T09:30:00.000+08:00")), "merged");
    assert_eq!(document(&footing, 2)["check_in"]["at"], "2026-11-23T09:30:00+08:00");
    assert_eq!(tables::count(&server, "record"), 2);
}

fn a_long_note_costs_nobody_a_visit(server: Server) {
    let mut footing = Footing::on(&server);
    let note: String = "记".repeat(2001);
    let five = (2..7).map(|n| {
        let said = household("测甲");
        let said = if n == 4 { with(said, "notes", json!(note)) } else { said };
        put(record(n), "household", "0", said)
    });
    let outcomes = footing.hand.outcomes(grouped(1, five));
    assert!(outcomes.iter().all(|outcome| verdict(outcome) == "applied"), "{outcomes:?}");
    assert_eq!(document(&footing, 4)["notes"], note);
    // What nobody types is refused, with its place.
    let endless = with(household("测甲"), "notes", json!("记".repeat(20_001)));
    let outcome = footing.hand.outcomes([put(record(8), "household", "0", endless)]).remove(0);
    assert_eq!(verdict(&outcome), "rejected/invalid_value");
    assert_eq!(outcome["problems"][0], json!({"path": "/notes", "code": "too_long"}));
}

/// The journal has the bytes, and the same bytes again are the same edit.
fn what_was_sent_is_kept_as_it_was_sent(server: Server) {
    let mut footing = Footing::on(&server);
    let typed = with(new_household(2), "patch", household("　测乙 "));
    let edits = footing.hand.number([typed]);
    let first = footing.hand.push(&edits).expect(200).json();
    assert_eq!(first["outcomes"], footing.hand.push(&edits).expect(200).json()["outcomes"]);
    assert_eq!(document(&footing, 2)["head_name"], "测乙");
    // What the history says of it is what was kept.
    let renamed = put(record(2), "household", "0", json!({"head_name": "测丙"}));
    assert_eq!(server.hand("worker_a2").verdict(renamed), "conflict");
    let rev = footing.hand.held().into_iter().find(|row| row["record"] == json!(record(2)));
    let rev = rev.expect("held")["rev"].as_str().expect("a rev").to_owned();
    let moved = put(record(2), "household", &rev, json!({"head_name": "测丁"}));
    assert_eq!(server.hand("worker_a2").verdict(moved), "applied");
    let own = put(record(2), "household", "0", json!({"head_name": "测戊"}));
    assert_eq!(footing.hand.verdict(own), "conflict");
    let held = footing.hand.held();
    let held = held.iter().find(|row| row["record"] == json!(record(2))).expect("held");
    let open = held["conflicts"].as_array().expect("conflicts");
    let mine = open.iter().find(|open| open["value"] == "测戊").expect("the own one");
    assert_eq!(mine["base"], "测乙");
    let audit = server.store().audit_journal(None).expect("looked through");
    assert_eq!(audit.faults, []);
    // Spelt otherwise, it is another edit under the same number.
    let other = with(edits[0].clone(), "patch", household("测乙"));
    footing.hand.push(&[other]).expect_problem(409, "device-forked");
}
