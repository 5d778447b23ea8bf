//! Caseloads and households at the desk, and households that go to another team.

use crate::act::{Act, Cast, Key};
use crate::day::Day;
use crate::names::NOBODY;
use crate::work::{handed_in, home};
use ruhu_tests::edits::record;
use ruhu_tests::{Field, Server, on_both_databases};
use serde_json::json;

on_both_databases! {
    moves_are_answered_as_written_down,
}

fn moves_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let mut worker = day.person("worker_a");
    let (here, there) = (day.person("reviewer_here"), day.person("reviewer_there"));
    for n in [1, 3, 5] {
        home(&mut worker.hand, n);
    }
    handed_in(&mut worker.hand, 2, 1, json!({}));
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&worker) };
    day.list(cast, "GET /v1/desk/caseloads", &[]);
    let households = "GET /v1/desk/caseloads/{id}/households";
    let (a, b) = (Field::CASELOAD_A.to_string(), Field::CASELOAD_B.to_string());
    day.list(cast, households, &[&a]);

    let body = json!({"parts": [{"to": b, "households": [record(1), record(3)]}],
        "reason": "片区调整。"});
    let act = Act::new("POST /v1/desk/moves", &[], body);
    let parts = |parts| act.with("parts", parts);
    let home = [record(1)];
    let wrong = [
        ("for a blank reason", act.with("reason", json!(" "))),
        ("without a reason", act.without("reason")),
        ("of no part", parts(json!([]))),
        ("of no household", parts(json!([{"to": b, "households": []}]))),
        ("of neither", parts(json!([{"to": b}]))),
        ("of both", parts(json!([{"to": b, "from": a, "households": home}]))),
        ("to nowhere in particular", parts(json!([{"households": home}]))),
        ("to where it is", parts(json!([{"to": a, "households": home}]))),
        ("to a caseload that is none", parts(json!([{"to": NOBODY, "households": home}]))),
        ("from a caseload that is none", parts(json!([{"to": b, "from": NOBODY}]))),
        ("of nothing", parts(json!([{"to": b, "households": [NOBODY]}]))),
        ("of what is no household", parts(json!([{"to": b, "households": [record(2)]}]))),
        ("of one named twice", parts(json!([{"to": b, "households": [record(1), record(1)]}]))),
        (
            "of several, of which one cannot be",
            parts(json!([{"to": b, "households": home}, {"to": a, "households": [record(3)]}])),
        ),
    ];
    day.keyed(cast, &act, &wrong);
    day.say("moved already", &here, &act, Key::New);
    day.list(cast, households, &[&b]);
    let all =
        Act::new(act.route, &[], json!({"parts": [{"to": a, "from": b}], "reason": "撤并。"}));
    day.say("all of a caseload", &here, &all, Key::New);
    day.say("all of an empty one", &here, &all, Key::New);
    day.holds("moves");
}
