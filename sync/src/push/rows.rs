//! The journal rows of a push, linked into the device's chain.

use super::PushContext;
use super::groups::{Judged, voided};
use crate::chain;
use crate::edit::{Edit, Received};
use crate::id::StreamId;
use crate::journal::JournalRow;
use crate::judge::Taken;
use crate::ledger::Ledger;
use crate::outcome::Outcome;
use crate::rules::Grants;
use crate::storage::{DeviceState, StorageError, Stored};
use std::borrow::Cow;

/// The journal rows of the new edits, linked into the device's chain.
pub(super) fn journal<'a>(
    context: &mut PushContext<'_>,
    device: &mut DeviceState,
    news: &'a [Received<'_>],
    judged: Vec<Judged>,
    ledger: &Ledger,
    grants: &Grants,
) -> Stored<Vec<JournalRow<'a>>> {
    let mut rows = Vec::with_capacity(news.len());
    for (received, judged) in news.iter().zip(judged) {
        let device_seq = received.device_seq;
        let taken = judged.unwrap_or_else(|refusal| Taken {
            outcome: Outcome::refused(device_seq, refusal),
            ..voided(device_seq)
        });
        let outcome_text = serde_json::to_string(&taken.outcome)
            .map_err(|error| StorageError::Corrupt(error.to_string()))?;
        let salt = (context.salts)();
        let payload_hash = chain::payload_hash(&salt, received.canonical.as_bytes());
        device.chain =
            chain::link(&device.chain, context.device, device_seq, &payload_hash, &outcome_text);
        device.last = device_seq;
        let edit = received.asked();
        rows.push(JournalRow {
            device: context.device,
            device_seq,
            user: context.user,
            received_at: context.now,
            op: match &received.edit {
                Ok(None) => Some("void".to_owned()),
                _ => edit.map(|e| e.op.as_str().to_owned()),
            },
            record: edit.map(|e| e.record),
            root: edit.map(|e| e.root),
            kind: edit.map(|e| e.kind.clone()),
            stream: edit.and_then(|e| stream_of(e, ledger, grants)),
            group: received.group.map(|group| group.id),
            made_at: edit.map(|e| e.made_at.clone()),
            outcome: taken.outcome,
            outcome_text,
            effect: taken.effect,
            effect_is_payload: taken.effect_is_payload,
            payload: Cow::Borrowed(received.raw),
            salt,
            payload_hash,
            chain: device.chain,
        });
    }
    Ok(rows)
}

/// The stream that the edit was judged against, if it was within the person's reach.
fn stream_of(edit: &Edit, ledger: &Ledger, grants: &Grants) -> Option<StreamId> {
    let entry = ledger.get(edit.record).or_else(|| ledger.get(edit.root));
    let stream = entry.map(|entry| entry.stored.stream).or(edit.stream)?;
    grants.streams.contains_key(&stream).then_some(stream)
}
