//! The values that rules work with, and why a rule may have none.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::date::Day;

/// A value of the rule language.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A whole number.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// An option's code, a grade, a day as `YYYY-MM-DD`, or the id of a row.
    Text(String),
}

/// Why a rule has no value although its answers are there.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
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
    /// A division by 0.
    DivisionByZero,
}

impl RuleError {
    /// The error's stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IllTypedAnswer => "ill_typed_answer",
            Self::Overflow => "overflow",
            Self::NoBand => "no_band",
            Self::DivisionByZero => "division_by_zero",
        }
    }

    /// The error in words.
    pub fn zh(self) -> &'static str {
        match self {
            Self::IllTypedAnswer => "所需的填写内容类型不对",
            Self::Overflow => "数值超出范围",
            Self::NoBand => "分值不在任何等级内",
            Self::DivisionByZero => "除数为零",
        }
    }
}

/// A value during evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Int(i64),
    Bool(bool),
    Code(&'a str),
    Day(Day),
    Row(&'a str),
}

impl Value<'_> {
    pub(crate) fn to_scalar(self) -> Scalar {
        match self {
            Self::Int(value) => Scalar::Int(value),
            Self::Bool(value) => Scalar::Bool(value),
            Self::Code(text) | Self::Row(text) => Scalar::Text(text.to_owned()),
            Self::Day(day) => Scalar::Text(day.to_string()),
        }
    }
}

/// What a missing outcome needs: an answer by its JSON pointer, a given value by `@` and its name.
pub(crate) type Needs<'a> = Vec<Cow<'a, str>>;

/// The outcome of a rule, while others are evaluated from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Out<'a> {
    Value(Value<'a>),
    Missing(Needs<'a>),
    Error(RuleError),
}

impl Out<'_> {
    pub(crate) fn int(value: i64) -> Self {
        Self::Value(Value::Int(value))
    }

    pub(crate) fn bool(value: bool) -> Self {
        Self::Value(Value::Bool(value))
    }
}
