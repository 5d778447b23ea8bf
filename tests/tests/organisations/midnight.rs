//! A right begins with its first day and ends with its last, at midnight in Beijing.

use crate::desk::Desk;
use ruhu_tests::edits::new_household;
use ruhu_tests::{Field, PASSWORD, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_worker_sees_the_caseload_from_the_contracts_first_day_to_its_last,
    a_worker_sees_the_caseload_from_the_memberships_first_day_to_its_last,
    a_worker_sees_nothing_from_the_bans_first_day_to_its_last,
    a_contract_that_ends_today_runs_to_midnight,
    an_office_holds_from_its_first_day_to_its_last,
}

/// Whether this person works in the caseload at this moment: the push is taken and the page shows
/// it. Otherwise nothing of it: the push is kept for a person to decide, the pull is refused.
#[track_caller]
fn works(server: &Server, login: &str, caseload: &str, (at, n): (&str, u128)) -> bool {
    server.set_clock(at);
    let body = json!({"login": login, "password": PASSWORD, "device": {"name": "手工"}});
    let session = server.call("POST", "/v1/session").json(&body).send();
    if session.status == 403 {
        // Whoever has no right gets no new device either.
        session.expect_problem(403, "closed");
        return false;
    }
    let mut hand = server.hand(login);
    let verdict = hand.verdict(new_household(n));
    let page = hand.pull(json!({}));
    let handshake = hand.call("GET", "/v1/sync").send().expect(200).json();
    if page.status == 403 {
        page.expect_problem(403, "closed");
        assert_eq!(verdict, "quarantined/right_ended", "{at}");
        assert_eq!((&handshake["closed"], &handshake["streams"]), (&json!(true), &json!([])));
        return false;
    }
    assert_eq!(verdict, "applied", "{at}");
    let lists = |answer: &Value| {
        let streams = answer["streams"].as_array().expect("streams");
        streams.iter().any(|stream| stream["stream"] == json!(caseload))
    };
    assert!(lists(&page.expect(200).json()) && lists(&handshake), "{at}");
    true
}

/// Both sides of four midnights: the first two around the first day, the others around the last.
fn check_around(server: &Server, login: &str, caseload: &str, inside: bool) {
    for (moment, expected) in [
        (("2026-11-30 23:59:59", 1), !inside),
        (("2026-12-01 00:00:00", 2), inside),
        (("2026-12-10 23:59:59", 3), inside),
        (("2026-12-11 00:00:00", 4), !inside),
    ] {
        assert_eq!(works(server, login, caseload, moment), expected, "{}", moment.0);
    }
}

fn a_worker_sees_the_caseload_from_the_contracts_first_day_to_its_last(server: Server) {
    let admin = Desk::new(&server, "admin");
    let team = admin.team("2026-12-01", "2026-12-10");
    let worker = admin.account("newcomer");
    admin.member(&worker, &team.caseload, "2026-12-01", None);
    check_around(&server, "newcomer", &team.caseload, true);
}

fn a_worker_sees_the_caseload_from_the_memberships_first_day_to_its_last(server: Server) {
    let admin = Desk::new(&server, "admin");
    let team = admin.team("2026-11-01", "2026-12-31");
    let worker = admin.account("newcomer");
    admin.member(&worker, &team.caseload, "2026-12-01", Some("2026-12-10"));
    check_around(&server, "newcomer", &team.caseload, true);
}

fn a_worker_sees_nothing_from_the_bans_first_day_to_its_last(server: Server) {
    let admin = Desk::new(&server, "admin");
    let team = admin.team("2026-11-01", "2026-12-31");
    let worker = admin.account("newcomer");
    admin.member(&worker, &team.caseload, "2026-11-01", None);
    let ban = json!({"provider": team.provider, "first_day": "2026-12-01", "reason": "转包服务"});
    let ban = admin.arrange("bans", &ban);
    let known = admin.get("bans").expect(200).json();
    assert_eq!(known["bans"][0]["last_day"], "2029-11-30");
    let lifted = json!({"last_day": "2026-12-10", "reason": "处理决定变更"});
    admin.arrange(&format!("bans/{ban}/lift"), &lifted);
    check_around(&server, "newcomer", &team.caseload, false);
}

fn a_contract_that_ends_today_runs_to_midnight(server: Server) {
    let end = json!({"last_day": "2026-11-23", "reason": "提前终止"});
    let district = Desk::new(&server, "district_here");
    district.arrange(&format!("contracts/{}/end", Field::CONTRACT), &end);
    let caseload = Field::CASELOAD_A.to_string();
    assert!(works(&server, "worker_a", &caseload, ("2026-11-23 23:59:59", 1)));
    assert!(!works(&server, "worker_a", &caseload, ("2026-11-24 00:00:00", 2)));
}

fn an_office_holds_from_its_first_day_to_its_last(server: Server) {
    let admin = Desk::new(&server, "admin");
    let person = admin.account("newcomer");
    let office = json!({"account": person, "role": "street_reviewer", "area": "110102003",
        "first_day": "2026-12-01", "last_day": "2026-12-10"});
    admin.arrange("offices", &office);
    for (at, expected) in [
        ("2026-11-30 23:59:59", 403),
        ("2026-12-01 00:00:00", 200),
        ("2026-12-10 23:59:59", 200),
        ("2026-12-11 00:00:00", 403),
    ] {
        server.set_clock(at);
        let body = json!({"login": "newcomer", "password": PASSWORD, "device": {"name": "手工"}});
        let session = server.call("POST", "/v1/session").json(&body).send();
        assert_eq!(session.status, expected, "{at}");
        if expected == 200 {
            let desk = server.hand("newcomer");
            desk.call("GET", "/v1/desk/assessments").send().expect(200);
        }
    }
}
