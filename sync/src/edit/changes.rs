//! Version 2's notation for what an edit changes: a list of places, each with one operation. It is
//! converted to version 1's form, a merge patch and the new rows, so that there is one judge and
//! one merge for both.

use super::Reader;
use crate::json::{DEPTH_MAX, Json, Object};
use crate::op::Op;
use crate::outcome::Problem;
use crate::path::Path;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The merge patch and its new rows.
pub(super) type Asked = (Object, BTreeSet<Path>);

/// The maximum depth of a patch: the edit around it counts as a level.
const PATCH_DEPTH_MAX: usize = DEPTH_MAX - 1;

impl Reader {
    /// Reads `changes`.
    pub(super) fn changes(&mut self, op: Op) -> Asked {
        for word in ["patch", "new_rows"] {
            if self.members.contains_key(word) {
                self.wrong(word, "not_in_this_version");
            }
        }
        match self.members.remove("changes") {
            Some(Json::List(items)) => patch_of(items).unwrap_or_else(|mut problems| {
                self.problems.append(&mut problems);
                Asked::default()
            }),
            None if op != Op::Put => Asked::default(),
            other => {
                self.wrong("changes", if other.is_some() { "list_expected" } else { "missing" });
                Asked::default()
            }
        }
    }
}

/// The operation of one change at its place.
struct Change {
    path: Path,
    /// The value of a merge patch at that place.
    value: Json,
    is_new_row: bool,
}

/// Converts a list of changes to a merge patch, or reports everything that is wrong with the list.
/// Their order means nothing: no two of them touch one place.
pub(super) fn patch_of(items: Vec<Json>) -> Result<Asked, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut changes: BTreeMap<Path, (usize, Change)> = BTreeMap::new();
    let at = |index: usize| Path::of(&["changes", &index.to_string()]);
    for (index, item) in items.into_iter().enumerate() {
        match read(item) {
            Ok(change) => {
                if changes.insert(change.path.clone(), (index, change)).is_some() {
                    problems.push(Problem::new(at(index), "overlaps"));
                }
            }
            Err(code) => problems.push(Problem::new(at(index), code)),
        }
    }
    // Sorted by path, a place comes right before what is inside it.
    let inside = changes.values().zip(changes.values().skip(1));
    problems.extend(
        inside
            .filter(|((_, outer), (_, inner))| inner.path.is_within(&outer.path))
            .map(|(_, (index, _))| Problem::new(at(*index), "overlaps")),
    );
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut asked = Asked::default();
    for (path, (_, change)) in changes {
        path.put(&mut asked.0, change.value);
        if change.is_new_row {
            asked.1.insert(path);
        }
    }
    Ok(asked)
}

fn read(item: Json) -> Result<Change, &'static str> {
    let Json::Object(mut members) = item else {
        return Err("object_expected");
    };
    let path = members.remove("path").ok_or("path_missing")?;
    let path = path.as_text().and_then(Path::parse).ok_or("path_unreadable")?;
    let mut members = members.into_iter();
    let (Some((word, value)), None) = (members.next(), members.next()) else {
        return Err("one_act_expected");
    };
    let (value, is_new_row) = match (word.as_str(), value) {
        ("set", value) if value.holds_null() => return Err("null_inside_value"),
        ("set", value) => (value, false),
        ("add_row", row) => (row, true),
        ("remove", Json::Bool(true)) => (Json::Null, false),
        ("ensure", Json::Bool(true)) => (Json::Object(Object::new()), false),
        ("remove" | "ensure", _) => return Err("true_expected"),
        _ => return Err("unknown_act"),
    };
    // Checked before anything is built: a pointer may have more steps than a document may have
    // levels.
    match (path.steps().len(), PATCH_DEPTH_MAX.checked_sub(path.steps().len())) {
        (0, _) => Err("path_unreadable"),
        (_, Some(left)) if !value.is_deeper_than(left) => Ok(Change { path, value, is_new_row }),
        _ => Err("too_deep"),
    }
}

/// The merge patch of an edit that was taken, parsed from its stored text, in whichever version it
/// came. `None` if it has none.
pub fn patch_in(payload: &str) -> Option<Object> {
    #[derive(Deserialize)]
    struct Payload {
        patch: Option<Json>,
        changes: Option<Vec<Json>>,
    }
    match serde_json::from_str(payload).ok()? {
        Payload { patch: Some(Json::Object(patch)), .. } => Some(patch),
        Payload { patch: None, changes: Some(changes) } => Some(patch_of(changes).ok()?.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Received;
    use super::*;
    use crate::version::Version;

    fn problems(changes: &str) -> Vec<String> {
        let raw = format!(
            r#"{{"device_seq":3,"op":"put","record":"01920000-0000-7000-8000-000000000001","kind":"thing","base":"0","changes":{changes},"made_at":"2026-11-23"}}"#
        );
        let received = Received::read_in(&raw, Version::Two).expect("a number");
        let refusal = received.edit.expect_err("malformed");
        refusal.problems.iter().map(|p| format!("{} {}", p.path, p.code)).collect()
    }

    #[test]
    fn a_place_that_two_changes_ask_for_is_named() {
        let twice = r#"[{"path":"/a","set":1},{"path":"/b","set":1},{"path":"/a","remove":true}]"#;
        assert_eq!(problems(twice), ["/changes/2 overlaps"]);
        let inside =
            r#"[{"path":"/a/b/c","set":1},{"path":"/a!","set":1},{"path":"/a","ensure":true}]"#;
        assert_eq!(problems(inside), ["/changes/0 overlaps"]);
    }

    #[test]
    fn a_pointer_deeper_than_a_document_may_be_is_refused_before_anything_is_built() {
        let deep = |steps: usize| format!(r#"[{{"path":"{}","ensure":true}}]"#, "/a".repeat(steps));
        assert_eq!(problems(&deep(DEPTH_MAX)), ["/changes/0 too_deep"]);
        assert_eq!(problems(&deep(400_000)), ["/changes/0 too_deep"]);
        let items = |text: &str| match Json::parse(text) {
            Ok(Json::List(items)) => items,
            other => panic!("{other:?}"),
        };
        let (patch, _) = patch_of(items(&deep(DEPTH_MAX - 2))).expect("as deep as may be");
        assert!(!Json::Object(patch).is_deeper_than(DEPTH_MAX - 1));
        assert!(patch_of(items(&deep(DEPTH_MAX - 1))).is_err());
    }
}
