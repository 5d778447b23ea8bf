//! Staff's acts at the desk, based on what they see there.

use super::World;
use crate::kinds::Kind;
use crate::look::{self, Seen};
use crate::names::{STAFF, STAFF_DEVICE, team};
use crate::service::Service;
use crate::step::Desk;
use ruhu_device::Outside as _;
use ruhu_sync::memory::MemoryState;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The mark on a record that is restored or settled.
const REASON: &str = "已核实";

fn nth<T>(all: &[T], n: u8) -> Option<&T> {
    all.get(usize::from(n) % all.len().max(1))
}

impl<S: Service> World<S> {
    pub(super) fn looked<T>(&self, mut look: impl FnMut(&MemoryState) -> T) -> Option<T> {
        let mut seen = None;
        self.net.borrow().service.look(&mut |stored| seen = Some(look(stored)));
        seen
    }

    /// What staff send: composed from what they see, or, on a server whose state is not visible,
    /// what they sent when this schedule was played where it is.
    pub(super) fn staff(&mut self, act: Desk) {
        let edits: Vec<Value> = match self.looked(look::records) {
            None => {
                let said = self.script.pop_front().unwrap_or_default();
                serde_json::from_str(&said).unwrap_or_default()
            }
            Some(records) => {
                let edits = self.asked(act, &records).unwrap_or_default();
                let edits = self.numbered(edits);
                self.sent.push_back(json!(edits).to_string());
                edits
            }
        };
        if edits.is_empty() {
            return;
        }
        let mut net = self.net.borrow_mut();
        let epoch = net.service.epoch();
        let body = json!({"protocol": 1, "epoch": epoch, "edits": edits}).to_string();
        net.desk((STAFF, STAFF_DEVICE), &body);
    }

    fn numbered(&mut self, mut edits: Vec<Value>) -> Vec<Value> {
        let first =
            self.looked(|stored| look::acknowledged(stored, STAFF_DEVICE).len()).unwrap_or(0);
        let group =
            (edits.len() > 1).then(|| json!({"id": self.staffs.new_id(), "size": edits.len()}));
        for (at, edit) in edits.iter_mut().enumerate() {
            edit["device_seq"] = json!(first + at + 1);
            edit["made_at"] = json!(self.staffs.made_at());
            if let Some(group) = &group {
                edit["group"] = group.clone();
            }
        }
        edits
    }

    fn asked(&mut self, act: Desk, records: &[Seen]) -> Option<Vec<Value>> {
        let roots: Vec<&Seen> = records.iter().filter(|seen| seen.id == seen.root).collect();
        let edit = |seen: &Seen, op: &str| {
            json!({"op": op, "record": seen.id, "kind": seen.kind, "root": seen.root,
                "base": seen.rev})
        };
        Some(match act {
            Desk::Move { record, team: to, stale } => {
                let seen = nth(&roots, record)?;
                let mut asked = edit(seen, "move");
                asked["stream"] = json!(team(to));
                if stale {
                    asked["base"] = json!("1-00000000");
                }
                vec![asked]
            }
            Desk::Decide { nth: n, applies, part, wordless } => {
                let waiting = self.looked(look::waiting)?;
                let mut names = nth(&waiting, n)?.clone();
                if part {
                    names.truncate(1);
                }
                let op = if applies { "apply" } else { "dismiss" };
                let reason = if wordless { " " } else { REASON };
                let decide = |(device, number)| {
                    json!({"op": op, "reason": reason,
                        "edit": {"device": device, "device_seq": number}})
                };
                names.into_iter().map(decide).collect()
            }
            Desk::Undelete { record } => {
                let gone: Vec<&Seen> = records.iter().filter(|seen| seen.deleted).collect();
                vec![edit(nth(&gone, record)?, "undelete")]
            }
            Desk::Delete { record } => vec![edit(nth(records, record)?, "delete")],
            Desk::Resolve { record, nth: n, choice } => {
                let open: Vec<&Seen> =
                    records.iter().filter(|seen| !seen.conflicts.is_empty()).collect();
                let seen = nth(&open, record)?;
                vec![resolve(edit(seen, "put"), seen, n, choice)?]
            }
            Desk::Accept { record } => {
                let handed_in: Vec<&Seen> =
                    records.iter().filter(|seen| seen.document["status"] == "submitted").collect();
                let mut asked = edit(nth(&handed_in, record)?, "put");
                asked["patch"] = json!({"status": "accepted"});
                vec![asked]
            }
            Desk::Split { record, team: to } => {
                let parts: Vec<&Seen> =
                    records.iter().filter(|seen| seen.id != seen.root && !seen.deleted).collect();
                let gone = nth(&parts, record)?;
                let kind = self.kinds.0.iter().find(|kind| kind.is_root)?.clone();
                let part = self.kinds.get(&gone.kind)?.clone();
                let (root, new) = (self.staffs.new_id(), self.staffs.new_id());
                vec![
                    json!({"op": "put", "record": root, "kind": kind.name, "root": root,
                        "base": "0", "patch": kind.made_as, "stream": team(to)}),
                    made(new, &part, root),
                    edit(gone, "delete"),
                ]
            }
            Desk::Merge { record, into } => {
                let (gone, stays) = (nth(&roots, record)?, nth(&roots, into)?);
                if gone.id == stays.id {
                    return None;
                }
                let is_part = |seen: &&Seen| seen.root == gone.id && seen.id != gone.id;
                let mut edits = Vec::new();
                for part in records.iter().filter(is_part).filter(|part| !part.deleted) {
                    let kind = self.kinds.get(&part.kind)?.clone();
                    edits.push(made(self.staffs.new_id(), &kind, stays.id));
                    edits.push(edit(part, "delete"));
                }
                edits.push(edit(gone, "delete"));
                edits
            }
            Desk::HandOver { from, to } => {
                let is_theirs = |seen: &&&Seen| seen.stream == team(from) && !seen.deleted;
                let moved = |seen: &&Seen| {
                    let mut asked = edit(seen, "move");
                    asked["stream"] = json!(team(to));
                    asked
                };
                roots.iter().filter(is_theirs).map(moved).collect()
            }
        })
    }
}

/// A new record of a household.
fn made(id: Uuid, kind: &Kind, root: Uuid) -> Value {
    json!({"op": "put", "record": id, "kind": kind.name, "root": root, "base": "0",
        "patch": kind.made_as})
}

/// Settles a conflict in favour of a value that somebody wrote.
fn resolve(mut asked: Value, seen: &Seen, n: u8, choice: u8) -> Option<Value> {
    let open = nth(&seen.conflicts, n)?;
    let pointer = open["path"].as_str()?;
    asked["resolves"] = json!([{"device": open["device"], "device_seq": open["device_seq"],
        "path": pointer}]);
    asked["patch"] = json!({});
    // A row is kept or removed as it is; for anything else, the alternative may be taken.
    let is_row = pointer.matches('/').count() > 1;
    if choice % 2 == 1 && !is_row && open["restored"].is_null() {
        let value = open.get("value").cloned().unwrap_or(Value::Null);
        let members: BTreeMap<&str, Value> = [(pointer.trim_start_matches('/'), value)].into();
        asked["patch"] = json!(members);
    }
    Some(asked)
}
