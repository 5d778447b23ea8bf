//! Organisations in lists, paged in order of their names, each within the reader's areas.

use super::within::ranges;
use crate::Tx;
use crate::accounts::{Account, account_page};
use crate::page::{Page, Slice};
use crate::schema::{
    caseload, contract, membership, membership_entry, office, provider, provider_ban,
};
use crate::values::{Day, Fixed, LastDay};
use chrono::NaiveDate;
use diesel::prelude::*;
use ruhu_casework::administration::Within;
use ruhu_casework::areas;
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::storage::Stored;
use uuid::Uuid;

/// A provider in its table.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = provider)]
pub struct ProviderRow {
    /// Which.
    #[diesel(deserialize_as = Fixed<16>)]
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
}

/// A ban in its table.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = provider_ban)]
pub struct BanRow {
    /// Which.
    #[diesel(deserialize_as = Fixed<16>)]
    pub id: Uuid,
    /// The banned provider.
    #[diesel(deserialize_as = Fixed<16>)]
    pub provider: Uuid,
    /// The first day, inclusive.
    #[diesel(deserialize_as = Day)]
    pub first_day: NaiveDate,
    /// The last day, inclusive.
    #[diesel(deserialize_as = Day)]
    pub last_day: NaiveDate,
    /// The reason.
    pub reason: String,
    /// It applies to contracts bought inside this area.
    pub area: String,
}

/// A contract in its table.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = contract)]
pub struct ContractRow {
    /// Which.
    #[diesel(deserialize_as = Fixed<16>)]
    pub id: Uuid,
    /// The provider.
    #[diesel(deserialize_as = Fixed<16>)]
    pub provider: Uuid,
    /// The buyer's area.
    pub purchaser_area: String,
    /// The first day, inclusive.
    #[diesel(deserialize_as = Day)]
    pub first_day: NaiveDate,
    /// The last day, inclusive.
    #[diesel(deserialize_as = Day)]
    pub last_day: NaiveDate,
    /// The reason for running more than a year, if it does.
    #[diesel(column_name = over_one_year_reason)]
    pub over_a_year_because: Option<String>,
}

/// A caseload in its table.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = caseload)]
pub struct CaseloadRow {
    /// Its stream, which is its permanent name.
    #[diesel(column_name = id, deserialize_as = Fixed<16>)]
    pub stream: StreamId,
    /// Its contract.
    #[diesel(deserialize_as = Fixed<16>)]
    pub contract: Uuid,
    /// Its area.
    pub area: String,
    /// Its name for people.
    pub name: String,
}

/// A membership in its table.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = membership)]
pub struct MembershipRow {
    /// Which.
    #[diesel(deserialize_as = Fixed<16>)]
    pub id: Uuid,
    /// The person.
    #[diesel(deserialize_as = Fixed<16>)]
    pub account: UserId,
    /// The caseload.
    #[diesel(deserialize_as = Fixed<16>)]
    pub caseload: StreamId,
    /// The caseload's area.
    #[diesel(select_expression = caseload::area)]
    pub area: String,
    /// The first day, inclusive.
    #[diesel(deserialize_as = Day)]
    pub first_day: NaiveDate,
    /// The last day, inclusive; none if it is open.
    #[diesel(deserialize_as = LastDay)]
    pub last_day: Option<NaiveDate>,
    /// The education that was checked.
    #[diesel(select_expression = membership_entry::education.nullable())]
    pub education: Option<String>,
    /// The professional title that was checked.
    #[diesel(select_expression = membership_entry::title.nullable())]
    pub title: Option<String>,
    /// The reason for an exception.
    #[diesel(select_expression = membership_entry::exception_reason.nullable())]
    pub exception_because: Option<String>,
}

/// An office in its table.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = office)]
pub struct OfficeRow {
    /// Which.
    #[diesel(deserialize_as = Fixed<16>)]
    pub id: Uuid,
    /// The person.
    #[diesel(deserialize_as = Fixed<16>)]
    pub account: UserId,
    /// The role's code.
    pub role: String,
    /// Its area.
    pub area: String,
    /// The first day, inclusive.
    #[diesel(deserialize_as = Day)]
    pub first_day: NaiveDate,
    /// The last day, inclusive; none if it is open.
    #[diesel(deserialize_as = LastDay)]
    pub last_day: Option<NaiveDate>,
}

/// Memberships, with their caseloads and initial qualifications.
macro_rules! memberships {
    () => {
        membership::table
            .inner_join(caseload::table)
            .left_join(membership_entry::table)
            .select(MembershipRow::as_select())
    };
}
pub(super) use memberships;

/// The rows of a page of a query, limited to these areas.
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
                        query = query.or_filter($id.gt($page.begins_after()).and(is_inside));
                    }
                    query.load(c)
                })
            })?,
        }
    }};
}

impl Tx {
    /// Providers, which belong to no area.
    pub fn providers(&mut self, page: Page<Uuid>) -> Stored<Slice<ProviderRow, Uuid>> {
        let rows = self.run(|connection| {
            on_both!(connection, |c| provider::table
                .filter(provider::id.gt(page.begins_after()))
                .order(provider::id)
                .limit(page.fetched())
                .select(ProviderRow::as_select())
                .load(c))
        })?;
        Ok(page.cut(rows, |row: &ProviderRow| row.id))
    }

    /// Bans of providers that apply somewhere inside these areas: those imposed there, and above.
    pub fn bans(&mut self, page: Page<Uuid>, within: &Within) -> Stored<Slice<BanRow, Uuid>> {
        let above: Vec<&str> = within.prefixes().flat_map(areas::outwards).collect();
        let ranges = ranges(within);
        let rows = self.run(|connection| {
            on_both!(connection, |c| {
                let is_after = || provider_ban::id.gt(page.begins_after());
                let mut query = provider_ban::table
                    .filter(is_after().and(provider_ban::area.eq_any(&above)))
                    .order(provider_ban::id)
                    .limit(page.fetched())
                    .select(BanRow::as_select())
                    .into_boxed();
                for (first, end) in &ranges {
                    let area = provider_ban::area;
                    query = query.or_filter(is_after().and(area.ge(*first).and(area.lt(end))));
                }
                query.load(c)
            })
        })?;
        Ok(page.cut(rows, |row: &BanRow| row.id))
    }

    /// Contracts bought inside these areas.
    pub fn contracts(
        &mut self,
        page: Page<Uuid>,
        within: &Within,
    ) -> Stored<Slice<ContractRow, Uuid>> {
        let rows: Vec<ContractRow> = page_within!(
            self,
            page,
            within,
            contract::table.select(ContractRow::as_select()),
            contract::id,
            contract::purchaser_area
        );
        Ok(page.cut(rows, |row| row.id))
    }

    /// Caseloads inside these areas.
    pub fn caseloads(
        &mut self,
        page: Page<Uuid>,
        within: &Within,
    ) -> Stored<Slice<CaseloadRow, Uuid>> {
        let rows: Vec<CaseloadRow> = page_within!(
            self,
            page,
            within,
            caseload::table.select(CaseloadRow::as_select()),
            caseload::id,
            caseload::area
        );
        Ok(page.cut(rows, |row| row.stream.0))
    }

    /// Memberships in caseloads inside these areas.
    pub fn memberships(
        &mut self,
        page: Page<Uuid>,
        within: &Within,
    ) -> Stored<Slice<MembershipRow, Uuid>> {
        let rows: Vec<MembershipRow> =
            page_within!(self, page, within, memberships!(), membership::id, caseload::area);
        Ok(page.cut(rows, |row| row.id))
    }

    /// Offices inside these areas.
    pub fn offices(&mut self, page: Page<Uuid>, within: &Within) -> Stored<Slice<OfficeRow, Uuid>> {
        let rows: Vec<OfficeRow> = page_within!(
            self,
            page,
            within,
            office::table.select(OfficeRow::as_select()),
            office::id,
            office::area
        );
        Ok(page.cut(rows, |row| row.id))
    }

    /// Accounts known in these areas, without credentials.
    pub fn accounts(&mut self, page: Page<Uuid>, within: &Within) -> Stored<Slice<Account, Uuid>> {
        account_page(self, page, within)
    }
}
