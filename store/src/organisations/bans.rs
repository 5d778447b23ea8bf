//! The bans of providers, each for contracts bought inside its area.

use crate::Tx;
use crate::schema::provider_ban;
use crate::values::{Day, Fixed};
use chrono::NaiveDate;
use diesel::prelude::*;
use ruhu_casework::areas;
use ruhu_sync::storage::Stored;
use std::collections::HashMap;

type Days = (NaiveDate, NaiveDate);

#[derive(Queryable, Selectable)]
#[diesel(table_name = provider_ban)]
struct Row {
    provider: Fixed<16>,
    area: String,
    #[diesel(deserialize_as = Day)]
    first_day: NaiveDate,
    #[diesel(deserialize_as = Day)]
    last_day: NaiveDate,
}

/// The bans of some providers.
pub(crate) struct Bans(HashMap<Fixed<16>, Vec<(String, Days)>>);

impl Bans {
    /// The bans of these providers, by one statement.
    pub(crate) fn of(tx: &mut Tx, providers: impl IntoIterator<Item = Fixed<16>>) -> Stored<Self> {
        let providers: Vec<_> = providers.into_iter().collect();
        let rows: Vec<Row> = tx.run(|connection| {
            on_both!(connection, |c| provider_ban::table
                .filter(provider_ban::provider.eq_any(&providers))
                .order(provider_ban::id)
                .select(Row::as_select())
                .load(c))
        })?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            let days = (row.first_day, row.last_day);
            found.entry(row.provider).or_default().push((row.area, days));
        }
        Ok(Self(found))
    }

    /// The days on which a provider is banned from contracts bought in an area.
    pub(crate) fn holding_in(&self, provider: Fixed<16>, area: &str) -> Vec<Days> {
        let all = self.0.get(&provider).into_iter().flatten();
        all.filter(|(outer, _)| areas::contains(outer, area)).map(|(_, days)| *days).collect()
    }
}
