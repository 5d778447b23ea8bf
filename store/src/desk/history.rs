//! The journal as a desk reads it: what became of a record.

use crate::Tx;
use crate::journal::open_effect;
use crate::schema::{account, journal};
use crate::values::{Fixed, Name, counted};
use diesel::prelude::*;
use ruhu_sync::effect::Effect;
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant, RecordId, UserId};
use ruhu_sync::storage::Stored;

/// One effective edit in a record's history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEntry {
    /// The device it came from.
    pub device: DeviceId,
    /// Its number there.
    pub device_seq: DeviceSeq,
    /// Who made it.
    pub user: UserId,
    /// The person's name.
    pub user_name: String,
    /// When it arrived.
    pub received_at: Instant,
    /// When it was made, by the device's clock.
    pub made_at: Option<String>,
    /// The number of the version it made.
    pub rev_number: u64,
    /// Its outcome, as it was answered.
    pub outcome_text: String,
    /// What it did.
    pub effect: Effect,
}

type HistoryTuple = (
    (Fixed<16>, i64, Fixed<16>, String, i64, Option<String>, Option<i64>, String),
    (bool, i32, Option<Vec<u8>>, Option<Vec<u8>>),
);

impl Tx {
    /// What became of a record, version by version.
    pub fn record_history(&mut self, record: RecordId) -> Stored<Vec<HistoryEntry>> {
        let rows: Vec<HistoryTuple> = self.run(|connection| {
            on_both!(connection, |c| journal::table
                .inner_join(account::table.on(account::id.eq(journal::account)))
                .filter(journal::record.eq(record.fixed()))
                .filter(journal::rev_number.is_not_null())
                .order(journal::rev_number)
                .select((
                    (
                        journal::device,
                        journal::device_seq,
                        journal::account,
                        account::name,
                        journal::received_at,
                        journal::made_at,
                        journal::rev_number,
                        journal::outcome,
                    ),
                    (
                        journal::effect_is_payload,
                        journal::key_id,
                        journal::effect,
                        journal::payload,
                    ),
                ))
                .load(c))
        })?;
        let (session, keys) = self.session();
        let mut history = Vec::with_capacity(rows.len());
        for (row, (is_payload, key, effect, payload)) in rows {
            let (device, device_seq, user, user_name, received_at, made_at, rev_number, outcome) =
                row;
            let content = if is_payload { payload } else { effect };
            let name = (device, device_seq);
            let effect = open_effect(&mut session.codec, keys, name, is_payload, key, content)?;
            history.push(HistoryEntry {
                device: DeviceId::of(device),
                device_seq: DeviceSeq(counted(device_seq)?),
                user: UserId::of(user),
                user_name,
                received_at: Instant(received_at),
                made_at,
                rev_number: counted(rev_number.unwrap_or_default())?,
                outcome_text: outcome,
                effect,
            });
        }
        Ok(history)
    }
}
