//! What each kind of record is.

use crate::auth::{By, Entitled};
use crate::etag::Tagged;
use crate::kinds::KindList;
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::service::Service;
use actix_web::{get, web};
use ruhu_casework::problem_words::ProblemWords;
use ruhu_casework::reason_words;
use ruhu_sync::outcome::Reason;
use serde_json::json;

refusals!(NotTold: Kind::Closed);

fn example() -> KindList {
    KindList {
        kinds: vec![json!({
            "name": "notice", "label_zh": "通知", "under": [], "required": [], "access": [],
            "fields": [{"name": "reason", "label_zh": "理由", "holds": "text", "class": "server",
                "max_chars": 500}],
        })],
        problems: vec![ProblemWords {
            code: "required",
            zh: "必须填写。",
            en: "It must be filled in.",
        }],
        reasons: vec![reason_words::of(Reason::InReview)],
    }
}

/// Lists the kinds of records.
///
/// What a client needs to lay out any record, and to know beforehand what will be taken. The schemas
/// of their documents are in this contract, too, as `HouseholdDocument` and so on.
#[utoipa::path(
    tag = "reference",
    params(
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the list that is held"),
    ),
    responses(
        (status = 200, description = "Every kind", body = KindList, example = json!(example())),
        (status = 304, description = "The list has not changed"),
        NotTold,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/kinds")]
pub(crate) async fn list_kinds(
    By(_person): By<Entitled>,
    service: web::Data<Service>,
) -> Answer<Tagged<KindList>> {
    Ok(service.kinds.0.clone())
}
