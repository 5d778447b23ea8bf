//! Computes what a person may see on a day from the facts about the person.
//!
//! Rights are computed at every request and stored nowhere, so that a contract that ends at
//! midnight ends for every tablet at midnight. Both dates of everything are inclusive.

use crate::areas;
use crate::facts::{DeskStream, Membership, Office, PersonFacts};
use crate::roles::{KEEPER, READER, REPORTER, REVIEWER, Role, WORKER};
use chrono::NaiveDate;
use ruhu_sync::grants::{Grant, Grants, StreamKind};
use ruhu_sync::id::{StreamId, UserId};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The stream of the reference data: one for the whole installation, with a fixed name.
pub const REFERENCE_STREAM: StreamId =
    StreamId(Uuid::from_u128(0x0000_0000_0000_8000_8000_0000_0000_0001));

/// A person's own stream: notices, own finds, decisions on own edits.
pub fn user_stream(user: UserId) -> StreamId {
    StreamId(user.0)
}

/// Everything a person may see on a day.
///
/// - A disabled account, or one whose memberships and offices have all ended or not begun, is
///   closed: it may still push (to quarantine) and pulls nothing.
/// - A worker has the caseloads whose membership and contract are in force, the provider not
///   banned.
/// - An office at a desk opens the streams inside its area, which no tablet holds. Nobody who
///   belongs to a contractor's team has a desk, whatever offices were entered: what government must
///   do itself may not be bought (313号), and the drafter does not review.
/// - Everybody has their own stream, in which committee members and workers report finds, and the
///   reference data.
pub fn grants(facts: &PersonFacts, day: NaiveDate) -> Grants {
    let offices: Vec<_> = facts.offices.iter().filter(|office| office.is_in_force(day)).collect();
    let memberships: Vec<_> =
        facts.memberships.iter().filter(|membership| membership.is_in_force(day)).collect();
    let had_any = !facts.offices.is_empty() || !facts.memberships.is_empty();
    let fallback = Some(fallback(facts, day));
    let staff = is_staff(facts);
    if !facts.active || (had_any && offices.is_empty() && memberships.is_empty()) {
        return Grants { closed: true, fallback, staff, ..Grants::default() };
    }

    let mut streams = BTreeMap::new();
    if !facts.memberships.iter().any(|m| m.is_current(day)) {
        for office in &offices {
            open_desk(facts, office, &mut streams);
        }
    }
    for membership in &memberships {
        let grant = Grant { kind: StreamKind::Caseload, held: true, capacity: WORKER };
        streams.insert(membership.caseload, grant);
    }
    let reports = !memberships.is_empty()
        || offices.iter().any(|office| office.role == Role::CommitteeMember);
    // The own stream last: nobody reviews their own finds.
    let own = Grant {
        kind: StreamKind::User,
        held: true,
        capacity: if reports { REPORTER } else { READER },
    };
    streams.insert(user_stream(facts.user), own);
    let keeps = offices.iter().any(|office| office.role == Role::Admin)
        && !facts.memberships.iter().any(|m| m.is_current(day));
    let capacity = if keeps { KEEPER } else { READER };
    let reference = Grant { kind: StreamKind::Reference, held: true, capacity };
    streams.insert(REFERENCE_STREAM, reference);
    let caseloads = memberships.iter().map(|m| (m.caseload, m.area.clone()));
    let desks = facts.desk.iter().filter(|desk| desk.kind == StreamKind::Caseload);
    let desks = desks.map(|desk| (desk.stream, desk.area.clone()));
    let areas = caseloads.chain(desks).filter(|(stream, _)| streams.contains_key(stream)).collect();
    Grants { closed: false, streams, fallback, areas, staff }
}

/// Whether a person holds offices, and neither works in a team nor reports from a community, nor
/// ever did: what such a person wrote on a tablet before may still arrive.
fn is_staff(facts: &PersonFacts) -> bool {
    let reports = |office: &Office| office.role == Role::CommitteeMember;
    facts.memberships.is_empty() && !facts.offices.is_empty() && !facts.offices.iter().any(reports)
}

/// The stream whose desk decides on this person's edits, if nothing else says so: that of the team
/// that the person works in, has left last, or will join next; the own stream for somebody who
/// holds an office instead or never was in a team.
fn fallback(facts: &PersonFacts, day: NaiveDate) -> StreamId {
    let own = user_stream(facts.user);
    let holds_office = facts.offices.iter().any(|office| office.is_in_force(day));
    let best = facts.memberships.iter().max_by_key(|m| (standing(m, day), Reverse(m.caseload)));
    match best {
        Some(membership) if membership.runs(day) || !holds_office => membership.caseload,
        _ => own,
    }
}

/// The later in this order, the sooner a team answers for its member: one that will begin (the
/// soonest first), one that ended (the last first), one that runs but is barred, one in force.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    ToBegin(Reverse<NaiveDate>),
    Ended(NaiveDate),
    Barred(NaiveDate),
    InForce(NaiveDate),
}

fn standing(membership: &Membership, day: NaiveDate) -> Standing {
    match () {
        () if membership.is_in_force(day) => Standing::InForce(membership.first_day),
        () if membership.runs(day) => Standing::Barred(membership.first_day),
        () if membership.ends() < day => Standing::Ended(membership.ends()),
        () => Standing::ToBegin(Reverse(membership.begins())),
    }
}

fn open_desk(facts: &PersonFacts, office: &Office, streams: &mut BTreeMap<StreamId, Grant>) {
    let Some(capacity) = office.role.desk_capacity() else {
        return;
    };
    let inside = |desk: &&DeskStream| areas::contains(&office.area, &desk.area);
    for desk in facts.desk.iter().filter(inside) {
        let grant = Grant { kind: desk.kind, held: false, capacity };
        let known = streams.entry(desk.stream).or_insert(grant);
        // Somebody at the window who also reviews is a reviewer.
        if capacity == REVIEWER {
            known.capacity = REVIEWER;
        }
    }
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
