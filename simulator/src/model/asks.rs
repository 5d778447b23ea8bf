//! What a patch asks, place by place.

use super::value::{Place, holds_null, is_empty_object, pointer};
use crate::kinds::{Class, Fields, Holds, Kind};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wish {
    Set(Value),
    Remove,
    Ensure,
    AddRow(Value),
}

#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) place: Place,
    pub(super) wish: Wish,
    pub(super) class: Class,
    /// How long those heads of the place are that are rows.
    pub(super) rows: Vec<usize>,
}

/// What a patch asks, place by place; nothing if it has another shape than the kind.
pub(super) fn asks(kind: &Kind, patch: &Value, new_rows: &BTreeSet<String>) -> Option<Vec<Ask>> {
    let mut asks = Vec::new();
    let mut unmet = new_rows.clone();
    walk(&kind.fields, &[], patch.as_object()?, &[], &mut unmet, &mut asks)?;
    unmet.is_empty().then_some(asks)
}

fn walk(
    fields: &Fields,
    at: &[String],
    patch: &Map<String, Value>,
    rows: &[usize],
    new_rows: &mut BTreeSet<String>,
    asks: &mut Vec<Ask>,
) -> Option<()> {
    for (name, value) in patch {
        let place: Place = at.iter().chain([name]).cloned().collect();
        let mut ask = |place: Place, wish, class, rows: &[usize]| {
            asks.push(Ask { place, wish, class, rows: rows.to_vec() });
        };
        let leaf = |value: &Value| match value {
            Value::Null => Some(Wish::Remove),
            value if holds_null(value) => None,
            value => Some(Wish::Set(value.clone())),
        };
        match (fields.get(name.as_str()), value) {
            (None, value) => ask(place, leaf(value)?, Class::Ask, rows),
            (Some(Holds::Leaf(class)), value) => {
                if value.is_object() {
                    return None;
                }
                ask(place, leaf(value)?, *class, rows);
            }
            (Some(_), Value::Null) => ask(place, Wish::Remove, Class::Ask, rows),
            (Some(_), value) if is_empty_object(value) => {
                ask(place, Wish::Ensure, Class::Ask, rows);
            }
            (Some(Holds::Object(inner)), value) => {
                walk(inner, &place, value.as_object()?, rows, new_rows, asks)?;
            }
            (Some(Holds::Choices), value) => {
                for (option, value) in value.as_object()? {
                    if value.is_object() {
                        return None;
                    }
                    let place = place.iter().chain([option]).cloned().collect();
                    ask(place, leaf(value)?, Class::Ask, rows);
                }
            }
            (Some(Holds::Rows(inner)), value) => {
                for (id, row) in value.as_object()? {
                    let place: Place = place.iter().chain([id]).cloned().collect();
                    let rows: Vec<usize> = rows.iter().copied().chain([place.len()]).collect();
                    let is_new = new_rows.remove(&pointer(&place));
                    let mut ask = |wish| {
                        let (place, rows) = (place.clone(), rows.clone());
                        asks.push(Ask { place, wish, class: Class::Ask, rows });
                    };
                    match row {
                        Value::Null if is_new => return None,
                        Value::Null => ask(Wish::Remove),
                        row if is_new => {
                            // All of it is new: it only has to have the shape of a row.
                            let mut within = Vec::new();
                            let members = row.as_object()?;
                            walk(inner, &place, members, &rows, new_rows, &mut within)?;
                            if within.iter().any(|ask| ask.wish == Wish::Remove) {
                                return None;
                            }
                            ask(Wish::AddRow(row.clone()));
                        }
                        row if is_empty_object(row) => ask(Wish::Ensure),
                        row => walk(inner, &place, row.as_object()?, &rows, new_rows, asks)?,
                    }
                }
            }
        }
    }
    Some(())
}

/// Whether a place is a row.
pub(super) fn is_row(fields: &Fields, place: &[String]) -> bool {
    let Some((name, rest)) = place.split_first() else { return false };
    match (fields.get(name.as_str()), rest) {
        (Some(Holds::Object(inner)), rest) => is_row(inner, rest),
        (Some(Holds::Rows(_)), [_]) => true,
        (Some(Holds::Rows(inner)), [_, rest @ ..]) => is_row(inner, rest),
        _ => false,
    }
}

/// Whether a place is one value, whatever it holds.
pub(super) fn is_leaf(fields: &Fields, place: &[String]) -> bool {
    let Some((name, rest)) = place.split_first() else { return false };
    match (fields.get(name.as_str()), rest) {
        (None | Some(Holds::Leaf(_)), _) => true,
        (Some(_), []) => false,
        (Some(Holds::Choices), _) => true,
        (Some(Holds::Object(inner)), rest) => is_leaf(inner, rest),
        (Some(Holds::Rows(_)), [_]) => false,
        (Some(Holds::Rows(inner)), [_, rest @ ..]) => is_leaf(inner, rest),
    }
}
