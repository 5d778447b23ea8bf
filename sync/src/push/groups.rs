//! What is judged together: each group, and each edit without one.

use super::PushContext;
use crate::edit::Received;
use crate::id::DeviceSeq;
use crate::journal::Untaken;
use crate::judge::{Judge, Taken};
use crate::ledger::Ledger;
use crate::outcome::{Outcome, Reason, Refusal, Verdict};
use crate::rules::{Grants, Rules};
use crate::storage::{DeviceState, Stored};
use std::collections::BTreeSet;
use std::ops::Range;

/// The ranges of edits that are judged together: each group, and each edit without one. An element
/// whose group cannot be read belongs to the group it stands in, or to the one after it if that is
/// not whole without it.
pub(super) fn units(edits: &[Received<'_>]) -> Result<Vec<Range<usize>>, DeviceSeq> {
    let mut units = Vec::with_capacity(edits.len());
    let mut met = BTreeSet::new();
    let mut at = 0;
    // How many elements right before this one could belong to its group.
    let mut loose = 0;
    while let Some(edit) = edits.get(at) {
        let unit = match edit.group {
            None => at..at + 1,
            Some(group) => {
                let is_member =
                    |e: &Received<'_>| e.group.map_or(e.edit.is_err(), |other| other == group);
                let is_whole = |unit: &Range<usize>| {
                    edits.get(unit.clone()).is_some_and(|members| members.iter().all(is_member))
                };
                let unit = (at - loose..=at)
                    .rev()
                    .map(|start| start..start.saturating_add(group.size))
                    .find(is_whole);
                match unit {
                    Some(unit) if met.insert(group.id) => unit,
                    _ => return Err(edit.device_seq),
                }
            }
        };
        let is_loose = edit.group.is_none() && edit.edit.is_err();
        loose = if is_loose { loose + 1 } else { 0 };
        units.truncate(units.len() - (at - unit.start));
        at = unit.end;
        units.push(unit);
    }
    Ok(units)
}

/// An edit that was taken, or why it was not.
pub(super) type Judged = Result<Taken, Refusal>;

/// Judges all edits in order.
pub(super) fn judge_all<R: Rules>(
    rules: &R,
    grants: &Grants,
    context: &PushContext<'_>,
    device: &DeviceState,
    ledger: &mut Ledger,
    news: &[Received<'_>],
    units: Vec<Range<usize>>,
) -> Stored<Vec<Judged>> {
    let judge = Judge {
        rules,
        grants,
        user: context.user,
        device: context.device,
        continues: &device.continues,
        hand: context.hand,
    };
    let mut all = Vec::with_capacity(news.len());
    for unit in units {
        let members = &news[unit];
        let kept = (members.len() > 1)
            .then(|| ledger.keep(members.iter().filter_map(Received::asked).map(|e| e.record)));
        let mut judged = Vec::with_capacity(members.len());
        for received in members {
            judged.push(match &received.edit {
                Err(refusal) => Err(refusal.clone()),
                Ok(None) => Ok(voided(received.device_seq)),
                Ok(Some(edit)) => judge.judge(ledger, received.device_seq, edit)?,
            });
        }
        if let Some(kept) = kept
            && all_or_nothing(members, &mut judged)
        {
            ledger.restore(kept);
        }
        for (received, judged) in members.iter().zip(&judged) {
            if let (Some(edit), Err(refusal)) = (received.asked(), judged) {
                ledger.remember_untaken(Untaken {
                    record: edit.record,
                    device_seq: received.device_seq,
                    verdict: refusal.verdict,
                });
            }
        }
        all.extend(judged);
    }
    Ok(all)
}

/// A void spends its number and does nothing else.
pub(super) fn voided(device_seq: DeviceSeq) -> Taken {
    Taken {
        outcome: Outcome::new(device_seq, Verdict::Applied),
        effect: crate::effect::Effect::default(),
        effect_is_payload: false,
    }
}

/// Makes a group's outcomes one: a member that was rejected rejects all, otherwise one that was
/// quarantined quarantines all. Gives whether the group failed.
fn all_or_nothing(members: &[Received<'_>], judged: &mut [Judged]) -> bool {
    let culprit = |verdict: Verdict| {
        judged.iter().position(|j| matches!(j, Err(refusal) if refusal.verdict == verdict))
    };
    let rejected = culprit(Verdict::Rejected);
    let Some(at) = rejected.or_else(|| culprit(Verdict::Quarantined)) else {
        return false;
    };
    let verdict = if rejected.is_some() { Verdict::Rejected } else { Verdict::Quarantined };
    for one in judged.iter_mut() {
        if !matches!(one, Err(refusal) if refusal.verdict == verdict) {
            let with_group = Refusal { verdict, ..Refusal::quarantine(Reason::GroupMember) };
            *one = Err(with_group.because_of(members[at].device_seq));
        }
    }
    true
}
