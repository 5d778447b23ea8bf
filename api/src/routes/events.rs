//! Live events.

use crate::auth::By;
use crate::live::{EventBody, Listener};
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::service::Service;
use actix_web::http::header::{self, ContentEncoding};
use actix_web::{HttpResponse, get, web};

refusals!(NotListened: Kind::Closed, Kind::DeviceLost, Kind::Busy, Kind::StoreUnavailable);

const EXAMPLE: &str = "event: heads\nretry: 5000\ndata: {\"streams\":[{\"seq\":7,\"stream\":\
    \"0192e4a0-0000-7000-8000-000000000002\"}]}\n\n:\n\nevent: closed\ndata: {\"reason\":\"closed\"}\n\n";

/// Tells a device, as it happens, that its streams have moved.
///
/// Server-sent events: `heads` at once and whenever it changes, with every stream the device may
/// hold and its position; a comment now and then; `closed` with a reason as the last one. A hint:
/// what counts is what a pull gives. A device listens once: an older connection ends.
#[utoipa::path(
    tag = "sync",
    responses(
        (status = 200, description = "Events until one of both sides ends them", body = String,
            content_type = "text/event-stream", example = json!(EXAMPLE)),
        NotListened,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/sync/events")]
pub(crate) async fn listen_to_events(
    By(listener): By<Listener>,
    service: web::Data<Service>,
) -> Answer<HttpResponse> {
    let events = EventBody::begin(&service, listener).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compressed, an event would wait for the next ones; a proxy must not hold it back either.
        .insert_header(ContentEncoding::Identity)
        .insert_header((header::HeaderName::from_static("x-accel-buffering"), "no"))
        .body(events))
}
