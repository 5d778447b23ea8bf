//! Open conflicts: looked at with every value that people wrote, and settled in favour of one.

use super::mask::mask;
use super::quarantine::{DECIDED, decided_on};
use crate::acts::{Act, Done, Line, Scene};
use crate::halt::Halt;
use crate::refusal::{Kind, Refusal};
use crate::who::{Reviewer, SignedIn};
use ruhu_store::Tx;
use ruhu_store::audit;
use ruhu_store::desk::{ConflictItem, HistoryEntry, Writer};
use ruhu_store::page::{Page, Place, Slice};
use ruhu_sync::decision::EditName;
use ruhu_sync::edit::{Change, Draft};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::record::{Conflict, ConflictId, Content, StoredRecord};
use ruhu_sync::rev::{Base, Rev};
use ruhu_sync::storage::{StorageError, Stored, WriteTx as _};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A record with what waits in it, who wrote that, and what became of the record.
#[derive(Clone, Debug)]
pub struct ConflictsSeen {
    /// The record.
    pub record: StoredRecord,
    /// What it holds.
    pub content: Content,
    /// Who wrote the values that wait.
    pub writers: Vec<Writer>,
    /// Everything that became of it.
    pub history: Vec<HistoryEntry>,
}

/// What is chosen for one open conflict.
#[derive(Clone, Debug, Serialize)]
pub struct Chosen {
    /// Which conflict.
    pub conflict: ConflictId,
    /// The value beside the field, or else the one that stands in it.
    pub takes_alternative: bool,
}

/// What is chosen in one record.
#[derive(Clone, Debug, Serialize)]
pub struct RecordSettled {
    /// Which record.
    pub record: RecordId,
    /// The version that was looked at.
    pub rev: Rev,
    /// What is chosen.
    pub choices: Vec<Chosen>,
}

fn content(record: &StoredRecord) -> Stored<Content> {
    record.content().map_err(|error| StorageError::Corrupt(error.to_string()))
}

/// The records of a reviewer's streams in which something waits for a person to choose.
pub fn conflicts(
    tx: &mut Tx,
    person: &SignedIn,
    page: Page<Place>,
) -> Stored<Slice<ConflictItem, Place>> {
    let streams = decided_on(tx, person)?;
    tx.records_in_conflict(&streams, page)
}

/// One of them, masked, with who wrote what.
pub fn conflicts_of(tx: &mut Tx, person: &SignedIn, id: RecordId) -> Result<ConflictsSeen, Halt> {
    let streams = decided_on(tx, person)?;
    let found = tx.records(&[id])?.pop().filter(|record| streams.contains(&record.stream));
    let mut record = found.ok_or(Kind::NotAvailable)?;
    let mut history = tx.record_history(id)?;
    mask(tx, &mut record, &mut history)?;
    let content = content(&record)?;
    let name =
        |open: &Conflict| EditName { device: open.id.device, device_seq: open.id.device_seq };
    let writers = tx.writers(&content.conflicts.iter().map(name).collect::<Vec<_>>())?;
    Ok(ConflictsSeen { record, content, writers, history })
}

/// What was settled.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConflictsSettled {
    /// Each record that was asked for.
    settled: Vec<SettledRecord>,
}

/// A record that was settled.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettledRecord {
    /// Its name.
    record: RecordId,
    /// Its version after it.
    rev: Option<Rev>,
}

/// Conflicts of several records, settled together or not at all.
#[derive(Clone, Debug, Serialize)]
pub struct ConflictSettlement(pub Vec<RecordSettled>);

impl Act for ConflictSettlement {
    type Right = Reviewer;
    type Answer = ConflictsSettled;

    const NAME: &'static str = "settle conflicts";

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<ConflictsSettled>, Halt> {
        take(scene, &self.0)
    }
}

fn take(scene: &mut Scene<'_>, settled: &[RecordSettled]) -> Result<Done<ConflictsSettled>, Halt> {
    let streams = scene.reviewed(DECIDED)?;
    let ids: Vec<_> = settled.iter().map(|one| one.record).collect();
    let mut roots: Vec<_> = scene.tx.records(&ids)?.iter().map(|record| record.root).collect();
    roots.sort_unstable();
    roots.dedup();
    // Locked before they are read: what is chosen is chosen of the version that stands.
    scene.tx.lock_roots(&roots)?;
    let found = scene.tx.records(&ids)?;
    let mut edits = Vec::with_capacity(settled.len());
    for one in settled {
        let record = found.iter().find(|record| record.id == one.record);
        let Some(record) = record.filter(|record| streams.contains(&record.stream)) else {
            return Err(Refusal::new(Kind::NotAvailable).with("record", json!(one.record)).into());
        };
        if record.rev != one.rev {
            return Err(changed(record).into());
        }
        match edit(record, &content(record)?, &one.choices) {
            Some(edit) => edits.push(edit),
            None => return Err(changed(record).into()),
        }
    }
    let outcomes = scene.push(vec![edits])?;
    if let Some(refused) = outcomes.iter().find(|outcome| !outcome.outcome.is_effective()) {
        return Err(super::refusals::refused(refused).into());
    }
    let after = settled.iter().zip(&outcomes);
    let after = after.map(|(one, outcome)| SettledRecord { record: one.record, rev: outcome.rev });
    let answer = ConflictsSettled { settled: after.collect() };
    let first = found.first().ok_or_else(|| StorageError::Corrupt("nothing settled".to_owned()))?;
    let (act, subject) = (audit::Act::ConflictsSettled, first.id.0);
    let area = scene.area_of(first.stream)?;
    let logged = scene.log(Line { act, subject, area, detail: json!({"records": ids}) })?;
    Ok(Done::logged(&logged, answer))
}

fn changed(record: &StoredRecord) -> Refusal {
    Refusal::new(Kind::StateConflict)
        .with("record", json!(record.id))
        .with("rev", record.rev.to_string())
}

/// The edit that chooses; nothing if a conflict that it names is not open.
fn edit(record: &StoredRecord, content: &Content, choices: &[Chosen]) -> Option<Draft> {
    let (mut patch, mut new_rows) = (Object::new(), BTreeSet::new());
    for chosen in choices {
        let open = content.conflicts.iter().find(|open| open.id == chosen.conflict)?;
        if !chosen.takes_alternative {
            continue;
        }
        let path = &open.id.path;
        let is_new_row = matches!(open.value, Some(Json::Object(_)))
            && path.steps().len() > 1
            && path.find(&content.document).is_none();
        if is_new_row {
            new_rows.insert(path.clone());
        }
        path.put(&mut patch, open.value.clone().unwrap_or(Json::Null));
    }
    let resolves = choices.iter().map(|chosen| chosen.conflict.clone()).collect();
    let put = Change::put(record.id, &record.kind, Base::Seen(record.rev), patch);
    Some(Change { new_rows, resolves, ..put.under(record.root) }.into())
}
