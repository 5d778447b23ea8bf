//! The desk's calls: what a street reviews and decides.

pub(super) mod contract;

use crate::auth::{After, Three, Two};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::openapi::refusals;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind, Problem};
use crate::recorded::Recorded;
use crate::routes::sync::outcome_example;
use crate::service::Service;
use actix_web::{get, post, web};
use contract::{Accept, AssessmentBody, AssessmentList, Return, Status, TakeUp};
use ruhu_casework::text::is_blank;
use ruhu_desk::review;
use ruhu_desk::review::{ReviewDecision, ReviewVerdict};
use ruhu_desk::who::{Reviewer, Staff};
use ruhu_store::page::Place;
use ruhu_sync::id::RecordId;
use ruhu_sync::outcome::Outcome;
use ruhu_sync::rev::Rev;
use uuid::Uuid;

const ASSESSMENTS: List<Place> = List::named("assessments");

refusals!(NotYours: Kind::NotPermitted, Kind::InvalidRequest);
refusals!(NotRead: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest);
refusals!(NotDecided: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest,
    Kind::StateConflict, Kind::OpenConflict, Kind::DecisionRefused, Kind::RecordRefused,
    Kind::IdempotencyKeyReused, Kind::MalformedJson);

/// Lists the assessments of the reviewer's own area.
///
/// Those that have stood in their status longest first: of what was submitted, what has waited
/// longest. Names are masked.
#[utoipa::path(
    tag = "desk",
    params(Paging, ("status" = Option<String>, Query, description = "Only those in this status", example = "submitted")),
    responses(
        (status = 200, description = "The assessments", body = AssessmentList, example = json!(AssessmentList::example())),
        NotYours,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/assessments")]
pub(crate) async fn list_assessments(
    After(reviewer, (query, paging)): After<
        Staff<Reviewer>,
        Two<web::Query<Status>, web::Query<Paging>>,
    >,
    service: web::Data<Service>,
) -> Answer<web::Json<AssessmentList>> {
    let page = ASSESSMENTS.page(&paging)?;
    let found = {
        let status = query.into_inner().status;
        let person = reviewer.person;
        service.read(move |tx| review::assessments(tx, &person, status.as_deref(), page)).await?
    };
    Ok(web::Json(AssessmentList::of(found)?))
}

/// Gives an assessment with its history.
///
/// Masked: `POST /v1/desk/records/{record}/full` gives it in the clear, for a purpose.
#[utoipa::path(
    tag = "desk",
    params(("record" = Uuid, Path, description = "Which")),
    responses(
        (status = 200, description = "The record, what its form computes, and what became of it", body = AssessmentBody, example = json!(AssessmentBody::example())),
        NotRead,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/assessments/{record}")]
pub(crate) async fn read_assessment(
    After(reviewer, id): After<Staff<Reviewer>, web::Path<Uuid>>,
    service: web::Data<Service>,
) -> Answer<web::Json<AssessmentBody>> {
    let seen =
        service.view(move |tx| review::assessment(tx, &reviewer.person, RecordId(*id))).await?;
    Ok(web::Json(AssessmentBody::of(seen)?))
}

/// Returns an assessment to those who filled it, with reasons.
#[utoipa::path(
    tag = "desk",
    params(
        ("record" = Uuid, Path, description = "Which"),
        KeyHeader,
    ),
    request_body(content = Return, example = json!(Return::example())),
    responses(
        (status = 200, description = "It is returned", body = Outcome, example = json!(outcome_example())),
        NotDecided,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/assessments/{record}/return")]
pub(crate) async fn return_assessment(
    After(reviewer, (id, key, asked)): After<
        Staff<Reviewer>,
        Three<web::Path<Uuid>, Key, Json<Return>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Outcome>> {
    let decision = asked.0.decided(*id)?;
    service.act(reviewer, key, decision).await
}

/// Takes an assessment up for review: its reviewer is known from then on.
#[utoipa::path(
    tag = "desk",
    params(
        ("record" = Uuid, Path, description = "Which"),
        KeyHeader,
    ),
    request_body(content = TakeUp, example = json!(TakeUp::example())),
    responses(
        (status = 200, description = "It is in review", body = Outcome, example = json!(outcome_example())),
        NotDecided,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/assessments/{record}/take-up")]
pub(crate) async fn take_up_assessment(
    After(reviewer, (id, key, asked)): After<
        Staff<Reviewer>,
        Three<web::Path<Uuid>, Key, Json<TakeUp>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Outcome>> {
    let (assessment, rev) = (RecordId(*id), rev(&asked.0.rev)?);
    let decision = ReviewDecision { assessment, rev, verdict: ReviewVerdict::TakeUp, note: None };
    service.act(reviewer, key, decision).await
}

/// Accepts an assessment.
#[utoipa::path(
    tag = "desk",
    params(
        ("record" = Uuid, Path, description = "Which"),
        KeyHeader,
    ),
    request_body(content = Accept, example = json!(Accept::example())),
    responses(
        (status = 200, description = "It is accepted", body = Outcome, example = json!(outcome_example())),
        NotDecided,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/assessments/{record}/accept")]
pub(crate) async fn accept_assessment(
    After(reviewer, (id, key, asked)): After<
        Staff<Reviewer>,
        Three<web::Path<Uuid>, Key, Json<Accept>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Outcome>> {
    let decision = asked.0.decided(*id)?;
    service.act(reviewer, key, decision).await
}

/// The version that a decision is about.
pub(super) fn rev(text: &str) -> Answer<Rev> {
    Rev::parse(text).ok_or_else(|| {
        Problem::new(Kind::InvalidRequest).detail(
            "rev 不是版本号，请填读取时所见的版本。",
            "rev is no version: give the one that was read.",
        )
    })
}

impl Return {
    fn decided(self, id: Uuid) -> Answer<ReviewDecision> {
        if self.reasons.is_empty() || self.reasons.iter().any(|reason| is_blank(reason)) {
            return Err(Problem::new(Kind::InvalidRequest).detail(
                "退回须逐条写明原因。",
                "A return needs its reasons, none of them blank.",
            ));
        }
        let verdict = ReviewVerdict::Return { reasons: self.reasons };
        let (assessment, rev) = (RecordId(id), rev(&self.rev)?);
        Ok(ReviewDecision { assessment, rev, verdict, note: self.note })
    }
}

impl Accept {
    fn decided(self, id: Uuid) -> Answer<ReviewDecision> {
        let (assessment, rev) = (RecordId(id), rev(&self.rev)?);
        let note = Some(super::moves::reason(self.reason)?);
        let verdict = ReviewVerdict::Accept { district_visited_on: self.district_visited_on };
        Ok(ReviewDecision { assessment, rev, verdict, note })
    }
}
