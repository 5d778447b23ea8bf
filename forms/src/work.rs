//! Evaluates each operator.

use crate::answer::Answer;
use crate::eval::{Evaluation, Group, Hand, Held};
use crate::node::{Node, Operation, Place};
use crate::number::{in_range, quotient, total};
use crate::rule::Comparison;
use crate::value::{Needs, Out, RuleError, Value};

impl<'a> Evaluation<'a> {
    pub(crate) fn eval(&self, node: &'a Node, hand: Hand) -> Out<'a> {
        match node {
            Node::Int(value) => Out::int(*value),
            Node::Bool(value) => Out::bool(*value),
            Node::Code(code) => Out::Value(Value::Code(code)),
            Node::Date(day) => Out::Value(Value::Day(*day)),
            Node::Answer(place) => self.answer(*place, hand),
            Node::Answered(place) => match self.held(*place, hand) {
                Held::Error(error) => Out::Error(error),
                held => Out::bool(matches!(held, Held::Answer(_))),
            },
            Node::Said(place, code) => match self.held(*place, hand) {
                Held::Error(error) => Out::Error(error),
                held => {
                    Out::bool(matches!(held, Held::Answer(Answer::Unsaid(said)) if said == code))
                }
            },
            Node::Chosen(place, option) => self.leaf(*place, hand, |answer| match answer {
                Answer::Options(chosen) => Some(Value::Bool(chosen.contains_key(option))),
                _ => None,
            }),
            Node::Score(place) => self.leaf(*place, hand, |answer| match answer {
                Answer::Code { score, .. } => score.map(Value::Int),
                _ => None,
            }),
            Node::IdBirthDate(place) => self.leaf(*place, hand, |answer| match answer {
                Answer::IdNumber(number) => Some(Value::Day(number.birth_date)),
                _ => None,
            }),
            Node::IdSex(place) => self.leaf(*place, hand, |answer| match answer {
                Answer::IdNumber(number) => Some(Value::Code(number.sex)),
                _ => None,
            }),
            Node::Row(group) => {
                let row = hand.row(*group).and_then(|row| self.readings.rows[*group].get(row));
                row.map_or_else(|| Out::Missing(Needs::new()), |row| Out::Value(Value::Row(row.id)))
            }
            Node::Computed(number) => self.computed(*number, hand),
            Node::Given(number) => match self.given[*number] {
                Some(value) => Out::Value(value),
                None => {
                    let name = &self.form.given()[*number].name;
                    Out::Missing(vec![format!("@{name}").into()])
                }
            },
            Node::Count { of, equals } => {
                total(of.iter().filter_map(|place| match self.held(*place, hand) {
                    Held::NotAsked => None,
                    Held::Answer(Answer::Code { code, .. }) => {
                        Some(Out::int(i64::from(code == equals)))
                    }
                    _ => Some(self.answer(*place, hand)),
                }))
            }
            Node::Sum(of) => total(of.iter().filter_map(|term| self.term(term, hand))),
            Node::Arithmetic { operation, left, right } => {
                let pair = [self.eval(left, hand), self.eval(right, hand)];
                values(pair)
                    .map_or_else(|no_value| no_value, |[left, right]| work(*operation, left, right))
            }
            Node::Least(of) => self.extreme(of, hand, i64::min),
            Node::Greatest(of) => self.extreme(of, hand, i64::max),
            Node::Compare { is, left, right } => {
                let pair = [self.eval(left, hand), self.eval(right, hand)];
                values(pair).map_or_else(
                    |no_value| no_value,
                    |[left, right]| Out::bool(compare(*is, left, right)),
                )
            }
            Node::OneOf(of, codes) => match self.eval(of, hand) {
                Out::Value(Value::Code(code)) => Out::bool(codes.iter().any(|known| known == code)),
                no_value => no_value,
            },
            Node::And(of) => decide(of.iter().map(|part| self.eval(part, hand)), false),
            Node::Or(of) => decide(of.iter().map(|part| self.eval(part, hand)), true),
            Node::Not(of) => match self.eval(of, hand) {
                Out::Value(Value::Bool(value)) => Out::bool(!value),
                no_value => no_value,
            },
            Node::First { cases, otherwise } => {
                for (when, then) in cases {
                    match self.eval(when, hand) {
                        Out::Value(Value::Bool(true)) => return self.eval(then, hand),
                        Out::Value(_) => {}
                        no_value => return no_value,
                    }
                }
                self.eval(otherwise, hand)
            }
            Node::Default { of, otherwise } => match self.eval(of, hand) {
                Out::Missing(_) => self.eval(otherwise, hand),
                out => out,
            },
            Node::Known(of) => match self.eval(of, hand) {
                Out::Error(error) => Out::Error(error),
                out => Out::bool(matches!(out, Out::Value(_))),
            },
            Node::Grade { of, bands } => match self.eval(of, hand) {
                Out::Value(Value::Int(value)) => {
                    let band = bands.iter().find(|(min, max, _)| (*min..=*max).contains(&value));
                    match band {
                        Some((_, _, id)) => Out::Value(Value::Code(id)),
                        None => Out::Error(RuleError::NoBand),
                    }
                }
                no_value => no_value,
            },
            Node::RowsCount { group, filter } => {
                self.over(*group, hand, Out::int(0), |this, rows| {
                    total(rows.filter_map(|hand| match this.filtered(filter.as_deref(), hand) {
                        Ok(true) => Some(Out::int(1)),
                        Ok(false) => None,
                        Err(no_value) => Some(no_value),
                    }))
                })
            }
            Node::RowsSum { group, filter, of } => {
                self.over(*group, hand, Out::int(0), |this, rows| {
                    total(rows.filter_map(|hand| match this.filtered(filter.as_deref(), hand) {
                        Ok(true) => this.term(of, hand),
                        Ok(false) => None,
                        Err(no_value) => Some(no_value),
                    }))
                })
            }
            Node::RowsAny { group, of } => {
                self.over(*group, hand, Out::bool(false), |this, rows| {
                    decide(rows.map(|hand| this.eval(of, hand)), true)
                })
            }
            Node::RowsAll { group, of } => {
                self.over(*group, hand, Out::bool(true), |this, rows| {
                    decide(rows.map(|hand| this.eval(of, hand)), false)
                })
            }
        }
    }

    /// Combines a group's rows; `empty` if it is not asked.
    fn over(
        &self,
        group: usize,
        hand: Hand,
        empty: Out<'a>,
        fold: impl FnOnce(&Self, &mut dyn Iterator<Item = Hand>) -> Out<'a>,
    ) -> Out<'a> {
        match self.group(group) {
            Group::NotAsked => empty,
            Group::Missing(needs) => Out::Missing(needs),
            Group::Error(error) => Out::Error(error),
            Group::Rows(count) => fold(self, &mut (0..count).map(|row| hand.with(group, row))),
        }
    }

    fn filtered(&self, filter: Option<&'a Node>, hand: Hand) -> Result<bool, Out<'a>> {
        match filter.map(|filter| self.eval(filter, hand)) {
            None => Ok(true),
            Some(Out::Value(value)) => Ok(value == Value::Bool(true)),
            Some(no_value) => Err(no_value),
        }
    }

    /// A term of a total; none if it is itself the answer of a question that is not asked.
    fn term(&self, term: &'a Node, hand: Hand) -> Option<Out<'a>> {
        match term {
            Node::Answer(place) | Node::Score(place)
                if matches!(self.held(*place, hand), Held::NotAsked) =>
            {
                None
            }
            term => Some(self.eval(term, hand)),
        }
    }

    fn answer(&self, place: Place, hand: Hand) -> Out<'a> {
        self.leaf(place, hand, |answer| match answer {
            Answer::Int(value) => Some(Value::Int(value)),
            Answer::Bool(value) => Some(Value::Bool(value)),
            Answer::Code { code, .. } => Some(Value::Code(code)),
            Answer::Day(day) => Some(Value::Day(day)),
            Answer::Row(row) => Some(Value::Row(row)),
            _ => None,
        })
    }

    /// A property of an answer; missing, and needing it, if the answer does not have it.
    fn leaf(
        &self,
        place: Place,
        hand: Hand,
        read: impl FnOnce(Answer<'a>) -> Option<Value<'a>>,
    ) -> Out<'a> {
        match self.held(place, hand) {
            Held::NotAsked => Out::Missing(Needs::new()),
            Held::Missing(needs) => Out::Missing(needs),
            Held::Error(error) => Out::Error(error),
            Held::Answer(answer) => match read(answer) {
                Some(value) => Out::Value(value),
                None => Out::Missing(self.need(place, hand)),
            },
        }
    }

    fn extreme(&self, of: &'a [Node], hand: Hand, choose: fn(i64, i64) -> i64) -> Out<'a> {
        let mut found: Option<i64> = None;
        let mut needs: Option<Needs<'a>> = None;
        for part in of {
            match self.eval(part, hand) {
                Out::Value(Value::Int(value)) => {
                    found = Some(found.map_or(value, |found| choose(found, value)));
                }
                Out::Value(_) => {}
                Out::Missing(more) => needs.get_or_insert_default().extend(more),
                Out::Error(error) => return Out::Error(error),
            }
        }
        match (needs, found) {
            (Some(needs), _) => Out::Missing(needs),
            (None, Some(found)) => Out::int(found),
            (None, None) => Out::Missing(Needs::new()),
        }
    }
}

/// Both values; or the first error; or what both are missing.
fn values<'a>(pair: [Out<'a>; 2]) -> Result<[Value<'a>; 2], Out<'a>> {
    match pair {
        [Out::Value(left), Out::Value(right)] => Ok([left, right]),
        [Out::Error(error), _] | [_, Out::Error(error)] => Err(Out::Error(error)),
        [Out::Missing(mut needs), Out::Missing(more)] => {
            needs.extend(more);
            Err(Out::Missing(needs))
        }
        [Out::Missing(needs), _] | [_, Out::Missing(needs)] => Err(Out::Missing(needs)),
    }
}

/// Three-valued `and` (decided by false) and `or` (decided by true). An error beats even a
/// decision: whether it shows must not depend on the other answers.
fn decide<'a>(parts: impl Iterator<Item = Out<'a>>, decided_by: bool) -> Out<'a> {
    let mut decided = false;
    let mut needs: Option<Needs<'a>> = None;
    for part in parts {
        match part {
            Out::Error(error) => return Out::Error(error),
            Out::Missing(more) => needs.get_or_insert_default().extend(more),
            Out::Value(value) => decided |= value == Value::Bool(decided_by),
        }
    }
    match needs {
        _ if decided => Out::bool(decided_by),
        Some(needs) => Out::Missing(needs),
        None => Out::bool(!decided_by),
    }
}

fn work<'a>(operation: Operation, left: Value<'a>, right: Value<'a>) -> Out<'a> {
    match (operation, left, right) {
        (Operation::YearsBetween, Value::Day(from), Value::Day(to)) => {
            Out::int(from.years_until(to))
        }
        (Operation::DaysBetween, Value::Day(from), Value::Day(to)) => Out::int(from.days_until(to)),
        (operation, Value::Int(left), Value::Int(right)) => {
            let (left, right) = (i128::from(left), i128::from(right));
            match operation {
                Operation::Minus => in_range(left - right),
                Operation::Multiply => in_range(left * right),
                Operation::Divide(rounding) => quotient(left, right, rounding),
                Operation::YearsBetween | Operation::DaysBetween => Out::Missing(Needs::new()),
            }
        }
        // The strict check lets no other types come here.
        _ => Out::Missing(Needs::new()),
    }
}

/// The strict check leaves only numbers and dates to be put in order.
fn compare(is: Comparison, left: Value<'_>, right: Value<'_>) -> bool {
    let ordered = match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(&right)),
        (Value::Day(left), Value::Day(right)) => Some(left.cmp(&right)),
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
