//! Prefill: answers offered before anybody is asked.

use serde_json::{Map, Value as Json};

use crate::Answers;
use crate::answer::{option_fault, read_leaf};
use crate::decimal;
use crate::eval::{Evaluation, Hand, Purpose};
use crate::form::Form;
use crate::given::Given;
use crate::question::{Kind, Question};
use crate::value::{Out, Value};

/// A record that may become a row.
#[derive(Debug, Clone, Copy)]
pub struct PrefillRecord<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its id, which becomes the row's.
    pub id: &'a str,
    /// Its fields.
    pub document: &'a Map<String, Json>,
}

impl Form {
    /// Answers that given values and records suggest, if they are of their question's kind. Nothing
    /// is replaced here: that is up to whoever fills the form.
    pub fn prefill(&self, given: &Given, records: &[PrefillRecord<'_>]) -> Answers {
        let nothing = Answers::new();
        let evaluation = Evaluation::of(self, &nothing, given, Purpose::Results);
        let mut offered = Answers::new();
        for (question, rules) in self.questions().zip(&self.compiled.questions) {
            let value = match &rules.prefill {
                Some(rule) => spelt(question, &evaluation.eval(rule, Hand::default())),
                None => rows(question, records),
            };
            if let Some(value) = value {
                offered.insert(question.id.clone(), value);
            }
        }
        offered
    }
}

/// A value as an answer of this question, if it is one.
fn spelt(question: &Question, out: &Out<'_>) -> Option<Json> {
    let Out::Value(value) = out else {
        return None;
    };
    let spelt = match (value, &question.kind) {
        (Value::Int(units), Kind::Decimal { scale, .. }) => decimal::write(*units, *scale).into(),
        (Value::Int(value), _) => (*value).into(),
        (Value::Bool(value), _) => (*value).into(),
        (Value::Code(text) | Value::Row(text), _) => (*text).into(),
        (Value::Day(day), _) => day.to_string().into(),
    };
    fits(question, &spelt).then_some(spelt)
}

fn rows(question: &Question, records: &[PrefillRecord<'_>]) -> Option<Json> {
    let prefill = question.prefill_rows.as_ref()?;
    let row = |record: &PrefillRecord<'_>| {
        let fields = question.fields().iter().filter_map(|field| {
            let value = record.document.get(prefill.fields.get(&field.id)?)?;
            fits(field, value).then(|| (field.id.clone(), value.clone()))
        });
        (record.id.to_owned(), Json::Object(fields.collect()))
    };
    let fitting = records.iter().filter(|record| record.kind == prefill.from);
    let rows: Map<String, Json> = fitting.map(row).collect();
    (!rows.is_empty()).then_some(Json::Object(rows))
}

fn fits(question: &Question, value: &Json) -> bool {
    match (&question.kind, value) {
        (Kind::Choices { options }, Json::Object(chosen)) => {
            chosen.iter().all(|(code, value)| option_fault(options, code, value).is_none())
        }
        _ => read_leaf(question, value).is_ok(),
    }
}
