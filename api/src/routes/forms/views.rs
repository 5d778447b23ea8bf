//! A form as programs and as people on paper read it.

use super::Address;
use super::NoSuchForm;
use crate::auth::{After, Entitled, Two};
use crate::etag::Tagged;
use crate::problem::Answer;
use crate::service::Service;
use actix_web::{get, web};
use ruhu_forms::Strength;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// How much is asked of answers.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// Of the right types; anything may be missing.
    Draft,
    /// Whole, as far as a schema can say it.
    #[default]
    Submission,
}

/// Which schema.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct WantedSchema {
    #[serde(default)]
    strength: Asked,
}

impl From<Asked> for Strength {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::Draft => Self::Draft,
            Asked::Submission => Self::Submission,
        }
    }
}

/// Gives the JSON Schema of a form's answers.
///
/// Of draft 2020-12. What depends on other answers (whether a question is asked, and the form's
/// checks) it cannot say; the server judges by the form itself.
#[utoipa::path(
    tag = "reference",
    params(
        ("id" = String, Path, description = "Which form", example = "tekun_six"),
        ("version" = u32, Path, description = "Which version", example = 1),
        ("strength" = inline(Option<Asked>), Query, description = "Of a draft, or of what is handed in"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the schema that is held"),
    ),
    responses(
        (status = 200, description = "The schema", body = serde_json::Value,
            example = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {}})),
        (status = 304, description = "The schema has not changed"),
        NoSuchForm,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/forms/{id}/{version}/schema")]
pub(crate) async fn read_form_schema(
    After(_person, (address, wanted)): After<Entitled, Two<Address, web::Query<WantedSchema>>>,
    service: web::Data<Service>,
) -> Answer<Tagged<Value>> {
    let (id, version) = address.into_inner();
    let schema = service.form_schema(&id, version, wanted.strength.into()).await?;
    Ok(schema)
}

/// Gives a form's outline, to be printed.
#[utoipa::path(
    tag = "reference",
    params(
        ("id" = String, Path, description = "Which form", example = "tekun_six"),
        ("version" = u32, Path, description = "Which version", example = 1),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the outline that is held"),
    ),
    responses(
        (status = 200, description = "The outline", body = String, content_type = "text/html",
            example = json!("<!doctype html>…")),
        (status = 304, description = "The outline has not changed"),
        NoSuchForm,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/forms/{id}/{version}/outline")]
pub(crate) async fn read_form_outline(
    After(_person, address): After<Entitled, Address>,
    service: web::Data<Service>,
) -> Answer<Tagged<String>> {
    let (id, version) = address.into_inner();
    let outline = service.form_outline(&id, version).await?;
    Ok(outline)
}
