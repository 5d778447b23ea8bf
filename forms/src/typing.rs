//! The types of rules: everything that could go wrong in a rule whatever the answers is refused here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::INTEGER_MAX;
use crate::error::{FormError, FormFault};
use crate::form::{ChoiceOption, FormText, Kind};
use crate::order::{NamedRule, Step};
use crate::parse::{id, label};
use crate::rule::{Band, Comparison, Rule};

/// How deep a rule may be nested.
pub(crate) const DEPTH_MAX: usize = 32;
/// How many nodes and references all rules of a form may have together.
pub(crate) const NODES_MAX: usize = 10_000;

/// What a rule can come to. A code's type is the set of codes it can be, so that a comparison that could never be
/// true is refused as the spelling mistake it is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Type {
    Int,
    Bool,
    Code(BTreeSet<String>),
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int => write!(out, "a number"),
            Self::Bool => write!(out, "true or false"),
            Self::Code(codes) => {
                let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
                write!(out, "one of the codes {}", codes.join(", "))
            }
        }
    }
}

/// Checks the rules of a form, given in an order in which each comes after those it needs.
pub(crate) fn check_types(form: &FormText, ordered: &[NamedRule<'_>]) -> Result<(), FormError> {
    let mut typing = Typing {
        kinds: form
            .sections
            .iter()
            .flat_map(|section| &section.questions)
            .map(|question| (question.id.as_str(), &question.kind))
            .collect(),
        computed: BTreeMap::new(),
        nodes: 0,
    };
    for named in ordered {
        let at = named.step.pointer();
        match named.step {
            Step::AskedWhen { .. } => typing.expect(named.rule, Type::Bool, &at, 1)?,
            Step::Computed { .. } => {
                let found = typing.type_of(named.rule, &at, 1)?;
                typing.computed.insert(named.name.to_owned(), found);
            }
        }
    }
    Ok(())
}

struct Typing<'a> {
    kinds: BTreeMap<&'a str, &'a Kind>,
    computed: BTreeMap<String, Type>,
    nodes: usize,
}

impl<'a> Typing<'a> {
    fn type_of(&mut self, rule: &Rule, at: &str, depth: usize) -> Result<Type, FormError> {
        self.nodes += 1 + rule.names().len();
        if depth > DEPTH_MAX || self.nodes > NODES_MAX {
            return Err(FormError::new(at, FormFault::TooCostly));
        }
        match rule {
            Rule::Int { value } => in_range(*value, at).map(|()| Type::Int),
            Rule::Bool { .. } => Ok(Type::Bool),
            Rule::Code { value } => Ok(Type::Code(BTreeSet::from([value.clone()]))),
            Rule::Answer { of } => match self.kind(of, at)? {
                Kind::Choice { options } => Ok(Type::Code(codes(options))),
                Kind::Integer { .. } | Kind::Fen {} => Ok(Type::Int),
                Kind::YesNo {} => Ok(Type::Bool),
                other => Err(wrong(at, "an answer that is one value", describe(other))),
            },
            Rule::Answered { of } => self.kind(of, at).map(|_| Type::Bool),
            Rule::Chosen { of, option } => match self.kind(of, at)? {
                Kind::Choices { options } => has(options, option, at).map(|()| Type::Bool),
                other => Err(wrong(at, "several choices", describe(other))),
            },
            Rule::Computed { name } => self
                .computed
                .get(name)
                .cloned()
                .ok_or_else(|| FormError::new(at, FormFault::UnknownReference(name.clone()))),
            Rule::Count { of, equals } => self.count(of, equals, at),
            Rule::Sum { of } => self.all(of, Type::Int, at, depth),
            Rule::And { of } | Rule::Or { of } => self.all(of, Type::Bool, at, depth),
            Rule::Not { of } => {
                self.expect(of, Type::Bool, &format!("{at}/of"), depth + 1)?;
                Ok(Type::Bool)
            }
            Rule::Compare { is, left, right } => self.compare(*is, left, right, at, depth),
            Rule::If { cond, then, otherwise } => {
                self.expect(cond, Type::Bool, &format!("{at}/cond"), depth + 1)?;
                let then = self.type_of(then, &format!("{at}/then"), depth + 1)?;
                let at = format!("{at}/else");
                match (then, self.type_of(otherwise, &at, depth + 1)?) {
                    (Type::Code(one), Type::Code(other)) => Ok(Type::Code(&one | &other)),
                    (one, other) if one == other => Ok(one),
                    (one, other) => Err(wrong(&at, one, other)),
                }
            }
            Rule::Grade { of, bands } => {
                self.expect(of, Type::Int, &format!("{at}/of"), depth + 1)?;
                grades(bands, &format!("{at}/bands")).map(Type::Code)
            }
        }
    }

    fn expect(
        &mut self,
        rule: &Rule,
        expected: Type,
        at: &str,
        depth: usize,
    ) -> Result<(), FormError> {
        let found = self.type_of(rule, at, depth)?;
        if found == expected { Ok(()) } else { Err(wrong(at, expected, found)) }
    }

    fn all(
        &mut self,
        of: &[Rule],
        expected: Type,
        at: &str,
        depth: usize,
    ) -> Result<Type, FormError> {
        if of.is_empty() {
            return Err(FormError::new(format!("{at}/of"), FormFault::Empty));
        }
        for (index, part) in of.iter().enumerate() {
            self.expect(part, expected.clone(), &format!("{at}/of/{index}"), depth + 1)?;
        }
        Ok(expected)
    }

    fn compare(
        &mut self,
        is: Comparison,
        left: &Rule,
        right: &Rule,
        at: &str,
        depth: usize,
    ) -> Result<Type, FormError> {
        let left = self.type_of(left, &format!("{at}/left"), depth + 1)?;
        let at = format!("{at}/right");
        let right = self.type_of(right, &at, depth + 1)?;
        let fits = match (&left, &right) {
            (Type::Int, Type::Int) => true,
            (Type::Bool, Type::Bool) => !is.orders(),
            (Type::Code(one), Type::Code(other)) => !is.orders() && !one.is_disjoint(other),
            _ => false,
        };
        if fits {
            return Ok(Type::Bool);
        }
        let expected = if is.orders() { Type::Int } else { left.clone() };
        // With two codes in order, the right side is as wrong as the left: name the one that shows it.
        let found = if right == expected { left } else { right };
        Err(wrong(&at, expected, found))
    }

    fn count(&self, of: &[String], equals: &str, at: &str) -> Result<Type, FormError> {
        if of.is_empty() {
            return Err(FormError::new(format!("{at}/of"), FormFault::Empty));
        }
        let mut seen = BTreeSet::new();
        for (index, id) in of.iter().enumerate() {
            let at = format!("{at}/of/{index}");
            if !seen.insert(id) {
                return Err(FormError::new(at, FormFault::Duplicate(id.clone())));
            }
            match self.kind(id, &at)? {
                Kind::Choice { options } => has(options, equals, &at)?,
                other => return Err(wrong(&at, "one choice", describe(other))),
            }
        }
        Ok(Type::Int)
    }

    fn kind(&self, id: &str, at: &str) -> Result<&'a Kind, FormError> {
        self.kinds
            .get(id)
            .copied()
            .ok_or_else(|| FormError::new(at, FormFault::UnknownReference(id.to_owned())))
    }
}

fn wrong(at: &str, expected: impl ToString, found: impl ToString) -> FormError {
    FormError::new(
        at,
        FormFault::WrongType { expected: expected.to_string(), found: found.to_string() },
    )
}

fn describe(kind: &Kind) -> &'static str {
    match kind {
        Kind::Choice { .. } => "one choice",
        Kind::Choices { .. } => "several choices",
        Kind::Integer { .. } => "a number",
        Kind::Text { .. } => "text",
        Kind::Date {} => "a date",
        Kind::YesNo {} => "yes or no",
        Kind::Fen {} => "money",
        Kind::Rows { .. } => "rows",
    }
}

fn codes(options: &[ChoiceOption]) -> BTreeSet<String> {
    options.iter().map(|option| option.code.clone()).collect()
}

fn has(options: &[ChoiceOption], code: &str, at: &str) -> Result<(), FormError> {
    if options.iter().any(|option| option.code == code) {
        Ok(())
    } else {
        Err(FormError::new(at, FormFault::UnknownReference(code.to_owned())))
    }
}

/// Refuses a number that other languages could not hold exactly.
pub(crate) fn in_range(value: i64, at: &str) -> Result<(), FormError> {
    if (-INTEGER_MAX..=INTEGER_MAX).contains(&value) {
        Ok(())
    } else {
        Err(FormError::new(at, FormFault::BadRange))
    }
}

/// The bands' ids, if the bands rise without gap or overlap: a gap would be a score that nobody can grade.
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
