//! Administrators enter and correct values, and learn which open cases that touches.

use super::judgement::{answered, document};
use super::{Held, SHIPPED, held};
use crate::acts::{Act, Done, Line, Scene};
use crate::halt::Halt;
use crate::refusal::{Kind, Refusal};
use crate::review::sole;
use crate::who::Admin;
use ruhu_casework::administration::Within;
use ruhu_casework::judging::{Entered, faults, tables_of, touches};
use ruhu_casework::tables::{TableEntry, TableValue};
use ruhu_store::Tx;
use ruhu_store::audit;
use ruhu_sync::edit::Change;
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object, object};
use ruhu_sync::rev::{Base, Rev};
use ruhu_sync::storage::{Stored, WriteTx as _};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A value with its record's version; none of what came with the service.
#[derive(Clone, Debug)]
pub struct EntrySeen {
    /// The value.
    pub entered: Entered,
    /// The record's version.
    pub rev: Option<Rev>,
}

/// What is to stand instead.
#[derive(Clone, Debug, Serialize)]
pub struct Correction {
    /// Which record.
    pub record: RecordId,
    /// The version that was read.
    pub rev: Rev,
    /// What it says from now on. Table, area and first day stay.
    pub valid_to: Option<chrono::NaiveDate>,
    /// The value.
    pub value: Option<TableValue>,
    /// Where it comes from.
    pub source: String,
    /// Whether the source is sound.
    pub confirmed: bool,
    /// Why it is corrected.
    pub reason: String,
}

/// All values of rule tables: those entered, and those that came with the service.
pub fn table_entries(tx: &mut Tx) -> Stored<Vec<EntrySeen>> {
    let entered = held(tx)?.into_iter();
    let seen = entered.map(|held| EntrySeen { entered: held.entered, rev: Some(held.rev) });
    let shipped = SHIPPED.iter().cloned();
    Ok(seen.chain(shipped.map(|entered| EntrySeen { entered, rev: None })).collect())
}

/// What was entered, and what it touches.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableEntered {
    /// The assessments, not decided, that are judged by it; at most 1,000. Decided ones stay as they are.
    open_assessments: Vec<OpenAssessment>,
    /// The record.
    record: RecordId,
    /// Its version.
    rev: Option<Rev>,
}

/// An assessment that is not decided.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenAssessment {
    /// Its form.
    form: String,
    /// Which.
    record: RecordId,
    /// Its status.
    status: Option<String>,
}

impl TableEntered {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"record": "0192e4a0-0000-7000-8000-000000000031", "rev": "1-1f0c9a77",
            "open_assessments": [{"record": "0192e4a0-0000-7000-8000-000000000031", "form": "means", "status": "submitted"}]})
    }
}

/// A value to be entered.
#[derive(Clone, Debug, Serialize)]
pub struct Entering(pub TableEntry);

impl Act for Entering {
    type Right = Admin;
    type Answer = TableEntered;

    const NAME: &'static str = "enter a table";
    // Whether a value overlaps another is judged over all of them: one is entered at a time.
    const LOCKS_ORGANISATIONS: bool = true;

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<TableEntered>, Halt> {
        let Self(entry) = self;
        let known = held(scene.tx)?;
        sound(entry, known.iter())?;
        inside(scene.within, entry)?;
        let record = scene.id;
        let edit = Change::put(RecordId(record), "standard", Base::Nothing, patch(entry));
        done(scene, edit, (audit::Act::TableEntered, entry))
    }
}

impl Act for Correction {
    type Right = Admin;
    type Answer = TableEntered;

    const NAME: &'static str = "correct a table";
    const LOCKS_ORGANISATIONS: bool = true;

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<TableEntered>, Halt> {
        let known = held(scene.tx)?;
        let is_it = |held: &&Held| held.entered.record == Some(self.record);
        let found = known.iter().find(is_it).ok_or(Kind::NotAvailable)?;
        inside(scene.within, &found.entered.entry)?;
        if found.rev != self.rev {
            let problem = Refusal::new(Kind::StateConflict).with("rev", found.rev.to_string());
            return Err(problem.into());
        }
        let entry = TableEntry {
            valid_to: self.valid_to,
            value: self.value,
            source: self.source.clone(),
            confirmed: self.confirmed,
            ..found.entered.entry.clone()
        };
        sound(&entry, known.iter().filter(|held| !is_it(held)))?;
        let mut patch = patch(&entry);
        patch.insert("reason".to_owned(), self.reason.clone().into());
        for name in ["valid_to", "number", "truth"] {
            patch.entry(name.to_owned()).or_insert(Json::Null);
        }
        let edit = Change::put(self.record, "standard", Base::Seen(self.rev), patch);
        done(scene, edit, (audit::Act::TableCorrected, &entry))
    }
}

/// A district's administrator enters what holds in that district: a value of the city's or the country's
/// would judge everybody's cases.
fn inside(within: &Within, entry: &TableEntry) -> Result<(), Refusal> {
    match within.contains(&entry.area_code) {
        true => Ok(()),
        false => Err(Kind::NotPermitted.into()),
    }
}

fn sound<'a>(entry: &TableEntry, others: impl Iterator<Item = &'a Held>) -> Result<(), Refusal> {
    let found = faults(entry, others.map(|held| &held.entered.entry));
    if found.is_empty() {
        return Ok(());
    }
    let told = found.iter().map(|(field, code)| json!({"field": field, "code": code}));
    Err(Refusal::new(Kind::TableRefused).with("faults", told.collect::<Value>()))
}

fn patch(entry: &TableEntry) -> Object {
    let mut patch = object([
        ("table", entry.table.as_str().into()),
        ("area_code", entry.area_code.as_str().into()),
        ("valid_from", entry.valid_from.to_string().into()),
        ("source", entry.source.as_str().into()),
        ("confirmed", entry.confirmed.into()),
    ]);
    let mut set = |name: &str, value: Json| patch.insert(name.to_owned(), value);
    if let Some(last) = entry.valid_to {
        set("valid_to", last.to_string().into());
    }
    match entry.value {
        Some(TableValue::Number(number)) => set("number", number.into()),
        Some(TableValue::Truth(truth)) => set("truth", truth.into()),
        None => None,
    };
    patch
}

fn done(
    scene: &mut Scene<'_>,
    edit: Change,
    (act, entry): (audit::Act, &TableEntry),
) -> Result<Done<TableEntered>, Halt> {
    let record = edit.record;
    sole(scene.push(vec![vec![edit.under(record).into()]])?)?;
    let rev = scene.tx.records(&[record])?.pop().map(|stored| stored.rev);
    let open = touched(scene.tx, entry)?;
    let area = Some(entry.area_code.clone());
    let detail = json!({"table": entry.table, "valid_from": entry.valid_from,
        "valid_to": entry.valid_to, "value": entry.value, "confirmed": entry.confirmed});
    let logged = scene.log(Line { act, subject: record.0, area, detail })?;
    Ok(Done::logged(&logged, TableEntered { open_assessments: open, record, rev }))
}

/// The assessments that are not decided and are judged by this value: by name only, for whoever enters
/// values sees no household.
fn touched(tx: &mut Tx, entry: &TableEntry) -> Stored<Vec<OpenAssessment>> {
    let shelf = tx.shelf()?;
    let forms = shelf.rules().catalogue().list().iter().map(|known| known.form());
    let asking = forms.filter(|form| tables_of(form).any(|(_, table)| table == entry.table));
    let names: Vec<String> = asking.map(|form| form.id().to_owned()).collect();
    let (mut found, mut last) = (Vec::new(), None);
    loop {
        let open = tx.open_assessments(&names, last)?;
        let Some(end) = open.last() else { return Ok(found) };
        last = Some(end.id);
        let ids: Vec<RecordId> = open.iter().map(|item| item.id).collect();
        let areas: BTreeMap<RecordId, Option<String>> =
            open.into_iter().map(|item| (item.id, item.community_code)).collect();
        for record in tx.records(&ids)? {
            let document = document(&record)?;
            let Some((form, answers)) = answered(&shelf, &document) else { continue };
            let area = areas.get(&record.id).and_then(Option::as_deref);
            if touches(entry, form, &answers, area.unwrap_or_default()) {
                let status = document.get("status").and_then(Json::as_text);
                found.push(OpenAssessment {
                    form: form.id().to_owned(),
                    record: record.id,
                    status: status.map(str::to_owned),
                });
            }
        }
    }
}
