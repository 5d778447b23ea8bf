//! The field's answers to what the protocol asks.

use crate::areas::Areas;
use crate::check::Knowing;
use crate::days::day_of;
use crate::formed::{
    FORM, FORM_VERSION, answers_field, form_asked, form_judging, form_named, form_said,
    versions_through,
};
use crate::grants::user_stream;
use crate::kind::{Home, Kind, Lock};
use crate::roles::{READER, REPORTER, REVIEWER, WORKER};
use crate::{check, kinds, normal, permission, shapes, signatures};
use ruhu_forms::{Catalogue, Form};
use ruhu_sync::grants::{Capacity, Grants, StreamKind};
use ruhu_sync::id::{Instant, RecordId, StreamId, UserId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::outcome::{Problem, Reason};
use ruhu_sync::patch::Ask;
use ruhu_sync::path::Path;
use ruhu_sync::rules::{Act, News, Notice, Question, Reference, Rooting, Rules};
use ruhu_sync::shape::Shape;
use ruhu_sync::signing::{Signatures, Signers};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The rules of all kinds, over the forms of a catalogue. Built once, at start-up.
#[derive(Debug)]
pub struct CaseRules {
    catalogue: Catalogue,
    areas: Areas,
    /// By kind; and, for a kind with answers, by kind, form and version.
    plain: BTreeMap<&'static str, Shape>,
    formed: BTreeMap<(&'static str, String, u32), Shape>,
}

impl CaseRules {
    /// The rules over these forms, and the areas that the product ships, which a test reads.
    pub fn new(catalogue: Catalogue) -> Self {
        let areas = Areas::shipped().unwrap_or_default();
        let mut plain = BTreeMap::new();
        let mut formed = BTreeMap::new();
        for kind in kinds::ALL {
            plain.insert(kind.name, shapes::document(kind.fields, &[]));
            if answers_field(kind).is_none() {
                continue;
            }
            for form in catalogue.list().iter().map(|entry| entry.form()) {
                let key = (kind.name, form.id().to_owned(), form.version());
                let versions = versions_through(&catalogue, form);
                formed.insert(key, shapes::document(kind.fields, &versions));
            }
        }
        Self { catalogue, areas, plain, formed }
    }

    /// The forms.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// A form and its earlier versions, oldest first.
    pub(crate) fn versions(&self, named: (&str, i64)) -> Vec<&Form> {
        let form = self.form(named);
        form.map(|form| versions_through(&self.catalogue, form)).unwrap_or_default()
    }

    /// Whether a draft moves to a known later version of its form.
    fn goes_on(
        &self,
        kind: &Kind,
        question: &Question<'_>,
        path: &Path,
        to: Option<&Json>,
    ) -> bool {
        let Some(current) = question.current.filter(|_| *path == Path::of(&[FORM_VERSION])) else {
            return false;
        };
        let (named, later) = (form_named(current), to.and_then(Json::as_integer));
        answers_field(kind).is_some()
            && kind.status.is_some_and(|rule| rule.is_open(current))
            && named.zip(later).is_some_and(|((form, version), later)| {
                later > version && self.form((form, later)).is_some()
            })
    }

    fn form(&self, (id, version): (&str, i64)) -> Option<&Form> {
        let version = u32::try_from(version).ok()?;
        Some(self.catalogue.get(id, version)?.form())
    }
}

fn unknown_form() -> Problem {
    Problem::new(Path::of(&[FORM]), "unknown_form")
}

impl Rules for CaseRules {
    fn rooting(&self, kind: &str) -> Option<Rooting> {
        kinds::get(kind).map(|kind| kind.rooting)
    }

    fn normal(&self, kind: &str, current: Option<&Object>, patch: &Object) -> Option<Object> {
        let kind = kinds::get(kind)?;
        let mut said = patch.clone();
        said.get_mut(FORM).into_iter().for_each(ruhu_sync::normal::texts);
        let asked = form_said(said.get(FORM), said.get(FORM_VERSION));
        let form = form_judging(current.and_then(form_named), asked);
        let form = form.and_then(|named| self.form(named));
        normal::members(kind.fields, &mut said, form);
        (said != *patch).then_some(said)
    }

    fn shape(
        &self,
        kind: &str,
        current: Option<&Object>,
        patch: &Object,
    ) -> Result<Cow<'_, Shape>, Vec<Problem>> {
        let Some(kind) = kinds::get(kind) else {
            return Err(vec![Problem::new(Path::whole(), "unknown_kind")]);
        };
        let asked = form_said(patch.get(FORM), patch.get(FORM_VERSION));
        let named = form_judging(current.and_then(form_named), asked);
        let formed = named.and_then(|(form, version)| {
            let version = u32::try_from(version).ok()?;
            self.formed.get(&(kind.name, form.to_owned(), version))
        });
        formed
            .or_else(|| self.plain.get(kind.name))
            .map(Cow::Borrowed)
            .ok_or_else(|| vec![Problem::new(Path::whole(), "unknown_kind")])
    }

    /// Answers are judged by their form, which only the record may tell.
    fn shape_alone(&self, kind: &str, patch: &Object) -> Option<Cow<'_, Shape>> {
        let named = kinds::get(kind)?;
        let is_told = answers_field(named).is_none() || form_named(patch).is_some();
        self.shape(kind, None, patch).ok().filter(|_| is_told)
    }

    fn invalid_values(
        &self,
        kind: &str,
        current: Option<&Object>,
        asks: &[Ask],
        now: Instant,
    ) -> Vec<Problem> {
        let Some(kind) = kinds::get(kind) else {
            return Vec::new();
        };
        let knowing = Knowing { today: day_of(now), areas: &self.areas };
        let mut found = check::fields(kind, asks, knowing);
        if let Some(field) = answers_field(kind) {
            let named = current.and_then(form_named);
            let asked = form_asked(asks);
            let judging = form_judging(named, asked);
            let is_known =
                |named: &Option<(&str, i64)>| named.is_none_or(|n| self.form(n).is_some());
            let asked = asked.and_then(|(form, version)| Some((form?, version)));
            if !is_known(&asked) || (judging != named && !is_known(&judging)) {
                found.push(unknown_form());
            }
            let versions = judging.map(|judging| self.versions(judging)).unwrap_or_default();
            found.extend(check::answers(&versions, field, asks, knowing));
        }
        found
    }

    fn home(&self, kind: &str, grants: &Grants) -> Option<StreamId> {
        let home = kinds::get(kind)?.home?;
        let mut fitting = grants.held().filter(|(_, grant)| match home {
            Home::Caseload => grant.kind == StreamKind::Caseload && grant.capacity == WORKER,
            Home::OwnStream => grant.kind == StreamKind::User,
            Home::Reference => grant.kind == StreamKind::Reference,
        });
        // A worker in two teams must say which: a household in the wrong one is seen by strangers.
        match (fitting.next(), fitting.next()) {
            (Some((stream, _)), None) => Some(stream),
            _ => None,
        }
    }

    /// Records in the author's own stream belong there, whatever became of the author's team.
    fn desk(&self, kind: &str, author: UserId, grants: &Grants) -> Option<StreamId> {
        match kinds::get(kind).and_then(|kind| kind.home) {
            Some(Home::OwnStream) => Some(user_stream(author)),
            _ => grants.fallback,
        }
    }

    fn permits(&self, question: &Question<'_>) -> Result<(), Reason> {
        let Some(kind) = kinds::get(question.kind) else {
            // What could not be read, or is of no kind here, is still read by who reviews.
            let may = question.act == Act::Decide && question.capacity == REVIEWER;
            return if may { Ok(()) } else { Err(Reason::NotPermitted) };
        };
        permission::permits(kind, question)
    }

    fn places(&self, question: &Question<'_>, reason: Reason) -> Vec<Problem> {
        let kind = kinds::get(question.kind);
        kind.map(|kind| permission::places(kind, question, reason)).unwrap_or_default()
    }

    fn may_pass(
        &self,
        question: &Question<'_>,
        path: &Path,
        from: Option<&Json>,
        to: Option<&Json>,
    ) -> Result<(), Vec<Problem>> {
        let Some(kind) = kinds::get(question.kind) else {
            return Err(Vec::new());
        };
        let named = question.current.and_then(form_named);
        let judging = form_judging(named, form_asked(question.asks));
        let form = judging.and_then(|judging| self.form(judging));
        let by_one = signatures::one_may_submit(question, form);
        match permission::may_pass(kind, question, by_one, path, from, to) {
            Err(_) if self.goes_on(kind, question, path, to) => Ok(()),
            passed => passed.map_err(|problem| vec![problem]),
        }
    }

    fn is_submission(&self, kind: &str, path: &Path, to: &Json) -> bool {
        let rule = kinds::get(kind).and_then(|kind| kind.status);
        rule.is_some_and(|rule| {
            rule.submission.is_some()
                && *path == Path::of(&[rule.field])
                && to.as_text() == rule.submission
        })
    }

    fn needs_agreement(&self, kind: &str, path: &Path, to: &Json) -> bool {
        let rule = kinds::get(kind).and_then(|kind| kind.status);
        rule.is_some_and(|rule| {
            *path == Path::of(&[rule.field])
                && to.as_text().is_some_and(|to| rule.agreed.contains(&to))
        })
    }

    /// An assessment that all investigators have confirmed is submitted.
    fn consequences(&self, kind: &str, document: &Object) -> Vec<(Path, Json)> {
        let Some(kind) = kinds::get(kind).filter(|kind| answers_field(kind).is_some()) else {
            return Vec::new();
        };
        let form = form_named(document).and_then(|named| self.form(named));
        let rule = kind.status.filter(|rule| rule.is_open(document));
        match rule.and_then(|rule| Some((rule.field, rule.submission?))) {
            Some((field, submitted)) if signatures::is_confirmed(document, form) => {
                vec![(Path::of(&[field]), Json::from(submitted))]
            }
            _ => Vec::new(),
        }
    }

    fn only_at_desk(&self, kind: &str, asks: &[Ask]) -> Vec<Problem> {
        kinds::get(kind).map(|kind| permission::only_at_desk(kind, asks)).unwrap_or_default()
    }

    fn stamps(&self, question: &Question<'_>, document: &Object) -> Vec<(Path, Json)> {
        let Some(kind) = kinds::get(question.kind) else { return Vec::new() };
        permission::stamps(kind, question, document)
    }

    fn signers(&self, kind: &str, patch: &Object) -> Vec<UserId> {
        let signed = kinds::get(kind).filter(|kind| answers_field(kind).is_some());
        signed.map(|_| signatures::signers(patch)).unwrap_or_default()
    }

    fn work(&self, kind: &str, by: Capacity, document: &Object) -> Option<Option<RecordId>> {
        let field = permission::work_field(kinds::get(kind)?, by)?;
        Some(document.get(field).and_then(Json::as_text).and_then(RecordId::parse))
    }

    fn deletes_regardless(&self, kind: &str, by: Capacity) -> bool {
        kinds::get(kind).is_some_and(|kind| permission::deletes_regardless(kind, by))
    }

    /// Where its status needs its references, or a field that names others changes. The answers are
    /// left out: they change while an assessment is a draft, and are looked up at submission.
    fn looks_up_references(&self, kind: &str, patch: &Object) -> bool {
        let Some(named) = kinds::get(kind) else { return false };
        let Some(rule) = named.status else { return false };
        let mut status = patch.get(rule.field).cloned();
        status.iter_mut().for_each(ruhu_sync::normal::texts);
        let status = status.as_ref().and_then(Json::as_text);
        let changes = || {
            named.fields.iter().any(|field| {
                patch.contains_key(field.name) && crate::references::is_named_by(field)
            })
        };
        status.is_some_and(|status| rule.stands.contains(&status))
            || !self.signers(kind, patch).is_empty()
            || changes()
    }

    fn needs_references(&self, kind: &str, document: &Object) -> bool {
        let Some(kind) = kinds::get(kind) else { return false };
        // A record without a status needs its references for as long as it exists; a household has
        // none.
        let Some(rule) = kind.status else { return kind.rooting != Rooting::Root };
        let status = document.get(rule.field).and_then(Json::as_text);
        status.is_some_and(|status| rule.stands.contains(&status))
    }

    fn references(&self, kind: &str, document: &Object) -> Vec<Reference> {
        let Some(kind) = kinds::get(kind) else { return Vec::new() };
        let form = form_named(document).and_then(|named| self.form(named));
        crate::references::of(kind, form, document)
    }

    fn signatures(&self, question: &Question<'_>, signers: &Signers) -> Signatures {
        match kinds::get(question.kind).and_then(answers_field) {
            Some(_) => signatures::check(question, signers),
            None => Signatures::default(),
        }
    }

    fn author_capacity(&self, stream: StreamKind) -> Capacity {
        match stream {
            StreamKind::Caseload => WORKER,
            StreamKind::User => REPORTER,
            StreamKind::Reference => READER,
        }
    }

    fn notices(&self, news: &News<'_>) -> Vec<Notice> {
        crate::notices::of(news)
    }

    fn missing_at_submission(&self, kind: &str, document: &Object) -> Vec<Problem> {
        let Some(field) = kinds::get(kind).and_then(answers_field) else {
            return Vec::new();
        };
        match form_named(document).and_then(|named| self.form(named)) {
            Some(form) => check::whole_answers(form, field, document),
            None => vec![unknown_form()],
        }
    }

    fn broken(&self, kind: &str, document: &Object, now: Instant) -> Vec<Problem> {
        let kind = kinds::get(kind);
        kind.map(|kind| check::broken(kind, document, day_of(now))).unwrap_or_default()
    }

    /// A record that its author may no longer change has been submitted.
    fn is_handed_in(&self, kind: &str, document: &Object) -> bool {
        let rule = kinds::get(kind).and_then(|kind| kind.status);
        rule.is_some_and(|rule| {
            let status = document.get(rule.field).and_then(Json::as_text);
            let is_closed = |lock: &Lock| status.is_some_and(|status| lock.when.contains(&status));
            rule.submission.is_some() && rule.locks.iter().any(is_closed)
        })
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
