//! Rule tables: listed, entered, corrected.

use crate::act::{Act, Cast, Key};
use crate::day::Day;
use ruhu_tests::{Server, on_both_databases};
use serde_json::json;

on_both_databases! {
    tables_are_answered_as_written_down,
}

fn tables_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let worker = day.person("worker_a");
    let admin = day.person("admin");
    let district = day.admin_of("110102");
    let cast = Cast { by: &admin, outsider: Some(&district), without_role: Some(&worker) };
    let body = json!({"table": "dibao_standard_fen", "area_code": "11",
        "valid_from": "2026-07-01", "valid_to": null, "value": 100_000,
        "source": "演示值，不是法定标准", "confirmed": false});
    let act = Act::new("POST /v1/tables", &[], body);
    let act = act.clone().or(act.with("value", json!(1)).body);
    let wrong = [
        ("of a table that is none", act.with("table", json!("made_up"))),
        (
            "with four faults",
            act.with("value", json!(true))
                .with("area_code", json!("1"))
                .with("valid_to", json!("2026-06-30"))
                .with("source", json!(" ")),
        ),
        ("of a value that is a list", act.with("value", json!([1]))),
        ("from no day on", act.with("valid_from", json!("2026-02-30"))),
        ("without a source", act.without("source")),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    let entered = day.keyed(cast, &act, &wrong).json();
    day.say("entered already", &admin, &act, Key::New);
    day.later();
    let own = act.with("area_code", json!("110102"));
    day.say("by a district, for itself", &district, &own, Key::New);

    let body = json!({"rev": entered["rev"], "valid_to": null, "value": 200_000,
        "source": "演示值，不是法定标准", "confirmed": true, "reason": "按正式通知更正。"});
    let id = entered["record"].as_str().expect("a record");
    let act = Act::new("PUT /v1/tables/{record}", &[id], body);
    let wrong = [
        ("for a blank reason", act.with("reason", json!(" "))),
        ("without a reason", act.without("reason")),
        ("of a version that is none", act.with("rev", json!("x"))),
        ("of another version", act.with("rev", json!("1-00000000"))),
        ("to what is no number", act.with("value", json!(true))),
        ("to before it begins", act.with("valid_to", json!("2026-06-30"))),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    let corrected = day.keyed(cast, &act, &wrong).json();
    day.say("of the version before", &admin, &act, Key::New);
    let unknown = act.with("rev", corrected["rev"].clone()).with("value", json!(null));
    day.say("to what nobody knows", &admin, &unknown, Key::New);
    day.read(Cast { by: &worker, outsider: None, without_role: None }, "GET /v1/tables", &[]);
    day.holds("tables");
}
