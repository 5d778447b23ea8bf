//! What a reviewer decides of an assessment.

use super::act::{Acting, Done, beijing_time};
use super::guards::{Visited, refusal, standing_against};
use super::look::assessment_within_reach;
use super::refusals::refused;
use crate::auth::{SignedIn, fresh_uuid};
use crate::halt::Halt;
use crate::idempotency::KeyedRequest;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use crate::tables::judgement;
use ruhu_store::audit::Act;
use ruhu_sync::id::{Instant, RecordId};
use ruhu_sync::outcome::Outcome;
use ruhu_sync::record::StoredRecord;
use ruhu_sync::rev::Rev;
use ruhu_sync::row_id;
use ruhu_sync::storage::WriteTx as _;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What a reviewer may decide.
#[derive(Clone, Debug)]
pub enum Verdict {
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
#[derive(Clone, Debug)]
pub struct Decision {
    /// Which.
    pub assessment: RecordId,
    /// The version that the reviewer read: a decision holds for nothing else.
    pub rev: Rev,
    /// What was decided.
    pub verdict: Verdict,
    /// A remark.
    pub note: Option<String>,
}

impl Decision {
    /// The patch that says it, and the rows that are new in it.
    fn patch(&self, by: Uuid, now: Instant) -> Answer<(Value, Vec<String>)> {
        let at = beijing_time(now);
        let mut review = json!({"reviewed_by": by, "reviewed_at": at});
        if let Some(note) = &self.note {
            review["note"] = json!(note);
        }
        let reasons = match &self.verdict {
            Verdict::TakeUp => return Ok((json!({"status": "in_review"}), Vec::new())),
            Verdict::Accept { district_visited_on } => {
                if let Some(day) = district_visited_on {
                    review["district_visited_on"] = json!(day);
                }
                return Ok((json!({"status": "accepted", "review": review}), Vec::new()));
            }
            Verdict::Return { reasons } => reasons,
        };
        let mut rows = Map::new();
        let mut last: Option<String> = None;
        for reason in reasons {
            let id = row_id::after(fresh_uuid(now)?, last.as_deref()).to_string();
            rows.insert(id.clone(), json!({"text": reason, "at": at}));
            last = Some(id);
        }
        let new_rows = rows.keys().map(|id| format!("/review/reasons/{id}")).collect();
        review["reasons"] = Value::Object(rows);
        Ok((json!({"status": "returned", "review": review}), new_rows))
    }

    /// Whether it can be decided as it was read.
    fn may_be_taken(&self, record: &StoredRecord) -> Result<(), Problem> {
        if record.rev != self.rev {
            return Err(Problem::new(Kind::StateConflict).with("rev", record.rev.to_string()));
        }
        Ok(())
    }
}

impl Service {
    /// Takes a decision, once for each idempotency key. A refusal leaves nothing behind.
    pub async fn decide(
        &self,
        person: SignedIn,
        request: KeyedRequest,
        decision: Decision,
    ) -> Answer<String> {
        let (patch, new_rows) = decision.patch(person.user().0, person.now)?;
        self.act(person, request, move |acting| take(acting, &decision, &patch, &new_rows)).await
    }
}

fn take(
    acting: &mut Acting<'_>,
    decision: &Decision,
    patch: &Value,
    new_rows: &[String],
) -> Result<Done, Halt> {
    let found = assessment_within_reach(acting.tx, acting.person, decision.assessment)?;
    let Some(root) = found.map(|record| record.root) else {
        return Err(Kind::NotAvailable.into());
    };
    // Locked before it is judged: who signs or registers kin meanwhile waits for the decision.
    acting.tx.lock_roots(&[root])?;
    let found = assessment_within_reach(acting.tx, acting.person, decision.assessment)?;
    let Some(record) = found else {
        return Err(Kind::NotAvailable.into());
    };
    decision.may_be_taken(&record)?;
    let in_favour = match &decision.verdict {
        Verdict::Accept { district_visited_on: Some(_) } => Some(Visited::Yes),
        Verdict::Accept { district_visited_on: None } => Some(Visited::No),
        Verdict::Return { .. } | Verdict::TakeUp => None,
    };
    let faults = standing_against(acting.tx, acting.person, &record, in_favour)?;
    refusal(&faults)?;
    let mut patch = patch.clone();
    if matches!(decision.verdict, Verdict::Accept { .. }) {
        // What a person decided on must be told later too, when the tables have changed.
        let shelf = acting.tx.shelf()?;
        let judgement = judgement(acting.tx, &shelf, &record)?;
        patch["review"]["judgement"] = json!(judgement.to_text());
    }
    let edit = json!({"op": "put", "record": record.id, "kind": record.kind, "root": record.root,
        "base": decision.rev, "patch": patch, "new_rows": new_rows});
    let outcomes = acting.push(vec![vec![edit]])?;
    let body = told(&outcomes)?;
    let (act, detail) = match &decision.verdict {
        Verdict::TakeUp => (Act::AssessmentTakenUp, json!({})),
        Verdict::Return { reasons } => (Act::AssessmentReturned, json!({"reasons": reasons.len()})),
        Verdict::Accept { district_visited_on } => {
            (Act::AssessmentAccepted, json!({"district_visited_on": district_visited_on}))
        }
    };
    let area = acting.area_of(record.stream)?;
    Ok(Done { body, act, subject: record.id.0, area, detail })
}

/// The outcome of a decision. One that the record does not allow is refused, not kept: the person is
/// here to decide again.
pub(crate) fn told(outcomes: &[Outcome]) -> Answer<String> {
    let [outcome] = outcomes else {
        return Err(Problem::internal("a decision is one edit"));
    };
    if outcome.outcome.is_effective() {
        return serde_json::to_string(outcome).map_err(|e| Problem::internal(e.to_string()));
    }
    Err(refused(outcome))
}
