use super::OrganisationFault as Fault;
use super::*;
use crate::days::day;
use uuid::Uuid;

fn on(text: &str) -> NaiveDate {
    day(text).expect("day")
}

fn provider() -> Provider {
    Provider {
        uscc: "91350100M000100Y43".to_owned(),
        name: "某社工事务所".to_owned(),
        bans: Vec::new(),
    }
}

fn contract(first: &str, last: &str) -> Contract {
    Contract {
        purchaser_area: "110102".to_owned(),
        first_day: on(first),
        last_day: on(last),
        over_a_year_because: None,
    }
}

fn explained(first: &str, last: &str) -> Contract {
    Contract {
        over_a_year_because: Some("服务内容相对固定、连续性强".to_owned()),
        ..contract(first, last)
    }
}

fn membership(first: &str, last: Option<&str>) -> Membership {
    Membership {
        caseload: StreamId(Uuid::from_u128(1)),
        area: "110102003".to_owned(),
        first_day: on(first),
        last_day: last.map(on),
        contract_first_day: on("2026-01-01"),
        contract_last_day: on("2026-12-31"),
        bans: Vec::new(),
    }
}

fn office(role: Role, area: &str, first: &str, last: Option<&str>) -> Office {
    Office { role, area: area.to_owned(), first_day: on(first), last_day: last.map(on) }
}

#[test]
fn a_sound_provider_is_taken_and_everything_wrong_is_named_at_once() {
    assert_eq!(check_provider(&provider()), []);
    let wrong = Provider {
        uscc: "91350100M000100Y44".to_owned(),
        name: " ".to_owned(),
        bans: vec![(on("2026-01-02"), on("2026-01-01"))],
    };
    assert_eq!(
        check_provider(&wrong),
        [Fault::UsccCheckDigit, Fault::DaysBackwards, Fault::NameMissing]
    );
}

#[test]
fn a_contract_runs_three_years_to_the_day_and_not_one_more() {
    let check =
        |last: &str| check_contract(&explained("2026-03-01", last), &provider(), on("2020-01-01"));
    assert_eq!(check("2029-02-28"), []);
    assert_eq!(check("2029-03-01"), [Fault::ContractOverThreeYears]);
}

#[test]
fn a_contract_from_a_leap_day_ends_on_the_last_day_of_february() {
    let check =
        |last: &str| check_contract(&explained("2024-02-29", last), &provider(), on("2020-01-01"));
    assert_eq!(check("2027-02-28"), []);
    assert_eq!(check("2027-03-01"), [Fault::ContractOverThreeYears]);
}

#[test]
fn more_than_a_year_needs_a_reason_and_a_year_does_not() {
    let check =
        |last: &str| check_contract(&contract("2026-01-01", last), &provider(), on("2020-01-01"));
    assert_eq!(check("2026-12-31"), []);
    assert_eq!(check("2027-01-01"), [Fault::ContractOverOneYearUnexplained]);
    let blank = Contract {
        over_a_year_because: Some("  ".to_owned()),
        ..contract("2026-01-01", "2027-01-01")
    };
    assert_eq!(
        check_contract(&blank, &provider(), on("2020-01-01")),
        [Fault::ContractOverOneYearUnexplained]
    );
}

#[test]
fn a_contract_of_one_day_is_one_and_a_day_less_is_none() {
    let check =
        |last: &str| check_contract(&contract("2026-01-01", last), &provider(), on("2020-01-01"));
    assert_eq!(check("2026-01-01"), []);
    assert_eq!(check("2025-12-31"), [Fault::DaysBackwards]);
}

#[test]
fn a_ban_of_three_years_blocks_contracts_that_begin_in_it() {
    let banned = Provider { bans: vec![ban_from(on("2023-06-01"))], ..provider() };
    let check =
        |first: &str, last: &str| check_contract(&contract(first, last), &banned, on("2020-01-01"));
    assert_eq!(check("2023-05-31", "2023-12-31"), []);
    assert_eq!(check("2023-06-01", "2023-12-31"), [Fault::ProviderBanned]);
    assert_eq!(check("2026-05-31", "2026-12-31"), [Fault::ProviderBanned]);
    assert_eq!(check("2026-06-01", "2026-12-31"), []);
}

#[test]
fn a_banned_provider_signs_nothing_whenever_it_would_begin() {
    let banned = Provider { bans: vec![ban_from(on("2023-06-01"))], ..provider() };
    let check = |signed_on: &str| {
        check_contract(&contract("2026-06-01", "2026-12-31"), &banned, on(signed_on))
    };
    assert_eq!(check("2023-05-31"), []);
    assert_eq!(check("2023-06-01"), [Fault::ProviderBanned]);
    assert_eq!(check("2026-05-31"), [Fault::ProviderBanned]);
    assert_eq!(check("2026-06-01"), []);
}

#[test]
fn a_contract_that_has_ended_takes_no_caseload() {
    let caseload = Caseload { stream: StreamId(Uuid::from_u128(1)), area: "110102001".to_owned() };
    let check =
        |day: &str| check_caseload(&caseload, &contract("2026-01-01", "2026-12-31"), on(day));
    assert_eq!(check("2026-12-31"), []);
    assert_eq!(check("2027-01-01"), [Fault::ContractEnded]);
}

#[test]
fn a_district_or_a_street_buys_and_nobody_else() {
    for (area, fits) in [
        ("110102", true),
        ("110102001", true),
        ("110102001000", true),
        ("", false),
        ("110000", false),
        ("110102001001", false),
        ("西城", false),
    ] {
        let bought =
            Contract { purchaser_area: area.to_owned(), ..contract("2026-01-01", "2026-12-31") };
        let found = check_contract(&bought, &provider(), on("2020-01-01"));
        assert_eq!(found.is_empty(), fits, "{area}: {found:?}");
    }
}

#[test]
fn a_caseload_lies_in_the_area_of_who_buys() {
    let check = |area: &str| {
        let caseload = Caseload { stream: StreamId(Uuid::from_u128(1)), area: area.to_owned() };
        check_caseload(&caseload, &contract("2026-01-01", "2026-12-31"), on("2026-12-31"))
    };
    assert_eq!(check("110102001"), []);
    assert_eq!(check("110101001"), [Fault::CaseloadOutsidePurchaser]);
}

#[test]
fn a_membership_lies_within_its_contract() {
    let contract = contract("2026-01-01", "2026-12-31");
    let check = |first: &str, last: Option<&str>| {
        check_membership(&membership(first, last), &contract, &[])
    };
    assert_eq!(check("2026-01-01", Some("2026-12-31")), []);
    assert_eq!(check("2026-01-01", None), []);
    let outside = [Fault::MembershipOutsideContract];
    assert_eq!(check("2025-12-31", Some("2026-12-31")), outside);
    assert_eq!(check("2026-01-01", Some("2027-01-01")), outside);
    assert_eq!(check("2026-06-02", Some("2026-06-01")), [Fault::DaysBackwards]);
    let other =
        Membership { contract_last_day: on("2027-12-31"), ..membership("2026-01-01", None) };
    assert_eq!(check_membership(&other, &contract, &[]), [Fault::MembershipOfAnotherContract]);
}

#[test]
fn a_contractors_person_holds_no_desk_on_the_same_days() {
    let works = membership("2026-01-01", Some("2026-06-30"));
    let reviews =
        |first: &str, last: Option<&str>| office(Role::StreetReviewer, "110102001", first, last);
    let contract = contract("2026-01-01", "2026-12-31");
    let meets = reviews("2026-06-30", None);
    assert_eq!(
        check_office(&meets, &[], std::slice::from_ref(&works)),
        [Fault::ContractorCannotDecide]
    );
    assert_eq!(check_membership(&works, &contract, &[meets]), [Fault::ContractorCannotDecide]);
    for apart in [reviews("2026-07-01", None), reviews("2025-01-01", Some("2025-12-31"))] {
        assert_eq!(check_office(&apart, &[], std::slice::from_ref(&works)), []);
        assert_eq!(check_membership(&works, &contract, &[apart]), []);
    }
}

#[test]
fn every_role_is_held_at_its_level() {
    for (role, area, fits) in [
        (Role::CitySupervisor, "", true),
        (Role::CitySupervisor, "110102", false),
        (Role::DistrictReviewer, "110102", true),
        (Role::DistrictReviewer, "", false),
        (Role::DistrictReviewer, "110102001", false),
        (Role::StreetReviewer, "110102001", true),
        (Role::StreetReviewer, "110102", false),
        (Role::StreetWindow, "110102001", true),
        (Role::StreetWindow, "110102001001", false),
        (Role::CommitteeMember, "110102001001", true),
        (Role::CommitteeMember, "110102001", false),
        (Role::Auditor, "", true),
        (Role::Auditor, "110102", true),
    ] {
        let found = check_office(&office(role, area, "2026-01-01", None), &[], &[]);
        assert_eq!(found.is_empty(), fits, "{role} {area}: {found:?}");
    }
}

#[test]
fn an_office_needs_an_area_days_in_order_and_no_workers_role() {
    let wrong = office(Role::Worker, "1", "2026-01-02", Some("2026-01-01"));
    assert_eq!(
        check_office(&wrong, &[], &[]),
        [Fault::AreaMalformed, Fault::DaysBackwards, Fault::WorkerNeedsMembership]
    );
}

#[test]
fn a_contractors_person_may_sit_on_a_committee_and_evaluates_nothing() {
    let works = membership("2026-01-01", None);
    for (role, area, expected) in [
        (Role::CommitteeMember, "110102001001", &[][..]),
        (Role::ProviderAdmin, "110102", &[]),
        (Role::ThirdPartyEvaluator, "110102", &[Fault::ContractorCannotDecide]),
        (Role::Admin, "110102", &[Fault::ContractorCannotDecide]),
        (Role::Auditor, "110102", &[Fault::ContractorCannotDecide]),
        (Role::CitySupervisor, "", &[Fault::ContractorCannotDecide]),
    ] {
        // It begins in the future, when the person still works there.
        let new = office(role, area, "2026-12-31", None);
        assert_eq!(check_office(&new, &[], std::slice::from_ref(&works)), expected, "{role}");
    }
}

#[test]
fn offices_that_exclude_each_other_are_held_one_after_the_other() {
    let held = office(Role::StreetReviewer, "110102001", "2026-01-01", Some("2026-06-30"));
    let admin = |first: &str, last: Option<&str>| {
        let new = office(Role::Admin, "110102", first, last);
        check_office(&new, std::slice::from_ref(&held), &[])
    };
    assert_eq!(admin("2026-06-30", None), [Fault::DutiesExclude]);
    assert_eq!(admin("2025-01-01", Some("2026-01-01")), [Fault::DutiesExclude]);
    assert_eq!(admin("2026-07-01", None), []);
    assert_eq!(admin("2025-01-01", Some("2025-12-31")), []);
}

#[test]
fn an_auditor_is_appointed_and_switched_off_from_above_alone() {
    let (city, district) = (Within::areas([""]), Within::areas(["110102"]));
    let from_above = [Fault::AuditorFromAbove];
    assert_eq!(check_appointment(Role::Auditor, "110102", &city), []);
    assert_eq!(check_appointment(Role::Auditor, "110102", &district), from_above);
    assert_eq!(check_appointment(Role::Auditor, "", &city), from_above);
    assert_eq!(check_appointment(Role::Admin, "110102", &district), []);
    let switch = |last: Option<&str>| {
        let audits = [office(Role::Auditor, "110102", "2026-01-01", last)];
        check_switching(&audits, &district, on("2026-06-30"))
    };
    assert_eq!(switch(None), from_above);
    assert_eq!(switch(Some("2026-06-30")), from_above);
    assert_eq!(switch(Some("2026-06-29")), [], "one who audits no more");
}
