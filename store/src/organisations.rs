//! Providers, contracts, caseloads and memberships: written here, judged in `casework` before.

mod administered;
mod bans;
mod found;
mod lists;
mod within;

pub(crate) use administered::{is_administered, is_known};
pub(crate) use bans::Bans;
pub use lists::{BanRow, CaseloadRow, ContractRow, MembershipRow, OfficeRow, ProviderRow};
pub(crate) use within::{inside, ranges};

use crate::Tx;
use crate::audit::Thing;
use crate::connection::Connection;
use crate::schema::{
    caseload, contract, membership, membership_entry, office, provider, provider_ban, server,
};
use crate::values::{Fixed, Name};
use chrono::NaiveDate;
use diesel::prelude::*;
use ruhu_casework::organisations::{Caseload, Contract, Provider, Qualification};
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::storage::Stored;
use uuid::Uuid;

fn name(id: Uuid) -> Fixed<16> {
    Fixed(*id.as_bytes())
}

impl Tx {
    /// Serialises changes of the organisations until the end of the transaction. They are few, and
    /// one may be judged by what another changes (bans, a person's other memberships). Taken after
    /// the idempotency key and before anything is read.
    pub fn lock_organisations(&mut self) -> Stored<()> {
        self.must_write()?;
        self.run(|connection| match connection {
            // SQLite has a single writer anyway.
            Connection::Sqlite(_) => Ok(()),
            Connection::Postgres(c) => {
                server::table.select(server::epoch).for_update().first::<Fixed<16>>(c).map(drop)
            }
        })
    }

    /// Adds a provider, without its bans.
    pub fn add_provider(&mut self, id: Uuid, new: &Provider) -> Stored<()> {
        self.must_write()?;
        self.touch(Thing::Provider, id);
        self.run(|connection| {
            let values = (
                provider::id.eq(name(id)),
                provider::name.eq(&new.name),
                provider::uscc.eq(&new.uscc),
            );
            on_both!(connection, |c| diesel::insert_into(provider::table).values(values).execute(c))
        })?;
        Ok(())
    }

    /// Bans a provider from contracts bought inside an area, first and last day inclusive.
    pub fn add_provider_ban(
        &mut self,
        id: Uuid,
        of: Uuid,
        (first_day, last_day): (NaiveDate, NaiveDate),
        reason: &str,
        area: &str,
    ) -> Stored<()> {
        self.must_write()?;
        self.touch(Thing::Ban, id);
        self.run(|connection| {
            let values = (
                provider_ban::id.eq(name(id)),
                provider_ban::provider.eq(name(of)),
                provider_ban::first_day.eq(first_day.to_string()),
                provider_ban::last_day.eq(last_day.to_string()),
                provider_ban::reason.eq(reason),
                provider_ban::area.eq(area),
            );
            on_both!(connection, |c| diesel::insert_into(provider_ban::table)
                .values(values)
                .execute(c))
        })?;
        Ok(())
    }

    /// Adds a contract of a provider.
    pub fn add_contract(&mut self, id: Uuid, of: Uuid, new: &Contract) -> Stored<()> {
        self.must_write()?;
        self.touch(Thing::Contract, id);
        self.run(|connection| {
            let values = (
                contract::id.eq(name(id)),
                contract::provider.eq(name(of)),
                contract::purchaser_area.eq(&new.purchaser_area),
                contract::first_day.eq(new.first_day.to_string()),
                contract::last_day.eq(new.last_day.to_string()),
                contract::over_one_year_reason.eq(&new.over_a_year_because),
            );
            on_both!(connection, |c| diesel::insert_into(contract::table).values(values).execute(c))
        })?;
        Ok(())
    }

    /// Adds a caseload under a contract.
    pub fn add_caseload(&mut self, of: Uuid, title: &str, new: &Caseload) -> Stored<()> {
        self.must_write()?;
        self.touch(Thing::Caseload, new.stream.0);
        self.run(|connection| {
            let values = (
                caseload::id.eq(new.stream.fixed()),
                caseload::contract.eq(name(of)),
                caseload::area.eq(&new.area),
                caseload::name.eq(title),
            );
            on_both!(connection, |c| diesel::insert_into(caseload::table).values(values).execute(c))
        })?;
        Ok(())
    }

    /// Adds a person to a caseload.
    pub fn add_membership(
        &mut self,
        id: Uuid,
        user: UserId,
        of: StreamId,
        first_day: NaiveDate,
        last_day: Option<NaiveDate>,
    ) -> Stored<()> {
        self.must_write()?;
        self.touch(Thing::Membership, id);
        self.forget_late_work(user)?;
        self.run(|connection| {
            let values = (
                membership::id.eq(name(id)),
                membership::account.eq(user.fixed()),
                membership::caseload.eq(of.fixed()),
                membership::first_day.eq(first_day.to_string()),
                membership::last_day.eq(last_day.map(|day| day.to_string())),
            );
            on_both!(connection, |c| diesel::insert_into(membership::table)
                .values(values)
                .execute(c))
        })?;
        Ok(())
    }

    /// Ends a person's memberships of a caseload on a day, inclusive; returns how many.
    pub fn end_memberships(
        &mut self,
        user: UserId,
        of: StreamId,
        last_day: NaiveDate,
    ) -> Stored<usize> {
        self.must_write()?;
        let ended: Vec<Fixed<16>> = self.run(|connection| {
            let query = membership::table
                .filter(membership::account.eq(user.fixed()))
                .filter(membership::caseload.eq(of.fixed()))
                .select(membership::id);
            on_both!(connection, |c| query.load(c))
        })?;
        for id in ended {
            self.touch(Thing::Membership, Uuid::from_bytes(id.0));
        }
        self.run(|connection| {
            let query = diesel::update(
                membership::table
                    .filter(membership::account.eq(user.fixed()))
                    .filter(membership::caseload.eq(of.fixed())),
            )
            .set(membership::last_day.eq(last_day.to_string()));
            on_both!(connection, |c| query.execute(c))
        })
    }

    /// Stores the qualification with which a membership began.
    pub fn keep_entry(&mut self, of: Uuid, with: &Qualification) -> Stored<()> {
        self.must_write()?;
        self.touch(Thing::Entry, of);
        self.run(|connection| {
            let values = (
                membership_entry::membership.eq(name(of)),
                membership_entry::education.eq(with.education.map(|e| e.as_str())),
                membership_entry::title.eq(with.title.map(|title| title.as_str())),
                membership_entry::exception_reason.eq(&with.exception_because),
            );
            on_both!(connection, |c| diesel::insert_into(membership_entry::table)
                .values(values)
                .execute(c))
        })?;
        Ok(())
    }
}

macro_rules! ends {
    ($($(#[$doc:meta])* $name:ident: $table:ident, $thing:ident;)*) => {
        impl Tx {$(
            $(#[$doc])*
            pub fn $name(&mut self, id: Uuid, last_day: NaiveDate) -> Stored<()> {
                self.must_write()?;
                self.touch(Thing::$thing, id);
                self.run(|connection| {
                    let query = diesel::update($table::table.find(name(id)))
                        .set($table::last_day.eq(last_day.to_string()));
                    on_both!(connection, |c| query.execute(c))
                })?;
                Ok(())
            }
        )*}
    };
}

ends! {
    /// Changes a ban's last day.
    end_ban: provider_ban, Ban;
    /// Changes a contract's last day.
    end_contract: contract, Contract;
    /// Changes a membership's last day.
    end_membership: membership, Membership;
    /// Changes an office's last day.
    end_office: office, Office;
}
