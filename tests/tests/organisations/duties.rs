//! Duties that different people have: nobody appoints themselves, and who judges others' work does
//! nothing of it.

use crate::desk::Desk;
use ruhu_tests::{Field, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    nobody_gives_an_office_or_a_place_to_themselves,
    administering_handling_cases_auditing_and_evaluating_are_different_peoples,
    a_contractors_member_gets_no_office_of_government_and_its_holder_no_place,
    an_auditor_is_appointed_dismissed_and_switched_off_from_above,
}

fn office(account: impl ToString, role: &str, area: &str, first_day: &str) -> Value {
    json!({"account": account.to_string(), "role": role, "area": area, "first_day": first_day})
}

/// An administrator of the district of the tests, made by the city's.
fn of_district(server: &Server, city: &Desk) -> Desk {
    let account = city.account("admin_district");
    city.arrange("offices", &office(&account, "admin", "110102", "2026-11-23"));
    Desk::new(server, "admin_district")
}

fn nobody_gives_an_office_or_a_place_to_themselves(server: Server) {
    let admin = Desk::new(&server, "admin");
    let own = Field::user("admin");
    let supervises = office(own, "city_supervisor", "", "2026-11-23");
    assert_eq!(admin.refused("offices", &supervises), ["for_oneself"]);
    let reviews = office(own, "street_reviewer", "110102003", "2026-11-23");
    assert_eq!(admin.refused("offices", &reviews), ["duties_exclude", "for_oneself"]);
    let place = json!({"account": own, "caseload": Field::CASELOAD_A, "first_day": "2026-12-01",
        "education": "college"});
    assert_eq!(admin.refused("memberships", &place), ["for_oneself", "contractor_cannot_decide"]);
}

fn administering_handling_cases_auditing_and_evaluating_are_different_peoples(server: Server) {
    let admin = Desk::new(&server, "admin");
    let account = admin.account("newcomer");
    let of = |role, area| office(&account, role, area, "2027-01-01");
    let held = admin.arrange("offices", &of("street_reviewer", "110102003"));
    for (role, area) in
        [("admin", "110102"), ("auditor", "110102"), ("third_party_evaluator", "110102")]
    {
        assert_eq!(admin.refused("offices", &of(role, area)), ["duties_exclude"], "{role}");
        // One that ends before the other begins stands beside it.
        let mut before = office(&account, role, area, "2026-12-31");
        before["last_day"] = json!("2027-01-01");
        assert_eq!(admin.refused("offices", &before), ["duties_exclude"], "{role}");
    }
    let mut before = of("admin", "110102");
    before["first_day"] = json!("2026-12-01");
    before["last_day"] = json!("2026-12-31");
    admin.arrange("offices", &before);
    admin.arrange("offices", &of("street_window", "110102003"));
    admin.arrange(&format!("offices/{held}/end"), &json!({"reason": "转岗"}));
    assert_eq!(admin.refused("offices", &of("admin", "110102")), ["duties_exclude"], "the window");
}

fn a_contractors_member_gets_no_office_of_government_and_its_holder_no_place(server: Server) {
    let admin = Desk::new(&server, "admin");
    let worker = Field::user("worker_a");
    for (role, area) in [
        ("admin", "110102"),
        ("auditor", "110102"),
        ("third_party_evaluator", "110102"),
        ("district_centre", "110102"),
        ("city_supervisor", ""),
    ] {
        // The office begins on the contract's last day.
        let new = office(worker, role, area, "2026-12-31");
        assert_eq!(admin.refused("offices", &new), ["contractor_cannot_decide"], "{role}");
        let account = admin.account(&format!("person_{role}"));
        admin.arrange("offices", &office(&account, role, area, "2026-12-31"));
        let place = json!({"account": account, "caseload": Field::CASELOAD_A,
            "first_day": "2026-12-01", "education": "college"});
        assert_eq!(admin.refused("memberships", &place), ["contractor_cannot_decide"], "{role}");
    }
}

fn an_auditor_is_appointed_dismissed_and_switched_off_from_above(server: Server) {
    let city = Desk::new(&server, "admin");
    let district = of_district(&server, &city);
    let account = city.account("audits_here");
    city.arrange("offices", &office(&account, "committee_member", "110102003001", "2026-01-01"));
    let off = json!({"active": false, "reason": "离职"});
    let end = json!({"reason": "转岗"});

    let audits = office(&account, "auditor", "110102", "2027-01-01");
    let refused = district.refused("offices", &audits);
    assert_eq!(refused, ["duties_exclude", "auditor_from_above"]);
    let other = city.account("audits_later");
    let audits = office(&other, "auditor", "110102", "2027-01-01");
    let held = city.arrange("offices", &audits);
    assert_eq!(district.refused(&format!("offices/{held}/end"), &end), ["auditor_from_above"]);
    assert_eq!(district.refused(&format!("accounts/{other}/use"), &off), ["auditor_from_above"]);
    // Below the district it is the district's own to appoint.
    district.arrange("offices", &office(&other, "auditor", "110102003", "2027-01-01"));
    let own = format!("accounts/{}/use", Field::user("auditor"));
    assert_eq!(district.refused(&own, &off), ["auditor_from_above"]);
    city.arrange(&format!("offices/{held}/end"), &end);
    city.arrange(&format!("accounts/{other}/use"), &off);
}
