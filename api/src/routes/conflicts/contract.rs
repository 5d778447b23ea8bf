//! The messages about open conflicts.

use super::CONFLICTS;
use crate::problem::Answer;
use crate::routes::sync::any_value;
use ruhu_desk::review::ConflictsSeen;
use ruhu_store::desk::ConflictItem;
use ruhu_store::page::Place;
use ruhu_store::page::Slice;
use ruhu_sync::json::Json;
use ruhu_sync::record::Conflict;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// Records in which a field waits for a person to choose.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ConflictList {
    /// What has waited longest first.
    records: Vec<ConflictedRecord>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A record in which a field waits for a person to choose.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ConflictedRecord {
    /// Its name.
    record: Uuid,
    /// Its kind.
    kind: String,
    /// The record it belongs to.
    root: Uuid,
    /// The stream it is in.
    stream: Uuid,
    /// How many of its conflicts are open.
    open_conflicts: i32,
    /// Since when something in it has waited, in microseconds since 1970.
    since_us: i64,
    /// The household's head, masked.
    head_name_masked: Option<String>,
}

/// The open conflicts of a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpenConflicts {
    /// The record.
    record: Uuid,
    /// Its kind.
    kind: String,
    /// Its version: what is settled names it.
    rev: String,
    /// Its open conflicts.
    conflicts: Vec<OpenConflict>,
}

/// An open conflict. The edit that opened it and the place are its name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpenConflict {
    /// The device of the edit that opened it.
    device: Uuid,
    /// That edit's number.
    device_seq: u64,
    /// The place, as a JSON pointer.
    path: String,
    /// What its author had seen there; null if nothing.
    #[schema(value_type = Value)]
    #[schema(schema_with = any_value)]
    base: Option<Json>,
    /// The value that stands.
    current: WrittenValue,
    /// The value that waits beside it.
    alternative: WrittenValue,
}

/// A value, and who wrote it when; what is not known any more is null.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WrittenValue {
    /// The value; null if it was removed.
    #[schema(value_type = Value)]
    #[schema(schema_with = any_value)]
    value: Option<Json>,
    /// Who.
    user: Option<Uuid>,
    /// That person's name.
    user_name: Option<String>,
    /// When, by the device's clock.
    made_at: Option<String>,
    /// When it came to the server, in microseconds since 1970.
    received_at_us: Option<i64>,
}

impl ConflictList {
    pub(super) fn of(found: Slice<ConflictItem, Place>) -> Answer<Self> {
        let next = CONFLICTS.next(found.next)?;
        let entry = |item: ConflictItem| ConflictedRecord {
            record: item.id.0,
            kind: item.kind,
            root: item.root.0,
            stream: item.stream.0,
            open_conflicts: item.open_conflicts,
            since_us: item.since.0,
            head_name_masked: item.of_household.map(|of| of.head_name_masked),
        };
        Ok(Self { records: found.rows.into_iter().map(entry).collect(), next })
    }
}

impl From<&ConflictsSeen> for OpenConflicts {
    fn from(seen: &ConflictsSeen) -> Self {
        Self {
            record: seen.record.id.0,
            kind: seen.record.kind.clone(),
            rev: seen.record.rev.to_string(),
            conflicts: seen.content.conflicts.iter().map(|open| told(seen, open)).collect(),
        }
    }
}

fn told(seen: &ConflictsSeen, open: &Conflict) -> OpenConflict {
    let path = &open.id.path;
    let is_here = |entry: &&ruhu_store::desk::HistoryEntry| {
        entry.effect.0.iter().any(|touch| touch.path.overlaps(path) && !touch.only_makes_room())
    };
    let by = seen.history.iter().rev().find(is_here);
    let writer = seen.writers.iter().find(|writer| {
        (writer.name.device, writer.name.device_seq) == (open.id.device, open.id.device_seq)
    });
    OpenConflict {
        device: open.id.device.0,
        device_seq: open.id.device_seq.0,
        path: path.to_string(),
        base: open.base.clone(),
        current: WrittenValue {
            value: path.find(&seen.content.document).cloned(),
            user: by.map(|by| by.user.0),
            user_name: by.map(|by| by.user_name.clone()),
            made_at: by.and_then(|by| by.made_at.clone()),
            received_at_us: by.map(|by| by.received_at.0),
        },
        alternative: WrittenValue {
            value: open.value.clone(),
            user: Some(open.user.0),
            user_name: writer.map(|writer| writer.user_name.clone()),
            made_at: Some(open.made_at.clone()),
            received_at_us: writer.map(|writer| writer.received_at.0),
        },
    }
}

pub(super) const ID: &str = "0192e4a0-0000-7000-8000-000000000008";

pub(super) fn list_example() -> Value {
    json!({"records": [{"record": ID, "kind": "assessment", "root": ID, "stream": ID,
        "open_conflicts": 1, "since_us": 1_795_406_400_000_000_i64,
        "head_name_masked": "测*"}]})
}

pub(super) fn read_example() -> Value {
    json!({"record": ID, "kind": "assessment", "rev": "3-5c1a9f02", "conflicts": [
        {"device": ID, "device_seq": 7, "path": "/answers/toilet", "base": null,
            "current": {"value": "not_achieved", "user": ID, "user_name": "测甲",
                "made_at": "2026-11-23T09:30:00+08:00",
                "received_at_us": 1_795_406_400_000_000_i64},
            "alternative": {"value": "achieved", "user": ID, "user_name": "测乙",
                "made_at": "2026-11-23T09:31:00+08:00",
                "received_at_us": 1_795_406_460_000_000_i64}}]})
}
