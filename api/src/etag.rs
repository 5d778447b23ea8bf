//! Answers that a client need not fetch twice.

use crate::problem::{Answer, Problem};
use actix_web::body::BoxBody;
use actix_web::http::header::{self, EntityTag, Header as _, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::marker::PhantomData;

/// The strong ETag of these bytes.
pub fn etag_of(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let mut etag = String::with_capacity(34);
    etag.push('"');
    for byte in &hash[..16] {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    etag
}

/// The text of a `T` with its ETag: a client that holds these very bytes is not sent them again.
#[derive(Clone, Debug)]
pub struct Tagged<T> {
    text: String,
    etag: String,
    content_type: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> Tagged<T> {
    fn new(text: String, content_type: &'static str) -> Self {
        let etag = etag_of(text.as_bytes());
        Self { text, etag, content_type, of: PhantomData }
    }

    /// A value.
    pub fn of(value: &T) -> Answer<Self>
    where
        T: Serialize,
    {
        serde_json::to_string(value).map(Self::json).map_err(Problem::internal)
    }

    /// JSON text.
    pub fn json(text: String) -> Self {
        Self::new(text, "application/json")
    }

    /// A page.
    pub fn html(text: String) -> Self {
        Self::new(text, "text/html; charset=utf-8")
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl<T> Responder for Tagged<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let is_held = holds(request, &self.etag);
        let mut response = match is_held {
            true => HttpResponse::NotModified(),
            false => HttpResponse::Ok(),
        };
        response
            .insert_header((header::ETAG, self.etag))
            // Kept on the device, and asked about each time it is wanted.
            .insert_header((header::CACHE_CONTROL, "private, no-cache"));
        match is_held {
            true => response.finish(),
            false => response.content_type(self.content_type).body(self.text),
        }
    }
}

/// Whether `If-None-Match` names this ETag, plain or of one of its compressed forms.
fn holds(request: &HttpRequest, etag: &str) -> bool {
    let wanted = etag.trim_matches('"');
    let is_it = |tag: &EntityTag| {
        let plain = ENCODINGS.into_iter().find_map(|encoding| tag.tag().strip_suffix(encoding));
        plain.unwrap_or(tag.tag()) == wanted
    };
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(is_it),
        Err(_) => false,
    }
}

/// What a compressed answer's tag ends in.
const ENCODINGS: [&str; 2] = ["-gzip", "-zstd"];

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use serde_json::Value;

    #[test]
    fn only_the_same_bytes_are_not_sent_again() {
        let etag = etag_of(b"form");
        let zipped = format!("{}-gzip\"", &etag[..etag.len() - 1]);
        for (held, status) in [
            (etag.clone(), 304),
            (zipped, 304),
            (format!("\"other\", {etag}"), 304),
            (format!("W/{etag}"), 304),
            (etag_of(b"another form"), 200),
        ] {
            let request = TestRequest::get()
                .insert_header((header::IF_NONE_MATCH, held.clone()))
                .to_http_request();
            let response = Tagged::<Value>::json("form".to_owned()).respond_to(&request);
            assert_eq!(response.status().as_u16(), status, "{held}");
        }
    }
}
