//! The types of rules.

use std::collections::BTreeSet;
use std::fmt;

use crate::error::{FormError, FormFault};
use crate::given::GivenHolds;
use crate::question::{ChoiceOption, Kind};

/// The type of a rule. A code's type is the set of its possible codes, so that a comparison that
/// could never be true is refused as the spelling mistake it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Number,
    Truth,
    Date,
    Code(BTreeSet<String>),
    Row(String),
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number => write!(out, "a number"),
            Self::Truth => write!(out, "true or false"),
            Self::Date => write!(out, "a date"),
            Self::Code(codes) => {
                let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
                write!(out, "one of the codes {}", codes.join(", "))
            }
            Self::Row(group) => write!(out, "a row of `{group}`"),
        }
    }
}

impl Type {
    /// The type of an answer as one value, if it is one.
    pub(crate) fn of_answer(kind: &Kind) -> Option<Self> {
        match kind {
            Kind::Choice { options } => Some(Self::Code(codes(options))),
            Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Fen {} => Some(Self::Number),
            Kind::Date {} => Some(Self::Date),
            Kind::YesNo {} => Some(Self::Truth),
            Kind::RowOf { group } => Some(Self::Row(group.clone())),
            _ => None,
        }
    }

    pub(crate) fn of_given(holds: &GivenHolds) -> Self {
        match holds {
            GivenHolds::Number {} => Self::Number,
            GivenHolds::Truth {} => Self::Truth,
            GivenHolds::Date {} => Self::Date,
            GivenHolds::Code { codes } => Self::Code(codes.iter().cloned().collect()),
        }
    }

    /// The type of an outcome that is one or the other.
    pub(crate) fn or(self, other: Self, at: &str) -> Result<Self, FormError> {
        match (self, other) {
            (Self::Code(one), Self::Code(other)) => Ok(Self::Code(&one | &other)),
            (one, other) if one == other => Ok(one),
            (one, other) => Err(wrong(at, one, other)),
        }
    }

    /// Whether the two can be compared: codes only if they have one in common.
    pub(crate) fn compares_with(&self, other: &Self, orders: bool) -> bool {
        match (self, other) {
            (Self::Number, Self::Number) | (Self::Date, Self::Date) => true,
            (Self::Truth, Self::Truth) => !orders,
            (Self::Row(one), Self::Row(other)) => !orders && one == other,
            (Self::Code(one), Self::Code(other)) => !orders && !one.is_disjoint(other),
            _ => false,
        }
    }
}

pub(crate) fn wrong(at: &str, expected: impl ToString, found: impl ToString) -> FormError {
    FormError::new(
        at,
        FormFault::WrongType { expected: expected.to_string(), found: found.to_string() },
    )
}

/// A kind in the words of a refusal.
pub(crate) fn describe(kind: &Kind) -> &'static str {
    match kind {
        Kind::Choice { .. } => "one choice",
        Kind::Choices { .. } => "several choices",
        Kind::Integer { .. } => "a number",
        Kind::Decimal { .. } => "a decimal number",
        Kind::Text { .. } => "text",
        Kind::Date {} => "a date",
        Kind::YesNo {} => "yes or no",
        Kind::Fen {} => "money",
        Kind::IdNumber {} => "a citizen's number",
        Kind::AreaCode { .. } => "a division code",
        Kind::Photo {} => "a photo",
        Kind::Signature {} => "a signature",
        Kind::Location {} => "a location",
        Kind::RowOf { .. } => "a row",
        Kind::Rows { .. } => "rows",
    }
}

pub(crate) fn codes(options: &[ChoiceOption]) -> BTreeSet<String> {
    options.iter().map(|option| option.code.clone()).collect()
}

pub(crate) fn has(options: &[ChoiceOption], code: &str, at: &str) -> Result<(), FormError> {
    if options.iter().any(|option| option.code == code) {
        Ok(())
    } else {
        Err(FormError::new(at, FormFault::UnknownReference(code.to_owned())))
    }
}
