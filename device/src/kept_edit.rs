//! An edit as the device stores and sends it.

use crate::changes::write_changes;
use crate::draft::{Act, Draft};
use crate::error::DeviceError;
use ruhu_sync::canonical;
use ruhu_sync::id::{DeviceSeq, GroupId, RecordId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::outcome::Outcome;
use ruhu_sync::record::ConflictId;
use ruhu_sync::rev::Base;
use ruhu_sync::version::Version;
use serde::{Deserialize, Serialize};

/// The group an edit belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The group's name.
    pub id: GroupId,
    /// How many edits it has.
    pub size: usize,
}

/// An edit with its number, stored before it is sent. The bytes never change: the server recognises
/// a retry by them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptEdit {
    /// Its number.
    pub device_seq: DeviceSeq,
    /// The person's draft; none for a void.
    pub draft: Option<Draft>,
    /// The version the person was looking at.
    #[serde(with = "base_text")]
    pub base: Base,
    /// Its group.
    pub group: Option<Membership>,
    /// The protocol version it is written in: it is never sent in another.
    pub protocol: u32,
    /// Exactly what is sent.
    pub bytes: String,
}

/// An edit that was not taken: removed from the overlay, listed to its author.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefusedEdit {
    /// The edit.
    pub edit: KeptEdit,
    /// The outcome, with the reason.
    pub outcome: Outcome,
}

impl KeptEdit {
    /// Serialises an edit.
    pub(crate) fn new(
        device_seq: DeviceSeq,
        draft: Draft,
        base: Base,
        group: Option<Membership>,
        made_at: &str,
        version: Version,
    ) -> Result<Self, DeviceError> {
        let mut members = Object::from([
            ("base".to_owned(), Json::Text(base.to_string())),
            ("device_seq".to_owned(), count(device_seq.0)),
            ("kind".to_owned(), Json::Text(draft.kind.clone())),
            ("made_at".to_owned(), Json::Text(made_at.to_owned())),
            ("record".to_owned(), Json::Text(draft.record.to_string())),
            ("root".to_owned(), Json::Text(draft.root.to_string())),
        ]);
        let op = match draft.act {
            Act::Put => {
                write_changes(&mut members, &draft, version);
                "put"
            }
            Act::Delete => "delete",
        };
        members.insert("op".to_owned(), Json::from(op));
        if !draft.resolves.is_empty() {
            let names = draft.resolves.iter().map(conflict_name).collect();
            members.insert("resolves".to_owned(), Json::List(names));
        }
        if let Some(stream) = draft.stream {
            members.insert("stream".to_owned(), Json::Text(stream.to_string()));
        }
        if let Some(group) = group {
            members.insert("group".to_owned(), group_name(group));
        }
        let (protocol, bytes) = (version.number(), write_strictly(members)?);
        Ok(Self { device_seq, draft: Some(draft), base, group, protocol, bytes })
    }

    /// The void that replaces this edit under its number. It belongs to no group: a group is voided
    /// as a whole.
    pub(crate) fn void(&self) -> Self {
        Self {
            device_seq: self.device_seq,
            draft: None,
            base: Base::Nothing,
            group: None,
            // Every version has voids; version 1 is spoken everywhere.
            protocol: Version::One.number(),
            bytes: format!("{{\"device_seq\":{},\"op\":\"void\"}}", self.device_seq),
        }
    }

    /// The same edit under another number; none for a void, which stands for its number alone.
    pub(crate) fn renumbered(&self, device_seq: DeviceSeq) -> Result<Option<Self>, DeviceError> {
        if self.draft.is_none() {
            return Ok(None);
        }
        let kept = Json::parse(&self.bytes).ok();
        let Some(mut members) = kept.as_ref().and_then(Json::as_object).cloned() else {
            return Err(DeviceError::Memory("a kept edit cannot be read".to_owned()));
        };
        members.insert("device_seq".to_owned(), count(device_seq.0));
        Ok(Some(Self { device_seq, bytes: write_strictly(members)?, ..self.clone() }))
    }

    /// The draft, if the edit is for this record.
    pub(crate) fn of(&self, record: RecordId) -> Option<&Draft> {
        self.draft.as_ref().filter(|draft| draft.record == record)
    }
}

/// Refuses at once what no server could read: NUL, numbers that are not finite or beyond 2^53.
fn write_strictly(members: Object) -> Result<String, DeviceError> {
    let whole = Json::Object(members);
    if !is_finite(&whole) {
        return Err(DeviceError::Unwritable("a number is not finite".to_owned()));
    }
    let bytes = canonical::to_text(&whole);
    match Json::parse(&bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(DeviceError::Unwritable(error.to_string())),
    }
}

fn is_finite(value: &Json) -> bool {
    match value {
        Json::Real(number) => number.is_finite(),
        Json::List(items) => items.iter().all(is_finite),
        Json::Object(members) => members.values().all(is_finite),
        _ => true,
    }
}

fn count(number: u64) -> Json {
    Json::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn group_name(group: Membership) -> Json {
    let size = u64::try_from(group.size).unwrap_or(u64::MAX);
    Json::Object(Object::from([
        ("id".to_owned(), Json::Text(group.id.to_string())),
        ("size".to_owned(), count(size)),
    ]))
}

fn conflict_name(name: &ConflictId) -> Json {
    Json::Object(Object::from([
        ("device".to_owned(), Json::Text(name.device.to_string())),
        ("device_seq".to_owned(), count(name.device_seq.0)),
        ("path".to_owned(), Json::Text(name.path.to_string())),
    ]))
}

mod base_text {
    use ruhu_sync::rev::Base;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(base: &Base, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(base)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Base, D::Error> {
        let text = String::deserialize(from)?;
        Base::parse(&text).ok_or_else(|| D::Error::custom("not a base"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruhu_sync::edit::{Asked, Received};
    use ruhu_sync::id::StreamId;
    use ruhu_sync::path::Path;
    use uuid::Uuid;

    fn draft() -> Draft {
        let record = RecordId(Uuid::from_u128(1));
        let patch = Object::from([("name".to_owned(), Json::from("测试丁"))]);
        Draft::put(record, "household", record, patch)
    }

    fn keep(draft: Draft) -> Result<KeptEdit, DeviceError> {
        KeptEdit::new(DeviceSeq(3), draft, Base::Nothing, None, "2026-11-23", Version::One)
    }

    #[test]
    fn what_is_written_is_what_the_server_reads() {
        let mut draft = draft();
        draft.new_rows.insert(Path::of(&["income", "r1"]));
        draft.resolves.push(ConflictId {
            device: ruhu_sync::id::DeviceId(Uuid::from_u128(2)),
            device_seq: DeviceSeq(9),
            path: Path::of(&["a/b"]),
        });
        draft.stream = Some(StreamId(Uuid::from_u128(4)));
        let kept = keep(draft.clone()).expect("kept");
        let received = Received::read(&kept.bytes).expect("read");
        assert_eq!(received.canonical, kept.bytes);
        let edit = received.asked().expect("an edit");
        assert_eq!((edit.record, edit.root), (draft.record, draft.root));
        assert_eq!((&edit.patch, &edit.new_rows), (&draft.patch, &draft.new_rows));
        assert_eq!((&edit.resolves, edit.stream), (&draft.resolves, draft.stream));
    }

    #[test]
    fn a_void_and_a_deletion_are_read_as_such() {
        let kept = keep(draft()).expect("kept");
        let received = Received::read(&kept.void().bytes).map(|void| void.edit);
        assert_eq!(received, Some(Ok(Asked::Void)));
        let record = draft().record;
        let gone = keep(Draft::delete(record, "household", record)).expect("kept");
        assert!(Received::read(&gone.bytes).is_some_and(|edit| edit.asked().is_some()));
    }

    #[test]
    fn what_no_server_could_read_is_refused_before_it_has_a_number() {
        for value in [Json::Real(f64::NAN), Json::Text("\0".to_owned()), Json::Integer(i64::MAX)] {
            let mut draft = draft();
            draft.patch.insert("x".to_owned(), value);
            assert!(matches!(keep(draft), Err(DeviceError::Unwritable(_))));
        }
    }
}
