//! Single organisations by name, which changes are judged by.

use super::lists::memberships;
use super::{BanRow, Bans, CaseloadRow, ContractRow, MembershipRow, OfficeRow, name};
use crate::Tx;
use crate::schema::{
    caseload, contract, membership, membership_entry, office, provider, provider_ban,
};
use crate::values::{Day, Fixed, LastDay, Name};
use chrono::NaiveDate;
use diesel::prelude::*;
use ruhu_casework::organisations::{Employment, Provider, Term};
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::storage::Stored;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = membership)]
struct EmploymentRow {
    #[diesel(select_expression = contract::provider, deserialize_as = Fixed<16>)]
    provider: Uuid,
    #[diesel(deserialize_as = Fixed<16>)]
    caseload: StreamId,
    #[diesel(deserialize_as = Day)]
    first_day: NaiveDate,
    #[diesel(deserialize_as = LastDay)]
    last_day: Option<NaiveDate>,
    #[diesel(select_expression = contract::last_day, deserialize_as = Day)]
    contract_last_day: NaiveDate,
}

impl Tx {
    /// A provider with its bans that hold in an area.
    pub fn provider(&mut self, id: Uuid, area: &str) -> Stored<Option<Provider>> {
        let row: Option<(String, Option<String>)> = self.run(|connection| {
            let query = provider::table.find(name(id)).select((provider::name, provider::uscc));
            on_both!(connection, |c| query.first(c).optional())
        })?;
        let Some((called, uscc)) = row else {
            return Ok(None);
        };
        let bans = Bans::of(self, [name(id)])?.holding_in(name(id), area);
        Ok(Some(Provider { uscc: uscc.unwrap_or_default(), name: called, bans }))
    }

    /// Whether a provider with this code is here.
    pub fn has_provider_of(&mut self, uscc: &str) -> Stored<bool> {
        // PostgreSQL rejects NUL; no code contains one.
        if uscc.contains('\0') {
            return Ok(false);
        }
        let found: Option<Fixed<16>> = self.run(|connection| {
            let query = provider::table.filter(provider::uscc.eq(uscc)).select(provider::id);
            on_both!(connection, |c| query.first(c).optional())
        })?;
        Ok(found.is_some())
    }

    /// A ban.
    pub fn ban(&mut self, id: Uuid) -> Stored<Option<BanRow>> {
        self.run(|connection| {
            on_both!(connection, |c| provider_ban::table
                .find(name(id))
                .select(BanRow::as_select())
                .first(c)
                .optional())
        })
    }

    /// A contract.
    pub fn contract(&mut self, id: Uuid) -> Stored<Option<ContractRow>> {
        self.run(|connection| {
            on_both!(connection, |c| contract::table
                .find(name(id))
                .select(ContractRow::as_select())
                .first(c)
                .optional())
        })
    }

    /// A caseload.
    pub fn caseload(&mut self, stream: StreamId) -> Stored<Option<CaseloadRow>> {
        self.run(|connection| {
            on_both!(connection, |c| caseload::table
                .find(stream.fixed())
                .select(CaseloadRow::as_select())
                .first(c)
                .optional())
        })
    }

    /// A membership.
    pub fn membership(&mut self, id: Uuid) -> Stored<Option<MembershipRow>> {
        self.run(|connection| {
            on_both!(connection, |c| memberships!()
                .filter(membership::id.eq(name(id)))
                .first(c)
                .optional())
        })
    }

    /// An office.
    pub fn office(&mut self, id: Uuid) -> Stored<Option<OfficeRow>> {
        self.run(|connection| {
            on_both!(connection, |c| office::table
                .find(name(id))
                .select(OfficeRow::as_select())
                .first(c)
                .optional())
        })
    }

    /// A person's memberships, with their providers.
    pub fn employments(&mut self, user: UserId) -> Stored<Vec<Employment>> {
        let rows: Vec<EmploymentRow> = self.run(|connection| {
            on_both!(connection, |c| membership::table
                .inner_join(caseload::table.inner_join(contract::table))
                .filter(membership::account.eq(user.fixed()))
                .order(membership::id)
                .select(EmploymentRow::as_select())
                .load(c))
        })?;
        let employment =
            |row: EmploymentRow| Employment {
                provider: row.provider,
                caseload: row.caseload,
                term: Term {
                    first_day: row.first_day,
                    last_day: Some(row.last_day.map_or(row.contract_last_day, |last_day| {
                        last_day.min(row.contract_last_day)
                    })),
                },
            };
        Ok(rows.into_iter().map(employment).collect())
    }

    /// The areas of all of a person's past, present and future offices and caseloads.
    pub fn areas_of(&mut self, user: UserId) -> Stored<Vec<String>> {
        let mut found: Vec<String> = self.run(|connection| {
            let query = office::table.filter(office::account.eq(user.fixed())).select(office::area);
            on_both!(connection, |c| query.load(c))
        })?;
        let teams: Vec<String> = self.run(|connection| {
            let query = membership::table
                .inner_join(caseload::table)
                .filter(membership::account.eq(user.fixed()))
                .select(caseload::area);
            on_both!(connection, |c| query.load(c))
        })?;
        found.extend(teams);
        Ok(found)
    }
}
