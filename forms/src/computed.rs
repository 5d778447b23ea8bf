//! The outcomes of rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::value::{Out, RuleError, Scalar};

/// The outcome of a rule: always one of these three.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = RuleOutcome))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Outcome {
    /// A value.
    Value {
        /// The value.
        value: Scalar,
    },
    /// Something is not there yet.
    Missing {
        /// What: an answer by its JSON pointer, a given value by `@` and its name. Sorted, each once; empty where
        /// the question does not arise.
        needs: Vec<String>,
    },
    /// It cannot have a value.
    Error {
        /// Why not.
        error: RuleError,
    },
}

impl Outcome {
    /// The value, if it has one.
    pub fn value(&self) -> Option<&Scalar> {
        match self {
            Self::Value { value } => Some(value),
            _ => None,
        }
    }
}

impl From<Out<'_>> for Outcome {
    fn from(out: Out<'_>) -> Self {
        match out {
            Out::Value(value) => Self::Value { value: value.to_scalar() },
            Out::Missing(mut needs) => {
                needs.sort_unstable();
                needs.dedup();
                Self::Missing { needs: needs.into_iter().map(Into::into).collect() }
            }
            Out::Error(error) => Self::Error { error },
        }
    }
}

/// What a computed value came to.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Worked {
    /// For the whole form; and the error of the group, for a value of each of its rows.
    One(Outcome),
    /// For each row of its group, by the rows' ids.
    Rows {
        /// Empty if the group is not asked, or holds no row.
        rows: BTreeMap<String, Outcome>,
    },
}

/// The computed values of a form for one set of answers, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Computed(pub(crate) BTreeMap<String, Worked>);

impl Computed {
    /// What the named value came to; none if the form has no such value.
    pub fn get(&self, name: &str) -> Option<&Worked> {
        self.0.get(name)
    }

    /// What the named value of the whole form came to.
    pub fn outcome(&self, name: &str) -> Option<&Outcome> {
        match self.get(name)? {
            Worked::One(outcome) => Some(outcome),
            Worked::Rows { .. } => None,
        }
    }

    /// What the named value came to for a row.
    pub fn of_row(&self, name: &str, row: &str) -> Option<&Outcome> {
        match self.get(name)? {
            Worked::Rows { rows } => rows.get(row),
            Worked::One(_) => None,
        }
    }

    /// The named value, if it came to a number.
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.outcome(name)?.value()? {
            Scalar::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The named value, if it came to a truth.
    pub fn truth(&self, name: &str) -> Option<bool> {
        match self.outcome(name)?.value()? {
            Scalar::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The named value, if it came to a code or a date.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.outcome(name)?.value()? {
            Scalar::Text(value) => Some(value),
            _ => None,
        }
    }

    /// Every value, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Worked)> {
        self.0.iter().map(|(name, worked)| (name.as_str(), worked))
    }
}
