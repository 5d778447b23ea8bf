//! The forms that tablets show and the server checks by.

pub mod views;

pub(crate) use views::*;

use crate::auth::{After, By, Entitled, Three, Two};
use crate::body::{Json, RawBody};
use crate::etag::Tagged;
use crate::forms::{FormEntry, FormList};
use crate::idempotency::{Key, KeyHeader};
use crate::openapi::refusals;
use crate::problem::{Answer, Kind, Problem};
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_desk::forms::{FORM_BYTES_MAX, Publication, Retirement, check_form as check_form_text};
use ruhu_desk::forms::{FormPublished, FormRetired};
use ruhu_desk::organisations::Day;
use ruhu_desk::who::{Admin, Staff};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A form and its version, in an address.
type Address = web::Path<(String, u32)>;

refusals!(NotListed: Kind::Closed);
refusals!(NoSuchForm: Kind::NotAvailable, Kind::Closed, Kind::InvalidRequest);
refusals!(NotChecked: Kind::NotPermitted, Kind::MalformedJson, Kind::FormRefused, Kind::BodyTooLarge);
refusals!(NotPublished: Kind::NotPermitted, Kind::InvalidRequest, Kind::MalformedJson,
    Kind::FormRefused, Kind::BodyTooLarge, Kind::IdempotencyKeyReused);
refusals!(NotRetired: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest,
    Kind::MalformedJson, Kind::FormRefused, Kind::IdempotencyKeyReused);

const HASH: &str = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";

fn example() -> FormList {
    FormList {
        forms: vec![FormEntry {
            id: "tekun_six".to_owned(),
            version: 1,
            label_zh: "特困人员生活自理能力评估".to_owned(),
            valid_from: Some("2021-07-01".to_owned()),
            valid_to: None,
            etag: "\"5feceb66ffc86f38d952786c6d696c79\"".to_owned(),
            hash: HASH.to_owned(),
            published_at_us: Some(1_795_406_400_000_000),
            last_day: Some("2026-12-31".to_owned()),
        }],
    }
}

fn form_example() -> Value {
    json!({"id": "tekun_six", "version": 1, "label_zh": "特困人员生活自理能力评估", "sections": []})
}

/// A form that was looked over and can work.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FormChecked {
    /// Which form.
    id: String,
    /// Which version.
    version: u32,
    /// SHA-256 of its canonical text.
    hash: String,
    /// Whether this very form has been published.
    is_published: bool,
}

/// Until when a version is begun.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormRetirement {
    /// The last day on which one is begun, inclusive; today at the earliest.
    last_day: Day,
    /// Why.
    reason: String,
}

/// The end of a retirement.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetirementLifted {
    /// Why.
    reason: String,
}

/// Lists the forms.
///
/// Each with the ETag of its definition, so that a tablet fetches only what it does not hold.
#[utoipa::path(
    tag = "reference",
    params(("If-None-Match" = Option<String>, Header, description = "The ETag of the list that is held")),
    responses(
        (status = 200, description = "The forms", body = FormList, example = json!(example())),
        (status = 304, description = "The list has not changed"),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/forms")]
pub(crate) async fn list_forms(
    By(_person): By<Entitled>,
    service: web::Data<Service>,
) -> Answer<Tagged<FormList>> {
    let list = service.form_list().await?;
    Ok(list)
}

/// Gives a form's definition.
///
/// A published version never changes: questions, codes, computed values and rules, as the forms
/// crate describes them.
#[utoipa::path(
    tag = "reference",
    params(
        ("id" = String, Path, description = "Which form", example = "tekun_six"),
        ("version" = u32, Path, description = "Which version", example = 1),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the definition that is held"),
    ),
    responses(
        (status = 200, description = "The definition", body = serde_json::Value,
            example = json!({"id": "tekun_six", "version": 1, "label_zh": "特困人员生活自理能力评估", "sections": []})),
        (status = 304, description = "The definition has not changed"),
        NoSuchForm,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/forms/{id}/{version}")]
pub(crate) async fn read_form(
    After(_person, address): After<Entitled, Address>,
    service: web::Data<Service>,
) -> Answer<Tagged<Value>> {
    let (id, version) = address.into_inner();
    let form = service.form_text(&id, version).await?;
    Ok(form)
}

/// Looks a form over without publishing it.
///
/// Refused as publishing it would be: `at` is the place as a JSON pointer, `fault` a stable word.
#[utoipa::path(
    tag = "reference",
    request_body(content = serde_json::Value, example = json!(form_example())),
    responses(
        (status = 200, description = "It can work", body = FormChecked,
            example = json!({"id": "tekun_six", "version": 1, "hash": HASH, "is_published": true})),
        NotChecked,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/forms/check")]
pub(crate) async fn check_form(
    After(_admin, body): After<Staff<Admin>, RawBody>,
    service: web::Data<Service>,
) -> Answer<web::Json<FormChecked>> {
    let text = text_of(&body)?;
    let found = service.view(move |tx| check_form_text(tx, &text)).await?;
    let (id, version) = (found.form.id().to_owned(), found.form.version());
    let (hash, is_published) = (found.hash.hex(), found.is_known);
    Ok(web::Json(FormChecked { id, version, hash, is_published }))
}

/// Publishes a form.
///
/// A new form, or the next version of one. It never changes again: the very same form, however it
/// is spelt, is answered as the first time, and another one is refused. It is known at once to
/// every server on the database. For administrators of the whole city.
#[utoipa::path(
    tag = "reference",
    params(KeyHeader),
    request_body(content = serde_json::Value, example = json!(form_example())),
    responses(
        (status = 200, description = "It is published", body = FormPublished,
            example = json!({"id": "tekun_six", "version": 1, "hash": HASH})),
        NotPublished,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/forms")]
pub(crate) async fn publish_form(
    After(admin, (key, body)): After<Staff<Admin>, Two<Key, RawBody>>,
    service: web::Data<Service>,
) -> Answer<Recorded<FormPublished>> {
    service.act(admin, key, Publication(text_of(&body)?)).await
}

/// Retires a form's version.
///
/// After the last day nobody begins one. What was begun is finished on this version, however late,
/// and the version stays readable for ever. The day can be moved until it is over. Forms that came
/// with the service are retired alike.
#[utoipa::path(
    tag = "reference",
    params(
        ("id" = String, Path, description = "Which form", example = "tekun_six"),
        ("version" = u32, Path, description = "Which version", example = 1),
        KeyHeader,
    ),
    request_body(content = FormRetirement, example = json!({"last_day": "2026-12-31", "reason": "新版自明年起使用"})),
    responses(
        (status = 200, description = "It is retired", body = FormRetired,
            example = json!({"id": "tekun_six", "version": 1, "last_day": "2026-12-31"})),
        NotRetired,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/forms/{id}/{version}/retirement")]
pub(crate) async fn retire_form(
    After(admin, (address, key, asked)): After<
        Staff<Admin>,
        Three<Address, Key, Json<FormRetirement>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<FormRetired>> {
    let FormRetirement { last_day, reason } = asked.0;
    let ((id, version), reason) = (address.into_inner(), stated(reason)?);
    let retirement = Retirement { id, version, last_day: Some(last_day.0), reason };
    service.act(admin, key, retirement).await
}

/// Lifts the retirement of a form's version.
///
/// As long as its last day is not over.
#[utoipa::path(
    tag = "reference",
    params(
        ("id" = String, Path, description = "Which form", example = "tekun_six"),
        ("version" = u32, Path, description = "Which version", example = 1),
        KeyHeader,
    ),
    request_body(content = RetirementLifted, example = json!({"reason": "新版推迟"})),
    responses(
        (status = 200, description = "It is in use", body = FormRetired, example = json!({"id": "tekun_six", "version": 1})),
        NotRetired,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/forms/{id}/{version}/retirement/lift")]
pub(crate) async fn lift_form_retirement(
    After(admin, (address, key, asked)): After<
        Staff<Admin>,
        Three<Address, Key, Json<RetirementLifted>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<FormRetired>> {
    let ((id, version), reason) = (address.into_inner(), stated(asked.0.reason)?);
    let retirement = Retirement { id, version, last_day: None, reason };
    service.act(admin, key, retirement).await
}

fn text_of(body: &RawBody) -> Answer<String> {
    if body.0.len() > FORM_BYTES_MAX {
        return Err(Problem::new(Kind::BodyTooLarge).with("bytes_max", FORM_BYTES_MAX));
    }
    crate::body::text(&body.0).map(str::to_owned)
}

fn stated(reason: String) -> Answer<String> {
    match !ruhu_casework::seen::says_something(&reason) || reason.chars().count() > 500 {
        false => Ok(reason),
        true => Err(Problem::new(Kind::InvalidRequest)
            .detail("请说明理由，至多 500 字。", "Give a reason, of 500 characters at most.")),
    }
}
