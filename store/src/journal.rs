//! The journal: rows are appended, never replaced. What the client wrote is sealed, verified from
//! end to end, and lawfully erased (docs/adr/0015).

mod anchor;
mod audit;
mod erasure;
mod head;

pub use anchor::{Anchor, AnchorError};
pub(crate) use audit::audit;
pub use audit::{Audit, ErasedEdit, Fault, Wrong};
pub use erasure::{Erasable, ErasureRefusal};
pub use head::Head;

use crate::Tx;
use crate::codec::{Codec, Place};
use crate::connection::Connection;
use crate::failure::corrupt;
use crate::history_query::HistoryQuery;
use crate::keys::KeyRing;
use crate::schema::journal;
use crate::sealed::Column;
use crate::values::{Fixed, Name, counted, counter, text};
use diesel::prelude::*;
use ruhu_sync::edit::patch_in;
use ruhu_sync::effect::Effect;
use ruhu_sync::id::{DeviceId, DeviceSeq, RecordId};
use ruhu_sync::journal::{Answered, JournalRow, Past, effect_of_creation};
use ruhu_sync::outcome::Verdict;
use ruhu_sync::rev::Rev;
use ruhu_sync::storage::{HistoryWanted, Stored};
use std::borrow::Cow;

/// Rows per statement: neither database takes more than 32,766 values.
const CHUNK_ROWS: usize = 1_300;

#[derive(Insertable)]
#[diesel(table_name = journal, treat_none_as_default_value = false)]
struct NewRow<'a> {
    device: Fixed<16>,
    device_seq: i64,
    account: Fixed<16>,
    received_at: i64,
    op: Option<Cow<'a, str>>,
    record: Option<Fixed<16>>,
    root: Option<Fixed<16>>,
    kind: Option<Cow<'a, str>>,
    stream: Option<Fixed<16>>,
    group_id: Option<Fixed<16>>,
    decides_device: Option<Fixed<16>>,
    decides_seq: Option<i64>,
    made_at: Option<Vec<u8>>,
    verdict: &'static str,
    rev_number: Option<i64>,
    rev_hash: Option<Fixed<4>>,
    outcome: Cow<'a, str>,
    answer: Option<Vec<u8>>,
    answer_hash: Option<Fixed<32>>,
    effect_is_payload: bool,
    key_id: i32,
    effect: Option<Vec<u8>>,
    payload: Option<Vec<u8>>,
    salt: Option<Fixed<16>>,
    payload_hash: Fixed<32>,
    chain: Fixed<32>,
}

/// The name of a row, which its sealed values are bound to.
pub(crate) fn with_name<T>(
    device: Fixed<16>,
    device_seq: i64,
    work: impl FnOnce(&[&[u8]]) -> T,
) -> T {
    work(&[&device.0, &device_seq.to_be_bytes()])
}

fn sealed<'a>(codec: &mut Codec, keys: &KeyRing, row: &'a JournalRow) -> Stored<NewRow<'a>> {
    let (device, device_seq) = (row.device.fixed(), counter(row.device_seq.0));
    let answer_hash = row.answer_hash();
    let effect = match row.keeps_effect() {
        true => {
            Some(serde_json::to_string(&row.effect).map_err(|_| corrupt("the effect of an edit"))?)
        }
        false => None,
    };
    let (key, payload, [effect, answer, made_at]) = with_name(device, device_seq, |name| {
        let place = |column| Place { column, row: name };
        let (key, payload) = codec.seal(keys, place(Column::PAYLOAD), &row.payload)?;
        let answer = answer_hash.map(|_| row.outcome_text.as_str());
        let others = [
            codec.seal_if_any(keys, place(Column::EFFECT), effect.as_deref())?,
            codec.seal_if_any(keys, place(Column::ANSWER), answer)?,
            codec.seal_if_any(keys, place(Column::MADE_AT), row.made_at.as_deref())?,
        ];
        Ok((key, payload, others))
    })?;
    Ok(NewRow {
        device,
        device_seq,
        account: row.user.fixed(),
        received_at: row.received_at.0,
        op: row.op.as_deref().map(text),
        record: row.record.map(Name::fixed),
        root: row.root.map(Name::fixed),
        kind: row.kind.as_deref().map(text),
        stream: row.stream.map(Name::fixed),
        group_id: row.group.map(Name::fixed),
        decides_device: row.decides.map(|name| name.device.fixed()),
        decides_seq: row.decides.map(|name| counter(name.device_seq.0)),
        made_at,
        verdict: row.outcome.outcome.as_str(),
        rev_number: row.rev().map(|rev| counter(rev.number)),
        rev_hash: row.rev().map(|rev| Fixed(rev.hash)),
        outcome: row.outline(),
        answer,
        answer_hash: answer_hash.map(Fixed),
        effect_is_payload: row.effect_is_payload,
        key_id: i32::from(key.0),
        effect,
        payload: Some(payload),
        salt: Some(Fixed(row.salt)),
        payload_hash: Fixed(row.payload_hash),
        chain: Fixed(row.chain),
    })
}

/// Appends rows in one statement. A name that exists already is an error.
pub(crate) fn append(tx: &mut Tx, rows: &[JournalRow]) -> Stored<()> {
    for rows in rows.chunks(CHUNK_ROWS) {
        let (session, keys) = tx.session();
        let rows: Stored<Vec<_>> =
            rows.iter().map(|row| sealed(&mut session.codec, keys, row)).collect();
        let rows = tx.note(rows)?;
        tx.run(|connection| insert!(connection, journal::table, &rows[..], |insert| insert))?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct AnsweredRow {
    device_seq: i64,
    record: Option<Fixed<16>>,
    salt: Option<Fixed<16>>,
    payload_hash: Fixed<32>,
    #[diesel(embed)]
    outcome: Outcome,
}

/// A device's rows with numbers in `from..=through`, in order.
pub(crate) fn answered(
    tx: &mut Tx,
    device: DeviceId,
    from: DeviceSeq,
    through: DeviceSeq,
) -> Stored<Vec<Answered>> {
    let rows: Vec<AnsweredRow> = tx.run(|connection| {
        on_both!(connection, |c| journal::table
            .filter(journal::device.eq(device.fixed()))
            .filter(journal::device_seq.ge(counter(from.0)))
            .filter(journal::device_seq.le(counter(through.0)))
            .order(journal::device_seq)
            .select(AnsweredRow::as_select())
            .load(c))
    })?;
    let (session, keys) = tx.session();
    let answered = rows
        .into_iter()
        .map(|row| {
            Ok(Answered {
                device_seq: DeviceSeq(counted(row.device_seq)?),
                record: row.record.map(Name::of),
                salt: row.salt.map(|salt| salt.0),
                payload_hash: row.payload_hash.0,
                outcome_text: row.outcome.open(&mut session.codec, keys)?,
            })
        })
        .collect();
    tx.note(answered)
}

/// The stored outcome of an edit: its outline, and the answer if that says more.
#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
pub(crate) struct Outcome {
    device: Fixed<16>,
    device_seq: i64,
    key_id: i32,
    outcome: String,
    answer: Option<Vec<u8>>,
}

impl Outcome {
    /// The text as it was answered; the outline after erasure.
    pub(crate) fn open(self, codec: &mut Codec, keys: &KeyRing) -> Stored<String> {
        let answer = with_name(self.device, self.device_seq, |row| {
            let place = Place { column: Column::ANSWER, row };
            codec.open_if_any(keys, self.key_id, place, self.answer)
        })?;
        Ok(answer.unwrap_or(self.outcome))
    }
}

/// The stored time of an edit, by its device's clock.
#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
pub(crate) struct MadeAt {
    device: Fixed<16>,
    device_seq: i64,
    key_id: i32,
    made_at: Option<Vec<u8>>,
}

impl MadeAt {
    /// The text as it came; none if there was none, or after erasure.
    pub(crate) fn open(self, codec: &mut Codec, keys: &KeyRing) -> Stored<Option<String>> {
        with_name(self.device, self.device_seq, |row| {
            let place = Place { column: Column::MADE_AT, row };
            codec.open_if_any(keys, self.key_id, place, self.made_at)
        })
    }
}

/// The verdict with this word, if it is one on an edit that was not taken.
pub(crate) fn untaken_verdict(word: &str) -> Option<Verdict> {
    word.parse().ok().filter(|verdict: &Verdict| !verdict.is_effective())
}

/// One row of a history, in the order of [`HistoryQuery`]'s columns.
#[derive(Queryable)]
pub(crate) struct PastRow {
    /// Record, number and hash.
    version: (Fixed<16>, i64, Fixed<4>),
    /// The edit's device and number there.
    own: (Fixed<16>, i64),
    /// The same of the edit that it applied, if it is a decision.
    decides: (Option<Fixed<16>>, Option<i64>),
    /// Whether the content is the payload or the effect, its key, and the content, which determines
    /// the effect.
    effect: (bool, i32, Option<Vec<u8>>),
}

/// The effective edits of each wanted record from a version on, by record, oldest first: one
/// statement.
pub(crate) fn history(tx: &mut Tx, wanted: &[HistoryWanted]) -> Stored<Vec<Past>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<PastRow> = tx.run(|connection| {
        let query = HistoryQuery::new(wanted);
        match connection {
            Connection::Sqlite(c) => query.for_sqlite().load(c),
            Connection::Postgres(c) => query.load(c),
        }
    })?;
    let (session, keys) = tx.session();
    let history = rows.into_iter().map(|row| opened(&mut session.codec, keys, row)).collect();
    tx.note(history)
}

fn opened(codec: &mut Codec, keys: &KeyRing, row: PastRow) -> Stored<Past> {
    let (record, rev_number, rev_hash) = row.version;
    let (is_payload, key, content) = row.effect;
    // A decision counts as the edit that it applied.
    let (device, device_seq) = row.decides.0.zip(row.decides.1).unwrap_or(row.own);
    Ok(Past {
        record: RecordId::of(record),
        device: DeviceId::of(device),
        device_seq: DeviceSeq(counted(device_seq)?),
        rev: Rev { number: counted(rev_number)?, hash: rev_hash.0 },
        effect: open_effect(codec, keys, row.own, is_payload, key, content)?,
    })
}

/// Opens an edit's effect, or derives it from the payload if it is stored there.
pub(crate) fn open_effect(
    codec: &mut Codec,
    keys: &KeyRing,
    (device, device_seq): (Fixed<16>, i64),
    is_payload: bool,
    key: i32,
    content: Option<Vec<u8>>,
) -> Stored<Effect> {
    // It had no effect, or the effect was erased, and from the record too.
    let Some(content) = content else {
        return Ok(Effect::default());
    };
    let unreadable = || corrupt("the effect of an edit");
    with_name(device, device_seq, |name| {
        let column = if is_payload { Column::PAYLOAD } else { Column::EFFECT };
        let text = codec.open(keys, key, Place { column, row: name }, content)?;
        if !is_payload {
            return serde_json::from_str(text).map_err(|_| unreadable());
        }
        Ok(effect_of_creation(&patch_in(text).ok_or_else(unreadable)?))
    })
}
