//! The model's state: whole versions of everything, nothing derived that can be looked up.

use super::value::{Place, hex, sha256};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// An edit's name.
pub(super) type Name = (Uuid, u64);

/// A person's current rights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// No contract is in force.
    pub closed: bool,
    /// The teams the person belongs to.
    pub teams: BTreeSet<u8>,
}

/// Whoever pushes or pulls.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) is_staff: bool,
    pub(super) closed: bool,
    /// Where others decide on this person's edits, if nothing else says so.
    pub(super) desk: Option<Uuid>,
    /// The streams within reach.
    pub(super) streams: BTreeSet<Uuid>,
}

/// One place that an edit set or removed.
#[derive(Clone, Debug)]
pub(super) struct Did {
    pub(super) place: Place,
    pub(super) after: Option<Value>,
    /// There was nothing before.
    pub(super) was_nothing: bool,
}

/// An alternative next to a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Open {
    pub(super) by: Name,
    pub(super) place: Place,
    pub(super) user: Uuid,
    pub(super) made_at: String,
    pub(super) value: Option<Value>,
    pub(super) base: Option<Value>,
    pub(super) restored: bool,
}

impl Open {
    fn to_value(&self) -> Value {
        let mut object = json!({"device": self.by.0, "device_seq": self.by.1,
            "made_at": self.made_at, "path": super::value::pointer(&self.place),
            "user": self.user});
        if let Some(value) = &self.value {
            object["value"] = value.clone();
        }
        if let Some(base) = &self.base {
            object["base"] = base.clone();
        }
        if self.restored {
            object["restored"] = json!(true);
        }
        object
    }
}

/// One version of a record, whole.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) rev: String,
    pub(super) document: Value,
    pub(super) open: Vec<Open>,
    pub(super) deleted: bool,
    /// The edit that made it, in whose name it was made.
    pub(super) by: Name,
    pub(super) did: Vec<Did>,
    /// It deleted the record or restored it.
    pub(super) of_the_whole: bool,
}

/// A record with all its versions.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) root: Uuid,
    pub(super) stream: Uuid,
    pub(super) seq: u64,
    pub(super) versions: Vec<Version>,
    pub(super) dead_rows: BTreeSet<Place>,
    /// The server's text of it.
    pub(super) wire: String,
    /// Its part in its stream's digest.
    pub(super) hash: [u8; 16],
}

impl Record {
    pub(super) fn last(&self) -> Option<&Version> {
        self.versions.last()
    }

    pub(super) fn rev(&self) -> &str {
        self.last().map_or("0", |version| version.rev.as_str())
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.last().is_some_and(|version| version.deleted)
    }

    pub(super) fn document(&self) -> Value {
        self.last().map_or(json!({}), |version| version.document.clone())
    }

    /// Adds a version; its rev follows from its content.
    pub(super) fn add(&mut self, mut version: Version) -> String {
        let open: Vec<Value> = version.open.iter().map(Open::to_value).collect();
        let content = json!({"conflicts": open, "deleted": version.deleted,
            "document": version.document});
        let text = content.to_string();
        let inside = &text[1..text.len() - 1];
        let whole = format!("{{{inside},\"stream\":\"{}\"}}", self.stream);
        let hash = sha256(&[whole.as_bytes()]);
        version.rev = format!("{}-{}", self.versions.len() + 1, hex(&hash[..4]));
        self.wire = inside.to_owned();
        let name = sha256(&[format!("{} {}", self.id, version.rev).as_bytes()]);
        self.hash.copy_from_slice(&name[..16]);
        self.versions.push(version);
        self.rev().to_owned()
    }

    /// As a pull or an answer must carry it.
    pub(super) fn to_wire(&self) -> String {
        format!(
            "{{\"record\":\"{}\",\"kind\":\"{}\",\"root\":\"{}\",\"stream\":\"{}\",\"seq\":{},\"rev\":\"{}\",{}}}",
            self.id,
            self.kind,
            self.root,
            self.stream,
            self.seq,
            self.rev(),
            self.wire
        )
    }
}

/// An acknowledged edit.
#[derive(Clone, Debug)]
pub(super) struct Acknowledged {
    /// Its bytes.
    pub(super) raw: String,
    /// Its content; `None` if it is not strict JSON.
    pub(super) content: Option<Value>,
    pub(super) outcome: Value,
    /// The record it names, if it can be read.
    pub(super) record: Option<Uuid>,
    /// The desk it waits at, if it was quarantined.
    pub(super) desk: Option<Uuid>,
    /// Its group's name.
    pub(super) group: Option<String>,
}

impl Acknowledged {
    pub(super) fn is(&self, verdict: &str) -> bool {
        self.outcome["outcome"] == verdict
    }
}

/// A device as the server should know it.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) user: Uuid,
    pub(super) edits: Vec<Acknowledged>,
    pub(super) continues: Vec<Name>,
    pub(super) lost: bool,
    pub(super) safe: u64,
    pub(super) chain: [u8; 32],
}

impl Device {
    pub(super) fn last(&self) -> u64 {
        u64::try_from(self.edits.len()).unwrap_or(u64::MAX)
    }
}

/// Everything the server should have stored.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) epoch: Uuid,
    pub(super) devices: BTreeMap<Uuid, Device>,
    pub(super) records: BTreeMap<Uuid, Record>,
    pub(super) settled: BTreeMap<Name, bool>,
    /// The highest position of each stream.
    pub(super) heads: BTreeMap<Uuid, u64>,
}
