//! Given values: what rules may use besides the answers. Tables of the law, outcomes of other
//! assessments, the day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::INTEGER_MAX;
use crate::date::Day;
use crate::value::{Scalar, Value};

/// A value that a form's rules need from outside its answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenValue {
    /// Its name in the rules; shares one namespace with the question ids.
    pub name: String,
    /// What people read.
    pub label_zh: String,
    /// What it holds.
    pub holds: GivenHolds,
    /// Where the caller finds it.
    pub from: Origin,
}

/// What a given value holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum GivenHolds {
    /// A whole number.
    Number {},
    /// True or false.
    Truth {},
    /// A day as `YYYY-MM-DD`.
    Date {},
    /// One of some codes.
    Code {
        /// The codes.
        codes: Vec<String>,
    },
}

/// Where a given value is found. Not interpreted here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Origin {
    /// The rule table in force on the reference date.
    Table {
        /// The table's name.
        table: String,
    },
    /// What the latest accepted assessment by a form came to.
    Form {
        /// The form's id.
        form: String,
        /// The computed value.
        computed: String,
    },
    /// A field of a record.
    Record {
        /// The record's kind.
        record: String,
        /// The field.
        field: String,
    },
    /// A day of the case.
    Day {
        /// Which.
        day: DayName,
    },
}

/// A day of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayName {
    /// The day whose tables judge the case.
    Reference,
}

/// Given values by name. An absent one is unknown: for rules that need it, it is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Given(BTreeMap<String, Scalar>);

impl Given {
    /// Sets a value.
    pub fn set(&mut self, name: impl Into<String>, value: Scalar) {
        self.0.insert(name.into(), value);
    }

    /// The value of this name, if it is known.
    pub fn get(&self, name: &str) -> Option<&Scalar> {
        self.0.get(name)
    }
}

impl FromIterator<(String, Scalar)> for Given {
    fn from_iter<T: IntoIterator<Item = (String, Scalar)>>(values: T) -> Self {
        Self(values.into_iter().collect())
    }
}

/// A null is a value that nobody knows.
impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let values = BTreeMap::<String, Option<Scalar>>::deserialize(from)?;
        Ok(values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
    }
}

impl GivenValue {
    /// The value, if it is known and of its declared type.
    pub(crate) fn read<'a>(&self, given: &'a Given) -> Option<Value<'a>> {
        match (&self.holds, given.get(&self.name)?) {
            (GivenHolds::Number {}, Scalar::Int(value)) => {
                (-INTEGER_MAX..=INTEGER_MAX).contains(value).then_some(Value::Int(*value))
            }
            (GivenHolds::Truth {}, Scalar::Bool(value)) => Some(Value::Bool(*value)),
            (GivenHolds::Date {}, Scalar::Text(text)) => Day::read(text).map(Value::Day),
            (GivenHolds::Code { codes }, Scalar::Text(code)) => {
                codes.contains(code).then_some(Value::Code(code))
            }
            _ => None,
        }
    }
}
