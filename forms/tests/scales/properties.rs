//! What holds of every scale whatever the answers.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use ruhu_forms::{Answers, Form, Given, Scalar};
use serde_json::{Value, json};

use super::gbt42195::person;
use super::vectors::text_of;
use super::{form, given, items};

/// A scale's grade as a number that grows with the need, and whether need grows with the scores.
struct Scale {
    id: &'static str,
    grade: &'static str,
    grades: &'static [&'static str],
    worse_is: std::cmp::Ordering,
}

use std::cmp::Ordering::{Greater, Less};

const SCALES: [Scale; 3] = [
    Scale {
        id: "gbt42195",
        grade: "final_level",
        grades: &["intact", "mild", "moderate", "severe", "total"],
        worse_is: Less,
    },
    Scale {
        id: "barthel",
        grade: "grade",
        grades: &["none", "mild", "moderate", "severe"],
        worse_is: Less,
    },
    Scale {
        id: "needs",
        grade: "level",
        grades: &["no_need", "low", "mid", "high"],
        worse_is: Greater,
    },
];

impl Scale {
    fn need(&self, form: &Form, answers: &Answers, given: &Given) -> usize {
        let computed = form.compute(answers, given);
        let grade = computed.text(self.grade).unwrap();
        self.grades.iter().position(|known| *known == grade).unwrap()
    }
}

/// Answers to every item, as the indexes pick them.
fn picked(form: &Form, by: &[Index], base: &Answers) -> Answers {
    let mut answers = base.clone();
    answers.insert("has_minor".to_owned(), json!(true));
    for ((item, scored), index) in items(form).into_iter().zip(by) {
        answers.insert(item, json!(index.get(&scored).0));
    }
    answers
}

/// The same text with the options of every choice the other way round.
fn options_turned(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Array(options)) = map.get_mut("options") {
                options.reverse();
            }
            map.values_mut().for_each(options_turned);
        }
        Value::Array(values) => values.iter_mut().for_each(options_turned),
        _ => {}
    }
}

fn stack(entered: Option<bool>) -> Given {
    let entered = entered.map(|stack| ("adjustments_stack", Scalar::Bool(stack)));
    given(&entered.into_iter().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_worse_item_never_makes_the_level_better(
        by in vec(any::<Index>(), 26),
        changed in any::<Index>(),
        diagnosed in any::<bool>(),
        falls in 0..4_i64,
        entered in any::<Option<bool>>(),
    ) {
        let mut base = person(90);
        base.insert("dementia_diagnosed".to_owned(), json!(diagnosed));
        base.insert("fall_count".to_owned(), json!(falls));
        let given = stack(entered);
        for scale in &SCALES {
            let form = form(scale.id);
            let answers = picked(form, &by, &base);
            let items = items(form);
            let (item, scored) = changed.get(&items);
            let score_of = |code: &str| scored.iter().find(|(known, _)| known == code).unwrap().1;
            let before = score_of(answers[item].as_str().unwrap());
            let need = scale.need(form, &answers, &given);
            for (code, score) in scored.iter().filter(|(_, score)| score.cmp(&before) == scale.worse_is) {
                let mut worse = answers.clone();
                worse.insert(item.clone(), json!(code));
                prop_assert!(scale.need(form, &worse, &given) >= need, "{item} {before} to {score}");
            }
        }
    }

    #[test]
    fn an_adjustment_never_makes_the_level_better(
        by in vec(any::<Index>(), 26),
        coma in any::<bool>(),
        falls in 0..3_i64,
        entered in any::<Option<bool>>(),
    ) {
        let scale = &SCALES[0];
        let form = form(scale.id);
        let plain = picked(form, &by, &person(90));
        let mut adjusted = plain.clone();
        adjusted.insert("coma".to_owned(), json!(coma));
        adjusted.insert("fall_count".to_owned(), json!(falls));
        let given = stack(entered);
        let before = scale.need(form, &plain, &given);
        prop_assert!(scale.need(form, &adjusted, &given) >= before);
        adjusted.insert("dementia_diagnosed".to_owned(), json!(true));
        let together = scale.need(form, &adjusted, &given);
        prop_assert!(together > before || before == 4);
        prop_assert!(scale.need(form, &adjusted, &stack(Some(true))) >= together);
    }

    #[test]
    fn the_order_of_options_does_not_matter(by in vec(any::<Index>(), 26)) {
        for id in ["gbt42195", "barthel", "iadl", "needs", "tekun_six"] {
            let form = form(id);
            let mut text = text_of(id);
            options_turned(&mut text);
            let turned = Form::parse(&text.to_string()).unwrap();
            let answers = picked(form, &by, &person(90));
            let none = Given::default();
            prop_assert_eq!(form.compute(&answers, &none), turned.compute(&answers, &none));
        }
    }
}
