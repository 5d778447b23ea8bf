//! Contractors (承接主体).

use super::{Arranged, CURSOR, ID, NotAdded, NotListed, arranged_example};
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
use ruhu_casework::organisations::{OrganisationFault, Provider, check_provider};
use ruhu_store::organisations::ProviderRow;
use ruhu_store::page::Slice;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const PROVIDERS: List<Uuid> = List::named("providers");

/// A contractor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProvider {
    /// Its unified social credit code.
    uscc: String,
    /// Its name.
    name: String,
}

impl NewProvider {
    fn example() -> Value {
        json!({"uscc": "91350100M000100Y43", "name": "演示社工事务所"})
    }
}

/// A contractor in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProviderEntry {
    /// Which.
    id: Uuid,
    /// Its name.
    name: String,
    /// Its unified social credit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    uscc: Option<String>,
}

/// Contractors.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProviderList {
    /// In order of their names.
    providers: Vec<ProviderEntry>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl ProviderList {
    fn of(found: Slice<ProviderRow, Uuid>) -> Answer<Self> {
        let entry = |row: ProviderRow| ProviderEntry { id: row.id, name: row.name, uscc: row.uscc };
        let next = PROVIDERS.next(found.next)?;
        Ok(Self { providers: found.rows.into_iter().map(entry).collect(), next })
    }

    fn example() -> Value {
        json!({"providers": [{"id": ID, "name": "演示社工事务所", "uscc": "91350100M000100Y43"}], "next": CURSOR})
    }
}

/// Lists contractors.
///
/// They are of no one area, and all are listed.
#[utoipa::path(
    tag = "organisations",
    params(Paging),
    responses(
        (status = 200, description = "A page", body = ProviderList, example = json!(ProviderList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/organisations/providers")]
pub(crate) async fn list_providers(
    _staff: OrganisationStaff,
    service: web::Data<Service>,
    wanted: web::Query<Paging>,
) -> Answer<HttpResponse> {
    let page = PROVIDERS.page(&wanted)?;
    let found = service.read(move |tx| tx.providers(page)).await?;
    Ok(HttpResponse::Ok().json(ProviderList::of(found)?))
}

/// Adds a contractor.
///
/// Its code is checked by its check digit.
#[utoipa::path(
    tag = "organisations",
    params(("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "provider-7f3a0001")),
    request_body(content = NewProvider, example = json!(NewProvider::example())),
    responses(
        (status = 200, description = "It is added", body = Arranged, example = json!(arranged_example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/providers")]
pub(crate) async fn add_provider(
    staff: OrganisationStaff,
    service: web::Data<Service>,
    key: IdempotencyKey,
    asked: Json<NewProvider>,
) -> Answer<HttpResponse> {
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked.0)).await?))
}

impl Arrangement for NewProvider {
    const ACT: Act = Act::ProviderAdded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let (uscc, name) = (self.uscc.clone(), self.name.clone());
        let provider = Provider { uscc, name, bans: Vec::new() };
        let mut faults = check_provider(&provider);
        if scene.tx.has_provider_of(&self.uscc)? {
            faults.push(OrganisationFault::UsccTaken);
        }
        refuse_faults(&faults)?;
        scene.tx.add_provider(scene.id, &provider)?;
        Ok(Change { subject: scene.id, area: None, before: None })
    }
}
