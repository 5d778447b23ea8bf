//! Generates answers to a form: every question, and a given number of rows.

use ruhu_forms::{Answers, Form, Kind, Question};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The form's answers with this many rows in each group, or as many as it may have.
pub(crate) fn fill(form: &Form, rows: usize) -> Answers {
    form.questions().map(|question| (question.id.clone(), answer(question, rows))).collect()
}

/// The JSON pointers of the rows in answers, as an edit names them.
pub(crate) fn row_pointers(form: &Form, answers: &Answers) -> Vec<String> {
    let groups = form.questions().filter(|question| matches!(question.kind, Kind::Rows { .. }));
    let rows = groups.filter_map(|group| Some((&group.id, answers.get(&group.id)?.as_object()?)));
    rows.flat_map(|(group, rows)| rows.keys().map(move |row| format!("/answers/{group}/{row}")))
        .collect()
}

fn answer(question: &Question, rows: usize) -> Value {
    match &question.kind {
        Kind::Choice { options } => options.first().map_or(Value::Null, |first| json!(first.code)),
        Kind::Choices { options } => {
            let first = options.first().map(|first| (first.code.clone(), json!(true)));
            Value::Object(first.into_iter().collect())
        }
        Kind::Integer { min, .. } => json!(min),
        Kind::Decimal { .. } => json!("1"),
        Kind::Fen {} => json!(123_400),
        Kind::Date {} => json!("2026-11-01"),
        Kind::YesNo {} => json!(true),
        Kind::IdNumber {} => json!("999999199001010016"),
        Kind::AreaCode { digits } => json!("110102001001".get(..*digits)),
        Kind::Photo {} | Kind::Signature {} => json!(Uuid::from_u128(7).to_string()),
        Kind::Location {} => json!([39_900_000, 116_400_000, 10]),
        Kind::RowOf { .. } => json!(row_id(0)),
        Kind::Rows { max_rows, questions } => {
            let row = |number: usize| {
                let fields = questions.iter().map(|field| (field.id.clone(), answer(field, rows)));
                (row_id(number), Value::Object(fields.collect()))
            };
            Value::Object((0..rows.min(*max_rows)).map(row).collect::<Map<_, _>>())
        }
        _ => json!("核对后填写"),
    }
}

fn row_id(number: usize) -> String {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + number as u128).to_string()
}
