//! Judges a push unit by unit: each group, and each edit outside a group.

use super::notices::Sent;
use crate::decision::{Decision, EditName, Waiting};
use crate::edit::{Asked, Received};
use crate::id::{DeviceSeq, Instant, RecordId};
use crate::journal::Untaken;
use crate::judge::{Judge, Judged, Taken};
use crate::ledger::Ledger;
use crate::merge::Hand;
use crate::op::Op;
use crate::outcome::{Outcome, Reason, Refusal, Verdict};
use crate::planted::{Fault, planted};
use crate::rules::{Event, News, Rules};
use crate::storage::Stored;
use std::collections::BTreeSet;
use std::ops::Range;

/// The ranges of edits that are judged together, or the number at which a group is incomplete. An
/// element whose group cannot be read belongs to the group around it, or to the one after it if
/// that is incomplete without it.
pub(super) fn units(edits: &[Received<'_>]) -> Result<Vec<Range<usize>>, DeviceSeq> {
    let mut units = Vec::with_capacity(edits.len());
    let mut met = BTreeSet::new();
    let mut at = 0;
    // The number of elements right before this one that could belong to its group.
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
                    _ if planted(Fault::GroupsTakenInPart) => at..at + 1,
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

/// A taken edit, or its refusal.
pub(super) type Judgement = Result<Taken, Refusal>;

/// The judgement of each edit of a push, in order, and the resulting notices.
pub(super) struct Judgements {
    pub(super) all: Vec<Judgement>,
    pub(super) notices: Vec<Sent>,
}

/// Judges all edits in order.
pub(super) fn judge_all<R: Rules>(
    judge: &Judge<'_, R>,
    ledger: &mut Ledger,
    news: &[Received<'_>],
    units: Vec<Range<usize>>,
) -> Stored<Judgements> {
    let mut judgements = Judgements { all: Vec::with_capacity(news.len()), notices: Vec::new() };
    for unit in units {
        let members = &news[unit];
        let may_fall = members.len() > 1 || members.iter().any(|m| looks_up(judge, ledger, m));
        let kept = may_fall.then(|| ledger.keep(may_change(ledger, members)));
        let mut judged = judge_unit(judge, ledger, members)?;
        if let Some(kept) = kept
            && all_or_nothing(members, &mut judged)
        {
            ledger.restore(kept);
        }
        for (received, judgement) in members.iter().zip(&judged) {
            if let (Some(edit), Err(refusal)) = (received.asked(), judgement) {
                ledger.remember_own_untaken(Untaken {
                    record: edit.record,
                    device: judge.device,
                    device_seq: received.device_seq,
                    verdict: refusal.verdict,
                });
            }
            judgements.notices.extend(notices(judge, judge.now, ledger, received, judgement)?);
        }
        judgements.all.extend(judged);
    }
    Ok(judgements)
}

/// Judges the members of a unit one by one. Here a refusal becomes the outcome of its edit and of
/// nothing else.
fn judge_unit<R: Rules>(
    judge: &Judge<'_, R>,
    ledger: &mut Ledger,
    members: &[Received<'_>],
) -> Stored<Vec<Judgement>> {
    let together: Vec<_> = members.iter().filter_map(Received::decision).collect();
    let mut judged = Vec::with_capacity(members.len());
    for received in members {
        judged.push(match judge_one(judge, ledger, received, &together) {
            Ok(taken) => Ok(taken),
            Err(halt) => Err(halt.into_refusal()?),
        });
    }
    for judgement in &mut judged {
        let Ok(Taken { references_of: Some(record), .. }) = judgement else { continue };
        if let Err(halt) = judge.check_references(ledger, *record) {
            *judgement = Err(reject_for_staff(judge, halt.into_refusal()?));
        }
    }
    Ok(judged)
}

fn judge_one<R: Rules>(
    judge: &Judge<'_, R>,
    ledger: &mut Ledger,
    received: &Received<'_>,
    together: &[&Decision],
) -> Judged<Taken> {
    let device_seq = received.device_seq;
    match received.edit.as_ref().map_err(Refusal::clone)? {
        Asked::Void if planted(Fault::VoidsRefused) => {
            Err(Refusal::reject(Reason::UnknownOp, Vec::new()).into())
        }
        Asked::Void => Ok(voided(device_seq)),
        Asked::Edit(edit) => judge
            .judge(ledger, device_seq, edit)
            .map_err(|halt| halt.map_refusal(|refusal| reject_for_staff(judge, refusal))),
        Asked::Decision(decision) => judge.decide(ledger, device_seq, decision, together),
    }
}

/// Whether taking this edit may be undone because of what its record names.
fn looks_up<R: Rules>(judge: &Judge<'_, R>, ledger: &Ledger, received: &Received<'_>) -> bool {
    let decided = received.decision().and_then(|decision| ledger.cases.get(decision.target));
    let edits = received.asked().into_iter().chain(decided.and_then(|case| case.edit.as_ref()));
    edits.into_iter().any(|edit| judge.looks_up_references(edit))
}

/// An edit pushed by staff waits for nobody: what would quarantine a tablet's edit rejects it. An
/// act at the desk is left alone, because the desk refuses it as a whole.
fn reject_for_staff<R>(judge: &Judge<'_, R>, refusal: Refusal) -> Refusal {
    match judge.grants.staff && judge.hand == Hand::Device {
        true => Refusal { verdict: Verdict::Rejected, ..refusal },
        false => refusal,
    }
}

/// The records that judging these may change.
fn may_change(ledger: &Ledger, members: &[Received<'_>]) -> Vec<RecordId> {
    let edits = members.iter().filter_map(Received::asked);
    let moved = edits.clone().filter(|edit| edit.op == Op::Move);
    let carried = moved.flat_map(|edit| ledger.belonging(edit.root));
    let cases = members.iter().filter_map(Received::decision);
    let decided =
        cases.filter_map(|d| ledger.cases.get(d.target)).filter_map(|case| case.waiting.record);
    edits.map(|edit| edit.record).chain(carried).chain(decided).collect()
}

/// The notices that a judgement sends.
fn notices<R: Rules>(
    judge: &Judge<'_, R>,
    at: Instant,
    ledger: &mut Ledger,
    received: &Received<'_>,
    judgement: &Judgement,
) -> Stored<Vec<Sent>> {
    let device_seq = received.device_seq;
    let news = match (&received.edit, judgement) {
        (Ok(Asked::Decision(decision)), Ok(taken)) => {
            let Some(case) = ledger.cases.get(decision.target) else { return Ok(Vec::new()) };
            let (by, reason) = (judge.user, decision.reason.as_str());
            let event = if decision.applies {
                Event::Applied { by, reason, conflicts: &taken.outcome.conflicts }
            } else {
                Event::Dismissed { by, reason }
            };
            let Waiting { name, user, record, kind, .. } = &case.waiting;
            let kind = kind.as_deref();
            News { edit: *name, author: *user, record: *record, kind, at, event }
        }
        (Ok(Asked::Edit(edit)), Err(refusal)) if refusal.reason == Reason::SubmissionConflict => {
            // As it is now: a failed group has been undone.
            let Some(entry) = ledger.get_mut(edit.record) else { return Ok(Vec::new()) };
            let current = &entry.content()?.document;
            News {
                edit: EditName { device: judge.device, device_seq },
                author: judge.user,
                record: Some(edit.record),
                kind: Some(&edit.kind),
                at,
                event: Event::SubmissionMet { current },
            }
        }
        _ => return Ok(Vec::new()),
    };
    let (author, record, told) = (news.author, news.record, judge.rules.notices(&news));
    let about = record.and_then(|record| ledger.get(record)).map(|entry| entry.stored.stream);
    let by = EditName { device: judge.device, device_seq };
    Ok(told.into_iter().map(|notice| Sent { by, author, about, notice }).collect())
}

/// A void uses up its number and does nothing else.
pub(super) fn voided(device_seq: DeviceSeq) -> Taken {
    Taken {
        outcome: Outcome::new(device_seq, Verdict::Applied),
        effect: crate::effect::Effect::default(),
        effect_is_payload: false,
        references_of: None,
    }
}

/// Gives all members of a failed group one verdict: a rejected member rejects all of it, otherwise
/// a quarantined one quarantines all of it. Returns whether the group failed.
fn all_or_nothing(members: &[Received<'_>], judged: &mut [Judgement]) -> bool {
    let culprit = |verdict: Verdict| {
        judged.iter().position(|j| matches!(j, Err(refusal) if refusal.verdict == verdict))
    };
    let rejected = culprit(Verdict::Rejected);
    let Some(at) = rejected.or_else(|| culprit(Verdict::Quarantined)) else {
        return false;
    };
    if planted(Fault::GroupsFailInPart) {
        return false;
    }
    let verdict = if rejected.is_some() { Verdict::Rejected } else { Verdict::Quarantined };
    for one in judged.iter_mut() {
        if !matches!(one, Err(refusal) if refusal.verdict == verdict) {
            let with_group = Refusal { verdict, ..Refusal::quarantine(Reason::GroupMember) };
            *one = Err(with_group.because_of(members[at].device_seq));
        }
    }
    true
}
