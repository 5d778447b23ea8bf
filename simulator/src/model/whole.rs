//! The rules of a whole record, whatever an edit or a merge makes of it.

use super::asks::Wish;
use super::merge::Asked;
use super::value::{find, put, remove};
use crate::kinds::{Class, Kind};
use serde_json::{Value, json};

/// The rules of the whole record that a document breaks, by name.
pub(super) fn broken(kind: &Kind, document: &Value) -> Vec<String> {
    let lacking = kind.made_with.iter().filter(|name| document[**name].is_null());
    let both = kind
        .not_both
        .iter()
        .filter(|(one, other, word)| document[*one] == *word && document[*other] == *word);
    let both = both.map(|(one, other, _)| format!("{one} and {other}"));
    lacking.map(|name| (*name).to_owned()).chain(both).collect()
}

/// The same for an existing record: a submitted one still satisfies what it had to.
pub(super) fn broken_by_result(kind: &Kind, document: &Value) -> Vec<String> {
    let is_handed_in = matches!(document["status"].as_str(), Some("submitted" | "accepted"));
    let lacking = kind.needed.iter().filter(|name| is_handed_in && document[**name].is_null());
    let lacking = lacking.map(|name| format!("{name} when handed in"));
    broken(kind, document).into_iter().chain(lacking).collect()
}

/// What is broken now and was not before.
pub(super) fn beyond(after: Vec<String>, before: &[String]) -> Vec<String> {
    after.into_iter().filter(|rule| !before.contains(rule)).collect()
}

/// The document if nobody else had written.
pub(super) fn by_itself(asked: &Asked<'_>, seen: &Value) -> Value {
    let mut document = seen.clone();
    for ask in asked.asks.iter().filter(|ask| ask.class != Class::Server || asked.at_desk) {
        match &ask.wish {
            Wish::Set(value) => put(&mut document, &ask.place, value.clone()),
            Wish::AddRow(row) => put(&mut document, &ask.place, row.clone()),
            Wish::Ensure if find(&document, &ask.place).is_none() => {
                put(&mut document, &ask.place, json!({}));
            }
            Wish::Ensure => {}
            Wish::Remove => remove(&mut document, &ask.place),
        }
    }
    document
}
