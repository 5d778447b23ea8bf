//! The types and nodes of operators, which combine other rules.

use std::collections::BTreeSet;

use super::{Compiler, Typed, each};
use crate::error::{FormError, FormFault};
use crate::node::{Node, Operation};
use crate::rule::{Band, Rule};
use crate::spelling::{id, in_range, is_code, label};
use crate::types::{Type, wrong};

impl Compiler<'_> {
    pub(super) fn operator(
        &mut self,
        rule: &Rule,
        at: &str,
        depth: usize,
    ) -> Result<Typed, FormError> {
        let boxed = |node: Node| Box::new(node);
        match rule {
            Rule::Sum { of } => {
                Ok((Type::Number, Node::Sum(self.all(of, &Type::Number, at, depth)?)))
            }
            Rule::Least { of } => {
                Ok((Type::Number, Node::Least(self.all(of, &Type::Number, at, depth)?)))
            }
            Rule::Greatest { of } => {
                Ok((Type::Number, Node::Greatest(self.all(of, &Type::Number, at, depth)?)))
            }
            Rule::And { of } => {
                Ok((Type::Truth, Node::And(self.all(of, &Type::Truth, at, depth)?)))
            }
            Rule::Or { of } => Ok((Type::Truth, Node::Or(self.all(of, &Type::Truth, at, depth)?))),
            Rule::Minus { left, right } => {
                self.arithmetic(Operation::Minus, [left, right], ["left", "right"], at, depth)
            }
            Rule::Multiply { left, right } => {
                self.arithmetic(Operation::Multiply, [left, right], ["left", "right"], at, depth)
            }
            Rule::Divide { left, right, round } => {
                let operation = Operation::Divide(*round);
                self.arithmetic(operation, [left, right], ["left", "right"], at, depth)
            }
            Rule::YearsBetween { from, to } => {
                self.arithmetic(Operation::YearsBetween, [from, to], ["from", "to"], at, depth)
            }
            Rule::DaysBetween { from, to } => {
                self.arithmetic(Operation::DaysBetween, [from, to], ["from", "to"], at, depth)
            }
            Rule::Compare { is, left, right } => {
                let (left_type, left) = self.rule(left, &format!("{at}/left"), depth + 1)?;
                let at = format!("{at}/right");
                let (right_type, right) = self.rule(right, &at, depth + 1)?;
                if !left_type.compares_with(&right_type, is.orders()) {
                    return Err(incomparable(left_type, right_type, is.orders(), &at));
                }
                let (left, right) = (boxed(left), boxed(right));
                Ok((Type::Truth, Node::Compare { is: *is, left, right }))
            }
            Rule::OneOf { of, codes } => {
                let (found, node) = self.rule(of, &format!("{at}/of"), depth + 1)?;
                let codes = each(codes, &format!("{at}/codes"), |code, at| match is_code(code) {
                    true => Ok(code.to_owned()),
                    false => Err(FormError::new(at, FormFault::BadId(code.to_owned()))),
                })?;
                let listed = Type::Code(codes.iter().cloned().collect());
                if !found.compares_with(&listed, false) {
                    return Err(wrong(at, listed, found));
                }
                Ok((Type::Truth, Node::OneOf(boxed(node), codes)))
            }
            Rule::Not { of } => {
                let node = self.expect(of, &Type::Truth, &format!("{at}/of"), depth + 1)?;
                Ok((Type::Truth, Node::Not(boxed(node))))
            }
            Rule::If { cond, then, otherwise } => {
                let when = self.expect(cond, &Type::Truth, &format!("{at}/cond"), depth + 1)?;
                let (found, then) = self.rule(then, &format!("{at}/then"), depth + 1)?;
                self.otherwise(found, vec![(when, then)], otherwise, at, depth)
            }
            Rule::First { cases, otherwise } => {
                let mut all: Option<Type> = None;
                let mut nodes = Vec::with_capacity(cases.len());
                for (index, case) in cases.iter().enumerate() {
                    let at = format!("{at}/cases/{index}");
                    let when =
                        self.expect(&case.when, &Type::Truth, &format!("{at}/when"), depth + 1)?;
                    let at = format!("{at}/then");
                    let (found, then) = self.rule(&case.then, &at, depth + 1)?;
                    all = Some(match all {
                        None => found,
                        Some(all) => all.or(found, &at)?,
                    });
                    nodes.push((when, then));
                }
                let all =
                    all.ok_or_else(|| FormError::new(format!("{at}/cases"), FormFault::Empty))?;
                self.otherwise(all, nodes, otherwise, at, depth)
            }
            Rule::Default { of, otherwise } => {
                let (found, of) = self.rule(of, &format!("{at}/of"), depth + 1)?;
                let at = format!("{at}/else");
                let (other, otherwise) = self.rule(otherwise, &at, depth + 1)?;
                let (of, otherwise) = (boxed(of), boxed(otherwise));
                Ok((found.or(other, &at)?, Node::Default { of, otherwise }))
            }
            Rule::Known { of } => {
                let (_, node) = self.rule(of, &format!("{at}/of"), depth + 1)?;
                Ok((Type::Truth, Node::Known(boxed(node))))
            }
            Rule::Grade { of, bands } => {
                let of = self.expect(of, &Type::Number, &format!("{at}/of"), depth + 1)?;
                let ids = grades(bands, &format!("{at}/bands"))?;
                let bands = bands.iter().map(|band| (band.min, band.max, band.id.clone()));
                Ok((Type::Code(ids), Node::Grade { of: boxed(of), bands: bands.collect() }))
            }
            Rule::RowsCount { over, filter } => self.over(over, at, |this, group| {
                let filter = this.filter(filter.as_deref(), at, depth)?;
                Ok((Type::Number, Node::RowsCount { group, filter }))
            }),
            Rule::RowsSum { over, filter, of } => self.over(over, at, |this, group| {
                let filter = this.filter(filter.as_deref(), at, depth)?;
                let of = this.expect(of, &Type::Number, &format!("{at}/of"), depth + 1)?;
                Ok((Type::Number, Node::RowsSum { group, filter, of: boxed(of) }))
            }),
            Rule::RowsAny { over, of } => self.over(over, at, |this, group| {
                let of = this.expect(of, &Type::Truth, &format!("{at}/of"), depth + 1)?;
                Ok((Type::Truth, Node::RowsAny { group, of: boxed(of) }))
            }),
            Rule::RowsAll { over, of } => self.over(over, at, |this, group| {
                let of = this.expect(of, &Type::Truth, &format!("{at}/of"), depth + 1)?;
                Ok((Type::Truth, Node::RowsAll { group, of: boxed(of) }))
            }),
            // The leaves are above.
            _ => Err(FormError::new(at, FormFault::NotHere("this operator"))),
        }
    }

    fn otherwise(
        &mut self,
        found: Type,
        cases: Vec<(Node, Node)>,
        otherwise: &Rule,
        at: &str,
        depth: usize,
    ) -> Result<Typed, FormError> {
        let at = format!("{at}/else");
        let (other, otherwise) = self.rule(otherwise, &at, depth + 1)?;
        Ok((found.or(other, &at)?, Node::First { cases, otherwise: Box::new(otherwise) }))
    }

    fn arithmetic(
        &mut self,
        operation: Operation,
        [left, right]: [&Rule; 2],
        [left_at, right_at]: [&str; 2],
        at: &str,
        depth: usize,
    ) -> Result<Typed, FormError> {
        let of = match operation {
            Operation::YearsBetween | Operation::DaysBetween => Type::Date,
            Operation::Minus | Operation::Multiply | Operation::Divide(_) => Type::Number,
        };
        let left = Box::new(self.expect(left, &of, &format!("{at}/{left_at}"), depth + 1)?);
        let right = Box::new(self.expect(right, &of, &format!("{at}/{right_at}"), depth + 1)?);
        Ok((Type::Number, Node::Arithmetic { operation, left, right }))
    }

    fn all(
        &mut self,
        of: &[Rule],
        expected: &Type,
        at: &str,
        depth: usize,
    ) -> Result<Vec<Node>, FormError> {
        if of.is_empty() {
            return Err(FormError::new(format!("{at}/of"), FormFault::Empty));
        }
        let parts = of.iter().enumerate();
        parts
            .map(|(index, part)| {
                self.expect(part, expected, &format!("{at}/of/{index}"), depth + 1)
            })
            .collect()
    }

    fn filter(
        &mut self,
        filter: Option<&Rule>,
        at: &str,
        depth: usize,
    ) -> Result<Option<Box<Node>>, FormError> {
        let at = format!("{at}/where");
        let node =
            filter.map(|rule| self.expect(rule, &Type::Truth, &at, depth + 1)).transpose()?;
        Ok(node.map(Box::new))
    }

    /// What is inside an operator over rows has a row of the group at hand.
    fn over(
        &mut self,
        group: &str,
        at: &str,
        inside: impl FnOnce(&mut Self, usize) -> Result<Typed, FormError>,
    ) -> Result<Typed, FormError> {
        let number = self.names.group(group, at)?;
        self.see_answers(at)?;
        if self.hand.contains(&number) || self.hand.len() == 2 {
            return Err(FormError::new(at, FormFault::NoRow(group.to_owned())));
        }
        self.hand.push(number);
        let typed = inside(self, number);
        self.hand.pop();
        typed
    }
}

fn incomparable(left: Type, right: Type, orders: bool, at: &str) -> FormError {
    let ordered = matches!(left, Type::Number | Type::Date);
    let expected = if orders && !ordered { Type::Number } else { left.clone() };
    // With two codes in order, the right side is as wrong as the left: name the one that shows it.
    let found = if right == expected { left } else { right };
    wrong(at, expected, found)
}

/// The bands' ids, if the bands rise without gap or overlap: a gap would be a score without a
/// grade.
fn grades(bands: &[Band], at: &str) -> Result<BTreeSet<String>, FormError> {
    if bands.is_empty() {
        return Err(FormError::new(at, FormFault::Empty));
    }
    let mut ids = BTreeSet::new();
    let mut next = None;
    for (index, band) in bands.iter().enumerate() {
        let at = format!("{at}/{index}");
        id(&band.id, &format!("{at}/id"))?;
        label(&band.label_zh, &at)?;
        in_range(band.min, &at)?;
        in_range(band.max, &at)?;
        if band.min > band.max || next.is_some_and(|next| next != band.min) {
            return Err(FormError::new(at, FormFault::BadBands));
        }
        next = Some(band.max + 1);
        if !ids.insert(band.id.clone()) {
            return Err(FormError::new(at, FormFault::Duplicate(band.id.clone())));
        }
    }
    Ok(ids)
}
