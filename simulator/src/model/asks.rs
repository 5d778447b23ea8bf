//! The asks of a patch, place by place.

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
    /// The lengths of the place's prefixes that are rows.
    pub(super) rows: Vec<usize>,
}

/// The asks of a patch, place by place; nothing if it does not have the shape of the kind. If the
/// edit makes its record, all rows are new.
pub(super) fn asks(
    kind: &Kind,
    patch: &Value,
    new_rows: &BTreeSet<String>,
    makes: bool,
) -> Option<Vec<Ask>> {
    let mut asks = Vec::new();
    let mut new = NewRows { unmet: new_rows.clone(), all: makes };
    walk(&kind.fields, &[], patch.as_object()?, &[], &mut new, &mut asks)?;
    new.unmet.is_empty().then_some(asks)
}

/// The new rows: those named and not met yet, or all.
struct NewRows {
    unmet: BTreeSet<String>,
    all: bool,
}

fn walk(
    fields: &Fields,
    at: &[String],
    patch: &Map<String, Value>,
    rows: &[usize],
    new_rows: &mut NewRows,
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
                    let is_named = new_rows.unmet.remove(&pointer(&place));
                    let is_new = is_named || (new_rows.all && !row.is_null());
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

/// Whether a place is one value, whatever it contains.
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
