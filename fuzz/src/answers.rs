use super::bytes::Bytes;
use ruhu_forms::{Answers, Catalogue, Form, Given, GivenHolds, Kind, Question, Scalar};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::load().expect("the real forms"));

/// Any answers to any real form: what is wrong with a draft is wrong with a submission, what they
/// come to follows from them alone, and what is offered beforehand is well typed. An input is a
/// JSON object with the form's name, or else a form's number and what to answer to its questions.
pub fn answers(data: &[u8]) {
    if data.first() == Some(&b'{') {
        let Ok(filled) = serde_json::from_slice::<Value>(data) else {
            return;
        };
        let forms = CATALOGUE.list().iter().map(|entry| entry.form());
        for form in forms.filter(|form| filled["form"] == form.id()) {
            hold_filled(form, &filled);
        }
    } else {
        let mut bytes = Bytes(data);
        let form = bytes.pick(CATALOGUE.list()).form();
        let given = known(form, &mut bytes);
        let answers = asked(form.questions(), &mut bytes);
        hold(form, &answers, &given);
    }
}

/// The same of a form's `answers` and `given` values in a JSON object.
pub(super) fn hold_filled(form: &Form, filled: &Value) {
    let answers = filled["answers"].as_object().cloned().unwrap_or_default();
    let given = serde_json::from_value(filled["given"].clone()).unwrap_or_default();
    hold(form, &answers, &given);
}

pub(super) fn hold(form: &Form, answers: &Answers, given: &Given) {
    let draft = form.check_draft(answers);
    let submission = form.check_submission(answers);
    for problem in &draft {
        assert!(submission.contains(problem), "{problem:?} in a draft alone: {answers:?}");
    }
    let computed = form.compute(answers, given);
    assert_eq!(computed, form.compute(answers, given));
    form.suggestions(&computed, given);
    assert_eq!(form.check_draft(&form.prefill(given, &[])), []);
}

pub(super) fn known(form: &Form, bytes: &mut Bytes<'_>) -> Given {
    let values = form.given().iter().filter_map(|value| {
        let scalar = match (bytes.below(4), &value.holds) {
            (0, _) => return None,
            (1, _) => Scalar::Text(bytes.text()),
            (_, GivenHolds::Number {}) => Scalar::Int(number(bytes)),
            (_, GivenHolds::Truth {}) => Scalar::Bool(bytes.byte() & 1 == 0),
            (_, GivenHolds::Date {}) => Scalar::Text(day(bytes)),
            (_, GivenHolds::Code { codes }) => Scalar::Text(bytes.pick(codes).clone()),
        };
        Some((value.name.clone(), scalar))
    });
    values.collect()
}

pub(super) fn asked<'q>(
    questions: impl Iterator<Item = &'q Question>,
    bytes: &mut Bytes<'_>,
) -> Answers {
    let mut answers = Map::new();
    for question in questions {
        let answer = match bytes.below(8) {
            0 => continue,
            1 => json!(bytes.text()),
            2 => json!(bytes.pick(&["unknown", "refused"])),
            3 => [json!({}), json!([]), json!(number(bytes)), json!(0.5)][bytes.below(4)].clone(),
            _ => fitting(question, bytes),
        };
        answers.insert(question.id.clone(), answer);
    }
    answers
}

/// What may well be an answer to this question.
fn fitting(question: &Question, bytes: &mut Bytes<'_>) -> Value {
    match &question.kind {
        Kind::Choice { options } => json!(bytes.pick(options).code),
        Kind::Choices { options } => {
            let chosen =
                (0..bytes.below(4)).map(|_| (bytes.pick(options).code.clone(), json!(true)));
            Value::Object(chosen.collect())
        }
        Kind::Integer { min, max } => json!([*min, *max, number(bytes)][bytes.below(3)]),
        Kind::Decimal { .. } => json!(bytes.pick(&["0.0", "1.5", "12.50", "100.00", "-0.1"])),
        Kind::Fen {} => json!(number(bytes)),
        Kind::Date {} => json!(day(bytes)),
        Kind::YesNo {} => json!(bytes.byte() & 1 == 0),
        Kind::IdNumber {} => json!(bytes.pick(&["999999199001010000", "99999919000229001X"])),
        Kind::AreaCode { .. } => json!(bytes.pick(&["110102", "110102003", "110102003001"])),
        Kind::Location {} => json!([number(bytes), number(bytes), bytes.byte()]),
        Kind::RowOf { .. } => json!(bytes.pick(&ROWS)),
        Kind::Rows { questions, .. } => {
            let rows = (0..bytes.below(4))
                .map(|row| (ROWS[row].to_owned(), Value::Object(asked(questions.iter(), bytes))));
            Value::Object(rows.collect())
        }
        _ => json!(bytes.text()),
    }
}

const ROWS: [&str; 4] = ["r1", "r2", "r3", "r4"];

fn number(bytes: &mut Bytes<'_>) -> i64 {
    match bytes.below(4) {
        0 => i64::from(bytes.byte()),
        1 => bytes.word().cast_signed(),
        _ => i64::from(bytes.byte()) * 10_000,
    }
}

fn day(bytes: &mut Bytes<'_>) -> String {
    format!("{:04}-{:02}-{:02}", 1900 + bytes.below(200), bytes.below(14), bytes.below(33))
}
