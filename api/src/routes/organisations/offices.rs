//! Offices: a role in an area, for some time.

use super::{
    Arranged, CURSOR, Day, End, EndOf, ID, NotAdded, NotEnded, NotListed, OTHER_ID,
    arranged_example,
};
use crate::acts::Scene;
use crate::auth::Admin;
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
use ruhu_casework::facts::{Office, Role};
use ruhu_casework::organisations::{
    OrganisationFault as Fault, Term, check_appointment, check_office,
};
use ruhu_store::organisations::OfficeRow;
use ruhu_store::page::Slice;
use ruhu_sync::id::UserId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const OFFICES: List<Uuid> = List::named("offices");

/// A role in an area.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOffice {
    /// Whose.
    account: Uuid,
    /// The role; a worker has a membership instead.
    role: String,
    /// The area's code: 6, 9 or 12 digits; empty for the whole city.
    area: String,
    /// The first day, inclusive.
    first_day: Day,
    /// The last day, inclusive; open without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_day: Option<Day>,
}

impl NewOffice {
    fn example() -> Value {
        json!({"account": ID, "role": "street_reviewer", "area": "110102012", "first_day": "2026-12-01"})
    }
}

/// An office in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OfficeEntry {
    /// Which.
    id: Uuid,
    /// Whose.
    account: Uuid,
    /// The role.
    role: String,
    /// Its area.
    area: String,
    /// The first day, inclusive.
    first_day: Day,
    /// The last day, inclusive. Before the first: it was ended before it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_day: Option<Day>,
}

/// Offices.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OfficeList {
    /// In order of their names.
    offices: Vec<OfficeEntry>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl OfficeList {
    fn of(found: Slice<OfficeRow, Uuid>) -> Answer<Self> {
        let entry = |row: OfficeRow| OfficeEntry {
            id: row.id,
            account: row.account.0,
            role: row.role,
            area: row.area,
            first_day: Day(row.first_day),
            last_day: row.last_day.map(Day),
        };
        let next = OFFICES.next(found.next)?;
        Ok(Self { offices: found.rows.into_iter().map(entry).collect(), next })
    }

    fn example() -> Value {
        json!({"offices": [{"id": ID, "account": OTHER_ID, "role": "street_reviewer", "area": "110102012", "first_day": "2026-12-01"}], "next": CURSOR})
    }
}

/// Lists offices.
///
/// Those inside the areas of who asks.
#[utoipa::path(
    tag = "organisations",
    params(Paging),
    responses(
        (status = 200, description = "A page", body = OfficeList, example = json!(OfficeList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/organisations/offices")]
pub(crate) async fn list_offices(
    staff: Admin,
    service: web::Data<Service>,
    wanted: web::Query<Paging>,
) -> Answer<HttpResponse> {
    let (page, within) = (OFFICES.page(&wanted)?, staff.staff().within);
    let found = service.read(move |tx| tx.offices(page, &within)).await?;
    Ok(HttpResponse::Ok().json(OfficeList::of(found)?))
}

/// Gives a person an office.
///
/// Nobody gives one to themselves. Who administers, who handles cases, who audits and who evaluates
/// are different people, on future days too; nobody of a contractor holds an office of government
/// or evaluates. An auditor is appointed, and dismissed, from a wider area.
#[utoipa::path(
    tag = "organisations",
    params(("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "office-7f3a0001")),
    request_body(content = NewOffice, example = json!(NewOffice::example())),
    responses(
        (status = 200, description = "The person has it", body = Arranged, example = json!(arranged_example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/offices")]
pub(crate) async fn add_office(
    staff: Admin,
    service: web::Data<Service>,
    key: IdempotencyKey,
    asked: Json<NewOffice>,
) -> Answer<HttpResponse> {
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked.0)).await?))
}

/// Ends an office.
///
/// Without a last day it ends at once.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Which"),
        ("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "end-7f3a0003"),
    ),
    request_body(content = End, example = json!(End::example())),
    responses(
        (status = 200, description = "It ends", body = Arranged, example = json!(arranged_example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/offices/{id}/end")]
pub(crate) async fn end_office(
    staff: Admin,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
    key: IdempotencyKey,
    asked: Json<End>,
) -> Answer<HttpResponse> {
    let asked = EndedOffice(EndOf { id: *id, end: asked.0 });
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked)).await?))
}

#[derive(Clone, Debug, Serialize)]
struct EndedOffice(EndOf);

impl Arrangement for NewOffice {
    const ACT: Act = Act::OfficeAdded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let (user, mut faults) = (UserId(self.account), Vec::new());
        let office = Role::parse(&self.role).map(|role| Office {
            role,
            area: self.area.clone(),
            first_day: self.first_day.0,
            last_day: self.last_day.map(|day| day.0),
        });
        match &office {
            None => faults.push(Fault::RoleUnknown),
            Some(office) => {
                let facts = scene.tx.person_facts(user)?;
                faults.extend(check_office(office, &facts.offices, &facts.memberships));
                faults.extend(check_appointment(office.role, &office.area, scene.within));
            }
        }
        match scene.known_account(user)? {
            None => faults.push(Fault::AccountUnknown),
            Some(account) if !account.active => faults.push(Fault::AccountOff),
            Some(_) => {}
        }
        if user == scene.user() {
            faults.push(Fault::ForOneself);
        }
        if !scene.within.contains(&self.area) {
            faults.push(Fault::OutsideYourArea);
        }
        refuse_faults(&faults)?;
        if let Some(office) = office {
            scene.tx.add_office(scene.id, user, &office)?;
        }
        Ok(Change { subject: scene.id, area: Some(self.area.clone()), before: None })
    }
}

impl Arrangement for EndedOffice {
    const ACT: Act = Act::OfficeEnded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let Self(EndOf { id, end }) = self;
        let found = scene.tx.office(*id)?;
        let found = found.filter(|office| scene.within.contains(&office.area));
        let office = found.ok_or(Kind::NotAvailable)?;
        if let Some(role) = Role::parse(&office.role) {
            refuse_faults(&check_appointment(role, &office.area, scene.within))?;
        }
        let term = Term { first_day: office.first_day, last_day: office.last_day };
        let last_day = scene.end(term, end.last_day(), &end.reason)?;
        scene.tx.end_office(*id, last_day)?;
        let before = Some(json!({"last_day": office.last_day}));
        Ok(Change { subject: *id, area: Some(office.area), before })
    }
}
