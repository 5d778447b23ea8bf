//! Offices: a role in an area, for some time.

use super::{CURSOR, NotAdded, NotEnded, NotListed, arrange, list, listing};
use crate::auth::{After, Three, Two};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::paging::Paging;
use crate::problem::Answer;
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_casework::facts::Role;
use ruhu_desk::organisations::examples::{ID, OTHER_ID};
use ruhu_desk::organisations::{Arranged, Day, End, Ended, EndedOffice, NewOffice};
use ruhu_desk::who::{Admin, Staff};
use ruhu_store::organisations::OfficeRow;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// An office in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OfficeEntry {
    /// Which.
    id: Uuid,
    /// Whose.
    account: Uuid,
    /// The role.
    #[schema(value_type = Role)]
    role: String,
    /// Its area.
    area: String,
    /// The first day, inclusive.
    first_day: Day,
    /// The last day, inclusive. Before the first: it was ended before it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_day: Option<Day>,
}

listing!(
    /// Offices.
    OfficeList { offices: OfficeEntry from OfficeRow }
);

impl From<OfficeRow> for OfficeEntry {
    fn from(row: OfficeRow) -> Self {
        Self {
            id: row.id,
            account: row.account.0,
            role: row.role,
            area: row.area,
            first_day: Day(row.first_day),
            last_day: row.last_day.map(Day),
        }
    }
}

impl OfficeList {
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
    After(staff, wanted): After<Staff<Admin>, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<OfficeList>> {
    list(&service, &wanted, move |tx, page| tx.offices(page, &staff.within)).await
}

/// Gives a person an office.
///
/// Nobody gives one to themselves. Who administers, who handles cases, who audits and who evaluates
/// are different people, on future days too; nobody of a contractor holds an office of government
/// or evaluates. An auditor is appointed, and dismissed, from a wider area.
#[utoipa::path(
    tag = "organisations",
    params(KeyHeader),
    request_body(content = NewOffice, example = json!(NewOffice::example())),
    responses(
        (status = 200, description = "The person has it", body = Arranged, example = json!(Arranged::example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/offices")]
pub(crate) async fn add_office(
    After(staff, (key, asked)): After<Staff<Admin>, Two<Key, Json<NewOffice>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, asked.0).await
}

/// Ends an office.
///
/// Without a last day it ends at once.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Which"),
        KeyHeader,
    ),
    request_body(content = End, example = json!(End::example())),
    responses(
        (status = 200, description = "It ends", body = Arranged, example = json!(Arranged::example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/offices/{id}/end")]
pub(crate) async fn end_office(
    After(staff, (id, key, asked)): After<Staff<Admin>, Three<web::Path<Uuid>, Key, Json<End>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, Ended::<EndedOffice>::of(*id, asked.0)).await
}
