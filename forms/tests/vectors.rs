//! The published vectors, run against this implementation; those of the scales are in `scales/vectors.rs`.
//! `vectors/README.md` tells their format; the TypeScript beside them runs the same files.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use ruhu_forms::{Answers, Catalogue, Form, Given, PrefillRecord, Problem};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct File {
    form: Value,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    #[serde(default)]
    put: Vec<(String, Value)>,
    #[serde(default)]
    remove: Vec<String>,
    rule: Option<Value>,
    each: Option<String>,
    #[serde(default)]
    answers: Answers,
    #[serde(default)]
    given: Map<String, Value>,
    #[serde(default)]
    records: Map<String, Value>,
    refused: Option<String>,
    at: Option<String>,
    result: Option<Value>,
    draft: Option<Value>,
    submission: Option<Value>,
    prefill: Option<Value>,
}

fn places(problems: &[Problem]) -> Value {
    problems
        .iter()
        .map(|problem| json!({"path": problem.path, "code": problem.code.as_str()}))
        .collect()
}

/// Puts a value at a JSON pointer, or takes away what is there; `-` is after the end of a list.
fn change(form: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match (form.pointer_mut(parent).unwrap(), value) {
        (Value::Array(list), Some(value)) if key == "-" => list.push(value),
        (Value::Array(list), Some(value)) => list[key.parse::<usize>().unwrap()] = value,
        (Value::Object(object), Some(value)) => {
            object.insert(key.to_owned(), value);
        }
        (Value::Object(object), None) => {
            object.remove(key).unwrap();
        }
        (other, _) => panic!("nothing can be put at {pointer}: {other}"),
    }
}

/// The form that the vector is about.
fn changed(mut form: Value, vector: &Vector) -> Value {
    for (pointer, value) in &vector.put {
        change(&mut form, pointer, Some(value.clone()));
    }
    for pointer in &vector.remove {
        change(&mut form, pointer, None);
    }
    if let Some(rule) = &vector.rule {
        let source = json!({"law": "-", "document": "-", "article": "-"});
        let mut result =
            json!({"name": "result", "label_zh": "结果", "source": source, "rule": rule});
        if let Some(each) = &vector.each {
            result["each"] = json!(each);
        }
        change(&mut form, "/computed/-", Some(result));
    }
    form
}

fn records(vector: &Vector) -> Vec<PrefillRecord<'_>> {
    let mut records = Vec::new();
    for (kind, of_kind) in &vector.records {
        for (id, document) in of_kind.as_object().unwrap() {
            records.push(PrefillRecord { kind, id, document: document.as_object().unwrap() });
        }
    }
    records
}

/// What is wrong with one vector.
fn differences(form: Value, vector: &Vector) -> Vec<String> {
    let form = match (Form::parse(&changed(form, vector).to_string()), &vector.refused) {
        (Ok(form), None) => form,
        (Ok(_), Some(code)) => return vec![format!("is accepted, should be refused: {code}")],
        (Err(error), None) => return vec![format!("is refused: {error}")],
        (Err(error), Some(code)) => {
            let same =
                error.fault.code() == code && vector.at.as_ref().is_none_or(|at| *at == error.at);
            let place = vector.at.as_deref().unwrap_or("any place");
            let wrong = format!("is refused: {error}, should be {code} at {place}");
            return if same { vec![] } else { vec![wrong] };
        }
    };
    let given: Given = serde_json::from_value(Value::Object(vector.given.clone())).unwrap();
    let computed = serde_json::to_value(form.compute(&vector.answers, &given)).unwrap();
    let found = [
        ("result", &vector.result, computed["result"].clone()),
        ("draft", &vector.draft, places(&form.check_draft(&vector.answers))),
        ("submission", &vector.submission, places(&form.check_submission(&vector.answers))),
        ("prefill", &vector.prefill, json!(form.prefill(&given, &records(vector)))),
    ];
    assert!(found.iter().any(|(_, expected, _)| expected.is_some()), "expects nothing");
    found
        .into_iter()
        .filter_map(|(what, expected, found)| {
            let expected = expected.as_ref().filter(|expected| **expected != found)?;
            Some(format!("{what} is {found}, not {expected}"))
        })
        .collect()
}

fn run(folder: &str, at_least: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(folder);
    let mut count = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file: File = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        count += file.vectors.len();
        let name = path.file_name().unwrap().to_string_lossy();
        for vector in &file.vectors {
            let of_vector = differences(file.form.clone(), vector);
            wrong.extend(of_vector.iter().map(|each| format!("{name}: {}: {each}", vector.name)));
        }
    }
    assert!(wrong.is_empty(), "{} vectors are not met:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= at_least, "only {count} vectors were found");
}

#[test]
fn every_rule_comes_to_what_its_vectors_say() {
    run("rules", 700);
}

#[test]
fn forms_and_answers_are_judged_as_their_vectors_say() {
    run("forms", 800);
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
    draft: Value,
    submission: Value,
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
