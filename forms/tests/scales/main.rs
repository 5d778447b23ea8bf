//! The scales of the catalogue, counted as their standards count them: both sides of every cut-off, every adjustment.
#![allow(clippy::unwrap_used)]

mod barthel;
mod gbt42195;
mod gbt42195_adjustments;
mod iadl;
mod needs;
mod needs_services;
mod properties;
mod tekun_six;
mod vectors;

use std::sync::LazyLock;

use ruhu_forms::{Answers, Catalogue, Computed, Form, Given, Kind, Outcome, Scalar};
use serde_json::{Value, json};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load().unwrap());

fn form(id: &str) -> &'static Form {
    CATALOGUE.get(id, 1).unwrap().form()
}

fn answers(value: Value) -> Answers {
    value.as_object().unwrap().clone().into_iter().collect()
}

/// The choices with scores, each with its codes and scores from the highest score down.
fn items(form: &Form) -> Vec<(String, Vec<(String, i64)>)> {
    let mut items = Vec::new();
    for question in form.questions() {
        let Kind::Choice { options } = &question.kind else { continue };
        let mut scored: Vec<(String, i64)> = options
            .iter()
            .filter_map(|option| Some((option.code.clone(), option.score?)))
            .collect();
        scored.sort_by_key(|(_, score)| -score);
        if !scored.is_empty() {
            items.push((question.id.clone(), scored));
        }
    }
    items
}

/// Every item at its highest score, then lowered one by one until the scores come to `total`.
fn scored(form: &Form, total: i64) -> Answers {
    let items = items(form);
    let mut spare = items.iter().map(|(_, scored)| scored[0].1).sum::<i64>() - total;
    let mut answers = Answers::new();
    for (id, scored) in items {
        let highest = scored[0].1;
        let (code, score) = scored.iter().rfind(|(_, score)| highest - score <= spare).unwrap();
        spare -= highest - score;
        answers.insert(id, json!(code));
    }
    assert_eq!(spare, 0, "no answers come to {total}");
    answers
}

fn missing(needs: &[&str]) -> Outcome {
    Outcome::Missing { needs: needs.iter().map(|&need| need.to_owned()).collect() }
}

fn compute(id: &str, answers: &Answers) -> Computed {
    form(id).compute(answers, &Given::default())
}

fn given(values: &[(&str, Scalar)]) -> Given {
    values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// What people read for the code that a computed value came to.
fn label(id: &str, name: &str, computed: &Computed) -> String {
    let form = form(id);
    let value = form.computed_values().iter().find(|value| value.name == name).unwrap();
    value.code_label_zh(computed.text(name).unwrap()).unwrap().to_owned()
}

/// Without any one of its items a scale has no grade, and says which item it needs.
fn every_item_is_needed(id: &str, whole: &Answers, grades: &[&str]) {
    let form = form(id);
    for (item, _) in items(form) {
        let mut answers = whole.clone();
        answers.remove(&item);
        let computed = form.compute(&answers, &Given::default());
        for grade in grades {
            assert_eq!(computed.outcome(grade), Some(&missing(&[&format!("/{item}")])), "{item}");
        }
    }
}
