//! One row as the audit reads it: all of its columns.

use super::super::{open_effect, with_name};
use super::Wrong;
use crate::Tx;
use crate::codec::Place;
use crate::schema::journal;
use crate::sealed::Column;
use crate::values::{Fixed, Name, counted};
use diesel::prelude::*;
use ruhu_sync::chain::{self, Facts, Hash, Linked};
use ruhu_sync::decision::EditName;
use ruhu_sync::edit::Received;
use ruhu_sync::id::{DeviceId, DeviceSeq, GroupId, Instant, RecordId, StreamId, UserId};
use ruhu_sync::outcome::Outcome;
use ruhu_sync::rev::Rev;
use ruhu_sync::storage::Stored;

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
pub(in crate::journal) struct Row {
    pub(in crate::journal) device: Fixed<16>,
    pub(in crate::journal) device_seq: i64,
    account: Fixed<16>,
    received_at: i64,
    op: Option<String>,
    record: Option<Fixed<16>>,
    root: Option<Fixed<16>>,
    kind: Option<String>,
    stream: Option<Fixed<16>>,
    group_id: Option<Fixed<16>>,
    decides_device: Option<Fixed<16>>,
    decides_seq: Option<i64>,
    made_at: Option<Vec<u8>>,
    verdict: String,
    rev_number: Option<i64>,
    rev_hash: Option<Fixed<4>>,
    outcome: String,
    answer: Option<Vec<u8>>,
    answer_hash: Option<Fixed<32>>,
    effect_is_payload: bool,
    key_id: i32,
    effect: Option<Vec<u8>>,
    payload: Option<Vec<u8>>,
    salt: Option<Fixed<16>>,
    payload_hash: Fixed<32>,
    pub(super) chain: Fixed<32>,
}

impl Row {
    /// The link that it must have; none if it contains what no row can. For what an erasure
    /// removed, the erasure stands in.
    pub(super) fn link(&self, before: &Hash, had_effect: Option<bool>) -> Option<Hash> {
        let device_seq = |number| counted(number).ok().map(DeviceSeq);
        let decides = match (self.decides_device, self.decides_seq) {
            (Some(device), Some(number)) => {
                let device = DeviceId::of(device);
                Some(EditName { device, device_seq: device_seq(number)? })
            }
            (None, None) => None,
            _ => return None,
        };
        let row = Linked {
            device: DeviceId::of(self.device),
            device_seq: device_seq(self.device_seq)?,
            payload_hash: &self.payload_hash.0,
            outline: &self.outcome,
            answer_hash: self.answer_hash.as_ref().map(|hash| &hash.0),
            facts: Facts {
                user: UserId::of(self.account),
                received_at: Instant(self.received_at),
                op: self.op.as_deref(),
                record: self.record.map(RecordId::of),
                root: self.root.map(RecordId::of),
                kind: self.kind.as_deref(),
                stream: self.stream.map(StreamId::of),
                group: self.group_id.map(GroupId::of),
                decides,
                effect_is_payload: self.effect_is_payload,
                has_effect: had_effect.unwrap_or(self.effect.is_some()),
            },
        };
        Some(chain::link(before, &row))
    }

    /// Its faults apart from the chain.
    pub(super) fn faults(&self, tx: &mut Tx, is_erased: bool) -> Stored<Option<Wrong>> {
        if !self.is_its_outcome() {
            return Ok(Some(Wrong::NotItsOutcome));
        }
        let (session, keys) = tx.session();
        let codec = &mut session.codec;
        let wrote = [&self.payload, &self.effect, &self.answer, &self.made_at];
        if is_erased {
            let is_gone = self.salt.is_none() && wrote.iter().all(|column| column.is_none());
            return Ok((!is_gone).then_some(Wrong::Erasure));
        }
        let (Some(payload), Some(salt)) = (&self.payload, &self.salt) else {
            return Ok(Some(Wrong::PayloadGone));
        };
        let is_same = with_name(self.device, self.device_seq, |row| {
            let (key, place) = (self.key_id, |column| Place { column, row });
            let made_at =
                codec.open_if_any(keys, key, place(Column::MADE_AT), self.made_at.clone())?;
            let answer =
                codec.open_if_any(keys, key, place(Column::ANSWER), self.answer.clone())?;
            let answer_hash = answer.map(|text| chain::answer_hash(&salt.0, &text));
            let text = codec.open(keys, key, place(Column::PAYLOAD), payload.clone())?;
            let received = Received::read(text);
            Ok(answer_hash == self.answer_hash.map(|hash| hash.0)
                && received.is_some_and(|received| {
                    received.made_at == made_at
                        && chain::payload_hash(&salt.0, received.canonical.as_bytes())
                            == self.payload_hash.0
                }))
        })?;
        if self.effect.is_some() {
            let name = (self.device, self.device_seq);
            open_effect(codec, keys, name, false, self.key_id, self.effect.clone())?;
        }
        Ok((!is_same).then_some(Wrong::OtherPayload))
    }

    fn is_its_outcome(&self) -> bool {
        let Ok(outcome) = serde_json::from_str::<Outcome>(&self.outcome) else {
            return false;
        };
        let rev = match (self.rev_number, self.rev_hash) {
            (Some(number), Some(hash)) => {
                counted(number).ok().map(|number| Rev { number, hash: hash.0 })
            }
            _ => None,
        };
        counted(self.device_seq).ok() == Some(outcome.device_seq.0)
            && outcome.outcome.as_str() == self.verdict
            && outcome.rev == rev
    }
}
