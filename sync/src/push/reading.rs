//! What a push reads before it judges, with one statement per sort of data.

use crate::cases::Cases;
use crate::edit::{Edit, Received};
use crate::grants::Grants;
use crate::id::{Instant, RecordId, UserId};
use crate::ledger::Ledger;
use crate::op::Op;
use crate::planted::{Fault, planted};
use crate::rev::Base;
use crate::rules::Rules;
use crate::signing::Tally;
use crate::storage::{DeviceState, Stored, WriteTx};
use std::collections::BTreeSet;

/// The quarantined edits that are decided on. Their content never changes, so they are read before
/// their roots are locked; whether they are settled is read under the lock.
pub(super) fn read_cases<T: WriteTx>(tx: &mut T, news: &[Received<'_>]) -> Stored<Cases> {
    let named: BTreeSet<_> =
        news.iter().filter_map(Received::decision).map(|decision| decision.target).collect();
    if named.is_empty() {
        return Ok(Cases::default());
    }
    let named: Vec<_> = named.into_iter().collect();
    Ok(Cases::new(tx.waiting(&named)?))
}

pub(super) fn roots(edits: &[Received<'_>], cases: &Cases) -> Vec<RecordId> {
    let edits = edits.iter().filter_map(Received::asked).map(|e| e.root);
    let cases = cases.all().filter_map(|case| case.waiting.root);
    edits.chain(cases).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The edits that may be merged: those pushed, and those decided on.
fn to_be_judged<'a>(news: &'a [Received<'_>], cases: &'a Cases) -> impl Iterator<Item = &'a Edit> {
    let edits = news.iter().filter_map(Received::asked);
    edits.chain(cases.all().filter_map(|case| case.edit.as_ref()))
}

/// Data for checking other people's signatures in these edits, and the signers' current grants. A
/// person's own signature needs no proof.
pub(super) fn read_signers<T: WriteTx, R: Rules>(
    tx: &mut T,
    rules: &R,
    (user, now): (UserId, Instant),
    news: &[Received<'_>],
    cases: &Cases,
) -> Stored<Tally> {
    let signers: BTreeSet<_> = to_be_judged(news, cases)
        .flat_map(|edit| rules.signers(&edit.kind, &edit.patch))
        .filter(|signer| *signer != user)
        .collect();
    if signers.is_empty() {
        return Ok(Tally::default());
    }
    let mut signers = tx.signers(user, &signers.into_iter().collect::<Vec<_>>(), now)?;
    for (user, signer) in &mut signers.people {
        signer.grants = tx.grants(*user, now)?;
    }
    Ok(Tally::new(signers))
}

/// Reads everything the edits need: their records, what belongs to a moved root, the history since
/// their bases, and edits of this device that wait for records which are missing or hidden from
/// this person.
pub(super) fn read_ledger<T: WriteTx, R: Rules>(
    tx: &mut T,
    rules: &R,
    all: &[Received<'_>],
    news: &[Received<'_>],
    cases: Cases,
    device: &DeviceState,
    grants: &Grants,
) -> Stored<Ledger> {
    let edits = all.iter().filter_map(Received::asked).flat_map(|e| [e.record, e.root]);
    let decided = cases.all().flat_map(|case| [case.waiting.record, case.waiting.root]).flatten();
    let named: BTreeSet<RecordId> = edits.chain(decided).collect();
    if named.is_empty() {
        return Ok(Ledger::new(Vec::new(), cases));
    }
    let named: Vec<_> = named.into_iter().collect();
    // A root takes along what belongs to it; another record of the same root may name a deleted
    // one; and what a record names is known only after the merge, but has the same root.
    let needs_all = |edit: &&Edit| match edit.op {
        Op::Move | Op::Delete | Op::Undelete => true,
        Op::Put => rules.looks_up_references(&edit.kind, &edit.patch),
        _ => false,
    };
    let whole: BTreeSet<_> =
        to_be_judged(news, &cases).filter(needs_all).map(|edit| edit.root).collect();
    let mut records = tx.records(&named)?;
    if !whole.is_empty() {
        records.extend(tx.belonging(&whole.into_iter().collect::<Vec<_>>())?);
    }
    let mut ledger = Ledger::new(records, cases);
    if !ledger.cases.names().is_empty() {
        for name in tx.settled(&ledger.cases.names())? {
            ledger.cases.settle(name);
        }
    }
    // The second round is for bases that this history does not know: rare, only after a restore.
    for _ in 0..2 {
        let bases = to_be_judged(news, &ledger.cases).map(|e| (e.record, known_base(e)));
        let wanted = ledger.history_wanted(bases);
        if wanted.is_empty() {
            break;
        }
        let pasts = tx.history(&wanted)?;
        ledger.know(&wanted, pasts);
    }
    let is_absent = |id: &RecordId| ledger.within_reach(*id, grants).is_none();
    let absent: Vec<_> = named.into_iter().filter(is_absent).collect();
    if !absent.is_empty() && !news.is_empty() {
        let older = device.continues.iter().filter(|_| !planted(Fault::ForksForgetUntaken));
        let chain: Vec<_> = [(device.id, device.last)].into_iter().chain(older.copied()).collect();
        for untaken in tx.untaken(&chain, &absent)? {
            ledger.remember_untaken(untaken);
        }
    }
    Ok(ledger)
}

/// How far back the history is needed: all of it, to restore a deleted record.
fn known_base(edit: &Edit) -> Base {
    if edit.op == Op::Undelete { Base::Nothing } else { edit.base }
}
