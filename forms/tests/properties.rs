//! What holds for whatever answers.
#![allow(clippy::unwrap_used)]

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use ruhu_forms::{
    Answers, Catalogue, Computed, Form, Given, Outcome, PrefillRecord, Scalar, Worked,
};
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

/// Every operator, every kind, `asked_when`, checks and given values in one form.
fn everything() -> Form {
    Form::parse(include_str!("everything.json")).unwrap()
}

/// Given values that a rule may or may not find.
fn any_given() -> impl Strategy<Value = Given> {
    (any::<Option<i64>>(), any::<Option<bool>>(), any::<bool>()).prop_map(
        |(standard, stack, known)| {
            let mut given = Given::default();
            if let Some(standard) = standard {
                given.set("standard", Scalar::Int(standard % 1_000_000));
            }
            if let Some(stack) = stack {
                given.set("stack", Scalar::Bool(stack));
            }
            if known {
                given.set("day_of_case", Scalar::Text("2026-11-23".to_owned()));
                given.set("grade", Scalar::Text("none".to_owned()));
            }
            given
        },
    )
}

fn compute(form: &Form, answers: &Answers) -> Computed {
    form.compute(answers, &Given::default())
}

/// The totals and truths, without what names rows.
fn values(computed: &Computed) -> Vec<(String, Scalar)> {
    let of_the_form = computed.iter().filter_map(|(name, worked)| match worked {
        Worked::One(outcome) => Some((name.to_owned(), outcome.value()?.clone())),
        Worked::Rows { .. } => None,
    });
    of_the_form.filter(|(name, _)| name != "own").collect()
}

fn outcomes(worked: &Worked) -> Vec<&Outcome> {
    match worked {
        Worked::One(outcome) => vec![outcome],
        Worked::Rows { rows } => rows.values().collect(),
    }
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
    fn what_is_missing_is_named_by_what_is_not_there(answers in any_answers(), given in any_given()) {
        let form = everything();
        let computed = form.compute(&answers, &given);
        for outcome in computed.iter().flat_map(|(_, worked)| outcomes(worked)) {
            let Outcome::Missing { needs } = outcome else { continue };
            let mut sorted = needs.clone();
            sorted.sort();
            sorted.dedup();
            prop_assert_eq!(&sorted, needs);
            for need in needs {
                match need.strip_prefix('@') {
                    Some(name) => prop_assert!(given.get(name).is_none(), "{}", need),
                    None => prop_assert!(form.question(need.split('/').nth(1).unwrap()).is_some()),
                }
            }
        }
    }

    #[test]
    fn what_is_offered_is_a_draft_without_problems(given in any_given(), document in any_answers()) {
        let form = everything();
        let record = PrefillRecord { kind: "person", id: "p", document: &document };
        let offered = form.prefill(&given, &[record]);
        prop_assert_eq!(form.check_draft(&offered), Vec::new());
        prop_assert_eq!(offered["caregivers"]["p"].is_object(), true);
    }

    #[test]
    fn suggestions_say_what_the_values_came_to(answers in any_answers(), given in any_given()) {
        let form = everything();
        let computed = form.compute(&answers, &given);
        let suggestions = form.suggestions(&computed, &given);
        prop_assert_eq!(suggestions.len(), 1);
        prop_assert_eq!(Some(&suggestions[0].worked), computed.get("own"));
        let reasons: Vec<&str> = suggestions[0].because.iter().map(|reason| reason.name.as_str()).collect();
        prop_assert_eq!(reasons, ["total", "standard"]);
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
                (values(&compute(&form, &answers)), problems)
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
