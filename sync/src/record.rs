//! A record: its document, its open conflicts, and the version that names both.

use crate::canonical;
use crate::id::{DeviceId, DeviceSeq, RecordId, Seq, StreamId, UserId};
use crate::json::{Json, Object};
use crate::path::Path;
use crate::rev::Rev;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write;

/// A conflict's name: the edit that opened it, and the place.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConflictId {
    /// The device of the edit that opened it.
    pub device: DeviceId,
    /// That edit's number.
    pub device_seq: DeviceSeq,
    /// The place.
    pub path: Path,
}

/// An alternative: a value that a person asked for and that waits next to the field's until a
/// person chooses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// Its name.
    #[serde(flatten)]
    pub id: ConflictId,
    /// Who asked for it.
    pub user: UserId,
    /// The time by the device's clock: shown to people, orders nothing.
    pub made_at: String,
    /// The value asked for; absent if the person removed it, or if a restored row had been removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
    /// What the person saw there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Json>,
    /// Another had removed the row, and this edit restored it: the alternative is its removal, and
    /// the edit itself is in the document.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restored: bool,
}

/// What a record holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// The document.
    pub document: Object,
    /// The open conflicts, in order of their names.
    pub conflicts: Vec<Conflict>,
    /// Whether the record has been deleted.
    pub deleted: bool,
    /// The rows ever removed: their ids return only through a conflict.
    pub removed_rows: BTreeSet<Path>,
}

impl Content {
    /// The members `conflicts`, `deleted` and `document` as canonical text, without braces: what is
    /// stored, hashed, and spliced into pages as it is.
    pub fn to_wire(&self) -> String {
        let mut wire = String::with_capacity(256);
        wire.push_str("\"conflicts\":[");
        for (index, conflict) in self.conflicts.iter().enumerate() {
            if index > 0 {
                wire.push(',');
            }
            write_conflict(&mut wire, conflict);
        }
        let _ = write!(wire, "],\"deleted\":{},\"document\":", self.deleted);
        canonical::write_object(&mut wire, &self.document);
        wire
    }

    /// Parses [`Content::to_wire`].
    pub fn from_wire(wire: &str, removed_rows: BTreeSet<Path>) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Wire {
            conflicts: Vec<Conflict>,
            deleted: bool,
            document: Json,
        }
        let read: Wire = serde_json::from_str(&format!("{{{wire}}}"))?;
        let document = match read.document {
            Json::Object(members) => members,
            _ => Object::new(),
        };
        Ok(Self { document, conflicts: read.conflicts, deleted: read.deleted, removed_rows })
    }
}

fn write_conflict(out: &mut String, conflict: &Conflict) {
    let mut members = Object::from([
        ("device".to_owned(), Json::Text(conflict.id.device.to_string())),
        (
            "device_seq".to_owned(),
            Json::Integer(i64::try_from(conflict.id.device_seq.0).unwrap_or(i64::MAX)),
        ),
        ("made_at".to_owned(), Json::Text(conflict.made_at.clone())),
        ("path".to_owned(), Json::Text(conflict.id.path.to_string())),
        ("user".to_owned(), Json::Text(conflict.user.to_string())),
    ]);
    let optional = [("value", conflict.value.clone()), ("base", conflict.base.clone())];
    for (name, value) in optional {
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    }
    if conflict.restored {
        members.insert("restored".to_owned(), Json::Bool(true));
    }
    canonical::write_object(out, &members);
}

/// The short hash in a rev: over the canonical JSON of conflicts, deleted, document and stream.
pub fn content_hash(wire: &str, stream: StreamId) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(b"{");
    hasher.update(wire.as_bytes());
    hasher.update(format!(",\"stream\":\"{stream}\"}}").as_bytes());
    let hash = hasher.finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// A record as the store keeps it: metadata in the clear, and the content as text that a page takes
/// unchanged.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRecord {
    /// Its permanent name.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// The record it belongs to; for a root, its own name.
    pub root: RecordId,
    /// The stream it is in.
    pub stream: StreamId,
    /// Its position there.
    pub seq: Seq,
    /// Its version.
    pub rev: Rev,
    /// Whether it has been deleted.
    pub deleted: bool,
    /// Its content ([`Content::to_wire`]).
    pub wire: String,
    /// The rows ever removed, for the server alone.
    pub removed_rows: BTreeSet<Path>,
}

impl StoredRecord {
    /// The content, parsed.
    pub fn content(&self) -> Result<Content, serde_json::Error> {
        Content::from_wire(&self.wire, self.removed_rows.clone())
    }
}

/// Appends a record as pages and answers carry it, around its stored text.
pub fn write_record(out: &mut String, record: &RecordFrame<'_>, wire: &str) {
    write_record_head(out, record);
    out.push_str(wire);
    out.push('}');
}

/// A record's metadata, as pages and answers show it.
#[derive(Clone, Copy, Debug)]
pub struct RecordFrame<'a> {
    /// Its name.
    pub id: RecordId,
    /// Its kind.
    pub kind: &'a str,
    /// Its root.
    pub root: RecordId,
    /// Its stream.
    pub stream: StreamId,
    /// Its position there.
    pub seq: Seq,
    /// Its version.
    pub rev: Rev,
}

impl<'a> From<&'a StoredRecord> for RecordFrame<'a> {
    fn from(r: &'a StoredRecord) -> Self {
        Self { id: r.id, kind: &r.kind, root: r.root, stream: r.stream, seq: r.seq, rev: r.rev }
    }
}

/// Appends everything of a record that comes before its stored text.
pub fn write_record_head(out: &mut String, r: &RecordFrame<'_>) {
    let _ = write!(
        out,
        "{{\"record\":\"{}\",\"kind\":\"{}\",\"root\":\"{}\",\"stream\":\"{}\",\"seq\":{},\"rev\":\"{}\",",
        r.id, r.kind, r.root, r.stream, r.seq, r.rev
    );
}
