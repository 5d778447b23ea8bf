//! One log line and one measurement a request.

use super::caller::{Caller, REQUEST_ID, RequestId};
use crate::metrics::Metrics;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
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
    let asked = Asked {
        method: request.method().clone(),
        route: request.match_pattern().unwrap_or_else(|| UNMATCHED.to_owned()),
    };
    let span = tracing::info_span!("request", request_id = %id.0);
    let mut answered = next.call(request).instrument(span.clone()).await;
    let _entered = span.enter();
    match &mut answered {
        Ok(response) => {
            let device = response.request().extensions().get::<Caller>().copied();
            asked.record(&metrics, response.status().as_u16(), device, began);
            if let Ok(value) = HeaderValue::from_str(&id.0) {
                response.headers_mut().insert(HeaderName::from_static(REQUEST_ID), value);
            }
        }
        Err(error) => {
            let status = error.as_response_error().status_code().as_u16();
            asked.record(&metrics, status, None, began);
        }
    }
    answered
}

/// What is remembered of a request while it is answered.
struct Asked {
    method: Method,
    route: String,
}

impl Asked {
    fn record(&self, metrics: &Metrics, status: u16, device: Option<Caller>, began: Instant) {
        let elapsed = began.elapsed();
        metrics.observe_request(&self.route, &self.method, status, elapsed);
        tracing::info!(
            target: "ruhu::request",
            method = %self.method,
            route = self.route,
            status,
            latency_ms = elapsed.as_secs_f64() * 1000.0,
            device = device.map(|caller| caller.0.to_string()),
            "request"
        );
    }
}
