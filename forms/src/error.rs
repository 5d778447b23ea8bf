//! Why a form definition is refused, and where.

use thiserror::Error;

/// A form definition was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{at}: {fault}")]
pub struct FormError {
    /// Where: a JSON pointer into the form's text; for a [`FormFault::Malformed`] text its line and column.
    pub at: String,
    /// What is wrong there.
    pub fault: FormFault,
}

impl FormError {
    pub(crate) fn new(at: impl Into<String>, fault: FormFault) -> Self {
        Self { at: at.into(), fault }
    }
}

/// What is wrong with a form definition.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FormFault {
    /// Not JSON, or not of a form's shape: an unknown member, question type or operator, a member twice.
    #[error("not a form: {0}")]
    Malformed(String),
    /// Ids are `[a-z][a-z0-9_]*`, option codes `[a-z0-9_]+`, both at most 64 characters.
    #[error("`{0}` is not an id")]
    BadId(String),
    /// The id, code or name is taken. Question ids and computed names share one namespace.
    #[error("`{0}` is there twice")]
    Duplicate(String),
    /// A rule names a question, option or computed value that the form does not have.
    #[error("the form has no `{0}`")]
    UnknownReference(String),
    /// A rule has a part of the wrong type.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// What fits here.
        expected: String,
        /// What stands here.
        found: String,
    },
    /// Rules that need each other's results, in the order in which they do.
    #[error("a cycle: {}", .0.join(" needs "))]
    Cycle(Vec<String>),
    /// Bands must rise without gap or overlap.
    #[error("the bands must rise from the first to the last without gap or overlap")]
    BadBands,
    /// A number or a pair of bounds is outside what is possible.
    #[error("a number is out of range, or a lower bound is above its upper bound")]
    BadRange,
    /// A text or list that must hold something is empty.
    #[error("must not be empty")]
    Empty,
    /// A rule is nested too deeply, or the form's rules are too large.
    #[error("the rules are too deep or too large")]
    TooCostly,
    /// A member or a kind where it cannot be.
    #[error("{0} cannot be here")]
    NotHere(&'static str),
    /// A name whose row is not at hand, or a group whose row is at hand already.
    #[error("no row of `{0}` is at hand here, or one is already")]
    NoRow(String),
    /// Whether answers are whole depends on the answers alone.
    #[error("given values cannot decide what is asked or whole")]
    GivenNotHere,
    /// What is offered before there are answers cannot depend on them.
    #[error("a prefill can only use given values")]
    AnswerNotHere,
    /// Not a day of the calendar as YYYY-MM-DD.
    #[error("`{0}` is not a date")]
    BadDate(String),
    /// An embedded form's file name is not `<id>.v<version>.json`.
    #[error("the file should be called `{0}`")]
    WrongFileName(String),
}

impl FormFault {
    /// The stable name of the fault, as the published vectors spell it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::BadId(_) => "bad_id",
            Self::Duplicate(_) => "duplicate",
            Self::UnknownReference(_) => "unknown_reference",
            Self::WrongType { .. } => "wrong_type",
            Self::Cycle(_) => "cycle",
            Self::BadBands => "bad_bands",
            Self::BadRange => "bad_range",
            Self::Empty => "empty",
            Self::TooCostly => "too_costly",
            Self::NotHere(_) => "not_here",
            Self::NoRow(_) => "no_row",
            Self::GivenNotHere => "given_not_here",
            Self::AnswerNotHere => "answer_not_here",
            Self::BadDate(_) => "bad_date",
            Self::WrongFileName(_) => "wrong_file_name",
        }
    }
}
