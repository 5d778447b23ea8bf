//! The transaction of a push: locks in order, everything read once, everything written once.

use super::groups::{judge_all, units};
use super::notices::make_notices;
use super::reading::{read_cases, read_ledger, read_signers, roots};
use super::roots::{with_roots, with_roots_of_cases};
use super::rows::journal;
use super::writing::write_all;
use super::{DeviceFacts, PushAnswer, PushContext, PushReply, PushRequest};
use crate::chain;
use crate::edit::Received;
use crate::grants::Grants;
use crate::id::{DeviceId, DeviceSeq, StreamId};
use crate::journal::Answered;
use crate::judge::Judge;
use crate::ledger::Ledger;
use crate::planted::{Fault, planted};
use crate::record::StoredRecord;
use crate::rules::Rules;
use crate::storage::{StorageError, Stored, WriteTx};
use std::collections::BTreeSet;

/// Takes a push: locks, judges each edit in order, writes everything once.
pub fn push<T: WriteTx, R: Rules>(
    tx: &mut T,
    rules: &R,
    context: &mut PushContext<'_>,
    request: &PushRequest<'_>,
) -> Stored<PushReply> {
    let Some(mut device) = tx.lock_device(context.device)? else {
        return Ok(PushReply::UnknownDevice);
    };
    if device.user != context.user {
        return Ok(PushReply::UnknownDevice);
    }
    if device.reported_lost && !planted(Fault::LostAreServed) {
        return Ok(PushReply::DeviceLost);
    }
    let facts = DeviceFacts::of(tx.epoch()?, &device);
    if request.epoch != facts.epoch {
        return Ok(PushReply::EpochChanged(facts));
    }
    if let Some(missing) = missing(&request.edits, device.expected()) {
        return Ok(PushReply::Gap { missing, facts });
    }
    let repeated = request.edits.iter().take_while(|e| e.device_seq <= device.last).count();
    let edits = with_roots(tx, rules, &request.edits)?;
    let (repeats, news) = edits.split_at(repeated);
    let Repeats { mut outcomes, forked_at } = answer_repeats(tx, context.device, repeats)?;
    if let Some(at) = forked_at {
        return Ok(PushReply::Forked { at, outcomes, facts });
    }
    let units = match units(news) {
        Ok(units) => units,
        Err(at) => return Ok(PushReply::GroupSplit { at, facts }),
    };
    let mut cases = read_cases(tx, news)?;
    with_roots_of_cases(tx, rules, &mut cases)?;
    tx.lock_roots(&roots(news, &cases))?;
    let grants = tx.grants(context.user, context.now)?;
    let signing = read_signers(tx, rules, (context.user, context.now), news, &cases)?;
    let mut ledger = read_ledger(tx, rules, &edits, news, cases, &device, &grants)?;
    let judge = Judge {
        rules,
        grants: &grants,
        user: context.user,
        device: context.device,
        continues: &device.continues,
        hand: context.hand,
        now: context.now,
        signing: &signing,
        applied: None,
    };
    let judgements = judge_all(&judge, &mut ledger, news, units)?;
    make_notices(tx, context.now, &mut ledger, judgements.notices)?;
    let rows = journal(rules, context, &mut device, news, judgements.all, &ledger, &grants)?;
    outcomes.extend(rows.iter().map(|row| row.outcome_text.clone()));
    let new_verdicts = rows.iter().map(|row| row.outcome.outcome).collect();
    write_all(tx, context.now, &device, &mut ledger, &grants, &rows)?;
    let failures = signing.failures();
    if !failures.is_empty() {
        tx.save_failed_signatures(context.user, &failures)?;
    }
    let records = answered_records(&edits, &ledger, &grants);
    let facts = DeviceFacts::of(facts.epoch, &device);
    Ok(PushReply::Answer(PushAnswer { outcomes, records, facts, new_verdicts }))
}

/// The first missing number of a push.
fn missing(edits: &[Received<'_>], expected: DeviceSeq) -> Option<DeviceSeq> {
    let first = edits.first()?.device_seq;
    if first.0 < 1 || first > expected {
        return Some(expected);
    }
    let mut next = edits.iter().map(|edit| edit.device_seq.next());
    let came = edits.iter().skip(1).map(|edit| edit.device_seq);
    came.zip(&mut next).find(|(came, next)| came != next).map(|(_, next)| next)
}

/// The journal's answer to edits that the device sends again.
struct Repeats {
    /// The stored outcomes, up to the fork if there is one.
    outcomes: Vec<String>,
    /// The first number whose content differs from the journal's.
    forked_at: Option<DeviceSeq>,
}

fn answer_repeats<T: WriteTx>(
    tx: &mut T,
    device: DeviceId,
    repeats: &[Received<'_>],
) -> Stored<Repeats> {
    let (Some(first), Some(last)) = (repeats.first(), repeats.last()) else {
        return Ok(Repeats { outcomes: Vec::new(), forked_at: None });
    };
    let answered = tx.answered(device, first.device_seq, last.device_seq)?;
    if answered.len() != repeats.len() {
        return Err(StorageError::Corrupt("the journal of a device has a gap".to_owned()));
    }
    let is_same = |earlier: &Answered, now: &Received<'_>| {
        earlier.salt.is_none_or(|salt| {
            chain::payload_hash(&salt, now.canonical.as_bytes()) == earlier.payload_hash
        })
    };
    let mut outcomes = Vec::with_capacity(repeats.len());
    for (earlier, now) in answered.into_iter().zip(repeats) {
        if !is_same(&earlier, now) && !planted(Fault::ForksUnseen) {
            return Ok(Repeats { outcomes, forked_at: Some(now.device_seq) });
        }
        outcomes.push(match planted(Fault::OutcomesChange) {
            true => earlier.outcome_text.replace("quarantined", "applied"),
            false => earlier.outcome_text,
        });
    }
    Ok(Repeats { outcomes, forked_at: None })
}

/// Each record that the request names, once, if this person's devices may hold it now.
fn answered_records(edits: &[Received<'_>], ledger: &Ledger, grants: &Grants) -> Vec<StoredRecord> {
    let named: BTreeSet<_> = edits.iter().filter_map(Received::asked).map(|e| e.record).collect();
    // Once a person's right has ended, pulls are refused, and an answer carries no records either.
    let is_held = |stream: StreamId| {
        planted(Fault::AnswersLeak)
            || !grants.closed && grants.streams.get(&stream).is_some_and(|grant| grant.held)
    };
    named
        .into_iter()
        .filter_map(|id| ledger.get(id))
        .filter(|entry| is_held(entry.stored.stream))
        .map(|entry| entry.stored.clone())
        .collect()
}
