//! Households that go to another caseload.

use crate::auth::{After, Two};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::openapi::refusals;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind, Problem};
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_casework::moves::MoveFault;
use ruhu_casework::text::is_blank;
use ruhu_desk::review;
use ruhu_desk::review::MovesTaken;
use ruhu_desk::review::{CaseloadSeen, HouseholdMove, Moved, Part};
use ruhu_desk::who::{Reviewer, Staff};
use ruhu_store::desk::HouseholdChoice;
use ruhu_store::page::Slice;
use ruhu_sync::edit::REASON_CHARACTERS_MAX;
use ruhu_sync::id::{RecordId, StreamId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const CASELOADS: List<StreamId> = List::named("desk_caseloads");
const HOUSEHOLDS: List<RecordId> = List::named("households");

refusals!(NotYours: Kind::NotPermitted, Kind::InvalidRequest);
refusals!(NotListed: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest);
refusals!(NotMoved: Kind::NotPermitted, Kind::InvalidRequest, Kind::MoveRefused,
    Kind::IdempotencyKeyReused, Kind::MalformedJson);

/// Caseloads.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeskCaseloads {
    /// In order of their ids.
    caseloads: Vec<DeskCaseload>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A caseload.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeskCaseload {
    /// Its id: the stream of its households.
    id: Uuid,
    /// What people call it.
    name: String,
    /// Its area's code.
    area: String,
    /// Who works under its contract.
    provider_name: String,
    /// The contract's first day.
    contract_first_day: String,
    /// The contract's last day, inclusive.
    contract_last_day: String,
    /// Why it may receive no household today.
    #[serde(skip_serializing_if = "Option::is_none")]
    receives_nothing_because: Option<MoveFault>,
}

/// Households of a caseload.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HouseholdList {
    /// In order of their ids.
    households: Vec<HouseholdItem>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A household in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HouseholdItem {
    /// Its name.
    record: Uuid,
    /// Its community.
    community_code: String,
    /// Its head, masked.
    head_name_masked: String,
}

/// An act of moving: all parts of it, or none.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Moves {
    /// Its parts: one to move or to merge, several to split or hand over.
    parts: Vec<MovePart>,
    /// Why, in at most 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// One part: either households by name, or all that is in a caseload.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MovePart {
    /// The caseload that receives.
    to: Uuid,
    /// These households.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    households: Option<Vec<Uuid>>,
    /// All that is in this caseload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Uuid>,
}

/// Lists the caseloads of the reviewer's area.
#[utoipa::path(
    tag = "desk",
    params(Paging),
    responses(
        (status = 200, description = "The caseloads", body = DeskCaseloads, example = json!(DeskCaseloads::example())),
        NotYours,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/caseloads")]
pub(crate) async fn list_desk_caseloads(
    After(reviewer, paging): After<Staff<Reviewer>, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<DeskCaseloads>> {
    let found = {
        let page = CASELOADS.page(&paging)?;
        service.read(move |tx| review::caseloads(tx, &reviewer.person, page)).await?
    };
    Ok(web::Json(DeskCaseloads::of(found)?))
}

/// Lists the households of a caseload. Names are masked.
#[utoipa::path(
    tag = "desk",
    params(
        ("id" = Uuid, Path, description = "Which caseload"),
        Paging,
    ),
    responses(
        (status = 200, description = "Its households", body = HouseholdList, example = json!(HouseholdList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/caseloads/{id}/households")]
pub(crate) async fn list_households(
    After(reviewer, (id, paging)): After<Staff<Reviewer>, Two<web::Path<Uuid>, web::Query<Paging>>>,
    service: web::Data<Service>,
) -> Answer<web::Json<HouseholdList>> {
    let page = HOUSEHOLDS.page(&paging)?;
    let caseload = StreamId(*id);
    let found =
        service.view(move |tx| review::households(tx, &reviewer.person, caseload, page)).await?;
    Ok(web::Json(HouseholdList::of(found)?))
}

/// Moves households to other caseloads, each with all that belongs to it.
///
/// One household, a list of them, or all of a caseload: caseloads are split, merged and handed
/// over by it. Everything is moved, or nothing. The tablets of the old team give it up at their
/// next pull, after they have handed in what was not sent yet.
#[utoipa::path(
    tag = "desk",
    params(KeyHeader),
    request_body(content = Moves, example = json!(Moves::example())),
    responses(
        (status = 200, description = "All of it was moved", body = MovesTaken, example = json!(MovesTaken::example())),
        NotMoved,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/moves")]
pub(crate) async fn move_households(
    After(reviewer, (key, asked)): After<Staff<Reviewer>, Two<Key, Json<Moves>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<MovesTaken>> {
    let (parts, reason) = asked.0.read()?;
    service.act(reviewer, key, HouseholdMove { parts, reason }).await
}

/// A reason, if something is said in it and it is not too long.
pub(super) fn reason(text: String) -> Answer<String> {
    if is_blank(&text) || text.chars().count() > REASON_CHARACTERS_MAX {
        return Err(Problem::new(Kind::InvalidRequest).detail(
            format!("请写明理由，不超过 {REASON_CHARACTERS_MAX} 字。"),
            format!("Give a reason of at most {REASON_CHARACTERS_MAX} characters."),
        ));
    }
    Ok(text)
}

impl Moves {
    fn read(self) -> Answer<(Vec<Part>, String)> {
        let part = |part: MovePart| {
            let what = match (part.households, part.from) {
                (Some(ids), None) if !ids.is_empty() => {
                    Moved::Households(ids.into_iter().map(RecordId).collect())
                }
                (None, Some(from)) => Moved::All(StreamId(from)),
                _ => return None,
            };
            Some(Part { to: StreamId(part.to), what })
        };
        let parts: Option<Vec<_>> = self.parts.into_iter().map(part).collect();
        let parts = parts.filter(|parts| !parts.is_empty()).ok_or_else(|| {
            Problem::new(Kind::InvalidRequest).detail(
                "parts 的每一项须写明 to，并在 households 与 from 中只填一项。",
                "Each of parts names to, and either households or from.",
            )
        })?;
        Ok((parts, reason(self.reason)?))
    }

    fn example() -> Value {
        json!({"parts": [{"to": CASELOAD, "households": [HOUSEHOLD]}], "reason": "人户分离，已迁居。"})
    }
}

const CASELOAD: &str = "0192e4a0-0000-7000-8000-00000000000c";
const HOUSEHOLD: &str = "0192e4a0-0000-7000-8000-000000000008";

impl DeskCaseloads {
    fn of(found: Slice<CaseloadSeen, StreamId>) -> Answer<Self> {
        let next = CASELOADS.next(found.next)?;
        let item = |CaseloadSeen { facts, fault }| DeskCaseload {
            id: facts.stream.0,
            name: facts.name,
            area: facts.area,
            provider_name: facts.provider_name,
            contract_first_day: facts.contract_first_day.to_string(),
            contract_last_day: facts.contract_last_day.to_string(),
            receives_nothing_because: fault,
        };
        Ok(Self { caseloads: found.rows.into_iter().map(item).collect(), next })
    }

    fn example() -> Value {
        json!({"caseloads": [{"id": CASELOAD, "name": "什刹海一组", "area": "110102012",
            "provider_name": "测试社工事务所", "contract_first_day": "2026-01-01",
            "contract_last_day": "2026-12-31"}]})
    }
}

impl HouseholdList {
    fn of(found: Slice<HouseholdChoice, RecordId>) -> Answer<Self> {
        let next = HOUSEHOLDS.next(found.next)?;
        let item = |choice: HouseholdChoice| HouseholdItem {
            record: choice.id.0,
            community_code: choice.listed.community_code,
            head_name_masked: choice.listed.head_name_masked,
        };
        Ok(Self { households: found.rows.into_iter().map(item).collect(), next })
    }

    fn example() -> Value {
        json!({"households": [{"record": HOUSEHOLD, "community_code": "110102012001",
            "head_name_masked": "测**"}]})
    }
}
