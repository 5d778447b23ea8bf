//! The overlay: the server's version with the person's unsent edits over it.

use crate::draft::{Act, Draft};
use crate::row::Row;
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::record::Conflict;
use ruhu_sync::rev::Rev;

/// A record as its device shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Its name.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its root.
    pub root: RecordId,
    /// The stream of the server's version, if there is one.
    pub stream: Option<StreamId>,
    /// The server's version, if the device has seen one.
    pub rev: Option<Rev>,
    /// The document with the unsent edits over it.
    pub document: Object,
    /// The open conflicts that no unsent edit settles.
    pub conflicts: Vec<Conflict>,
    /// Whether it is deleted, on the server or by an unsent edit.
    pub deleted: bool,
    /// Whether any edit of it is unsent.
    pub has_unsent: bool,
}

impl View {
    /// The view of a record; `None` if the device knows nothing of it. The unsent edits come oldest
    /// first.
    pub(crate) fn of<'a>(
        row: Option<&Row>,
        unsent: impl Iterator<Item = &'a Draft>,
    ) -> Option<Self> {
        let mut view = row.map(|row| Self {
            record: row.record,
            kind: row.kind.clone(),
            root: row.root,
            stream: Some(row.stream),
            rev: Some(row.rev),
            document: row.document.clone(),
            conflicts: row.conflicts.clone(),
            deleted: row.deleted,
            has_unsent: false,
        });
        for draft in unsent {
            view.get_or_insert_with(|| Self::nothing_yet(draft)).lay(draft);
        }
        view
    }

    fn nothing_yet(draft: &Draft) -> Self {
        Self {
            record: draft.record,
            kind: draft.kind.clone(),
            root: draft.root,
            stream: None,
            rev: None,
            document: Object::new(),
            conflicts: Vec::new(),
            deleted: false,
            has_unsent: true,
        }
    }

    fn lay(&mut self, draft: &Draft) {
        self.has_unsent = true;
        self.conflicts.retain(|open| !draft.resolves.contains(&open.id));
        match draft.act {
            Act::Put => lay_patch(&mut self.document, &draft.patch),
            Act::Delete => self.deleted = true,
        }
    }
}

/// Lays a JSON merge patch (RFC 7396) over a document.
pub(crate) fn lay_patch(document: &mut Object, patch: &Object) {
    for (name, value) in patch {
        match value {
            Json::Null => {
                document.remove(name);
            }
            Json::Object(inner) => {
                let place = document.entry(name.clone()).or_insert(Json::Null);
                if let Json::Object(members) = place {
                    lay_patch(members, inner);
                } else {
                    let mut members = Object::new();
                    lay_patch(&mut members, inner);
                    *place = Json::Object(members);
                }
            }
            value => {
                document.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(document: &str, patch: &str) -> Json {
        let read = |text| match Json::parse(text) {
            Ok(Json::Object(members)) => members,
            other => panic!("no object: {other:?}"),
        };
        let mut document = read(document);
        lay_patch(&mut document, &read(patch));
        Json::Object(document)
    }

    #[test]
    fn a_patch_is_laid_as_the_standard_says() {
        for (document, patch, wanted) in [
            (r#"{"a":"b"}"#, r#"{"a":"c","b":1}"#, r#"{"a":"c","b":1}"#),
            (r#"{"a":"b","b":1}"#, r#"{"a":null,"x":null}"#, r#"{"b":1}"#),
            (r#"{"a":[1]}"#, r#"{"a":{"b":{"c":null}}}"#, r#"{"a":{"b":{}}}"#),
            (r#"{"a":{"b":1}}"#, r#"{"a":{}}"#, r#"{"a":{"b":1}}"#),
            ("{}", r#"{"a":{}}"#, r#"{"a":{}}"#),
        ] {
            assert_eq!(Some(laid(document, patch)), Json::parse(wanted).ok(), "{patch}");
        }
    }
}
