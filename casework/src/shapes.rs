//! From what a kind declares, and from what a form asks, to the shapes that the merge walks.

use crate::kind::{FieldRule, Holds};
use ruhu_forms::{Form, Question};
use ruhu_sync::shape::{Class, Field, Shape};
use std::collections::BTreeMap;

/// The shape of a document of these fields, its answers those of this form. Without a form the
/// answers have no known fields: each is kept untouched, and the form's absence is found elsewhere.
pub(crate) fn document(fields: &[FieldRule], form: Option<&Form>) -> Shape {
    Shape::Object(members(fields, form))
}

fn members(fields: &[FieldRule], form: Option<&Form>) -> BTreeMap<String, Field> {
    fields
        .iter()
        .map(|field| {
            let shape = match field.holds {
                Holds::Leaf(_) => Shape::Leaf,
                Holds::Object(inner) => Shape::Object(members(inner, form)),
                Holds::Rows(inner) => Shape::Rows(members(inner, form)),
                Holds::Choices(_) | Holds::ByPerson(_) => Shape::Choices,
                Holds::Answers => Shape::Object(form.map(answers).unwrap_or_default()),
            };
            (field.name.to_owned(), Field::new(shape, field.class))
        })
        .collect()
}

fn answers(form: &Form) -> BTreeMap<String, Field> {
    form.questions().map(answer).collect()
}

fn answer(question: &Question) -> (String, Field) {
    let shape = match question.shape() {
        ruhu_forms::Shape::Leaf => Shape::Leaf,
        ruhu_forms::Shape::Choices(_) => Shape::Choices,
        ruhu_forms::Shape::Rows(fields) => Shape::Rows(fields.iter().map(answer).collect()),
    };
    (question.id.clone(), Field::new(shape, Class::Ask))
}
