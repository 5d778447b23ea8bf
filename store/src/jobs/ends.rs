//! The ends of memberships, contracts and offices, noted once each. A right ends by itself on its
//! last day, whether this was noted or not: rights are computed at every request.

use crate::Tx;
use crate::schema::{contract, grant_end, membership, office};
use crate::values::Fixed;
use chrono::NaiveDate;
use diesel::prelude::*;
use ruhu_sync::id::Instant;
use ruhu_sync::storage::Stored;

/// How many ends were noted for the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndsNoted {
    /// Of memberships.
    pub memberships: usize,
    /// Of contracts.
    pub contracts: usize,
    /// Of offices.
    pub offices: usize,
}

type Ended = Vec<(Fixed<16>, Option<String>)>;

/// Ends a statement.
const CHUNK_ROWS: usize = 1_000;

impl Tx {
    /// Notes what ended before this day (its last day was the day before, or earlier) and is not
    /// noted yet. An end that was postponed and came again is another one.
    pub fn note_ends_before(&mut self, today: NaiveDate, now: Instant) -> Stored<EndsNoted> {
        self.must_write()?;
        let day = today.to_string();
        let memberships: Ended = self.run(|connection| {
            let query = membership::table
                .filter(membership::last_day.lt(&day))
                .select((membership::id, membership::last_day));
            on_both!(connection, |c| query.load(c))
        })?;
        let contracts: Ended = self.run(|connection| {
            let query = contract::table
                .filter(contract::last_day.lt(&day))
                .select((contract::id, contract::last_day.nullable()));
            on_both!(connection, |c| query.load(c))
        })?;
        let offices: Ended = self.run(|connection| {
            let query = office::table
                .filter(office::last_day.lt(&day))
                .select((office::id, office::last_day));
            on_both!(connection, |c| query.load(c))
        })?;
        Ok(EndsNoted {
            memberships: note(self, "membership", memberships, now)?,
            contracts: note(self, "contract", contracts, now)?,
            offices: note(self, "office", offices, now)?,
        })
    }
}

fn note(tx: &mut Tx, kind: &str, ended: Ended, now: Instant) -> Stored<usize> {
    let mut noted = 0;
    for chunk in ended.chunks(CHUNK_ROWS) {
        let rows: Vec<_> = chunk
            .iter()
            .filter_map(|(id, last_day)| {
                Some((
                    grant_end::kind.eq(kind),
                    grant_end::id.eq(*id),
                    grant_end::last_day.eq(last_day.as_ref()?),
                    grant_end::noted_at.eq(now.0),
                ))
            })
            .collect();
        noted += tx.run(|connection| {
            insert!(connection, grant_end::table, &rows[..], |insert| insert
                .on_conflict((grant_end::kind, grant_end::id, grant_end::last_day))
                .do_nothing())
        })?;
    }
    Ok(noted)
}
