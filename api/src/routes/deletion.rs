//! Records that staff delete, because they were made in error, and bring back.

use super::desk::rev;
use super::moves::reason;
use crate::auth::{After, Three};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::openapi::refusals;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind};
use crate::recorded::Recorded;
use crate::routes::sync::outcome_example;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_casework::days::beijing_time;
use ruhu_desk::review;
use ruhu_desk::review::{Deletion, Fate};
use ruhu_desk::who::{Reviewer, Staff};
use ruhu_store::desk::DeletedItem;
use ruhu_store::page::Place;
use ruhu_sync::id::RecordId;
use ruhu_sync::outcome::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const DELETED: List<Place> = List::named("deleted");

refusals!(NotListed: Kind::NotPermitted, Kind::InvalidRequest);
refusals!(NotTaken: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest,
    Kind::StateConflict, Kind::OpenConflict, Kind::RecordRefused, Kind::IdempotencyKeyReused,
    Kind::MalformedJson);

/// Deleted records.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeletedList {
    /// The last deleted first.
    records: Vec<DeletedRecord>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A deleted record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeletedRecord {
    /// The record.
    record: Uuid,
    /// Its kind.
    kind: String,
    /// The household it belongs to.
    root: Uuid,
    /// Its caseload.
    stream: Uuid,
    /// Its version.
    rev: String,
    /// When it was deleted.
    changed_at: String,
}

/// Why a record is deleted or brought back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeletionAsked {
    /// The version that was read.
    rev: String,
    /// Why, in at most 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

impl DeletionAsked {
    fn read(self, record: Uuid, fate: Fate) -> Answer<Deletion> {
        let rev = rev(&self.rev)?;
        Ok(Deletion { record: RecordId(record), rev, fate, reason: reason(self.reason)? })
    }

    fn example() -> Value {
        json!({"rev": "3-1f0c9a77", "reason": "与另一户重复登记。"})
    }
}

impl From<DeletedItem> for DeletedRecord {
    fn from(item: DeletedItem) -> Self {
        Self {
            record: item.id.0,
            kind: item.kind,
            root: item.root.0,
            stream: item.stream.0,
            rev: item.rev.to_string(),
            changed_at: beijing_time(item.changed_at),
        }
    }
}

impl DeletedList {
    fn example() -> Value {
        json!({"records": [{"record": "0192e4a0-0000-7000-8000-000000000009", "kind": "visit",
            "root": "0192e4a0-0000-7000-8000-000000000008",
            "stream": "0192e4a0-0000-7000-8000-00000000000c", "rev": "4-77a0c3d1",
            "changed_at": "2026-11-23T14:05:00+08:00"}]})
    }
}

/// Lists the deleted records of the reviewer's area.
///
/// No personal data: a list is not a reason to see any.
#[utoipa::path(
    tag = "desk",
    params(Paging),
    responses(
        (status = 200, description = "What was deleted", body = DeletedList, example = json!(DeletedList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/deleted")]
pub(crate) async fn list_deleted(
    After(reviewer, paging): After<Staff<Reviewer>, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<DeletedList>> {
    let found = {
        let page = DELETED.page(&paging)?;
        service.read(move |tx| review::deleted(tx, &reviewer.person, page)).await?
    };
    let next = DELETED.next(found.next)?;
    let records = found.rows.into_iter().map(DeletedRecord::from).collect();
    Ok(web::Json(DeletedList { records, next }))
}

/// Deletes a record that was made in error.
///
/// It leaves the lists and the tablets, and can be brought back as it was. What has been decided
/// is not deleted, nor a record in which a conflict is open.
#[utoipa::path(
    tag = "desk",
    params(
        ("record" = Uuid, Path, description = "Which record"),
        KeyHeader,
    ),
    request_body(content = DeletionAsked, example = json!(DeletionAsked::example())),
    responses(
        (status = 200, description = "It is deleted", body = Outcome, example = json!(outcome_example())),
        NotTaken,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/records/{record}/delete")]
pub(crate) async fn delete_record(
    After(reviewer, (id, key, asked)): After<
        Staff<Reviewer>,
        Three<web::Path<Uuid>, Key, Json<DeletionAsked>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Outcome>> {
    let asked = asked.0.read(*id, Fate::Deleted)?;
    service.act(reviewer, key, asked).await
}

/// Brings a deleted record back as it was.
///
/// What tablets wrote before they knew of the deletion merges as if it had not been.
#[utoipa::path(
    tag = "desk",
    params(
        ("record" = Uuid, Path, description = "Which record"),
        KeyHeader,
    ),
    request_body(content = DeletionAsked, example = json!(DeletionAsked::example())),
    responses(
        (status = 200, description = "It is there again", body = Outcome, example = json!(outcome_example())),
        NotTaken,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/records/{record}/undelete")]
pub(crate) async fn undelete_record(
    After(reviewer, (id, key, asked)): After<
        Staff<Reviewer>,
        Three<web::Path<Uuid>, Key, Json<DeletionAsked>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Outcome>> {
    let asked = asked.0.read(*id, Fate::BroughtBack)?;
    service.act(reviewer, key, asked).await
}
