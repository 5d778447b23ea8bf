//! Everything that determines a person's grants, loaded at every request in a fixed number of
//! queries.

use crate::Tx;
use crate::organisations::Bans;
use crate::schema::{account, caseload, contract, membership, office};
use crate::values::{Day, Fixed, LastDay, Name};
use chrono::NaiveDate;
use diesel::prelude::*;
use ruhu_casework::areas;
use ruhu_casework::facts::{DeskStream, Membership, Office, PersonFacts, Role};
use ruhu_casework::grants::user_stream;
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::storage::Stored;

/// Everything that affects one person's rights. A person without an account is treated like one
/// whose account is disabled.
pub(crate) fn facts(tx: &mut Tx, user: UserId) -> Stored<PersonFacts> {
    let active = tx.run(|connection| {
        let query = account::table.find(user.fixed()).select(account::active);
        on_both!(connection, |c| query.first::<bool>(c).optional())
    })?;
    let active = active.unwrap_or(false);
    let (offices, memberships) = (offices(tx, user)?, memberships(tx, user)?);
    // A person whose account is disabled has no desk; the teams still determine who decides on what
    // they send.
    let desk = if active { desk(tx, &offices)? } else { Vec::new() };
    Ok(PersonFacts { user, active, offices, memberships, desk })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = office)]
struct OfficeRow {
    role: String,
    area: String,
    #[diesel(deserialize_as = Day)]
    first_day: NaiveDate,
    #[diesel(deserialize_as = LastDay)]
    last_day: Option<NaiveDate>,
}

fn offices(tx: &mut Tx, user: UserId) -> Stored<Vec<Office>> {
    let rows: Vec<OfficeRow> = tx.run(|connection| {
        on_both!(connection, |c| office::table
            .filter(office::account.eq(user.fixed()))
            .order(office::id)
            .select(OfficeRow::as_select())
            .load(c))
    })?;
    let office = |OfficeRow { role, area, first_day, last_day }| {
        // A role of a later version gives this one no rights.
        Some(Office { role: Role::parse(&role)?, area, first_day, last_day })
    };
    Ok(rows.into_iter().filter_map(office).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = membership)]
struct MembershipRow {
    #[diesel(deserialize_as = Fixed<16>)]
    caseload: StreamId,
    #[diesel(deserialize_as = Day)]
    first_day: NaiveDate,
    #[diesel(deserialize_as = LastDay)]
    last_day: Option<NaiveDate>,
    #[diesel(select_expression = caseload::area)]
    area: String,
    #[diesel(embed)]
    contract: ContractRow,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = contract)]
struct ContractRow {
    provider: Fixed<16>,
    purchaser_area: String,
    #[diesel(deserialize_as = Day)]
    first_day: NaiveDate,
    #[diesel(deserialize_as = Day)]
    last_day: NaiveDate,
}

fn memberships(tx: &mut Tx, user: UserId) -> Stored<Vec<Membership>> {
    let rows: Vec<MembershipRow> = tx.run(|connection| {
        on_both!(connection, |c| membership::table
            .inner_join(caseload::table.inner_join(contract::table))
            .filter(membership::account.eq(user.fixed()))
            .order(membership::id)
            .select(MembershipRow::as_select())
            .load(c))
    })?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let bans = Bans::of(tx, rows.iter().map(|row| row.contract.provider))?;
    let membership = |row: MembershipRow| Membership {
        caseload: row.caseload,
        area: row.area,
        first_day: row.first_day,
        last_day: row.last_day,
        contract_first_day: row.contract.first_day,
        contract_last_day: row.contract.last_day,
        bans: bans.holding_in(row.contract.provider, &row.contract.purchaser_area),
    };
    Ok(rows.into_iter().map(membership).collect())
}

/// The streams inside the areas of offices that have a desk: caseloads, and the own streams of
/// those who report from there, committee members and workers.
fn desk(tx: &mut Tx, offices: &[Office]) -> Stored<Vec<DeskStream>> {
    let ranges: Vec<(String, String)> = offices
        .iter()
        .filter(|office| office.role.desk_capacity().is_some())
        .filter_map(|office| areas::prefix(&office.area))
        // Codes with a prefix lie between it and it followed by the character after 9.
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
    // Whether they are still in office, or still have an account, does not matter: what they
    // reported then is a household that waits now.
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
