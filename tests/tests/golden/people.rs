//! Accounts, what people sign in with, their places in teams, their offices.

use crate::act::{Act, Cast, Key};
use crate::day::{Day, TOO_LONG};
use crate::names::NOBODY;
use crate::providers::wrong_ends;
use ruhu_tests::{Field, PASSWORD, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    accounts_are_answered_as_written_down,
    credentials_are_answered_as_written_down,
    memberships_are_answered_as_written_down,
    offices_are_answered_as_written_down,
}

fn user(login: &str) -> String {
    Field::user(login).to_string()
}

fn id(told: &Value) -> String {
    told["id"].as_str().expect("an id").to_owned()
}

/// The id of what a list tells of somebody.
fn of_account(list: &Value, rows: &str, login: &str) -> String {
    let mut rows = list[rows].as_array().expect("rows").iter();
    id(rows.find(|row| row["account"] == json!(user(login))).expect("somebody's"))
}

fn accounts_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let reviewer = day.person("reviewer_here");
    let city = day.person("admin");
    let (here, there) = (day.admin_of("110102"), day.admin_of("110105"));
    let cast = Cast { by: &here, outsider: None, without_role: Some(&reviewer) };
    let body = json!({"login": "worker.jia", "name": "测试甲", "staff_no": "演示-909", "password": PASSWORD});
    let act = Act::new("POST /v1/organisations/accounts", &[], body.clone());
    let mut other = body;
    other["password"] = json!("下雨天忘了带伞怎么办");
    let act = act.or(other);
    let wrong = [
        ("with a login that somebody has", act.with("login", json!("worker_a"))),
        (
            "with a login of two words, no name and a weak password",
            act.saying(json!({"login": "two words", "name": "", "password": "短"})),
        ),
        ("with a short password", act.with("password", json!("短"))),
        ("with a password that everybody guesses", act.with("password", json!("minzheng2026"))),
        ("with too long a name", act.with("name", json!(TOO_LONG.repeat(51)))),
        ("with a blank staff number", act.with("staff_no", json!(" "))),
        ("for an area elsewhere", act.with("area", json!("110105"))),
        ("for an area that is none", act.with("area", json!("1"))),
        ("without a password", act.without("password")),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.later();
    let account = id(&day.keyed(cast, &act, &wrong).json());
    day.say("with the login that it has now", &here, &act, Key::New);
    let cast = Cast { outsider: Some(&there), ..cast };
    day.list(cast, "GET /v1/organisations/accounts", &[]);

    let act = Act::new(
        "POST /v1/organisations/accounts/{id}/use",
        &[&account],
        json!({"active": false, "reason": "离职"}),
    );
    let wrong = [
        ("for a blank reason", act.with("reason", json!(" "))),
        ("without a reason", act.without("reason")),
        ("as it is, for no reason", act.saying(json!({"active": true, "reason": ""}))),
        ("neither on nor off", act.with("active", json!("no"))),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.keyed(cast, &act, &wrong);
    day.say("off already", &here, &act, Key::New);
    day.say("on again", &here, &act.with("active", json!(true)), Key::New);
    day.say("of the auditor, by who is audited", &here, &act.on(&[&user("auditor")]), Key::New);
    day.say("of the city's, by a district's", &here, &act.on(&[&user("admin")]), Key::New);
    day.say("of oneself", &city, &act.on(&[&user("admin")]), Key::New);
    day.holds("accounts");
}

fn credentials_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let reviewer = day.person("reviewer_here");
    let worker = day.person("worker_b");
    let city = day.person("admin");
    let (here, there) = (day.admin_of("110102"), day.admin_of("110105"));
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&reviewer) };
    let because = json!({"reason": "本人到场，忘记密码"});
    let wrong = |act: &Act| {
        [
            ("for a blank reason", act.with("reason", json!(" "))),
            ("for too long a reason", act.with("reason", json!(TOO_LONG.repeat(501)))),
            ("with a member too many", act.with("note", json!("x"))),
            ("of the auditor, by who is audited", act.on(&[&user("auditor")])),
            ("of the city's, by a district's", act.on(&[&user("admin")])),
        ]
    };
    let act = Act::new(
        "POST /v1/organisations/accounts/{id}/reset-second-factor",
        &[&user("worker_b")],
        because.clone(),
    );
    day.say("where there is none", &here, &act, Key::New);
    day.set_second_factor_up(&worker);
    day.keyed(cast, &act, &wrong(&act));
    day.say("reset already", &here, &act, Key::New);
    day.say("of oneself", &city, &act.on(&[&user("admin")]), Key::New);

    let act = Act::new(
        "POST /v1/organisations/accounts/{id}/reset-password",
        &[&user("worker_b")],
        because,
    );
    day.await_text("one_time_password", "a one-time password");
    day.keyed(cast, &act, &wrong(&act));
    day.await_text("one_time_password", "another one-time password");
    day.say("reset again", &here, &act, Key::New);
    day.say("of oneself", &city, &act.on(&[&user("admin")]), Key::New);
    day.holds("credentials");
}

fn memberships_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let reviewer = day.person("reviewer_here");
    let city = day.person("admin");
    let (here, there) = (day.admin_of("110102"), day.admin_of("110105"));
    let account = day.account_by(&here, "worker.jia");
    let list = "GET /v1/organisations/memberships";
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&reviewer) };
    day.list(cast, list, &[]);

    let body = json!({"account": account, "caseload": Field::CASELOAD_A,
        "first_day": "2026-11-23", "education": "college"});
    let act = Act::new("POST /v1/organisations/memberships", &[], body.clone());
    let mut other = body;
    other["first_day"] = json!("2026-11-24");
    let act = act.or(other);
    let wrong = [
        (
            "of nobody, in nothing",
            act.with("account", json!(NOBODY)).with("caseload", json!(NOBODY)),
        ),
        ("without a qualification", act.without("education")),
        ("with too little education", act.with("education", json!("below_college"))),
        (
            "with too little education, excused by nothing",
            act.with("education", json!("below_college")).with("exception_because", json!(" ")),
        ),
        ("with a title that is none", act.with("title", json!("doctor"))),
        ("backwards", act.with("last_day", json!("2026-11-22"))),
        ("before the contract", act.with("first_day", json!("2025-12-31"))),
        ("of a reviewer", act.with("account", json!(user("reviewer_here")))),
        ("of somebody who has it", act.with("account", json!(user("worker_a")))),
        ("on no day", act.with("first_day", json!("2026-02-30"))),
        ("without a first day", act.without("first_day")),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.later();
    let place = id(&day.keyed(cast, &act, &wrong).json());
    day.say("placed already", &here, &act, Key::New);
    day.say("of oneself", &city, &act.with("account", json!(user("admin"))), Key::New);
    day.later();
    let excused = act
        .with("account", json!(user("worker_b")))
        .with("education", json!("below_college"))
        .with("exception_because", json!("从事社区救助十五年"))
        .with("last_day", json!("2026-12-31"));
    day.say("of somebody of another team, excused", &here, &excused, Key::New);

    let act = Act::new(
        "POST /v1/organisations/memberships/{id}/end",
        &[&place],
        json!({"last_day": "2026-12-30", "reason": "片区调整"}),
    );
    day.keyed(cast, &act, &wrong_ends(&act));
    day.say("ended already", &here, &act, Key::New);
    day.say("at once, on the day it began", &here, &act.without("last_day"), Key::New);
    let listed = day.list(cast, list, &[]).json();
    let old = of_account(&listed, "memberships", "worker_a2");
    day.say(
        "of somebody who has worked for long, at once",
        &here,
        &act.on(&[&old]).without("last_day"),
        Key::New,
    );
    let off = json!({"active": false, "reason": "离职"});
    let off = Act::new("POST /v1/organisations/accounts/{id}/use", &[&account], off);
    day.say("the account, off", &here, &off, Key::New);
    let again = json!({"account": account, "caseload": Field::CASELOAD_B,
        "first_day": "2026-11-23", "title": "assistant_social_worker"});
    let again = Act::new("POST /v1/organisations/memberships", &[], again);
    day.say("of an account that is off", &here, &again, Key::New);
    day.holds("memberships");
}

fn offices_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let reviewer = day.person("reviewer_here");
    let city = day.person("admin");
    let (here, there) = (day.admin_of("110102"), day.admin_of("110105"));
    let account = day.account_by(&here, "committee.jia");
    let list = "GET /v1/organisations/offices";
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&reviewer) };
    day.list(cast, list, &[]);

    let body = json!({"account": account, "role": "committee_member", "area": "110102003001",
        "first_day": "2026-11-23"});
    let act = Act::new("POST /v1/organisations/offices", &[], body.clone());
    let mut other = body;
    other["first_day"] = json!("2026-11-24");
    let act = act.or(other);
    let of = |role: &str, area: &str| act.with("role", json!(role)).with("area", json!(area));
    let wrong = [
        ("of a role that is none", of("king", "110102")),
        ("at another level", of("street_reviewer", "110102")),
        ("in an area that is none", of("street_reviewer", "1")),
        ("as a worker", of("worker", "110102003")),
        ("elsewhere", of("street_reviewer", "110105001")),
        ("as the auditor of who appoints", of("auditor", "110102")),
        ("of nobody", act.with("account", json!(NOBODY))),
        (
            "of a contractor's, at a desk",
            of("street_reviewer", "110102003").with("account", json!(user("worker_a"))),
        ),
        (
            "of who audits",
            of("street_reviewer", "110102003").with("account", json!(user("auditor"))),
        ),
        ("backwards", act.with("last_day", json!("2026-11-22"))),
        ("on no day", act.with("first_day", json!("2026-02-30"))),
        ("without a role", act.without("role")),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.later();
    let office = id(&day.keyed(cast, &act, &wrong).json());
    day.later();
    day.say("entered twice", &here, &act, Key::New);
    day.later();
    day.say("as an administrator beside oneself", &here, &of("admin", "110102"), Key::New);
    day.say("of oneself", &city, &act.with("account", json!(user("admin"))), Key::New);

    let act = Act::new(
        "POST /v1/organisations/offices/{id}/end",
        &[&office],
        json!({"last_day": "2026-12-31", "reason": "换届"}),
    );
    day.keyed(cast, &act, &wrong_ends(&act));
    day.say("ended already", &here, &act, Key::New);
    day.say("at once, on the day it began", &here, &act.without("last_day"), Key::New);
    let listed = day.list(cast, list, &[]).json();
    let now = act.without("last_day");
    let auditor = of_account(&listed, "offices", "auditor");
    day.say("of the auditor, by who is audited", &here, &now.on(&[&auditor]), Key::New);
    let street = of_account(&listed, "offices", "reviewer_here");
    day.say("of somebody who has held it for long, at once", &here, &now.on(&[&street]), Key::New);
    day.say("ended at once already", &here, &now.on(&[&street]), Key::New);
    day.say(
        "a list, by whose office ended",
        &reviewer,
        &Act::new("GET /v1/desk/finds", &[], Value::Null),
        Key::None,
    );
    day.holds("offices");
}
