//! What a push reads before it judges, each by one statement.

use crate::decision::Cases;
use crate::edit::{Edit, Op, Received};
use crate::id::{DeviceId, RecordId, UserId};
use crate::ledger::Ledger;
use crate::rev::Base;
use crate::rules::{Grants, Rules, SigningKey};
use crate::storage::{Stored, WriteTx};
use std::collections::{BTreeMap, BTreeSet};

/// The quarantined edits that are decided on. What they ask never changes, so that they may be
/// read before their roots are locked; whether they are settled is read after.
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
    let cases = cases.all().map(|case| case.waiting.root);
    edits.chain(cases).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The edits that may be merged: those that are pushed, and those that are decided on.
fn to_be_judged<'a>(news: &'a [Received<'_>], cases: &'a Cases) -> impl Iterator<Item = &'a Edit> {
    let edits = news.iter().filter_map(Received::asked);
    edits.chain(cases.all().filter_map(|case| case.edit.as_ref()))
}

pub(super) fn signing_keys<T: WriteTx, R: Rules>(
    tx: &mut T,
    rules: &R,
    news: &[Received<'_>],
    cases: &Cases,
) -> Stored<BTreeMap<UserId, SigningKey>> {
    let signers: BTreeSet<_> =
        to_be_judged(news, cases).flat_map(|edit| rules.signers(&edit.kind, &edit.patch)).collect();
    if signers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let signers: Vec<_> = signers.into_iter().collect();
    Ok(tx.signing_keys(&signers)?.into_iter().collect())
}

/// Reads everything the edits need: their records, what belongs to a root that is moved, the
/// history since their bases, and what of this device waits for records that are not there, or
/// hidden from this person.
pub(super) fn read_ledger<T: WriteTx>(
    tx: &mut T,
    all: &[Received<'_>],
    news: &[Received<'_>],
    cases: Cases,
    device: DeviceId,
    grants: &Grants,
) -> Stored<Ledger> {
    let edits = all.iter().filter_map(Received::asked).flat_map(|e| [e.record, e.root]);
    let decided = cases.all().flat_map(|case| [case.waiting.record, case.waiting.root]);
    let named: BTreeSet<RecordId> = edits.chain(decided).collect();
    if named.is_empty() {
        return Ok(Ledger::new(Vec::new(), cases));
    }
    let named: Vec<_> = named.into_iter().collect();
    let moved: BTreeSet<_> = to_be_judged(news, &cases)
        .filter(|edit| edit.op == Op::Move)
        .map(|edit| edit.root)
        .collect();
    let mut records = tx.records(&named)?;
    if !moved.is_empty() {
        records.extend(tx.belonging(&moved.into_iter().collect::<Vec<_>>())?);
    }
    let mut ledger = Ledger::new(records, cases);
    if !ledger.cases.names().is_empty() {
        for name in tx.settled(&ledger.cases.names())? {
            ledger.cases.settle(name);
        }
    }
    // The second round is for bases that this history does not know: rare, after a restore.
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
        for untaken in tx.untaken(device, &absent)? {
            ledger.remember_untaken(untaken);
        }
    }
    Ok(ledger)
}

/// How far back the history is needed: to bring a record back, all of it.
fn known_base(edit: &Edit) -> Base {
    if edit.op == Op::Undelete { Base::Nothing } else { edit.base }
}
