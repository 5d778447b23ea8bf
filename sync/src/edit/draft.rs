//! An edit before it has a number, and the only writer of edits: what it writes, [`super::Received`]
//! reads as the same.

use super::Group;
use crate::canonical;
use crate::decision::EditName;
use crate::id::{DeviceSeq, Epoch, RecordId, StreamId};
use crate::json::{Json, Object};
use crate::op::Op;
use crate::path::Path;
use crate::record::ConflictId;
use crate::rev::Base;
use crate::version::Version;
use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};
use thiserror::Error;

/// An edit before it has a number.
#[derive(Clone, Debug, PartialEq)]
pub enum Draft {
    /// A change to a record.
    Change(Box<Change>),
    /// A decision on an edit that was not taken.
    Decision {
        /// Applied, or else dismissed.
        applies: bool,
        /// The edit that is decided on.
        target: EditName,
        /// Why, in words for its author.
        reason: String,
        /// Where a new root goes whose author did not say.
        stream: Option<StreamId>,
    },
    /// Nothing: it spends its number.
    Void,
}

/// A change to one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What it does: put, delete, undelete or move.
    pub op: Op,
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its root, if the edit names it; left out, it is the record itself.
    pub root: Option<RecordId>,
    /// The version the person was looking at.
    pub base: Base,
    /// The merge patch; only a put has one.
    pub patch: Object,
    /// The rows of the patch that are new.
    pub new_rows: BTreeSet<Path>,
    /// The open conflicts that the person settles by it.
    pub resolves: Vec<ConflictId>,
    /// The stream a new root is to live in, or the one a root is moved to.
    pub stream: Option<StreamId>,
    /// Why; said by staff, kept in the journal.
    pub reason: Option<String>,
}

impl Change {
    /// A change of this kind with nothing else in it.
    pub fn new(op: Op, record: RecordId, kind: &str, base: Base) -> Self {
        Self {
            op,
            record,
            kind: kind.to_owned(),
            root: None,
            base,
            patch: Object::new(),
            new_rows: BTreeSet::new(),
            resolves: Vec::new(),
            stream: None,
            reason: None,
        }
    }

    /// A record that is made or changed.
    pub fn put(record: RecordId, kind: &str, base: Base, patch: Object) -> Self {
        Self { patch, ..Self::new(Op::Put, record, kind, base) }
    }

    /// The same change, with its root named.
    #[must_use]
    pub fn under(self, root: RecordId) -> Self {
        Self { root: Some(root), ..self }
    }
}

impl From<Change> for Draft {
    fn from(change: Change) -> Self {
        Self::Change(Box::new(change))
    }
}

/// What makes an edit of a draft.
#[derive(Clone, Copy, Debug)]
pub struct Numbering<'a> {
    /// Its number.
    pub device_seq: DeviceSeq,
    /// When it was made, by the device's clock, if that is said.
    pub made_at: Option<&'a str>,
    /// Its group.
    pub group: Option<Group>,
}

/// Why a draft is not written: no strict reader would take it.
#[derive(Debug, Error)]
pub enum Unwritable {
    /// A number that JSON has no text for.
    #[error("a number is not finite")]
    NotFinite,
    /// Something that strict JSON refuses: NUL, a number beyond 2^53, too deep a value.
    #[error(transparent)]
    NotStrict(#[from] serde_json::Error),
}

impl Draft {
    /// The edit in canonical JSON, refused at once if no strict reader takes it.
    pub fn write_strictly(
        &self,
        at: Numbering<'_>,
        version: Version,
    ) -> Result<String, Unwritable> {
        if matches!(self, Self::Change(change) if !change.patch.values().all(is_finite)) {
            return Err(Unwritable::NotFinite);
        }
        let text = self.write(at, version);
        Json::parse(&text)?;
        Ok(text)
    }

    /// The edit in canonical JSON, as this version of the protocol writes it. What a strict reader
    /// does not take, such as NUL in a text, is written all the same: the push gives its outcome.
    pub fn write(&self, at: Numbering<'_>, version: Version) -> String {
        let mut members = Members::default();
        members.set("device_seq", count(at.device_seq.0));
        members.text("op", self.op().as_str());
        members.optional_text("made_at", at.made_at);
        if let Some(Group { id, size }) = at.group {
            let mut group = Members::default();
            group.text("id", id);
            group.set("size", count(u64::try_from(size).unwrap_or(u64::MAX)));
            members.set("group", group.into());
        }
        match self {
            Self::Change(change) => change.write(&mut members, version),
            Self::Decision { applies: _, target, reason, stream } => {
                members.set("edit", edit_name(*target).into());
                members.text("reason", reason);
                members.optional_text("stream", *stream);
            }
            Self::Void => {}
        }
        canonical::to_text(&members.into())
    }

    fn op(&self) -> Op {
        match self {
            Self::Change(change) => change.op,
            Self::Decision { applies: true, .. } => Op::Apply,
            Self::Decision { applies: false, .. } => Op::Dismiss,
            Self::Void => Op::Void,
        }
    }
}

impl Change {
    fn write(&self, members: &mut Members, version: Version) {
        members.text("record", self.record);
        members.text("kind", &self.kind);
        members.text("base", self.base);
        members.optional_text("root", self.root);
        members.optional_text("stream", self.stream);
        members.optional_text("reason", self.reason.as_ref());
        if !self.resolves.is_empty() {
            let conflicts = self.resolves.iter().map(|conflict| conflict_name(conflict).into());
            members.set("resolves", Json::List(conflicts.collect()));
        }
        if self.op != Op::Put {
            return;
        }
        match version {
            Version::One => {
                members.set("patch", Json::Object(self.patch.clone()));
                if !self.new_rows.is_empty() {
                    let rows = self.new_rows.iter().map(|row| Json::Text(row.to_string()));
                    members.set("new_rows", Json::List(rows.collect()));
                }
            }
            Version::Two => {
                let mut changes = Vec::new();
                self.gather(&Path::whole(), &self.patch, &mut changes);
                members.set("changes", Json::List(changes));
            }
        }
    }

    /// The patch as a list of places, each with what is asked of it.
    fn gather(&self, at: &Path, patch: &Object, changes: &mut Vec<Json>) {
        for (name, value) in patch {
            let path = at.child(name);
            let (act, what) = match value {
                row if self.new_rows.contains(&path) => ("add_row", row.clone()),
                Json::Null => ("remove", Json::Bool(true)),
                Json::Object(inner) if inner.is_empty() => ("ensure", Json::Bool(true)),
                Json::Object(inner) => {
                    self.gather(&path, inner, changes);
                    continue;
                }
                value => ("set", value.clone()),
            };
            let mut change = Members::default();
            change.text("path", path);
            change.set(act, what);
            changes.push(change.into());
        }
    }
}

/// The body of a push of edits that are already written.
pub fn write_push<'e>(
    protocol: u32,
    epoch: Epoch,
    edits: impl IntoIterator<Item = &'e str>,
) -> String {
    let mut body = String::new();
    let _ = write!(body, r#"{{"protocol":{protocol},"epoch":"{epoch}","edits":["#);
    for (index, edit) in edits.into_iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(edit);
    }
    body.push_str("]}");
    body
}

/// A written edit under another number.
pub fn renumber(edit: &str, device_seq: DeviceSeq) -> Result<String, serde_json::Error> {
    let mut edit = Json::parse(edit)?;
    if let Json::Object(members) = &mut edit {
        members.insert("device_seq".to_owned(), count(device_seq.0));
    }
    Ok(canonical::to_text(&edit))
}

fn is_finite(value: &Json) -> bool {
    match value {
        Json::Real(number) => number.is_finite(),
        Json::List(items) => items.iter().all(is_finite),
        Json::Object(members) => members.values().all(is_finite),
        _ => true,
    }
}

fn edit_name(name: EditName) -> Members {
    let mut members = Members::default();
    members.text("device", name.device);
    members.set("device_seq", count(name.device_seq.0));
    members
}

fn conflict_name(conflict: &ConflictId) -> Members {
    let ConflictId { device, device_seq, path } = conflict;
    let mut members = edit_name(EditName { device: *device, device_seq: *device_seq });
    members.text("path", path);
    members
}

fn count(number: u64) -> Json {
    Json::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

#[derive(Default)]
struct Members(Object);

impl Members {
    fn set(&mut self, name: &str, value: Json) {
        self.0.insert(name.to_owned(), value);
    }

    fn text(&mut self, name: &str, value: impl Display) {
        self.set(name, Json::Text(value.to_string()));
    }

    fn optional_text(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }
}

impl From<Members> for Json {
    fn from(members: Members) -> Self {
        Self::Object(members.0)
    }
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
