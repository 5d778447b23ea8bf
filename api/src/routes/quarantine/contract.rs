//! The messages about edits that were not taken.

use crate::paging::List;
use crate::problem::{self, Answer};
use crate::routes::sync::{RecordBody, any_value};
use ruhu_desk::review::{Listed, QuarantineSeen};
use ruhu_store::desk::EditPlace;
use ruhu_store::page::Slice;
use ruhu_sync::id::Instant;
use ruhu_sync::outcome::{Outcome, Problem, Reason, Verdict};
use ruhu_sync::record::{RecordFrame, write_record};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which edits are listed.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Wanted {
    pub(super) outcome: Option<Untaken>,
}

/// How an edit ended that was not taken.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Untaken {
    /// Something stood against it, and may stand no more: it waits for a decision.
    Quarantined,
    /// It is wrong in itself.
    Rejected,
}

/// Why it is decided so.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Because {
    /// For the author to read, in at most 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub(super) reason: String,
    /// The team to which a new household goes whose author works in several and named none; only
    /// where it is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stream: Option<Uuid>,
}

/// Edits that were not taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct QuarantineList {
    /// Oldest first.
    edits: Vec<QuarantineEntry>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An edit that was not taken. Its content is not listed: a list is not a reason to see any.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct QuarantineEntry {
    /// The device it came from.
    device: Uuid,
    /// Its number there.
    device_seq: u64,
    /// Its author.
    user: Uuid,
    /// The author's name.
    user_name: String,
    /// What it does: `put` or `delete`.
    #[serde(skip_serializing_if = "Option::is_none")]
    op: Option<String>,
    /// The record it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Uuid>,
    /// That record's kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// The stream where it belongs today.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<Uuid>,
    /// The head of the household that it is about, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    head_name_masked: Option<String>,
    /// The household's community.
    #[serde(skip_serializing_if = "Option::is_none")]
    community_code: Option<String>,
    /// How it ended: quarantined or rejected.
    outcome: Verdict,
    /// Why.
    reason: Option<Reason>,
    /// What is wrong, place by place.
    problems: Vec<Problem>,
    /// The number of the edit of this device that is the cause, if it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    because_of: Option<u64>,
    /// When it arrived, in microseconds since 1970.
    received_at_us: i64,
    /// How long it has waited, in seconds.
    waiting_seconds: i64,
    /// When it was made, by the device's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_at: Option<String>,
    /// The group it was sent in.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<Uuid>,
    /// The numbers of all edits of this device that are decided with it, itself included.
    decided_with: Vec<u64>,
}

/// An edit that was not taken, beside today's record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct QuarantinedBody {
    /// The edit, as it is listed.
    edit: QuarantineEntry,
    /// Whether the version that its author had seen is known.
    base_known: bool,
    /// What it asks, place by place.
    places: Vec<PlaceBody>,
    /// The record today, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RecordBody>)]
    record: Option<Value>,
    /// In a full view: a rejected edit, or one whose places cannot be told, as it came, to be copied
    /// by hand; left out if it was erased by right.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// One place that the edit asks about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PlaceBody {
    /// Where, as a JSON pointer.
    path: String,
    /// What its author had seen there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = any_value)]
    base: Option<Value>,
    /// What stands there today.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = any_value)]
    current: Option<Value>,
    /// What the edit asks for; left out if it removes what is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = any_value)]
    asked: Option<Value>,
}

impl QuarantineEntry {
    fn of(Listed { edit, together }: Listed, now: Instant) -> Answer<Self> {
        let outcome: Outcome = serde_json::from_str(&edit.outcome_text)
            .map_err(|error| problem::Problem::internal(error.to_string()))?;
        Ok(Self {
            device: edit.name.device.0,
            device_seq: edit.name.device_seq.0,
            user: edit.user.0,
            user_name: edit.user_name,
            op: edit.op,
            record: edit.record.map(|record| record.0),
            kind: edit.kind,
            stream: edit.stream.map(|stream| stream.0),
            head_name_masked: edit.head_name_masked,
            community_code: edit.community_code,
            outcome: outcome.outcome,
            reason: outcome.reason,
            problems: outcome.problems,
            because_of: outcome.because_of.map(|number| number.0),
            received_at_us: edit.received_at.0,
            waiting_seconds: now.0.saturating_sub(edit.received_at.0) / 1_000_000,
            made_at: edit.made_at,
            group: edit.group.map(|group| group.0),
            decided_with: together.iter().flatten().map(|name| name.device_seq.0).collect(),
        })
    }

    fn example() -> Value {
        json!({"device": ID, "device_seq": 7,
            "user": ID, "user_name": "测己", "op": "put", "record": ID, "kind": "assessment",
            "stream": ID, "head_name_masked": "测*", "community_code": "110102012001",
            "outcome": "quarantined", "reason": "not_available", "problems": [], "received_at_us": 1_795_406_400_000_000_i64,
            "waiting_seconds": 3600, "decided_with": [7, 8]})
    }
}

const ID: &str = "0192e4a0-0000-7000-8000-000000000007";

impl QuarantineList {
    pub(super) fn of(
        found: Slice<Listed, EditPlace>,
        list: &List<EditPlace>,
        now: Instant,
    ) -> Answer<Self> {
        let next = list.next(found.next)?;
        let edits = found.rows.into_iter().map(|listed| QuarantineEntry::of(listed, now));
        Ok(Self { edits: edits.collect::<Answer<_>>()?, next })
    }

    pub(super) fn example() -> Value {
        json!({"edits": [QuarantineEntry::example()]})
    }
}

impl QuarantinedBody {
    pub(in crate::routes) fn of(seen: QuarantineSeen, now: Instant) -> Answer<Self> {
        let record = seen.record.map(|record| {
            let mut text = String::new();
            write_record(&mut text, &RecordFrame::from(&record), &record.wire);
            serde_json::from_str(&text)
                .map_err(|error| problem::Problem::internal(error.to_string()))
        });
        let places = seen.places.into_iter().map(|place| PlaceBody {
            path: place.path.to_string(),
            base: place.base.map(|value| json!(value)),
            current: place.current.map(|value| json!(value)),
            asked: place.asked.map(|value| json!(value)),
        });
        Ok(Self {
            edit: QuarantineEntry::of(seen.listed, now)?,
            base_known: seen.is_base_known,
            places: places.collect(),
            record: record.transpose()?,
            text: seen.payload,
        })
    }

    pub(in crate::routes) fn example() -> Value {
        json!({"edit": QuarantineEntry::example(), "base_known": true,
            "places": [{"path": "/answers/eat", "current": "achieved", "asked": "not_achieved"}],
            "record": {"record": ID, "kind": "assessment", "rev": "3-5c1a9f02"}})
    }
}

impl Because {
    pub(super) fn example() -> Self {
        Self { reason: "已电话核实，属实。".to_owned(), stream: None }
    }
}
