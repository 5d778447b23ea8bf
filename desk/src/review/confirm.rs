//! The district confirms a household's category: the only hand that sets it.

use super::decide::sole;
use super::guards::{Visited, refusal, standing_against};
use super::look::assessment_within_reach;
use crate::acts::{Act, Done, Line, Scene};
use crate::halt::Halt;
use crate::refusal::{Kind, Refusal};
use crate::tables::document;
use crate::who::Reviewer;
use ruhu_casework::deciding::{DecisionFault, reviews_for_district};
use ruhu_store::audit;
use ruhu_sync::edit::Change;
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, object};
use ruhu_sync::outcome::Outcome;
use ruhu_sync::rev::{Base, Rev};
use ruhu_sync::storage::WriteTx as _;
use serde::Serialize;
use serde_json::json;

/// What a household is confirmed as.
#[derive(Clone, Debug, Serialize)]
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

impl Act for Confirmation {
    type Right = Reviewer;
    type Answer = Outcome;

    const NAME: &'static str = "confirm";

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<Outcome>, Halt> {
        take(scene, self)
    }
}

fn take(scene: &mut Scene<'_>, asked: &Confirmation) -> Result<Done<Outcome>, Halt> {
    let streams = scene.reviewed(&[StreamKind::Caseload])?;
    scene.tx.lock_roots(&[asked.household])?;
    let found = scene.tx.records(&[asked.household])?.pop();
    let found =
        found.filter(|r| r.kind == "household" && !r.deleted && streams.contains(&r.stream));
    let Some(household) = found else {
        return Err(Kind::NotAvailable.into());
    };
    if household.rev != asked.rev {
        return Err(Refusal::new(Kind::StateConflict)
            .with("rev", household.rev.to_string())
            .into());
    }
    let held = document(&household)?;
    let area = held.get("community_code").and_then(Json::as_text).unwrap_or_default();
    let mut faults = Vec::new();
    if !reviews_for_district(scene.facts, area, scene.today()) {
        faults.push(DecisionFault::NotTheDistrict);
    }
    let assessment = assessment_within_reach(scene.tx, &streams, asked.assessment)?;
    match assessment.filter(|assessment| assessment.root == household.id) {
        Some(assessment) => {
            let status = document(&assessment)?;
            if status.get("status").and_then(Json::as_text) != Some("accepted") {
                faults.push(DecisionFault::NotAccepted);
            }
            // The day of the district's visit stands with the acceptance that this rests on.
            let visited = Some(Visited::Yes);
            faults.extend(standing_against(scene, &assessment, visited)?);
        }
        None => faults.push(DecisionFault::NotAccepted),
    }
    refusal(&faults)?;
    let confirmation = object([
        ("by", scene.user().to_string().into()),
        ("at", scene.at().into()),
        ("reason", asked.reason.clone().into()),
        ("assessment", asked.assessment.to_string().into()),
    ]);
    let mut patch = object([
        ("category", asked.category.clone().into()),
        ("confirmation", confirmation.into()),
    ]);
    if let Some(level) = &asked.hardship_level {
        patch.insert("hardship_level".to_owned(), level.clone().into());
    }
    let put = Change::put(household.id, "household", Base::Seen(asked.rev), patch);
    let outcomes = scene.push(vec![vec![put.under(household.id).into()]])?;
    let outcome = sole(outcomes)?;
    let (act, subject) = (audit::Act::HouseholdConfirmed, household.id.0);
    let area = scene.area_of(household.stream)?;
    let detail = json!({"category": asked.category, "hardship_level": asked.hardship_level,
        "assessment": asked.assessment});
    let logged = scene.log(Line { act, subject, area, detail })?;
    Ok(Done::logged(&logged, outcome))
}
