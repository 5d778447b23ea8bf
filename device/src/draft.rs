//! A draft: an edit as the person intends it.

use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::json::Object;
use ruhu_sync::path::Path;
use ruhu_sync::record::ConflictId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What an edit does. Moving, applying and dismissing belong to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Makes or changes a record.
    Put,
    /// Deletes one.
    Delete,
}

/// A person's intention for one record. Number, base and time are added when it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The operation.
    pub act: Act,
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its root; the record itself if it is one.
    pub root: RecordId,
    /// The merge patch; a deletion has none.
    pub patch: Object,
    /// The rows in it that are new.
    pub new_rows: BTreeSet<Path>,
    /// The open conflicts it settles.
    pub resolves: Vec<ConflictId>,
    /// The stream for a new root, if the person has more than one.
    pub stream: Option<StreamId>,
}

impl Draft {
    /// A change of a record, or a new one.
    pub fn put(record: RecordId, kind: &str, root: RecordId, patch: Object) -> Self {
        Self {
            act: Act::Put,
            record,
            kind: kind.to_owned(),
            root,
            patch,
            new_rows: BTreeSet::new(),
            resolves: Vec::new(),
            stream: None,
        }
    }

    /// A record's deletion.
    pub fn delete(record: RecordId, kind: &str, root: RecordId) -> Self {
        Self { act: Act::Delete, ..Self::put(record, kind, root, Object::new()) }
    }
}
