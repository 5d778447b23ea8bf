//! The fixed shape of a kind's known fields, and the merge class of each.

use crate::path::Path;
use std::collections::BTreeMap;
use strum::IntoStaticStr;

/// What a place in a document may contain.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// One value that is taken whole: a scalar or an array.
    Leaf,
    /// Known fields by name; an unknown field is a leaf and is stored untouched.
    Object(BTreeMap<String, Field>),
    /// Rows keyed by a client-made row id.
    Rows(BTreeMap<String, Field>),
    /// Several choices: a map keyed by option, each a leaf.
    Choices,
}

impl Shape {
    /// Whether this place is a row.
    pub fn is_row(&self, path: &Path) -> bool {
        let mut shape = self;
        let mut steps = path.steps().iter();
        loop {
            let field = match (shape, steps.next()) {
                (Self::Object(fields), Some(name)) => fields.get(name),
                (Self::Rows(fields), Some(_)) => match steps.next() {
                    None => return true,
                    Some(name) => fields.get(name),
                },
                _ => None,
            };
            let Some(field) = field else { return false };
            shape = &field.shape;
        }
    }

    /// Whether a value at this place is taken whole: a leaf, or an unknown field.
    pub fn is_leaf(&self, path: &Path) -> bool {
        let mut shape = self;
        let mut steps = path.steps().iter();
        loop {
            shape = match (shape, steps.next()) {
                (Self::Leaf, _) => return true,
                (_, None) => return false,
                (Self::Choices, Some(_)) => return true,
                (Self::Object(fields), Some(name)) => match fields.get(name) {
                    Some(field) => &field.shape,
                    None => return true,
                },
                (Self::Rows(fields), Some(_)) => match steps.next() {
                    None => return false,
                    Some(name) => match fields.get(name) {
                        Some(field) => &field.shape,
                        None => return true,
                    },
                },
            };
        }
    }
}

/// A known field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What it holds.
    pub shape: Shape,
    /// How it merges.
    pub class: Class,
}

impl Field {
    /// A field of this shape and class.
    pub fn new(shape: Shape, class: Class) -> Self {
        Self { shape, class }
    }

    /// A leaf of class `ask`: a person chooses when two values differ.
    pub fn leaf() -> Self {
        Self::new(Shape::Leaf, Class::Ask)
    }
}

/// How two people's different values for one field are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Class {
    /// A person chooses: the first committed value stays, the other waits next to it.
    Ask,
    /// The last to arrive stands; both values are in the journal. For the marks that a signature
    /// leaves, never for what people type.
    LastArrival,
    /// Only the server writes it, and everything inside it: a device's value is ignored, and the
    /// device is told.
    Server,
    /// A status: a transition must be legal from the current value.
    State,
}
