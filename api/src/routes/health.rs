//! What whoever runs the service asks it.

use crate::auth::bearer;
use crate::openapi::refusals;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use actix_web::{HttpRequest, HttpResponse, get, web};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

refusals!(NotReady: Kind::NotReady);
refusals!(NotTold: Kind::NotFound, Kind::SignInRequired);

/// A state of the service.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Health {
    /// `alive` or `ready`.
    pub status: String,
    /// The service's version.
    pub version: String,
}

fn health(status: &str) -> Health {
    Health { status: status.to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// Says that the process is alive.
///
/// Asks nothing of the database: a process that cannot answer this has to be started anew.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "It is", body = Health, example = json!(health("alive")))),
    security(()),
)]
#[get("/healthz")]
pub(crate) async fn is_alive() -> HttpResponse {
    HttpResponse::Ok().json(health("alive"))
}

/// Says whether requests can be served.
///
/// If not, `not_ready` names the parts that are in the way.
#[utoipa::path(
    tag = "operations",
    responses(
        (status = 200, description = "They can", body = Health, example = json!(health("ready"))),
        NotReady,
    ),
    security(()),
)]
#[get("/readyz")]
pub(crate) async fn is_ready(service: web::Data<Service>) -> Answer<HttpResponse> {
    match service.ping().await {
        Ok(()) => Ok(HttpResponse::Ok().json(health("ready"))),
        Err(problem) => {
            Err(Problem::new(Kind::NotReady).with("not_ready", vec!["database"]).caused_by(problem))
        }
    }
}

/// Gives the counters in Prometheus's text form.
///
/// Requests by route, method and status, their duration, pushes and edits by outcome, database
/// calls under way. Nothing in it names a person. The token of the setting `metrics_token_file` must
/// be shown (`Authorization: Bearer …`); without that setting there is nothing here.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "The counters", body = String, content_type = "text/plain",
        example = "ruhu_sync_edits_total{outcome=\"merged\"} 1"), NotTold),
    security(()),
)]
#[get("/metrics")]
pub(crate) async fn read_metrics(
    request: HttpRequest,
    service: web::Data<Service>,
) -> Answer<HttpResponse> {
    let token = service.metrics_token.as_ref().ok_or(Kind::NotFound)?;
    let digest = |text: &str| -> [u8; 32] { Sha256::digest(text).into() };
    // By their hashes, so that how long it takes tells nothing of the token.
    if digest(bearer(&request)?) != digest(token.expose_secret()) {
        return Err(Kind::SignInRequired.into());
    }
    service.metrics.observe_listeners(service.live.count());
    let text = service.metrics.to_text()?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}
