//! Shared by the tests of this crate: an edit as the protocol parses it.

use crate::rules::CaseRules;
use ruhu_forms::Catalogue;
use ruhu_sync::id::Instant;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::outcome::Problem;
use ruhu_sync::patch::{Ask, asks};
use ruhu_sync::path::Path;
use ruhu_sync::rules::Rules;

/// 2026-11-23 in Beijing.
pub(crate) const NOW: Instant = Instant(1_795_397_400_000_000);

pub(crate) fn rules() -> CaseRules {
    CaseRules::new(Catalogue::load().expect("forms"))
}

pub(crate) fn object(text: &str) -> Object {
    let json = Json::parse(text).expect("json");
    json.as_object().cloned().expect("object")
}

pub(crate) fn asked(
    rules: &CaseRules,
    kind: &str,
    current: Option<&Object>,
    patch: &str,
    new_rows: &[&str],
) -> Vec<Ask> {
    let patch = object(patch);
    let shape = rules.shape(kind, current, &patch).expect("shape");
    let new_rows = new_rows.iter().filter_map(|row| Path::parse(row)).collect();
    asks(&shape, &patch, &new_rows).expect("asks")
}

pub(crate) fn said(problems: Vec<Problem>) -> Vec<String> {
    problems.into_iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect()
}
