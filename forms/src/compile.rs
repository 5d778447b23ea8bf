//! Compiles rules to nodes: names are resolved and types checked, so that every fault that does not
//! depend on the answers is refused here.

mod operators;

use std::collections::BTreeSet;

use crate::date::Day;
use crate::error::{FormError, FormFault};
use crate::names::Names;
use crate::node::{Node, Place};
use crate::question::Kind;
use crate::rule::Rule;
use crate::spelling::{in_range, is_code};
use crate::types::{Type, describe, has, wrong};

/// The maximum nesting of a rule.
pub(crate) const DEPTH_MAX: usize = 32;
/// The maximum number of nodes and references in all rules of a form.
pub(crate) const NODES_MAX: u64 = 10_000;
/// The same, each multiplied by the number of rows it is evaluated for.
pub(crate) const COST_MAX: u64 = 1_000_000;

/// What a rule may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Answers and given values.
    All,
    /// Answers alone: these rules decide whether answers are complete.
    Answers,
    /// Given values alone: these rules make offers before there are answers.
    Given,
}

/// What a rule uses, itself or through computed values.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Saw {
    given: bool,
    answers: bool,
}

/// A rule's node with its type.
type Typed = (Type, Node);

pub(crate) struct Compiler<'a> {
    pub(crate) names: &'a Names<'a>,
    /// Of each computed value, once it is compiled: its type, and what it depends on.
    pub(crate) computed: Vec<Option<(Type, Saw)>>,
    /// The groups with a row at hand.
    pub(crate) hand: Vec<usize>,
    pub(crate) sight: Sight,
    /// What the current rule has used so far.
    pub(crate) saw: Saw,
    pub(crate) nodes: u64,
    pub(crate) cost: u64,
}

impl<'a> Compiler<'a> {
    /// A rule of this type.
    pub(crate) fn expect(
        &mut self,
        rule: &Rule,
        expected: &Type,
        at: &str,
        depth: usize,
    ) -> Result<Node, FormError> {
        let (found, node) = self.rule(rule, at, depth)?;
        if found == *expected { Ok(node) } else { Err(wrong(at, expected, found)) }
    }

    pub(crate) fn rule(&mut self, rule: &Rule, at: &str, depth: usize) -> Result<Typed, FormError> {
        self.pay(rule.cost(), depth, at)?;
        match rule {
            Rule::Int { value } => in_range(*value, at).map(|()| (Type::Number, Node::Int(*value))),
            Rule::Bool { value } => Ok((Type::Truth, Node::Bool(*value))),
            Rule::Code { value } => {
                if !is_code(value) {
                    return Err(FormError::new(at, FormFault::BadId(value.clone())));
                }
                Ok((Type::Code(BTreeSet::from([value.clone()])), Node::Code(value.clone())))
            }
            Rule::Date { value } => match Day::read(value) {
                Some(day) => Ok((Type::Date, Node::Date(day))),
                None => Err(FormError::new(at, FormFault::BadDate(value.clone()))),
            },
            Rule::Answer { of } => {
                let (place, kind) = self.place(of, at)?;
                match Type::of_answer(kind) {
                    Some(found) => Ok((found, Node::Answer(place))),
                    None => Err(wrong(at, "an answer that is one value", describe(kind))),
                }
            }
            Rule::Answered { of } => {
                let (place, _) = self.place(of, at)?;
                Ok((Type::Truth, Node::Answered(place)))
            }
            Rule::Said { of, code } => {
                let (place, _) = self.place(of, at)?;
                if self.names.question(place).unsaid(code).is_none() {
                    return Err(crate::names::unknown(code, at));
                }
                Ok((Type::Truth, Node::Said(place, code.clone())))
            }
            Rule::Chosen { of, option } => match self.place(of, at)? {
                (place, Kind::Choices { options }) => {
                    has(options, option, at)?;
                    Ok((Type::Truth, Node::Chosen(place, option.clone())))
                }
                (_, other) => Err(wrong(at, "several choices", describe(other))),
            },
            Rule::Score { of } => Ok((Type::Number, self.score(of, at)?)),
            Rule::Scores { of } => {
                let scores = each(of, &format!("{at}/of"), |of, at| self.score(of, at))?;
                Ok((Type::Number, Node::Sum(scores)))
            }
            Rule::IdBirthDate { of } => Ok((Type::Date, Node::IdBirthDate(self.id(of, at)?))),
            Rule::IdSex { of } => {
                let sexes = ["1", "2"].map(str::to_owned);
                Ok((Type::Code(sexes.into()), Node::IdSex(self.id(of, at)?)))
            }
            Rule::Row { of } => {
                let group = self.names.group(of, at)?;
                self.see_answers(at)?;
                self.at_hand(group, of, at)?;
                Ok((Type::Row(of.clone()), Node::Row(group)))
            }
            Rule::Computed { name } => self.computed(name, at),
            Rule::Given { name } => {
                let number = self.names.given(name, at)?;
                self.see_given(at)?;
                let holds = &self.names.form().given[number].holds;
                Ok((Type::of_given(holds), Node::Given(number)))
            }
            Rule::Count { of, equals } => {
                let places = each(of, &format!("{at}/of"), |of, at| match self.place(of, at)? {
                    (place, Kind::Choice { options }) => has(options, equals, at).map(|()| place),
                    (_, other) => Err(wrong(at, "one choice", describe(other))),
                })?;
                Ok((Type::Number, Node::Count { of: places, equals: equals.clone() }))
            }
            _ => self.operator(rule, at, depth),
        }
    }

    fn place(&mut self, of: &str, at: &str) -> Result<(Place, &'a Kind), FormError> {
        let place = self.names.place(of, at)?;
        self.see_answers(at)?;
        if let Place::Field { group, .. } = place {
            self.at_hand(group, of, at)?;
        }
        Ok((place, &self.names.question(place).kind))
    }

    fn score(&mut self, of: &str, at: &str) -> Result<Node, FormError> {
        match self.place(of, at)? {
            (place, Kind::Choice { options }) => {
                if options.iter().any(|option| option.score.is_some()) {
                    return Ok(Node::Score(place));
                }
                Err(wrong(at, "options with scores", "options without"))
            }
            (_, other) => Err(wrong(at, "one choice", describe(other))),
        }
    }

    fn id(&mut self, of: &str, at: &str) -> Result<Place, FormError> {
        match self.place(of, at)? {
            (place, Kind::IdNumber {}) => Ok(place),
            (_, other) => Err(wrong(at, "a citizen's number", describe(other))),
        }
    }

    fn computed(&mut self, name: &str, at: &str) -> Result<Typed, FormError> {
        let number = self.names.computed(name, at)?;
        if let Some(group) = &self.names.form().computed[number].each {
            self.at_hand(self.names.group(group, at)?, name, at)?;
        }
        // In order, so everything needed has been compiled.
        let known = self.computed[number].clone();
        let (found, saw) = known.ok_or_else(|| crate::names::unknown(name, at))?;
        if saw.given {
            self.see_given(at)?;
        }
        if saw.answers {
            self.see_answers(at)?;
        }
        Ok((found, Node::Computed(number)))
    }

    fn at_hand(&self, group: usize, name: &str, at: &str) -> Result<(), FormError> {
        if self.hand.contains(&group) {
            Ok(())
        } else {
            Err(FormError::new(at, FormFault::NoRow(name.to_owned())))
        }
    }

    fn see_given(&mut self, at: &str) -> Result<(), FormError> {
        self.saw.given = true;
        if self.sight == Sight::Answers {
            return Err(FormError::new(at, FormFault::GivenNotHere));
        }
        Ok(())
    }

    fn see_answers(&mut self, at: &str) -> Result<(), FormError> {
        self.saw.answers = true;
        if self.sight == Sight::Given {
            return Err(FormError::new(at, FormFault::AnswerNotHere));
        }
        Ok(())
    }

    fn pay(&mut self, nodes: u64, depth: usize, at: &str) -> Result<(), FormError> {
        let rows = self.hand.iter().map(|group| {
            match &self.names.question(Place::Question(*group)).kind {
                Kind::Rows { max_rows, .. } => *max_rows as u64,
                _ => 1,
            }
        });
        self.nodes += nodes;
        self.cost = self.cost.saturating_add(nodes.saturating_mul(rows.product()));
        if depth > DEPTH_MAX || self.nodes > NODES_MAX || self.cost > COST_MAX {
            return Err(FormError::new(at, FormFault::TooCostly));
        }
        Ok(())
    }
}

/// A list without duplicates that must not be empty.
fn each<T>(
    of: &[String],
    at: &str,
    mut read: impl FnMut(&str, &str) -> Result<T, FormError>,
) -> Result<Vec<T>, FormError> {
    if of.is_empty() {
        return Err(FormError::new(at, FormFault::Empty));
    }
    let mut seen = BTreeSet::new();
    let mut all = Vec::with_capacity(of.len());
    for (index, name) in of.iter().enumerate() {
        let at = format!("{at}/{index}");
        if !seen.insert(name) {
            return Err(FormError::new(at, FormFault::Duplicate(name.clone())));
        }
        all.push(read(name, &at)?);
    }
    Ok(all)
}
