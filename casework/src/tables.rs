//! Rule tables: the numbers and yes-or-no rules of the law and of each place that forms' rules use.
//! This module defines the tables; administrators enter their values, with days and source, and a
//! case is judged by what was in force on its reference date. A value that nobody has found is null
//! until somebody enters it.

use crate::areas;
use crate::days::day;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

mod list;

pub use list::TABLES;

/// A rule table: what its values are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleTable {
    /// The name that forms use, `{"table": name}`.
    pub name: &'static str,
    /// The name that people read.
    pub label_zh: &'static str,
    /// What a value is.
    pub measure: Measure,
    /// The rule of the law that asks for it.
    pub source: &'static str,
}

/// What a value of a rule table is. Numbers are whole, and never below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Money in fen.
    Fen,
    /// Tenths: 15 is one and a half times.
    Tenths,
    /// Thousandths: 600 is 60 %.
    Permille,
    /// So many of something.
    Count,
    /// Hundredths of a square metre.
    HundredthsOfSquareMetre,
    /// Yes or no.
    Truth,
}

impl Measure {
    /// The unit that people read beside the number; empty for yes or no.
    pub fn unit_zh(self) -> &'static str {
        match self {
            Self::Fen => "分",
            Self::Tenths => "十分之一",
            Self::Permille => "千分之一",
            Self::Count => "个",
            Self::HundredthsOfSquareMetre => "百分之一平方米",
            Self::Truth => "",
        }
    }

    /// Whether a value is one of this measure.
    pub fn holds(self, value: TableValue) -> bool {
        match value {
            TableValue::Number(number) => self != Self::Truth && (0..=NUMBER_MAX).contains(&number),
            TableValue::Truth(_) => self == Self::Truth,
        }
    }
}

/// The largest number in the rules of a form.
const NUMBER_MAX: i64 = (1 << 53) - 1;

/// What a rule table says: in JSON a whole number, or `true` or `false`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TableValue {
    /// A number, in the table's measure.
    Number(i64),
    /// Yes or no.
    Truth(bool),
}

/// What a rule table says in one area from one day on.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableEntry {
    /// The table's name.
    pub table: String,
    /// The area it is for, as 2, 4, 6, 9 or 12 digits; empty is the whole country.
    pub area_code: String,
    /// The first day, inclusive.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub valid_from: NaiveDate,
    /// The last day, inclusive; none if nobody has stated one.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub valid_to: Option<NaiveDate>,
    /// The value; none if an administrator still has to find and enter it.
    pub value: Option<TableValue>,
    /// Where the value comes from.
    pub source: String,
    /// Whether the source is sound. What is still to be confirmed by the official notice judges all the
    /// same, and is shown as such.
    pub confirmed: bool,
}

/// The entry of a table for a case of an area on a day: of those in force there, the one of the
/// smallest area, and of these the one that began last. A null value of a smaller area takes
/// precedence over the value of a larger one: it says that the place has a rule of its own that
/// nobody has entered.
pub fn in_force<'a>(
    entries: impl Iterator<Item = &'a TableEntry>,
    table: &str,
    area: &str,
    day: NaiveDate,
) -> Option<&'a TableEntry> {
    entries
        .filter(|entry| entry.table == table && areas::contains(&entry.area_code, area))
        .filter(|entry| entry.valid_from <= day && entry.valid_to.is_none_or(|last| day <= last))
        .max_by_key(|entry| (areas::prefix(&entry.area_code).map(str::len), entry.valid_from))
}

/// The table of a name.
pub fn table(name: &str) -> Option<&'static RuleTable> {
    TABLES.iter().find(|table| table.name == name)
}

/// Why entries are refused.
#[derive(Debug, Error)]
pub enum EntriesError {
    /// The text is no list of entries.
    #[error("no entries of rule tables: {0}")]
    Malformed(#[from] serde_json::Error),
    /// No such table.
    #[error("there is no rule table `{0}`")]
    UnknownTable(String),
    /// A value, area or day that the table cannot hold.
    #[error("`{table}` from {valid_from} cannot be read")]
    Unfit {
        /// The table.
        table: String,
        /// The first day, as it is written.
        valid_from: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    table: String,
    area_code: String,
    valid_from: String,
    valid_to: Option<String>,
    value: Option<TableValue>,
    source: String,
    confirmed: bool,
}

impl Written {
    fn read(self) -> Result<TableEntry, EntriesError> {
        let Some(table) = table(&self.table) else {
            return Err(EntriesError::UnknownTable(self.table));
        };
        let valid_from = day(&self.valid_from);
        let valid_to = self.valid_to.as_deref().map(day);
        let fits = self.value.is_none_or(|value| table.measure.holds(value))
            && areas::prefix(&self.area_code).is_some();
        let (Some(valid_from), true, false) = (valid_from, fits, valid_to == Some(None)) else {
            return Err(EntriesError::Unfit { table: self.table, valid_from: self.valid_from });
        };
        let valid_to = valid_to.flatten();
        if valid_to.is_some_and(|last| last < valid_from) {
            return Err(EntriesError::Unfit { table: self.table, valid_from: self.valid_from });
        }
        Ok(TableEntry {
            table: self.table,
            area_code: self.area_code,
            valid_from,
            valid_to,
            value: self.value,
            source: self.source,
            confirmed: self.confirmed,
        })
    }
}

/// Reads entries: a JSON array of `{"table", "area_code", "valid_from", "valid_to", "value",
/// "source", "confirmed"}`.
pub fn parse(text: &str) -> Result<Vec<TableEntry>, EntriesError> {
    let written: Vec<Written> = serde_json::from_str(text)?;
    written.into_iter().map(Written::read).collect()
}

/// The built-in entries: what is publicly known of Beijing and of the country. The rest is null, or
/// absent.
pub fn shipped() -> Result<Vec<TableEntry>, EntriesError> {
    parse(include_str!("../reference/tables.json"))
}

#[cfg(test)]
#[path = "tables_tests.rs"]
mod tests;
