//! Memberships: a worker's place in a caseload, for some time.

use super::{CURSOR, NotAdded, NotEnded, NotListed, arrange, list, listing};
use crate::auth::{After, Three, Two};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::paging::Paging;
use crate::problem::Answer;
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_casework::organisations::{Education, Title};
use ruhu_desk::organisations::examples::{ID, OTHER_ID};
use ruhu_desk::organisations::{Arranged, Day, End, Ended, EndedMembership, NewMembership};
use ruhu_desk::who::{OrganisationStaff, Staff};
use ruhu_store::organisations::MembershipRow;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A membership in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MembershipEntry {
    /// Which.
    id: Uuid,
    /// Whose.
    account: Uuid,
    /// In which caseload.
    caseload: Uuid,
    /// The caseload's area.
    area: String,
    /// The first day, inclusive.
    first_day: Day,
    /// The last day, inclusive; the contract's if it is open. Before the first: it was ended
    /// before it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_day: Option<Day>,
    /// 学历, as it was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Education>)]
    education: Option<String>,
    /// 职业资格, as it was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Title>)]
    title: Option<String>,
    /// Why an exception was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    exception_because: Option<String>,
}

listing!(
    /// Memberships.
    MembershipList { memberships: MembershipEntry from MembershipRow }
);

impl From<MembershipRow> for MembershipEntry {
    fn from(row: MembershipRow) -> Self {
        Self {
            id: row.id,
            account: row.account.0,
            caseload: row.caseload.0,
            area: row.area,
            first_day: Day(row.first_day),
            last_day: row.last_day.map(Day),
            education: row.education,
            title: row.title,
            exception_because: row.exception_because,
        }
    }
}

impl MembershipList {
    fn example() -> Value {
        json!({"memberships": [{"id": ID, "account": OTHER_ID, "caseload": ID, "area": "110102012", "first_day": "2026-12-01", "education": "college"}], "next": CURSOR})
    }
}

/// Lists memberships.
///
/// Those in caseloads inside the areas of who asks.
#[utoipa::path(
    tag = "organisations",
    params(Paging),
    responses(
        (status = 200, description = "A page", body = MembershipList, example = json!(MembershipList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/organisations/memberships")]
pub(crate) async fn list_memberships(
    After(staff, wanted): After<Staff<OrganisationStaff>, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<MembershipList>> {
    list(&service, &wanted, move |tx, page| tx.memberships(page, &staff.within)).await
}

/// Gives a person a place in a caseload.
///
/// Nobody works for two contractors on one day, nor for a contractor and in an office
/// of government or as an evaluator. Nobody gives a place to themselves. The entry qualification is checked; an exception needs a reason, which is kept.
#[utoipa::path(
    tag = "organisations",
    params(KeyHeader),
    request_body(content = NewMembership, example = json!(NewMembership::example())),
    responses(
        (status = 200, description = "The person has it", body = Arranged, example = json!(Arranged::example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/memberships")]
pub(crate) async fn add_membership(
    After(staff, (key, asked)): After<Staff<OrganisationStaff>, Two<Key, Json<NewMembership>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, asked.0).await
}

/// Ends a membership.
///
/// Without a last day it ends at once: at the next request the person sees nothing of the caseload.
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
#[post("/v1/organisations/memberships/{id}/end")]
pub(crate) async fn end_membership(
    After(staff, (id, key, asked)): After<
        Staff<OrganisationStaff>,
        Three<web::Path<Uuid>, Key, Json<End>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, Ended::<EndedMembership>::of(*id, asked.0)).await
}
