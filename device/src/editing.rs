//! A person's acts on the tablet. Each is stored, with its number and its bytes, before anything is
//! sent.

use crate::device::TestDevice;
use crate::draft::Draft;
use crate::error::DeviceError;
use crate::kept_edit::{KeptEdit, Membership};
use ruhu_sync::id::{DeviceSeq, GroupId, RecordId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use ruhu_sync::record::{Conflict, ConflictId};
use ruhu_sync::row_id;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A person's choice for an open conflict.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// Keep the value in the document.
    KeepCurrent,
    /// Take the alternative.
    TakeAlternative,
    /// Take neither, but this value.
    Value(Json),
}

impl<T> TestDevice<T> {
    /// A new name, for records that [`TestDevice::write`] makes.
    pub fn new_id(&mut self) -> Uuid {
        self.outside.new_id()
    }

    /// Makes a record; without a root it is a root itself. Rows are added afterwards: a row in a
    /// document is not marked as new.
    pub fn create(
        &mut self,
        kind: &str,
        root: Option<RecordId>,
        document: Object,
    ) -> Result<RecordId, DeviceError> {
        let record = RecordId(self.new_id());
        self.write(Draft::put(record, kind, root.unwrap_or(record), document))?;
        Ok(record)
    }

    /// Sets one field. `null` removes it.
    pub fn set(&mut self, record: RecordId, path: &Path, value: Json) -> Result<(), DeviceError> {
        let patch = patch_at(path, value)?;
        self.patch(record, patch, BTreeSet::new())
    }

    /// Removes one field.
    pub fn remove(&mut self, record: RecordId, path: &Path) -> Result<(), DeviceError> {
        self.set(record, path, Json::Null)
    }

    /// Adds a row after the present ones, and returns its id.
    pub fn add_row(
        &mut self,
        record: RecordId,
        rows: &Path,
        fields: Object,
    ) -> Result<String, DeviceError> {
        let shown = self.view(record).map(|view| view.document).unwrap_or_default();
        let there = rows.find(&shown).and_then(Json::as_object);
        let last = there.and_then(|there| there.keys().next_back());
        let id = row_id::after(self.new_id(), last.map(String::as_str)).to_string();
        let row = rows.child(&id);
        let patch = patch_at(&row, Json::Object(fields))?;
        self.patch(record, patch, BTreeSet::from([row]))?;
        Ok(id)
    }

    /// Removes a row.
    pub fn remove_row(
        &mut self,
        record: RecordId,
        rows: &Path,
        id: &str,
    ) -> Result<(), DeviceError> {
        self.remove(record, &rows.child(id))
    }

    /// Changes several fields at once. `new_rows` are the rows in the patch that are new.
    pub fn patch(
        &mut self,
        record: RecordId,
        patch: Object,
        new_rows: BTreeSet<Path>,
    ) -> Result<(), DeviceError> {
        let (kind, root) = self.identity(record)?;
        self.write(Draft { new_rows, ..Draft::put(record, &kind, root, patch) })
    }

    /// Deletes a record. It names no conflict: with an open one the server will ask a person.
    pub fn delete(&mut self, record: RecordId) -> Result<(), DeviceError> {
        let (kind, root) = self.identity(record)?;
        self.write(Draft::delete(record, &kind, root))
    }

    /// Settles an open conflict.
    pub fn resolve(
        &mut self,
        record: RecordId,
        conflict: &ConflictId,
        choice: Choice,
    ) -> Result<(), DeviceError> {
        let view = self.view(record).ok_or(DeviceError::UnknownRecord(record))?;
        let open = view.conflicts.iter().find(|open| open.id == *conflict);
        let open = open.ok_or(DeviceError::UnknownConflict)?;
        let mut draft = Draft::put(record, &view.kind, view.root, Object::new());
        draft.resolves.push(conflict.clone());
        let path = &conflict.path;
        match choice {
            Choice::KeepCurrent => {}
            Choice::Value(value) => draft.patch = patch_at(path, value)?,
            Choice::TakeAlternative => {
                if is_new_row(open, &view.document) {
                    draft.new_rows.insert(path.clone());
                }
                // No value: the alternative is a removal, of the field or of the row.
                draft.patch = patch_at(path, open.value.clone().unwrap_or(Json::Null))?;
            }
        }
        self.write(draft)
    }

    /// Makes several acts one group: all of them are taken, or none. If `acts` fails, nothing of
    /// the group was done.
    pub fn group<R>(
        &mut self,
        acts: impl FnOnce(&mut Self) -> Result<R, DeviceError>,
    ) -> Result<R, DeviceError> {
        if self.pending.is_some() {
            return Err(DeviceError::Group("a group stands in no other"));
        }
        self.pending = Some(Vec::new());
        let done = acts(self);
        let members = self.pending.take().unwrap_or_default();
        let done = done?;
        let size = members.len();
        if size > self.settings.push_edits_max {
            return Err(DeviceError::Group("it has more edits than a push"));
        }
        let id = GroupId(self.new_id());
        self.keep(members, Some(Membership { id, size }))?;
        Ok(done)
    }

    /// Stores an edit exactly as drafted: every other act ends up here.
    pub fn write(&mut self, draft: Draft) -> Result<(), DeviceError> {
        let made_at = self.outside.made_at();
        match &mut self.pending {
            Some(members) => {
                members.push((draft, made_at));
                Ok(())
            }
            None => self.keep(vec![(draft, made_at)], None),
        }
    }

    /// Replaces an unsent edit that the server definitively refused to read with a void; of a
    /// group, every member. The edits stay readable in [`DeviceMemory::voided`].
    ///
    /// [`DeviceMemory::voided`]: crate::DeviceMemory::voided
    pub fn void(&mut self, number: DeviceSeq) -> Result<(), DeviceError> {
        let outbox = &mut self.memory.outbox;
        let unsent = outbox.iter().find(|edit| edit.device_seq == number);
        let group = unsent.ok_or(DeviceError::NotUnsent(number))?.group;
        for edit in outbox {
            if edit.device_seq == number || (group.is_some() && edit.group == group) {
                let void = edit.void();
                self.memory.voided.push(std::mem::replace(edit, void));
            }
        }
        Ok(())
    }

    /// Numbers edits, gives them their bases and stores them: all, or none.
    fn keep(
        &mut self,
        drafts: Vec<(Draft, String)>,
        group: Option<Membership>,
    ) -> Result<(), DeviceError> {
        let (mut next, version) = (self.memory.next, self.settings.version);
        let mut kept: Vec<KeptEdit> = Vec::with_capacity(drafts.len());
        for (draft, made_at) in drafts {
            let base = self.memory.base(draft.record, &kept);
            kept.push(KeptEdit::new(next, draft, base, group, &made_at, version)?);
            next = next.next();
        }
        let bytes: usize = kept.iter().map(|edit| edit.bytes.len() + 1).sum();
        if kept.len() > 1 && bytes + ENVELOPE_BYTES > self.settings.push_bytes_max {
            return Err(DeviceError::Group("it is larger than a push"));
        }
        self.memory.outbox.append(&mut kept);
        self.memory.next = next;
        Ok(())
    }

    /// A record's kind and root, from wherever the device has met it.
    fn identity(&self, record: RecordId) -> Result<(String, RecordId), DeviceError> {
        if let Some(row) = self.memory.rows.get(&record) {
            return Ok((row.kind.clone(), row.root));
        }
        let pending = self.pending.iter().flatten().map(|(draft, _)| draft);
        let before = self.memory.earlier.iter().flat_map(|earlier| &earlier.acknowledged);
        let kept = self.memory.outbox.iter().chain(&self.memory.acknowledged).chain(before);
        let mut drafts = pending.chain(kept.filter_map(|edit| edit.draft.as_ref()));
        drafts
            .find(|draft| draft.record == record)
            .map(|draft| (draft.kind.clone(), draft.root))
            .ok_or(DeviceError::UnknownRecord(record))
    }
}

/// The part of a push around its edits.
const ENVELOPE_BYTES: usize = 100;

fn patch_at(path: &Path, value: Json) -> Result<Object, DeviceError> {
    if path.steps().is_empty() {
        let what = "the whole document is no place to set";
        return Err(DeviceError::Unwritable(what.to_owned()));
    }
    let mut patch = Object::new();
    path.put(&mut patch, value);
    Ok(patch)
}

/// Whether the alternative is the removal of a row. A device knows no shapes, but below the first
/// level only rows are objects that conflict as a whole.
fn is_new_row(open: &Conflict, document: &Object) -> bool {
    let path = &open.id.path;
    matches!(open.value, Some(Json::Object(_)))
        && path.steps().len() > 1
        && path.find(document).is_none()
}

#[cfg(test)]
mod tests;
