//! Records read in full, deleted and brought back.

use crate::act::{Act, Cast, Key};
use crate::day::Day;
use crate::work::{handed_in, home, name, rev};
use ruhu_tests::edits::{new_draft, put_under, record};
use ruhu_tests::{Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    full_views_are_answered_as_written_down,
    deletions_are_answered_as_written_down,
}

fn full_views_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let mut worker = day.person("worker_a");
    let (here, there) = (day.person("reviewer_here"), day.person("reviewer_there"));
    home(&mut worker.hand, 1);
    let person = json!({"name": "测试丙", "id_type": "resident_id", "id_no": "999999199001010016",
        "birth_date": "1990-01-01", "relation_code": "02", "counted_as": "shared_living",
        "kin_to_staff": "no", "phone": "13800001234"});
    worker.hand.take(put_under(record(1), record(2), "person", "0", person));
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&worker) };
    let route = "POST /v1/desk/records/{record}/full";
    let act = Act::new(route, &[&name(2)], json!({"purpose": "contact"}));
    let wrong = [
        ("for a purpose that is none", act.with("purpose", json!("curiosity"))),
        ("for a purpose that is no text", act.with("purpose", json!(1))),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.unkeyed(cast, &act, &wrong);
    day.say("of a household", &here, &act.on(&[&name(1)]), Key::None);
    let auditor = day.person("auditor");
    day.say("by the auditor", &auditor, &act, Key::None);
    day.holds("full_views");
}

fn deletions_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let mut worker = day.person("worker_a");
    let (here, there) = (day.person("reviewer_here"), day.person("reviewer_there"));
    home(&mut worker.hand, 1);
    worker.hand.take(new_draft(2, 1));
    home(&mut worker.hand, 3);
    let waiting = handed_in(&mut worker.hand, 4, 3, json!({}));
    handed_in(&mut worker.hand, 5, 3, json!({}));
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&worker) };
    let list = "GET /v1/desk/deleted";
    day.read(cast, list, &[]);

    let body = json!({"rev": rev(&worker.hand, 1), "reason": "重复登记。"});
    let delete = Act::new("POST /v1/desk/records/{record}/delete", &[&name(1)], body);
    let act = &delete;
    let wrong = |act: &Act| {
        [
            ("for a blank reason", act.with("reason", json!(" "))),
            ("without a reason", act.without("reason")),
            ("of a version that is none", act.with("rev", json!("x"))),
            ("of another version", act.with("rev", json!("1-00000000"))),
            ("with a member too many", act.with("note", json!("x"))),
        ]
    };
    let deleted = day.keyed(cast, act, &wrong(act)).json();
    day.say("of the version before", &here, act, Key::New);
    let again = act.with("rev", deleted["rev"].clone());
    day.say("deleted already", &here, &again, Key::New);
    day.later();
    let inner = act.on(&[&name(4)]).with("rev", json!(waiting));
    day.say("of what was handed in", &here, &inner, Key::New);
    day.list(cast, list, &[]);

    let body = json!({"rev": deleted["rev"], "reason": "误删。"});
    let act = Act::new("POST /v1/desk/records/{record}/undelete", &[&name(1)], body);
    let back = day.keyed(cast, &act, &wrong(&act)).json();
    let again = act.with("rev", back["rev"].clone());
    day.say("of what is there", &here, &again, Key::New);
    day.read(cast, list, &[]);

    // What belongs to a household that is deleted.
    let of = |act: &Act, n: u128, rev: &Value| act.on(&[&name(n)]).with("rev", rev.clone());
    let draft = of(&delete, 2, &rev(&worker.hand, 2));
    let draft = day.say("of a draft", &here, &draft, Key::New).json();
    let home = of(&delete, 1, &back["rev"]);
    day.say("of its household", &here, &home, Key::New);
    day.say("of the draft alone", &here, &of(&act, 2, &draft["rev"]), Key::New);

    // What was accepted stays.
    let accept = "POST /v1/desk/assessments/{record}/accept";
    let rev = rev(&worker.hand, 5);
    let accept = Act::new(accept, &[&name(5)], json!({"rev": rev, "reason": "情况属实。"}));
    let accepted = day.say("accepted", &here, &accept, Key::New).json();
    let inner = delete.on(&[&name(5)]).with("rev", accepted["rev"].clone());
    day.say("of what was accepted", &here, &inner, Key::New);
    day.holds("deletions");
}
