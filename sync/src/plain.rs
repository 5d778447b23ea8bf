//! Rules as plain data. The vectors, the examples and the protocol's tests run on them, where the
//! product has `casework`.

use crate::grants::{Capacity, Grants, StreamKind};
use crate::id::{Instant, RecordId, StreamId, UserId};
use crate::json::{Json, Object};
use crate::normal;
use crate::outcome::{Problem, Reason};
use crate::patch::{Ask, Wish};
use crate::path::Path;
use crate::rules::{Act, Event, News, Notice, Question, Reference, Rooting, Rules};
use crate::shape::{Class, Field, Shape};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A root and a kind under it, with shapes, statuses and required fields given as data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainRules {
    /// The kinds: `thing` is a root, every other kind belongs to a `thing`.
    pub kinds: BTreeMap<String, PlainKind>,
}

/// One kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainKind {
    /// Its known fields.
    pub fields: BTreeMap<String, PlainField>,
    /// The legal transitions of `status`; `""` stands for no status yet.
    #[serde(default)]
    pub transitions: Vec<(String, String)>,
    /// The fields required when `status` becomes `submitted`.
    #[serde(default)]
    pub needed: Vec<Path>,
    /// The fields that are always required.
    #[serde(default)]
    pub made_with: Vec<Path>,
    /// Two places that may not both hold this word.
    #[serde(default)]
    pub not_both: Vec<(Path, Path, String)>,
}

fn missing(paths: &[Path], document: &Object) -> Vec<Problem> {
    let absent = paths.iter().filter(|path| path.find(document).is_none());
    absent.map(|path| Problem::new(path.clone(), "missing")).collect()
}

/// One field.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlainField {
    /// A leaf of class `ask`.
    Ask,
    /// A leaf of class `last_arrival`.
    LastArrival,
    /// A leaf that only the server writes.
    Server,
    /// A status.
    State,
    /// A map of options.
    Choices,
    /// Known fields inside.
    Object(BTreeMap<String, PlainField>),
    /// Rows of such fields.
    Rows(BTreeMap<String, PlainField>),
}

impl PlainField {
    fn field(&self) -> Field {
        let (shape, class) = match self {
            Self::Ask => (Shape::Leaf, Class::Ask),
            Self::LastArrival => (Shape::Leaf, Class::LastArrival),
            Self::Server => (Shape::Leaf, Class::Server),
            Self::State => (Shape::Leaf, Class::State),
            Self::Choices => (Shape::Choices, Class::Ask),
            Self::Object(fields) => (Shape::Object(known(fields)), Class::Ask),
            Self::Rows(fields) => (Shape::Rows(known(fields)), Class::Ask),
        };
        Field::new(shape, class)
    }
}

fn known(fields: &BTreeMap<String, PlainField>) -> BTreeMap<String, Field> {
    fields.iter().map(|(name, field)| (name.clone(), field.field())).collect()
}

const STATUS: &str = "status";

impl PlainRules {
    fn kind(&self, kind: &str) -> Option<&PlainKind> {
        self.kinds.get(kind)
    }
}

impl Rules for PlainRules {
    fn rooting(&self, kind: &str) -> Option<Rooting> {
        self.kind(kind)?;
        Some(if kind == "thing" { Rooting::Root } else { Rooting::Under(&["thing"]) })
    }

    fn normal(&self, _: &str, _: Option<&Object>, patch: &Object) -> Option<Object> {
        let mut normal = patch.clone();
        normal.values_mut().for_each(normal::texts);
        (normal != *patch).then_some(normal)
    }

    fn shape(
        &self,
        kind: &str,
        _current: Option<&Object>,
        _patch: &Object,
    ) -> Result<Cow<'_, Shape>, Vec<Problem>> {
        let fields = self.kind(kind).map(|kind| known(&kind.fields)).unwrap_or_default();
        Ok(Cow::Owned(Shape::Object(fields)))
    }

    /// Texts may not be blank: enough of a value rule to test the protocol with.
    fn invalid_values(
        &self,
        _kind: &str,
        _current: Option<&Object>,
        asks: &[Ask],
        _now: Instant,
    ) -> Vec<Problem> {
        asks.iter()
            .filter(|ask| ask.wish == Wish::Set(Json::from("")))
            .map(|ask| Problem::new(ask.path.clone(), "required"))
            .collect()
    }

    fn only_at_desk(&self, _kind: &str, _asks: &[Ask]) -> Vec<Problem> {
        Vec::new()
    }

    fn home(&self, _kind: &str, grants: &Grants) -> Option<StreamId> {
        let mut held = grants.held();
        let only = held.next()?.0;
        held.next().is_none().then_some(only)
    }

    fn desk(&self, _kind: &str, _author: UserId, grants: &Grants) -> Option<StreamId> {
        grants.fallback
    }

    fn permits(&self, question: &Question<'_>) -> Result<(), Reason> {
        let status = question.current.and_then(|document| document.get(STATUS));
        if question.capacity.0 == "reader" {
            return Err(Reason::NotPermitted);
        }
        let is_staffs = matches!(question.act, Act::Undelete | Act::Move | Act::Decide);
        if is_staffs && question.capacity.0 != "reviewer" {
            return Err(Reason::NotPermitted);
        }
        match status.and_then(Json::as_text) {
            Some("accepted") if matches!(question.act, Act::Change | Act::Delete) => {
                Err(Reason::Decided)
            }
            _ => Ok(()),
        }
    }

    fn places(&self, _question: &Question<'_>, _reason: Reason) -> Vec<Problem> {
        Vec::new()
    }

    fn may_pass(
        &self,
        question: &Question<'_>,
        path: &Path,
        from: Option<&Json>,
        to: Option<&Json>,
    ) -> Result<(), Vec<Problem>> {
        let from = from.and_then(Json::as_text).unwrap_or("");
        let passes = self.kind(question.kind).map(|kind| kind.transitions.as_slice());
        let next = passes.unwrap_or_default().iter().filter(|(f, _)| f == from).map(|(_, to)| to);
        match to.and_then(Json::as_text) {
            Some(to) if next.clone().any(|possible| possible == to) => Ok(()),
            _ => Err(vec![Problem::new(path.clone(), "illegal_transition").possible(next)]),
        }
    }

    fn is_submission(&self, _kind: &str, _path: &Path, to: &Json) -> bool {
        to.as_text() == Some("submitted")
    }

    fn needs_agreement(&self, _kind: &str, _path: &Path, to: &Json) -> bool {
        matches!(to.as_text(), Some("submitted" | "accepted"))
    }

    /// A record is submitted once two people have signed its content.
    fn consequences(&self, _kind: &str, document: &Object) -> Vec<(Path, Json)> {
        let signed = document.get("signed").and_then(Json::as_object);
        let is_draft = document.get(STATUS).and_then(Json::as_text) == Some("draft");
        match signed.filter(|signed| signed.len() >= 2 && is_draft) {
            Some(_) => vec![(Path::of(&[STATUS]), Json::from("submitted"))],
            None => Vec::new(),
        }
    }

    fn stamps(&self, _question: &Question<'_>, _document: &Object) -> Vec<(Path, Json)> {
        Vec::new()
    }

    fn signers(&self, _kind: &str, patch: &Object) -> Vec<UserId> {
        let signed = patch.get("signed").and_then(Json::as_object);
        signed.into_iter().flat_map(|s| s.keys()).filter_map(|name| UserId::parse(name)).collect()
    }

    fn work(&self, _: &str, _: Capacity, _: &Object) -> Option<Option<RecordId>> {
        None
    }

    fn deletes_regardless(&self, _: &str, _: Capacity) -> bool {
        false
    }

    fn looks_up_references(&self, _kind: &str, _patch: &Object) -> bool {
        false
    }

    fn needs_references(&self, _kind: &str, _document: &Object) -> bool {
        false
    }

    fn references(&self, _kind: &str, _document: &Object) -> Vec<Reference> {
        Vec::new()
    }

    fn author_capacity(&self, _stream: StreamKind) -> Capacity {
        Capacity("worker")
    }

    fn notices(&self, news: &News<'_>) -> Vec<Notice> {
        let (event, reason) = match news.event {
            Event::Applied { reason, .. } => ("applied", reason),
            Event::Dismissed { reason, .. } => ("dismissed", reason),
            Event::SubmissionMet { .. } => ("submission_met", ""),
        };
        let mut document = Object::from([
            ("event".to_owned(), Json::from(event)),
            ("reason".to_owned(), Json::from(reason)),
        ]);
        if let Some(record) = news.record {
            document.insert("record".to_owned(), Json::Text(record.to_string()));
        }
        let to = news.author;
        vec![Notice { to, stream: StreamId(to.0), kind: "notice", document }]
    }

    fn missing_at_submission(&self, kind: &str, document: &Object) -> Vec<Problem> {
        self.kind(kind).map(|kind| missing(&kind.needed, document)).unwrap_or_default()
    }

    fn is_handed_in(&self, _kind: &str, document: &Object) -> bool {
        matches!(document.get(STATUS).and_then(Json::as_text), Some("submitted" | "accepted"))
    }

    fn broken(&self, kind: &str, document: &Object, _now: Instant) -> Vec<Problem> {
        let Some(kind) = self.kind(kind) else { return Vec::new() };
        let both = kind.not_both.iter().filter(|(one, other, word)| {
            let says = |path: &Path| path.find(document).and_then(Json::as_text) == Some(word);
            says(one) && says(other)
        });
        let both = both.map(|(one, ..)| Problem::new(one.clone(), "not_both"));
        missing(&kind.made_with, document).into_iter().chain(both).collect()
    }
}
