//! Every failure, wherever it comes from, leaves as a problem document in the client's language.

use super::caller::RequestId;
use crate::problem::{Language, Problem, preferred_language};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Renders problems, and makes problems of the plain-text errors that actix and its parts answer.
pub async fn render_problems<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let reader = Reader::of(&request);
    match or_panicked(next.call(request)).await {
        Err(error) => {
            let response = reader.answer_error(&error);
            Err(InternalError::from_response(error, response).into())
        }
        Ok(response) if !is_failure(&response) || is_rendered(&response) => {
            Ok(response.map_into_boxed_body())
        }
        Ok(response) => {
            let answer = match response.response().error() {
                Some(error) => reader.answer_error(error),
                None => reader.answer_status(response.response()),
            };
            Ok(response.into_response(answer))
        }
    }
}

/// A handler that panics fails this one request, not the connection and whatever shares it.
async fn or_panicked<T>(answering: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let mut answering = pin!(answering);
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| answering.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(Problem::internal("a handler panicked").into())))
    })
    .await
}

fn is_failure<B>(response: &ServiceResponse<B>) -> bool {
    response.status().is_client_error() || response.status().is_server_error()
}

/// What a handler made with [`Problem::respond`] itself, knowing language and id.
fn is_rendered<B>(response: &ServiceResponse<B>) -> bool {
    response.response().error().is_none() && has_problem_type(response.headers())
}

fn has_problem_type(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/problem+json"))
}

/// Who reads the answer. Worked out before the request goes on: nobody may hold it then.
struct Reader {
    language: Language,
    request_id: Option<String>,
}

impl Reader {
    fn of(request: &ServiceRequest) -> Self {
        Self {
            language: preferred_language(request.headers()),
            request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()),
        }
    }

    fn answer_error(&self, error: &Error) -> HttpResponse {
        match error.as_error::<Problem>() {
            Some(problem) => self.answer(problem),
            None => {
                let response = error.error_response();
                let problem = Problem::of_status(response.status(), response.headers());
                self.answer(&problem.caused_by(error.to_string()))
            }
        }
    }

    fn answer_status<B>(&self, response: &HttpResponse<B>) -> HttpResponse {
        self.answer(&Problem::of_status(response.status(), response.headers()))
    }

    fn answer(&self, problem: &Problem) -> HttpResponse {
        let slug = problem.kind().slug();
        match problem.cause() {
            Some(cause) if problem.kind().status() >= 500 => {
                tracing::error!(problem = slug, cause = %Chain(cause), "request failed");
            }
            _ => tracing::debug!(problem = slug, "request refused"),
        }
        problem.respond(self.language, self.request_id.as_deref())
    }
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
