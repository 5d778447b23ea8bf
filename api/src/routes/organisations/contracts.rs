//! Contracts: what a purchaser has a contractor do, for some time.

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
use ruhu_desk::organisations::{Arranged, Day, End, Ended, EndedContract, NewContract};
use ruhu_desk::who::{OrganisationStaff, Staff};
use ruhu_store::organisations::ContractRow;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A contract in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ContractEntry {
    /// Which.
    id: Uuid,
    /// The contractor.
    provider: Uuid,
    /// The area of who buys.
    purchaser_area: String,
    /// The first day, inclusive.
    first_day: Day,
    /// The last day, inclusive. Before the first: it was ended before it began.
    last_day: Day,
    /// Why it runs for more than a year, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    over_a_year_because: Option<String>,
}

listing!(
    /// Contracts.
    ContractList { contracts: ContractEntry from ContractRow }
);

impl From<ContractRow> for ContractEntry {
    fn from(row: ContractRow) -> Self {
        Self {
            id: row.id,
            provider: row.provider,
            purchaser_area: row.purchaser_area,
            first_day: Day(row.first_day),
            last_day: Day(row.last_day),
            over_a_year_because: row.over_a_year_because,
        }
    }
}

impl ContractList {
    fn example() -> Value {
        json!({"contracts": [{"id": ID, "provider": OTHER_ID, "purchaser_area": "110102", "first_day": "2026-12-01", "last_day": "2027-11-30"}], "next": CURSOR})
    }
}

/// Lists contracts.
///
/// Those bought inside the areas of who asks.
#[utoipa::path(
    tag = "organisations",
    params(Paging),
    responses(
        (status = 200, description = "A page", body = ContractList, example = json!(ContractList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/organisations/contracts")]
pub(crate) async fn list_contracts(
    After(staff, wanted): After<Staff<OrganisationStaff>, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<ContractList>> {
    list(&service, &wanted, move |tx, page| tx.contracts(page, &staff.within)).await
}

/// Adds a contract.
///
/// At most three years; more than one needs a reason; a banned contractor gets none.
#[utoipa::path(
    tag = "organisations",
    params(KeyHeader),
    request_body(content = NewContract, example = json!(NewContract::example())),
    responses(
        (status = 200, description = "It is added", body = Arranged, example = json!(Arranged::example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/contracts")]
pub(crate) async fn add_contract(
    After(staff, (key, asked)): After<Staff<OrganisationStaff>, Two<Key, Json<NewContract>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, asked.0).await
}

/// Ends a contract early.
///
/// With it end, on the same day, the rights of all who work under it.
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
#[post("/v1/organisations/contracts/{id}/end")]
pub(crate) async fn end_contract(
    After(staff, (id, key, asked)): After<
        Staff<OrganisationStaff>,
        Three<web::Path<Uuid>, Key, Json<End>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, Ended::<EndedContract>::of(*id, asked.0)).await
}
