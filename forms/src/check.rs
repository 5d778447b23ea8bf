//! The two strengths of checking answers.
//!
//! Types are checked whether or not a question is asked: the shape of a document must not depend on another answer,
//! which another device may change. Only wholeness depends on what is asked.

use serde_json::Value;

use crate::Answers;
use crate::answer::{option_fault, read_leaf, sorted};
use crate::eval::{Asked, Evaluation};
use crate::form::{ChoiceOption, Form, Kind, Question};
use crate::problem::{Expected, Fault, Problem, pointer_step};

impl Form {
    /// What is wrong with answers that may still be incomplete: whatever is not of its question's kind. In the
    /// form's order, rows by their ids.
    pub fn check_draft(&self, answers: &Answers) -> Vec<Problem> {
        let mut found = Vec::new();
        for question in self.questions() {
            let mut check = Check::of(question, &mut found, false);
            check.question(question, answers.get(&question.id));
        }
        found
    }

    /// What is wrong with answers that must be whole: everything that is wrong with a draft, and every question that
    /// is asked and required and has no answer. In the form's order, rows by their ids.
    pub fn check_submission(&self, answers: &Answers) -> Vec<Problem> {
        let evaluation = Evaluation::of(self, answers);
        let mut found = Vec::new();
        for question in self.questions() {
            let asked = evaluation.asked(&question.id);
            let mut check = Check::of(question, &mut found, matches!(asked, Asked::Yes));
            check.question(question, answers.get(&question.id));
            if let Asked::Error(error) = asked {
                check.push(Fault::RuleError(error));
            }
        }
        found
    }
}

/// The check of one place in the answers.
struct Check<'a> {
    found: &'a mut Vec<Problem>,
    /// Whether what is here must be whole, besides being well typed.
    whole: bool,
    path: String,
    label_zh: String,
    id: String,
}

impl<'a> Check<'a> {
    fn of(question: &Question, found: &'a mut Vec<Problem>, whole: bool) -> Self {
        Self {
            found,
            whole,
            path: format!("/{}", question.id),
            label_zh: question.label_zh.clone(),
            id: question.id.clone(),
        }
    }

    /// The same check one step further in, under the same name to people.
    fn inside(&mut self, key: &str) -> Check<'_> {
        Check {
            whole: self.whole,
            path: format!("{}/{}", self.path, pointer_step(key)),
            label_zh: self.label_zh.clone(),
            id: self.id.clone(),
            found: self.found,
        }
    }

    /// The check of a row's field, which people know by the group's name and its own.
    fn field(&mut self, field: &Question) -> Check<'_> {
        let mut check = self.inside(&field.id);
        check.label_zh = format!("{}·{}", check.label_zh, field.label_zh);
        check.id = format!("{}.{}", check.id, field.id);
        check
    }

    fn push(&mut self, fault: Fault) {
        self.found.push(fault.at(&self.path, &self.label_zh, &self.id));
    }

    fn question(&mut self, question: &Question, value: Option<&Value>) {
        let holds_something = match (value, &question.kind) {
            (None, _) => false,
            (Some(Value::Object(entries)), Kind::Choices { options }) => {
                self.choices(options, &sorted(entries));
                !entries.is_empty()
            }
            (Some(Value::Object(rows)), Kind::Rows { questions }) => {
                for (row_id, row) in sorted(rows) {
                    self.inside(row_id).row(questions, row);
                }
                !rows.is_empty()
            }
            (Some(value), kind) => match read_leaf(kind, value) {
                Ok(answer) => answer.is_some(),
                Err(fault) => {
                    self.push(fault);
                    true
                }
            },
        };
        if self.whole && question.required && !holds_something {
            self.push(Fault::Required);
        }
    }

    fn choices(&mut self, options: &[ChoiceOption], entries: &[(&str, &Value)]) {
        for (code, value) in entries {
            if let Some(fault) = option_fault(options, code, value) {
                self.inside(code).push(fault);
            }
        }
        let loner = options
            .iter()
            .find(|option| option.alone && entries.iter().any(|(code, _)| *code == option.code));
        if let Some(option) = loner
            && self.whole
            && entries.len() > 1
        {
            self.push(Fault::NotAlone {
                option_zh: option.label_zh.clone(),
                option: option.code.clone(),
            });
        }
    }

    fn row(&mut self, fields: &[Question], row: &Value) {
        let Value::Object(row) = row else {
            self.push(Fault::WrongType(Expected::Row));
            return;
        };
        for field in fields {
            self.field(field).question(field, row.get(&field.id));
        }
    }
}
