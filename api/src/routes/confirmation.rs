//! The district confirms a household's category.

use super::desk::rev;
use super::moves::reason;
use crate::auth::{After, Three};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::recorded::Recorded;
use crate::routes::sync::outcome_example;
use crate::service::Service;
use actix_web::{post, web};
use ruhu_desk::review::Confirmation;
use ruhu_desk::who::{Reviewer, Staff};
use ruhu_sync::id::RecordId;
use ruhu_sync::outcome::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

refusals!(NotConfirmed: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest,
    Kind::StateConflict, Kind::OpenConflict, Kind::DecisionRefused, Kind::RecordRefused,
    Kind::IdempotencyKeyReused, Kind::MalformedJson);

/// What a household is confirmed as.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationAsked {
    /// The household's version that was read.
    rev: String,
    /// The accepted assessment of this household that the decision rests on.
    assessment: Uuid,
    /// The category, as one of the household's codes.
    category: String,
    /// The hardship level, as one of the household's codes; left out, it stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hardship_level: Option<String>,
    /// Why, in at most 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

impl ConfirmationAsked {
    fn read(self, household: Uuid) -> Answer<Confirmation> {
        Ok(Confirmation {
            household: RecordId(household),
            rev: rev(&self.rev)?,
            assessment: RecordId(self.assessment),
            category: self.category,
            hardship_level: self.hardship_level,
            reason: reason(self.reason)?,
        })
    }

    fn example() -> Value {
        json!({"rev": "3-1f0c9a77", "assessment": "0192e4a0-0000-7000-8000-000000000009",
            "category": "dibao", "reason": "收入与财产均符合规定。"})
    }
}

/// Confirms a household's category.
///
/// Only the district's reviewer, who took no part in the assessment, and only on an assessment of
/// this household that was accepted. Who, when and why are kept with it. No push sets a category.
#[utoipa::path(
    tag = "desk",
    params(
        ("record" = Uuid, Path, description = "Which household"),
        KeyHeader,
    ),
    request_body(content = ConfirmationAsked, example = json!(ConfirmationAsked::example())),
    responses(
        (status = 200, description = "It is confirmed", body = Outcome, example = json!(outcome_example())),
        NotConfirmed,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/households/{record}/confirm")]
pub(crate) async fn confirm_household(
    After(reviewer, (id, key, asked)): After<
        Staff<Reviewer>,
        Three<web::Path<Uuid>, Key, Json<ConfirmationAsked>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Outcome>> {
    service.act(reviewer, key, asked.0.read(*id)?).await
}
