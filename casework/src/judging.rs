//! By which values of rule tables a case is judged: those in force on its reference date, in its area.

use crate::days::day;
use crate::tables::{TableEntry, TableValue, in_force, table};
use chrono::NaiveDate;
use ruhu_forms::{Answers, Form, Given, Origin, Scalar};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object};

/// A value of a rule table with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The record; none if it came with the service.
    pub record: Option<RecordId>,
    /// What it says.
    pub entry: TableEntry,
}

/// What judges a case.
#[derive(Clone, Debug, Default)]
pub struct Judging {
    /// The day that chooses the tables, if the answers say it.
    pub reference_date: Option<NaiveDate>,
    /// The given values of the form that are known.
    pub given: Given,
    /// The entries they come from, each with the given value's name; null values too.
    pub entries: Vec<(String, Entered)>,
}

/// What a record of the kind `standard` says; none if it is not a whole one.
pub fn entry_of(document: &Object) -> Option<TableEntry> {
    let text = |name: &str| document.get(name).and_then(Json::as_text);
    let number = document.get("number").and_then(Json::as_integer).map(TableValue::Number);
    let truth = match document.get("truth") {
        Some(Json::Bool(truth)) => Some(TableValue::Truth(*truth)),
        _ => None,
    };
    Some(TableEntry {
        table: text("table")?.to_owned(),
        area_code: text("area_code").unwrap_or_default().to_owned(),
        valid_from: day(text("valid_from")?)?,
        valid_to: text("valid_to").and_then(day),
        value: number.or(truth),
        source: text("source").unwrap_or_default().to_owned(),
        confirmed: document.get("confirmed") == Some(&Json::Bool(true)),
    })
}

/// What is wrong with an entry, as a stable code with the field: none may contradict another of its
/// table and area, and its value must be one of the table's measure.
pub fn faults<'a>(
    entry: &TableEntry,
    others: impl Iterator<Item = &'a TableEntry>,
) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    match table(&entry.table) {
        None => found.push(("table", "unknown_table")),
        Some(table) if entry.value.is_some_and(|value| !table.measure.holds(value)) => {
            found.push(("value", "not_of_the_tables_measure"));
        }
        Some(_) => {}
    }
    if crate::areas::prefix(&entry.area_code).is_none() {
        found.push(("area_code", "area_code_expected"));
    }
    if entry.valid_to.is_some_and(|last| last < entry.valid_from) {
        found.push(("valid_to", "before_valid_from"));
    }
    if entry.source.trim().is_empty() {
        found.push(("source", "required"));
    }
    let ends = |entry: &TableEntry| entry.valid_to.unwrap_or(NaiveDate::MAX);
    let overlaps = |other: &&TableEntry| {
        (&other.table, &other.area_code) == (&entry.table, &entry.area_code)
            && other.valid_from <= ends(entry)
            && entry.valid_from <= ends(other)
    };
    if others.into_iter().any(|other| overlaps(&other)) {
        found.push(("valid_from", "overlaps"));
    }
    found
}

/// The day that chooses the tables of these answers.
pub fn reference_date(form: &Form, answers: &Answers) -> Option<NaiveDate> {
    day(answers.get(form.reference_date()?)?.as_str()?)
}

/// The tables that a form's rules ask for.
pub fn tables_of(form: &Form) -> impl Iterator<Item = (&str, &str)> {
    form.given().iter().filter_map(|given| match &given.from {
        Origin::Table { table } => Some((given.name.as_str(), table.as_str())),
        _ => None,
    })
}

/// What judges these answers. `entered` are the records, `shipped` what came with the service: a record
/// goes before what came with it, in the same area or a larger one.
pub fn judging(
    form: &Form,
    answers: &Answers,
    area: &str,
    entered: &[Entered],
    shipped: &[Entered],
) -> Judging {
    let Some(on) = reference_date(form, answers) else {
        return Judging::default();
    };
    let mut judging = Judging { reference_date: Some(on), ..Judging::default() };
    for (name, table) in tables_of(form) {
        let find = |among: &[Entered]| {
            let found = in_force(among.iter().map(|one| &one.entry), table, area, on)?.clone();
            among.iter().find(|one| one.entry == found).cloned()
        };
        let chosen = match (find(entered), find(shipped)) {
            (Some(record), Some(shipped)) if reach(&record.entry) < reach(&shipped.entry) => {
                Some(shipped)
            }
            (record, shipped) => record.or(shipped),
        };
        let Some(chosen) = chosen else { continue };
        match chosen.entry.value {
            Some(TableValue::Number(number)) => judging.given.set(name, Scalar::Int(number)),
            Some(TableValue::Truth(truth)) => judging.given.set(name, Scalar::Bool(truth)),
            None => {}
        }
        judging.entries.push((name.to_owned(), chosen));
    }
    judging
}

/// How closely an entry's area is drawn.
fn reach(entry: &TableEntry) -> Option<usize> {
    crate::areas::prefix(&entry.area_code).map(str::len)
}

/// Whether a change of an entry touches a case: its form asks for the table, and its day and area are
/// the entry's.
pub fn touches(entry: &TableEntry, form: &Form, answers: &Answers, area: &str) -> bool {
    let asks = tables_of(form).any(|(_, table)| table == entry.table);
    let within = reference_date(form, answers)
        .is_some_and(|on| entry.valid_from <= on && entry.valid_to.is_none_or(|last| on <= last));
    asks && within && crate::areas::contains(&entry.area_code, area)
}
