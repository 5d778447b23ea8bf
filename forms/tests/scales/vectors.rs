//! The published vectors of the scales, and where their numbers come from.

use rstest::rstest;
use ruhu_forms::{Answers, Given, Origin, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CATALOGUE, form};

#[derive(Deserialize)]
struct Vectors {
    form: String,
    version: u32,
    vectors: Vec<Vector>,
    #[serde(default)]
    prefills: Vec<Prefill>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    #[serde(default)]
    given: Given,
    answers: Answers,
    computed: Value,
    draft: Vec<Value>,
    submission: Vec<Value>,
}

#[derive(Deserialize)]
struct Prefill {
    name: String,
    given: Given,
    prefill: Answers,
}

/// The form's own text.
pub(super) fn text_of(id: &str) -> Value {
    serde_json::from_str(CATALOGUE.get(id, 1).unwrap().text()).unwrap()
}

fn places(problems: &[Problem]) -> Vec<Value> {
    problems
        .iter()
        .map(|problem| json!({"path": problem.path, "code": problem.code.as_str()}))
        .collect()
}

#[rstest]
#[case::gbt42195(include_str!("../../vectors/gbt42195.json"), 133)]
#[case::barthel(include_str!("../../vectors/barthel.json"), 46)]
#[case::iadl(include_str!("../../vectors/iadl.json"), 63)]
#[case::needs(include_str!("../../vectors/needs.json"), 91)]
fn a_scale_meets_its_vectors(#[case] text: &str, #[case] at_least: usize) {
    let vectors: Vectors = serde_json::from_str(text).unwrap();
    assert_eq!(vectors.version, 1);
    assert!(vectors.vectors.len() >= at_least, "only {} vectors", vectors.vectors.len());
    let form = form(&vectors.form);
    for vector in vectors.vectors {
        let Vector { name, given, answers, .. } = vector;
        let computed = serde_json::to_value(form.compute(&answers, &given)).unwrap();
        assert_eq!(computed, vector.computed, "{name}: computed");
        assert_eq!(places(&form.check_draft(&answers)), vector.draft, "{name}: draft");
        let submission = places(&form.check_submission(&answers));
        assert_eq!(submission, vector.submission, "{name}: submission");
    }
    for prefill in vectors.prefills {
        let offered = form.prefill(&prefill.given, &[]);
        assert_eq!(offered, prefill.prefill, "{}: prefill", prefill.name);
    }
}

/// A number without a law behind it says that it is ours.
#[test]
fn every_computed_value_names_its_source_and_our_own_design_says_so() {
    for (id, law, document) in [
        ("tekun_six", "特困人员认定办法", "民发〔2021〕43号"),
        ("gbt42195", "老年人能力评估规范", "GB/T 42195—2022"),
        ("barthel", "护理分级", "WS/T 431—2013"),
        ("iadl", "工具性日常生活活动能力量表（Lawton IADL）", "中文8项版"),
        ("needs", "本产品设计", "需求评估（第1版）"),
    ] {
        let form = form(id);
        assert_eq!((form.valid_from(), form.valid_to()), (None, None));
        for value in form.computed_values() {
            let source = &value.source;
            assert_eq!((source.law.as_str(), source.document.as_str()), (law, document));
            assert!(!source.article.is_empty());
        }
    }
    let gbt42195 = form("gbt42195");
    let raised = gbt42195.computed_values().iter().find(|value| value.name == "levels_raised");
    assert!(raised.unwrap().source.article.contains("本产品设计"));
}

/// A given value of another form's is one that the form works out.
#[test]
fn what_a_form_takes_from_another_form_is_there() {
    let given = CATALOGUE.list().iter().flat_map(|entry| entry.form().given());
    for given in given {
        let Origin::Form { form, computed } = &given.from else { continue };
        let other = CATALOGUE.get(form, 1).unwrap();
        let mut values = other.form().computed_values().iter();
        assert!(values.any(|value| value.name == *computed), "{form} {computed}");
    }
}
