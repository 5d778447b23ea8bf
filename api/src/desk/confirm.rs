//! The district confirms a household's category: the only hand that sets it.

use super::act::{Acting, Done, beijing_time};
use super::decide::told;
use super::guards::{Visited, refusal, standing_against};
use super::look::{assessment_within_reach, reached};
use crate::auth::SignedIn;
use crate::halt::Halt;
use crate::idempotency::KeyedRequest;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use crate::tables::document;
use ruhu_casework::deciding::{DecisionFault, reviews_for_district};
use ruhu_casework::grants::day_of;
use ruhu_casework::roles::REVIEWER;
use ruhu_store::audit::Act;
use ruhu_sync::id::RecordId;
use ruhu_sync::json::Json;
use ruhu_sync::rev::Rev;
use ruhu_sync::rules::StreamKind;
use ruhu_sync::storage::{ReadTx as _, WriteTx as _};
use serde_json::json;

/// What a household is confirmed as.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// Which household.
    pub household: RecordId,
    /// The version that was read.
    pub rev: Rev,
    /// The accepted assessment that it rests on.
    pub assessment: RecordId,
    /// The category's code.
    pub category: String,
    /// The hardship level's code, if one is set with it.
    pub hardship_level: Option<String>,
    /// Why, in writing.
    pub reason: String,
}

impl Service {
    /// Confirms a household's category, once for each idempotency key.
    pub async fn confirm(
        &self,
        person: SignedIn,
        request: KeyedRequest,
        asked: Confirmation,
    ) -> Answer<String> {
        self.act(person, request, move |acting| take(acting, &asked)).await
    }
}

fn take(acting: &mut Acting<'_>, asked: &Confirmation) -> Result<Done, Halt> {
    let grants = acting.tx.grants(acting.person.user(), acting.person.now)?;
    let streams = reached(&grants, StreamKind::Caseload, &[REVIEWER]);
    acting.tx.lock_roots(&[asked.household])?;
    let found = acting.tx.records(&[asked.household])?.pop();
    let found =
        found.filter(|r| r.kind == "household" && !r.deleted && streams.contains(&r.stream));
    let Some(household) = found else {
        return Err(Kind::NotAvailable.into());
    };
    if household.rev != asked.rev {
        return Err(Problem::new(Kind::StateConflict)
            .with("rev", household.rev.to_string())
            .into());
    }
    let held = document(&household)?;
    let area = held.get("community_code").and_then(Json::as_text).unwrap_or_default();
    let facts = acting.tx.person_facts(acting.person.user())?;
    let mut faults = Vec::new();
    if !reviews_for_district(&facts, area, day_of(acting.person.now)) {
        faults.push(DecisionFault::NotTheDistrict);
    }
    let assessment = assessment_within_reach(acting.tx, acting.person, asked.assessment)?;
    match assessment.filter(|assessment| assessment.root == household.id) {
        Some(assessment) => {
            let status = document(&assessment)?;
            if status.get("status").and_then(Json::as_text) != Some("accepted") {
                faults.push(DecisionFault::NotAccepted);
            }
            // The day of the district's visit stands with the acceptance that this rests on.
            let visited = Some(Visited::Yes);
            faults.extend(standing_against(acting.tx, acting.person, &assessment, visited)?);
        }
        None => faults.push(DecisionFault::NotAccepted),
    }
    refusal(&faults)?;
    let mut patch = json!({"category": asked.category, "confirmation": {
        "by": acting.person.user(), "at": beijing_time(acting.person.now),
        "reason": asked.reason, "assessment": asked.assessment}});
    if let Some(level) = &asked.hardship_level {
        patch["hardship_level"] = json!(level);
    }
    let edit = json!({"op": "put", "record": household.id, "kind": "household",
        "root": household.id, "base": asked.rev, "patch": patch});
    let outcomes = acting.push(vec![vec![edit]])?;
    let body = told(&outcomes)?;
    let (act, subject) = (Act::HouseholdConfirmed, household.id.0);
    let area = acting.area_of(household.stream)?;
    let detail = json!({"category": asked.category, "hardship_level": asked.hardship_level,
        "assessment": asked.assessment});
    Ok(Done { body, act, subject, area, detail })
}
