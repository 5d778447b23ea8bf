//! The forms that tablets show and the server checks by.

use crate::auth::SignedIn;
use crate::etag::json_or_not_modified;
use crate::forms::{FormEntry, FormList};
use crate::openapi::refusals;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use actix_web::{HttpRequest, HttpResponse, get, web};

refusals!(NoSuchForm: Kind::NotAvailable, Kind::InvalidRequest);

fn example() -> FormList {
    FormList {
        forms: vec![FormEntry {
            id: "tekun_six".to_owned(),
            version: 1,
            label_zh: "特困人员生活自理能力评估".to_owned(),
            valid_from: Some("2021-07-01".to_owned()),
            valid_to: None,
            etag: "\"5feceb66ffc86f38d952786c6d696c79\"".to_owned(),
        }],
    }
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
    ),
    security(("access_token" = [])),
)]
#[get("/v1/forms")]
pub(crate) async fn list_forms(
    _person: SignedIn,
    service: web::Data<Service>,
    request: HttpRequest,
) -> Answer<HttpResponse> {
    let list = &service.forms.list;
    Ok(json_or_not_modified(&request, &list.etag, list.text.clone()))
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
    _person: SignedIn,
    service: web::Data<Service>,
    address: web::Path<(String, u32)>,
    request: HttpRequest,
) -> Answer<HttpResponse> {
    let (id, version) = address.into_inner();
    let form = service.forms.get(&id, version);
    let form = form.ok_or_else(|| Problem::new(Kind::NotAvailable))?;
    Ok(json_or_not_modified(&request, &form.etag, form.text.clone()))
}
