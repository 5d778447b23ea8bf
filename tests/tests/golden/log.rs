//! What people did, and what the service does by itself.

use crate::act::{Act, Cast, Key};
use crate::day::Day;
use crate::names::NOBODY;
use crate::work::{handed_in, home, name};
use ruhu_tests::edits::record;
use ruhu_tests::{Field, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    the_log_is_answered_as_written_down,
}

fn the_log_is_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let mut worker = day.person("worker_a");
    let here = day.person("reviewer_here");
    let (auditor, city) = (day.person("auditor"), day.person("admin"));
    let there = day.admin_of("110105");
    home(&mut worker.hand, 1);
    let rev = handed_in(&mut worker.hand, 2, 1, json!({}));
    day.later();
    let accept = "POST /v1/desk/assessments/{record}/accept";
    let accept = Act::new(accept, &[&name(2)], json!({"rev": rev, "reason": "情况属实。"}));
    day.say("an assessment that is accepted", &here, &accept, Key::New);
    let full = "POST /v1/desk/records/{record}/full";
    let full = Act::new(full, &[&name(1)], json!({"purpose": "contact"}));
    day.say("a household that is viewed", &here, &full, Key::None);
    let off = json!({"active": false, "reason": "离职"});
    let user = Field::user("worker_b").to_string();
    let off = Act::new("POST /v1/organisations/accounts/{id}/use", &[&user], off);
    day.say("an account that is switched off", &city, &off, Key::New);
    day.server.advance_seconds(24 * 3_600 - 2);
    let auditor = day.again(auditor);
    let (city, there, here) = (day.again(city), day.again(there), day.again(here));

    // What was written past the service has its line from the database, by the clock of the machine.
    for line in city.hand.listed("/v1/audit/log?act=rows_written", "lines") {
        day.name(&line["at_us"].to_string(), "a time of the machine");
    }
    let cast = Cast { by: &auditor, outsider: Some(&there), without_role: Some(&here) };
    let log = "GET /v1/audit/log";
    day.list(cast, log, &[]);
    let all = Act::new(log, &[], Value::Null);
    day.ask("by whoever sees the whole city", &city, &all, "");
    for (title, query) in [
        ("by somebody", format!("by={}", Field::user("reviewer_here"))),
        ("by nobody", format!("by={NOBODY}")),
        ("by what has no id", "by=1".to_owned()),
        ("to something", format!("subject={}", record(2))),
        ("to somebody, with the devices", format!("subject={user}")),
        ("of an act", "act=record_viewed".to_owned()),
        ("of an act that is none", "act=none".to_owned()),
        ("from a day on", "from=2026-11-24".to_owned()),
        ("until a day", "to=2026-11-22".to_owned()),
        ("from no day on", "from=2026-02-30".to_owned()),
        ("all of it", format!("act=assessment_accepted&subject={}&to=2026-11-23", record(2))),
    ] {
        day.ask(title, &auditor, &all, &query);
    }
    day.holds("log");

    let cast = Cast { by: &city, outsider: None, without_role: Some(&here) };
    day.read(cast, "GET /v1/operations/jobs", &[]);
    day.holds("jobs");
}
