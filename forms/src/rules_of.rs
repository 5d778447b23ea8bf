//! Compiles all rules of a form.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::{Compiler, Saw, Sight};
use crate::error::{FormError, FormFault};
use crate::form::FormText;
use crate::names::{Names, unknown};
use crate::node::{CheckRule, Compiled, ComputedRule, Node, Place, QuestionRules, Step};
use crate::order::{NamedRule, named_rules, order};
use crate::question::{Kind, Question};
use crate::rule::Rule;
use crate::types::{Type, codes, describe, wrong};

/// Compiles every rule of the form, or reports the first one that cannot work.
pub(crate) fn compile_rules(form: &FormText) -> Result<Compiled, FormError> {
    let names = Names::of(form);
    let rules = named_rules(form);
    let ordered = order(form, &rules)?;
    let mut compiler = Compiler {
        names: &names,
        computed: vec![None; form.computed.len()],
        hand: Vec::new(),
        sight: Sight::All,
        saw: Saw::default(),
        nodes: 0,
        cost: 0,
    };
    let deciding = what_decides_wholeness(form);
    let mut compiled = Compiled { questions: empty_rules(form), ..Compiled::default() };
    let mut computed: Vec<Option<ComputedRule>> = vec![None; form.computed.len()];
    for named in ordered {
        compiled.order.push(named.step);
        match named.step {
            Step::AskedWhen(place) => {
                let node = asked_when(&mut compiler, place, named)?;
                match place {
                    Place::Question(number) => compiled.questions[number].asked_when = Some(node),
                    Place::Field { group, field } => {
                        compiled.questions[group].fields[field] = Some(node);
                    }
                }
            }
            Step::Computed(index) => {
                computed[index] = Some(computed_rule(&mut compiler, index, named)?);
            }
        }
    }
    compiled.computed = computed.into_iter().flatten().collect();
    for (rule, value) in compiled.computed.iter_mut().zip(&form.computed) {
        rule.decides_wholeness = deciding.contains(value.name.as_str());
    }
    compiled.checks = checks(&mut compiler)?;
    questions(&mut compiler, &mut compiled)?;
    explanations(&names)?;
    Ok(compiled)
}

/// The names that `asked_when` rules and checks depend on.
fn what_decides_wholeness(form: &FormText) -> BTreeSet<&str> {
    let fields = form.questions().flat_map(Question::fields);
    let asked = form.questions().chain(fields).filter_map(|question| question.asked_when.as_ref());
    let rules = asked.chain(form.checks.iter().map(|check| &check.rule));
    let mut left: Vec<&str> = rules.flat_map(Rule::all_names).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = left.pop() {
        if found.insert(name) {
            let computed = form.computed.iter().find(|value| value.name == name);
            left.extend(computed.into_iter().flat_map(|value| value.rule.all_names()));
        }
    }
    found
}

fn empty_rules(form: &FormText) -> Vec<QuestionRules> {
    let empty = |question: &Question| QuestionRules {
        fields: vec![None; question.fields().len()],
        fields_row_of: vec![None; question.fields().len()],
        ..QuestionRules::default()
    };
    form.questions().map(empty).collect()
}

fn asked_when(
    compiler: &mut Compiler<'_>,
    place: Place,
    named: &NamedRule<'_>,
) -> Result<Node, FormError> {
    compiler.sight = Sight::Answers;
    compiler.hand = match place {
        Place::Question(_) => Vec::new(),
        Place::Field { group, .. } => vec![group],
    };
    compiler.expect(named.rule, &Type::Truth, &named.at, 1)
}

fn computed_rule(
    compiler: &mut Compiler<'_>,
    index: usize,
    named: &NamedRule<'_>,
) -> Result<ComputedRule, FormError> {
    let computed = &compiler.names.form().computed[index];
    let each = match &computed.each {
        Some(group) => Some(compiler.names.group(group, &format!("/computed/{index}/each"))?),
        None => None,
    };
    compiler.sight = Sight::All;
    compiler.saw = Saw::default();
    compiler.hand = each.into_iter().collect();
    let (found, node) = compiler.rule(named.rule, &named.at, 1)?;
    if computed.suggests && found != Type::Truth {
        return Err(wrong(&named.at, Type::Truth, found));
    }
    check_labels(&computed.labels, &found, &format!("/computed/{index}/labels"))?;
    compiler.computed[index] = Some((found, compiler.saw));
    Ok(ComputedRule { each, node, decides_wholeness: false })
}

fn check_labels(
    labels: &BTreeMap<String, String>,
    found: &Type,
    at: &str,
) -> Result<(), FormError> {
    match found {
        Type::Code(codes) => match labels.keys().find(|code| !codes.contains(*code)) {
            Some(code) => Err(unknown(code, &format!("{at}/{code}"))),
            None => Ok(()),
        },
        _ if labels.is_empty() => Ok(()),
        found => Err(wrong(at, "a code", found)),
    }
}

fn checks(compiler: &mut Compiler<'_>) -> Result<Vec<CheckRule>, FormError> {
    let form = compiler.names.form();
    compiler.sight = Sight::Answers;
    let mut all = Vec::with_capacity(form.checks.len());
    for (index, check) in form.checks.iter().enumerate() {
        let at = compiler.names.place(&check.at, &format!("/checks/{index}/at"))?;
        compiler.hand = match at {
            Place::Question(_) => Vec::new(),
            Place::Field { group, .. } => vec![group],
        };
        let node =
            compiler.expect(&check.rule, &Type::Truth, &format!("/checks/{index}/rule"), 1)?;
        all.push(CheckRule { at, node });
    }
    Ok(all)
}

/// References between questions besides `asked_when`: rows they name, and prefills.
fn questions(compiler: &mut Compiler<'_>, compiled: &mut Compiled) -> Result<(), FormError> {
    let form = compiler.names.form();
    let mut number = 0;
    for (section, part) in form.sections.iter().enumerate() {
        for (index, question) in part.questions.iter().enumerate() {
            let at = format!("/sections/{section}/questions/{index}");
            let rules = &mut compiled.questions[number];
            rules.row_of = row_of(compiler.names, question, &at)?;
            for (field, inside) in question.fields().iter().enumerate() {
                let at = format!("{at}/kind/questions/{field}");
                rules.fields_row_of[field] = row_of(compiler.names, inside, &at)?;
            }
            rules.prefill = prefill(compiler, question, &at)?;
            prefill_rows(question, &at)?;
            number += 1;
        }
    }
    Ok(())
}

fn row_of(names: &Names<'_>, question: &Question, at: &str) -> Result<Option<usize>, FormError> {
    match &question.kind {
        Kind::RowOf { group } => names.group(group, &format!("{at}/kind/group")).map(Some),
        _ => Ok(None),
    }
}

fn prefill(
    compiler: &mut Compiler<'_>,
    question: &Question,
    at: &str,
) -> Result<Option<Node>, FormError> {
    let Some(rule) = &question.prefill else {
        return Ok(None);
    };
    let at = format!("{at}/prefill");
    compiler.sight = Sight::Given;
    compiler.hand = Vec::new();
    let fits = match (&question.kind, Type::of_answer(&question.kind)) {
        (Kind::RowOf { .. }, _) | (_, None) => {
            return Err(FormError::new(at, FormFault::NotHere("prefill")));
        }
        (_, Some(fits)) => fits,
    };
    let (found, node) = compiler.rule(rule, &at, 1)?;
    let fitting = match (&question.kind, &found) {
        // A code that is not an option offers nothing.
        (Kind::Choice { options }, Type::Code(found)) => !found.is_disjoint(&codes(options)),
        _ => found == fits,
    };
    if fitting { Ok(Some(node)) } else { Err(wrong(&at, fits, found)) }
}

fn prefill_rows(question: &Question, at: &str) -> Result<(), FormError> {
    let Some(prefill) = &question.prefill_rows else {
        return Ok(());
    };
    let at = format!("{at}/prefill_rows/fields");
    if prefill.fields.is_empty() {
        return Err(FormError::new(at, FormFault::Empty));
    }
    let known = |field: &str| question.fields().iter().any(|question| question.id == field);
    match prefill.fields.keys().find(|field| !known(field)) {
        Some(field) => Err(unknown(field, &format!("{at}/{field}"))),
        None => Ok(()),
    }
}

/// What explains a computed value, and the day that selects the tables.
fn explanations(names: &Names<'_>) -> Result<(), FormError> {
    let form = names.form();
    for (index, computed) in form.computed.iter().enumerate() {
        for (number, name) in computed.because.iter().enumerate() {
            names.explains(name, &format!("/computed/{index}/because/{number}"))?;
        }
    }
    let Some(reference) = &form.reference_date else {
        return Ok(());
    };
    let at = "/reference_date";
    match names.place(reference, at)? {
        place @ Place::Question(_) => match &names.question(place).kind {
            Kind::Date {} => Ok(()),
            other => Err(wrong(at, "a date", describe(other))),
        },
        Place::Field { .. } => Err(FormError::new(at, FormFault::NoRow(reference.clone()))),
    }
}
