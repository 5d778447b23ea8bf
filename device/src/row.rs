//! A record as the server last sent it.

use ruhu_sync::id::{RecordId, Seq, StreamId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::record::{Conflict, Content, content_hash};
use ruhu_sync::rev::Rev;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;

/// One record of a page or of a push's answer, stored as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its name.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its root.
    pub root: RecordId,
    /// The stream this copy belongs to.
    pub stream: StreamId,
    /// Its position there.
    pub seq: Seq,
    /// Its version.
    pub rev: Rev,
    /// Its open conflicts.
    pub conflicts: Vec<Conflict>,
    /// Whether it has been deleted.
    pub deleted: bool,
    /// The document.
    #[serde(deserialize_with = "object")]
    pub document: Object,
}

fn object<'de, D: Deserializer<'de>>(from: D) -> Result<Object, D::Error> {
    match Json::deserialize(from)? {
        Json::Object(members) => Ok(members),
        _ => Err(D::Error::custom("a document is an object")),
    }
}

impl Row {
    /// The rev computed from this copy's content: equal to [`Row::rev`] unless it was damaged.
    /// Digests use it, so that damage shows even if the stored rev looks right.
    pub fn rev_of_content(&self) -> Rev {
        let content = Content {
            document: self.document.clone(),
            conflicts: self.conflicts.clone(),
            deleted: self.deleted,
            removed_rows: BTreeSet::new(),
        };
        Rev { number: self.rev.number, hash: content_hash(&content.to_wire(), self.stream) }
    }
}
