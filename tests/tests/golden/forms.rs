//! Forms: listed, read, checked, published, retired.

use crate::act::{Act, Cast, Key};
use crate::day::{Day, TOO_LONG};
use ruhu_tests::{Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    forms_are_answered_as_written_down,
    retirements_are_answered_as_written_down,
}

/// A form of one question, and a computed value that says how it was answered.
fn trial(version: u32) -> Value {
    let source = json!({"law": "测试办法", "document": "测试〔2026〕1号", "article": "第1条"});
    json!({"id": "trial", "version": version, "label_zh": "试用表", "source": source,
        "valid_from": null, "valid_to": null,
        "sections": [{"id": "only", "label_zh": "唯一部分", "questions": [
            {"id": "rent_fen", "label_zh": "月租金", "required": true, "kind": {"type": "fen"}}]}],
        "computed": [{"name": "rent_twice", "label_zh": "两倍租金", "source": source,
            "rule": {"op": "multiply", "left": {"op": "int", "value": 2},
                "right": {"op": "answer", "of": "rent_fen"}}}]})
}

fn ruled(rule: Value) -> Value {
    let mut form = trial(1);
    form["computed"][0]["rule"] = rule;
    form
}

fn wrong_forms(act: &Act) -> [(&'static str, Act); 6] {
    let answer = |of: &str| json!({"op": "answer", "of": of});
    [
        ("that asks what it does not", act.saying(ruled(answer("rent")))),
        ("of a wrong type", act.saying(ruled(json!({"op": "not", "of": answer("rent_fen")})))),
        ("in a circle", act.saying(ruled(json!({"op": "computed", "name": "rent_twice"})))),
        ("without a version", act.without("version")),
        ("with a member too many", act.with("note", json!("x"))),
        ("that leaves a version out", act.saying(trial(3))),
    ]
}

fn forms_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let worker = day.person("worker_a");
    let admin = day.person("admin");
    let cast = Cast { by: &admin, outsider: None, without_role: Some(&worker) };
    let act = Act::new("POST /v1/forms/check", &[], trial(1));
    day.unkeyed(cast, &act, &wrong_forms(&act)[..5]);
    let act = Act::new("POST /v1/forms", &[], trial(1)).or(trial(2));
    day.keyed(cast, &act, &wrong_forms(&act));
    day.say("published already", &admin, &act, Key::New);
    let other = act.with("label_zh", json!("另一份"));
    day.say("another one by its name", &admin, &other, Key::New);
    let check = Act::new("POST /v1/forms/check", &[], trial(1));
    day.say("checked after it was published", &admin, &check, Key::None);

    let reader = Cast { by: &worker, outsider: None, without_role: None };
    day.read(reader, "GET /v1/forms", &[]);
    for route in [
        "GET /v1/forms/{id}/{version}",
        "GET /v1/forms/{id}/{version}/schema",
        "GET /v1/forms/{id}/{version}/outline",
    ] {
        day.read(reader, route, &["trial", "1"]);
        for version in ["2", "x"] {
            let act = Act::new(route, &["trial", version], Value::Null);
            day.say("of a version that is none", &worker, &act, Key::None);
        }
    }
    day.holds("forms");
}

fn retirements_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let worker = day.person("worker_a");
    let admin = day.person("admin");
    let cast = Cast { by: &admin, outsider: None, without_role: Some(&worker) };
    let name = ["tekun_six", "1"];
    let lift = "POST /v1/forms/{id}/{version}/retirement/lift";
    let lift = Act::new(lift, &name, json!({"reason": "推迟"}));
    day.say("lifted before it was retired", &admin, &lift, Key::New);
    let body = json!({"last_day": "2026-11-30", "reason": "新版启用"});
    let retire = Act::new("POST /v1/forms/{id}/{version}/retirement", &name, body);
    let wrong = |act: &Act| {
        [
            ("for a blank reason", act.with("reason", json!(" "))),
            ("for too long a reason", act.with("reason", json!(TOO_LONG.repeat(501)))),
            ("without a reason", act.without("reason")),
            ("with a member too many", act.with("note", json!("x"))),
            ("of a version that is none", act.on(&["tekun_six", "9"])),
            ("of a number that is none", act.on(&["tekun_six", "x"])),
        ]
    };
    let mut more = wrong(&retire).to_vec();
    more.push(("in the past", retire.with("last_day", json!("2026-11-22"))));
    more.push(("on no day", retire.with("last_day", json!("2026-02-30"))));
    day.keyed(cast, &retire, &more);
    day.say("retired already", &admin, &retire, Key::New);
    let later = retire.with("last_day", json!("2026-12-31"));
    day.say("retired later", &admin, &later, Key::New);
    day.keyed(cast, &lift, &wrong(&lift));
    day.say("lifted already", &admin, &lift, Key::New);
    let today = retire.with("last_day", json!("2026-11-23"));
    day.say("retired with today", &admin, &today, Key::New);
    day.server.set_clock("2026-11-24 00:00:00");
    let admin = day.again(admin);
    day.say("retired later, when it is over", &admin, &later, Key::New);
    day.say("lifted when it is over", &admin, &lift, Key::New);
    day.holds("retirements");
}
