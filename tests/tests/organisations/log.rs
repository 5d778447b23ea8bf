//! What staff did is written down, and stays.

use crate::desk::Desk;
use ruhu_tests::{Field, Server, on_both_databases, tables};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

on_both_databases! {
    everything_that_staff_do_is_in_the_log_with_who_and_when_and_what_was_before,
    the_log_is_never_changed_nor_shortened,
    an_auditor_reads_the_log_of_the_own_area_page_by_page,
    a_password_is_nowhere_in_the_log,
}

fn lines(desk: &Desk, query: &str) -> Vec<Value> {
    let log = desk.get(&format!("log{query}")).expect(200).json();
    log["lines"].as_array().expect("lines").clone()
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

    let lines = lines(&Desk::new(&server, "auditor"), "");
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
    for (line, number) in lines.iter().zip(1..) {
        assert_eq!(line["number"], number);
        assert_eq!(line["by"], json!(Field::user("admin")));
        assert_eq!(line["by_name"], "测试admin");
        assert_eq!(line["at_us"], server.now().0);
    }
    let ended = &lines[10];
    assert_eq!(ended["subject"], json!(team.contract));
    assert_eq!(ended["area"], "110102003");
    assert_eq!(ended["detail"]["before"], json!({"last_day": "2026-12-31"}));
    assert_eq!(ended["detail"]["asked"]["reason"], "测试结束");
}

fn the_log_is_never_changed_nor_shortened(server: Server) {
    Desk::new(&server, "admin").account("newcomer");
    for sql in ["UPDATE organisation_log SET act = 'nothing'", "DELETE FROM organisation_log"] {
        let refused = catch_unwind(AssertUnwindSafe(|| tables::run(&server, sql)));
        assert!(refused.is_err(), "{sql}");
    }
    let kept = tables::texts(&server, "SELECT act AS value FROM organisation_log");
    assert_eq!(kept, ["account_added"]);
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
    let numbers: Vec<_> = all.iter().map(|line| line["number"].as_u64().expect("one")).collect();
    assert_eq!(numbers, [1, 2, 3, 5], "the contract of another district is not its");
    let page = auditor.get("log?limit=2").expect(200).json();
    assert_eq!(page["lines"], json!(all[..2]));
    let next = page["next"].as_str().expect("more lines");
    let last = auditor.get(&format!("log?limit=2&after={next}")).expect(200).json();
    assert_eq!(last, json!({"lines": all[2..]}), "an exact page, and no next one");
    auditor.get("log?after=2").expect_problem(400, "invalid-request");
}

fn a_password_is_nowhere_in_the_log(server: Server) {
    let admin = Desk::new(&server, "admin");
    admin.account("newcomer");
    let text = Desk::new(&server, "auditor").get("log").expect(200).text().to_owned();
    assert!(text.contains("newcomer") && !text.contains(ruhu_tests::PASSWORD), "{text}");
    assert!(!text.contains("password"), "{text}");
    // And the account signs in with it.
    server.hand("newcomer");
}
