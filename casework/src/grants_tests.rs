use super::*;
use crate::days::day;
use crate::facts::Membership;
use crate::roles::WINDOW;

fn on(text: &str) -> NaiveDate {
    day(text).expect("day")
}

const USER: UserId = UserId(Uuid::from_u128(7));
const CASELOAD: StreamId = StreamId(Uuid::from_u128(100));
const OTHER: StreamId = StreamId(Uuid::from_u128(101));
const FINDS: StreamId = StreamId(Uuid::from_u128(8));

fn nobody() -> PersonFacts {
    PersonFacts {
        user: USER,
        active: true,
        offices: Vec::new(),
        memberships: Vec::new(),
        desk: vec![
            DeskStream {
                stream: CASELOAD,
                kind: StreamKind::Caseload,
                area: "110102001".to_owned(),
            },
            DeskStream { stream: OTHER, kind: StreamKind::Caseload, area: "110102003".to_owned() },
            DeskStream { stream: FINDS, kind: StreamKind::User, area: "110102001001".to_owned() },
        ],
    }
}

fn worker() -> PersonFacts {
    PersonFacts {
        memberships: vec![Membership {
            caseload: CASELOAD,
            area: "110102001".to_owned(),
            first_day: on("2026-02-01"),
            last_day: Some(on("2026-11-30")),
            contract_first_day: on("2026-01-01"),
            contract_last_day: on("2026-12-31"),
            bans: Vec::new(),
        }],
        ..nobody()
    }
}

fn holder(role: Role, area: &str) -> PersonFacts {
    PersonFacts {
        offices: vec![Office {
            role,
            area: area.to_owned(),
            first_day: on("2026-01-01"),
            last_day: Some(on("2026-12-31")),
        }],
        ..nobody()
    }
}

fn capacity(facts: &PersonFacts, text: &str, stream: StreamId) -> Option<&'static str> {
    let found = grants(facts, on(text));
    found.streams.get(&stream).map(|grant| grant.capacity.0)
}

#[test]
fn a_worker_holds_the_caseload_from_the_first_day_to_the_last() {
    let facts = worker();
    for (text, open) in
        [("2026-01-31", false), ("2026-02-01", true), ("2026-11-30", true), ("2026-12-01", false)]
    {
        let found = grants(&facts, on(text));
        assert_eq!(found.closed, !open, "{text}");
        let grant = found.streams.get(&CASELOAD);
        assert_eq!(grant.map(|grant| grant.held), open.then_some(true), "{text}");
        assert_eq!(found.streams.is_empty(), !open, "{text}");
    }
}

#[test]
fn the_contract_bounds_the_membership() {
    let mut facts = worker();
    facts.memberships[0].last_day = None;
    facts.memberships[0].contract_first_day = on("2026-03-01");
    assert_eq!(capacity(&facts, "2026-02-28", CASELOAD), None);
    assert_eq!(capacity(&facts, "2026-03-01", CASELOAD), Some("worker"));
    assert_eq!(capacity(&facts, "2026-12-31", CASELOAD), Some("worker"));
    assert_eq!(capacity(&facts, "2027-01-01", CASELOAD), None);
    assert!(grants(&facts, on("2027-01-01")).closed);
}

#[test]
fn a_ban_of_the_provider_closes_the_caseload_on_its_days() {
    let mut facts = worker();
    facts.memberships[0].bans = vec![(on("2026-06-01"), on("2026-06-30"))];
    assert_eq!(capacity(&facts, "2026-05-31", CASELOAD), Some("worker"));
    assert_eq!(capacity(&facts, "2026-06-01", CASELOAD), None);
    assert_eq!(capacity(&facts, "2026-06-30", CASELOAD), None);
    assert_eq!(capacity(&facts, "2026-07-01", CASELOAD), Some("worker"));
}

#[test]
fn one_team_that_ended_does_not_close_the_other() {
    let mut facts = worker();
    let second = Membership { caseload: OTHER, last_day: None, ..facts.memberships[0].clone() };
    facts.memberships.push(second);
    let found = grants(&facts, on("2026-12-01"));
    assert!(!found.closed);
    assert!(!found.streams.contains_key(&CASELOAD));
    assert!(found.streams.contains_key(&OTHER));
}

#[test]
fn an_account_that_is_switched_off_is_closed_whatever_it_holds() {
    let facts = PersonFacts { active: false, ..worker() };
    let found = grants(&facts, on("2026-06-01"));
    assert!(found.closed && found.streams.is_empty());
}

#[test]
fn everyone_active_has_the_own_stream_and_the_reference_data() {
    let found = grants(&nobody(), on("2026-06-01"));
    assert!(!found.closed);
    let held: Vec<_> = found.held().map(|(stream, _)| stream).collect();
    assert_eq!(held, [user_stream(USER), REFERENCE_STREAM]);
    assert_eq!(found.streams.len(), 2);
    assert!(found.streams.values().all(|grant| grant.capacity == READER));
}

#[test]
fn committee_members_and_workers_report_finds_in_their_own_stream() {
    let own = user_stream(USER);
    let member = holder(Role::CommitteeMember, "110102001001");
    for facts in [member, worker()] {
        assert_eq!(capacity(&facts, "2026-06-01", own), Some("reporter"));
    }
    let reviewer = holder(Role::StreetReviewer, "110102001");
    assert_eq!(capacity(&reviewer, "2026-06-01", own), Some("reader"));
}

#[test]
fn a_desk_opens_the_streams_of_its_area_and_no_others() {
    let street = holder(Role::StreetReviewer, "110102001");
    let found = grants(&street, on("2026-06-01"));
    let grant = found.streams.get(&CASELOAD).expect("granted");
    assert!(!grant.held);
    assert_eq!(grant.capacity, REVIEWER);
    assert!(found.streams.contains_key(&FINDS));
    assert!(!found.streams.contains_key(&OTHER));
    let district = holder(Role::DistrictReviewer, "110102");
    assert_eq!(capacity(&district, "2026-06-01", OTHER), Some("reviewer"));
    let elsewhere = holder(Role::DistrictReviewer, "110101");
    assert_eq!(capacity(&elsewhere, "2026-06-01", OTHER), None);
}

#[test]
fn an_office_holds_on_its_first_and_last_day() {
    let facts = holder(Role::StreetReviewer, "110102001");
    for (text, open) in
        [("2025-12-31", false), ("2026-01-01", true), ("2026-12-31", true), ("2027-01-01", false)]
    {
        assert_eq!(capacity(&facts, text, CASELOAD).is_some(), open, "{text}");
        assert_eq!(grants(&facts, on(text)).closed, !open, "{text}");
    }
}

#[test]
fn the_window_sees_as_a_window_unless_the_person_also_reviews() {
    let mut facts = holder(Role::StreetWindow, "110102001");
    assert_eq!(capacity(&facts, "2026-06-01", FINDS), Some(WINDOW.0));
    for front in [true, false] {
        let mut both = facts.clone();
        let office = Office { role: Role::StreetReviewer, ..both.offices[0].clone() };
        both.offices.insert(if front { 0 } else { 1 }, office);
        assert_eq!(capacity(&both, "2026-06-01", FINDS), Some("reviewer"));
    }
    facts.offices[0].area = "110102003".to_owned();
    assert_eq!(capacity(&facts, "2026-06-01", FINDS), None);
}

#[test]
fn roles_without_a_desk_open_no_streams() {
    for role in Role::ALL {
        let found = grants(&holder(*role, ""), on("2026-06-01"));
        let opens = found.streams.contains_key(&CASELOAD);
        assert_eq!(opens, role.desk_capacity().is_some(), "{role}");
    }
}

#[test]
fn nobody_of_a_contractors_team_has_a_desk() {
    let mut facts = worker();
    facts.offices = holder(Role::DistrictReviewer, "110102").offices;
    assert_eq!(capacity(&facts, "2026-06-01", CASELOAD), Some("worker"));
    assert_eq!(capacity(&facts, "2026-06-01", OTHER), None);
    assert_eq!(capacity(&facts, "2026-12-01", OTHER), Some("reviewer"));
}

#[test]
fn nobody_reviews_the_own_stream() {
    let mut facts = holder(Role::StreetReviewer, "110102001");
    facts.desk.push(DeskStream {
        stream: user_stream(USER),
        kind: StreamKind::User,
        area: "110102001001".to_owned(),
    });
    let own = user_stream(USER);
    assert_eq!(capacity(&facts, "2026-06-01", own), Some("reader"));
}

fn fallback_on(facts: &PersonFacts, text: &str) -> StreamId {
    grants(facts, on(text)).fallback.expect("somebody decides")
}

#[test]
fn what_a_worker_wrote_is_laid_before_the_desk_of_the_team() {
    let facts = worker();
    for text in ["2026-06-01", "2026-12-01", "2030-01-01", "2025-01-01"] {
        assert_eq!(fallback_on(&facts, text), CASELOAD, "{text}");
    }
    let off = PersonFacts { active: false, ..facts };
    assert_eq!(fallback_on(&off, "2026-06-01"), CASELOAD);
    assert!(grants(&off, on("2026-06-01")).closed);
}

#[test]
fn of_several_teams_the_current_one_answers_and_else_the_one_that_ended_last() {
    let mut facts = worker();
    let later = Membership {
        caseload: OTHER,
        area: "110102001".to_owned(),
        first_day: on("2026-12-05"),
        last_day: None,
        ..facts.memberships[0].clone()
    };
    facts.memberships.push(later);
    for reversed in [false, true] {
        if reversed {
            facts.memberships.reverse();
        }
        for (text, expected) in [
            ("2026-01-01", CASELOAD),
            ("2026-06-01", CASELOAD),
            ("2026-12-03", CASELOAD),
            ("2026-12-05", OTHER),
            ("2026-12-31", OTHER),
            // Its membership is open, but the contract ended.
            ("2027-01-01", OTHER),
        ] {
            assert_eq!(fallback_on(&facts, text), expected, "{text}");
        }
        // A team that is barred for now gives way to one that works.
        let mut barred = facts.clone();
        barred.memberships.retain(|m| m.caseload == OTHER);
        barred.memberships[0].bans = vec![(on("2026-12-01"), on("2029-11-30"))];
        assert_eq!(fallback_on(&barred, "2026-12-06"), OTHER);
        barred.memberships.push(Membership { last_day: None, ..worker().memberships[0].clone() });
        assert_eq!(fallback_on(&barred, "2026-12-06"), CASELOAD);
    }
}

#[test]
fn what_others_wrote_is_laid_before_the_desk_of_their_own_stream() {
    let own = user_stream(USER);
    let member = holder(Role::CommitteeMember, "110102001001");
    for facts in [nobody(), member.clone(), PersonFacts { active: false, ..member.clone() }] {
        assert_eq!(fallback_on(&facts, "2026-06-01"), own);
        assert_eq!(fallback_on(&facts, "2030-06-01"), own);
    }
    // Who left a team for an office answers in the office; who works in both, in the team.
    let mut both = worker();
    both.offices = member.offices;
    assert_eq!(fallback_on(&both, "2026-12-01"), own);
    assert_eq!(fallback_on(&both, "2026-06-01"), CASELOAD);
}
