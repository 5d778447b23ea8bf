//! One organisation by its name: what a change of it is judged by.

use super::lists::{ban_of, caseload_of, contract_of, membership_of, memberships, office_of};
use super::{BanRow, Bans, CaseloadRow, ContractRow, MembershipRow, OfficeRow, name};
use crate::Tx;
use crate::schema::{
    caseload, contract, membership, membership_entry, office, provider, provider_ban,
};
use crate::values::{Fixed, Name, day};
use diesel::prelude::*;
use ruhu_casework::organisations::{Employment, Provider, Term};
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::storage::Stored;
use uuid::Uuid;

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
        // PostgreSQL knows no NUL; nor does any code have one.
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
        let row = self.run(|connection| {
            on_both!(connection, |c| provider_ban::table.find(name(id)).first(c).optional())
        })?;
        row.map(ban_of).transpose()
    }

    /// A contract.
    pub fn contract(&mut self, id: Uuid) -> Stored<Option<ContractRow>> {
        let row = self.run(|connection| {
            on_both!(connection, |c| contract::table.find(name(id)).first(c).optional())
        })?;
        row.map(contract_of).transpose()
    }

    /// A caseload.
    pub fn caseload(&mut self, stream: StreamId) -> Stored<Option<CaseloadRow>> {
        let row = self.run(|connection| {
            on_both!(connection, |c| caseload::table.find(stream.fixed()).first(c).optional())
        })?;
        Ok(row.map(caseload_of))
    }

    /// A membership.
    pub fn membership(&mut self, id: Uuid) -> Stored<Option<MembershipRow>> {
        let row = self.run(|connection| {
            let query = memberships!().filter(membership::id.eq(name(id)));
            on_both!(connection, |c| query.first(c).optional())
        })?;
        row.map(membership_of).transpose()
    }

    /// An office.
    pub fn office(&mut self, id: Uuid) -> Stored<Option<OfficeRow>> {
        let row = self.run(|connection| {
            on_both!(connection, |c| office::table.find(name(id)).first(c).optional())
        })?;
        row.map(office_of).transpose()
    }

    /// The places of a person in teams, with the providers they are with.
    pub fn employments(&mut self, user: UserId) -> Stored<Vec<Employment>> {
        type Row = (Fixed<16>, Fixed<16>, String, Option<String>, String);
        let rows: Vec<Row> = self.run(|connection| {
            let query = membership::table
                .inner_join(caseload::table.inner_join(contract::table))
                .filter(membership::account.eq(user.fixed()))
                .order(membership::id)
                .select((
                    contract::provider,
                    membership::caseload,
                    membership::first_day,
                    membership::last_day,
                    contract::last_day,
                ));
            on_both!(connection, |c| query.load(c))
        })?;
        let employment = |(provider, of, first, last, contract_last): Row| {
            let contract_last = day(&contract_last)?;
            let last = last.as_deref().map(day).transpose()?;
            let last_day = Some(last.map_or(contract_last, |last| last.min(contract_last)));
            let term = Term { first_day: day(&first)?, last_day };
            let provider = Uuid::from_bytes(provider.0);
            Ok(Employment { provider, caseload: StreamId::of(of), term })
        };
        rows.into_iter().map(employment).collect()
    }

    /// The areas of all places that a person has, had or will have: offices and caseloads.
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
