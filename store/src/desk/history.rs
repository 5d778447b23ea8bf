//! The journal as a desk reads it: what became of a record.

use crate::Tx;
use crate::journal::{MadeAt, Outcome, open_effect};
use crate::schema::{account, journal};
use crate::values::{Fixed, Name, counted};
use diesel::prelude::*;
use ruhu_sync::effect::Effect;
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant, RecordId, UserId};
use ruhu_sync::storage::Stored;
use std::collections::HashMap;

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
    /// What it was: `put`, `delete`, `move` …; `apply` for a quarantined edit that was applied.
    pub op: Option<String>,
    /// Who applied it, if it had been quarantined. All else is the edit's own, and its author's.
    pub applied_by: Option<String>,
    /// The number of the version it made.
    pub rev_number: u64,
    /// Its outcome, as it was answered.
    pub outcome_text: String,
    /// What it did.
    pub effect: Effect,
}

type HistoryTuple = (
    (Fixed<16>, i64, Fixed<16>, String, i64, MadeAt, Option<i64>, Outcome),
    (bool, i32, Option<Vec<u8>>, Option<Vec<u8>>),
    (Option<String>, Option<Fixed<16>>, Option<i64>),
);

/// An edit's author, and when the author made it.
struct Author {
    user: UserId,
    name: String,
    made_at: Option<String>,
}

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
                        MadeAt::COLUMNS,
                        journal::rev_number,
                        Outcome::COLUMNS,
                    ),
                    (
                        journal::effect_is_payload,
                        journal::key_id,
                        journal::effect,
                        journal::payload,
                    ),
                    (journal::op, journal::decides_device, journal::decides_seq),
                ))
                .load(c))
        })?;
        let applied: Vec<_> = rows.iter().filter_map(|(_, _, (_, d, n))| (*d).zip(*n)).collect();
        let mut authors = self.authors(&applied)?;
        let (session, keys) = self.session();
        let mut history = Vec::with_capacity(rows.len());
        for (row, (is_payload, key, effect, payload), (op, decides_device, decides_seq)) in rows {
            let (device, device_seq, user, user_name, received_at, made_at, rev_number, outcome) =
                row;
            let content = if is_payload { payload } else { effect };
            let (name, codec) = ((device, device_seq), &mut session.codec);
            let made_at = made_at.open(codec, keys)?;
            let outcome_text = outcome.open(codec, keys)?;
            let effect = open_effect(codec, keys, name, is_payload, key, content)?;
            let decided = decides_device.zip(decides_seq);
            let author = decided.and_then(|name| Some((name, authors.remove(&name)?)));
            let mut applied_by = None;
            let (name, author) = match author {
                None => (name, Author { user: UserId::of(user), name: user_name, made_at }),
                Some(of_the_edit) => {
                    applied_by = Some(user_name);
                    of_the_edit
                }
            };
            history.push(HistoryEntry {
                device: DeviceId::of(name.0),
                device_seq: DeviceSeq(counted(name.1)?),
                user: author.user,
                user_name: author.name,
                received_at: Instant(received_at),
                made_at: author.made_at,
                op,
                applied_by,
                rev_number: counted(rev_number.unwrap_or_default())?,
                outcome_text,
                effect,
            });
        }
        Ok(history)
    }

    /// The authors of these edits.
    fn authors(&mut self, edits: &[(Fixed<16>, i64)]) -> Stored<HashMap<(Fixed<16>, i64), Author>> {
        if edits.is_empty() {
            return Ok(HashMap::new());
        }
        type Row = (Fixed<16>, i64, Fixed<16>, String, MadeAt);
        let rows: Vec<Row> = self.run(|connection| {
            on_both!(connection, |c| {
                let mut query = journal::table
                    .inner_join(account::table.on(account::id.eq(journal::account)))
                    .select((
                        journal::device,
                        journal::device_seq,
                        journal::account,
                        account::name,
                        MadeAt::COLUMNS,
                    ))
                    .into_boxed();
                for (device, device_seq) in edits {
                    query = query.or_filter(
                        journal::device.eq(device).and(journal::device_seq.eq(device_seq)),
                    );
                }
                query.load(c)
            })
        })?;
        let (session, keys) = self.session();
        let author = |(device, device_seq, user, name, made_at): Row| {
            let made_at = made_at.open(&mut session.codec, keys)?;
            Ok(((device, device_seq), Author { user: UserId::of(user), name, made_at }))
        };
        rows.into_iter().map(author).collect()
    }
}
