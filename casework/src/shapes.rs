//! The shapes that the merge walks, from the declarations of a kind and the questions of a form.

use crate::kind::{FieldRule, Holds};
use ruhu_forms::{Form, Question};
use ruhu_sync::shape::{Class, Field, Shape};
use std::collections::BTreeMap;

/// The shape of a document of these fields, its answers those of a form: of its latest version, the
/// last here, and what earlier ones asked that it asks no more. Without a form the answers have no
/// known fields: each is kept untouched, and the form's absence is found elsewhere.
pub(crate) fn document(fields: &[FieldRule], versions: &[&Form]) -> Shape {
    Shape::Object(members(fields, versions))
}

fn members(fields: &[FieldRule], form: &[&Form]) -> BTreeMap<String, Field> {
    fields
        .iter()
        .map(|field| {
            let shape = match field.holds {
                Holds::Leaf(_) => Shape::Leaf,
                Holds::Object(inner) => Shape::Object(members(inner, form)),
                Holds::Rows(inner) => Shape::Rows(members(inner, form)),
                Holds::Choices(_) | Holds::ByPerson(_) => Shape::Choices,
                Holds::Answers => Shape::Object(answers(form)),
            };
            (field.name.to_owned(), Field::new(shape, field.class))
        })
        .collect()
}

fn answers(versions: &[&Form]) -> BTreeMap<String, Field> {
    versions.iter().flat_map(|form| form.questions().map(answer)).collect()
}

fn answer(question: &Question) -> (String, Field) {
    let shape = match question.shape() {
        ruhu_forms::Shape::Leaf => Shape::Leaf,
        ruhu_forms::Shape::Choices(_) => Shape::Choices,
        ruhu_forms::Shape::Rows(fields) => Shape::Rows(fields.iter().map(answer).collect()),
    };
    (question.id.clone(), Field::new(shape, Class::Ask))
}
