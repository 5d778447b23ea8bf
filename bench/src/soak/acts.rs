//! What a person does on a tablet between two syncs.

use super::worker::Worker;
use ruhu_device::{Choice, DeviceError, Draft};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A team that holds fewer households makes some first.
const HOUSEHOLDS_MIN: usize = 12;

/// Documents of a household: itself, two members, a visit and an assessment.
const OF_A_HOUSEHOLD: usize = 5;

/// Does one to six things.
pub(super) fn work(worker: &mut Worker) -> Result<(), DeviceError> {
    let rows = worker.device.memory().rows().values();
    if rows.filter(|row| row.kind == "household").count() < HOUSEHOLDS_MIN {
        return make_household(worker);
    }
    for _ in 0..worker.random.from(1, 6) {
        match worker.random.below(100) {
            0..25 => note(worker)?,
            25..35 => add_contact(worker)?,
            35..40 => remove_contact(worker)?,
            40..50 => plan_visit(worker)?,
            50..62 => write_findings(worker)?,
            62..70 => begin_assessment(worker)?,
            70..82 => answer(worker)?,
            82..92 => submit(worker)?,
            92..97 => choose(worker)?,
            97..98 => delete_visit(worker)?,
            _ => make_household(worker)?,
        }
    }
    Ok(())
}

fn unwritable(error: impl std::fmt::Display) -> DeviceError {
    DeviceError::Unwritable(error.to_string())
}

fn object(value: &Value) -> Result<Object, DeviceError> {
    object_of(&value.to_string())
}

fn object_of(text: &str) -> Result<Object, DeviceError> {
    let json = Json::parse(text).map_err(unwritable)?;
    json.as_object().cloned().ok_or_else(|| unwritable("no object"))
}

/// One of the records that the tablet holds and this is true of.
fn one(
    worker: &mut Worker,
    kind: &str,
    is_meant: impl Fn(&Object) -> bool,
) -> Option<(RecordId, RecordId)> {
    let rows = worker.device.memory().rows().values();
    let rows = rows.filter(|row| row.kind == kind && !row.deleted && is_meant(&row.document));
    let found: Vec<_> = rows.map(|row| (row.record, row.root)).collect();
    let at = usize::try_from(worker.random.below(found.len() as u64)).unwrap_or(0);
    found.get(at).copied()
}

fn status(document: &Object) -> &str {
    document.get("status").and_then(Json::as_text).unwrap_or_default()
}

fn text(worker: &mut Worker) -> String {
    use crate::vocabulary::{MEASURES, STATEMENTS, SUBJECTS, TIMES};
    let random = &mut worker.random;
    let mut text = String::new();
    for _ in 0..random.from(1, 6) {
        for part in [SUBJECTS, TIMES, STATEMENTS] {
            text.push_str(random.one(part));
        }
        text.push('，');
    }
    text.push_str(random.one(MEASURES));
    text
}

fn make_household(worker: &mut Worker) -> Result<(), DeviceError> {
    let mut drafts = Vec::with_capacity(OF_A_HOUSEHOLD);
    for document in worker.documents.by_ref().take(OF_A_HOUSEHOLD) {
        let mut rows = BTreeSet::new();
        for row in &document.rows {
            rows.insert(Path::parse(row).ok_or_else(|| unwritable("no pointer"))?);
        }
        let (record, root) = (RecordId(document.record), RecordId(document.root));
        let put = Draft::put(record, document.kind, root, object_of(&document.json)?);
        drafts.push(Draft { new_rows: rows, ..put });
    }
    worker.device.group(|device| drafts.into_iter().try_for_each(|draft| device.write(draft)))
}

fn note(worker: &mut Worker) -> Result<(), DeviceError> {
    let Some((home, _)) = one(worker, "household", |_| true) else {
        return Ok(());
    };
    let (field, value) = match worker.random.below(4) {
        0 => ("phone", format!("138{:08}", worker.random.below(100_000_000))),
        1 => ("address", format!("虚拟胡同{}号", worker.random.from(1, 999))),
        _ => ("notes", text(worker)),
    };
    worker.device.set(home, &Path::of(&[field]), Json::Text(value))
}

fn add_contact(worker: &mut Worker) -> Result<(), DeviceError> {
    let Some((home, _)) = one(worker, "household", |_| true) else {
        return Ok(());
    };
    let phone = format!("139{:08}", worker.random.below(100_000_000));
    let fields = object(&json!({"name": "测试乙", "relation": "邻居", "phone": phone}))?;
    worker.device.add_row(home, &Path::of(&["contacts"]), fields).map(drop)
}

fn remove_contact(worker: &mut Worker) -> Result<(), DeviceError> {
    let contacts = |document: &Object| {
        let rows = document.get("contacts").and_then(Json::as_object);
        rows.and_then(|rows| rows.keys().next().cloned())
    };
    let Some((home, _)) = one(worker, "household", |document| contacts(document).is_some()) else {
        return Ok(());
    };
    let row = worker.device.view(home).and_then(|view| contacts(&view.document));
    row.map_or(Ok(()), |row| worker.device.remove_row(home, &Path::of(&["contacts"]), &row))
}

fn plan_visit(worker: &mut Worker) -> Result<(), DeviceError> {
    let Some((home, _)) = one(worker, "household", |_| true) else {
        return Ok(());
    };
    let document = json!({"planned_on": "2026-11-28", "purpose": "care", "status": "planned"});
    worker.device.create("visit", Some(home), object(&document)?).map(drop)
}

fn write_findings(worker: &mut Worker) -> Result<(), DeviceError> {
    let is_open = |document: &Object| ["planned", "in_progress"].contains(&status(document));
    let Some((visit, _)) = one(worker, "visit", is_open) else {
        return Ok(());
    };
    let findings = text(worker);
    worker.device.set(visit, &Path::of(&["findings"]), Json::Text(findings))
}

fn begin_assessment(worker: &mut Worker) -> Result<(), DeviceError> {
    let Some((home, _)) = one(worker, "household", |_| true) else {
        return Ok(());
    };
    let answers = json!({"eat": "achieved", "dress": "achieved", "bed_transfer": "not_achieved",
        "toilet": "achieved", "walk_indoor": "achieved", "bathe": "not_achieved"});
    let document = json!({"form": "tekun_six", "form_version": 1, "status": "draft",
        "answers": answers});
    worker.device.create("assessment", Some(home), object(&document)?).map(drop)
}

fn is_in_hand(document: &Object) -> bool {
    ["draft", "returned"].contains(&status(document))
}

fn answer(worker: &mut Worker) -> Result<(), DeviceError> {
    let Some((assessment, _)) = one(worker, "assessment", is_in_hand) else {
        return Ok(());
    };
    let item = worker.random.one(&["eat", "dress", "bed_transfer", "toilet", "bathe"]);
    let value = worker.random.one(&["achieved", "not_achieved"]).to_owned();
    worker.device.set(assessment, &Path::of(&["answers", item]), Json::Text(value))
}

fn submit(worker: &mut Worker) -> Result<(), DeviceError> {
    let Some((assessment, _)) = one(worker, "assessment", is_in_hand) else {
        return Ok(());
    };
    let now = worker.device.view(assessment).map(|view| status(&view.document).to_owned());
    // What was returned is taken in hand again first.
    let next = if now.as_deref() == Some("draft") { "submitted" } else { "draft" };
    worker.device.set(assessment, &Path::of(&["status"]), Json::Text(next.to_owned()))
}

fn choose(worker: &mut Worker) -> Result<(), DeviceError> {
    let rows = worker.device.memory().rows().values();
    let waiting = rows.filter(|row| !row.conflicts.is_empty() && !row.deleted);
    let Some(record) = waiting.map(|row| row.record).next() else {
        return note(worker);
    };
    let Some(open) = worker.device.open_conflicts(record).pop() else {
        return note(worker);
    };
    let takes = worker.random.below(2) == 0;
    let choice = if takes { Choice::TakeAlternative } else { Choice::KeepCurrent };
    worker.device.resolve(record, &open.id, choice)
}

fn delete_visit(worker: &mut Worker) -> Result<(), DeviceError> {
    let Some((visit, _)) = one(worker, "visit", |document| status(document) == "planned") else {
        return Ok(());
    };
    worker.device.delete(visit)
}
