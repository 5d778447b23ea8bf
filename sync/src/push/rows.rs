//! The journal rows of a push, linked into the device's chain.

use super::PushContext;
use super::groups::{Judgement, voided};
use crate::cases::Case;
use crate::chain;
use crate::edit::{Edit, Received};
use crate::grants::Grants;
use crate::id::StreamId;
use crate::journal::JournalRow;
use crate::judge::Taken;
use crate::ledger::Ledger;
use crate::outcome::{Outcome, Verdict};
use crate::planted::{Fault, planted};
use crate::rules::Rules;
use crate::storage::{DeviceState, StorageError, Stored};
use std::borrow::Cow;

/// The journal rows of the new edits, linked into the device's chain.
pub(super) fn journal<'a, R: Rules>(
    rules: &R,
    context: &mut PushContext<'_>,
    device: &mut DeviceState,
    news: &'a [Received<'_>],
    judgements: Vec<Judgement>,
    ledger: &Ledger,
    grants: &Grants,
) -> Stored<Vec<JournalRow<'a>>> {
    let mut rows = Vec::with_capacity(news.len());
    for (received, judgement) in news.iter().zip(judgements) {
        let device_seq = received.device_seq;
        let taken = judgement.unwrap_or_else(|refusal| Taken {
            outcome: Outcome::refused(device_seq, refusal),
            ..voided(device_seq)
        });
        let outcome_text = serde_json::to_string(&taken.outcome)
            .map_err(|error| StorageError::Corrupt(error.to_string()))?;
        let salt = (context.salts)()?;
        let payload_hash = chain::payload_hash(&salt, received.canonical.as_bytes());
        let (edit, case) = (received.asked(), decided(received, &taken.outcome, ledger));
        let case = case.map(|case| &case.waiting);
        let mut row = JournalRow {
            device: context.device,
            device_seq,
            user: context.user,
            received_at: context.now,
            op: received.op().map(|op| op.as_str().to_owned()),
            record: edit.map(|e| e.record).or(case.and_then(|c| c.record)),
            root: edit.map(|e| e.root).or(case.and_then(|c| c.root)),
            kind: edit
                .map(|e| &e.kind)
                .filter(|kind| rules.rooting(kind).is_some())
                .or(case.and_then(|c| c.kind.as_ref()))
                .cloned(),
            stream: match edit {
                // It waits at nobody's desk.
                _ if grants.staff && taken.outcome.outcome == Verdict::Rejected => None,
                Some(e) => stream_of(e, ledger, grants)
                    .or_else(|| rules.desk(&e.kind, context.user, grants)),
                // An unreadable edit waits where its author's work is decided on.
                None if received.edit.is_err() => grants.fallback,
                None => case.and_then(|c| ledger.get(c.root?)).map(|entry| entry.stored.stream),
            },
            group: received.group.map(|group| group.id),
            decides: case.map(|c| c.name),
            made_at: received.made_at.clone(),
            outcome: taken.outcome,
            outcome_text,
            effect: taken.effect,
            effect_is_payload: taken.effect_is_payload,
            payload: match received.edit.is_err() && planted(Fault::BytesNotKept) {
                true => Cow::Borrowed(""),
                false => Cow::Borrowed(received.raw),
            },
            salt,
            payload_hash,
            chain: device.chain,
        };
        row.chain = row.link(&device.chain);
        (device.last, device.chain) = (device_seq, row.chain);
        rows.push(row);
    }
    Ok(rows)
}

/// The case that this settles, if it is a taken decision.
fn decided<'a>(received: &Received<'_>, outcome: &Outcome, ledger: &'a Ledger) -> Option<&'a Case> {
    let decision = received.decision().filter(|_| outcome.outcome.is_effective())?;
    ledger.cases.get(decision.target)
}

/// The stream whose desk the edit belongs to: that of its record or root, whether or not the author
/// may see it; otherwise the one it names.
fn stream_of(edit: &Edit, ledger: &Ledger, grants: &Grants) -> Option<StreamId> {
    let entry = ledger.get(edit.record).or_else(|| ledger.get(edit.root));
    let named = || edit.stream.filter(|stream| grants.streams.contains_key(stream));
    entry.map(|entry| entry.stored.stream).or_else(named)
}
