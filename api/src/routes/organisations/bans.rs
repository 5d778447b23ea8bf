//! Bans of contractors: 三年内禁止参与 (京民社救发〔2018〕313号).

use super::{CURSOR, NotAdded, NotEnded, NotListed, arrange, list, listing};
use crate::auth::{After, Three, Two};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::paging::Paging;
use crate::problem::Answer;
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_desk::organisations::examples::{ID, OTHER_ID};
use ruhu_desk::organisations::{Arranged, Day, End, Ended, LiftedBan, NewBan};
use ruhu_desk::who::{OrganisationStaff, Staff};
use ruhu_store::organisations::BanRow;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A ban in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BanEntry {
    /// Which.
    id: Uuid,
    /// The contractor.
    provider: Uuid,
    /// The first day, inclusive.
    first_day: Day,
    /// The last day, inclusive. Before the first: it was lifted before it began.
    last_day: Day,
    /// Where it holds: for contracts bought inside this area; empty for everywhere.
    area: String,
    /// Why.
    reason: String,
}

listing!(
    /// Bans.
    BanList { bans: BanEntry from BanRow }
);

impl From<BanRow> for BanEntry {
    fn from(row: BanRow) -> Self {
        Self {
            id: row.id,
            provider: row.provider,
            first_day: Day(row.first_day),
            last_day: Day(row.last_day),
            area: row.area,
            reason: row.reason,
        }
    }
}

impl BanList {
    fn example() -> Value {
        json!({"bans": [{"id": ID, "provider": OTHER_ID, "first_day": "2026-11-23", "last_day": "2029-11-22", "area": "110102", "reason": "转包服务"}], "next": CURSOR})
    }
}

/// Lists bans.
///
/// Those that hold somewhere inside the areas of who asks, imposed there or above; those that ended
/// or were lifted, too.
#[utoipa::path(
    tag = "organisations",
    params(Paging),
    responses(
        (status = 200, description = "A page", body = BanList, example = json!(BanList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/organisations/bans")]
pub(crate) async fn list_bans(
    After(staff, wanted): After<Staff<OrganisationStaff>, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<BanList>> {
    list(&service, &wanted, move |tx, page| tx.bans(page, &staff.within)).await
}

/// Bans a contractor for three years.
///
/// Inside the area it gets no contract on these days, and under the contracts that are bought there
/// its people see no household. What other areas buy goes on.
#[utoipa::path(
    tag = "organisations",
    params(KeyHeader),
    request_body(content = NewBan, example = json!(NewBan::example())),
    responses(
        (status = 200, description = "It is banned", body = Arranged, example = json!(Arranged::example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/bans")]
pub(crate) async fn begin_ban(
    After(staff, (key, asked)): After<Staff<OrganisationStaff>, Two<Key, Json<NewBan>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, asked.0).await
}

/// Lifts a ban.
///
/// Whoever arranges for the area in which it was imposed, or above. /// Without a last day it ends at once.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Which"),
        KeyHeader,
    ),
    request_body(content = End, example = json!(lift_example())),
    responses(
        (status = 200, description = "It ends", body = Arranged, example = json!(Arranged::example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/bans/{id}/lift")]
pub(crate) async fn lift_ban(
    After(staff, (id, key, asked)): After<
        Staff<OrganisationStaff>,
        Three<web::Path<Uuid>, Key, Json<End>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, Ended::<LiftedBan>::of(*id, asked.0)).await
}

fn lift_example() -> Value {
    json!({"reason": "处理决定已撤销"})
}
