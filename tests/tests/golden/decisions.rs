//! Assessments: listed, read, taken up, returned, accepted; households confirmed.

use crate::act::{Act, Cast, Key};
use crate::day::{Day, TOO_LONG};
use crate::work::{handed_in, home, name, rev};
use ruhu_tests::edits::{put_under, record};
use ruhu_tests::{Field, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    assessments_are_answered_as_written_down,
    confirmations_are_answered_as_written_down,
}

const TAKE_UP: &str = "POST /v1/desk/assessments/{record}/take-up";
const RETURN: &str = "POST /v1/desk/assessments/{record}/return";
const ACCEPT: &str = "POST /v1/desk/assessments/{record}/accept";
const CONFIRM: &str = "POST /v1/desk/households/{record}/confirm";
const READ: &str = "GET /v1/desk/assessments/{record}";

fn assessments_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let mut worker = day.person("worker_a");
    let (here, there) = (day.person("reviewer_here"), day.person("reviewer_there"));
    let district = day.person("district_here");
    home(&mut worker.hand, 1);
    let first = handed_in(&mut worker.hand, 2, 1, json!({}));
    day.later();
    home(&mut worker.hand, 3);
    let second = handed_in(&mut worker.hand, 4, 3, json!({}));
    let own = json!({"investigators": {Field::user("reviewer_here").to_string(): true}});
    let investigated = handed_in(&mut worker.hand, 5, 3, own);
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&worker) };
    let list = "GET /v1/desk/assessments";
    day.list(cast, list, &[]);
    let all = Act::new(list, &[], Value::Null);
    day.ask("those of a status", &here, &all, "status=submitted&limit=1");
    day.ask("those of a status that nothing has", &here, &all, "status=none");
    day.read(cast, READ, &[&name(2)]);

    let act = Act::new(TAKE_UP, &[&name(2)], json!({"rev": first}));
    let act = act.or(json!({"rev": "9-00000000"}));
    let wrong = [
        ("of a version that is none", act.with("rev", json!("x"))),
        ("of another version", act.with("rev", json!("1-00000000"))),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    let taken = day.keyed(cast, &act, &wrong).json();
    day.say("of the version before", &here, &act, Key::New);
    let again = act.with("rev", taken["rev"].clone());
    day.say("taken up already", &here, &again, Key::New);

    day.later();
    let body = json!({"rev": taken["rev"], "reason": "情况属实。"});
    let act = Act::new(ACCEPT, &[&name(2)], body);
    let wrong = [
        ("without a reason", act.without("reason")),
        ("for a blank reason", act.with("reason", json!("\u{3000}"))),
        ("for too long a reason", act.with("reason", json!(TOO_LONG.repeat(501)))),
        ("of a version that is none", act.with("rev", json!(7))),
        ("of another version", act.with("rev", json!("1-00000000"))),
        ("after a visit on no day", act.with("district_visited_on", json!("昨天"))),
        ("after a visit to come", act.with("district_visited_on", json!("2099-01-01"))),
    ];
    let accepted = day.keyed(cast, &act, &wrong).json();
    let again = act.with("rev", accepted["rev"].clone());
    day.say("accepted already", &here, &again, Key::New);
    let back = json!({"rev": accepted["rev"], "reasons": ["请核实。"]});
    let back = Act::new(RETURN, &[&name(2)], back);
    day.say("returned after it was accepted", &here, &back, Key::New);
    let own = Act::new(ACCEPT, &[&name(5)], json!({"rev": investigated, "reason": "情况属实。"}));
    day.say("by who took part", &here, &own, Key::New);
    let own = Act::new(RETURN, &[&name(5)], json!({"rev": investigated, "reasons": ["请核实。"]}));
    day.say("by who took part", &here, &own, Key::New);
    let own = Act::new(TAKE_UP, &[&name(5)], json!({"rev": investigated}));
    day.say("by who took part", &here, &own, Key::New);

    day.later();
    let body =
        json!({"rev": second, "reasons": ["洗澡一项请核实。", "请补照片。"], "note": "电话联系过"});
    let act = Act::new(RETURN, &[&name(4)], body.clone());
    let act = act.or(json!({"rev": second, "reasons": ["请核实。"]}));
    let wrong = [
        ("for no reason", act.with("reasons", json!([]))),
        ("for a blank reason", act.with("reasons", json!(["请核实。", " "]))),
        ("for a reason that is no text", act.with("reasons", json!([1]))),
        ("of another version", act.with("rev", json!("1-00000000"))),
    ];
    // The rows of its reasons have ids, which are part of the version.
    day.await_text("rev", "rev of the return");
    let returned = day.keyed(cast, &act, &wrong).json();
    day.say("returned already", &here, &act.with("rev", returned["rev"].clone()), Key::New);

    // Kin of staff: the district's to decide, after a visit.
    let kin = json!({"name": "测试丙", "id_type": "none", "id_no_absent_reason": "newborn",
        "relation_code": "02", "counted_as": "shared_living", "kin_to_staff": "yes"});
    worker.hand.take(put_under(record(3), record(6), "person", "0", kin));
    let act = Act::new(ACCEPT, &[&name(5)], json!({"rev": investigated, "reason": "情况属实。"}));
    day.say("by who took part, of kin of staff", &here, &act, Key::New);
    day.say("by the district, without a visit", &district, &act, Key::New);
    let visited = act.with("district_visited_on", json!("2026-11-20"));
    day.say("by the district, after its visit", &district, &visited, Key::New);
    for n in [2, 4, 5] {
        day.say("read after it all", &here, &Act::new(READ, &[&name(n)], Value::Null), Key::None);
    }
    day.holds("assessments");
}

fn confirmations_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let mut worker = day.person("worker_a");
    let (here, district) = (day.person("reviewer_here"), day.person("district_here"));
    let there = day.person("district_there");
    home(&mut worker.hand, 1);
    let assessment = handed_in(&mut worker.hand, 2, 1, json!({}));
    let body = json!({"rev": rev(&worker.hand, 1), "assessment": record(2), "category": "dibao",
        "hardship_level": "key", "reason": "收入与财产均符合规定。"});
    let act = Act::new(CONFIRM, &[&name(1)], body);
    day.say("on an assessment that is not accepted", &district, &act, Key::New);
    let accept = Act::new(ACCEPT, &[&name(2)], json!({"rev": assessment, "reason": "情况属实。"}));
    day.say("accepted", &here, &accept, Key::New);
    day.say("by the street", &here, &act, Key::New);
    let wrong = [
        ("for a blank reason", act.with("reason", json!(" "))),
        ("without a category", act.without("category")),
        ("as a category that is none", act.with("category", json!("gold"))),
        ("at a level that is none", act.with("hardship_level", json!("gold"))),
        ("on an assessment that is none", act.with("assessment", json!(record(99)))),
        ("on what has no id", act.with("assessment", json!("1"))),
        ("of another version", act.with("rev", json!("1-00000000"))),
        ("of a version that is none", act.with("rev", json!("x"))),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    let cast = Cast { by: &district, outsider: Some(&there), without_role: Some(&worker) };
    let confirmed = day.keyed(cast, &act, &wrong).json();
    day.say("of the version before", &district, &act, Key::New);
    day.later();
    let again = act.with("rev", confirmed["rev"].clone());
    day.say("again, as it stands", &district, &again, Key::New);
    let other = act.on(&[&name(2)]);
    day.say("of what is no household", &district, &other, Key::New);
    day.holds("confirmations");
}
