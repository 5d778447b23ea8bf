//! Problems as RFC 9457 documents: the only form in which this service says that something failed.

mod document;
mod kind;

pub use document::{Language, ProblemDocument};
pub use kind::Kind;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue, TryIntoHeaderValue as _};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// The same words in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// In Chinese.
    pub zh: Cow<'static, str>,
    /// In English.
    pub en: Cow<'static, str>,
}

impl Text {
    /// Both languages.
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The words in one language.
    pub fn said_in(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

/// One occurrence of a problem.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: Option<Text>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// What a handler gives.
pub type Answer<T> = Result<T, Problem>;

impl Problem {
    /// A problem of this kind, with the kind's own advice as its detail.
    pub fn new(kind: Kind) -> Self {
        Self { kind, detail: None, members: Map::new(), headers: Vec::new(), cause: None }
    }

    /// A mistake of ours: the cause is logged and never sent.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Kind::Internal).caused_by(cause)
    }

    /// The same, with a sentence for this occurrence that says what to do.
    #[must_use]
    pub fn detail(
        mut self,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.detail = Some(Text::new(zh, en));
        self
    }

    /// The same, with an extension member that programs read.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
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
        self.header(header::RETRY_AFTER, &seconds.to_string()).with("retry_after_seconds", seconds)
    }

    /// The same, with what caused it: logged for 5xx, never sent.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What kind of problem it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What caused it, for the log.
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync)> {
        self.cause.as_deref()
    }

    /// The answer, in a language and with the request's id.
    pub fn respond(&self, language: Language, request_id: Option<&str>) -> HttpResponse {
        let mut response = HttpResponse::build(self.kind.status());
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        if self.kind.status() == StatusCode::UNAUTHORIZED {
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
        let detail = self.detail.clone().unwrap_or_else(|| self.kind.advice());
        ProblemDocument {
            r#type: self.kind.uri(),
            title: self.kind.title().said_in(language).to_owned(),
            status: self.kind.status().as_u16(),
            detail: detail.said_in(language).to_owned(),
            request_id: request_id.map(str::to_owned),
            members: self.members.clone(),
        }
    }

    /// What an answer that was made outside this list stands for, with the headers that matter.
    pub fn of_status(status: StatusCode, headers: &HeaderMap) -> Self {
        [header::ALLOW, header::RETRY_AFTER]
            .into_iter()
            .filter_map(|name| headers.get(&name).map(|value| (name.clone(), value.clone())))
            .fold(Self::new(Kind::of_status(status)), |mut problem, pair| {
                problem.headers.push(pair);
                problem
            })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.kind.title().en, self.kind.slug())
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// The middleware renders problems in the request's language; this is what is left without it.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.respond(Language::Chinese, None)
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Self::new(kind)
    }
}

impl From<ruhu_sync::storage::StorageError> for Problem {
    fn from(error: ruhu_sync::storage::StorageError) -> Self {
        use ruhu_sync::storage::StorageError;
        match &error {
            StorageError::Busy => Self::new(Kind::Busy).retry_after_seconds(1),
            StorageError::Unavailable(_) => {
                Self::new(Kind::StoreUnavailable).retry_after_seconds(5)
            }
            StorageError::Corrupt(_) => Self::new(Kind::Internal),
        }
        .caused_by(error)
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

    #[actix_web::test]
    async fn a_cause_is_never_sent() {
        let problem = Problem::internal("password of the database");
        let body = to_bytes(problem.error_response().into_body()).await.expect("body");
        assert!(!String::from_utf8_lossy(&body).contains("password of"));
    }
}
