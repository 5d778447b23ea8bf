//! A form definition. `parse` turns text into it, and is the only way to a [`Form`].

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::given::GivenValue;
use crate::node::Compiled;
use crate::question::{Question, null_is_left_out};
use crate::rule::Rule;

/// A form definition that has passed the strict check of [`Form::parse`]. Immutable: a changed form is a new version.
#[derive(Debug, Clone)]
pub struct Form {
    pub(crate) text: FormText,
    pub(crate) compiled: Compiled,
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
    #[serde(default)]
    pub(crate) reference_date: Option<String>,
    #[serde(default, deserialize_with = "null_is_left_out")]
    pub(crate) given: Vec<GivenValue>,
    pub(crate) sections: Vec<Section>,
    pub(crate) computed: Vec<ComputedValue>,
    #[serde(default, deserialize_with = "null_is_left_out")]
    pub(crate) checks: Vec<CheckText>,
}

/// A day that nobody has stated is null, and says so: leaving the member out is a mistake, not an unknown day.
fn null_is_spelt_out<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)
}

/// Where a form or a rule comes from.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize)]
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
    /// What helps to fill it.
    #[serde(default)]
    pub help_zh: Option<String>,
    /// In the order in which they are asked.
    pub questions: Vec<Question>,
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
    /// The group for each of whose rows it is worked out.
    #[serde(default)]
    pub each: Option<String>,
    /// The computed and given values that explain this one to people.
    #[serde(default, deserialize_with = "null_is_left_out")]
    pub because: Vec<String>,
    /// Whether it is a suggestion, on which a person decides.
    #[serde(default, deserialize_with = "null_is_left_out")]
    pub suggests: bool,
    #[serde(default, deserialize_with = "null_is_left_out")]
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) rule: Rule,
}

/// What must hold of a submission, as the form's text spells it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckText {
    pub(crate) at: String,
    pub(crate) rule: Rule,
    pub(crate) message_zh: String,
    pub(crate) message_en: String,
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

    /// The question whose answer, a date, says by which tables a case is judged.
    pub fn reference_date(&self) -> Option<&str> {
        self.text.reference_date.as_deref()
    }

    /// What its rules may know besides the answers.
    pub fn given(&self) -> &[GivenValue] {
        &self.text.given
    }

    /// The form's parts, in order.
    pub fn sections(&self) -> &[Section] {
        &self.text.sections
    }

    /// Every question of every section, in order. The fields of rows are inside their question's [`Shape`](crate::Shape).
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.text.questions()
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

impl FormText {
    pub(crate) fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }
}

impl ComputedValue {
    /// What people read for a code that this value can take, such as a grade.
    pub fn code_label_zh(&self, code: &str) -> Option<&str> {
        self.labels.get(code).map(String::as_str).or_else(|| self.rule.band_label_zh(code))
    }
}
