//! One question of a form, and what an answer to it looks like. Both are here because the rows of a
//! repeating group are questions again.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::rule::Rule;

/// One question of a form, or one field of its rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The answer's key: unique in the form, or among the fields of its rows.
    pub id: String,
    /// The question as it is asked.
    pub label_zh: String,
    /// What helps to answer it.
    #[serde(default)]
    pub help_zh: Option<String>,
    /// Whether a submission must answer it (if it is asked; in rows: in every row).
    #[serde(default, deserialize_with = "null_is_left_out")]
    pub required: bool,
    /// What an answer looks like.
    pub kind: Kind,
    /// What may stand in place of an answer.
    #[serde(default, deserialize_with = "null_is_left_out")]
    pub may_be: Vec<Unsaid>,
    #[serde(default)]
    pub(crate) asked_when: Option<Rule>,
    #[serde(default)]
    pub(crate) prefill: Option<Rule>,
    #[serde(default)]
    pub(crate) prefill_rows: Option<PrefillRows>,
}

/// What may stand in place of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsaid {
    /// The person asked does not know.
    Unknown,
    /// The person asked will not say.
    Refused,
}

impl Unsaid {
    /// What the answer holds then.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Refused => "refused",
        }
    }
}

/// Rows that records become.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrefillRows {
    /// The kind of the records.
    pub(crate) from: String,
    /// The row's field → the record's field.
    pub(crate) fields: BTreeMap<String, String>,
}

/// What an answer looks like. Grows with new types; [`Question::shape`] does not.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
// `{}` on variants without members: a unit variant would let unknown members pass.
pub enum Kind {
    /// One option's code, as a string.
    Choice {
        /// What can be chosen.
        options: Vec<ChoiceOption>,
    },
    /// Several choices: an object of option code → `true`.
    Choices {
        /// What can be chosen.
        options: Vec<ChoiceOption>,
    },
    /// A whole number within bounds, both included.
    Integer {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A number with a fixed count of decimals, as text: `12.50`. Bounds are in units of the last decimal.
    Decimal {
        /// How many decimals, 1 to 6.
        scale: u32,
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// Money: a whole number of fen, 0 or more.
    Fen {},
    /// A day as `YYYY-MM-DD`.
    Date {},
    /// `true` or `false`.
    YesNo {},
    /// Free text.
    Text {
        /// How many characters (Unicode scalar values) it may have.
        max_chars: u32,
    },
    /// A citizen's number (GB 11643).
    IdNumber {},
    /// A division code (GB/T 2260 and its extensions).
    AreaCode {
        /// How many digits: 6, 9 or 12.
        digits: usize,
    },
    /// A photo: the name of its attachment record.
    Photo {},
    /// A signature: the name of its attachment record.
    Signature {},
    /// A point: `[latitude_e6, longitude_e6, accuracy_m]`.
    Location {},
    /// The id of a row of another group, or of the own one.
    RowOf {
        /// The group.
        group: String,
    },
    /// A repeating group: an object of row id → object of field id → answer.
    Rows {
        /// How many rows there may be.
        max_rows: usize,
        /// The fields of each row.
        questions: Vec<Question>,
    },
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// What the answer holds. "Unknown" and "refused", where allowed, are codes like any other.
    pub code: String,
    /// What people read.
    pub label_zh: String,
    /// Of several choices: contradicts every other one ("none of these"), so a submission holds it alone.
    #[serde(default, deserialize_with = "null_is_left_out")]
    pub alone: bool,
    /// Of one choice: what it counts on a scale.
    #[serde(default)]
    pub score: Option<i64>,
}

/// How an answer may be patched and merged.
#[derive(Debug, Clone, Copy)]
pub enum Shape<'a> {
    /// One value, replaced as a whole.
    Leaf,
    /// A map of option code → `true`: options come and go one by one.
    Choices(&'a [ChoiceOption]),
    /// A map of row id → row; every field of a row is a leaf or several choices.
    Rows(&'a [Question]),
}

impl Question {
    /// How an answer may be patched and merged.
    pub fn shape(&self) -> Shape<'_> {
        self.kind.shape()
    }

    pub(crate) fn fields(&self) -> &[Question] {
        match &self.kind {
            Kind::Rows { questions, .. } => questions,
            _ => &[],
        }
    }

    /// Whether this text stands in place of an answer.
    pub(crate) fn unsaid(&self, text: &str) -> Option<Unsaid> {
        self.may_be.iter().copied().find(|unsaid| unsaid.as_str() == text)
    }
}

impl Kind {
    /// How an answer may be patched and merged.
    pub fn shape(&self) -> Shape<'_> {
        match self {
            Self::Choices { options } => Shape::Choices(options),
            Self::Rows { questions, .. } => Shape::Rows(questions),
            _ => Shape::Leaf,
        }
    }

    /// Whether "unknown" or "refused" may replace an answer: not where it could be one, and not
    /// where options say it.
    pub(crate) fn can_be_unsaid(&self) -> bool {
        !matches!(
            self,
            Self::Text { .. } | Self::Choice { .. } | Self::Choices { .. } | Self::Rows { .. }
        )
    }
}

/// Null is an optional member left out.
pub(crate) fn null_is_left_out<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(from).map(Option::unwrap_or_default)
}
