//! What a rule can come to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A value of the rule language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A whole number.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// An option's code or a grade.
    Code(String),
}

/// Why a rule has no value although its answers are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RuleError {
    /// It needs an answer that is not of its question's kind.
    IllTypedAnswer,
    /// A number left ±(2^53 − 1).
    Overflow,
    /// The number to grade is in no band.
    NoBand,
}

impl RuleError {
    /// The error's stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IllTypedAnswer => "ill_typed_answer",
            Self::Overflow => "overflow",
            Self::NoBand => "no_band",
        }
    }
}

/// What a rule came to: always one of these three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Outcome {
    /// A value.
    Value {
        /// The value.
        value: Scalar,
    },
    /// It needs an answer that is not there yet.
    Missing,
    /// It cannot have a value.
    Error {
        /// Why not.
        error: RuleError,
    },
}

impl Outcome {
    pub(crate) fn int(value: i64) -> Self {
        Self::Value { value: Scalar::Int(value) }
    }

    pub(crate) fn bool(value: bool) -> Self {
        Self::Value { value: Scalar::Bool(value) }
    }

    pub(crate) fn code(value: &str) -> Self {
        Self::Value { value: Scalar::Code(value.to_owned()) }
    }

    pub(crate) fn error(error: RuleError) -> Self {
        Self::Error { error }
    }
}

/// The computed values of a form for one set of answers, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Computed(pub(crate) BTreeMap<String, Outcome>);

impl Computed {
    /// What the named value came to; none if the form has no such value.
    pub fn get(&self, name: &str) -> Option<&Outcome> {
        self.0.get(name)
    }

    /// The named value, if it came to a number.
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Outcome::Value { value: Scalar::Int(value) }) => Some(*value),
            _ => None,
        }
    }

    /// The named value, if it came to a code.
    pub fn code(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Outcome::Value { value: Scalar::Code(value) }) => Some(value),
            _ => None,
        }
    }

    /// Every value, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Outcome)> {
        self.0.iter().map(|(name, outcome)| (name.as_str(), outcome))
    }
}
