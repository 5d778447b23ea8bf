//! Finds, read at the desk of their place.

use super::desk::contract::{HistoryBody, Status, whole};
use crate::auth::{After, Two};
use crate::kinds::find_status;
use crate::openapi::refusals;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind};
use crate::routes::sync::RecordBody;
use crate::service::Service;
use actix_web::{get, web};
use ruhu_desk::review;
use ruhu_desk::review::FindSeen;
use ruhu_desk::who::{DeskStaff, Staff};
use ruhu_store::desk::FindItem;
use ruhu_store::page::Place;
use ruhu_store::page::Slice;
use ruhu_sync::id::RecordId;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const FINDS: List<Place> = List::named("finds");

refusals!(NotListed: Kind::NotPermitted, Kind::InvalidRequest);
refusals!(NotRead: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest);

/// Finds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FindList {
    /// Those that have stood in their status longest first.
    finds: Vec<FindEntry>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A find in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FindEntry {
    /// Its name.
    record: Uuid,
    /// Its community.
    #[serde(skip_serializing_if = "Option::is_none")]
    community_code: Option<String>,
    /// What kind of hardship.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// How urgent.
    #[serde(skip_serializing_if = "Option::is_none")]
    urgency: Option<String>,
    /// Its status.
    #[schema(schema_with = find_status)]
    status: String,
    /// When it was found, by the reporter's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    found_at: Option<String>,
    /// Since when it has stood in its status, in microseconds since 1970.
    since_us: i64,
    /// When it last changed, in microseconds since 1970.
    changed_at_us: i64,
}

/// A find, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FindBody {
    /// The record.
    #[schema(value_type = RecordBody)]
    record: Value,
    /// What belongs to it: what each photo or paper is, and its name; not the picture itself.
    #[schema(value_type = Vec<RecordBody>)]
    attachments: Vec<Value>,
    /// What became of it, version by version.
    history: Vec<HistoryBody>,
}

/// Lists the finds of an area, by the community of their place.
///
/// A find without a community is listed where its reporter works. When the community is corrected,
/// it goes to that one's list. Those that have stood in their status longest first.
#[utoipa::path(
    tag = "desk",
    params(Paging, ("status" = Option<String>, Query, description = "Only those in this status", example = "reported")),
    responses(
        (status = 200, description = "The finds", body = FindList, example = json!(FindList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/finds")]
pub(crate) async fn list_finds(
    After(staff, (query, paging)): After<
        Staff<DeskStaff>,
        Two<web::Query<Status>, web::Query<Paging>>,
    >,
    service: web::Data<Service>,
) -> Answer<web::Json<FindList>> {
    let page = FINDS.page(&paging)?;
    let found =
        service.read(move |tx| review::finds(tx, &staff, query.status.as_deref(), page)).await?;
    Ok(web::Json(FindList::of(found)?))
}

/// Gives a find, with what belongs to it and its history.
///
/// Masked: `POST /v1/desk/records/{record}/full` gives it in the clear, for a purpose.
#[utoipa::path(
    tag = "desk",
    params(("record" = Uuid, Path, description = "Which")),
    responses(
        (status = 200, description = "The record, its attachments, and what became of it", body = FindBody, example = json!(FindBody::example())),
        NotRead,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/finds/{record}")]
pub(crate) async fn read_find(
    After(staff, id): After<Staff<DeskStaff>, web::Path<Uuid>>,
    service: web::Data<Service>,
) -> Answer<web::Json<FindBody>> {
    let seen = service.view(move |tx| review::find(tx, &staff, RecordId(*id))).await?;
    Ok(web::Json(FindBody::of(seen)?))
}

const ID: &str = "0192e4a0-0000-7000-8000-000000000008";

impl FindList {
    fn of(found: Slice<FindItem, Place>) -> Answer<Self> {
        let next = FINDS.next(found.next)?;
        let entry = |item: FindItem| FindEntry {
            record: item.id.0,
            community_code: item.listed.community_code,
            category: item.listed.category,
            urgency: item.listed.urgency,
            status: item.listed.status,
            found_at: item.listed.found_at,
            since_us: item.since.0,
            changed_at_us: item.changed_at.0,
        };
        Ok(Self { finds: found.rows.into_iter().map(entry).collect(), next })
    }

    fn example() -> Value {
        json!({"finds": [{"record": ID, "community_code": "110102012001", "category": "acute_illness",
            "urgency": "urgent", "status": "reported",
            "since_us": 1_795_406_400_000_000_i64, "changed_at_us": 1_795_406_400_000_000_i64}]})
    }
}

impl FindBody {
    fn of(seen: FindSeen) -> Answer<Self> {
        Ok(Self {
            record: whole(&seen.record)?,
            attachments: seen.attachments.iter().map(whole).collect::<Answer<_>>()?,
            history: seen.history.into_iter().map(HistoryBody::of).collect::<Answer<_>>()?,
        })
    }

    fn example() -> Value {
        json!({"record": {"record": ID, "kind": "find", "rev": "1-5c1a9f02",
                "document": {"status": "reported", "place": "虚拟胡同2号楼前",
                    "category": "acute_illness", "urgency": "urgent"}},
            "attachments": [],
            "history": [{"rev_number": 1, "device": ID, "device_seq": 1, "user": ID,
                "user_name": "测试甲", "received_at_us": 1_795_406_400_000_000_i64,
                "outcome": "applied", "changes": [{"path": "/status", "after": "reported"}]}]})
    }
}
