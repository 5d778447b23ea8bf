//! What stands against a decision of this person on this assessment.

use crate::acts::Scene;
use crate::refusal::{Kind, Refusal};
use crate::tables::document;
use ruhu_casework::deciding::{
    DecisionFault, participants, registers_district, reviews_for_district,
};
use ruhu_sync::json::Json;
use ruhu_sync::outcome::Outcome;
use ruhu_sync::path::Path;
use ruhu_sync::record::StoredRecord;
use ruhu_sync::storage::{Stored, WriteTx as _};
use serde_json::{Value, json};

/// Everything that stands against this person's decision on an assessment: a decision in favour, if
/// one is given, may say on which day the district visited.
pub(super) fn standing_against(
    scene: &mut Scene<'_>,
    assessment: &StoredRecord,
    in_favour: Option<Visited>,
) -> Stored<Vec<DecisionFault>> {
    let mut faults = Vec::new();
    if took_part(scene, assessment)? {
        faults.push(DecisionFault::TookPart);
    }
    let family = scene.tx.belonging(&[assessment.root])?;
    let mut is_districts = false;
    for record in family.iter().filter(|r| matches!(r.kind.as_str(), "household" | "person")) {
        let history = scene.tx.record_history(record.id)?;
        is_districts = is_districts || history.iter().any(|e| registers_district(&e.effect));
    }
    if !is_districts {
        return Ok(faults);
    }
    let household = family.iter().find(|record| record.id == record.root);
    let household = household.map(document).transpose()?.unwrap_or_default();
    let area = household.get("community_code").and_then(Json::as_text).unwrap_or_default();
    if !reviews_for_district(scene.facts, area, scene.today()) {
        faults.push(DecisionFault::DistrictDecides);
    } else if in_favour == Some(Visited::No) {
        faults.push(DecisionFault::DistrictVisitMissing);
    }
    Ok(faults)
}

/// Whether a decision says that the district visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visited {
    Yes,
    No,
}

fn took_part(scene: &mut Scene<'_>, assessment: &StoredRecord) -> Stored<bool> {
    let history = scene.tx.record_history(assessment.id)?;
    let conflicts: Vec<Vec<Path>> = history
        .iter()
        .map(|entry| serde_json::from_str(&entry.outcome_text))
        .map(|outcome: Result<Outcome, _>| outcome.map(|outcome| outcome.conflicts))
        .map(Result::unwrap_or_default)
        .collect();
    let told = history
        .iter()
        .zip(&conflicts)
        .map(|(entry, conflicts)| (entry.user, &entry.effect, conflicts.as_slice()));
    Ok(participants(&document(assessment)?, told).contains(&scene.user()))
}

/// The refusal that names these faults, if there are any.
pub(super) fn refusal(faults: &[DecisionFault]) -> Result<(), Refusal> {
    if faults.is_empty() {
        return Ok(());
    }
    let told = faults
        .iter()
        .map(|fault| json!({"code": fault.code(), "title_zh": fault.zh(), "title_en": fault.en()}));
    Err(Refusal::new(Kind::DecisionRefused).with("faults", told.collect::<Value>()))
}
