//! Edits of a whole record: deletion, restoration, move.

use super::judge::{Author, Judged, Taken, id, waits};
use super::merge::resolves;
use super::state::{Name, Record, State, Version};
use serde_json::{Value, json};
use uuid::Uuid;

impl State {
    pub(super) fn delete(
        &mut self,
        author: &Author<'_>,
        number: u64,
        edit: &Value,
        record: Uuid,
    ) -> Judged {
        self.permits(author, record, false)?;
        let own = self.own_chain(author.device);
        let is_own = |by: Name| {
            (by.0 == author.device && by.1 < number)
                || own.iter().any(|(device, through)| *device == by.0 && by.1 <= *through)
        };
        let Some(there) = self.records.get_mut(&record) else {
            return Err(waits("not_available"));
        };
        let named = resolves(edit);
        let open = there.last().map(|version| version.open.as_slice()).unwrap_or_default();
        let is_named =
            |by: Name, at: &[String]| named.iter().any(|(name, place)| *name == by && place == at);
        if open.iter().any(|open| !is_named(open.by, &open.place)) {
            return Err(waits("open_conflict"));
        }
        let base = edit["base"].as_str().unwrap_or("0");
        let base = there.versions.iter().position(|version| version.rev == base);
        let later = &there.versions[base.map_or(0, |at| at + 1)..];
        if later.iter().any(|v| !is_own(v.by) && (v.of_the_whole || !v.did.is_empty())) {
            return Err(waits("edited_since"));
        }
        let is_of_it = |(id, other): (&Uuid, &Record)| {
            other.root == record
                && *id != record
                && !other.is_deleted()
                && !other.versions.is_empty()
        };
        if self.records.iter().any(is_of_it) {
            return Err(waits("still_needed"));
        }
        let Some(there) = self.records.get_mut(&record) else {
            return Err(waits("not_available"));
        };
        let rev = there.add(Version {
            rev: String::new(),
            document: json!({}),
            open: Vec::new(),
            deleted: true,
            by: (author.device, number),
            did: Vec::new(),
            of_the_whole: true,
        });
        Ok(Taken { rev: Some(rev), ..Taken::nothing() })
    }

    /// A deletion of what the own chain has deleted since: a version in which nothing changes.
    pub(super) fn delete_again(
        &mut self,
        author: &Author<'_>,
        number: u64,
        edit: &Value,
        (record, root, kind): (Uuid, Uuid, &str),
    ) -> Option<String> {
        if edit["op"] != "delete" || author.person.closed {
            return None;
        }
        let there = self.within(author.person, record)?;
        let is_gone = |id: Uuid| self.records.get(&id).is_some_and(Record::is_deleted);
        if there.kind != kind || there.root != root || !is_gone(record) {
            return None;
        }
        if root != record && is_gone(root) {
            return None;
        }
        let own = self.own_chain(author.device);
        let is_own = |by: Name| {
            (by.0 == author.device && by.1 < number)
                || own.iter().any(|(device, through)| *device == by.0 && by.1 <= *through)
        };
        let base = there.versions.iter().position(|version| edit["base"] == version.rev);
        let later = &there.versions[base.map_or(0, |at| at + 1)..];
        later.iter().rev().find(|version| version.of_the_whole).filter(|v| is_own(v.by))?;
        let there = self.records.get_mut(&record)?;
        let last = there.last()?.clone();
        let by = (author.device, number);
        Some(there.add(Version { by, did: Vec::new(), of_the_whole: false, ..last }))
    }

    pub(super) fn undelete(&mut self, author: &Author<'_>, number: u64, record: Uuid) -> Judged {
        self.permits(author, record, true)?;
        let Some(there) = self.records.get_mut(&record) else {
            return Err(waits("not_available"));
        };
        if !there.is_deleted() {
            return Err(waits("illegal_transition"));
        }
        let before = there.versions.iter().rev().find(|version| !version.deleted);
        let document = before.map_or(json!({}), |version| version.document.clone());
        let rev = there.add(Version {
            rev: String::new(),
            document,
            open: Vec::new(),
            deleted: false,
            by: (author.device, number),
            did: Vec::new(),
            of_the_whole: true,
        });
        Ok(Taken { rev: Some(rev), ..Taken::nothing() })
    }

    pub(super) fn relocate(
        &mut self,
        author: &Author<'_>,
        number: u64,
        edit: &Value,
        record: Uuid,
    ) -> Judged {
        let from = self.records.get(&record).map(|there| (there.stream, there.rev().to_owned()));
        let (Some((from, rev)), Some(to)) = (from, id(edit, "stream")) else {
            return Err(waits("not_available"));
        };
        if !author.person.streams.contains(&to) {
            return Err(waits("not_available"));
        }
        // A household stays with teams, and a person's own records stay the person's.
        let is_team = |stream| (0..crate::names::TEAMS).any(|n| crate::names::team(n) == stream);
        if to == from || is_team(to) != is_team(from) {
            return Err(waits("illegal_transition"));
        }
        self.permits(author, record, true)?;
        if edit["base"] != json!(rev) {
            return Err(waits("edited_since"));
        }
        for there in self.records.values_mut().filter(|there| there.root == record) {
            there.stream = to;
            let Some(last) = there.last().cloned() else { continue };
            let by = (author.device, number);
            there.add(Version { by, did: Vec::new(), of_the_whole: false, ..last });
        }
        let rev = self.records.get(&record).map(|there| there.rev().to_owned());
        Ok(Taken { rev, ..Taken::nothing() })
    }
}
