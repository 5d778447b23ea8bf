//! What each kind of record is.

use crate::auth::{By, Entitled};
use crate::etag::json_or_not_modified;
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::service::Service;
use actix_web::{HttpRequest, HttpResponse, get, web};
use ruhu_casework::reason_words::{self, ReasonWords};
use ruhu_sync::outcome::Reason;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{Object, ObjectBuilder, Type};

refusals!(NotTold: Kind::Closed);

/// The kinds of records.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct KindList {
    /// Each with its fields (what they hold, how they merge, their options), what every result must
    /// hold, the passes of its status, and who may do what; as docs/kinds.md tells.
    #[schema(value_type = Vec<Object>)]
    kinds: Vec<Value>,
    /// The words for every code of `problems` in an edit's outcome.
    problems: Vec<ProblemWordsBody>,
    /// The words for every `reason` of an edit's outcome.
    reasons: Vec<ReasonWordsBody>,
}

/// The words for a code of a problem.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProblemWordsBody {
    /// What `problems` holds.
    code: &'static str,
    /// What people read.
    zh: &'static str,
    /// The same in English.
    en: &'static str,
}

/// The words for a reason: what it means to the author of the edit, and what to do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReasonWordsBody {
    #[schema(schema_with = reason_code)]
    code: Reason,
    /// What people read.
    zh: &'static str,
    /// The same in English.
    en: &'static str,
}

fn reason_code() -> Object {
    let codes = reason_words::ALL.iter().map(|words| words.code.to_string());
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(codes))
        .description(Some("The `reason` of an outcome."))
        .build()
}

fn example() -> KindList {
    let ReasonWords { code, zh, en } = reason_words::of(Reason::InReview);
    KindList {
        kinds: vec![json!({
            "name": "notice", "label_zh": "通知", "under": [], "required": [], "access": [],
            "fields": [{"name": "reason", "label_zh": "理由", "holds": "text", "class": "server",
                "max_chars": 500}],
        })],
        problems: vec![ProblemWordsBody {
            code: "required",
            zh: "必须填写。",
            en: "It must be filled in.",
        }],
        reasons: vec![ReasonWordsBody { code, zh, en }],
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
    request: HttpRequest,
) -> Answer<HttpResponse> {
    Ok(json_or_not_modified(&request, &service.kinds.etag, service.kinds.json.clone()))
}
