//! An edit as the device stores and sends it.

use crate::draft::{Act, Draft};
use crate::error::DeviceError;
use ruhu_sync::edit::{self, Numbering};
use ruhu_sync::id::{DeviceSeq, GroupId, RecordId};
use ruhu_sync::op::Op;
use ruhu_sync::outcome::Outcome;
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
        let change = edit::Change {
            op: match draft.act {
                Act::Put => Op::Put,
                Act::Delete => Op::Delete,
            },
            record: draft.record,
            kind: draft.kind.clone(),
            root: Some(draft.root),
            base,
            patch: draft.patch.clone(),
            new_rows: draft.new_rows.clone(),
            resolves: draft.resolves.clone(),
            stream: draft.stream,
            reason: None,
        };
        let group_written = group.map(|Membership { id, size }| edit::Group { id, size });
        let at = Numbering { device_seq, made_at: Some(made_at), group: group_written };
        // Refuses at once what no server could read: NUL, numbers that are not finite or beyond 2^53.
        let bytes = edit::Draft::from(change)
            .write_strictly(at, version)
            .map_err(|error| DeviceError::Unwritable(error.to_string()))?;
        let protocol = version.number();
        Ok(Self { device_seq, draft: Some(draft), base, group, protocol, bytes })
    }

    /// The void that replaces this edit under its number. It belongs to no group: a group is voided
    /// as a whole.
    pub(crate) fn void(&self) -> Self {
        let at = Numbering { device_seq: self.device_seq, made_at: None, group: None };
        Self {
            device_seq: self.device_seq,
            draft: None,
            base: Base::Nothing,
            group: None,
            // Every version has voids; version 1 is spoken everywhere.
            protocol: Version::One.number(),
            bytes: edit::Draft::Void.write(at, Version::One),
        }
    }

    /// The same edit under another number; none for a void, which stands for its number alone.
    pub(crate) fn renumbered(&self, device_seq: DeviceSeq) -> Result<Option<Self>, DeviceError> {
        if self.draft.is_none() {
            return Ok(None);
        }
        let bytes = edit::renumber(&self.bytes, device_seq)
            .map_err(|_| DeviceError::Memory("a kept edit cannot be read".to_owned()))?;
        Ok(Some(Self { device_seq, bytes, ..self.clone() }))
    }

    /// The draft, if the edit is for this record.
    pub(crate) fn of(&self, record: RecordId) -> Option<&Draft> {
        self.draft.as_ref().filter(|draft| draft.record == record)
    }
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
    use ruhu_sync::json::{Json, Object};
    use ruhu_sync::path::Path;
    use ruhu_sync::record::ConflictId;
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
