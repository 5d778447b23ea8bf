//! One log line and one measurement a request.

use super::caller::{Caller, REQUEST_ID, RequestId};
use crate::metrics::Metrics;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use std::time::Instant;
use tracing::Instrument as _;

/// The route that a request to no known address counts under.
const UNMATCHED: &str = "unmatched";

/// Gives the request its id, and logs and counts it by route, never by address: addresses hold
/// names of records, and queries may hold anything.
pub async fn observe<B: MessageBody + 'static>(
    metrics: web::Data<Metrics>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let began = Instant::now();
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("request", request_id = %id.0);
    let answered = next.call(request).instrument(span.clone()).await;
    span.in_scope(|| {
        answered.map(|mut response| {
            record(&metrics, &response, began);
            if let Ok(value) = HeaderValue::from_str(&id.0) {
                response.headers_mut().insert(HeaderName::from_static(REQUEST_ID), value);
            }
            response
        })
    })
}

fn record<B>(metrics: &Metrics, response: &ServiceResponse<B>, began: Instant) {
    let request = response.request();
    let route = request.match_pattern().unwrap_or_else(|| UNMATCHED.to_owned());
    let elapsed = began.elapsed();
    let status = response.status().as_u16();
    let device = request.extensions().get::<Caller>().map(|c| c.0.to_string());
    metrics.observe_request(&route, request.method(), status, elapsed);
    tracing::info!(
        target: "ruhu::request",
        method = %request.method(),
        route,
        status,
        latency_ms = elapsed.as_secs_f64() * 1000.0,
        device,
        "request"
    );
}
