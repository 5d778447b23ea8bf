//! Problems as RFC 9457 documents: the only form in which this service says that something failed.

mod document;

pub use document::{ProblemDocument, preferred_language};
pub use ruhu_desk::refusal::{Kind, Language, Refusal, Text};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue, TryIntoHeaderValue as _};
use actix_web::{HttpResponse, ResponseError};
use ruhu_desk::halt::Halt;
use ruhu_sync::storage::StorageError;
use serde_json::Value;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// A refusal on its way over HTTP.
#[derive(Debug)]
pub struct Problem {
    refusal: Box<Refusal>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What a handler gives.
pub type Answer<T> = Result<T, Problem>;

impl Problem {
    /// A problem of this kind, with the kind's own advice as its detail.
    pub fn new(kind: Kind) -> Self {
        Refusal::new(kind).into()
    }

    /// A mistake of ours: the cause is logged and never sent.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Refusal::internal(cause).into()
    }

    /// The same, with a sentence for this occurrence that says what to do.
    #[must_use]
    pub fn detail(
        self,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { refusal: Box::new(self.refusal.detail(zh, en)), ..self }
    }

    /// The same, with an extension member that programs read.
    #[must_use]
    pub fn with(self, member: &str, value: impl Into<Value>) -> Self {
        Self { refusal: Box::new(self.refusal.with(member, value)), ..self }
    }

    /// The same, with a response header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = value.try_into_value() {
            self.headers.push((name, value));
        }
        self
    }

    /// The same, to be tried again after so many seconds.
    #[must_use]
    pub fn retry_after_seconds(self, seconds: u64) -> Self {
        Self { refusal: Box::new(self.refusal.retry_after_seconds(seconds)), ..self }
    }

    /// The same, with what caused it: logged for 5xx, never sent.
    #[must_use]
    pub fn caused_by(self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { refusal: Box::new(self.refusal.caused_by(cause)), ..self }
    }

    /// What kind of problem it is.
    pub fn kind(&self) -> Kind {
        self.refusal.kind()
    }

    /// What caused it, for the log.
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync)> {
        Refusal::cause(&self.refusal)
    }

    /// The answer, in a language and with the request's id.
    pub fn respond(&self, language: Language, request_id: Option<&str>) -> HttpResponse {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        if let Some(seconds) = self.refusal.retry_after() {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response
            .insert_header((header::CONTENT_LANGUAGE, language.tag()))
            .insert_header((header::VARY, "accept-language"))
            .content_type("application/problem+json")
            .body(self.document(language, request_id).to_json())
    }

    /// The document, in a language and with the request's id.
    pub fn document(&self, language: Language, request_id: Option<&str>) -> ProblemDocument {
        ProblemDocument::of(&self.refusal, language, request_id)
    }

    /// What an answer that was made outside this list stands for, with the headers that matter.
    pub fn of_status(status: StatusCode, headers: &HeaderMap) -> Self {
        [header::ALLOW, header::RETRY_AFTER]
            .into_iter()
            .filter_map(|name| headers.get(&name).map(|value| (name.clone(), value.clone())))
            .fold(Self::new(Kind::of_status(status.as_u16())), |mut problem, pair| {
                problem.headers.push(pair);
                problem
            })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal.fmt(f)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.refusal.source()
    }
}

/// The middleware renders problems in the request's language; this is what is left without it.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        // The list holds statuses of HTTP alone; a test looks each of them up.
        StatusCode::from_u16(self.kind().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.respond(Language::Chinese, None)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self { refusal: Box::new(refusal), headers: Vec::new() }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        *problem.refusal
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Self::new(kind)
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        Refusal::from(error).into()
    }
}

impl From<Halt> for Problem {
    fn from(halt: Halt) -> Self {
        Refusal::from(halt).into()
    }
}

impl From<actix_web::error::BlockingError> for Problem {
    fn from(error: actix_web::error::BlockingError) -> Self {
        Self::internal(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;

    #[actix_web::test]
    async fn a_problem_says_what_to_do_in_the_language_asked_for() {
        let problem = Problem::new(Kind::DeviceSeqGap).with("expected_device_seq", 7);
        let words =
            [(Language::Chinese, "缺少的编号"), (Language::English, "device_seq is the number")];
        for (language, words) in words {
            let response = problem.respond(language, Some("r-1"));
            assert_eq!(response.status(), 409);
            assert_eq!(
                response.headers().get("content-type").expect("type"),
                "application/problem+json"
            );
            let body = to_bytes(response.into_body()).await.expect("body");
            let document: Value = serde_json::from_slice(&body).expect("json");
            assert_eq!(document["type"], "/problems/device-seq-gap");
            assert_eq!(document["expected_device_seq"], 7);
            assert_eq!(document["request_id"], "r-1");
            assert!(document["detail"].as_str().expect("detail").starts_with(words));
        }
    }

    #[test]
    fn every_kind_has_a_status_of_http() {
        for kind in Kind::ALL {
            assert_eq!(Problem::new(*kind).status_code().as_u16(), kind.status(), "{kind:?}");
        }
    }

    #[actix_web::test]
    async fn a_cause_is_never_sent() {
        let problem = Problem::internal("password of the database");
        let body = to_bytes(problem.error_response().into_body()).await.expect("body");
        assert!(!String::from_utf8_lossy(&body).contains("password of"));
    }
}
