//! Caseloads, and what lives in them, as a desk moves it about.

use crate::Tx;
use crate::organisations::Bans;
use crate::page::{Page, Slice};
use crate::schema::{caseload, contract, household_row, provider, record};
use crate::values::{Fixed, Name, day};
use diesel::prelude::*;
use ruhu_casework::moves::CaseloadFacts;
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::storage::Stored;

type CaseloadRow = (Fixed<16>, String, String, String, String, Fixed<16>, String, String);

/// A household as a desk chooses it for a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdChoice {
    /// Its name.
    pub id: RecordId,
    /// Its community.
    pub community_code: String,
    /// Its head, masked.
    pub head_name_masked: String,
}

impl Tx {
    /// Those of these caseloads that exist, by name.
    pub fn caseload_facts(&mut self, ids: &[StreamId]) -> Stored<Vec<CaseloadFacts>> {
        let rows: Vec<CaseloadRow> = self.run(|connection| {
            let query = caseload::table
                .inner_join(contract::table)
                .inner_join(provider::table.on(provider::id.eq(contract::provider)))
                .filter(caseload::id.eq_any(ids.iter().map(|id| id.fixed())))
                .order(caseload::id)
                .select((
                    caseload::id,
                    caseload::name,
                    caseload::area,
                    contract::first_day,
                    contract::last_day,
                    contract::provider,
                    provider::name,
                    contract::purchaser_area,
                ));
            on_both!(connection, |c| query.load(c))
        })?;
        let bans = Bans::of(self, rows.iter().map(|row| row.5))?;
        rows.into_iter()
            .map(|(id, name, area, first, last, provider, provider_name, bought_in)| {
                Ok(CaseloadFacts {
                    stream: StreamId::of(id),
                    name,
                    area,
                    contract_first_day: day(&first)?,
                    contract_last_day: day(&last)?,
                    provider_name,
                    bans: bans.holding_in(provider, &bought_in),
                })
            })
            .collect()
    }

    /// Everything that lives in a stream by itself: its roots, deleted ones too, by name.
    pub fn roots_in(&mut self, stream: StreamId) -> Stored<Vec<RecordId>> {
        let rows: Vec<Fixed<16>> = self.run(|connection| {
            let query = record::table
                .filter(record::stream.eq(stream.fixed()))
                .filter(record::root.eq(record::id))
                .order(record::id)
                .select(record::id);
            on_both!(connection, |c| query.load(c))
        })?;
        Ok(rows.into_iter().map(RecordId::of).collect())
    }

    /// The households of a caseload, in order of their names.
    pub fn households_in(
        &mut self,
        stream: StreamId,
        page: Page<RecordId>,
    ) -> Stored<Slice<HouseholdChoice, RecordId>> {
        let after = page.after.map_or(Fixed([0; 16]), |after| after.fixed());
        let rows: Vec<(Fixed<16>, String, String)> = self.run(|connection| {
            let query = household_row::table
                .filter(household_row::stream.eq(stream.fixed()))
                .filter(household_row::deleted.eq(false))
                .filter(household_row::id.gt(after))
                .order(household_row::id)
                .limit(page.fetched())
                .select((
                    household_row::id,
                    household_row::community_code,
                    household_row::head_name_masked,
                ));
            on_both!(connection, |c| query.load(c))
        })?;
        let choice = |(id, community_code, head_name_masked)| HouseholdChoice {
            id: RecordId::of(id),
            community_code,
            head_name_masked,
        };
        Ok(page.cut(rows.into_iter().map(choice).collect(), |choice| choice.id))
    }
}
