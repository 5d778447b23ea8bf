//! Every failure, wherever it comes from, leaves as a problem document in the client's language.

use super::caller::RequestId;
use crate::problem::{Language, Problem};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};

/// Renders problems, and makes problems of the plain-text errors that actix and its parts answer.
pub async fn render_problems<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let http_request = request.request().clone();
    let answered = match next.call(request).await {
        Err(error) => rendered(&http_request, &error),
        Ok(response) if !is_failure(&response) => return Ok(response.map_into_boxed_body()),
        Ok(response) => match response.response().error() {
            Some(error) => rendered(&http_request, error),
            None if is_rendered(response.headers()) => return Ok(response.map_into_boxed_body()),
            None => {
                let problem = Problem::of_status(response.status(), response.headers());
                respond(&http_request, &problem)
            }
        },
    };
    Ok(ServiceResponse::new(http_request, answered))
}

fn is_failure<B>(response: &ServiceResponse<B>) -> bool {
    response.status().is_client_error() || response.status().is_server_error()
}

/// A handler may answer a failure with a document of its own kind of JSON (readiness does).
fn is_rendered(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/problem+json"))
}

fn rendered(request: &HttpRequest, error: &Error) -> HttpResponse {
    match error.as_error::<Problem>() {
        Some(problem) => respond(request, problem),
        None => {
            let response = error.error_response();
            let problem = Problem::of_status(response.status(), response.headers());
            respond(request, &problem.caused_by(error.to_string()))
        }
    }
}

fn respond(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let problem_type = problem.kind().slug();
    match problem.cause() {
        Some(cause) if problem.kind().status().is_server_error() => {
            tracing::error!(problem = problem_type, cause = %Chain(cause), "request failed");
        }
        _ => tracing::debug!(problem = problem_type, "request refused"),
    }
    let extensions = request.extensions();
    let request_id = extensions.get::<RequestId>().map(|id| id.0.as_str());
    problem.respond(Language::preferred(request.headers()), request_id)
}

/// An error with all that caused it, on one line.
struct Chain<'a>(&'a (dyn std::error::Error + Send + Sync));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
