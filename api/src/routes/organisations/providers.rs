//! Contractors (承接主体).

use super::{CURSOR, NotAdded, NotListed, arrange, list, listing};
use crate::auth::{After, Two};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::paging::Paging;
use crate::problem::Answer;
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_desk::organisations::examples::ID;
use ruhu_desk::organisations::{Arranged, NewProvider};
use ruhu_desk::who::{OrganisationStaff, Staff};
use ruhu_store::organisations::ProviderRow;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

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

listing!(
    /// Contractors.
    ProviderList { providers: ProviderEntry from ProviderRow }
);

impl From<ProviderRow> for ProviderEntry {
    fn from(row: ProviderRow) -> Self {
        Self { id: row.id, name: row.name, uscc: row.uscc }
    }
}

impl ProviderList {
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
    After(_staff, wanted): After<Staff<OrganisationStaff>, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<ProviderList>> {
    list(&service, &wanted, move |tx, page| tx.providers(page)).await
}

/// Adds a contractor.
///
/// Its code is checked by its check digit.
#[utoipa::path(
    tag = "organisations",
    params(KeyHeader),
    request_body(content = NewProvider, example = json!(NewProvider::example())),
    responses(
        (status = 200, description = "It is added", body = Arranged, example = json!(Arranged::example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/providers")]
pub(crate) async fn add_provider(
    After(staff, (key, asked)): After<Staff<OrganisationStaff>, Two<Key, Json<NewProvider>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, asked.0).await
}
