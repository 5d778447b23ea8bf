//! The order in which a form's rules are worked out: each once, after everything it needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{FormError, FormFault};
use crate::form::FormText;
use crate::rule::Rule;

/// One rule of a form, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Whether a question is asked.
    AskedWhen { section: usize, question: usize },
    /// A computed value.
    Computed { index: usize },
}

/// A rule with its place and the name under which others need it.
#[derive(Clone, Copy)]
pub(crate) struct NamedRule<'a> {
    pub(crate) name: &'a str,
    pub(crate) rule: &'a Rule,
    pub(crate) step: Step,
}

impl Step {
    /// A JSON pointer to the rule in the form's text.
    pub(crate) fn pointer(self) -> String {
        match self {
            Self::AskedWhen { section, question } => {
                format!("/sections/{section}/questions/{question}/asked_when")
            }
            Self::Computed { index } => format!("/computed/{index}/rule"),
        }
    }
}

/// Every rule of the form, in the order of its text.
pub(crate) fn named_rules(form: &FormText) -> Vec<NamedRule<'_>> {
    let mut rules = Vec::new();
    for (section, part) in form.sections.iter().enumerate() {
        for (question, asked) in part.questions.iter().enumerate() {
            if let Some(rule) = &asked.asked_when {
                rules.push(NamedRule {
                    name: &asked.id,
                    rule,
                    step: Step::AskedWhen { section, question },
                });
            }
        }
    }
    for (index, computed) in form.computed.iter().enumerate() {
        rules.push(NamedRule {
            name: &computed.name,
            rule: &computed.rule,
            step: Step::Computed { index },
        });
    }
    rules
}

/// The steps, each after those it needs; or the cycle that makes this impossible.
/// Not recursive: a long chain of rules must not exhaust the stack.
pub(crate) fn order<'a>(rules: &[NamedRule<'a>]) -> Result<Vec<NamedRule<'a>>, FormError> {
    let names: BTreeSet<&str> = rules.iter().map(|named| named.name).collect();
    // A question without `asked_when` is no rule: needing its answer waits for nothing.
    let mut needs: BTreeMap<&str, BTreeSet<&str>> = rules
        .iter()
        .map(|named| {
            let needed = named.rule.all_names().into_iter();
            (named.name, needed.filter(|name| names.contains(name)).collect())
        })
        .collect();
    let mut needed_by: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, named) in rules.iter().enumerate() {
        for name in &needs[named.name] {
            needed_by.entry(name).or_default().push(index);
        }
    }

    let mut ordered = Vec::with_capacity(rules.len());
    let mut ready: Vec<NamedRule<'a>> =
        rules.iter().filter(|named| needs[named.name].is_empty()).copied().collect();
    while let Some(done) = ready.pop() {
        needs.remove(done.name);
        for &index in needed_by.get(done.name).into_iter().flatten() {
            let waiting = rules[index];
            if let Some(left) = needs.get_mut(waiting.name)
                && left.remove(done.name)
                && left.is_empty()
            {
                ready.push(waiting);
            }
        }
        ordered.push(done);
    }

    match rules.iter().find(|named| needs.contains_key(named.name)) {
        None => Ok(ordered),
        Some(stuck) => Err(cycle(rules, &needs, stuck)),
    }
}

/// Follows from a rule that can never run what each needs, until a name comes back.
fn cycle(
    rules: &[NamedRule<'_>],
    needs: &BTreeMap<&str, BTreeSet<&str>>,
    stuck: &NamedRule<'_>,
) -> FormError {
    let mut path: Vec<&str> = vec![stuck.name];
    let mut seen: BTreeMap<&str, usize> = BTreeMap::from([(stuck.name, 0)]);
    while let Some(next) = path.last().and_then(|name| needs.get(name)).and_then(BTreeSet::first) {
        path.push(next);
        if let Some(start) = seen.insert(next, path.len() - 1) {
            path.drain(..start);
            break;
        }
    }
    let at = rules
        .iter()
        .find(|named| named.name == path[0])
        .map_or_else(String::new, |named| named.step.pointer());
    FormError::new(at, FormFault::Cycle(path.into_iter().map(str::to_owned).collect()))
}
