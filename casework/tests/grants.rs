//! For random people and days: nobody sees what the rule, said naively, would not let them see.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use ruhu_casework::facts::{DeskStream, Membership, Office, PersonFacts, Role};
use ruhu_casework::grants::{REFERENCE_STREAM, grants, user_stream};
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::{StreamId, UserId};
use uuid::Uuid;

const USER: UserId = UserId(Uuid::from_u128(7));
const AREAS: [&str; 6] = ["", "110102", "110102001", "110102001001", "110102003", "110105001"];

fn stream(n: u128) -> StreamId {
    StreamId(Uuid::from_u128(0x100 + n))
}

/// Days of a few weeks, so that they meet each other often.
fn day() -> impl Strategy<Value = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(2026, 11, 1).expect("a day");
    (0..20_u64).prop_map(move |n| first + Days::new(n))
}

fn membership() -> impl Strategy<Value = Membership> {
    let bans = prop::collection::vec((day(), day()), 0..2);
    let last_day = prop::option::of(day());
    (0..4_u128, day(), last_day, day(), day(), bans).prop_map(|(n, first, last, from, to, bans)| {
        Membership {
            caseload: stream(n),
            area: "110102003".to_owned(),
            first_day: first,
            last_day: last,
            contract_first_day: from,
            contract_last_day: to,
            bans,
        }
    })
}

fn office() -> impl Strategy<Value = Office> {
    let area = prop::sample::select(AREAS.to_vec());
    let role = prop::sample::select(Role::ALL.to_vec());
    (role, area, day(), prop::option::of(day())).prop_map(|(role, area, first_day, last_day)| {
        Office { role, area: area.to_owned(), first_day, last_day }
    })
}

fn person() -> impl Strategy<Value = PersonFacts> {
    let desk = || {
        let streams = (0..4_u128).map(|n| DeskStream {
            stream: stream(n),
            kind: StreamKind::Caseload,
            area: AREAS[2 + n as usize].to_owned(),
        });
        let own = DeskStream {
            stream: user_stream(USER),
            kind: StreamKind::User,
            area: AREAS[3].to_owned(),
        };
        streams.chain([own]).collect::<Vec<_>>()
    };
    (
        prop::bool::weighted(0.9),
        prop::collection::vec(office(), 0..3),
        prop::collection::vec(membership(), 0..4),
    )
        .prop_map(move |(active, offices, memberships)| PersonFacts {
            user: USER,
            active,
            offices,
            memberships,
            desk: desk(),
        })
}

/// Every day from the first to the last.
fn days(first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    first.iter_days().take_while(|day| *day <= last).collect()
}

/// The rule as an official would say it: contract in force, provider not banned, membership
/// current, household in the caseload.
fn works_in(facts: &PersonFacts, caseload: StreamId, today: NaiveDate) -> bool {
    let end_of_time = NaiveDate::from_ymd_opt(2026, 12, 31).expect("a day");
    facts.active
        && facts.memberships.iter().filter(|m| m.caseload == caseload).any(|m| {
            let employed = days(m.first_day, m.last_day.unwrap_or(end_of_time));
            let bought = days(m.contract_first_day, m.contract_last_day);
            let banned = m.bans.iter().any(|(first, last)| days(*first, *last).contains(&today));
            employed.contains(&today) && bought.contains(&today) && !banned
        })
}

/// Sits at a desk for this area today, and belongs to no contractor.
fn reviews(facts: &PersonFacts, area: &str, today: NaiveDate) -> bool {
    sits_and_is_no_contractors(facts, today, |office| {
        matches!(office.role, Role::DistrictReviewer | Role::StreetReviewer | Role::StreetWindow)
            && area.starts_with(&office.area)
    })
}

/// Administers today, and belongs to no contractor.
fn keeps(facts: &PersonFacts, today: NaiveDate) -> bool {
    sits_and_is_no_contractors(facts, today, |office| office.role == Role::Admin)
}

fn sits_and_is_no_contractors(
    facts: &PersonFacts,
    today: NaiveDate,
    fits: impl Fn(&Office) -> bool,
) -> bool {
    let holds = |first: NaiveDate, last: Option<NaiveDate>| {
        let is_over = last.is_some_and(|last| last < today);
        first <= today && !is_over
    };
    let is_contractors = facts.memberships.iter().any(|m| holds(m.first_day, m.last_day));
    let sits = |office: &Office| fits(office) && holds(office.first_day, office.last_day);
    facts.active && !is_contractors && facts.offices.iter().any(sits)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_granted_what_the_rule_said_naively_would_not_grant(
        facts in person(),
        today in day(),
    ) {
        let found = grants(&facts, today);
        let area = |stream| facts.desk.iter().find(|d| d.stream == stream).map(|d| d.area.as_str());
        for (stream, grant) in &found.streams {
            let is_own = *stream == user_stream(USER) || *stream == REFERENCE_STREAM;
            let sees = match grant.capacity.0 {
                "worker" => works_in(&facts, *stream, today) && grant.held,
                "reviewer" | "window" => {
                    area(*stream).is_some_and(|area| reviews(&facts, area, today)) && !grant.held
                }
                "reporter" | "reader" => is_own && grant.held,
                "keeper" => *stream == REFERENCE_STREAM && keeps(&facts, today) && grant.held,
                _ => false,
            };
            prop_assert!(facts.active && sees, "{stream:?} {grant:?} on {today}");
        }
        prop_assert!(!found.closed || found.streams.is_empty());
    }

    #[test]
    fn who_works_in_a_caseload_is_granted_it(facts in person(), today in day(), n in 0..4_u128) {
        let granted = grants(&facts, today).streams.get(&stream(n)).copied();
        let holds = granted.is_some_and(|grant| grant.held && grant.capacity.0 == "worker");
        prop_assert_eq!(holds, works_in(&facts, stream(n), today));
    }

    #[test]
    fn somebody_always_decides_on_what_was_written(facts in person(), today in day()) {
        let fallback = grants(&facts, today).fallback;
        let is_a_team = facts.memberships.iter().any(|m| Some(m.caseload) == fallback);
        prop_assert!(is_a_team || fallback == Some(user_stream(USER)));
        let works = |m: &&Membership| works_in(&facts, m.caseload, today);
        if facts.memberships.iter().any(|m| works(&m)) {
            prop_assert!(facts.memberships.iter().filter(works).any(|m| Some(m.caseload) == fallback));
        }
    }
}
