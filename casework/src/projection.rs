//! The listed fields of records: those that a kind declares as listed, each a column of the kind's
//! read model. The store keeps these columns in the clear, so a field can be listed only if a desk
//! shows it whole, or masked as a name.

use crate::kind::{FieldRule, Holds, Kind, Shown};
use crate::value::Value;
use crate::{kinds, mask};
use ruhu_sync::json::Json;
use ruhu_sync::record::Content;
use std::borrow::Cow;

/// A column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holding {
    /// Text.
    Text,
    /// A whole number.
    Integer,
}

/// A listed field.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    field: &'static FieldRule,
}

/// The suffix of a masked field's column.
const MASKED: &str = "_masked";

impl Listed {
    /// The listed field behind a column. The store calls it in constants, so that a column that the
    /// kind does not declare, or declares differently, does not compile.
    pub const fn in_column(kind: &str, column: &str, holding: Holding) -> Self {
        let fields = fields_of(kind);
        let mut at = 0;
        while at < fields.len() {
            let field = &fields[at];
            if field.listed && is_column_of(column, field) {
                assert!(
                    holding_of(field) as u8 == holding as u8,
                    "the column and the field are of different types"
                );
                return Self { field };
            }
            at += 1;
        }
        panic!("the kind lists no such field")
    }

    /// The text to list; none if there is none, or the record is deleted.
    pub fn text(self, content: &Content) -> Option<Cow<'_, str>> {
        let text = self.value(content)?.as_text().filter(|text| !text.is_empty())?;
        Some(match self.field.shown {
            Shown::Plain => text.into(),
            _ => mask::name(text).into(),
        })
    }

    /// The number to list; none if there is none, or the record is deleted.
    pub fn integer(self, content: &Content) -> Option<i64> {
        self.value(content)?.as_integer()
    }

    fn value(self, content: &Content) -> Option<&Json> {
        content.document.get(self.field.name).filter(|_| !content.deleted)
    }
}

/// The columns that a kind's read model has for its listed fields, in the order of the fields.
pub fn columns(kind: &Kind) -> Vec<(String, Holding)> {
    let listed = kind.fields.iter().filter(|field| field.listed);
    listed.map(|field| (format!("{}{}", field.name, ending(field)), holding_of(field))).collect()
}

/// How many fields a kind lists.
pub const fn count(kind: &str) -> usize {
    let fields = fields_of(kind);
    let (mut at, mut count) = (0, 0);
    while at < fields.len() {
        count += fields[at].listed as usize;
        at += 1;
    }
    count
}

/// The status by which a record is listed; none if its kind's status is not listed, or the record
/// is deleted.
pub fn listed_status<'a>(kind: &str, content: &'a Content) -> Option<&'a str> {
    let kind = kinds::get(kind)?;
    let field = kind.field(kind.status.as_ref()?.field).filter(|field| field.listed)?;
    Listed { field }.value(content)?.as_text()
}

const fn fields_of(kind: &str) -> &'static [FieldRule] {
    let mut at = 0;
    while at < kinds::ALL.len() {
        if is_same(kind.as_bytes(), kinds::ALL[at].name.as_bytes()) {
            return kinds::ALL[at].fields;
        }
        at += 1;
    }
    panic!("there is no such kind")
}

const fn holding_of(field: &FieldRule) -> Holding {
    match field.holds {
        Holds::Leaf(Value::Integer { .. } | Value::Fen) => Holding::Integer,
        Holds::Leaf(Value::YesNo | Value::Paths) => panic!("this type cannot be listed"),
        Holds::Leaf(_) => Holding::Text,
        _ => panic!("only single values can be listed"),
    }
}

const fn ending(field: &FieldRule) -> &'static str {
    match field.shown {
        Shown::Plain => "",
        Shown::Name => MASKED,
        _ => panic!("what a desk hides cannot be listed"),
    }
}

const fn is_column_of(column: &str, field: &FieldRule) -> bool {
    match column.as_bytes().split_at_checked(field.name.len()) {
        Some((name, rest)) => {
            is_same(name, field.name.as_bytes()) && is_same(rest, ending(field).as_bytes())
        }
        None => false,
    }
}

/// Strings cannot be compared with `==` in a constant.
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

#[cfg(test)]
#[path = "projection_tests.rs"]
mod tests;
