//! Providers, their bans, contracts and caseloads.

use crate::act::{Act, Cast, Key};
use crate::day::{Day, TOO_LONG};
use crate::names::NOBODY;
use ruhu_tests::{Field, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    providers_and_bans_are_answered_as_written_down,
    contracts_and_caseloads_are_answered_as_written_down,
}

/// A unified social credit code whose check digit fits.
const USCC: &str = "91350100M000100Y43";

/// How an end is asked for wrongly, whatever it ends.
pub(crate) fn wrong_ends(act: &Act) -> [(&'static str, Act); 6] {
    [
        ("for a blank reason", act.with("reason", json!(" "))),
        ("without a reason", act.without("reason")),
        ("for too long a reason", act.with("reason", json!(TOO_LONG.repeat(501)))),
        ("in the past, for no reason", act.saying(json!({"last_day": "2026-11-21", "reason": ""}))),
        ("on no day", act.with("last_day", json!("2026-02-30"))),
        ("with a member too many", act.with("note", json!("x"))),
    ]
}

fn providers_and_bans_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let worker = day.person("worker_a");
    let (here, there) = (day.person("district_here"), day.person("district_there"));
    let city = day.person("admin");
    let cast = Cast { by: &here, outsider: None, without_role: Some(&worker) };
    let act = Act::new(
        "POST /v1/organisations/providers",
        &[],
        json!({"uscc": USCC, "name": "测试事务所"}),
    );
    let act = act.or(json!({"uscc": USCC, "name": "别的事务所"}));
    let wrong = [
        ("with a code misread", act.with("uscc", json!("91350100M000100Y44"))),
        ("with no code and no name", act.saying(json!({"uscc": "1", "name": ""}))),
        ("with characters that nobody sees", act.with("name", json!("测\0试"))),
        ("with too long a name", act.with("name", json!(TOO_LONG.repeat(501)))),
        ("with a code that is no text", act.with("uscc", json!(1))),
        ("without a name", act.without("name")),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.later();
    day.keyed(cast, &act, &wrong);
    day.say("with a code that is here already", &here, &act, Key::New);
    day.list(cast, "GET /v1/organisations/providers", &[]);
    day.holds("providers");

    let cast = Cast { outsider: Some(&there), ..cast };
    let body = json!({"provider": Field::PROVIDER, "reason": "转包服务"});
    let elsewhere = Act::new("POST /v1/organisations/bans", &[], body);
    let act = elsewhere.with("area", json!("110102"));
    let wrong = [
        ("for a blank reason", act.with("reason", json!(" "))),
        ("without a reason", act.without("reason")),
        ("of nobody", act.with("provider", json!(NOBODY))),
        ("of what has no id", act.with("provider", json!("1"))),
        ("in the whole city", act.with("area", json!(""))),
        ("in an area that is none", act.with("area", json!("1"))),
        ("from no day on", act.with("first_day", json!("2026-13-01"))),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.later();
    let ban = day.keyed(cast, &act, &wrong).json()["id"].as_str().expect("an id").to_owned();
    day.say("banned already", &here, &act, Key::New);
    day.later();
    day.say(
        "in the only area of whoever bans, later on",
        &there,
        &elsewhere.with("first_day", json!("2027-03-01")),
        Key::New,
    );
    day.later();
    let wide = day.say(
        "in the whole city, by the city",
        &city,
        &act.with("area", json!("")).with("first_day", json!("2031-01-01")),
        Key::New,
    );
    day.list(cast, "GET /v1/organisations/bans", &[]);
    let act = Act::new(
        "POST /v1/organisations/bans/{id}/lift",
        &[&ban],
        json!({"reason": "处理决定已撤销"}),
    );
    day.keyed(cast, &act, &wrong_ends(&act));
    day.say("lifted already", &here, &act, Key::New);
    day.say("later than it ends", &here, &act.with("last_day", json!("2099-12-31")), Key::New);
    let wide = wide.json()["id"].as_str().expect("an id").to_owned();
    day.say("of the city, by the district", &here, &act.on(&[&wide]), Key::New);
    day.say("of the city, by the city", &city, &act.on(&[&wide]), Key::New);
    day.read(cast, "GET /v1/organisations/bans", &[]);
    day.holds("bans");
}

fn contract(first_day: &str, last_day: &str) -> Value {
    json!({"provider": Field::PROVIDER, "purchaser_area": "110102003", "first_day": first_day,
        "last_day": last_day})
}

fn contracts_and_caseloads_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let worker = day.person("worker_a");
    let (here, there) = (day.person("district_here"), day.person("district_there"));
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&worker) };
    let ban = json!({"provider": Field::PROVIDER, "first_day": "2031-01-01", "reason": "转包服务"});
    let ban = Act::new("POST /v1/organisations/bans", &[], ban);
    day.say("a ban to come", &here, &ban, Key::New);
    let act =
        Act::new("POST /v1/organisations/contracts", &[], contract("2027-01-01", "2027-12-31"));
    let act = act.or(contract("2027-01-01", "2027-12-30"));
    let wrong = [
        ("for over a year, unexplained", act.with("last_day", json!("2028-01-01"))),
        (
            "for over three years",
            act.with("last_day", json!("2030-01-01")).with("over_a_year_because", json!("固定")),
        ),
        (
            "explained with nothing",
            act.with("last_day", json!("2028-01-01")).with("over_a_year_because", json!(" ")),
        ),
        (
            "with three faults",
            act.with("first_day", json!("2028-01-01"))
                .with("purchaser_area", json!("110102003001"))
                .with("provider", json!(NOBODY)),
        ),
        ("with who is banned then", act.saying(contract("2031-01-01", "2031-12-31"))),
        ("for a purchaser elsewhere", act.with("purchaser_area", json!("110105"))),
        ("on no day", act.with("first_day", json!("2027-02-30"))),
        ("on a day that is written otherwise", act.with("first_day", json!("2027-1-1"))),
        ("without a last day", act.without("last_day")),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.later();
    let id = |told: Value| told["id"].as_str().expect("an id").to_owned();
    let signed = id(day.keyed(cast, &act, &wrong).json());
    day.later();
    let long = act.with("last_day", json!("2029-12-31")).with("over_a_year_because", json!("固定"));
    day.say("for three years, explained", &here, &long, Key::New);
    day.list(cast, "GET /v1/organisations/contracts", &[]);

    let end = Act::new(
        "POST /v1/organisations/contracts/{id}/end",
        &[&signed],
        json!({"last_day": "2027-06-30", "reason": "提前终止"}),
    );
    day.keyed(cast, &end, &wrong_ends(&end));
    day.say("ended already", &here, &end, Key::New);
    day.say("later than it ends", &here, &end.with("last_day", json!("2099-12-31")), Key::New);
    day.say("ended earlier still", &here, &end.with("last_day", json!("2027-03-31")), Key::New);
    day.say("at once, before it begins", &here, &end.without("last_day"), Key::New);
    day.holds("contracts");

    let contract = Field::CONTRACT.to_string();
    let body = json!({"contract": contract, "area": "110102003", "name": "三组"});
    let act = Act::new("POST /v1/organisations/caseloads", &[], body);
    let act = act.or(json!({"contract": contract, "area": "110102003", "name": "四组"}));
    let wrong = [
        ("with a blank name", act.with("name", json!(" "))),
        ("outside the purchaser's area", act.with("area", json!("110102004"))),
        ("in an area that is none", act.with("area", json!("1"))),
        (
            "under nothing, without a name",
            act.with("contract", json!(NOBODY)).with("name", json!("")),
        ),
        ("without a contract", act.without("contract")),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.later();
    day.keyed(cast, &act, &wrong);
    day.list(cast, "GET /v1/organisations/caseloads", &[]);
    let now = end.on(&[&contract]).without("last_day");
    day.say("a contract in force, at once", &here, &now, Key::New);
    day.say("of a contract that has ended", &here, &act, Key::New);
    day.holds("caseloads");
}
