//! Caseloads: the households of one team, under a contract.

use super::{CURSOR, NotAdded, NotListed, arrange, list, listing};
use crate::auth::{After, Two};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::paging::Paging;
use crate::problem::Answer;
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_desk::organisations::examples::{ID, OTHER_ID};
use ruhu_desk::organisations::{Arranged, NewCaseload};
use ruhu_desk::who::{OrganisationStaff, Staff};
use ruhu_store::organisations::CaseloadRow;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A caseload in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CaseloadEntry {
    /// Its stream, which is its name.
    id: Uuid,
    /// The contract it is under.
    contract: Uuid,
    /// Its area.
    area: String,
    /// What people call it.
    name: String,
}

listing!(
    /// Caseloads.
    CaseloadList { caseloads: CaseloadEntry from CaseloadRow }
);

impl From<CaseloadRow> for CaseloadEntry {
    fn from(row: CaseloadRow) -> Self {
        Self { id: row.stream.0, contract: row.contract, area: row.area, name: row.name }
    }
}

impl CaseloadList {
    fn example() -> Value {
        json!({"caseloads": [{"id": ID, "contract": OTHER_ID, "area": "110102012", "name": "什刹海一组"}], "next": CURSOR})
    }
}

/// Lists caseloads.
///
/// Those inside the areas of who asks.
#[utoipa::path(
    tag = "organisations",
    params(Paging),
    responses(
        (status = 200, description = "A page", body = CaseloadList, example = json!(CaseloadList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/organisations/caseloads")]
pub(crate) async fn list_caseloads(
    After(staff, wanted): After<Staff<OrganisationStaff>, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<CaseloadList>> {
    list(&service, &wanted, move |tx, page| tx.caseloads(page, &staff.within)).await
}

/// Adds a caseload under a contract.
///
/// Its id is its stream.
#[utoipa::path(
    tag = "organisations",
    params(KeyHeader),
    request_body(content = NewCaseload, example = json!(NewCaseload::example())),
    responses(
        (status = 200, description = "It is added", body = Arranged, example = json!(Arranged::example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/caseloads")]
pub(crate) async fn add_caseload(
    After(staff, (key, asked)): After<Staff<OrganisationStaff>, Two<Key, Json<NewCaseload>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, asked.0).await
}
