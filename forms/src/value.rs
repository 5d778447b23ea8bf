//! The values that rules work with.

use std::borrow::Cow;

use crate::computed::{RuleError, Scalar};
use crate::date::Day;

/// A value while a rule is worked out.
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

/// What a rule came to, while others are worked out from it.
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
