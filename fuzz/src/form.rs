use super::answers::{asked, hold, hold_filled, known};
use super::bytes::Bytes;
use ruhu_forms::{Answers, Form, Given, Strength};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Any text is a form or is refused; a form that was taken can be shown, and worked out for any
/// answers. An input is a form, or a JSON object of a form, answers and given values, or else says
/// how to put a form together out of the pieces of others.
pub fn form(data: &[u8]) {
    if data.first() != Some(&b'{') {
        let mut bytes = Bytes(data);
        let text = pieced(&mut bytes).to_string();
        if let Some(form) = taken(&text) {
            let given = known(&form, &mut bytes);
            let answers = asked(form.questions(), &mut bytes);
            hold(&form, &answers, &given);
        }
        return;
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match serde_json::from_str::<Value>(text) {
        Ok(filled) if filled.get("form").is_some() => {
            if let Some(form) = taken(&filled["form"].to_string()) {
                hold_filled(&form, &filled);
            }
        }
        _ => _ = taken(text),
    }
}

fn taken(text: &str) -> Option<Form> {
    let form = Form::parse(text).ok()?;
    form.outline_html();
    form.answer_schema(Strength::Draft);
    form.answer_schema(Strength::Submission);
    assert_eq!(form.check_draft(&Answers::new()), []);
    hold(&form, &Answers::new(), &Given::default());
    Some(form)
}

/// The forms of the vectors, and every piece of them and of the vectors' rules.
struct Pieces {
    forms: Vec<Value>,
    rules: Vec<Value>,
    all: Vec<Value>,
}

static PIECES: LazyLock<Pieces> = LazyLock::new(|| {
    let files = [
        include_str!("../../forms/vectors/rules/numbers.json"),
        include_str!("../../forms/vectors/rules/rows.json"),
        include_str!("../../forms/vectors/rules/dates.json"),
        include_str!("../../forms/vectors/forms/checks.json"),
        include_str!("../../forms/vectors/forms/prefill.json"),
    ];
    let files = files.map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
    let rules = files.iter().flat_map(|file| file["vectors"].as_array().into_iter().flatten());
    let rules: Vec<Value> = rules.filter_map(|vector| vector.get("rule").cloned()).collect();
    let forms = files.iter().map(|file| file["form"].clone()).collect();
    let mut pieces = Pieces { forms, rules, all: vec![json!(null), json!(-1), json!(i64::MAX)] };
    let (forms, rules) = (pieces.forms.clone(), pieces.rules.clone());
    forms.iter().chain(&rules).for_each(|value| gather(value, &mut pieces.all));
    pieces
});

fn gather(value: &Value, into: &mut Vec<Value>) {
    into.push(value.clone());
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, into)),
        Value::Object(members) => members.values().for_each(|member| gather(member, into)),
        _ => {}
    }
}

/// One of the forms with a few further rules, and with other pieces in a few places.
fn pieced(bytes: &mut Bytes<'_>) -> Value {
    let mut form = bytes.pick(&PIECES.forms).clone();
    for number in 0..bytes.below(5) {
        let mut rule = bytes.pick_wide(&PIECES.rules).clone();
        for _ in 0..bytes.below(4) {
            replace(&mut rule, bytes);
        }
        let computed = json!({"name": format!("rule_{number}"), "label_zh": "值", "rule": rule});
        if let Some(all) = form["computed"].as_array_mut() {
            all.push(computed);
        }
    }
    for _ in 0..bytes.below(4) {
        replace(&mut form, bytes);
    }
    form
}

/// Puts another piece where a walk down from the value ends.
fn replace(value: &mut Value, bytes: &mut Bytes<'_>) {
    let next = match value {
        Value::Array(items) if !items.is_empty() => {
            let at = bytes.below(items.len().min(256));
            items.get_mut(at)
        }
        Value::Object(members) if !members.is_empty() => {
            let at = bytes.below(members.len());
            members.values_mut().nth(at)
        }
        _ => None,
    };
    match next {
        Some(inner) if bytes.below(4) > 0 => replace(inner, bytes),
        _ => *value = bytes.pick_wide(&PIECES.all).clone(),
    }
}
