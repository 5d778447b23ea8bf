//! The published vectors, run against this implementation.
#![allow(clippy::unwrap_used)]

use ruhu_forms::{Answers, Catalogue, Form, Given, Outcome, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

fn places(problems: &[Problem]) -> Vec<Value> {
    problems
        .iter()
        .map(|problem| json!({"path": problem.path, "code": problem.code.as_str()}))
        .collect()
}

#[derive(Deserialize)]
struct FormVectors {
    form: String,
    version: u32,
    vectors: Vec<FormVector>,
}

#[derive(Clone, Deserialize)]
struct FormVector {
    name: String,
    answers: Answers,
    #[serde(default)]
    given: Given,
    computed: Value,
    draft: Vec<Value>,
    submission: Vec<Value>,
}

#[test]
fn tekun_six_meets_its_vectors() {
    let vectors: FormVectors =
        serde_json::from_str(include_str!("../vectors/tekun_six.json")).unwrap();
    let catalogue = Catalogue::load().unwrap();
    let form = catalogue.get(&vectors.form, vectors.version).unwrap().form();
    assert!(vectors.vectors.len() > 50);
    for vector in vectors.vectors {
        let FormVector { name, answers, .. } = vector.clone();
        let computed = serde_json::to_value(form.compute(&answers, &vector.given)).unwrap();
        assert_eq!(computed, vector.computed, "{name}: computed");
        assert_eq!(places(&form.check_draft(&answers)), vector.draft, "{name}: draft");
        assert_eq!(
            places(&form.check_submission(&answers)),
            vector.submission,
            "{name}: submission"
        );
    }
}

#[derive(Deserialize)]
struct RuleVectors {
    questions: Value,
    computed: Vec<Value>,
    vectors: Vec<RuleVector>,
}

#[derive(Deserialize)]
struct RuleVector {
    name: String,
    rule: Value,
    #[serde(default)]
    answers: Answers,
    outcome: Option<Outcome>,
    refused: Option<String>,
    at: Option<String>,
}

#[test]
fn every_operator_meets_its_vectors() {
    let vectors: RuleVectors = serde_json::from_str(include_str!("../vectors/rules.json")).unwrap();
    assert!(vectors.vectors.len() > 100);
    for vector in vectors.vectors {
        let name = &vector.name;
        let mut computed = vectors.computed.clone();
        computed.push(json!({
            "name": "result", "label_zh": "结果", "rule": vector.rule,
            "source": {"law": "-", "document": "-", "article": "-"},
        }));
        let form = json!({
            "id": "vectors", "version": 1, "label_zh": "向量",
            "source": {"law": "-", "document": "-", "article": "-"},
            "valid_from": null, "valid_to": null,
            "sections": [{"id": "all", "label_zh": "全部", "questions": vectors.questions}],
            "computed": computed,
        });
        match (Form::parse(&form.to_string()), vector.outcome) {
            (Ok(form), Some(outcome)) => {
                let computed = form.compute(&vector.answers, &Given::default());
                assert_eq!(computed.outcome("result"), Some(&outcome), "{name}");
            }
            (Err(error), None) => {
                assert_eq!(Some(error.fault.code()), vector.refused.as_deref(), "{name}: {error}");
                if let Some(at) = vector.at {
                    assert_eq!(error.at, at, "{name}: {error}");
                }
            }
            (Ok(_), None) => panic!("{name}: the form should be refused"),
            (Err(error), Some(_)) => panic!("{name}: {error}"),
        }
    }
}
