//! Edits that were not taken: listed, read, read in full, applied, dismissed.

use crate::act::{Act, Cast, Key};
use crate::day::{Day, Person, TOO_LONG};
use crate::work::home;
use ruhu_tests::edits::{new_draft, put, put_under, record};
use ruhu_tests::{Field, Server, on_both_databases, tables};
use serde_json::{Value, json};

on_both_databases! {
    edits_in_quarantine_are_answered_as_written_down,
    rejected_edits_are_answered_as_written_down,
    a_new_household_of_somebody_in_two_teams_is_answered_as_written_down,
}

const LIST: &str = "GET /v1/desk/quarantine";
const READ: &str = "GET /v1/desk/quarantine/{device}/{device_seq}";
const FULL: &str = "POST /v1/desk/quarantine/{device}/{device_seq}/full";
const APPLY: &str = "POST /v1/desk/quarantine/{device}/{device_seq}/apply";
const DISMISS: &str = "POST /v1/desk/quarantine/{device}/{device_seq}/dismiss";

fn because() -> Value {
    json!({"reason": "已电话核实。"})
}

fn wrong(act: &Act) -> [(&'static str, Act); 4] {
    let unknown = act.on(&[&act.names[0], "99"]);
    [
        ("for a blank reason", act.with("reason", json!(" "))),
        ("for too long a reason", act.with("reason", json!(TOO_LONG.repeat(501)))),
        ("to a stream that has no id", act.with("stream", json!("1"))),
        ("of an edit that was never sent", unknown),
    ]
}

fn full(day: &mut Day, cast: Cast<'_>, device: &str, seq: &str) {
    let act = Act::new(FULL, &[device, seq], json!({"purpose": "decide_edit"}));
    let wrong = [
        ("for a purpose that is none", act.with("purpose", json!("curiosity"))),
        ("with a member too many", act.with("note", json!("x"))),
        ("of an edit that was never sent", act.on(&[device, "99"])),
        ("of a number that is none", act.on(&[device, "x"])),
    ];
    day.unkeyed(cast, &act, &wrong);
}

/// `worker_a` goes on with what went to another team: four edits wait.
fn late(day: &mut Day, worker: &mut Person, here: &Person) {
    home(&mut worker.hand, 1);
    let rev = worker.hand.take(new_draft(2, 1));
    worker.hand.take(new_draft(7, 1));
    let body = json!({"parts": [{"to": Field::CASELOAD_B, "households": [record(1)]}],
        "reason": "片区调整。"});
    let moved = Act::new("POST /v1/desk/moves", &[], body);
    day.say("moved", here, &moved, Key::New);
    let answers = |n: u128, answers: Value| {
        put_under(record(1), record(n), "assessment", &rev, json!({"answers": answers}))
    };
    let new = put_under(
        record(1),
        record(5),
        "assessment",
        "0",
        json!({"form": "tekun_six",
        "form_version": 1, "status": "draft"}),
    );
    let accepted =
        put_under(record(1), record(5), "assessment", "0", json!({"status": "accepted"}));
    worker.hand.outcomes([answers(2, json!({"eat": "achieved"}))]);
    day.later();
    worker.hand.outcomes([answers(7, json!({"dress": "not_achieved", "eat": null}))]);
    day.later();
    worker.hand.outcomes([new, accepted]);
}

fn edits_in_quarantine_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let mut worker = day.person("worker_a");
    let (here, there) = (day.person("reviewer_here"), day.person("reviewer_there"));
    late(&mut day, &mut worker, &here);
    let device = worker.hand.device.to_string();
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&worker) };
    day.later();
    day.list(cast, LIST, &[]);
    let all = Act::new(LIST, &[], Value::Null);
    day.ask("those in quarantine", &here, &all, "outcome=quarantined&limit=1");
    day.ask("those that were applied", &here, &all, "outcome=applied");
    day.read(cast, READ, &[&device, "4"]);
    day.say("of a new record", &here, &Act::new(READ, &[&device, "6"], Value::Null), Key::None);
    full(&mut day, cast, &device, "5");

    let act = Act::new(APPLY, &[&device, "4"], because());
    day.keyed(cast, &act, &wrong(&act));
    day.say("applied already", &here, &act, Key::New);
    let gone = Act::new(DISMISS, &[&device, "4"], because());
    day.say("dismissed after it was applied", &here, &gone, Key::New);
    day.say(
        "read after it was applied",
        &here,
        &Act::new(READ, &[&device, "4"], Value::Null),
        Key::None,
    );
    day.say("before what it builds on", &here, &act.on(&[&device, "7"]), Key::New);
    day.say("with what can never be applied", &here, &act.on(&[&device, "6"]), Key::New);

    let act = Act::new(DISMISS, &[&device, "5"], because());
    day.keyed(cast, &act, &wrong(&act));
    day.say("dismissed already", &here, &act, Key::New);
    day.read(cast, LIST, &[]);
    day.holds("quarantine");
}

fn rejected_edits_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let mut worker = day.person("worker_a");
    let (here, there) = (day.person("reviewer_here"), day.person("reviewer_there"));
    let rev = home(&mut worker.hand, 1);
    let spoilt = json!({"notes": "老人独居，邻居代述。", "head_name": 7});
    worker.hand.outcomes([put(record(1), "household", &rev, spoilt)]);
    day.later();
    worker
        .hand
        .outcomes([json!({"op": "put", "record": "第一户", "patch": {"notes": "老人独居"}})]);
    let device = worker.hand.device.to_string();
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&worker) };
    let all = Act::new(LIST, &[], Value::Null);
    day.ask("those that were rejected", &here, &all, "outcome=rejected");
    day.ask("one a page", &here, &all, "outcome=rejected&limit=1");
    for seq in ["2", "3"] {
        day.read(cast, READ, &[&device, seq]);
        full(&mut day, cast, &device, seq);
    }
    let apply = Act::new(APPLY, &[&device, "2"], because());
    day.say("of a rejected one", &here, &apply, Key::New);
    let act = Act::new(DISMISS, &[&device, "2"], because());
    day.keyed(cast, &act, &wrong(&act));
    day.say("dismissed already", &here, &act, Key::New);
    day.say("of what cannot be read", &here, &act.on(&[&device, "3"]), Key::New);
    day.ask("none that was rejected", &here, &all, "outcome=rejected");
    day.holds("rejected");
}

fn a_new_household_of_somebody_in_two_teams_is_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let mut worker = day.person("worker_a");
    let here = day.person("reviewer_here");
    tables::end_membership(&day.server, Field::user("worker_a"));
    worker.hand.outcomes([put(
        record(1),
        "household",
        "0",
        json!({"head_name": "测试甲",
        "community_code": "110102003001"}),
    )]);
    let placed = day.server.store().write(|tx| {
        let from = "2026-11-23".parse().expect("a day");
        for (n, team) in [(60, Field::CASELOAD_A), (61, Field::CASELOAD_B)] {
            tx.add_membership(record(n).0, Field::user("worker_a"), team, from, None)?;
        }
        Ok(())
    });
    placed.expect("placed");
    let device = worker.hand.device.to_string();
    let act = Act::new(APPLY, &[&device, "1"], because());
    day.say("where no team is named", &here, &act, Key::New);
    let nowhere = act.with("stream", json!(record(99)));
    day.say("to a team that is none", &here, &nowhere, Key::New);
    day.say("to a team", &here, &act.with("stream", json!(Field::CASELOAD_B)), Key::New);
    day.holds("streams");
}
