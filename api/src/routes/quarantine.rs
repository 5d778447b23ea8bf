//! What was not taken: listed, read, applied, dismissed.

mod contract;

use super::moves::reason;
use crate::auth::{After, Three, Two};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::openapi::refusals;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind};
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{get, post, web};
pub(super) use contract::QuarantinedBody;
use contract::{Because, QuarantineList, Untaken, Wanted};
use ruhu_desk::review;
use ruhu_desk::review::Settled;
use ruhu_desk::review::Settlement;
use ruhu_desk::who::{Reviewer, Staff};
use ruhu_store::desk::EditPlace;
use ruhu_sync::decision::EditName;
use ruhu_sync::id::{DeviceId, DeviceSeq, StreamId};
use ruhu_sync::outcome::Verdict;
use uuid::Uuid;

/// The name of an edit, in an address: its device and its number.
pub(super) type EditAddress = web::Path<(Uuid, u64)>;

const QUARANTINE: List<EditPlace> = List::named("quarantine");
const REJECTED: List<EditPlace> = List::named("rejected");

refusals!(NotListed: Kind::NotPermitted, Kind::InvalidRequest);
refusals!(NotRead: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest);
refusals!(NotDecided: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest,
    Kind::NotSettled, Kind::StreamRequired, Kind::IdempotencyKeyReused, Kind::MalformedJson);

pub(super) fn named((device, device_seq): (Uuid, u64)) -> EditName {
    EditName { device: DeviceId(device), device_seq: DeviceSeq(device_seq) }
}

/// Lists the edits that were not taken and that the reviewer decides on, oldest first.
///
/// Those in quarantine, which wait to be applied or dismissed; with `outcome=rejected`, those that
/// were rejected, which are read, and dismissed once they are dealt with. Each belongs where its record is today, or the household that it is about. Names are masked.
#[utoipa::path(
    tag = "desk",
    params(Paging, ("outcome" = inline(Option<Untaken>), Query, description = "Which: those in quarantine, if it is left out", example = "quarantined")),
    responses(
        (status = 200, description = "The edits that wait for a decision", body = QuarantineList, example = json!(QuarantineList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/quarantine")]
pub(crate) async fn list_quarantine(
    After(reviewer, (wanted, paging)): After<
        Staff<Reviewer>,
        Two<web::Query<Wanted>, web::Query<Paging>>,
    >,
    service: web::Data<Service>,
) -> Answer<web::Json<QuarantineList>> {
    let now = reviewer.person.now;
    let (list, verdict) = match wanted.outcome {
        None | Some(Untaken::Quarantined) => (&QUARANTINE, Verdict::Quarantined),
        Some(Untaken::Rejected) => (&REJECTED, Verdict::Rejected),
    };
    let found = {
        let page = list.page(&paging)?;
        service.read(move |tx| review::quarantine(tx, &reviewer.person, verdict, page)).await?
    };
    Ok(web::Json(QuarantineList::of(found, list, now)?))
}

/// Gives an edit that was not taken, place by place, beside today's record.
///
/// Masked, and a rejected one without its text: `POST …/full` gives both in the clear, for a purpose.
#[utoipa::path(
    tag = "desk",
    params(
        ("device" = Uuid, Path, description = "The device it came from"),
        ("device_seq" = u64, Path, description = "Its number there"),
    ),
    responses(
        (status = 200, description = "What it asks, what its author had seen, and what stands there today", body = QuarantinedBody, example = json!(QuarantinedBody::example())),
        NotRead,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/quarantine/{device}/{device_seq}")]
pub(crate) async fn read_quarantined(
    After(reviewer, name): After<Staff<Reviewer>, EditAddress>,
    service: web::Data<Service>,
) -> Answer<web::Json<QuarantinedBody>> {
    let now = reviewer.person.now;
    let seen = service
        .view(move |tx| review::quarantined_edit(tx, &reviewer.person, named(*name)))
        .await?;
    Ok(web::Json(QuarantinedBody::of(seen, now)?))
}

/// Applies a quarantined edit: it is merged anew, in its author's name, with today's record.
///
/// Its group goes with it, and so does what builds on it. What still cannot be applied waits on,
/// and is named. The author is told by a notice. A rejected edit is wrong in itself and is never
/// applied: its text is copied by hand.
#[utoipa::path(
    tag = "desk",
    params(
        ("device" = Uuid, Path, description = "The device it came from"),
        ("device_seq" = u64, Path, description = "Its number there"),
        KeyHeader,
    ),
    request_body(content = Because, example = json!(Because::example())),
    responses(
        (status = 200, description = "It is applied", body = Settled, example = json!(Settled::example())),
        NotDecided,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/quarantine/{device}/{device_seq}/apply")]
pub(crate) async fn apply_quarantined(
    After(reviewer, (name, key, asked)): After<
        Staff<Reviewer>,
        Three<EditAddress, Key, Json<Because>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Settled>> {
    settle(reviewer, &service, named(*name), true, key, asked.0).await
}

/// Dismisses an edit that was quarantined or rejected, with its group and what builds on it. The
/// author is told by a notice, with the reason.
#[utoipa::path(
    tag = "desk",
    params(
        ("device" = Uuid, Path, description = "The device it came from"),
        ("device_seq" = u64, Path, description = "Its number there"),
        KeyHeader,
    ),
    request_body(content = Because, example = json!(Because::example())),
    responses(
        (status = 200, description = "It is dismissed", body = Settled, example = json!(Settled::example())),
        NotDecided,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/quarantine/{device}/{device_seq}/dismiss")]
pub(crate) async fn dismiss_quarantined(
    After(reviewer, (name, key, asked)): After<
        Staff<Reviewer>,
        Three<EditAddress, Key, Json<Because>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Settled>> {
    settle(reviewer, &service, named(*name), false, key, asked.0).await
}

async fn settle(
    reviewer: Staff<Reviewer>,
    service: &Service,
    edit: EditName,
    applies: bool,
    key: Key,
    asked: Because,
) -> Answer<Recorded<Settled>> {
    let stream = asked.stream.map(StreamId);
    let settlement = Settlement { edit, applies, reason: reason(asked.reason)?, stream };
    service.act(reviewer, key, settlement).await
}
