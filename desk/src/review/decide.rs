//! What a reviewer decides of an assessment.

use super::guards::{Visited, refusal, standing_against};
use super::look::assessment_within_reach;
use super::refusals::refused;
use crate::acts::{Act, Done, Line, Scene};
use crate::halt::Halt;
use crate::refusal::{Kind, Refusal};
use crate::tables::{Judgement, judgement};
use crate::who::Reviewer;
use ruhu_store::audit;
use ruhu_sync::edit::Change;
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object, object};
use ruhu_sync::outcome::Outcome;
use ruhu_sync::path::Path;
use ruhu_sync::record::StoredRecord;
use ruhu_sync::rev::{Base, Rev};
use ruhu_sync::row_id;
use ruhu_sync::storage::WriteTx as _;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;

/// What a reviewer may decide.
#[derive(Clone, Debug, Serialize)]
pub enum ReviewVerdict {
    /// It goes back to those who filled it, with reasons.
    Return {
        /// Why, one sentence each.
        reasons: Vec<String>,
    },
    /// A reviewer takes it up.
    TakeUp,
    /// It is accepted, for the reason that the note gives.
    Accept {
        /// The day on which the district visited, where it has to.
        district_visited_on: Option<String>,
    },
}

/// A decision on one assessment.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewDecision {
    /// Which.
    pub assessment: RecordId,
    /// The version that the reviewer read: a decision holds for nothing else.
    pub rev: Rev,
    /// What was decided.
    pub verdict: ReviewVerdict,
    /// A remark.
    pub note: Option<String>,
}

impl ReviewDecision {
    /// The patch that says it, and the rows that are new in it.
    fn patch(
        &self,
        scene: &Scene<'_>,
        judgement: Option<&Judgement>,
    ) -> Result<(Object, BTreeSet<Path>), Refusal> {
        let at = scene.at();
        let mut review = object([
            ("reviewed_by", scene.user().to_string().into()),
            ("reviewed_at", at.as_str().into()),
        ]);
        let mut set = |name: &str, value: Json| review.insert(name.to_owned(), value);
        if let Some(note) = &self.note {
            set("note", note.as_str().into());
        }
        if let Some(judgement) = judgement {
            set("judgement", judgement.to_text().into());
        }
        let mut new_rows = BTreeSet::new();
        let status = match &self.verdict {
            ReviewVerdict::TakeUp => {
                return Ok((object([("status", "in_review".into())]), new_rows));
            }
            ReviewVerdict::Accept { district_visited_on } => {
                if let Some(day) = district_visited_on {
                    set("district_visited_on", day.as_str().into());
                }
                "accepted"
            }
            ReviewVerdict::Return { reasons } => {
                let rows = reason_rows(scene, reasons, &at)?;
                new_rows.extend(rows.keys().map(|id| Path::of(&["review", "reasons", id])));
                set("reasons", rows.into());
                "returned"
            }
        };
        Ok((object([("status", status.into()), ("review", review.into())]), new_rows))
    }

    /// Whether it can be decided as it was read.
    fn may_be_taken(&self, record: &StoredRecord) -> Result<(), Refusal> {
        if record.rev != self.rev {
            return Err(Refusal::new(Kind::StateConflict).with("rev", record.rev.to_string()));
        }
        Ok(())
    }
}

impl Act for ReviewDecision {
    type Right = Reviewer;
    type Answer = Outcome;

    const NAME: &'static str = "decide";

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<Outcome>, Halt> {
        take(scene, self)
    }
}

/// The reasons as rows, in the order in which they were given.
fn reason_rows(scene: &Scene<'_>, reasons: &[String], at: &str) -> Result<Object, Refusal> {
    let mut rows = Object::new();
    let mut last: Option<String> = None;
    for reason in reasons {
        let id = row_id::after(scene.fresh_id()?, last.as_deref()).to_string();
        let row = object([("text", reason.as_str().into()), ("at", at.into())]);
        rows.insert(id.clone(), row.into());
        last = Some(id);
    }
    Ok(rows)
}

fn take(scene: &mut Scene<'_>, decision: &ReviewDecision) -> Result<Done<Outcome>, Halt> {
    let streams = scene.reviewed(&[StreamKind::Caseload])?;
    let found = assessment_within_reach(scene.tx, &streams, decision.assessment)?;
    let Some(root) = found.map(|record| record.root) else {
        return Err(Kind::NotAvailable.into());
    };
    // Locked before it is judged: who signs or registers kin meanwhile waits for the decision.
    scene.tx.lock_roots(&[root])?;
    let found = assessment_within_reach(scene.tx, &streams, decision.assessment)?;
    let Some(record) = found else {
        return Err(Kind::NotAvailable.into());
    };
    decision.may_be_taken(&record)?;
    let in_favour = match &decision.verdict {
        ReviewVerdict::Accept { district_visited_on: Some(_) } => Some(Visited::Yes),
        ReviewVerdict::Accept { district_visited_on: None } => Some(Visited::No),
        ReviewVerdict::Return { .. } | ReviewVerdict::TakeUp => None,
    };
    let faults = standing_against(scene, &record, in_favour)?;
    refusal(&faults)?;
    // What a person decided on must be told later too, when the tables have changed.
    let judgement = match decision.verdict {
        ReviewVerdict::Accept { .. } => {
            let shelf = scene.tx.shelf()?;
            Some(judgement(scene.tx, &shelf, &record)?)
        }
        _ => None,
    };
    let (patch, new_rows) = decision.patch(scene, judgement.as_ref())?;
    let put = Change::put(record.id, &record.kind, Base::Seen(decision.rev), patch);
    let edit = Change { new_rows, ..put.under(record.root) };
    let outcomes = scene.push(vec![vec![edit.into()]])?;
    let outcome = sole(outcomes)?;
    let (act, detail) = match &decision.verdict {
        ReviewVerdict::TakeUp => (audit::Act::AssessmentTakenUp, json!({})),
        ReviewVerdict::Return { reasons } => {
            (audit::Act::AssessmentReturned, json!({"reasons": reasons.len()}))
        }
        ReviewVerdict::Accept { district_visited_on } => {
            (audit::Act::AssessmentAccepted, json!({"district_visited_on": district_visited_on}))
        }
    };
    let area = scene.area_of(record.stream)?;
    let logged = scene.log(Line { act, subject: record.id.0, area, detail })?;
    Ok(Done::logged(&logged, outcome))
}

/// The outcome of an act that is one edit. One that the record does not allow is refused, not kept:
/// the person is here to decide again.
pub(crate) fn sole(outcomes: Vec<Outcome>) -> Result<Outcome, Refusal> {
    let [outcome] = <[Outcome; 1]>::try_from(outcomes)
        .map_err(|_| Refusal::internal("a decision is one edit"))?;
    match outcome.outcome.is_effective() {
        true => Ok(outcome),
        false => Err(refused(&outcome)),
    }
}
