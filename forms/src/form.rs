//! What a form definition is made of. `parse` turns text into it, and is the only way to a [`Form`].

use serde::{Deserialize, Deserializer};

use crate::order::Step;
use crate::rule::Rule;

/// A form definition that has passed the strict check of [`Form::parse`]. Immutable: a changed form is a new version.
#[derive(Debug, Clone)]
pub struct Form {
    pub(crate) text: FormText,
    pub(crate) order: Vec<Step>,
}

/// A form as its text spells it, not yet checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormText {
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) label_zh: String,
    pub(crate) source: Source,
    #[serde(deserialize_with = "null_is_spelt_out")]
    pub(crate) valid_from: Option<String>,
    #[serde(deserialize_with = "null_is_spelt_out")]
    pub(crate) valid_to: Option<String>,
    /// One, unless the form says more.
    #[serde(default)]
    pub(crate) investigators: Option<u8>,
    pub(crate) sections: Vec<Section>,
    pub(crate) computed: Vec<ComputedValue>,
}

/// A day that nobody has stated is null, and says so: leaving the member out is a mistake, not an unknown day.
fn null_is_spelt_out<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)
}

/// Where a form or a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The law or standard by name.
    pub law: String,
    /// Its document number.
    pub document: String,
    /// The articles.
    pub article: String,
}

/// A part of a form under one heading.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Unique among the form's sections.
    pub id: String,
    /// The heading.
    pub label_zh: String,
    /// In the order in which they are asked.
    pub questions: Vec<Question>,
}

/// One question of a form, or one field of its rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The answer's key: unique in the form, or among the fields of its rows.
    pub id: String,
    /// The question as it is asked.
    pub label_zh: String,
    /// Whether a submission must answer it (if it is asked; in rows: in every row).
    #[serde(default)]
    pub required: bool,
    /// What an answer looks like.
    pub kind: Kind,
    #[serde(default)]
    pub(crate) asked_when: Option<Rule>,
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
    /// Free text.
    Text {
        /// How many characters (Unicode scalar values) it may have.
        max_chars: u32,
    },
    /// A day as `YYYY-MM-DD`.
    Date {},
    /// `true` or `false`. A question that may be answered "unknown" or "refused" is a [`Kind::Choice`] with those codes.
    YesNo {},
    /// Money: a whole number of fen, 0 or more.
    Fen {},
    /// A repeating group: an object of row id → object of field id → answer.
    Rows {
        /// The fields of each row; leaves only.
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
    #[serde(default)]
    pub alone: bool,
}

/// A value that follows from the answers by a rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComputedValue {
    /// Its key in the computed values; shares one namespace with the question ids.
    pub name: String,
    /// What people read.
    pub label_zh: String,
    /// Where the rule comes from.
    pub source: Source,
    pub(crate) rule: Rule,
}

/// How an answer may be patched and merged.
#[derive(Debug, Clone, Copy)]
pub enum Shape<'a> {
    /// One value, replaced as a whole.
    Leaf,
    /// A map of option code → `true`: options come and go one by one.
    Choices(&'a [ChoiceOption]),
    /// A map of row id → row; every field of a row is a leaf.
    Rows(&'a [Question]),
}

impl Form {
    /// The id that all versions of the form share.
    pub fn id(&self) -> &str {
        &self.text.id
    }

    /// The version, from 1.
    pub fn version(&self) -> u32 {
        self.text.version
    }

    /// How many people must confirm the same answers before they are handed in.
    pub fn investigators(&self) -> usize {
        self.text.investigators.unwrap_or(1).into()
    }

    /// The form's title.
    pub fn label_zh(&self) -> &str {
        &self.text.label_zh
    }

    /// The law or standard that the form carries out.
    pub fn source(&self) -> &Source {
        &self.text.source
    }

    /// The first day on which the form holds (`YYYY-MM-DD`); none: not stated, an administrator must enter it.
    pub fn valid_from(&self) -> Option<&str> {
        self.text.valid_from.as_deref()
    }

    /// The last day on which the form holds (`YYYY-MM-DD`); none: not stated.
    pub fn valid_to(&self) -> Option<&str> {
        self.text.valid_to.as_deref()
    }

    /// The form's parts, in order.
    pub fn sections(&self) -> &[Section] {
        &self.text.sections
    }

    /// Every question of every section, in order. The fields of rows are inside their question's [`Shape`].
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.text.sections.iter().flat_map(|section| &section.questions)
    }

    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions().find(|question| question.id == id)
    }

    /// The computed values, in the order in which they are shown.
    pub fn computed_values(&self) -> &[ComputedValue] {
        &self.text.computed
    }
}

impl Question {
    /// How an answer may be patched and merged.
    pub fn shape(&self) -> Shape<'_> {
        match &self.kind {
            Kind::Choices { options } => Shape::Choices(options),
            Kind::Rows { questions } => Shape::Rows(questions),
            Kind::Choice { .. }
            | Kind::Integer { .. }
            | Kind::Text { .. }
            | Kind::Date {}
            | Kind::YesNo {}
            | Kind::Fen {} => Shape::Leaf,
        }
    }
}

impl ComputedValue {
    /// What people read for a code that this value can take, such as a grade.
    pub fn code_label_zh(&self, code: &str) -> Option<&str> {
        self.rule.band_label_zh(code)
    }
}
