//! Working out a form's rules. Total and bounded: every node is visited at most once per set of answers.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::answer::{Answer, option_fault, read_leaf};
use crate::computed::{Computed, Outcome, RuleError, Scalar};
use crate::form::{Form, Kind, Question};
use crate::order::Step;
use crate::rule::{Band, Comparison, Rule};
use crate::{Answers, INTEGER_MAX};

impl Form {
    /// The form's computed values for these answers. Always every name: with a value, missing, or a named error.
    pub fn compute(&self, answers: &Answers) -> Computed {
        let computed = Evaluation::of(self, answers).computed;
        Computed(computed.into_iter().map(|(name, outcome)| (name.to_owned(), outcome)).collect())
    }
}

/// Whether a question is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    Yes,
    No,
    /// The answer that decides it is not there yet.
    NotYet,
    Error(RuleError),
}

/// What the rules see of a question.
enum Held<'a> {
    NotAsked,
    Missing,
    Error(RuleError),
    Answer(Answer<'a>),
}

/// The rules of one form over one set of answers.
pub(crate) struct Evaluation<'a> {
    readings: BTreeMap<&'a str, Result<Option<Answer<'a>>, RuleError>>,
    /// Only of questions with `asked_when`.
    asked: BTreeMap<&'a str, Asked>,
    computed: BTreeMap<&'a str, Outcome>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn of(form: &'a Form, answers: &'a Answers) -> Self {
        let mut evaluation = Self {
            readings: form
                .questions()
                .map(|question| (question.id.as_str(), read(question, answers)))
                .collect(),
            asked: BTreeMap::new(),
            computed: BTreeMap::new(),
        };
        for step in &form.order {
            match *step {
                Step::AskedWhen { section, question } => {
                    let question = &form.text.sections[section].questions[question];
                    let asked = match &question.asked_when {
                        None => Asked::Yes,
                        Some(rule) => asked(evaluation.eval(rule)),
                    };
                    evaluation.asked.insert(&question.id, asked);
                }
                Step::Computed { index } => {
                    let computed = &form.text.computed[index];
                    let outcome = evaluation.eval(&computed.rule);
                    evaluation.computed.insert(&computed.name, outcome);
                }
            }
        }
        evaluation
    }

    pub(crate) fn asked(&self, id: &str) -> Asked {
        self.asked.get(id).copied().unwrap_or(Asked::Yes)
    }

    fn held(&self, id: &str) -> Held<'a> {
        match self.asked(id) {
            Asked::No => Held::NotAsked,
            Asked::NotYet => Held::Missing,
            Asked::Error(error) => Held::Error(error),
            Asked::Yes => match self.readings.get(id) {
                Some(Ok(Some(answer))) => Held::Answer(*answer),
                Some(Err(error)) => Held::Error(*error),
                Some(Ok(None)) | None => Held::Missing,
            },
        }
    }

    fn eval(&self, rule: &Rule) -> Outcome {
        match rule {
            Rule::Int { value } => Outcome::int(*value),
            Rule::Bool { value } => Outcome::bool(*value),
            Rule::Code { value } => Outcome::code(value),
            Rule::Answer { of } => answer(&self.held(of)),
            Rule::Answered { of } => match self.held(of) {
                Held::Error(error) => Outcome::error(error),
                held => Outcome::bool(matches!(held, Held::Answer(_))),
            },
            Rule::Chosen { of, option } => match self.held(of) {
                Held::Error(error) => Outcome::error(error),
                Held::Answer(Answer::Options(chosen)) => Outcome::bool(chosen.contains_key(option)),
                _ => Outcome::Missing,
            },
            Rule::Computed { name } => {
                let outcome = self.computed.get(name.as_str());
                outcome.cloned().unwrap_or(Outcome::Missing)
            }
            Rule::Count { of, equals } => self.count(of, equals),
            Rule::Sum { of } => self.sum(of),
            Rule::Compare { is, left, right } => match all([self.eval(left), self.eval(right)]) {
                Ok(pair) => Outcome::bool(compare(*is, &pair[0], &pair[1])),
                Err(no_value) => no_value,
            },
            Rule::And { of } => self.decide(of, false),
            Rule::Or { of } => self.decide(of, true),
            Rule::Not { of } => match self.eval(of) {
                Outcome::Value { value: Scalar::Bool(value) } => Outcome::bool(!value),
                no_value => no_value,
            },
            Rule::If { cond, then, otherwise } => match self.eval(cond) {
                Outcome::Value { value } => {
                    let holds = value == Scalar::Bool(true);
                    self.eval(if holds { then } else { otherwise })
                }
                no_value => no_value,
            },
            Rule::Grade { of, bands } => match self.eval(of) {
                Outcome::Value { value: Scalar::Int(value) } => grade(value, bands),
                no_value => no_value,
            },
        }
    }

    fn count(&self, of: &[String], equals: &str) -> Outcome {
        let ones = of.iter().filter_map(|id| match self.held(id) {
            Held::NotAsked => None,
            Held::Answer(Answer::Code(code)) => Some(Outcome::int(i64::from(code == equals))),
            held => Some(answer(&held)),
        });
        total(ones)
    }

    fn sum(&self, of: &[Rule]) -> Outcome {
        let terms = of.iter().filter_map(|term| match term {
            Rule::Answer { of } => match self.held(of) {
                Held::NotAsked => None,
                held => Some(answer(&held)),
            },
            term => Some(self.eval(term)),
        });
        total(terms)
    }

    /// Three-valued `and` (decided by false) and `or` (decided by true). An error beats even a decision: whether one
    /// shows must not depend on the other answers.
    fn decide(&self, of: &[Rule], decided_by: bool) -> Outcome {
        let parts: Vec<Outcome> = of.iter().map(|part| self.eval(part)).collect();
        if let Some(error) = parts.iter().find(|part| matches!(part, Outcome::Error { .. })) {
            return error.clone();
        }
        if parts.contains(&Outcome::bool(decided_by)) {
            return Outcome::bool(decided_by);
        }
        if parts.contains(&Outcome::Missing) {
            return Outcome::Missing;
        }
        Outcome::bool(!decided_by)
    }
}

fn asked(outcome: Outcome) -> Asked {
    match outcome {
        Outcome::Value { value: Scalar::Bool(true) } => Asked::Yes,
        Outcome::Value { .. } => Asked::No,
        Outcome::Missing => Asked::NotYet,
        Outcome::Error { error } => Asked::Error(error),
    }
}

fn read<'a>(question: &Question, answers: &'a Answers) -> Result<Option<Answer<'a>>, RuleError> {
    let Some(value) = answers.get(&question.id) else {
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
        // Rules look no deeper than at whether there are rows, so what is in them cannot be their error.
        (Kind::Rows { .. }, Value::Object(rows)) => {
            Ok((!rows.is_empty()).then_some(Answer::Present))
        }
        (kind, value) => read_leaf(kind, value).map_err(|_| RuleError::IllTypedAnswer),
    }
}

fn answer(held: &Held<'_>) -> Outcome {
    match held {
        Held::Error(error) => Outcome::error(*error),
        Held::Answer(Answer::Int(value)) => Outcome::int(*value),
        Held::Answer(Answer::Bool(value)) => Outcome::bool(*value),
        Held::Answer(Answer::Code(code)) => Outcome::code(code),
        Held::NotAsked | Held::Missing | Held::Answer(Answer::Options(_) | Answer::Present) => {
            Outcome::Missing
        }
    }
}

/// All values; or the first error; or missing.
fn all(parts: impl IntoIterator<Item = Outcome>) -> Result<Vec<Scalar>, Outcome> {
    let mut values = Vec::new();
    let mut missing = false;
    for part in parts {
        match part {
            Outcome::Value { value } => values.push(value),
            Outcome::Missing => missing = true,
            error @ Outcome::Error { .. } => return Err(error),
        }
    }
    if missing { Err(Outcome::Missing) } else { Ok(values) }
}

/// The exact total. Only the total must be in range, so the order of the terms does not matter.
fn total(terms: impl Iterator<Item = Outcome>) -> Outcome {
    let values = match all(terms) {
        Ok(values) => values,
        Err(no_value) => return no_value,
    };
    let total: i128 = values
        .iter()
        .map(|value| match value {
            Scalar::Int(value) => i128::from(*value),
            Scalar::Bool(_) | Scalar::Code(_) => 0,
        })
        .sum();
    match i64::try_from(total) {
        Ok(total) if (-INTEGER_MAX..=INTEGER_MAX).contains(&total) => Outcome::int(total),
        _ => Outcome::error(RuleError::Overflow),
    }
}

/// The strict check leaves only numbers to be put in order.
fn compare(is: Comparison, left: &Scalar, right: &Scalar) -> bool {
    let ordered = match (left, right) {
        (Scalar::Int(left), Scalar::Int(right)) => Some(left.cmp(right)),
        _ => None,
    };
    match is {
        Comparison::Eq => left == right,
        Comparison::Ne => left != right,
        Comparison::Lt => ordered.is_some_and(|order| order.is_lt()),
        Comparison::Le => ordered.is_some_and(|order| order.is_le()),
        Comparison::Gt => ordered.is_some_and(|order| order.is_gt()),
        Comparison::Ge => ordered.is_some_and(|order| order.is_ge()),
    }
}

fn grade(value: i64, bands: &[Band]) -> Outcome {
    let band = bands.iter().find(|band| (band.min..=band.max).contains(&value));
    match band {
        Some(band) => Outcome::code(&band.id),
        None => Outcome::error(RuleError::NoBand),
    }
}
