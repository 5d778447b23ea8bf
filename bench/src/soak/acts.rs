//! A person's acts on a tablet between two syncs.

use super::line::Line;
use crate::documents::Documents;
use ruhu_device::{Choice, DeviceError, Draft, Random, TestDevice};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A team with fewer households creates some first.
const HOUSEHOLDS_MIN: usize = 12;

/// Documents of a household: itself, two members, a visit and an assessment.
const OF_A_HOUSEHOLD: usize = 5;

/// Somebody with a tablet, who decides at random and has new documents ready.
pub(crate) struct Person {
    /// The tablet.
    pub(crate) device: TestDevice<Line>,
    pub(super) random: Random,
    pub(super) documents: Documents,
}

/// Does one to six things.
pub(super) fn work(person: &mut Person) -> Result<(), DeviceError> {
    let rows = person.device.memory().rows().values();
    if rows.filter(|row| row.kind == "household").count() < HOUSEHOLDS_MIN {
        return make_household(person);
    }
    for _ in 0..person.random.between(1, 6) {
        match person.random.below(100) {
            0..25 => note(person)?,
            25..35 => add_contact(person)?,
            35..40 => remove_contact(person)?,
            40..50 => plan_visit(person)?,
            50..62 => write_findings(person)?,
            62..70 => begin_assessment(person)?,
            70..82 => answer(person)?,
            82..92 => submit(person)?,
            92..97 => choose(person)?,
            97..98 => delete_visit(person)?,
            _ => make_household(person)?,
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

/// One of the tablet's records that satisfies this.
fn one(
    person: &mut Person,
    kind: &str,
    is_meant: impl Fn(&Object) -> bool,
) -> Option<(RecordId, RecordId)> {
    let rows = person.device.memory().rows().values();
    let rows = rows.filter(|row| row.kind == kind && !row.deleted && is_meant(&row.document));
    let found: Vec<_> = rows.map(|row| (row.record, row.root)).collect();
    let at = person.random.index(found.len());
    found.get(at).copied()
}

fn status(document: &Object) -> &str {
    document.get("status").and_then(Json::as_text).unwrap_or_default()
}

fn text(person: &mut Person) -> String {
    use crate::vocabulary::{MEASURES, STATEMENTS, SUBJECTS, TIMES};
    let random = &mut person.random;
    let mut text = String::new();
    for _ in 0..random.between(1, 6) {
        for part in [SUBJECTS, TIMES, STATEMENTS] {
            text.push_str(random.pick(part));
        }
        text.push('，');
    }
    text.push_str(random.pick(MEASURES));
    text
}

fn make_household(person: &mut Person) -> Result<(), DeviceError> {
    let mut drafts = Vec::with_capacity(OF_A_HOUSEHOLD);
    for document in person.documents.by_ref().take(OF_A_HOUSEHOLD) {
        let mut rows = BTreeSet::new();
        for row in &document.rows {
            rows.insert(Path::parse(row).ok_or_else(|| unwritable("no pointer"))?);
        }
        let (record, root) = (RecordId(document.record), RecordId(document.root));
        let put = Draft::put(record, document.kind, root, object_of(&document.json)?);
        drafts.push(Draft { new_rows: rows, ..put });
    }
    person.device.group(|device| drafts.into_iter().try_for_each(|draft| device.write(draft)))
}

fn note(person: &mut Person) -> Result<(), DeviceError> {
    let Some((home, _)) = one(person, "household", |_| true) else {
        return Ok(());
    };
    let (field, value) = match person.random.below(4) {
        0 => ("phone", format!("138{:08}", person.random.below(100_000_000))),
        1 => ("address", format!("虚拟胡同{}号", person.random.between(1, 999))),
        _ => ("notes", text(person)),
    };
    person.device.set(home, &Path::of(&[field]), Json::Text(value))
}

fn add_contact(person: &mut Person) -> Result<(), DeviceError> {
    let Some((home, _)) = one(person, "household", |_| true) else {
        return Ok(());
    };
    let phone = format!("139{:08}", person.random.below(100_000_000));
    let fields = object(&json!({"name": "测试乙", "relation": "邻居", "phone": phone}))?;
    person.device.add_row(home, &Path::of(&["contacts"]), fields).map(drop)
}

fn remove_contact(person: &mut Person) -> Result<(), DeviceError> {
    let contacts = |document: &Object| {
        let rows = document.get("contacts").and_then(Json::as_object);
        rows.and_then(|rows| rows.keys().next().cloned())
    };
    let Some((home, _)) = one(person, "household", |document| contacts(document).is_some()) else {
        return Ok(());
    };
    let row = person.device.view(home).and_then(|view| contacts(&view.document));
    row.map_or(Ok(()), |row| person.device.remove_row(home, &Path::of(&["contacts"]), &row))
}

fn plan_visit(person: &mut Person) -> Result<(), DeviceError> {
    let Some((home, _)) = one(person, "household", |_| true) else {
        return Ok(());
    };
    let document = json!({"planned_on": "2026-11-28", "purpose": "care", "status": "planned"});
    person.device.create("visit", Some(home), object(&document)?).map(drop)
}

fn write_findings(person: &mut Person) -> Result<(), DeviceError> {
    let is_open = |document: &Object| ["planned", "in_progress"].contains(&status(document));
    let Some((visit, _)) = one(person, "visit", is_open) else {
        return Ok(());
    };
    let findings = text(person);
    person.device.set(visit, &Path::of(&["findings"]), Json::Text(findings))
}

fn begin_assessment(person: &mut Person) -> Result<(), DeviceError> {
    let Some((home, _)) = one(person, "household", |_| true) else {
        return Ok(());
    };
    let answers = json!({"eat": "achieved", "dress": "achieved", "bed_transfer": "not_achieved",
        "toilet": "achieved", "walk_indoor": "achieved", "bathe": "not_achieved"});
    let document = json!({"form": "tekun_six", "form_version": 1, "status": "draft",
        "answers": answers});
    person.device.create("assessment", Some(home), object(&document)?).map(drop)
}

fn is_in_hand(document: &Object) -> bool {
    ["draft", "returned"].contains(&status(document))
}

fn answer(person: &mut Person) -> Result<(), DeviceError> {
    let Some((assessment, _)) = one(person, "assessment", is_in_hand) else {
        return Ok(());
    };
    let item = person.random.pick(&["eat", "dress", "bed_transfer", "toilet", "bathe"]);
    let value = person.random.pick(&["achieved", "not_achieved"]).to_owned();
    person.device.set(assessment, &Path::of(&["answers", item]), Json::Text(value))
}

fn submit(person: &mut Person) -> Result<(), DeviceError> {
    let Some((assessment, _)) = one(person, "assessment", is_in_hand) else {
        return Ok(());
    };
    let now = person.device.view(assessment).map(|view| status(&view.document).to_owned());
    // A returned assessment is reopened first.
    let next = if now.as_deref() == Some("draft") { "submitted" } else { "draft" };
    person.device.set(assessment, &Path::of(&["status"]), Json::Text(next.to_owned()))
}

fn choose(person: &mut Person) -> Result<(), DeviceError> {
    let rows = person.device.memory().rows().values();
    let waiting = rows.filter(|row| !row.conflicts.is_empty() && !row.deleted);
    let Some(record) = waiting.map(|row| row.record).next() else {
        return note(person);
    };
    let Some(open) = person.device.open_conflicts(record).pop() else {
        return note(person);
    };
    let takes = person.random.below(2) == 0;
    let choice = if takes { Choice::TakeAlternative } else { Choice::KeepCurrent };
    person.device.resolve(record, &open.id, choice)
}

fn delete_visit(person: &mut Person) -> Result<(), DeviceError> {
    let Some((visit, _)) = one(person, "visit", |document| status(document) == "planned") else {
        return Ok(());
    };
    person.device.delete(visit)
}
