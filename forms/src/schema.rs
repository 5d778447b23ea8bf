//! The JSON Schema (2020-12) of a form's answers.

use serde_json::{Map, Value, json};

use crate::INTEGER_MAX;
use crate::form::Form;
use crate::question::{ChoiceOption, Kind, Question};

/// How strictly answers are described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// Well typed, however incomplete.
    Draft,
    /// Complete, as far as a schema can say: what is required whatever the other answers.
    Submission,
}

impl Form {
    /// The JSON Schema of the form's answers. It says what a schema can: questions that are asked
    /// only in some cases, and the form's own checks, are left to [`Form::check_submission`]. Ids
    /// that the form does not know are allowed.
    pub fn answer_schema(&self, strength: Strength) -> Value {
        let mut schema = object(self.questions(), strength);
        let members = [
            ("$schema", json!("https://json-schema.org/draft/2020-12/schema")),
            ("$id", json!(format!("urn:ruhu:form:{}:{}:answers", self.id(), self.version()))),
            ("title", json!(self.label_zh())),
        ];
        if let Some(schema) = schema.as_object_mut() {
            schema.extend(members.map(|(name, value)| (name.to_owned(), value)));
        }
        schema
    }
}

fn object<'a>(questions: impl Iterator<Item = &'a Question>, strength: Strength) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for question in questions {
        properties.insert(question.id.clone(), property(question, strength));
        let always = question.required && question.asked_when.is_none();
        if always && strength == Strength::Submission {
            required.push(question.id.clone());
        }
    }
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(question: &Question, strength: Strength) -> Value {
    let mut schema = kind(&question.kind, strength);
    if !question.may_be.is_empty() {
        let unsaid: Vec<&str> = question.may_be.iter().map(|unsaid| unsaid.as_str()).collect();
        schema = json!({"anyOf": [schema, {"enum": unsaid}]});
    }
    schema["title"] = json!(question.label_zh);
    if let Some(help) = &question.help_zh {
        schema["description"] = json!(help);
    }
    schema
}

fn kind(kind: &Kind, strength: Strength) -> Value {
    match kind {
        Kind::Choice { options } => {
            let each =
                |option: &ChoiceOption| json!({"const": option.code, "title": option.label_zh});
            json!({"type": "string", "oneOf": options.iter().map(each).collect::<Vec<_>>()})
        }
        Kind::Choices { options } => {
            let each = |option: &ChoiceOption| {
                (option.code.clone(), json!({"const": true, "title": option.label_zh}))
            };
            let properties: Map<String, Value> = options.iter().map(each).collect();
            json!({"type": "object", "properties": properties, "additionalProperties": false})
        }
        Kind::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Decimal { scale, .. } => {
            json!({"type": "string", "pattern": format!(r"^-?(0|[1-9][0-9]*)(\.[0-9]{{1,{scale}}})?$")})
        }
        Kind::Fen {} => json!({"type": "integer", "minimum": 0, "maximum": INTEGER_MAX}),
        Kind::Date {} => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
        Kind::YesNo {} => json!({"type": "boolean"}),
        Kind::Text { max_chars } => json!({"type": "string", "maxLength": max_chars}),
        Kind::IdNumber {} => json!({"type": "string", "pattern": "^[0-9]{17}[0-9X]$"}),
        Kind::AreaCode { digits } => {
            json!({"type": "string", "pattern": format!("^[0-9]{{{digits}}}$")})
        }
        Kind::Photo {} | Kind::Signature {} => json!({"type": "string",
            "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"}),
        Kind::Location {} => json!({"type": "array", "minItems": 3, "maxItems": 3, "prefixItems": [
            {"type": "integer", "minimum": -90_000_000, "maximum": 90_000_000},
            {"type": "integer", "minimum": -180_000_000, "maximum": 180_000_000},
            {"type": "integer", "minimum": 0, "maximum": 1_000_000}]}),
        Kind::RowOf { .. } => json!({"type": "string"}),
        Kind::Rows { max_rows, questions } => json!({"type": "object", "maxProperties": max_rows,
            "additionalProperties": object(questions.iter(), strength)}),
    }
}
