//! Caseloads: the households of one team, under a contract.

use super::{Arranged, CURSOR, ID, NotAdded, NotListed, OTHER_ID, arranged_example};
use crate::acts::Scene;
use crate::auth::OrganisationStaff;
use crate::body::Json;
use crate::halt::{Halt, refuse_faults};
use crate::idempotency::IdempotencyKey;
use crate::organisations::{Arrangement, Arranging, Change};
use crate::paging::{List, Paging};
use crate::problem::Answer;
use crate::routes::json_text;
use crate::service::Service;
use actix_web::{HttpResponse, get, post, web};
use ruhu_casework::acts::Act;
use ruhu_casework::organisations::{
    Caseload, Contract, OrganisationFault as Fault, check_caseload, check_text,
};
use ruhu_store::organisations::{CaseloadRow, ContractRow};
use ruhu_store::page::Slice;
use ruhu_sync::id::StreamId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const CASELOADS: List<Uuid> = List::named("caseloads");

/// A caseload under a contract.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCaseload {
    /// The contract.
    contract: Uuid,
    /// Its area, inside that of who buys.
    area: String,
    /// What people call it.
    name: String,
}

impl NewCaseload {
    fn example() -> Value {
        json!({"contract": ID, "area": "110102012", "name": "什刹海一组"})
    }
}

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

/// Caseloads.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CaseloadList {
    /// In order of their names.
    caseloads: Vec<CaseloadEntry>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl CaseloadList {
    fn of(found: Slice<CaseloadRow, Uuid>) -> Answer<Self> {
        let entry = |row: CaseloadRow| CaseloadEntry {
            id: row.stream.0,
            contract: row.contract,
            area: row.area,
            name: row.name,
        };
        let next = CASELOADS.next(found.next)?;
        Ok(Self { caseloads: found.rows.into_iter().map(entry).collect(), next })
    }

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
    staff: OrganisationStaff,
    service: web::Data<Service>,
    wanted: web::Query<Paging>,
) -> Answer<HttpResponse> {
    let (page, within) = (CASELOADS.page(&wanted)?, staff.staff().within);
    let found = service.read(move |tx| tx.caseloads(page, &within)).await?;
    Ok(HttpResponse::Ok().json(CaseloadList::of(found)?))
}

/// Adds a caseload under a contract.
///
/// Its id is its stream.
#[utoipa::path(
    tag = "organisations",
    params(("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "caseload-7f3a0001")),
    request_body(content = NewCaseload, example = json!(NewCaseload::example())),
    responses(
        (status = 200, description = "It is added", body = Arranged, example = json!(arranged_example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/caseloads")]
pub(crate) async fn add_caseload(
    staff: OrganisationStaff,
    service: web::Data<Service>,
    key: IdempotencyKey,
    asked: Json<NewCaseload>,
) -> Answer<HttpResponse> {
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked.0)).await?))
}

/// A contract in its table, as the rules know it.
pub(super) fn contract_of(row: ContractRow) -> Contract {
    Contract {
        purchaser_area: row.purchaser_area,
        first_day: row.first_day,
        last_day: row.last_day,
        over_a_year_because: row.over_a_year_because,
    }
}

impl Arrangement for NewCaseload {
    const ACT: Act = Act::CaseloadAdded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let caseload = Caseload { stream: StreamId(scene.id), area: self.area.clone() };
        let mut faults = check_text(&self.name, Fault::NameMissing);
        let found = scene.tx.contract(self.contract)?;
        match found.filter(|row| scene.within.contains(&row.purchaser_area)) {
            None => faults.push(Fault::ContractUnknown),
            Some(row) => faults.extend(check_caseload(&caseload, &contract_of(row), scene.today())),
        }
        refuse_faults(&faults)?;
        scene.tx.add_caseload(self.contract, &self.name, &caseload)?;
        Ok(Change { subject: scene.id, area: Some(self.area.clone()), before: None })
    }
}
