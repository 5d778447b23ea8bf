//! The form that judges a record's answers: the one it names, or a later version of it.

use crate::kind::{Holds, Kind};
use ruhu_forms::{Catalogue, Form};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::patch::{Ask, Wish};
use ruhu_sync::path::Path;

/// The fields that name an assessment's form.
pub(crate) const FORM: &str = "form";
pub(crate) const FORM_VERSION: &str = "form_version";

pub(crate) fn answers_field(kind: &Kind) -> Option<&'static str> {
    kind.fields.iter().find(|field| matches!(field.holds, Holds::Answers)).map(|field| field.name)
}

pub(crate) fn versions_through<'a>(catalogue: &'a Catalogue, form: &'a Form) -> Vec<&'a Form> {
    let all = catalogue.list().iter().map(|entry| entry.form());
    let mut versions: Vec<_> =
        all.filter(|other| other.id() == form.id() && other.version() <= form.version()).collect();
    versions.sort_by_key(|form| form.version());
    versions
}

/// The form that judges an edit: the record's, or the later version that the edit moves it to. The
/// form itself never changes.
pub(crate) fn form_judging<'a>(
    named: Option<(&'a str, i64)>,
    asked: Option<(Option<&'a str>, i64)>,
) -> Option<(&'a str, i64)> {
    match (named, asked) {
        (Some((form, version)), Some((other, later)))
            if later > version && other.is_none_or(|other| other == form) =>
        {
            Some((form, later))
        }
        (None, Some((Some(form), version))) => Some((form, version)),
        (named, _) => named,
    }
}

pub(crate) fn form_named(document: &Object) -> Option<(&str, i64)> {
    let form = document.get(FORM)?.as_text()?;
    let version = document.get(FORM_VERSION)?.as_integer()?;
    Some((form, version))
}

pub(crate) fn form_asked(asks: &[Ask]) -> Option<(Option<&str>, i64)> {
    let asked = |name: &str| {
        let path = Path::of(&[name]);
        asks.iter().find_map(|ask| match &ask.wish {
            Wish::Set(value) if ask.path == path => Some(value),
            _ => None,
        })
    };
    form_said(asked(FORM), asked(FORM_VERSION))
}

pub(crate) fn form_said<'a>(
    form: Option<&'a Json>,
    version: Option<&'a Json>,
) -> Option<(Option<&'a str>, i64)> {
    Some((form.and_then(Json::as_text), version?.as_integer()?))
}
