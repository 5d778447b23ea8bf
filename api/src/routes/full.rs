//! Full views: what a desk shows masked, in the clear, for a purpose that is written down.

use super::desk::contract::{HistoryBody, whole};
use super::quarantine::EditAddress;
use super::quarantine::{QuarantinedBody, named};
use crate::auth::{After, Two};
use crate::body::Json;
use crate::openapi::refusals;
use crate::problem::{Answer, Kind, Problem};
use crate::routes::sync::RecordBody;
use crate::service::Service;
use actix_web::{post, web};
use ruhu_casework::purposes::Purpose;
use ruhu_desk::review;
use ruhu_desk::who::{DeskStaff, Reviewer, Staff};
use ruhu_sync::id::RecordId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

refusals!(NotShown: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest,
    Kind::PurposeRequired, Kind::MalformedJson);

/// Why something is looked at in full.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FullView {
    /// Kept in the audit log with who looked and when.
    #[serde(default)]
    #[schema(value_type = Option<Purpose>)]
    purpose: Option<String>,
}

/// A record in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FullRecord {
    /// The purpose that was written down.
    purpose: Purpose,
    /// The record, with both sides of its open conflicts.
    #[schema(value_type = RecordBody)]
    record: Value,
    /// What became of it, version by version.
    history: Vec<HistoryBody>,
}

impl FullView {
    fn purpose(self) -> Answer<Purpose> {
        let purpose = self.purpose.as_deref().and_then(Purpose::parse);
        purpose.ok_or_else(|| Problem::new(Kind::PurposeRequired).with("purposes", offered()))
    }

    fn example() -> Value {
        json!({"purpose": "review"})
    }
}

fn offered() -> Value {
    let purpose = |purpose: &Purpose| json!({"code": purpose.as_str(), "zh": purpose.zh(), "en": purpose.en()});
    Purpose::ALL.iter().map(purpose).collect()
}

impl FullRecord {
    fn example() -> Value {
        let id = "0192e4a0-0000-7000-8000-000000000008";
        json!({"purpose": "review", "record": {"record": id, "kind": "person",
            "rev": "1-5c1a9f02", "document": {"name": "测试甲"}}, "history": []})
    }
}

/// Gives a record in full, for a purpose.
///
/// What a desk shows elsewhere is masked: names, numbers, phones, addresses, birthdays. Each call is a
/// line of the audit log, which is written before it is answered.
#[utoipa::path(
    tag = "desk",
    params(("record" = Uuid, Path, description = "Which record")),
    request_body(content = FullView, example = json!(FullView::example())),
    responses(
        (status = 200, description = "The record, and what became of it", body = FullRecord, example = json!(FullRecord::example())),
        NotShown,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/records/{record}/full")]
pub(crate) async fn view_record(
    After(staff, (id, asked)): After<Staff<DeskStaff>, Two<web::Path<Uuid>, Json<FullView>>>,
    service: web::Data<Service>,
) -> Answer<web::Json<FullRecord>> {
    let purpose = asked.0.purpose()?;
    let seen =
        service.transact(move |tx| review::view_record(tx, &staff, RecordId(*id), purpose)).await?;
    Ok(web::Json(FullRecord {
        purpose,
        record: whole(&seen.record)?,
        history: seen.history.into_iter().map(HistoryBody::of).collect::<Answer<_>>()?,
    }))
}

/// Gives an edit that was not taken in full, beside today's record in full, for a purpose.
///
/// A rejected one comes with its text, also where it cannot be read as an edit. Each call is a line of
/// the audit log, which is written before it is answered.
#[utoipa::path(
    tag = "desk",
    params(
        ("device" = Uuid, Path, description = "The device it came from"),
        ("device_seq" = u64, Path, description = "Its number there"),
    ),
    request_body(content = FullView, example = json!(FullView::example())),
    responses(
        (status = 200, description = "What it asks, what its author had seen, and what stands there today", body = QuarantinedBody, example = json!(QuarantinedBody::example())),
        NotShown,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/quarantine/{device}/{device_seq}/full")]
pub(crate) async fn view_quarantined(
    After(reviewer, (name, asked)): After<Staff<Reviewer>, Two<EditAddress, Json<FullView>>>,
    service: web::Data<Service>,
) -> Answer<web::Json<QuarantinedBody>> {
    let (now, purpose) = (reviewer.person.now, asked.0.purpose()?);
    let person = reviewer.person;
    let seen =
        service.transact(move |tx| review::view_edit(tx, &person, named(*name), purpose)).await?;
    Ok(web::Json(QuarantinedBody::of(seen, now)?))
}
