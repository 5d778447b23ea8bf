//! What is known of a person, loaded at every request: a fixed number of queries.

use crate::Tx;
use crate::organisations::Bans;
use crate::schema::{account, caseload, contract, membership, office};
use crate::values::{Fixed, Name, day};
use diesel::prelude::*;
use ruhu_casework::areas;
use ruhu_casework::facts::{DeskStream, Membership, Office, PersonFacts, Role};
use ruhu_casework::grants::user_stream;
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::rules::StreamKind;
use ruhu_sync::storage::Stored;

/// Everything that bears on one person's rights. A person without an account is known as one whose
/// account is switched off.
pub(crate) fn facts(tx: &mut Tx, user: UserId) -> Stored<PersonFacts> {
    let active = tx.run(|connection| {
        let query = account::table.find(user.fixed()).select(account::active);
        on_both!(connection, |c| query.first::<bool>(c).optional())
    })?;
    let active = active.unwrap_or(false);
    let (offices, memberships) = (offices(tx, user)?, memberships(tx, user)?);
    // One who is switched off has no desk; the teams still tell who decides on what is handed in.
    let desk = if active { desk(tx, &offices)? } else { Vec::new() };
    Ok(PersonFacts { user, active, offices, memberships, desk })
}

type OfficeRow = (String, String, String, Option<String>);

fn offices(tx: &mut Tx, user: UserId) -> Stored<Vec<Office>> {
    let rows: Vec<OfficeRow> = tx.run(|connection| {
        let query = office::table
            .filter(office::account.eq(user.fixed()))
            .order(office::id)
            .select((office::role, office::area, office::first_day, office::last_day));
        on_both!(connection, |c| query.load(c))
    })?;
    let mut offices = Vec::with_capacity(rows.len());
    for (role, area, first_day, last_day) in rows {
        // A role of a later version gives this one no rights.
        let Some(role) = Role::parse(&role) else {
            continue;
        };
        offices.push(Office {
            role,
            area,
            first_day: day(&first_day)?,
            last_day: last_day.as_deref().map(day).transpose()?,
        });
    }
    Ok(offices)
}

type MembershipRow = (Fixed<16>, String, Option<String>, Fixed<16>, String, String, String, String);

fn memberships(tx: &mut Tx, user: UserId) -> Stored<Vec<Membership>> {
    let rows: Vec<MembershipRow> = tx.run(|connection| {
        let query = membership::table
            .inner_join(caseload::table.inner_join(contract::table))
            .filter(membership::account.eq(user.fixed()))
            .order(membership::id)
            .select((
                membership::caseload,
                membership::first_day,
                membership::last_day,
                contract::provider,
                contract::first_day,
                contract::last_day,
                caseload::area,
                contract::purchaser_area,
            ));
        on_both!(connection, |c| query.load(c))
    })?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let bans = Bans::of(tx, rows.iter().map(|row| row.3))?;
    rows.into_iter()
        .map(|(caseload, first, last, provider, contract_first, contract_last, area, bought_in)| {
            Ok(Membership {
                caseload: StreamId::of(caseload),
                area,
                first_day: day(&first)?,
                last_day: last.as_deref().map(day).transpose()?,
                contract_first_day: day(&contract_first)?,
                contract_last_day: day(&contract_last)?,
                bans: bans.holding_in(provider, &bought_in),
            })
        })
        .collect()
}

/// The streams inside the areas of offices that have a desk: caseloads, and the own streams of
/// those who report from there, committee members and workers.
fn desk(tx: &mut Tx, offices: &[Office]) -> Stored<Vec<DeskStream>> {
    let ranges: Vec<(String, String)> = offices
        .iter()
        .filter(|office| office.role.desk_capacity().is_some())
        .filter_map(|office| areas::prefix(&office.area))
        // Codes that begin with a prefix lie from it up to it and the character after 9.
        .map(|prefix| (prefix.to_owned(), format!("{prefix}:")))
        .collect();
    if ranges.is_empty() {
        return Ok(Vec::new());
    }
    let caseloads: Vec<(Fixed<16>, String)> = tx.run(|connection| {
        on_both!(connection, |c| {
            let mut query = caseload::table
                .select((caseload::id, caseload::area))
                .order(caseload::id)
                .into_boxed();
            for (first, end) in &ranges {
                query = query.or_filter(caseload::area.ge(first).and(caseload::area.lt(end)));
            }
            query.load(c)
        })
    })?;
    // Whether they are still in office, or still have an account, is no matter: what they reported
    // then is a household that waits now.
    let members: Vec<(Fixed<16>, String)> = tx.run(|connection| {
        on_both!(connection, |c| {
            let mut query = office::table
                .select((office::account, office::area))
                .order(office::id)
                .into_boxed();
            for (first, end) in &ranges {
                query = query.or_filter(
                    office::role
                        .eq(Role::CommitteeMember.as_str())
                        .and(office::area.ge(first))
                        .and(office::area.lt(end)),
                );
            }
            query.load(c)
        })
    })?;
    let workers: Vec<(Fixed<16>, String)> = tx.run(|connection| {
        on_both!(connection, |c| {
            let mut query = membership::table
                .inner_join(caseload::table)
                .select((membership::account, caseload::area))
                .order(membership::id)
                .into_boxed();
            for (first, end) in &ranges {
                query = query.or_filter(caseload::area.ge(first).and(caseload::area.lt(end)));
            }
            query.load(c)
        })
    })?;
    let caseloads = caseloads.into_iter().map(|(id, area)| DeskStream {
        stream: StreamId::of(id),
        kind: StreamKind::Caseload,
        area,
    });
    let reporters = members.into_iter().chain(workers).map(|(account, area)| DeskStream {
        stream: user_stream(UserId::of(account)),
        kind: StreamKind::User,
        area,
    });
    Ok(caseloads.chain(reporters).collect())
}
