//! What holds for whatever answers.
#![allow(clippy::unwrap_used)]

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use ruhu_forms::{Answers, Catalogue, Computed, Form, Given, Outcome};
use serde_json::{Map, Value, json};

const ITEMS: [&str; 6] = ["eat", "dress", "bed_transfer", "toilet", "walk_indoor", "bathe"];

/// Names that forms, rows and options use, so that arbitrary answers meet the form.
const NAMES: [&str; 16] = [
    "eat",
    "dress",
    "bed_transfer",
    "toilet",
    "walk_indoor",
    "bathe",
    "observed_on",
    "note",
    "aids",
    "caregivers",
    "name",
    "relation_code",
    "hours_per_day",
    "wheelchair",
    "none",
    "a/b~",
];

fn tekun_six() -> Form {
    let catalogue = Catalogue::load().unwrap();
    catalogue.get("tekun_six", 1).unwrap().form().clone()
}

/// Every operator, every kind and `asked_when` in one form.
fn everything() -> Form {
    let source = json!({"law": "-", "document": "-", "article": "-"});
    let options = json!([{"code": "none", "label_zh": "无", "alone": true}, {"code": "wheelchair", "label_zh": "轮椅"}]);
    let sum = json!({"op": "sum", "of": [{"op": "answer", "of": "hours_per_day"}, {"op": "answer", "of": "name"}]});
    let any = json!({"op": "or", "of": [{"op": "chosen", "of": "aids", "option": "none"},
        {"op": "and", "of": [{"op": "answer", "of": "dress"}, {"op": "not", "of": {"op": "answered", "of": "note"}}]}]});
    let question = |id: &str, kind: Value, asked_when: Value| json!({"id": id, "label_zh": id, "required": true, "kind": kind, "asked_when": asked_when});
    let form = json!({
        "id": "everything", "version": 1, "label_zh": "全部", "source": source, "valid_from": null, "valid_to": null,
        "sections": [{"id": "all", "label_zh": "全部", "questions": [
            question("eat", json!({"type": "choice", "options": options}), any.clone()),
            question("dress", json!({"type": "yes_no"}), json!({"op": "compare", "is": "lt", "left": {"op": "int", "value": 3}, "right": sum})),
            question("aids", json!({"type": "choices", "options": options}), Value::Null),
            question("note", json!({"type": "text", "max_chars": 3}), Value::Null),
            question("observed_on", json!({"type": "date"}), Value::Null),
            question("hours_per_day", json!({"type": "integer", "min": -9007199254740991_i64, "max": 9007199254740991_i64}), Value::Null),
            question("name", json!({"type": "fen"}), Value::Null),
            question("caregivers", json!({"type": "rows", "max_rows": 9, "questions": [question("name", json!({"type": "fen"}), Value::Null)]}), any.clone()),
        ]}],
        "computed": [
            {"name": "ones", "label_zh": "数", "source": source, "rule": {"op": "count", "of": ["eat"], "equals": "none"}},
            {"name": "total", "label_zh": "和", "source": source, "rule": {"op": "if", "cond": any, "then": {"op": "computed", "name": "ones"}, "else": sum}},
            {"name": "level", "label_zh": "级", "source": source, "rule": {"op": "grade", "of": {"op": "computed", "name": "total"},
                "bands": [{"id": "low", "label_zh": "低", "min": 0, "max": 1}, {"id": "high", "label_zh": "高", "min": 2, "max": 90}]}},
        ],
    });
    Form::parse(&form.to_string()).unwrap()
}

fn compute(form: &Form, answers: &Answers) -> Computed {
    form.compute(answers, &Given::default())
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(&NAMES[..]).prop_map(str::to_owned), 1 => any::<String>()]
}

fn any_leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec![
            json!("achieved"),
            json!("not_achieved"),
            json!("none"),
            json!("2024-02-29"),
            json!("2023-02-29"),
            json!(" "),
            json!(9007199254740991_i64),
            json!(u64::MAX),
            json!(3.0),
            json!(1e300),
            json!(null),
        ]),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2..30_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    any_leaf().prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(any_name(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn any_answers() -> impl Strategy<Value = Answers> {
    btree_map(any_name(), any_value(), 0..14).prop_map(|map| map.into_iter().collect())
}

/// The same answers with the entries of every object put in in another order.
fn reordered(value: &Value, by: &[Index]) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            let mut turned = Map::new();
            for index in by.iter().cycle().take(entries.len()) {
                let (key, value) = entries.swap_remove(index.index(entries.len()));
                turned.insert(key.clone(), reordered(value, by));
            }
            Value::Object(turned)
        }
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn nothing_panics_and_every_value_has_an_outcome(answers in any_answers()) {
        for form in [tekun_six(), everything()] {
            let computed = compute(&form, &answers);
            for value in form.computed_values() {
                prop_assert!(computed.get(&value.name).is_some());
            }
            prop_assert_eq!(computed.iter().count(), form.computed_values().len());
            form.check_submission(&answers);
        }
    }

    #[test]
    fn a_draft_problem_is_a_submission_problem(answers in any_answers()) {
        for form in [tekun_six(), everything()] {
            let whole = form.check_submission(&answers);
            for problem in form.check_draft(&answers) {
                prop_assert!(whole.contains(&problem), "{:?} in {:?}", problem, whole);
            }
        }
    }

    #[test]
    fn every_problem_points_at_a_question(answers in any_answers()) {
        for form in [tekun_six(), everything()] {
            for problem in form.check_submission(&answers) {
                let id = problem.path.split('/').nth(1);
                prop_assert!(id.is_some_and(|id| form.question(id).is_some()), "{:?}", problem);
            }
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(answers in any_answers(), by in vec(any::<Index>(), 1..8)) {
        let turned = reordered(&Value::Object(answers.clone()), &by);
        let turned = turned.as_object().unwrap();
        for form in [tekun_six(), everything()] {
            prop_assert_eq!(compute(&form, &answers), compute(&form, turned));
            prop_assert_eq!(form.check_submission(&answers), form.check_submission(turned));
        }
    }

    #[test]
    fn it_does_not_matter_which_row_comes_first(rows in vec(any_value(), 0..6)) {
        let forward: Map<String, Value> = rows.iter().enumerate().map(|(id, row)| (id.to_string(), row.clone())).collect();
        let backward: Map<String, Value> = rows.iter().rev().enumerate().map(|(id, row)| (id.to_string(), row.clone())).collect();
        for form in [tekun_six(), everything()] {
            let [forward, backward] = [&forward, &backward].map(|rows| {
                let mut answers = Answers::new();
                answers.insert("caregivers".to_owned(), Value::Object(rows.clone()));
                let mut problems: Vec<String> = form
                    .check_submission(&answers)
                    .iter()
                    .map(|problem| {
                        let field: Vec<&str> = problem.path.split('/').skip(3).collect();
                        format!("{} {field:?} {}", problem.code.as_str(), problem.zh)
                    })
                    .collect();
                problems.sort();
                (compute(&form, &answers), problems)
            });
            prop_assert_eq!(forward, backward);
        }
    }

    #[test]
    fn unknown_ids_change_nothing(answers in any_answers(), extra in any_value()) {
        let mut more = answers.clone();
        more.insert("left_by_a_newer_tablet".to_owned(), extra);
        for form in [tekun_six(), everything()] {
            prop_assert_eq!(compute(&form, &answers), compute(&form, &more));
            prop_assert_eq!(form.check_submission(&answers), form.check_submission(&more));
        }
    }

    #[test]
    fn the_count_is_the_naive_count(items in vec(0..3_usize, 6)) {
        let answers: Answers = ITEMS
            .into_iter()
            .zip(&items)
            .filter(|(_, item)| **item < 2)
            .map(|(id, item)| (id.to_owned(), json!(["achieved", "not_achieved"][*item])))
            .collect();
        let computed = compute(&tekun_six(), &answers);
        if answers.len() < ITEMS.len() {
            let left = ITEMS.into_iter().filter(|id| !answers.contains_key(*id));
            let mut needs: Vec<String> = left.map(|id| format!("/{id}")).collect();
            needs.sort();
            let missing = Outcome::Missing { needs };
            prop_assert_eq!(computed.outcome("not_achieved_count"), Some(&missing.clone()));
            prop_assert_eq!(computed.outcome("grade"), Some(&missing));
        } else {
            let naive = items.iter().filter(|item| **item == 1).count();
            prop_assert_eq!(computed.int("not_achieved_count"), i64::try_from(naive).ok());
            let grade = ["able", "partly_lost", "partly_lost", "partly_lost", "wholly_lost", "wholly_lost", "wholly_lost"][naive];
            prop_assert_eq!(computed.text("grade"), Some(grade));
        }
    }

    #[test]
    fn a_form_is_parsed_or_refused_never_a_panic(rule in any_value()) {
        let mut form: Value = serde_json::from_str(Catalogue::load().unwrap().list()[0].text()).unwrap();
        form["computed"][0]["rule"] = rule;
        prop_assert!(Form::parse(&form.to_string()).is_err());
    }
}
