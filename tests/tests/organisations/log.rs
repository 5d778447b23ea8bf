//! What staff did is written down, and stays.

use crate::desk::Desk;
use ruhu_tests::{Field, Reply, Server, on_both_databases, tables};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

on_both_databases! {
    everything_that_staff_do_is_in_the_log_with_who_and_when_and_what_was_before,
    the_log_is_never_changed_nor_shortened,
    an_auditor_reads_the_log_of_the_own_area_page_by_page,
    lines_are_found_by_who_did_it_to_whom_which_record_and_when,
    an_administrator_reads_of_the_people_and_areas_that_are_the_own_and_of_nobody_else,
    a_password_is_nowhere_in_the_log,
    a_refresh_token_that_is_used_twice_is_in_the_log,
    a_new_device_and_what_it_continues_are_in_the_log,
    sign_ins_devices_and_pins_are_in_the_audit_log_and_nothing_that_was_typed,
    a_right_password_on_anothers_device_is_in_the_audit_log_as_refused,
    guessed_sign_ins_do_not_fill_the_audit_log,
}

/// The auditor, for the whole city.
fn citys_auditor(server: &Server) -> Desk {
    tables::run(server, "UPDATE office SET area = '' WHERE role = 'auditor'");
    Desk::new(server, "auditor")
}

fn asked(desk: &Desk, query: &str) -> Reply {
    desk.0.call("GET", &format!("/v1/audit/log{query}")).send()
}

/// The lines of one page, newest first.
fn lines(desk: &Desk, query: &str) -> Vec<Value> {
    let log = asked(desk, query).expect(200).json();
    log["lines"].as_array().expect("lines").clone()
}

/// Those of what was arranged, oldest first.
fn arranged(desk: &Desk) -> Vec<Value> {
    let mut lines = lines(desk, "?limit=200");
    lines.retain(|line| line["detail"].get("asked").is_some());
    lines.reverse();
    lines
}

fn acts(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["act"].as_str().expect("an act")).collect()
}

fn everything_that_staff_do_is_in_the_log_with_who_and_when_and_what_was_before(server: Server) {
    let admin = Desk::new(&server, "admin");
    let team = admin.team("2026-11-01", "2026-12-31");
    let account = admin.account("newcomer");
    let place = admin.member(&account, &team.caseload, "2026-11-23", None);
    let office = json!({"account": account, "role": "committee_member", "area": "110102003001",
        "first_day": "2026-11-23"});
    let office = admin.arrange("offices", &office);
    let ban = admin.arrange("bans", &json!({"provider": team.provider, "reason": "转包服务"}));
    let end = json!({"reason": "测试结束"});
    for path in [
        format!("offices/{office}/end"),
        format!("memberships/{place}/end"),
        format!("bans/{ban}/lift"),
        format!("contracts/{}/end", team.contract),
    ] {
        admin.arrange(&path, &end);
    }
    let off = json!({"active": false, "reason": "离职"});
    admin.arrange(&format!("accounts/{account}/use"), &off);

    let lines = arranged(&citys_auditor(&server));
    assert_eq!(
        acts(&lines),
        [
            "provider_added",
            "contract_added",
            "caseload_added",
            "account_added",
            "membership_added",
            "office_added",
            "ban_begun",
            "office_ended",
            "membership_ended",
            "ban_lifted",
            "contract_ended",
            "account_switched",
        ]
    );
    assert!(lines.is_sorted_by_key(|line| line["number"].as_u64()));
    for line in &lines {
        assert_eq!(line["by"], json!(Field::user("admin")));
        assert_eq!(line["by_name"], "测试admin");
        assert_eq!(line["at_us"], server.now().0);
        assert!(!line["act_zh"].as_str().expect("words").is_ascii(), "{line}");
    }
    let ended = &lines[10];
    assert_eq!(ended["subject"], json!(team.contract));
    assert_eq!(ended["area"], "110102003");
    assert_eq!(ended["detail"]["before"], json!({"last_day": "2026-12-31"}));
    assert_eq!(ended["detail"]["asked"]["reason"], "测试结束");
}

fn the_log_is_never_changed_nor_shortened(server: Server) {
    Desk::new(&server, "admin").account("newcomer");
    for sql in ["UPDATE audit_log SET act = 'nothing'", "DELETE FROM audit_log"] {
        let refused = catch_unwind(AssertUnwindSafe(|| tables::run(&server, sql)));
        assert!(refused.is_err(), "{sql}");
    }
    let kept = tables::texts(&server, "SELECT act AS value FROM audit_log ORDER BY number");
    assert_eq!(kept, ["rows_written", "signed_in", "account_added"]);
}

fn an_auditor_reads_the_log_of_the_own_area_page_by_page(server: Server) {
    let admin = Desk::new(&server, "admin");
    admin.team("2026-11-01", "2026-12-31");
    let there = json!({"provider": Field::PROVIDER, "purchaser_area": "110105",
        "first_day": "2027-01-01", "last_day": "2027-12-31"});
    admin.arrange("contracts", &there);
    admin.account("newcomer");
    let auditor = Desk::new(&server, "auditor");
    let all = lines(&auditor, "");
    // The newest is the auditor's own sign-in. Neither another district's nor the city's is there.
    assert_eq!(acts(&all), ["signed_in", "caseload_added", "contract_added"]);
    let page = asked(&auditor, "?limit=2").expect(200).json();
    assert_eq!(page["lines"], json!(all[..2]));
    let next = page["next"].as_str().expect("more lines");
    let last = asked(&auditor, &format!("?limit=1&after={next}")).expect(200).json();
    assert_eq!(last, json!({"lines": all[2..]}), "an exact page, and no next one");
    asked(&auditor, "?after=2").expect_problem(400, "invalid-request");
    asked(&auditor, "?act=nothing").expect_problem(400, "invalid-request");
}

fn lines_are_found_by_who_did_it_to_whom_which_record_and_when(server: Server) {
    let worker = server.hand("worker_a");
    server.advance_seconds(86_400);
    let admin = Desk::new(&server, "admin");
    let newcomer = admin.account("newcomer");
    let path = format!("/v1/admin/devices/{}/revoke", worker.device);
    admin.0.call("POST", &path).send().expect(204);
    let auditor = citys_auditor(&server);
    let of = |query: String| acts(&lines(&auditor, &query)).join(" ");
    let (by, of_worker) = (Field::user("admin"), Field::user("worker_a"));
    assert_eq!(of(format!("?by={by}")), "device_revoked account_added signed_in");
    assert_eq!(of(format!("?subject={newcomer}")), "account_added");
    assert_eq!(of(format!("?subject={of_worker}")), "device_revoked", "the person's device");
    assert_eq!(of(format!("?subject={}", worker.device)), "device_revoked");
    assert_eq!(of(format!("?by={of_worker}&to=2026-11-23")), "signed_in");
    assert_eq!(of(format!("?by={of_worker}&from=2026-11-24")), "");
    assert_eq!(of(format!("?by={by}&from=2026-11-24&act=account_added")), "account_added");
    let line = &lines(&auditor, &format!("?subject={newcomer}"))[0];
    assert_eq!(line["subject_name"], "测试甲");
    asked(&auditor, "?from=gestern").expect_problem(400, "invalid-request");
}

fn an_administrator_reads_of_the_people_and_areas_that_are_the_own_and_of_nobody_else(
    server: Server,
) {
    let worker = server.hand("worker_a");
    server.hand("reviewer_there");
    let citys = Desk::new(&server, "admin");
    let newcomer = citys.account("newcomer");
    // From here on the administrator is of one district.
    tables::run(&server, "UPDATE office SET area = '110102' WHERE role = 'admin'");
    let told = lines(&citys, "?limit=200");
    let people: Vec<_> = told.iter().map(|line| line["by"].clone()).collect();
    assert!(people.contains(&json!(Field::user("worker_a"))), "{told:?}");
    assert!(!people.contains(&json!(Field::user("reviewer_there"))), "{told:?}");
    assert!(!told.iter().any(|line| line["act"] == "rows_written"), "of nobody: the city's");
    let _ = (worker, newcomer);
    for login in ["worker_a", "reviewer_here", "district_here"] {
        let refused = asked(&Desk::new(&server, login), "");
        refused.expect_problem(403, "not-permitted");
    }
}

fn a_password_is_nowhere_in_the_log(server: Server) {
    let admin = Desk::new(&server, "admin");
    admin.account("newcomer");
    let text = asked(&citys_auditor(&server), "").expect(200).text().to_owned();
    assert!(text.contains("account_added") && !text.contains(ruhu_tests::PASSWORD), "{text}");
    assert!(!text.contains("password"), "{text}");
    // And the account signs in with it.
    server.hand("newcomer");
}

fn a_refresh_token_that_is_used_twice_is_in_the_log(server: Server) {
    let device = json!({"name": "平板"});
    let body = json!({"login": "worker_a", "password": ruhu_tests::PASSWORD, "device": device});
    let session = server.call("POST", "/v1/session").json(&body).send().expect(200).json();
    let refresh = |token: &Value| {
        let body = json!({"refresh_token": token});
        server.call("POST", "/v1/session/refresh").json(&body).send()
    };
    let first = &session["refresh_token"];
    let second = refresh(first).expect(200).json();
    server.advance_seconds(3_600);
    refresh(&second["refresh_token"]).expect(200);
    refresh(first).expect_problem(401, "refresh-token-refused");
    let [line] = &lines(&citys_auditor(&server), "?act=refresh_reused")[..] else {
        panic!("one line")
    };
    assert_eq!(line["by"], json!(Field::user("worker_a")));
    assert_eq!(line["subject"], line["device"]);
    let faults = server.store().verify_audit_log(None).expect("looked through").faults;
    // The test itself widened the auditor's office past the service.
    assert!(matches!(&faults[..], [one] if one.starts_with("office ")), "{faults:?}");
}

fn a_new_device_and_what_it_continues_are_in_the_log(server: Server) {
    let first = server.hand("worker_a").device;
    let second = json!({"name": "新平板", "id": "0192e4a0-0000-7000-8000-0000000000d2",
        "continues": {"device": first, "through": 0}});
    let body = json!({"login": "worker_a", "password": ruhu_tests::PASSWORD, "device": second});
    for _ in 0..2 {
        server.call("POST", "/v1/session").json(&body).send().expect(200);
    }
    let told = lines(&citys_auditor(&server), &format!("?by={}", Field::user("worker_a")));
    let details: Vec<_> = told.iter().map(|line| line["detail"].clone()).collect();
    let continued = json!({"device": first, "through": 0});
    assert_eq!(
        details,
        [
            json!({}),
            json!({"device": "enrolled", "continues": continued}),
            json!({"device": "enrolled"}),
        ]
    );
}

fn sign_in(server: &Server, login: &str, password: &str) -> u16 {
    let device = json!({"name": "平板"});
    let body = json!({"login": login, "password": password, "device": device});
    server.call("POST", "/v1/session").json(&body).send().status
}

fn sign_ins_devices_and_pins_are_in_the_audit_log_and_nothing_that_was_typed(server: Server) {
    let typed = "mistyped-into-the-login-field";
    assert_eq!(sign_in(&server, "worker_a", "wrong-and-typed"), 401);
    assert_eq!(sign_in(&server, typed, "wrong-and-typed"), 401);
    let worker = server.hand("worker_a");
    let pin = json!({"password": ruhu_tests::PASSWORD, "pin": "729406"});
    worker.call("PUT", "/v1/me/pin").json(&pin).send().expect(204);
    let own = worker.call("GET", "/v1/me/devices").send().expect(200).json();
    let device = own["devices"][0]["id"].as_str().expect("a device").to_owned();
    let admin = server.hand("admin");
    for act in ["report-lost", "report-found", "revoke"] {
        let path = format!("/v1/admin/devices/{device}/{act}");
        admin.call("POST", &path).send().expect(204);
    }
    admin.call("DELETE", "/v1/session").send().expect(204);
    let told = "SELECT act AS value FROM audit_log WHERE act <> 'rows_written' ORDER BY number";
    let acts = tables::texts(&server, told);
    let expected = [
        "sign_in_failed",
        "sign_in_failed",
        "signed_in",
        "pin_set",
        "signed_in",
        "device_lost",
        "device_found",
        "device_revoked",
        "signed_out",
    ];
    assert_eq!(acts, expected);
    let known = "SELECT act AS value FROM audit_log \
                 WHERE act = 'sign_in_failed' AND subject IS NOT NULL";
    assert_eq!(tables::texts(&server, known).len(), 1, "only one is an account's");
    let whole = tables::texts(&server, "SELECT act || detail || states AS value FROM audit_log");
    let whole = whole.concat();
    assert!(!whole.contains(typed) && !whole.contains("wrong-and-typed"), "{whole}");
    assert!(!whole.contains("729406") && !whole.contains(ruhu_tests::PASSWORD), "{whole}");
    let found = server.store().verify_audit_log(None).expect("looked through");
    let chained = found.faults.iter().filter(|fault| fault.starts_with("audit line"));
    assert_eq!(chained.count(), 0, "{:?}", found.faults);
}

fn a_right_password_on_anothers_device_is_in_the_audit_log_as_refused(server: Server) {
    let worker = server.hand("worker_a");
    let body = json!({"login": "admin", "password": ruhu_tests::PASSWORD,
        "device": {"id": worker.device, "name": "平板"}});
    let refused = server.call("POST", "/v1/session").json(&body).send();
    assert!((400..500).contains(&refused.status), "{}", refused.status);
    let told = "SELECT act AS value FROM audit_log WHERE device IS NOT NULL ORDER BY number";
    assert_eq!(tables::texts(&server, told), ["signed_in", "sign_in_failed"]);
}

fn guessed_sign_ins_do_not_fill_the_audit_log(server: Server) {
    for n in 0..40 {
        assert_eq!(sign_in(&server, &format!("nobody-{n}"), "guessed"), 401);
    }
    let failed = "audit_log WHERE act = 'sign_in_failed'";
    assert_eq!(tables::count(&server, failed), 30);
    server.advance_seconds(60);
    assert_eq!(sign_in(&server, "nobody", "guessed"), 401);
    let told = "SELECT detail AS value FROM audit_log WHERE act = 'sign_in_failed' ORDER BY number";
    assert_eq!(tables::texts(&server, told).last().expect("one"), r#"{"left_out":10}"#);
}
