//! Masks documents for a desk without a purpose, according to the declarations of each kind's
//! fields; masking happens nowhere else. It fails closed: hidden are unknown fields and questions,
//! and values of another type than their field's.

use crate::formed::form_named;
use crate::kind::{FieldRule, Holds, Kind, Shown, find};
use crate::rules::CaseRules;
use crate::value::Value;
use crate::{kinds, mask};
use chrono::NaiveDate;
use ruhu_forms::{Form, Question};
use ruhu_sync::effect::{Effect, Touch};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use ruhu_sync::record::{Conflict, Content};

/// An answer up to this length is a name, a place, a number: the form does not say which. A longer
/// one is an account in somebody's words.
const SHORT_ANSWER_CHARS: u32 = 500;

/// The kinds whose fields give forms their vocabulary: a question of the same name has the same
/// meaning.
const VOCABULARY: &[&str] = &["person", "household"];

/// Masks what belongs to one record.
#[derive(Debug)]
pub struct Masking<'a> {
    kind: Option<&'static Kind>,
    /// The form of its answers, in every version up to its own, oldest first.
    form: Vec<&'a Form>,
}

/// The declaration for a place in a document.
#[derive(Clone, Copy)]
enum Node<'a> {
    Members(&'static [FieldRule]),
    Rows(&'static [FieldRule]),
    Leaf(Value, Shown),
    /// One value for each person, or each option.
    Each(Value, Shown),
    Answers,
    Question(&'a Question),
    QuestionRows(&'a [Question]),
    QuestionRow(&'a [Question]),
    Unknown,
}

impl CaseRules {
    /// The mask for a record of this kind, its answers by the form that the document names.
    pub fn masking(&self, kind: &str, document: &Object) -> Masking<'_> {
        let form = form_named(document).map(|named| self.versions(named));
        Masking { kind: kinds::get(kind), form: form.unwrap_or_default() }
    }
}

impl<'a> Masking<'a> {
    /// Masks a value that is, was, or would be at a place.
    pub fn at(&self, path: &Path, value: &Json) -> Json {
        let node = path.steps().iter().fold(self.whole(), |node, step| self.child(node, step));
        self.masked(node, value)
    }

    /// A whole document.
    pub fn document(&self, document: &Object) -> Object {
        let member = |(name, value): (&String, &Json)| {
            (name.clone(), self.masked(self.child(self.whole(), name), value))
        };
        document.iter().map(member).collect()
    }

    /// Masks a record's content: the document, and both sides of every open conflict.
    pub fn content(&self, content: &Content) -> Content {
        let conflict = |open: &Conflict| {
            let at = |value: &Option<Json>| value.as_ref().map(|v| self.at(&open.id.path, v));
            Conflict { value: at(&open.value), base: at(&open.base), ..open.clone() }
        };
        Content {
            document: self.document(&content.document),
            conflicts: content.conflicts.iter().map(conflict).collect(),
            ..content.clone()
        }
    }

    /// Masks an edit's effect.
    pub fn effect(&self, effect: &Effect) -> Effect {
        let touch = |touch: &Touch| {
            let at = |value: &Option<Json>| value.as_ref().map(|v| self.at(&touch.path, v));
            Touch { path: touch.path.clone(), before: at(&touch.before), after: at(&touch.after) }
        };
        Effect(effect.0.iter().map(touch).collect())
    }

    fn whole(&self) -> Node<'a> {
        self.kind.map_or(Node::Unknown, |kind| Node::Members(kind.fields))
    }

    fn child(&self, node: Node<'a>, step: &str) -> Node<'a> {
        match node {
            Node::Members(fields) => find(fields, step).map_or(Node::Unknown, field_node),
            Node::Rows(fields) => Node::Members(fields),
            Node::Each(value, shown) => Node::Leaf(value, shown),
            Node::Answers => {
                let known = self.form.iter().rev().find_map(|form| form.question(step));
                known.map_or(Node::Unknown, question_node)
            }
            Node::QuestionRows(fields) => Node::QuestionRow(fields),
            Node::QuestionRow(fields) => {
                let known = fields.iter().find(|field| field.id == step);
                known.map_or(Node::Unknown, question_node)
            }
            Node::Question(question) => Node::Question(question),
            Node::Leaf(..) | Node::Unknown => Node::Unknown,
        }
    }

    fn masked(&self, node: Node<'a>, value: &Json) -> Json {
        match (node, value) {
            (_, Json::Null) => Json::Null,
            (Node::Leaf(known, shown), value) => leaf(known, shown, value),
            (Node::Question(question), value) => answer(question, value),
            (Node::Unknown, _) => mask::whole(),
            (node, Json::Object(members)) => {
                let member = |(name, value): (&String, &Json)| {
                    (name.clone(), self.masked(self.child(node, name), value))
                };
                Json::Object(members.iter().map(member).collect())
            }
            _ => mask::whole(),
        }
    }
}

fn field_node<'a>(field: &'static FieldRule) -> Node<'a> {
    match field.holds {
        Holds::Leaf(value) => Node::Leaf(value, field.shown),
        Holds::Object(fields) => Node::Members(fields),
        Holds::Rows(fields) => Node::Rows(fields),
        Holds::Choices(_) => Node::Each(Value::YesNo, Shown::Plain),
        Holds::ByPerson(value) => Node::Each(value, field.shown),
        Holds::Answers => Node::Answers,
    }
}

fn question_node(question: &Question) -> Node<'_> {
    match &question.kind {
        ruhu_forms::Kind::Rows { questions, .. } => Node::QuestionRows(questions),
        _ => Node::Question(question),
    }
}

fn leaf(known: Value, shown: Shown, value: &Json) -> Json {
    match (shown, value) {
        (Shown::Plain, value) => match known.fault(value, NaiveDate::MAX) {
            None => value.clone(),
            Some(_) => mask::whole(),
        },
        (Shown::Hidden, _) => mask::whole(),
        (shown, Json::Text(text)) => Json::Text(text_as(shown, text)),
        _ => mask::whole(),
    }
}

fn text_as(shown: Shown, text: &str) -> String {
    match shown {
        Shown::Words => mask::words(text),
        Shown::Name => mask::name(text),
        Shown::IdNumber => mask::id_number(text),
        Shown::Certificate => mask::disability_cert_no(text),
        Shown::Phone => mask::phone(text),
        Shown::Address => mask::address(text),
        Shown::BirthDate => mask::birth_date(text),
        Shown::Plain | Shown::Hidden => mask::HIDDEN.to_owned(),
    }
}

/// A question with the name of a person's or a household's field is masked like that field.
fn shown_by_name(name: &str) -> Option<Shown> {
    let kinds = VOCABULARY.iter().filter_map(|kind| kinds::get(kind));
    let field = kinds.filter_map(|kind| kind.field(name)).next()?;
    matches!(field.holds, Holds::Leaf(_)).then_some(field.shown)
}

fn answer(question: &Question, value: &Json) -> Json {
    use ruhu_forms::Kind;
    let shown = match (&question.kind, shown_by_name(&question.id)) {
        (Kind::IdNumber {}, _) => Shown::IdNumber,
        (Kind::Location {}, _) => Shown::Hidden,
        // Options reveal nothing by themselves; everything else may contain what the field does.
        (Kind::Choice { .. } | Kind::Choices { .. } | Kind::YesNo {}, _) => Shown::Plain,
        (_, Some(shown)) if !matches!(shown, Shown::Plain | Shown::Words) => shown,
        (Kind::Text { max_chars }, _) if *max_chars <= SHORT_ANSWER_CHARS => Shown::Hidden,
        (Kind::Text { .. }, _) => Shown::Words,
        _ => Shown::Plain,
    };
    let is_unsaid = |text: &str| question.may_be.iter().any(|unsaid| unsaid.as_str() == text);
    match (shown, value) {
        (_, Json::Text(text)) if is_unsaid(text) => value.clone(),
        (Shown::Plain, value) if is_of_its_kind(&question.kind, value) => value.clone(),
        (Shown::Plain | Shown::Hidden, _) => mask::whole(),
        (shown, Json::Text(text)) => Json::Text(text_as(shown, text)),
        _ => mask::whole(),
    }
}

/// Whether a value is of its question's type: what somebody typed into the wrong field is not
/// shown.
fn is_of_its_kind(kind: &ruhu_forms::Kind, value: &Json) -> bool {
    use ruhu_forms::Kind;
    let has = |options: &[ruhu_forms::ChoiceOption], code: &str| {
        options.iter().any(|option| option.code == code)
    };
    let is = |known: Value| known.fault(value, NaiveDate::MAX).is_none();
    match (kind, value) {
        (Kind::Choice { options }, Json::Text(code)) => has(options, code),
        (Kind::Choices { options }, Json::Object(chosen)) => {
            chosen.iter().all(|(code, value)| has(options, code) && matches!(value, Json::Bool(_)))
        }
        (Kind::Choices { .. } | Kind::YesNo {}, Json::Bool(_)) => true,
        (Kind::Integer { .. } | Kind::Fen {}, Json::Integer(_)) => true,
        (Kind::Decimal { scale, .. }, Json::Text(text)) => {
            ruhu_forms::normal_decimal(text, *scale).is_some()
        }
        (Kind::Date {}, _) => is(Value::Day),
        (Kind::AreaCode { digits }, Json::Text(text)) => {
            text.len() == *digits && text.bytes().all(|b| b.is_ascii_digit())
        }
        (Kind::Photo {} | Kind::Signature {} | Kind::RowOf { .. }, _) => is(Value::Uuid),
        _ => false,
    }
}

/// A form computes codes and numbers; a day among them may be somebody's birthday.
pub fn computed(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if crate::days::day(text).is_some() => {
            *text = mask::birth_date(text);
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(computed),
        serde_json::Value::Object(members) => members.values_mut().for_each(computed),
        _ => {}
    }
}

#[cfg(test)]
#[path = "masking_tests.rs"]
mod tests;
