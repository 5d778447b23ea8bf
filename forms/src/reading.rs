//! Parses the answers, each once, as its question's kind.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::Answers;
use crate::answer::{Answer, option_fault, read_leaf, sorted};
use crate::form::Form;
use crate::problem::pointer_step;
use crate::question::{Kind, Question};
use crate::value::RuleError;

/// The state of a question's answer: of its kind, nothing, or ill-typed.
pub(crate) type Read<'a> = Result<Option<Answer<'a>>, RuleError>;

/// The answers of a form.
pub(crate) struct Readings<'a> {
    pub(crate) questions: Vec<Read<'a>>,
    /// The rows of groups, by the groups' numbers; empty for other questions.
    pub(crate) rows: Vec<Vec<Row<'a>>>,
}

/// One row of a group.
pub(crate) struct Row<'a> {
    pub(crate) id: &'a str,
    pub(crate) fields: Vec<Read<'a>>,
}

impl<'a> Readings<'a> {
    pub(crate) fn of(form: &'a Form, answers: &'a Answers) -> Self {
        let count = form.compiled.questions.len();
        let mut readings =
            Self { questions: Vec::with_capacity(count), rows: Vec::with_capacity(count) };
        for question in form.questions() {
            let value = answers.get(&question.id);
            readings.questions.push(read(question, value));
            readings.rows.push(match (&question.kind, value) {
                (Kind::Rows { questions, max_rows }, Some(Value::Object(rows)))
                    if rows.len() <= *max_rows =>
                {
                    read_rows(questions, rows)
                }
                _ => Vec::new(),
            });
        }
        readings
    }
}

/// In the order of their ids. Empty if one of them is not a row: the group is ill-typed then.
fn read_rows<'a>(fields: &'a [Question], rows: &'a Map<String, Value>) -> Vec<Row<'a>> {
    let row = |(id, row): (&'a str, &'a Value)| {
        let row = row.as_object()?;
        let fields = fields.iter().map(|field| read(field, row.get(&field.id))).collect();
        Some(Row { id, fields })
    };
    sorted(rows).into_iter().map(row).collect::<Option<Vec<_>>>().unwrap_or_default()
}

fn read<'a>(question: &'a Question, value: Option<&'a Value>) -> Read<'a> {
    let Some(value) = value else {
        return Ok(None);
    };
    match (&question.kind, value) {
        (Kind::Choices { options }, Value::Object(chosen)) => {
            let ill_typed =
                chosen.iter().any(|(code, value)| option_fault(options, code, value).is_some());
            if ill_typed {
                return Err(RuleError::IllTypedAnswer);
            }
            Ok((!chosen.is_empty()).then_some(Answer::Options(chosen)))
        }
        (Kind::Rows { max_rows, .. }, Value::Object(rows)) => {
            // Each field judges its own content inside the rows.
            if rows.len() > *max_rows || rows.values().any(|row| !row.is_object()) {
                return Err(RuleError::IllTypedAnswer);
            }
            Ok((!rows.is_empty()).then_some(Answer::Present))
        }
        (_, value) => read_leaf(question, value).map_err(|_| RuleError::IllTypedAnswer),
    }
}

/// The name of an answer among what is missing.
pub(crate) fn pointer<'a>(question: &str) -> Cow<'a, str> {
    Cow::Owned(format!("/{question}"))
}

/// The name of a row's field among what is missing.
pub(crate) fn row_pointer<'a>(group: &str, row: &str, field: &str) -> Cow<'a, str> {
    Cow::Owned(format!("/{group}/{}/{field}", pointer_step(row)))
}
