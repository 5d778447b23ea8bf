//! Organisations in lists, page by page in order of their names, each within the areas of who asks.

use super::name;
use crate::Tx;
use crate::accounts::{Account, account_page};
use crate::page::{Page, Slice};
use crate::schema::{
    caseload, contract, membership, membership_entry, office, provider, provider_ban,
};
use crate::values::{Fixed, Name, day};
use chrono::NaiveDate;
use diesel::prelude::*;
use ruhu_casework::administration::Within;
use ruhu_casework::areas;
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::storage::Stored;
use uuid::Uuid;

/// The ranges of codes inside these areas. Codes that begin with a prefix lie from it up to it and
/// the character after 9.
pub(crate) fn ranges(within: &Within) -> Vec<(&str, String)> {
    within.prefixes().map(|prefix| (prefix, format!("{prefix}:"))).collect()
}

/// A provider in its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRow {
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
}

/// A ban in its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BanRow {
    /// Which.
    pub id: Uuid,
    /// The provider that is banned.
    pub provider: Uuid,
    /// The first day, inclusive.
    pub first_day: NaiveDate,
    /// The last day, inclusive.
    pub last_day: NaiveDate,
    /// Why.
    pub reason: String,
    /// Where it holds: for contracts bought inside this area.
    pub area: String,
}

/// A contract in its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractRow {
    /// Which.
    pub id: Uuid,
    /// The provider.
    pub provider: Uuid,
    /// The area of who buys.
    pub purchaser_area: String,
    /// The first day, inclusive.
    pub first_day: NaiveDate,
    /// The last day, inclusive.
    pub last_day: NaiveDate,
    /// Why it runs for more than a year, if it does.
    pub over_a_year_because: Option<String>,
}

/// A caseload in its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseloadRow {
    /// Its stream, which is its name for ever.
    pub stream: StreamId,
    /// The contract it is under.
    pub contract: Uuid,
    /// Its area.
    pub area: String,
    /// What people call it.
    pub name: String,
}

/// A membership in its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipRow {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub account: UserId,
    /// In which caseload.
    pub caseload: StreamId,
    /// The caseload's area.
    pub area: String,
    /// The first day, inclusive.
    pub first_day: NaiveDate,
    /// The last day, inclusive; none if it is open.
    pub last_day: Option<NaiveDate>,
    /// The education that was checked.
    pub education: Option<String>,
    /// The professional title that was checked.
    pub title: Option<String>,
    /// Why an exception was made.
    pub exception_because: Option<String>,
}

/// An office in its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeRow {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub account: UserId,
    /// The role's code.
    pub role: String,
    /// Its area.
    pub area: String,
    /// The first day, inclusive.
    pub first_day: NaiveDate,
    /// The last day, inclusive; none if it is open.
    pub last_day: Option<NaiveDate>,
}

type ProviderColumns = (Fixed<16>, String, Option<String>);

pub(super) fn provider_of((id, name, uscc): ProviderColumns) -> ProviderRow {
    ProviderRow { id: uuid(id), name, uscc }
}

type BanColumns = (Fixed<16>, Fixed<16>, String, String, String, String);

pub(super) fn ban_of((id, provider, first, last, reason, area): BanColumns) -> Stored<BanRow> {
    let (first_day, last_day) = (day(&first)?, day(&last)?);
    Ok(BanRow { id: uuid(id), provider: uuid(provider), first_day, last_day, reason, area })
}

type ContractColumns = (Fixed<16>, Fixed<16>, String, String, String, Option<String>);

pub(super) fn contract_of(columns: ContractColumns) -> Stored<ContractRow> {
    let (id, provider, purchaser_area, first, last, over_a_year_because) = columns;
    let (first_day, last_day) = (day(&first)?, day(&last)?);
    let (id, provider) = (uuid(id), uuid(provider));
    Ok(ContractRow { id, provider, purchaser_area, first_day, last_day, over_a_year_because })
}

type CaseloadColumns = (Fixed<16>, Fixed<16>, String, String);

pub(super) fn caseload_of((id, contract, area, name): CaseloadColumns) -> CaseloadRow {
    CaseloadRow { stream: StreamId::of(id), contract: uuid(contract), area, name }
}

type OfficeColumns = (Fixed<16>, Fixed<16>, String, String, String, Option<String>);

pub(super) fn office_of(
    (id, account, role, area, first, last): OfficeColumns,
) -> Stored<OfficeRow> {
    let (first_day, last_day) = (day(&first)?, last.as_deref().map(day).transpose()?);
    Ok(OfficeRow { id: uuid(id), account: UserId::of(account), role, area, first_day, last_day })
}

type Entry = (Option<String>, Option<String>, Option<String>);
type MembershipColumns =
    (Fixed<16>, Fixed<16>, Fixed<16>, String, String, Option<String>, Option<Entry>);

pub(super) fn membership_of(columns: MembershipColumns) -> Stored<MembershipRow> {
    let (id, account, of, area, first, last, entry) = columns;
    let (education, title, exception_because) = entry.unwrap_or_default();
    Ok(MembershipRow {
        id: uuid(id),
        account: UserId::of(account),
        caseload: StreamId::of(of),
        area,
        first_day: day(&first)?,
        last_day: last.as_deref().map(day).transpose()?,
        education,
        title,
        exception_because,
    })
}

/// The name that a page in order of names begins after.
pub(crate) fn begins_after(page: Page<Uuid>) -> Fixed<16> {
    name(page.after.unwrap_or_default())
}

fn uuid(bytes: Fixed<16>) -> Uuid {
    Uuid::from_bytes(bytes.0)
}

/// The columns of a membership, of its caseload, and of what it began with.
macro_rules! memberships {
    () => {
        membership::table.inner_join(caseload::table).left_join(membership_entry::table).select((
            membership::id,
            membership::account,
            membership::caseload,
            caseload::area,
            membership::first_day,
            membership::last_day,
            (
                membership_entry::education,
                membership_entry::title,
                membership_entry::exception_reason,
            )
                .nullable(),
        ))
    };
}
pub(super) use memberships;

/// The rows for a page of a query, of what lies inside these areas.
macro_rules! page_within {
    ($tx:expr, $page:expr, $within:expr, $query:expr, $id:expr, $area:expr) => {{
        let ranges = ranges($within);
        match ranges.is_empty() {
            true => Vec::new(),
            false => $tx.run(|connection| {
                on_both!(connection, |c| {
                    let mut query = $query.order($id).limit($page.fetched()).into_boxed();
                    for (first, end) in &ranges {
                        let is_inside = $area.ge(*first).and($area.lt(end));
                        query = query.or_filter($id.gt(begins_after($page)).and(is_inside));
                    }
                    query.load(c)
                })
            })?,
        }
    }};
}

impl Tx {
    /// Providers, which are of no one area.
    pub fn providers(&mut self, page: Page<Uuid>) -> Stored<Slice<ProviderRow, Uuid>> {
        let rows: Vec<ProviderColumns> = self.run(|connection| {
            let query = provider::table
                .filter(provider::id.gt(begins_after(page)))
                .order(provider::id)
                .limit(page.fetched());
            on_both!(connection, |c| query.load(c))
        })?;
        Ok(page.cut(rows.into_iter().map(provider_of).collect(), |row| row.id))
    }

    /// Bans of providers that hold somewhere inside these areas: those imposed there, and above.
    pub fn bans(&mut self, page: Page<Uuid>, within: &Within) -> Stored<Slice<BanRow, Uuid>> {
        let above: Vec<&str> = within.prefixes().flat_map(areas::outwards).collect();
        let ranges = ranges(within);
        let rows: Vec<BanColumns> = self.run(|connection| {
            on_both!(connection, |c| {
                let is_after = || provider_ban::id.gt(begins_after(page));
                let mut query = provider_ban::table
                    .filter(is_after().and(provider_ban::area.eq_any(&above)))
                    .order(provider_ban::id)
                    .limit(page.fetched())
                    .into_boxed();
                for (first, end) in &ranges {
                    let area = provider_ban::area;
                    query = query.or_filter(is_after().and(area.ge(*first).and(area.lt(end))));
                }
                query.load(c)
            })
        })?;
        let rows = rows.into_iter().map(ban_of).collect::<Stored<_>>()?;
        Ok(page.cut(rows, |row| row.id))
    }

    /// Contracts that are bought inside these areas.
    pub fn contracts(
        &mut self,
        page: Page<Uuid>,
        within: &Within,
    ) -> Stored<Slice<ContractRow, Uuid>> {
        let rows: Vec<ContractColumns> = page_within!(
            self,
            page,
            within,
            contract::table,
            contract::id,
            contract::purchaser_area
        );
        let rows = rows.into_iter().map(contract_of).collect::<Stored<_>>()?;
        Ok(page.cut(rows, |row| row.id))
    }

    /// Caseloads inside these areas.
    pub fn caseloads(
        &mut self,
        page: Page<Uuid>,
        within: &Within,
    ) -> Stored<Slice<CaseloadRow, Uuid>> {
        let rows: Vec<CaseloadColumns> =
            page_within!(self, page, within, caseload::table, caseload::id, caseload::area);
        Ok(page.cut(rows.into_iter().map(caseload_of).collect(), |row| row.stream.0))
    }

    /// Memberships in caseloads inside these areas.
    pub fn memberships(
        &mut self,
        page: Page<Uuid>,
        within: &Within,
    ) -> Stored<Slice<MembershipRow, Uuid>> {
        let rows: Vec<MembershipColumns> =
            page_within!(self, page, within, memberships!(), membership::id, caseload::area);
        let rows = rows.into_iter().map(membership_of).collect::<Stored<_>>()?;
        Ok(page.cut(rows, |row| row.id))
    }

    /// Offices inside these areas.
    pub fn offices(&mut self, page: Page<Uuid>, within: &Within) -> Stored<Slice<OfficeRow, Uuid>> {
        let rows: Vec<OfficeColumns> =
            page_within!(self, page, within, office::table, office::id, office::area);
        let rows = rows.into_iter().map(office_of).collect::<Stored<_>>()?;
        Ok(page.cut(rows, |row| row.id))
    }

    /// Accounts that are known in these areas, without what signs them in.
    pub fn accounts(&mut self, page: Page<Uuid>, within: &Within) -> Stored<Slice<Account, Uuid>> {
        account_page(self, page, within)
    }
}
