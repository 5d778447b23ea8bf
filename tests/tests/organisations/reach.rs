//! Who may arrange what, and where.

use crate::desk::Desk;
use ruhu_tests::{Field, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    only_the_roles_that_arrange_may_and_the_auditor_only_reads_the_log,
    staff_reach_what_lies_inside_their_own_areas,
    an_administrator_of_one_district_switches_off_nobody_of_another,
    lists_are_read_page_by_page_to_the_exact_end,
}

const LISTS: [&str; 7] =
    ["providers", "bans", "contracts", "caseloads", "memberships", "offices", "accounts"];

/// Every write, with a body that it reads.
fn writes() -> Vec<(String, Value)> {
    let id = Field::CONTRACT;
    let end = json!({"reason": "测试"});
    vec![
        ("providers".into(), json!({"uscc": "1", "name": ""})),
        ("bans".into(), json!({"provider": id, "reason": ""})),
        (format!("bans/{id}/lift"), end.clone()),
        (
            "contracts".into(),
            json!({"provider": id, "purchaser_area": "", "first_day": "2027-01-01", "last_day": "2027-01-01"}),
        ),
        (format!("contracts/{id}/end"), end.clone()),
        ("caseloads".into(), json!({"contract": id, "area": "", "name": ""})),
        ("memberships".into(), json!({"account": id, "caseload": id, "first_day": "2027-01-01"})),
        (format!("memberships/{id}/end"), end.clone()),
        (
            "offices".into(),
            json!({"account": id, "role": "", "area": "", "first_day": "2027-01-01"}),
        ),
        (format!("offices/{id}/end"), end),
        ("accounts".into(), json!({"login": "", "name": "", "password": ""})),
        (format!("accounts/{id}/use"), json!({"active": false, "reason": ""})),
    ]
}

type May = fn(&str) -> bool;

fn is_admins(path: &str) -> bool {
    path.starts_with("offices") || path.starts_with("accounts")
}

fn only_the_roles_that_arrange_may_and_the_auditor_only_reads_the_log(server: Server) {
    let cases: [(&str, May); 6] = [
        ("worker_a", |_| false),
        ("committee", |_| false),
        ("reviewer_here", |_| false),
        ("auditor", |_| false),
        ("district_here", |path| !is_admins(path)),
        ("admin", |_| true),
    ];
    for (login, may) in cases {
        let desk = Desk::new(&server, login);
        for path in LISTS {
            let reply = desk.get(path);
            assert_eq!(reply.status, if may(path) { 200 } else { 403 }, "{login} reads {path}");
        }
        for (path, body) in writes() {
            let reply = desk.post(&path, &body);
            let was_let_in = reply.status != 403;
            assert_eq!(was_let_in, may(&path), "{login} writes {path}: {}", reply.text());
            if !was_let_in {
                reply.expect_problem(403, "not-permitted");
            }
        }
        let log = desk.0.call("GET", "/v1/audit/log").send().status;
        let reads = matches!(login, "auditor" | "admin");
        assert_eq!(log, if reads { 200 } else { 403 }, "{login} reads the log");
    }
    let lists = LISTS.map(|path| format!("/v1/organisations/{path}"));
    for address in lists.into_iter().chain(["/v1/audit/log".to_owned()]) {
        server.call("GET", &address).send().expect_problem(401, "sign-in-required");
    }
}

fn listed(desk: &Desk, what: &str) -> usize {
    let list = desk.get(what).expect(200).json();
    list[what].as_array().expect("a list").len()
}

fn staff_reach_what_lies_inside_their_own_areas(server: Server) {
    let here = Desk::new(&server, "district_here");
    let there = Desk::new(&server, "district_there");
    for (what, count) in [("contracts", 1), ("caseloads", 2), ("memberships", 3)] {
        assert_eq!((listed(&here, what), listed(&there, what)), (count, 0), "{what}");
    }
    let end = json!({"reason": "提前终止"});
    let membership = here.get("memberships").expect(200).json()["memberships"][0]["id"].clone();
    let membership = membership.as_str().expect("an id");
    for path in [
        format!("contracts/{}/end", Field::CONTRACT),
        format!("memberships/{membership}/end"),
        // What never was is answered the same.
        format!("contracts/{}/end", Field::PROVIDER),
    ] {
        there.post(&path, &end).expect_problem(404, "not-available");
    }
    let place = json!({"account": Field::user("committee"), "caseload": Field::CASELOAD_A,
        "first_day": "2026-11-23", "education": "college"});
    assert_eq!(there.refused("memberships", &place), ["account_unknown", "caseload_unknown"]);
    here.arrange(&format!("memberships/{membership}/end"), &end);
}

fn an_administrator_of_one_district_switches_off_nobody_of_another(server: Server) {
    let admin = Desk::new(&server, "admin");
    let account = admin.account("admin_there");
    let office = json!({"account": account, "role": "admin", "area": "110105",
        "first_day": "2026-11-23"});
    admin.arrange("offices", &office);
    let there = Desk::new(&server, "admin_there");
    assert_eq!(listed(&there, "offices"), 3, "of the two reviewers there, and the own");
    let off = json!({"active": false, "reason": "离职"});
    let switch = |login: &str| format!("accounts/{}/use", Field::user(login));
    there.post(&switch("worker_a"), &off).expect_problem(404, "not-available");
    there.post(&switch("reviewer_here"), &off).expect_problem(404, "not-available");
    there.arrange(&switch("reviewer_there"), &off);
    let city = json!({"account": account, "role": "admin", "area": "", "first_day": "2026-11-23"});
    assert_eq!(there.refused("offices", &city), ["for_oneself", "outside_your_area"]);
}

fn lists_are_read_page_by_page_to_the_exact_end(server: Server) {
    let admin = Desk::new(&server, "admin");
    for what in ["memberships", "offices", "accounts"] {
        let all = admin.get(what).expect(200).json();
        assert!(all.get("next").is_none(), "{what}: one page holds all");
        let all = all[what].as_array().expect("a list").clone();
        for limit in [1, 2, all.len() - 1, all.len()] {
            let (mut read, mut after) = (Vec::new(), String::new());
            loop {
                let page = admin.get(&format!("{what}?limit={limit}{after}")).expect(200).json();
                read.extend(page[what].as_array().expect("a list").clone());
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(read, all, "{what} by {limit}");
        }
    }
}
