//! One edit, as a device sends it. Elements are parsed one by one: an element with a readable
//! number gets an outcome whatever else is wrong with it, and its bytes are kept.

mod changes;
mod draft;

pub use changes::patch_in;
pub use draft::{Change, Draft, Numbering, Unwritable, renumber, write_push};

use crate::canonical;
use crate::decision::{Decision, EditName};
use crate::handshake::LIMITS;
use crate::id::{DeviceId, DeviceSeq, GroupId, RecordId, StreamId};
use crate::json::{DEPTH_MAX, Json, Object};
use crate::op::Op;
use crate::outcome::{Problem, Reason, Refusal};
use crate::path::Path;
use crate::planted::{Fault, planted};
use crate::record::ConflictId;
use crate::rev::Base;
use crate::version::Version;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The group an edit belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Group {
    /// Its name.
    pub id: GroupId,
    /// The number of edits in it.
    pub size: usize,
}

impl Group {
    /// A group that no single push can hold could never be complete, so it is not a group.
    fn sound(self) -> Option<Self> {
        (1..=LIMITS.push_edits_max).contains(&self.size).then_some(self)
    }
}

/// One change to one record, as a device requests it.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The operation.
    pub op: Op,
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its root; the record itself if it is a root, or if the edit names none.
    pub root: RecordId,
    /// Whether the edit itself names that root.
    pub names_root: bool,
    /// The version the person was looking at.
    pub base: Base,
    /// The merge patch.
    pub patch: Object,
    /// The rows that the person added.
    pub new_rows: BTreeSet<Path>,
    /// The open conflicts that it settles.
    pub resolves: Vec<ConflictId>,
    /// The time by the device's clock.
    pub made_at: String,
    /// The stream for a new root, if the person has more than one; or the target of a move.
    pub stream: Option<StreamId>,
}

/// The content of an element of a push.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// No content: a void, which uses up its number.
    Void,
    /// A change to a record.
    Edit(Box<Edit>),
    /// A decision on an edit that was not taken.
    Decision(Decision),
}

/// An element of a push, as far as it could be read.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    /// Its number.
    pub device_seq: DeviceSeq,
    /// The bytes as they came.
    pub raw: &'a str,
    /// The canonical text; the bytes themselves if it is not strict JSON.
    pub canonical: String,
    /// The group, if at least that could be read.
    pub group: Option<Group>,
    /// The time by the device's clock, if at least that could be read: the same in every version.
    pub made_at: Option<String>,
    /// The content, or why it cannot be read.
    pub edit: Result<Asked, Refusal>,
}

/// The best-effort reading of an element that is not strict JSON.
#[derive(Deserialize)]
struct Lenient {
    device_seq: u64,
}

/// Its group: the other members must not wait for ever because this one cannot be read.
#[derive(Deserialize)]
struct LenientGroup {
    group: Group,
}

impl<'a> Received<'a> {
    /// Parses an element of version 1; `None` if not even its number can be read.
    pub fn read(raw: &'a str) -> Option<Self> {
        Self::read_in(raw, Version::One)
    }

    /// Parses an edit from the journal, in whichever version it came.
    pub fn read_stored(raw: &'a str) -> Option<Self> {
        let one = Self::read(raw)?;
        // Only a version without `patch` produces a put that version 1 cannot read.
        let two = one.edit.is_err().then(|| Self::read_in(raw, Version::Two)).flatten();
        Some(two.filter(|two| two.edit.is_ok()).unwrap_or(one))
    }

    /// Parses an element of a push in this version; `None` if not even its number can be read.
    pub fn read_in(raw: &'a str, version: Version) -> Option<Self> {
        let malformed = |code: &str| {
            Err(Refusal::reject(Reason::Malformed, vec![Problem::new(Path::whole(), code)]))
        };
        let unread = |device_seq: u64, code: &str| Self {
            device_seq: DeviceSeq(device_seq),
            raw,
            canonical: raw.to_owned(),
            group: serde_json::from_str::<LenientGroup>(raw)
                .ok()
                .and_then(|lenient| lenient.group.sound()),
            made_at: None,
            edit: malformed(code),
        };
        if raw.len() > LIMITS.edit_bytes_max {
            let lenient: Lenient = serde_json::from_str(raw).ok()?;
            return Some(unread(lenient.device_seq, "too_large"));
        }
        let strict = Json::parse(raw).ok().filter(|value| !value.is_deeper_than(DEPTH_MAX));
        let Some(Json::Object(members)) = strict else {
            let lenient: Lenient = serde_json::from_str(raw).ok()?;
            if planted(Fault::UnreadableStopsAll) {
                return None;
            }
            return Some(unread(lenient.device_seq, "not_strict_json"));
        };
        let device_seq = u64::try_from(members.get("device_seq")?.as_integer()?).ok()?;
        let mut canonical = String::with_capacity(raw.len());
        canonical::write_object(&mut canonical, &members);
        let group = members.get("group").map(read_group);
        let made_at = made_at(&members);
        let edit = match &group {
            Some(None) => Err(Refusal::reject(
                Reason::Malformed,
                vec![Problem::new(Path::of(&["group"]), "unreadable")],
            )),
            _ => read_edit(members, version),
        };
        let group = group.flatten();
        Some(Self { device_seq: DeviceSeq(device_seq), raw, canonical, group, made_at, edit })
    }

    /// The edit, if it is one.
    pub fn asked(&self) -> Option<&Edit> {
        match &self.edit {
            Ok(Asked::Edit(edit)) => Some(edit),
            _ => None,
        }
    }

    /// The decision, if it is one.
    pub fn decision(&self) -> Option<&Decision> {
        match &self.edit {
            Ok(Asked::Decision(decision)) => Some(decision),
            _ => None,
        }
    }

    /// The operation, if at least that could be read.
    pub fn op(&self) -> Option<Op> {
        match self.edit.as_ref().ok()? {
            Asked::Void => Some(Op::Void),
            Asked::Edit(edit) => Some(edit.op),
            Asked::Decision(decision) => Some(decision.op()),
        }
    }
}

/// The time of an edit by the device's clock, as it came, cut to a short text. It decides nothing,
/// so no value is wrong.
fn made_at(members: &Object) -> Option<String> {
    let text = members.get("made_at")?.as_text()?;
    let end = (0..=WORD_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end?.min(text.len())).map(str::to_owned)
}

fn read_group(value: &Json) -> Option<Group> {
    let members = value.as_object()?;
    let size = usize::try_from(members.get("size")?.as_integer()?).ok()?;
    let id = GroupId::parse(members.get("id")?.as_text()?)?;
    Group { id, size }.sound()
}

/// Collects all problems with an edit's members, so that they are reported together.
struct Reader {
    members: Object,
    problems: Vec<Problem>,
}

impl Reader {
    fn wrong(&mut self, name: &str, code: &str) {
        self.problems.push(Problem::new(Path::of(&[name]), code));
    }

    fn text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let Some(value) = self.members.get(name) else {
            self.wrong(name, "missing");
            return None;
        };
        let read = value.as_text().and_then(parse);
        if read.is_none() {
            self.wrong(name, "unreadable");
        }
        read
    }

    fn made_at(&self) -> String {
        made_at(&self.members).unwrap_or_default()
    }

    fn optional<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        if self.members.contains_key(name) { self.text(name, parse) } else { None }
    }

    fn list<T>(&mut self, name: &str, parse: impl Fn(&Json) -> Option<T>) -> Vec<T> {
        let read = match self.members.get(name) {
            None => Some(Vec::new()),
            Some(Json::List(items)) => items.iter().map(parse).collect(),
            Some(_) => None,
        };
        if read.is_none() {
            self.wrong(name, "unreadable");
        }
        read.unwrap_or_default()
    }

    fn patch(&mut self, op: Op) -> (Object, BTreeSet<Path>) {
        let new_rows = self.list("new_rows", |item| item.as_text().and_then(Path::parse));
        let patch = match self.members.remove("patch") {
            Some(Json::Object(patch)) => patch,
            None if op != Op::Put => Object::new(),
            other => {
                self.wrong("patch", if other.is_some() { "object_expected" } else { "missing" });
                Object::new()
            }
        };
        (patch, new_rows.into_iter().collect())
    }
}

const WORD_BYTES_MAX: usize = 64;

/// The maximum length of a decision's reason.
pub const REASON_CHARACTERS_MAX: usize = 500;

fn read_edit(members: Object, version: Version) -> Result<Asked, Refusal> {
    let word =
        |text: &str| (!text.is_empty() && text.len() <= WORD_BYTES_MAX).then(|| text.to_owned());
    let mut reader = Reader { members, problems: Vec::new() };
    let Some(op) = reader.text("op", word) else {
        return Err(Refusal::reject(Reason::Malformed, reader.problems));
    };
    let op = match op.parse() {
        Ok(Op::Void) => return Ok(Asked::Void),
        Ok(op @ (Op::Apply | Op::Dismiss)) => return read_decision(reader, op),
        Ok(op) => op,
        Err(_) => {
            let problem = Problem::new(Path::of(&["op"]), "unknown");
            return Err(Refusal::reject(Reason::UnknownOp, vec![problem]));
        }
    };
    let record = reader.text("record", RecordId::parse);
    let kind = reader.text("kind", word);
    let names_root = reader.members.contains_key("root");
    let root = reader.optional("root", RecordId::parse).or(record);
    let base = reader.text("base", Base::parse);
    let made_at = reader.made_at();
    let stream = match op {
        Op::Move => reader.text("stream", StreamId::parse),
        _ => reader.optional("stream", StreamId::parse),
    };
    let resolves = reader.list("resolves", read_conflict_id);
    let (patch, new_rows) = match version {
        Version::One => reader.patch(op),
        Version::Two => reader.changes(op),
    };
    match (record, kind, root, base) {
        (Some(record), Some(kind), Some(root), Some(base)) if reader.problems.is_empty() => {
            Ok(Asked::Edit(Box::new(Edit {
                op,
                record,
                kind,
                root,
                names_root,
                base,
                patch,
                new_rows,
                resolves,
                made_at,
                stream,
            })))
        }
        _ => Err(Refusal::reject(Reason::Malformed, reader.problems)),
    }
}

fn read_decision(mut reader: Reader, op: Op) -> Result<Asked, Refusal> {
    let target = reader.members.get("edit").and_then(read_name);
    if target.is_none() {
        reader.wrong("edit", "unreadable");
    }
    let reason = reader.text("reason", |text| {
        let is_said = planted(Fault::DecidedWithoutReason)
            || !text.trim().is_empty() && text.chars().count() <= REASON_CHARACTERS_MAX;
        is_said.then(|| text.to_owned())
    });
    let made_at = reader.made_at();
    let stream = reader.optional("stream", StreamId::parse);
    match (target, reason) {
        (Some(target), Some(reason)) if reader.problems.is_empty() => {
            let applies = op == Op::Apply;
            Ok(Asked::Decision(Decision { applies, target, reason, made_at, stream }))
        }
        _ => Err(Refusal::reject(Reason::Malformed, reader.problems)),
    }
}

fn read_name(value: &Json) -> Option<EditName> {
    let members = value.as_object()?;
    Some(EditName {
        device: DeviceId::parse(members.get("device")?.as_text()?)?,
        device_seq: DeviceSeq(u64::try_from(members.get("device_seq")?.as_integer()?).ok()?),
    })
}

fn read_conflict_id(value: &Json) -> Option<ConflictId> {
    let EditName { device, device_seq } = read_name(value)?;
    let path = Path::parse(value.as_object()?.get("path")?.as_text()?)?;
    Some(ConflictId { device, device_seq, path })
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
