//! A record's history from the journal, for a desk.

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
    /// The author.
    pub user: UserId,
    /// The author's name.
    pub user_name: String,
    /// When it arrived.
    pub received_at: Instant,
    /// The time by the device's clock.
    pub made_at: Option<String>,
    /// The operation: `put`, `delete`, `move` …; `apply` for a quarantined edit that was applied.
    pub op: Option<String>,
    /// Who applied it, if it had been quarantined. Everything else is the edit's own, and its
    /// author's.
    pub applied_by: Option<String>,
    /// The number of the version it made.
    pub rev_number: u64,
    /// Its outcome, as it was answered.
    pub outcome_text: String,
    /// Its effect.
    pub effect: Effect,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct HistoryRow {
    device: Fixed<16>,
    device_seq: i64,
    account: Fixed<16>,
    #[diesel(select_expression = account::name)]
    user_name: String,
    received_at: i64,
    #[diesel(embed)]
    made_at: MadeAt,
    op: Option<String>,
    rev_number: Option<i64>,
    #[diesel(embed)]
    outcome: Outcome,
    decides_device: Option<Fixed<16>>,
    decides_seq: Option<i64>,
    effect_is_payload: bool,
    key_id: i32,
    effect: Option<Vec<u8>>,
    payload: Option<Vec<u8>>,
}

impl HistoryRow {
    /// The edit that it decides on.
    fn decides(&self) -> Option<(Fixed<16>, i64)> {
        self.decides_device.zip(self.decides_seq)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct AuthorRow {
    device: Fixed<16>,
    device_seq: i64,
    account: Fixed<16>,
    #[diesel(select_expression = account::name)]
    user_name: String,
    #[diesel(embed)]
    made_at: MadeAt,
}

/// An edit's author, and the author's time.
struct Author {
    user: UserId,
    name: String,
    made_at: Option<String>,
}

impl Tx {
    /// A record's history, version by version.
    pub fn record_history(&mut self, record: RecordId) -> Stored<Vec<HistoryEntry>> {
        let rows: Vec<HistoryRow> = self.run(|connection| {
            on_both!(connection, |c| journal::table
                .inner_join(account::table.on(account::id.eq(journal::account)))
                .filter(journal::record.eq(record.fixed()))
                .filter(journal::rev_number.is_not_null())
                .order(journal::rev_number)
                .select(HistoryRow::as_select())
                .load(c))
        })?;
        let applied: Vec<_> = rows.iter().filter_map(HistoryRow::decides).collect();
        let mut authors = self.authors(&applied)?;
        let (session, keys) = self.session();
        let codec = &mut session.codec;
        let mut history = Vec::with_capacity(rows.len());
        for row in rows {
            let own = (row.device, row.device_seq);
            let decided = row.decides();
            let content = if row.effect_is_payload { row.payload } else { row.effect };
            let made_at = row.made_at.open(codec, keys)?;
            let outcome_text = row.outcome.open(codec, keys)?;
            let effect = open_effect(codec, keys, own, row.effect_is_payload, row.key_id, content)?;
            let author = decided.and_then(|name| Some((name, authors.remove(&name)?)));
            let mut applied_by = None;
            let (name, author) = match author {
                None => {
                    let user = UserId::of(row.account);
                    (own, Author { user, name: row.user_name, made_at })
                }
                Some(of_the_edit) => {
                    applied_by = Some(row.user_name);
                    of_the_edit
                }
            };
            history.push(HistoryEntry {
                device: DeviceId::of(name.0),
                device_seq: DeviceSeq(counted(name.1)?),
                user: author.user,
                user_name: author.name,
                received_at: Instant(row.received_at),
                made_at: author.made_at,
                op: row.op,
                applied_by,
                rev_number: counted(row.rev_number.unwrap_or_default())?,
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
        let rows: Vec<AuthorRow> = self.run(|connection| {
            on_both!(connection, |c| {
                let mut query = journal::table
                    .inner_join(account::table.on(account::id.eq(journal::account)))
                    .select(AuthorRow::as_select())
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
        let author = |row: AuthorRow| {
            let user = UserId::of(row.account);
            let made_at = row.made_at.open(&mut session.codec, keys)?;
            Ok(((row.device, row.device_seq), Author { user, name: row.user_name, made_at }))
        };
        rows.into_iter().map(author).collect()
    }
}
