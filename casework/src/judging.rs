//! The rule-table values that judge a case: those in force on its reference date, in its area.

use crate::days::day;
use crate::tables::{TableEntry, TableValue, in_force, table};
use chrono::NaiveDate;
use ruhu_forms::{Answers, Form, Given, Origin, Scalar};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object};

/// A value of a rule table and its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The record; none if it is built in.
    pub record: Option<RecordId>,
    /// The entry.
    pub entry: TableEntry,
}

/// The values that judge a case.
#[derive(Clone, Debug, Default)]
pub struct Judging {
    /// The day that selects the tables, if the answers give it.
    pub reference_date: Option<NaiveDate>,
    /// The known given values of the form.
    pub given: Given,
    /// The entries they come from, each with the given value's name; null values too.
    pub entries: Vec<(String, Entered)>,
}

/// The entry in a record of the kind `standard`; none if it is incomplete.
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

/// The problem of an entry, as a stable code with the field: entries of one table and area must not
/// contradict each other, and a value must be of the table's measure.
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

/// The day that selects the tables for these answers.
pub fn reference_date(form: &Form, answers: &Answers) -> Option<NaiveDate> {
    day(answers.get(form.reference_date()?)?.as_str()?)
}

/// The tables that a form's rules use.
pub fn tables_of(form: &Form) -> impl Iterator<Item = (&str, &str)> {
    form.given().iter().filter_map(|given| match &given.from {
        Origin::Table { table } => Some((given.name.as_str(), table.as_str())),
        _ => None,
    })
}

/// The values that judge these answers. `entered` are the records, `shipped` the built-in entries:
/// a record takes precedence over a built-in one in the same area or a larger one.
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

/// How specific an entry's area is.
fn reach(entry: &TableEntry) -> Option<usize> {
    crate::areas::prefix(&entry.area_code).map(str::len)
}

/// Whether a change of an entry affects a case: its form uses the table, and its day and area
/// match.
pub fn touches(entry: &TableEntry, form: &Form, answers: &Answers, area: &str) -> bool {
    let asks = tables_of(form).any(|(_, table)| table == entry.table);
    let within = reference_date(form, answers)
        .is_some_and(|on| entry.valid_from <= on && entry.valid_to.is_none_or(|last| on <= last));
    asks && within && crate::areas::contains(&entry.area_code, area)
}
