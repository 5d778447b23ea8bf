//! Documents and places, in the model's own code.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

/// A place in a document: its steps from the outside.
pub(super) type Place = Vec<String>;

pub(super) fn place(pointer: &str) -> Place {
    pointer.split('/').skip(1).map(str::to_owned).collect()
}

pub(super) fn pointer(place: &[String]) -> String {
    place.iter().map(|step| format!("/{step}")).collect()
}

pub(super) fn overlap(one: &[String], other: &[String]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

pub(super) fn find<'a>(document: &'a Value, place: &[String]) -> Option<&'a Value> {
    place.iter().try_fold(document, |value, step| value.as_object()?.get(step))
}

/// Sets a value in its place; the values around it become objects.
pub(super) fn put(document: &mut Value, place: &[String], value: Value) {
    let mut at = document;
    for step in place {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(members) = at else { return };
        at = members.entry(step.clone()).or_insert(Value::Null);
    }
    *at = value;
}

pub(super) fn remove(document: &mut Value, place: &[String]) {
    let Some((last, way)) = place.split_last() else { return };
    let mut at = document;
    for step in way {
        match at.get_mut(step) {
            Some(inner) => at = inner,
            None => return,
        }
    }
    if let Value::Object(members) = at {
        members.remove(last);
    }
}

/// The normal form of a text: composed letters, one sort of line end, trimmed.
pub(super) fn spelled(value: &Value) -> Value {
    let blank = |c: char| {
        c.is_whitespace() || "\u{180e}\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}".contains(c)
    };
    match value {
        Value::String(text) => {
            let lines = text.trim_matches(blank).replace("\r\n", "\n").replace('\r', "\n");
            Value::String(lines.nfc().collect())
        }
        Value::Array(items) => items.iter().map(spelled).collect(),
        Value::Object(members) => {
            let all = members.iter().map(|(name, value)| (name.clone(), spelled(value)));
            Value::Object(all.collect())
        }
        other => other.clone(),
    }
}

pub(super) fn is_empty_object(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

pub(super) fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(holds_null),
        Value::Object(members) => members.values().any(holds_null),
        _ => false,
    }
}

pub(super) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
