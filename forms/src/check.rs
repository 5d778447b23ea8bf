//! The two strengths of checking answers.
//!
//! Types are checked whether or not a question is asked: the shape of a document must not depend on
//! another answer, which another device may change. Only completeness depends on what is asked.

use serde_json::Value;

use crate::Answers;
use crate::answer::{Answer, option_fault, read_leaf, sorted};
use crate::eval::{Asked, Evaluation, Hand, Purpose};
use crate::form::Form;
use crate::given::Given;
use crate::node::Place;
use crate::problem::{Expected, Fault, Problem, pointer_step};
use crate::question::{ChoiceOption, Kind, Question};
use crate::value::{Out, Value as RuleValue};

impl Form {
    /// The problems of answers that may still be incomplete: whatever is not of its question's
    /// kind. In the form's order, rows by their ids.
    pub fn check_draft(&self, answers: &Answers) -> Vec<Problem> {
        self.check(answers, None)
    }

    /// The problems of answers that must be complete: those of a draft, every required question
    /// that is asked and has no answer, and every failed check of the form. In the form's order,
    /// rows by their ids.
    pub fn check_submission(&self, answers: &Answers) -> Vec<Problem> {
        // Given values decide nothing here: the strict check of the form ensures that.
        let given = Given::default();
        let evaluation = Evaluation::of(self, answers, &given, Purpose::Wholeness);
        self.check(answers, Some(&evaluation))
    }

    fn check<'a>(
        &'a self,
        answers: &'a Answers,
        evaluation: Option<&'a Evaluation<'a>>,
    ) -> Vec<Problem> {
        let mut found = Vec::new();
        for (number, question) in self.questions().enumerate() {
            let mut check = Check {
                form: self,
                answers,
                evaluation,
                found: &mut found,
                at: At { place: Place::Question(number), hand: Hand::default() },
                trail: Trail { question, row: None, field: None, option: None },
            };
            check.question(question, answers.get(&question.id));
        }
        found
    }
}

/// The place of a check, from the question inwards. Rendered only where there is a problem.
#[derive(Clone, Copy)]
struct Trail<'a> {
    question: &'a Question,
    row: Option<&'a str>,
    field: Option<&'a Question>,
    option: Option<&'a str>,
}

impl Trail<'_> {
    fn path(&self) -> String {
        let mut path = format!("/{}", self.question.id);
        let field = self.field.map(|field| field.id.as_str());
        for step in [self.row, field, self.option].into_iter().flatten() {
            path.push('/');
            path.push_str(&pointer_step(step));
        }
        path
    }

    /// People know a row's field by the group's name and its own.
    fn name(&self, of: fn(&Question) -> &str, between: &str) -> String {
        let group = of(self.question);
        self.field
            .map_or_else(|| group.to_owned(), |field| format!("{group}{between}{}", of(field)))
    }
}

/// A question, in the row at hand.
#[derive(Clone, Copy)]
struct At {
    place: Place,
    hand: Hand,
}

/// The check of one place in the answers.
struct Check<'a> {
    form: &'a Form,
    answers: &'a Answers,
    /// None for a draft.
    evaluation: Option<&'a Evaluation<'a>>,
    found: &'a mut Vec<Problem>,
    at: At,
    trail: Trail<'a>,
}

impl<'a> Check<'a> {
    fn push(&mut self, fault: Fault) {
        let trail = &self.trail;
        let label_zh = trail.name(|question| &question.label_zh, "·");
        let id = trail.name(|question| &question.id, ".");
        self.found.push(fault.at(&trail.path(), &label_zh, &id));
    }

    fn question(&mut self, question: &'a Question, value: Option<&'a Value>) {
        let asked = self.evaluation.map(|all| all.asked(self.at.place, self.at.hand));
        let whole = matches!(asked, Some(Asked::Yes));
        let mut row = None;
        let holds_something = match (value, &question.kind) {
            (None, _) => false,
            (Some(Value::Object(entries)), Kind::Choices { options }) => {
                self.choices(options, &sorted(entries), whole);
                !entries.is_empty()
            }
            (Some(Value::Object(rows)), Kind::Rows { questions, max_rows }) => {
                let outside = (self.evaluation, self.at, self.trail);
                self.evaluation = self.evaluation.filter(|_| whole && self.is_well_typed());
                for (index, (row_id, row)) in sorted(rows).into_iter().enumerate() {
                    self.trail.row = Some(row_id);
                    self.row(questions, row, index);
                    (_, self.at, self.trail) = outside;
                }
                (self.evaluation, ..) = outside;
                if rows.len() > *max_rows {
                    self.push(Fault::TooManyRows { max_rows: *max_rows });
                }
                !rows.is_empty()
            }
            (Some(value), _) => match read_leaf(question, value) {
                Ok(answer) => {
                    if let Some(Answer::Row(id)) = answer {
                        row = Some(id);
                    }
                    answer.is_some()
                }
                Err(fault) => {
                    self.push(fault);
                    true
                }
            },
        };
        if whole && question.required && !holds_something {
            self.push(Fault::Required);
        }
        if let Some(row) = row.filter(|_| whole) {
            self.row_is_there(question, row);
        }
        if let Some(Asked::Error(error)) = asked {
            let error = *error;
            self.push(Fault::AskedError(error));
        }
        if whole {
            self.form_checks();
        }
    }

    /// Whether rules can look into the rows here.
    fn is_well_typed(&self) -> bool {
        match (self.at.place, self.evaluation) {
            (Place::Question(number), Some(all)) => all.readings.questions[number].is_ok(),
            _ => false,
        }
    }

    fn choices(&mut self, options: &[ChoiceOption], entries: &[(&'a str, &Value)], whole: bool) {
        let mut well_typed = true;
        for (code, value) in entries {
            if let Some(fault) = option_fault(options, code, value) {
                well_typed = false;
                self.trail.option = Some(code);
                self.push(fault);
                self.trail.option = None;
            }
        }
        let loner = options
            .iter()
            .find(|option| option.alone && entries.iter().any(|(code, _)| *code == option.code));
        if let Some(option) = loner
            && whole
            && well_typed
            && entries.len() > 1
        {
            self.push(Fault::NotAlone {
                option_zh: option.label_zh.clone(),
                option: option.code.clone(),
            });
        }
    }

    fn row(&mut self, fields: &'a [Question], row: &'a Value, index: usize) {
        let Value::Object(row) = row else {
            self.push(Fault::WrongType(Expected::Row));
            return;
        };
        let Place::Question(group) = self.at.place else {
            return;
        };
        let hand = Hand::default().with(group, index);
        for (number, field) in fields.iter().enumerate() {
            self.at = At { place: Place::Field { group, field: number }, hand };
            self.trail.field = Some(field);
            self.question(field, row.get(&field.id));
        }
    }

    fn row_is_there(&mut self, question: &Question, row: &str) {
        let (Kind::RowOf { group }, Some(evaluation)) = (&question.kind, self.evaluation) else {
            return;
        };
        let number = evaluation.questions.iter().position(|question| question.id == *group);
        let asked = number.map(|number| evaluation.asked(Place::Question(number), Hand::default()));
        let rows = self.answers.get(group).and_then(Value::as_object);
        let is_there = rows.is_some_and(|rows| rows.contains_key(row));
        // What is not asked has no effect, including its rows.
        if !is_there || matches!(asked, Some(Asked::No)) {
            self.push(Fault::UnknownRow);
        }
    }

    fn form_checks(&mut self) {
        let Some(evaluation) = self.evaluation else {
            return;
        };
        let form = self.form;
        for (rule, text) in form.compiled.checks.iter().zip(&form.text.checks) {
            if rule.at != self.at.place {
                continue;
            }
            match evaluation.eval(&rule.node, self.at.hand) {
                Out::Value(RuleValue::Bool(false)) => self.push(Fault::CheckFailed {
                    zh: text.message_zh.clone(),
                    en: text.message_en.clone(),
                }),
                Out::Error(error) => self.push(Fault::CheckError(error)),
                _ => {}
            }
        }
    }
}
