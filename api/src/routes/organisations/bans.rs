//! Bans of contractors: 三年内禁止参与 (京民社救发〔2018〕313号).

use super::{
    Arranged, CURSOR, Day, End, EndOf, ID, NotAdded, NotEnded, NotListed, OTHER_ID,
    arranged_example,
};
use crate::acts::Scene;
use crate::auth::OrganisationStaff;
use crate::body::Json;
use crate::halt::{Halt, refuse_faults};
use crate::idempotency::IdempotencyKey;
use crate::organisations::{Arrangement, Arranging, Change};
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind};
use crate::routes::json_text;
use crate::service::Service;
use actix_web::{HttpResponse, get, post, web};
use ruhu_casework::acts::Act;
use ruhu_casework::organisations::{OrganisationFault as Fault, Term, ban_from, check_text};
use ruhu_store::organisations::BanRow;
use ruhu_store::page::Slice;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const BANS: List<Uuid> = List::named("bans");

/// A ban, which lasts three years.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBan {
    /// The contractor.
    provider: Uuid,
    /// The first day; today without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_day: Option<Day>,
    /// Where it holds: for contracts that are bought inside this area. That of who bans without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    /// Why.
    reason: String,
}

impl NewBan {
    fn example() -> Value {
        json!({"provider": ID, "first_day": "2026-11-23", "reason": "转包服务"})
    }
}

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

/// Bans.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BanList {
    /// In order of their names.
    bans: Vec<BanEntry>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl BanList {
    fn of(found: Slice<BanRow, Uuid>) -> Answer<Self> {
        let entry = |row: BanRow| BanEntry {
            id: row.id,
            provider: row.provider,
            first_day: Day(row.first_day),
            last_day: Day(row.last_day),
            area: row.area,
            reason: row.reason,
        };
        let next = BANS.next(found.next)?;
        Ok(Self { bans: found.rows.into_iter().map(entry).collect(), next })
    }

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
    staff: OrganisationStaff,
    service: web::Data<Service>,
    wanted: web::Query<Paging>,
) -> Answer<HttpResponse> {
    let (page, within) = (BANS.page(&wanted)?, staff.staff().within);
    let found = service.read(move |tx| tx.bans(page, &within)).await?;
    Ok(HttpResponse::Ok().json(BanList::of(found)?))
}

/// Bans a contractor for three years.
///
/// Inside the area it gets no contract on these days, and under the contracts that are bought there
/// its people see no household. What other areas buy goes on.
#[utoipa::path(
    tag = "organisations",
    params(("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "ban-7f3a0001")),
    request_body(content = NewBan, example = json!(NewBan::example())),
    responses(
        (status = 200, description = "It is banned", body = Arranged, example = json!(arranged_example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/bans")]
pub(crate) async fn begin_ban(
    staff: OrganisationStaff,
    service: web::Data<Service>,
    key: IdempotencyKey,
    asked: Json<NewBan>,
) -> Answer<HttpResponse> {
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked.0)).await?))
}

/// Lifts a ban.
///
/// Whoever arranges for the area in which it was imposed, or above. /// Without a last day it ends at once.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Which"),
        ("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "lift-7f3a0001"),
    ),
    request_body(content = End, example = json!(lift_example())),
    responses(
        (status = 200, description = "It ends", body = Arranged, example = json!(arranged_example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/bans/{id}/lift")]
pub(crate) async fn lift_ban(
    staff: OrganisationStaff,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
    key: IdempotencyKey,
    asked: Json<End>,
) -> Answer<HttpResponse> {
    let asked = LiftedBan(EndOf { id: *id, end: asked.0 });
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked)).await?))
}

fn lift_example() -> Value {
    json!({"reason": "处理决定已撤销"})
}

#[derive(Clone, Debug, Serialize)]
struct LiftedBan(EndOf);

impl Arrangement for NewBan {
    const ACT: Act = Act::BanBegun;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let (first, last) = ban_from(self.first_day.map_or(scene.today(), |day| day.0));
        let mut faults = check_text(&self.reason, Fault::ReasonMissing);
        let area = scene.area(self.area.as_deref()).map_err(|fault| faults.push(fault));
        let area = area.unwrap_or_default();
        match scene.tx.provider(self.provider, &area)? {
            None => faults.push(Fault::ProviderUnknown),
            Some(provider) => {
                let mut bans = provider.bans.iter();
                if bans.any(|(from, to)| *from <= first && first <= *to) {
                    faults.push(Fault::AlreadyBanned);
                }
            }
        }
        refuse_faults(&faults)?;
        scene.tx.add_provider_ban(scene.id, self.provider, (first, last), &self.reason, &area)?;
        Ok(Change { subject: scene.id, area: Some(area), before: None })
    }
}

impl Arrangement for LiftedBan {
    const ACT: Act = Act::BanLifted;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let Self(EndOf { id, end }) = self;
        let found = scene.tx.ban(*id)?.filter(|ban| scene.within.contains(&ban.area));
        let ban = found.ok_or(Kind::NotAvailable)?;
        let term = Term { first_day: ban.first_day, last_day: Some(ban.last_day) };
        let last_day = scene.end(term, end.last_day(), &end.reason)?;
        scene.tx.end_ban(*id, last_day)?;
        let before = Some(json!({"last_day": ban.last_day}));
        Ok(Change { subject: *id, area: Some(ban.area), before })
    }
}
