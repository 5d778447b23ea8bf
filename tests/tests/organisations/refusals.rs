//! What the rules do not allow is refused, with all its reasons at once, and leaves nothing behind.

use crate::desk::{Desk, USCC, key};
use ruhu_tests::{Field, Server, on_both_databases, tables};
use serde_json::{Value, json};
use std::thread;

/// What staff arranged, among all that the audit log tells.
const ARRANGED: &str = "audit_log WHERE act NOT IN ('signed_in', 'rows_written')";

on_both_databases! {
    a_provider_needs_a_code_that_was_read_well_and_a_name,
    a_contract_runs_three_years_at_most_and_needs_a_reason_for_more_than_one,
    a_banned_provider_gets_no_contract,
    a_caseload_lies_in_its_purchasers_area,
    a_person_works_for_one_provider_at_a_time,
    a_worker_brings_a_qualification_or_a_reason_that_is_kept,
    a_contractors_person_gets_no_desk_and_a_reviewer_no_team,
    an_account_needs_a_login_of_its_own_and_a_password,
    an_end_needs_a_reason_and_is_not_dated_back,
    a_refusal_leaves_nothing_behind_and_its_key_may_be_used_again,
    an_act_sent_again_is_done_once_and_its_key_is_for_nothing_else,
    what_is_no_request_is_refused_before_it_is_judged,
    of_acts_at_once_that_exclude_each_other_one_is_done,
}

fn contract(first_day: &str, last_day: &str) -> Value {
    json!({"provider": Field::PROVIDER, "purchaser_area": "110102", "first_day": first_day,
        "last_day": last_day})
}

fn because(mut contract: Value, why: &str) -> Value {
    contract["over_a_year_because"] = json!(why);
    contract
}

fn a_provider_needs_a_code_that_was_read_well_and_a_name(server: Server) {
    let district = Desk::new(&server, "district_here");
    let refused = |uscc: &str, name: &str| {
        district.refused("providers", &json!({"uscc": uscc, "name": name}))
    };
    assert_eq!(refused("91350100M000100Y44", "测试事务所"), ["uscc_check_digit"]);
    assert_eq!(refused("1", ""), ["uscc_malformed", "name_missing"]);
    assert_eq!(refused("\0", "测\0试"), ["uscc_malformed", "text_malformed"]);
    district.arrange("providers", &json!({"uscc": USCC, "name": "测试事务所"}));
    assert_eq!(refused(USCC, "又一家"), ["uscc_taken"]);
    assert_eq!(tables::count(&server, "provider"), 2);
}

fn a_contract_runs_three_years_at_most_and_needs_a_reason_for_more_than_one(server: Server) {
    let district = Desk::new(&server, "district_here");
    let refused = |body: &Value| district.refused("contracts", body);
    district.arrange("contracts", &contract("2027-01-01", "2027-12-31"));
    let unexplained = contract("2027-01-01", "2028-01-01");
    assert_eq!(refused(&unexplained), ["contract_over_one_year_unexplained"]);
    district.arrange("contracts", &because(contract("2027-01-01", "2029-12-31"), "服务对象固定"));
    let long = because(contract("2027-01-01", "2030-01-01"), "服务对象固定");
    assert_eq!(refused(&long), ["contract_over_three_years"]);
    let mut wrong = contract("2027-01-02", "2027-01-01");
    wrong["purchaser_area"] = json!("110102003001");
    wrong["provider"] = json!(Field::CONTRACT);
    assert_eq!(refused(&wrong), ["purchaser_level", "days_backwards", "provider_unknown"]);
    wrong = contract("2027-01-01", "2027-12-31");
    wrong["purchaser_area"] = json!("110105");
    assert_eq!(refused(&wrong), ["outside_your_area"]);
}

fn a_banned_provider_gets_no_contract(server: Server) {
    let district = Desk::new(&server, "district_here");
    let ban = json!({"provider": Field::PROVIDER, "first_day": "2027-03-01", "reason": "转包服务"});
    let banned = district.arrange("bans", &ban);
    assert_eq!(district.refused("bans", &ban), ["already_banned"]);
    let refused = |body: &Value| district.refused("contracts", body);
    district.arrange("contracts", &contract("2027-02-28", "2027-12-31"));
    assert_eq!(refused(&contract("2027-03-01", "2027-12-31")), ["provider_banned"]);
    assert_eq!(refused(&contract("2030-02-28", "2030-12-31")), ["provider_banned"]);
    district.arrange("contracts", &contract("2030-03-01", "2030-12-31"));
    // While it is banned it signs nothing, whenever that would begin.
    server.set_clock("2027-03-01 00:00:00");
    let district = Desk::new(&server, "district_here");
    let later = contract("2030-03-01", "2030-12-31");
    assert_eq!(district.refused("contracts", &later), ["provider_banned"]);
    district.arrange(&format!("bans/{banned}/lift"), &json!({"reason": "处理决定已撤销"}));
    district.arrange("contracts", &later);
}

fn a_caseload_lies_in_its_purchasers_area(server: Server) {
    let district = Desk::new(&server, "district_here");
    let caseload = |contract: &Value, area: &str, name: &str| {
        district.refused("caseloads", &json!({"contract": contract, "area": area, "name": name}))
    };
    let here = json!(Field::CONTRACT);
    assert_eq!(caseload(&here, "110102004", "四组"), ["caseload_outside_purchaser"]);
    assert_eq!(
        caseload(&json!(Field::PROVIDER), "110102003", " "),
        ["name_missing", "contract_unknown"]
    );
    let there = Desk::new(&server, "district_there");
    let body = json!({"contract": here, "area": "110102003", "name": "三组"});
    assert_eq!(there.refused("caseloads", &body), ["contract_unknown"]);
    server.set_clock("2027-01-01 00:00:00");
    let district = Desk::new(&server, "district_here");
    assert_eq!(district.refused("caseloads", &body), ["contract_ended"]);
}

fn place(account: &Value, caseload: &Value, first_day: &str) -> Value {
    json!({"account": account, "caseload": caseload, "first_day": first_day, "education": "college"})
}

fn a_person_works_for_one_provider_at_a_time(server: Server) {
    let admin = Desk::new(&server, "admin");
    let team = admin.team("2026-11-01", "2026-12-31");
    let (worker, there) = (json!(Field::user("worker_a")), json!(team.caseload));
    let refused = |body: &Value| admin.refused("memberships", body);
    let both = place(&worker, &there, "2026-11-23");
    assert_eq!(refused(&both), ["membership_of_another_provider"]);
    assert_eq!(
        refused(&place(&worker, &json!(Field::CASELOAD_A), "2026-11-23")),
        ["membership_twice"]
    );
    // A second team of the same provider is none of that.
    admin.arrange("memberships", &place(&worker, &json!(Field::CASELOAD_B), "2026-11-23"));
    let before = place(&json!(Field::user("worker_b")), &there, "2026-10-31");
    assert_eq!(refused(&before), ["membership_outside_contract", "membership_of_another_provider"]);
    let nobody = place(&json!(Field::PROVIDER), &json!(Field::PROVIDER), "2026-11-23");
    assert_eq!(refused(&nobody), ["account_unknown", "caseload_unknown"]);
    // After the first contract has ended, the person may go.
    let end = json!({"reason": "提前终止"});
    admin.arrange(&format!("contracts/{}/end", Field::CONTRACT), &end);
    admin.arrange("memberships", &both);
}

fn a_worker_brings_a_qualification_or_a_reason_that_is_kept(server: Server) {
    let admin = Desk::new(&server, "admin");
    let bring = |login: &str, what: &[(&str, &str)]| {
        let account = json!(admin.account(login));
        let mut body = place(&account, &json!(Field::CASELOAD_A), "2026-11-23");
        body.as_object_mut().expect("an object").remove("education");
        for (name, value) in what {
            body[*name] = json!(value);
        }
        body
    };
    let refused = |body: &Value| admin.refused("memberships", body);
    assert_eq!(refused(&bring("w1", &[])), ["entry_qualification"]);
    assert_eq!(refused(&bring("w2", &[("education", "below_college")])), ["entry_qualification"]);
    assert_eq!(refused(&bring("w3", &[("title", "doctor")])), ["qualification_unknown"]);
    assert_eq!(refused(&bring("w4", &[("exception_because", " ")])), ["entry_qualification"]);
    admin.arrange("memberships", &bring("w5", &[("title", "assistant_social_worker")]));
    let why = [("education", "below_college"), ("exception_because", "从事社区救助十五年")];
    let kept = admin.arrange("memberships", &bring("w6", &why));
    let all = admin.get("memberships").expect(200).json();
    let found = all["memberships"].as_array().expect("memberships").iter();
    let found = found.clone().find(|one| one["id"] == json!(kept)).expect("it is listed");
    assert_eq!(found["exception_because"], "从事社区救助十五年");
    assert_eq!(found["education"], "below_college");
}

fn a_contractors_person_gets_no_desk_and_a_reviewer_no_team(server: Server) {
    let admin = Desk::new(&server, "admin");
    let office = |login: &str, role: &str, area: &str| json!({"account": Field::user(login), "role": role, "area": area, "first_day": "2026-12-31"});
    let refused = |body: &Value| admin.refused("offices", body);
    let decides = office("worker_a", "street_reviewer", "110102003");
    assert_eq!(refused(&decides), ["contractor_cannot_decide"]);
    let reviewer = json!(Field::user("reviewer_here"));
    let joins = place(&reviewer, &json!(Field::CASELOAD_A), "2026-11-23");
    assert_eq!(admin.refused("memberships", &joins), ["contractor_cannot_decide"]);
    assert_eq!(
        refused(&office("committee", "worker", "1")),
        ["area_malformed", "worker_needs_membership", "outside_your_area"]
    );
    assert_eq!(refused(&office("committee", "street_reviewer", "110102")), ["office_level"]);
    assert_eq!(refused(&office("committee", "king", "110102")), ["role_unknown"]);
    let off = json!({"active": false, "reason": "离职"});
    admin.arrange(&format!("accounts/{}/use", Field::user("committee")), &off);
    let again = office("committee", "street_reviewer", "110102003");
    assert_eq!(refused(&again), ["account_off"]);
}

fn an_account_needs_a_login_of_its_own_and_a_password(server: Server) {
    let admin = Desk::new(&server, "admin");
    let refused = |login: &str, name: &str, password: &str| {
        let body = json!({"login": login, "name": name, "password": password});
        admin.refused("accounts", &body)
    };
    assert_eq!(refused("worker_a", "测试甲", ruhu_tests::PASSWORD), ["login_taken"]);
    assert_eq!(
        refused("two words", "", "短"),
        ["login_malformed", "name_missing", "password_weak"]
    );
    let address = format!("accounts/{}/use", Field::user("worker_a"));
    let on = json!({"active": true, "reason": ""});
    assert_eq!(admin.refused(&address, &on), ["reason_missing", "state_already"]);
}

fn an_end_needs_a_reason_and_is_not_dated_back(server: Server) {
    let district = Desk::new(&server, "district_here");
    let address = format!("contracts/{}/end", Field::CONTRACT);
    let refused = |body: Value| district.refused(&address, &body);
    let blank = json!({"last_day": "2026-11-21", "reason": " "});
    assert_eq!(refused(blank), ["end_in_the_past", "reason_missing"]);
    let later = json!({"last_day": "2026-12-31", "reason": "提前终止"});
    assert_eq!(refused(later), ["end_not_earlier"]);
    district.arrange(&address, &json!({"reason": "提前终止"}));
    assert_eq!(refused(json!({"reason": "提前终止"})), ["end_not_earlier"]);
}

fn a_refusal_leaves_nothing_behind_and_its_key_may_be_used_again(server: Server) {
    let district = Desk::new(&server, "district_here");
    let (key, wrong) = (key(), contract("2027-01-01", "2028-01-01"));
    let refused = district.keyed(&key, "contracts", &wrong);
    refused.expect_problem(422, "organisation-refused");
    assert_eq!(tables::count(&server, "contract"), 1);
    assert_eq!(tables::count(&server, ARRANGED), 0);
    let explained = because(wrong, "服务对象固定");
    district.keyed(&key, "contracts", &explained).expect(200);
    assert_eq!(tables::count(&server, "contract"), 2);
}

fn an_act_sent_again_is_done_once_and_its_key_is_for_nothing_else(server: Server) {
    let district = Desk::new(&server, "district_here");
    let (key, body) = (key(), contract("2027-01-01", "2027-12-31"));
    let first = district.keyed(&key, "contracts", &body).expect(200);
    let again = district.keyed(&key, "contracts", &body).expect(200);
    assert_eq!(first.body, again.body);
    assert_eq!(tables::count(&server, "contract"), 2);
    assert_eq!(tables::count(&server, ARRANGED), 1);
    let other = contract("2027-01-01", "2027-12-30");
    district.keyed(&key, "contracts", &other).expect_problem(422, "idempotency-key-reused");
    let end = json!({"reason": "提前终止"});
    let address = format!("contracts/{}/end", Field::CONTRACT);
    district.keyed(&key, &address, &end).expect_problem(422, "idempotency-key-reused");
    let bare = district.0.call("POST", "/v1/organisations/contracts").json(&body).send();
    bare.expect_problem(400, "invalid-request");
}

fn what_is_no_request_is_refused_before_it_is_judged(server: Server) {
    let district = Desk::new(&server, "district_here");
    let mut typo = contract("2027-01-01", "2027-12-31");
    typo["over_a_year_becuase"] = json!("x");
    for body in [
        json!({}),
        typo,
        contract("2027-1-1", "2027-12-31"),
        contract("2027-01-01", "2027-02-30"),
        contract("+12027-01-01", "2027-12-31"),
    ] {
        district.post("contracts", &body).expect_problem(400, "malformed-json");
    }
    let end = json!({"reason": "提前终止"});
    district.post("contracts/1/end", &end).expect_problem(400, "invalid-request");
    for limit in ["0", "201", "-1", "x"] {
        district.get(&format!("contracts?limit={limit}")).expect_problem(400, "invalid-request");
    }
}

fn of_acts_at_once_that_exclude_each_other_one_is_done(server: Server) {
    let admin = Desk::new(&server, "admin");
    let team = admin.team("2026-11-01", "2026-12-31");
    let account = json!(admin.account("newcomer"));
    let own = place(&account, &json!(Field::CASELOAD_A), "2026-11-23");
    let other = place(&account, &json!(team.caseload), "2026-11-23");
    let desks: Vec<_> = (0..8).map(|_| Desk::new(&server, "admin")).collect();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let sent = desks.iter().zip([&own, &other].into_iter().cycle());
        let sent =
            sent.map(|(desk, body)| scope.spawn(move || desk.post("memberships", body).status));
        let sent: Vec<_> = sent.collect();
        sent.into_iter().map(|thread| thread.join().expect("answered")).collect()
    });
    let count = |status| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((count(200), count(422)), (1, 7), "{statuses:?}");
    assert_eq!(tables::count(&server, ARRANGED), 5);
    let numbers = "SELECT CAST(number AS TEXT) AS value FROM audit_log ORDER BY number";
    let numbers = tables::texts(&server, numbers);
    let without_a_gap: Vec<_> = (1..=numbers.len()).map(|number| number.to_string()).collect();
    assert_eq!(numbers, without_a_gap);
}
