//! Guarantee 4 from first principles, whatever the merge says: a value that one person wrote gives
//! way to another's only if the other had seen it, or named the conflict.

use super::judge::id;
use super::merge::resolves;
use super::state::{Name, Record};
use super::value::{Place, find, overlap};
use super::{Model, Wrong};
use crate::kinds::{Class, Fields, Holds};
use serde_json::Value;
use uuid::Uuid;

/// The single-value places in a document that conflicts are about.
fn asking(fields: &Fields, document: &Value, at: &[String], into: &mut Vec<Place>) {
    for (name, value) in document.as_object().into_iter().flatten() {
        let here: Place = at.iter().chain([name]).cloned().collect();
        match fields.get(name.as_str()) {
            None | Some(Holds::Leaf(Class::Ask)) => into.push(here),
            Some(Holds::Leaf(_)) => {}
            Some(Holds::Choices) => {
                let options = value.as_object().into_iter().flatten();
                into.extend(
                    options
                        .map(|(option, _)| here.iter().chain([option]).cloned().collect::<Place>()),
                );
            }
            Some(Holds::Object(inner)) => asking(inner, value, &here, into),
            Some(Holds::Rows(inner)) => {
                for (row, value) in value.as_object().into_iter().flatten() {
                    let row: Place = here.iter().chain([row]).cloned().collect();
                    asking(inner, value, &row, into);
                }
            }
        }
    }
}

/// The places that a patch names, down to its leaves.
fn named(patch: &Value, at: &[String], into: &mut Vec<Place>) {
    match patch.as_object() {
        Some(members) if !members.is_empty() => {
            for (name, value) in members {
                let here: Place = at.iter().chain([name]).cloned().collect();
                named(value, &here, into);
            }
        }
        // Asking for an object to be there writes nothing.
        Some(_) => {}
        None => into.push(at.to_vec()),
    }
}

impl Model {
    /// Checks the versions that the device's edits from this number on have made.
    pub(super) fn check_overwrites(&self, device: Uuid, from: u64) -> Result<(), Wrong> {
        let Some(known) = self.state.devices.get(&device) else { return Ok(()) };
        for (at, edit) in known.edits.iter().enumerate().skip(from as usize - 1) {
            let name = (device, at as u64 + 1);
            let Some(content) = &edit.content else { continue };
            let record = id(content, "record").and_then(|id| self.state.records.get(&id));
            if let Some(record) = record.filter(|_| content["op"] == "put") {
                self.check_version(record, name, content)?;
            }
        }
        Ok(())
    }

    fn check_version(&self, record: &Record, name: Name, content: &Value) -> Result<(), Wrong> {
        let Some(at) = record.versions.iter().rposition(|version| version.by == name) else {
            return Ok(());
        };
        let Some(before) = at.checked_sub(1).map(|at| &record.versions[at]) else {
            return Ok(());
        };
        let Some(kind) = self.kinds.get(&record.kind) else { return Ok(()) };
        let after = &record.versions[at];
        let mut places = Vec::new();
        asking(&kind.fields, &before.document, &[], &mut places);
        let base = record.versions.iter().position(|version| content["base"] == version.rev);
        let settled = resolves(content);
        for place in places {
            let gone = find(&before.document, &place) != find(&after.document, &place);
            let is_settled = settled.iter().any(|(_, other)| overlap(other, &place));
            if !gone || is_settled {
                continue;
            }
            let writer = (0..at).rev().find(|nth| self.wrote(record, *nth, &place));
            let writer = writer.map(|nth| (nth, &record.versions[nth]));
            let Some((when, version)) = writer else { continue };
            let was_seen = base.is_some_and(|base| when <= base);
            if !was_seen && !self.is_of_own(name, version.by) {
                return Err(format!(
                    "4: edit {name:?} overwrote /{} of {} which {:?} wrote and it had not seen",
                    place.join("/"),
                    record.id,
                    version.by
                ));
            }
        }
        Ok(())
    }

    /// Whether the edit that made this version wrote, or affirmed, the value in this place: it
    /// named the place, something in it or around it, or the open conflict there; and its value did
    /// not become an alternative.
    fn wrote(&self, record: &Record, nth: usize, at: &Place) -> bool {
        let version = &record.versions[nth];
        let (device, number) = version.by;
        let edit = self.state.devices.get(&device).and_then(|d| d.edits.get(number as usize - 1));
        let Some(content) = edit.and_then(|edit| edit.content.as_ref()) else { return false };
        let mut places = Vec::new();
        named(&content["patch"], &[], &mut places);
        let was_open = |(name, place): &(Name, Place)| {
            let before = nth.checked_sub(1).map(|before| &record.versions[before]);
            let mut open = before.into_iter().flat_map(|before| &before.open);
            place == at && open.any(|open| open.by == *name && open.place == *place)
        };
        // Adding a row that was there already asks for it twice, and writes nothing.
        let before = nth.checked_sub(1).map(|before| &record.versions[before]);
        let added = content["new_rows"].as_array().into_iter().flatten();
        let is_again = added.filter_map(Value::as_str).map(super::value::place).any(|row| {
            at.starts_with(&row) && before.is_some_and(|b| find(&b.document, &row).is_some())
        });
        let waits = |open: &super::state::Open| open.by == version.by && overlap(&open.place, at);
        find(&version.document, at).is_some()
            && !is_again
            && !version.open.iter().any(waits)
            && (places.iter().any(|place| !place.is_empty() && overlap(place, at))
                || resolves(content).iter().any(was_open))
    }

    fn is_of_own(&self, name: Name, other: Name) -> bool {
        let continues = self.state.devices.get(&name.0).map(|device| device.continues.as_slice());
        (other.0 == name.0 && other.1 < name.1)
            || continues
                .unwrap_or_default()
                .iter()
                .any(|(device, through)| *device == other.0 && other.1 <= *through)
    }
}
