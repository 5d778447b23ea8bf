//! What stands against a decision of this person on this assessment.

use crate::auth::SignedIn;
use crate::problem::{Answer, Kind, Problem};
use crate::tables::document;
use ruhu_casework::deciding::{
    DecisionFault, needs_district, participants, reviews_for_district, verified_by,
};
use ruhu_casework::grants::day_of;
use ruhu_store::Tx;
use ruhu_sync::json::Json;
use ruhu_sync::outcome::Outcome;
use ruhu_sync::path::Path;
use ruhu_sync::record::StoredRecord;
use ruhu_sync::storage::{Stored, WriteTx as _};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Everything that stands against this person's decision on an assessment.
pub(super) fn standing_against(
    tx: &mut Tx,
    person: &SignedIn,
    assessment: &StoredRecord,
) -> Stored<Vec<DecisionFault>> {
    let mut faults = Vec::new();
    if took_part(tx, person, assessment)? {
        faults.push(DecisionFault::TookPart);
    }
    let mut household = None;
    let (mut members, mut visits) = (Vec::new(), Vec::new());
    for record in tx.belonging(&[assessment.root])?.iter().filter(|record| !record.deleted) {
        match record.kind.as_str() {
            "household" => household = Some(document(record)?),
            "person" => members.push(document(record)?),
            "visit" => visits.push(document(record)?),
            _ => {}
        }
    }
    let household = household.unwrap_or_default();
    if !needs_district(&household, &members) {
        return Ok(faults);
    }
    let area = household.get("community_code").and_then(Json::as_text).unwrap_or_default();
    let day = day_of(person.now);
    if !reviews_for_district(&tx.person_facts(person.user())?, area, day) {
        faults.push(DecisionFault::DistrictDecides);
    }
    let came: BTreeSet<_> = visits.iter().flat_map(verified_by).collect();
    let mut is_visited = false;
    for user in came {
        is_visited = is_visited || reviews_for_district(&tx.person_facts(user)?, area, day);
    }
    if !is_visited {
        faults.push(DecisionFault::DistrictVisitMissing);
    }
    Ok(faults)
}

fn took_part(tx: &mut Tx, person: &SignedIn, assessment: &StoredRecord) -> Stored<bool> {
    let history = tx.record_history(assessment.id)?;
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
    Ok(participants(&document(assessment)?, told).contains(&person.user()))
}

/// The refusal that names these faults, if there are any.
pub(super) fn refusal(faults: &[DecisionFault]) -> Answer<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let told = faults
        .iter()
        .map(|fault| json!({"code": fault.code(), "title_zh": fault.zh(), "title_en": fault.en()}));
    Err(Problem::new(Kind::DecisionRefused).with("faults", told.collect::<Value>()))
}
