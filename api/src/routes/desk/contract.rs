//! The desk's messages.

use super::ASSESSMENTS;
use crate::kinds::assessment_status;
use crate::problem::{Answer, Problem};
use crate::routes::sync::{RecordBody, any_value};
use ruhu_desk::review::AssessmentSeen;
use ruhu_desk::tables::Judgement;
use ruhu_store::desk::{AssessmentItem, HistoryEntry};
use ruhu_store::page::Place;
use ruhu_store::page::Slice;
use ruhu_sync::json::Json;
use ruhu_sync::outcome::{Outcome, Verdict};
use ruhu_sync::record::{RecordFrame, StoredRecord, write_record};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A status to list.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Status {
    /// Only those in this status.
    pub(crate) status: Option<String>,
}

/// A return, with its reasons.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Return {
    /// The version that was read.
    pub(crate) rev: String,
    /// Why, one sentence each.
    pub(crate) reasons: Vec<String>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// An acceptance.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Accept {
    /// The version that was read.
    pub(crate) rev: String,
    /// Why, in at most 500 characters: a decision is given its reason in writing.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) reason: String,
    /// The day on which the district visited the household, as `YYYY-MM-DD`: where kin of staff or
    /// a complaint is registered (57号 §20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) district_visited_on: Option<String>,
}

/// The version that is taken up.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeUp {
    /// The version that was read.
    pub(crate) rev: String,
}

impl TakeUp {
    pub(super) fn example() -> Self {
        Self { rev: "3-5c1a9f02".to_owned() }
    }
}

/// Assessments.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AssessmentList {
    /// Those that have stood in their status longest first.
    assessments: Vec<AssessmentEntry>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An assessment in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AssessmentEntry {
    /// Its name.
    record: Uuid,
    /// Its household.
    household: Uuid,
    /// The household's head, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    head_name_masked: Option<String>,
    /// The household's community.
    #[serde(skip_serializing_if = "Option::is_none")]
    community_code: Option<String>,
    /// Its form.
    form: String,
    /// Its form's version.
    form_version: i64,
    /// Its status.
    #[schema(schema_with = assessment_status)]
    status: String,
    /// How many of its fields wait for a person to choose.
    open_conflicts: i64,
    /// Since when it has stood in its status, in microseconds since 1970.
    since_us: i64,
    /// When it last changed, in microseconds since 1970.
    changed_at_us: i64,
}

/// An assessment, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AssessmentBody {
    /// The record.
    #[schema(value_type = RecordBody)]
    record: Value,
    /// What its form comes to, and by which values of rule tables.
    #[serde(flatten)]
    judgement: Judgement,
    /// What became of it, version by version.
    history: Vec<HistoryBody>,
}

/// One version of a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HistoryBody {
    /// The version's number.
    rev_number: u64,
    /// The device of the edit that made it.
    device: Uuid,
    /// That edit's number.
    device_seq: u64,
    /// Who made it.
    user: Uuid,
    /// The person's name.
    user_name: String,
    /// When it arrived, in microseconds since 1970.
    received_at_us: i64,
    /// When it was made, by the device's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_at: Option<String>,
    /// Who applied it, if it had been quarantined; all else is the edit's own, and its author's.
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_by: Option<String>,
    /// How it ended.
    outcome: Verdict,
    /// What it touched.
    changes: Vec<TouchedPlace>,
}

/// One place that an edit touched.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TouchedPlace {
    /// The place, as a JSON pointer.
    path: String,
    /// What stood there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = any_value)]
    before: Option<Value>,
    /// What stands there after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = any_value)]
    after: Option<Value>,
}

impl AssessmentList {
    pub(super) fn of(found: Slice<AssessmentItem, Place>) -> Answer<Self> {
        let next = ASSESSMENTS.next(found.next)?;
        let entry = |item: AssessmentItem| {
            let household = item.of_household.map(|of| (of.head_name_masked, of.community_code));
            let (head_name_masked, community_code) = household.unzip();
            AssessmentEntry {
                record: item.id.0,
                household: item.household.0,
                head_name_masked,
                community_code,
                form: item.listed.form,
                form_version: item.listed.form_version,
                status: item.listed.status,
                open_conflicts: item.open_conflicts.into(),
                since_us: item.since.0,
                changed_at_us: item.changed_at.0,
            }
        };
        Ok(Self { assessments: found.rows.into_iter().map(entry).collect(), next })
    }

    pub(super) fn example() -> Value {
        json!({"assessments": [{"record": ID, "household": ID, "head_name_masked": "测**",
            "community_code": "110102012001", "form": "tekun_six", "form_version": 1,
            "status": "submitted", "open_conflicts": 0,
            "since_us": 1_795_406_400_000_000_i64, "changed_at_us": 1_795_406_400_000_000_i64}]})
    }
}

const ID: &str = "0192e4a0-0000-7000-8000-000000000008";

fn plain(value: &Json) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// A record, whole.
pub(in crate::routes) fn whole(record: &StoredRecord) -> Answer<Value> {
    let mut text = String::new();
    write_record(&mut text, &RecordFrame::from(record), &record.wire);
    serde_json::from_str(&text).map_err(|error| Problem::internal(error.to_string()))
}

impl AssessmentBody {
    pub(super) fn of(seen: AssessmentSeen) -> Answer<Self> {
        let record = whole(&seen.record)?;
        let history = seen.history.into_iter().map(HistoryBody::of).collect::<Answer<_>>()?;
        Ok(Self { judgement: seen.judgement, record, history })
    }

    pub(super) fn example() -> Value {
        json!({"record": {"record": ID, "kind": "assessment", "rev": "3-5c1a9f02",
                "document": {"form": "tekun_six", "form_version": 1, "status": "submitted"}},
            "computed": {"grade": {"state": "value", "value": "able"}},
            "suggestions": [], "tables": {}, "is_decided": false,
            "history": [{"rev_number": 1, "device": ID, "device_seq": 1, "user": ID,
                "user_name": "测试甲", "received_at_us": 1_795_406_400_000_000_i64,
                "outcome": "applied", "changes": [{"path": "/status", "after": "draft"}]}]})
    }
}

impl HistoryBody {
    pub(in crate::routes) fn of(entry: HistoryEntry) -> Answer<Self> {
        let outcome: Outcome = serde_json::from_str(&entry.outcome_text)
            .map_err(|error| Problem::internal(error.to_string()))?;
        let told = entry.effect.0.iter().filter(|touch| !touch.only_makes_room());
        let changes = told.map(|touch| TouchedPlace {
            path: touch.path.to_string(),
            before: touch.before.as_ref().map(plain),
            after: touch.after.as_ref().map(plain),
        });
        Ok(Self {
            rev_number: entry.rev_number,
            device: entry.device.0,
            device_seq: entry.device_seq.0,
            user: entry.user.0,
            user_name: entry.user_name,
            received_at_us: entry.received_at.0,
            made_at: entry.made_at,
            applied_by: entry.applied_by,
            outcome: outcome.outcome,
            changes: changes.collect(),
        })
    }
}

impl Return {
    pub(super) fn example() -> Self {
        let reasons = vec!["洗澡一项与走访记录不一致，请核实。".to_owned()];
        Self { rev: "3-5c1a9f02".to_owned(), reasons, note: None }
    }
}

impl Accept {
    pub(super) fn example() -> Self {
        let reason = "入户核实，情况属实。".to_owned();
        Self { rev: "3-5c1a9f02".to_owned(), reason, district_visited_on: None }
    }
}
