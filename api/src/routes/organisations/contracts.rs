//! Contracts: what a purchaser has a contractor do, for some time.

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
use ruhu_casework::organisations::{
    Contract, OrganisationFault as Fault, Provider, Term, check_contract,
};
use ruhu_store::organisations::ContractRow;
use ruhu_store::page::Slice;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const CONTRACTS: List<Uuid> = List::named("contracts");

/// A contract.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContract {
    /// The contractor.
    provider: Uuid,
    /// The area of who buys: a district's or a street's code.
    purchaser_area: String,
    /// The first day, inclusive.
    first_day: Day,
    /// The last day, inclusive: at most three years, less a day, after the first.
    last_day: Day,
    /// Why it runs for more than a year; needed if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    over_a_year_because: Option<String>,
}

impl NewContract {
    fn example() -> Value {
        json!({"provider": ID, "purchaser_area": "110102", "first_day": "2026-12-01",
            "last_day": "2027-11-30"})
    }
}

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

/// Contracts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ContractList {
    /// In order of their names.
    contracts: Vec<ContractEntry>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl ContractList {
    fn of(found: Slice<ContractRow, Uuid>) -> Answer<Self> {
        let entry = |row: ContractRow| ContractEntry {
            id: row.id,
            provider: row.provider,
            purchaser_area: row.purchaser_area,
            first_day: Day(row.first_day),
            last_day: Day(row.last_day),
            over_a_year_because: row.over_a_year_because,
        };
        let next = CONTRACTS.next(found.next)?;
        Ok(Self { contracts: found.rows.into_iter().map(entry).collect(), next })
    }

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
    staff: OrganisationStaff,
    service: web::Data<Service>,
    wanted: web::Query<Paging>,
) -> Answer<HttpResponse> {
    let (page, within) = (CONTRACTS.page(&wanted)?, staff.staff().within);
    let found = service.read(move |tx| tx.contracts(page, &within)).await?;
    Ok(HttpResponse::Ok().json(ContractList::of(found)?))
}

/// Adds a contract.
///
/// At most three years; more than one needs a reason; a banned contractor gets none.
#[utoipa::path(
    tag = "organisations",
    params(("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "contract-7f3a0001")),
    request_body(content = NewContract, example = json!(NewContract::example())),
    responses(
        (status = 200, description = "It is added", body = Arranged, example = json!(arranged_example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/contracts")]
pub(crate) async fn add_contract(
    staff: OrganisationStaff,
    service: web::Data<Service>,
    key: IdempotencyKey,
    asked: Json<NewContract>,
) -> Answer<HttpResponse> {
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked.0)).await?))
}

/// Ends a contract early.
///
/// With it end, on the same day, the rights of all who work under it.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Which"),
        ("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "end-7f3a0001"),
    ),
    request_body(content = End, example = json!(End::example())),
    responses(
        (status = 200, description = "It ends", body = Arranged, example = json!(arranged_example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/contracts/{id}/end")]
pub(crate) async fn end_contract(
    staff: OrganisationStaff,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
    key: IdempotencyKey,
    asked: Json<End>,
) -> Answer<HttpResponse> {
    let asked = EndedContract(EndOf { id: *id, end: asked.0 });
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked)).await?))
}

#[derive(Clone, Debug, Serialize)]
struct EndedContract(EndOf);

impl Arrangement for NewContract {
    const ACT: Act = Act::ContractAdded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let contract = Contract {
            purchaser_area: self.purchaser_area.clone(),
            first_day: self.first_day.0,
            last_day: self.last_day.0,
            over_a_year_because: self.over_a_year_because.clone(),
        };
        let known = scene.tx.provider(self.provider, &self.purchaser_area)?;
        let mut faults = match known {
            Some(provider) => check_contract(&contract, &provider, scene.today()),
            None => {
                let nobody = Provider { uscc: String::new(), name: String::new(), bans: vec![] };
                let mut faults = check_contract(&contract, &nobody, scene.today());
                faults.push(Fault::ProviderUnknown);
                faults
            }
        };
        if !scene.within.contains(&self.purchaser_area) {
            faults.push(Fault::OutsideYourArea);
        }
        refuse_faults(&faults)?;
        scene.tx.add_contract(scene.id, self.provider, &contract)?;
        let area = Some(self.purchaser_area.clone());
        Ok(Change { subject: scene.id, area, before: None })
    }
}

impl Arrangement for EndedContract {
    const ACT: Act = Act::ContractEnded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let Self(EndOf { id, end }) = self;
        let found = scene.tx.contract(*id)?;
        let found = found.filter(|contract| scene.within.contains(&contract.purchaser_area));
        let contract = found.ok_or(Kind::NotAvailable)?;
        let term = Term { first_day: contract.first_day, last_day: Some(contract.last_day) };
        let last_day = scene.end(term, end.last_day(), &end.reason)?;
        scene.tx.end_contract(*id, last_day)?;
        let before = Some(json!({"last_day": contract.last_day}));
        Ok(Change { subject: *id, area: Some(contract.purchaser_area), before })
    }
}
