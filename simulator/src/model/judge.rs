//! Judges one edit, rule by rule.

use super::asks::{Ask, Wish, asks};
use super::merge::{Asked, merge, resolves};
use super::state::{Device, Name, Person, Record, State, Version};
use super::value::spelled;
use super::whole::{beyond, broken, broken_by_result, by_itself};
use crate::kinds::{Class, Kind, Kinds};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Why an edit is not taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) verdict: &'static str,
    pub(super) reason: &'static str,
    pub(super) because_of: Option<u64>,
}

pub(super) fn waits(reason: &'static str) -> Refusal {
    Refusal { verdict: "quarantined", reason, because_of: None }
}

fn never(reason: &'static str) -> Refusal {
    Refusal { verdict: "rejected", reason, because_of: None }
}

/// An edit that is taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    pub(super) verdict: &'static str,
    pub(super) rev: Option<String>,
    pub(super) conflicts: Vec<String>,
    pub(super) ignored: Vec<String>,
    /// The quarantined edit that it settled.
    pub(super) settles: Option<Name>,
}

impl Taken {
    pub(super) fn nothing() -> Self {
        Self { verdict: "applied", ..Self::default() }
    }
}

pub(super) type Judged = Result<Taken, Refusal>;

/// An outcome as the answer carries it.
pub(super) fn outcome(number: u64, judged: &Judged) -> Value {
    let mut told = json!({"device_seq": number});
    match judged {
        Ok(taken) => {
            told["outcome"] = json!(taken.verdict);
            if let Some(rev) = &taken.rev {
                told["rev"] = json!(rev);
            }
            for (name, paths) in [("conflicts", &taken.conflicts), ("ignored", &taken.ignored)] {
                if !paths.is_empty() {
                    told[name] = json!(paths);
                }
            }
        }
        Err(refusal) => {
            told["outcome"] = json!(refusal.verdict);
            told["reason"] = json!(refusal.reason);
            if let Some(number) = refusal.because_of {
                told["because_of"] = json!(number);
            }
        }
    }
    told
}

pub(super) fn id(value: &Value, name: &str) -> Option<Uuid> {
    Uuid::try_parse(value[name].as_str()?).ok()
}

/// The content of an edit, if nothing is wrong with it in itself.
fn read(kind: &Kind, edit: &Value, makes: bool) -> Result<Vec<Ask>, Refusal> {
    let new_rows = edit["new_rows"].as_array().into_iter().flatten();
    let new_rows: BTreeSet<String> =
        new_rows.filter_map(|row| row.as_str().map(str::to_owned)).collect();
    let said = spelled(&edit["patch"]);
    let asks = asks(kind, &said, &new_rows, makes).ok_or_else(|| never("wrong_shape"))?;
    match asks.iter().any(|ask| ask.wish == Wish::Set(json!(""))) {
        true => Err(never("invalid_value")),
        false => Ok(asks),
    }
}

/// The author of the edit, and the rights it is judged by.
pub(super) struct Author<'a> {
    pub(super) person: &'a Person,
    pub(super) user: Uuid,
    pub(super) device: Uuid,
    pub(super) at_desk: bool,
    /// The stream whose desk got the edit, if it is applied later.
    pub(super) applied: Option<Option<Uuid>>,
}

impl State {
    pub(super) fn within(&self, person: &Person, id: Uuid) -> Option<&Record> {
        self.records.get(&id).filter(|record| person.streams.contains(&record.stream))
    }

    /// The first edit for this record that was not taken, of this device or else of the
    /// installations it continues: its number, if it is this one's, and whether it was rejected.
    fn untaken(&self, author: &Author<'_>, record: Uuid) -> Option<(Option<u64>, bool)> {
        let this = self.devices.get(&author.device).filter(|_| author.applied.is_none())?;
        let first = |device: Uuid, edits: &[super::state::Acknowledged]| {
            edits.iter().zip(1_u64..).find_map(|(edit, number)| {
                let is_applied = self.settled.get(&(device, number)) == Some(&true);
                let is_untaken = edit.is("quarantined") && !is_applied || edit.is("rejected");
                (edit.record == Some(record) && is_untaken).then(|| (number, edit.is("rejected")))
            })
        };
        if let Some((number, is_rejected)) = first(author.device, &this.edits) {
            return Some((Some(number), is_rejected));
        }
        let older = this.continues.iter().filter_map(|(device, through)| {
            let edits = &self.devices.get(device)?.edits;
            first(*device, &edits[..edits.len().min(*through as usize)])
        });
        older.map(|(_, is_rejected)| (None, is_rejected)).next()
    }

    fn no_untaken(&self, author: &Author<'_>, record: Uuid) -> Result<(), Refusal> {
        match (self.within(author.person, record), self.untaken(author, record)) {
            (None, Some((number, is_rejected))) => {
                let reason = if is_rejected { "parent_rejected" } else { "parent_quarantined" };
                Err(Refusal { because_of: number, ..waits(reason) })
            }
            _ => Ok(()),
        }
    }

    /// Judges an edit, and takes it if nothing stands against it.
    pub(super) fn judge(
        &mut self,
        kinds: &Kinds,
        author: &Author<'_>,
        number: u64,
        edit: &Value,
    ) -> Judged {
        let op = edit["op"].as_str().unwrap_or_default();
        if op == "void" {
            return Ok(Taken::nothing());
        }
        if !["put", "delete", "undelete", "move"].contains(&op) {
            return Err(never("unknown_op"));
        }
        let (Some(record), Some(kind)) = (id(edit, "record"), edit["kind"].as_str()) else {
            return Err(never("malformed"));
        };
        if ["undelete", "move"].contains(&op) && !author.at_desk {
            return Err(never("unknown_op"));
        }
        let root = id(edit, "root").unwrap_or(record);
        let kind = kinds.get(kind).ok_or_else(|| never("unknown_kind"))?;
        if kind.is_root != (root == record) {
            return Err(never("malformed"));
        }
        let is_made = self.within(author.person, record).is_none();
        if let Some(rev) = self.delete_again(author, number, edit, (record, root, kind.name)) {
            return Ok(Taken { rev: Some(rev), ..Taken::nothing() });
        }
        // An edit that cannot be taken by itself waits with its parent.
        let parent =
            self.untaken(author, record).filter(|(_, is_rejected)| is_made && !is_rejected);
        let with_parent = |refusal: Refusal| match parent {
            Some((because_of, _))
                if refusal.verdict == "quarantined" && refusal.reason != "right_ended" =>
            {
                Refusal { because_of, ..waits("parent_quarantined") }
            }
            _ => refusal,
        };
        // An edit that is wrong in itself is rejected wherever the record is.
        let untaken_before = self.reach(kinds, kind, author, edit).map_err(with_parent).map_err(
            |refusal| match op {
                "put" => read(kind, edit, false).err().unwrap_or(refusal),
                _ => refusal,
            },
        )?;
        let judged = match op {
            "delete" => self.delete(author, number, edit, record),
            "undelete" => self.undelete(author, number, record),
            "move" => self.relocate(author, number, edit, record),
            _ => self.put(kind, author, number, edit, record, untaken_before),
        };
        if is_made && judged.is_err() {
            self.records.remove(&record);
        }
        judged.map_err(with_parent)
    }

    /// Finds the record or makes room for it; otherwise an earlier own edit for it that was not
    /// taken.
    fn reach(
        &mut self,
        kinds: &Kinds,
        kind: &Kind,
        author: &Author<'_>,
        edit: &Value,
    ) -> Result<Option<(Option<u64>, bool)>, Refusal> {
        let op = edit["op"].as_str().unwrap_or_default();
        let record = id(edit, "record").unwrap_or_default();
        let root = id(edit, "root").unwrap_or(record);
        if author.person.closed {
            return Err(waits("right_ended"));
        }
        let base = edit["base"].as_str().unwrap_or("0");
        let mut untaken_before = None;
        if let Some(there) = self.within(author.person, record) {
            if there.kind != kind.name || there.root != root {
                return Err(waits("identity_mismatch"));
            }
            let root_is_gone =
                root != record && self.records.get(&root).is_some_and(Record::is_deleted);
            if root_is_gone || (there.is_deleted() && !["undelete", "move"].contains(&op)) {
                return Err(waits("deleted"));
            }
        } else {
            untaken_before = self.untaken(author, record);
            if op != "put" || base != "0" || self.records.contains_key(&record) {
                return Err(waits("not_available"));
            }
            let stream = if kind.is_root {
                self.home(author, edit).ok_or_else(|| waits("not_available"))?
            } else {
                self.no_untaken(author, root)?;
                let root =
                    self.within(author.person, root).ok_or_else(|| waits("not_available"))?;
                if !kinds.get(&root.kind).is_some_and(|kind| kind.is_root) {
                    return Err(waits("identity_mismatch"));
                }
                if root.is_deleted() {
                    return Err(waits("deleted"));
                }
                root.stream
            };
            if !author.person.streams.contains(&stream) {
                return Err(waits("not_available"));
            }
            let new = Record {
                id: record,
                kind: kind.name.to_owned(),
                root,
                stream,
                seq: 0,
                versions: Vec::new(),
                dead_rows: BTreeSet::new(),
                wire: String::new(),
                hash: [0; 16],
            };
            self.records.insert(record, new);
        }
        Ok(untaken_before)
    }

    fn home(&self, author: &Author<'_>, edit: &Value) -> Option<Uuid> {
        if let Some(named) = id(edit, "stream") {
            return Some(named);
        }
        match author.applied {
            Some(desk) => desk,
            None if author.person.is_staff => None,
            None => match author.person.streams.len() {
                1 => author.person.streams.first().copied(),
                _ => None,
            },
        }
    }

    pub(super) fn permits(
        &self,
        author: &Author<'_>,
        record: Uuid,
        staffs: bool,
    ) -> Result<(), Refusal> {
        let is_staff = author.person.is_staff && author.applied.is_none();
        if staffs {
            return if is_staff { Ok(()) } else { Err(waits("not_permitted")) };
        }
        let current = self.records.get(&record).map(Record::document).unwrap_or_default();
        if current["status"] == "accepted" { Err(waits("decided")) } else { Ok(()) }
    }

    pub(super) fn own_chain(&self, device: Uuid) -> Vec<Name> {
        self.devices.get(&device).map(|d: &Device| d.continues.clone()).unwrap_or_default()
    }

    fn put(
        &mut self,
        kind: &Kind,
        author: &Author<'_>,
        number: u64,
        edit: &Value,
        record: Uuid,
        untaken_before: Option<(Option<u64>, bool)>,
    ) -> Judged {
        let makes = self.records.get(&record).is_some_and(|there| there.versions.is_empty());
        let asks = read(kind, edit, makes)?;
        self.permits(author, record, false)?;
        let asked = Asked {
            kind,
            user: author.user,
            name: (author.device, number),
            own: self.own_chain(author.device),
            made_at: edit["made_at"].as_str().unwrap_or_default(),
            base: edit["base"].as_str().unwrap_or("0"),
            asks: &asks,
            resolves: resolves(edit),
            is_late: author.applied.is_some(),
            at_desk: author.at_desk && author.applied.is_none(),
        };
        let Some(there) = self.records.get_mut(&record) else {
            return Err(waits("not_available"));
        };
        let is_made = there.versions.is_empty();
        let before = there.document();
        let merged = merge(there, &asked).map_err(waits)?;
        let lacks = |needed: &[&str]| needed.iter().any(|name| merged.document[*name].is_null());
        if is_made && !broken(kind, &merged.document).is_empty() {
            return Err(match untaken_before {
                None => never("invalid_value"),
                Some((because_of, is_rejected)) => {
                    let reason = if is_rejected { "parent_rejected" } else { "parent_quarantined" };
                    Refusal { because_of, ..waits(reason) }
                }
            });
        }
        let status = asks.iter().find_map(|ask| match &ask.wish {
            Wish::Set(to) if ask.class == Class::State => to.as_str(),
            _ => None,
        });
        if !merged.open.is_empty() && status == Some("submitted") {
            return Err(waits("submission_conflict"));
        }
        if !merged.open.is_empty() && status == Some("accepted") {
            return Err(waits("open_conflict"));
        }
        if status == Some("submitted") && lacks(kind.needed) {
            return Err(if is_made { never("not_whole") } else { waits("not_whole") });
        }
        let broken = |document: &Value| broken_by_result(kind, document);
        let new = beyond(broken(&merged.document), &broken(&before));
        if !is_made && !new.is_empty() {
            let alone = by_itself(&asked, &merged.seen);
            let own = beyond(broken(&alone), &broken(&merged.seen));
            let is_own = new.iter().any(|rule| own.contains(rule));
            return Err(if is_own { never("invalid_value") } else { waits("broken_together") });
        }
        there.dead_rows = merged.dead_rows;
        let rev = there.add(Version {
            rev: String::new(),
            document: merged.document,
            open: merged.open,
            deleted: false,
            by: (author.device, number),
            did: merged.did,
            of_the_whole: false,
        });
        let (conflicts, ignored) = (merged.conflicts, merged.ignored);
        Ok(Taken { verdict: merged.verdict, rev: Some(rev), conflicts, ignored, settles: None })
    }
}
