//! The evaluation order of a form's rules: each once, after everything it needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{FormError, FormFault};
use crate::form::FormText;
use crate::node::{Place, Step};
use crate::rule::Rule;

/// One rule of a form, with the name under which others need it.
#[derive(Clone)]
pub(crate) struct NamedRule<'a> {
    /// A question, `group.field`, or a computed value.
    pub(crate) name: String,
    pub(crate) rule: &'a Rule,
    pub(crate) step: Step,
    /// A JSON pointer to the rule in the form's text.
    pub(crate) at: String,
}

/// Every `asked_when` and computed value of the form, in the order of its text.
pub(crate) fn named_rules(form: &FormText) -> Vec<NamedRule<'_>> {
    let mut rules = Vec::new();
    let mut number = 0;
    for (section, part) in form.sections.iter().enumerate() {
        for (index, question) in part.questions.iter().enumerate() {
            let at = format!("/sections/{section}/questions/{index}");
            if let Some(rule) = &question.asked_when {
                rules.push(NamedRule {
                    name: question.id.clone(),
                    rule,
                    step: Step::AskedWhen(Place::Question(number)),
                    at: format!("{at}/asked_when"),
                });
            }
            for (field, asked) in question.fields().iter().enumerate() {
                if let Some(rule) = &asked.asked_when {
                    rules.push(NamedRule {
                        name: format!("{}.{}", question.id, asked.id),
                        rule,
                        step: Step::AskedWhen(Place::Field { group: number, field }),
                        at: format!("{at}/kind/questions/{field}/asked_when"),
                    });
                }
            }
            number += 1;
        }
    }
    for (index, computed) in form.computed.iter().enumerate() {
        rules.push(NamedRule {
            name: computed.name.clone(),
            rule: &computed.rule,
            step: Step::Computed(index),
            at: format!("/computed/{index}/rule"),
        });
    }
    rules
}

/// What a rule needs: the names in it; and, for fields of rows and values computed for them, the
/// group.
fn needs<'a>(form: &'a FormText, named: &'a NamedRule<'_>) -> BTreeSet<&'a str> {
    let mut names: BTreeSet<&str> = named.rule.all_names().into_iter().collect();
    let groups: Vec<&str> = names.iter().filter_map(|name| group_of(name)).collect();
    names.extend(groups);
    names.extend(match named.step {
        Step::AskedWhen(_) => group_of(&named.name),
        Step::Computed(index) => form.computed[index].each.as_deref(),
    });
    names
}

fn group_of(name: &str) -> Option<&str> {
    Some(name.split_once('.')?.0)
}

/// The rules, each after those it needs; or the cycle that makes this impossible.
/// Not recursive: a long chain of rules must not exhaust the stack.
pub(crate) fn order<'a>(
    form: &'a FormText,
    rules: &'a [NamedRule<'a>],
) -> Result<Vec<&'a NamedRule<'a>>, FormError> {
    let names: BTreeSet<&str> = rules.iter().map(|named| named.name.as_str()).collect();
    // A question without `asked_when` is not a rule: needing its answer waits for nothing.
    let mut waiting: BTreeMap<&str, BTreeSet<&str>> = rules
        .iter()
        .map(|named| {
            let needed = needs(form, named).into_iter();
            (named.name.as_str(), needed.filter(|name| names.contains(name)).collect())
        })
        .collect();
    let mut needed_by: BTreeMap<&str, Vec<&NamedRule<'_>>> = BTreeMap::new();
    for named in rules {
        for name in &waiting[named.name.as_str()] {
            needed_by.entry(name).or_default().push(named);
        }
    }

    let mut ordered = Vec::with_capacity(rules.len());
    let mut ready: Vec<&NamedRule<'_>> =
        rules.iter().filter(|named| waiting[named.name.as_str()].is_empty()).collect();
    while let Some(done) = ready.pop() {
        waiting.remove(done.name.as_str());
        for next in needed_by.get(done.name.as_str()).into_iter().flatten() {
            if let Some(left) = waiting.get_mut(next.name.as_str())
                && left.remove(done.name.as_str())
                && left.is_empty()
            {
                ready.push(next);
            }
        }
        ordered.push(done);
    }

    match rules.iter().find(|named| waiting.contains_key(named.name.as_str())) {
        None => Ok(ordered),
        Some(stuck) => Err(cycle(rules, &waiting, stuck)),
    }
}

/// Starts at a rule that can never run and follows what each needs, until a name repeats.
fn cycle(
    rules: &[NamedRule<'_>],
    waiting: &BTreeMap<&str, BTreeSet<&str>>,
    stuck: &NamedRule<'_>,
) -> FormError {
    let mut path: Vec<&str> = vec![&stuck.name];
    let mut seen: BTreeMap<&str, usize> = BTreeMap::from([(stuck.name.as_str(), 0)]);
    while let Some(next) = path.last().and_then(|name| waiting.get(name)).and_then(BTreeSet::first)
    {
        path.push(next);
        if let Some(start) = seen.insert(next, path.len() - 1) {
            path.drain(..start);
            break;
        }
    }
    let at = rules
        .iter()
        .find(|named| named.name == path[0])
        .map_or_else(String::new, |named| named.at.clone());
    FormError::new(at, FormFault::Cycle(path.into_iter().map(str::to_owned).collect()))
}
