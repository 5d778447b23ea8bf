//! Memberships: a worker's place in a caseload, for some time.

use super::{
    Arranged, CURSOR, Day, End, EndOf, ID, NotAdded, NotEnded, NotListed, OTHER_ID,
    arranged_example, caseloads::contract_of,
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
use ruhu_casework::facts::Membership;
use ruhu_casework::organisations::{
    Education, Employment, OrganisationFault as Fault, Qualification, Term, Title,
    check_employment, check_entry, check_membership,
};
use ruhu_store::organisations::{CaseloadRow, ContractRow, MembershipRow};
use ruhu_store::page::Slice;
use ruhu_sync::id::{StreamId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const MEMBERSHIPS: List<Uuid> = List::named("memberships");

/// A place in a caseload.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMembership {
    /// Whose.
    account: Uuid,
    /// In which caseload.
    caseload: Uuid,
    /// The first day, inclusive, within the contract's.
    first_day: Day,
    /// The last day, inclusive; the contract's without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_day: Option<Day>,
    /// 学历: `below_college`, `college`, `bachelor` or `postgraduate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    education: Option<String>,
    /// 职业资格: `assistant_social_worker`, `social_worker` or `senior_social_worker`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Why somebody with neither college nor title may begin. It is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exception_because: Option<String>,
}

impl NewMembership {
    fn example() -> Value {
        json!({"account": ID, "caseload": OTHER_ID, "first_day": "2026-12-01", "education": "college"})
    }

    /// What the person brings; a fault if a code is none.
    fn qualification(&self) -> (Qualification, Vec<Fault>) {
        let education = self.education.as_deref().map(Education::parse);
        let title = self.title.as_deref().map(Title::parse);
        let exception_because = self.exception_because.clone();
        let (education, title) = match (education, title) {
            (Some(None), _) | (_, Some(None)) => {
                return (Qualification::default(), vec![Fault::QualificationUnknown]);
            }
            (education, title) => (education.flatten(), title.flatten()),
        };
        let brought = Qualification { education, title, exception_because };
        let faults = check_entry(&brought);
        (brought, faults)
    }
}

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
    education: Option<String>,
    /// 职业资格, as it was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Why an exception was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    exception_because: Option<String>,
}

/// Memberships.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MembershipList {
    /// In order of their names.
    memberships: Vec<MembershipEntry>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl MembershipList {
    fn of(found: Slice<MembershipRow, Uuid>) -> Answer<Self> {
        let entry = |row: MembershipRow| MembershipEntry {
            id: row.id,
            account: row.account.0,
            caseload: row.caseload.0,
            area: row.area,
            first_day: Day(row.first_day),
            last_day: row.last_day.map(Day),
            education: row.education,
            title: row.title,
            exception_because: row.exception_because,
        };
        let next = MEMBERSHIPS.next(found.next)?;
        Ok(Self { memberships: found.rows.into_iter().map(entry).collect(), next })
    }

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
    staff: OrganisationStaff,
    service: web::Data<Service>,
    wanted: web::Query<Paging>,
) -> Answer<HttpResponse> {
    let (page, within) = (MEMBERSHIPS.page(&wanted)?, staff.staff().within);
    let found = service.read(move |tx| tx.memberships(page, &within)).await?;
    Ok(HttpResponse::Ok().json(MembershipList::of(found)?))
}

/// Gives a person a place in a caseload.
///
/// Nobody works for two contractors on one day, nor for a contractor and in an office
/// of government or as an evaluator. Nobody gives a place to themselves. The entry qualification is checked; an exception needs a reason, which is kept.
#[utoipa::path(
    tag = "organisations",
    params(("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "membership-7f3a0001")),
    request_body(content = NewMembership, example = json!(NewMembership::example())),
    responses(
        (status = 200, description = "The person has it", body = Arranged, example = json!(arranged_example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/memberships")]
pub(crate) async fn add_membership(
    staff: OrganisationStaff,
    service: web::Data<Service>,
    key: IdempotencyKey,
    asked: Json<NewMembership>,
) -> Answer<HttpResponse> {
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked.0)).await?))
}

/// Ends a membership.
///
/// Without a last day it ends at once: at the next request the person sees nothing of the caseload.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Which"),
        ("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "end-7f3a0002"),
    ),
    request_body(content = End, example = json!(End::example())),
    responses(
        (status = 200, description = "It ends", body = Arranged, example = json!(arranged_example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/memberships/{id}/end")]
pub(crate) async fn end_membership(
    staff: OrganisationStaff,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
    key: IdempotencyKey,
    asked: Json<End>,
) -> Answer<HttpResponse> {
    let asked = EndedMembership(EndOf { id: *id, end: asked.0 });
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked)).await?))
}

#[derive(Clone, Debug, Serialize)]
struct EndedMembership(EndOf);

impl NewMembership {
    /// The caseload and its contract, if they are there for this person to arrange.
    fn place(&self, scene: &mut Scene<'_>) -> Result<Option<(CaseloadRow, ContractRow)>, Halt> {
        let caseload = scene.tx.caseload(StreamId(self.caseload))?;
        let Some(caseload) = caseload.filter(|row| scene.within.contains(&row.area)) else {
            return Ok(None);
        };
        let contract = scene.tx.contract(caseload.contract)?;
        Ok(contract.map(|contract| (caseload, contract)))
    }

    /// What stands against it in what the person has beside it.
    fn person_faults(
        &self,
        scene: &mut Scene<'_>,
        area: String,
        contract: ContractRow,
    ) -> Result<Vec<Fault>, Halt> {
        let (user, last_day) = (UserId(self.account), self.last_day.map(|day| day.0));
        let membership = Membership {
            caseload: StreamId(self.caseload),
            area,
            first_day: self.first_day.0,
            last_day,
            contract_first_day: contract.first_day,
            contract_last_day: contract.last_day,
            bans: Vec::new(),
        };
        let last_day = Some(membership.ends());
        let term = Term { first_day: membership.first_day, last_day };
        let employment =
            Employment { provider: contract.provider, caseload: membership.caseload, term };
        let offices = scene.tx.person_facts(user)?.offices;
        let mut faults = check_membership(&membership, &contract_of(contract), &offices);
        faults.extend(check_employment(&employment, &scene.tx.employments(user)?));
        Ok(faults)
    }
}

impl Arrangement for NewMembership {
    const ACT: Act = Act::MembershipAdded;

    // What the person brings stands with the membership alone.
    fn told(&self) -> Value {
        json!({"account": self.account, "caseload": self.caseload,
            "first_day": self.first_day, "last_day": self.last_day})
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let (brought, mut faults) = self.qualification();
        match scene.known_account(UserId(self.account))? {
            None => faults.push(Fault::AccountUnknown),
            Some(account) if !account.active => faults.push(Fault::AccountOff),
            Some(_) => {}
        }
        if UserId(self.account) == scene.user() {
            faults.push(Fault::ForOneself);
        }
        let mut area = None;
        match self.place(scene)? {
            None => faults.push(Fault::CaseloadUnknown),
            Some((caseload, contract)) => {
                faults.extend(self.person_faults(scene, caseload.area.clone(), contract)?);
                area = Some(caseload.area);
            }
        }
        refuse_faults(&faults)?;
        let (user, caseload) = (UserId(self.account), StreamId(self.caseload));
        let last_day = self.last_day.map(|day| day.0);
        scene.tx.add_membership(scene.id, user, caseload, self.first_day.0, last_day)?;
        scene.tx.keep_entry(scene.id, &brought)?;
        Ok(Change { subject: scene.id, area, before: None })
    }
}

impl Arrangement for EndedMembership {
    const ACT: Act = Act::MembershipEnded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let Self(EndOf { id, end }) = self;
        let found = scene.tx.membership(*id)?;
        let found = found.filter(|membership| scene.within.contains(&membership.area));
        let membership = found.ok_or(Kind::NotAvailable)?;
        let term = Term { first_day: membership.first_day, last_day: membership.last_day };
        let last_day = scene.end(term, end.last_day(), &end.reason)?;
        scene.tx.end_membership(*id, last_day)?;
        let before = Some(json!({"last_day": membership.last_day}));
        Ok(Change { subject: *id, area: Some(membership.area), before })
    }
}
