//! Caseloads and their roots, as a desk moves them.

use crate::Tx;
use crate::organisations::Bans;
use crate::schema::{caseload, contract, provider, record};
use crate::values::{Fixed, Name, day};
use diesel::prelude::*;
use ruhu_casework::moves::CaseloadFacts;
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::storage::Stored;

#[derive(Queryable, Selectable)]
#[diesel(table_name = caseload)]
struct CaseloadRow {
    id: Fixed<16>,
    name: String,
    area: String,
    #[diesel(embed)]
    contract: ContractRow,
    #[diesel(select_expression = provider::name)]
    provider_name: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = contract)]
struct ContractRow {
    provider: Fixed<16>,
    purchaser_area: String,
    first_day: String,
    last_day: String,
}

impl Tx {
    /// Those of these caseloads that exist, by name.
    pub fn caseload_facts(&mut self, ids: &[StreamId]) -> Stored<Vec<CaseloadFacts>> {
        let rows: Vec<CaseloadRow> = self.run(|connection| {
            on_both!(connection, |c| caseload::table
                .inner_join(contract::table)
                .inner_join(provider::table.on(provider::id.eq(contract::provider)))
                .filter(caseload::id.eq_any(ids.iter().map(|id| id.fixed())))
                .order(caseload::id)
                .select(CaseloadRow::as_select())
                .load(c))
        })?;
        let bans = Bans::of(self, rows.iter().map(|row| row.contract.provider))?;
        rows.into_iter()
            .map(|CaseloadRow { id, name, area, contract, provider_name }| {
                Ok(CaseloadFacts {
                    stream: StreamId::of(id),
                    name,
                    area,
                    contract_first_day: day(&contract.first_day)?,
                    contract_last_day: day(&contract.last_day)?,
                    provider_name,
                    bans: bans.holding_in(contract.provider, &contract.purchaser_area),
                })
            })
            .collect()
    }

    /// The roots in a stream, deleted ones too, by name.
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
}
