//! The contract, and a page to read and try it. Everything on the page comes from here.

use crate::openapi::refusals;
use crate::problem::{Answer, Kind, Problem};
use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use std::sync::Arc;
use utoipa_swagger_ui::Config;

refusals!(NoSuchFile: Kind::NotFound);

/// Gives the contract.
///
/// OpenAPI 3.1, made from the code that serves it.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "The contract", body = serde_json::Value,
        example = json!({"openapi": "3.1.0"}))),
    security(()),
)]
#[get("/openapi.json")]
pub(crate) async fn read_contract() -> Answer<HttpResponse> {
    let json = super::contract()?;
    Ok(HttpResponse::Ok().content_type("application/json").body(json))
}

/// Leads to the page.
#[utoipa::path(
    tag = "operations",
    responses((status = 308, description = "To `/docs/`")),
    security(()),
)]
#[get("/docs")]
pub(crate) async fn enter_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// Gives a file of the page.
#[utoipa::path(
    tag = "operations",
    params(("file" = String, Path, description = "Which file; none for the page itself", example = "index.html")),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/html"),
        NoSuchFile,
    ),
    security(()),
)]
#[get("/docs/{file:.*}")]
pub(crate) async fn read_docs(file: web::Path<String>) -> Answer<HttpResponse> {
    let config = Config::from("/openapi.json")
        // The default is a validator on the internet, which would be told our address.
        .validator_url("none")
        .try_it_out_enabled(true);
    let file = utoipa_swagger_ui::serve(&file, Arc::new(config));
    let file = file.map_err(|error| Problem::internal(error.to_string()))?;
    let file = file.ok_or_else(|| Problem::new(Kind::NotFound))?;
    Ok(HttpResponse::Ok().content_type(file.content_type).body(file.bytes.into_owned()))
}
