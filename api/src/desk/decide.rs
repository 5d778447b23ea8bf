//! What a reviewer decides of an assessment.

use super::look::assessment_within_reach;
use crate::auth::{OnDevice, SignedIn, fresh_uuid};
use crate::idempotency::KeyedRequest;
use crate::problem::{Answer, Kind, Problem};
use crate::routes::sync::{push_answer, push_within};
use crate::service::Service;
use chrono::{DateTime, FixedOffset, SecondsFormat};
use ruhu_store::Tx;
use ruhu_store::accounts::Recalled;
use ruhu_sync::id::{Instant, RecordId};
use ruhu_sync::outcome::Outcome;
use ruhu_sync::push::PushRequest;
use ruhu_sync::record::StoredRecord;
use ruhu_sync::rev::Rev;
use ruhu_sync::storage::{ReadTx as _, Stored, WriteTx as _};
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
    /// It is accepted.
    Accept,
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

/// Days and times as people here read them.
fn beijing_time(now: Instant) -> String {
    let utc = DateTime::from_timestamp_micros(now.0).unwrap_or_default();
    let beijing = FixedOffset::east_opt(8 * 3600).map(|zone| utc.with_timezone(&zone));
    beijing.map_or_else(String::new, |time| time.to_rfc3339_opts(SecondsFormat::Secs, false))
}

impl Decision {
    /// The patch that says it, and the rows that are new in it.
    fn patch(&self, by: Uuid, now: Instant) -> Answer<(Value, Vec<String>)> {
        let at = beijing_time(now);
        let mut review = json!({"reviewed_by": by, "reviewed_at": at});
        if let Some(note) = &self.note {
            review["note"] = json!(note);
        }
        let Verdict::Return { reasons } = &self.verdict else {
            return Ok((json!({"status": "accepted", "review": review}), Vec::new()));
        };
        let mut rows = Map::new();
        for reason in reasons {
            rows.insert(fresh_uuid(now)?.to_string(), json!({"text": reason, "at": at}));
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
        let service = self.clone();
        self.block(move || {
            service.store.write_unless_refused(|tx| {
                let keyed = request.of(person.user());
                match tx.recall(&keyed, person.now)? {
                    Recalled::Answered { body, .. } => return Ok(Ok(body)),
                    Recalled::Other => return Ok(Err(Kind::IdempotencyKeyReused.into())),
                    Recalled::New => {}
                }
                let taken = service.take(tx, &person, &decision, &patch, &new_rows)?;
                if let Ok(body) = &taken {
                    tx.remember(&keyed, 200, body)?;
                }
                Ok(taken)
            })?
        })
        .await
    }

    fn take(
        &self,
        tx: &mut Tx,
        person: &SignedIn,
        decision: &Decision,
        patch: &Value,
        new_rows: &[String],
    ) -> Stored<Result<String, Problem>> {
        let device = tx.lock_device(person.device)?;
        let Some(record) = assessment_within_reach(tx, person, decision.assessment)? else {
            return Ok(Err(Kind::NotAvailable.into()));
        };
        if let Err(problem) = decision.may_be_taken(&record) {
            return Ok(Err(problem));
        }
        let body = json!({"protocol": 1, "epoch": tx.epoch()?, "edits": [{
            "device_seq": device.map_or(1, |device| device.expected().0), "op": "put",
            "record": record.id, "kind": record.kind, "root": record.root, "base": decision.rev,
            "patch": patch, "new_rows": new_rows, "made_at": beijing_time(person.now)}]});
        let body = body.to_string();
        let push = match PushRequest::parse(&body) {
            Ok(push) => push,
            Err(error) => return Ok(Err(Problem::internal(format!("{error:?}")))),
        };
        let on = OnDevice { user: person.user(), device: person.device, now: person.now };
        let reply = push_within(tx, self, on, &push)?;
        Ok(push_answer(reply).and_then(|answer| told(&answer.outcomes, &answer.new_verdicts)))
    }
}

/// What the reviewer is told: the outcome. A decision that the record does not allow any more is
/// refused, not kept: the person is here to decide anew.
fn told(outcomes: &[String], verdicts: &[ruhu_sync::outcome::Verdict]) -> Result<String, Problem> {
    match (outcomes, verdicts) {
        ([outcome], [verdict]) if verdict.is_effective() => Ok(outcome.clone()),
        ([outcome], _) => {
            let outcome: Result<Outcome, _> = serde_json::from_str(outcome);
            let reason = outcome.ok().and_then(|outcome| outcome.reason);
            Err(Problem::new(Kind::StateConflict).with("reason", json!(reason)))
        }
        _ => Err(Problem::internal("a decision is one edit")),
    }
}
