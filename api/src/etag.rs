//! Answers that a client need not fetch twice.

use actix_web::http::header::{self, EntityTag, Header as _, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

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

/// Answers JSON text with its ETag, or 304 if the client holds these very bytes.
pub fn json_or_not_modified(request: &HttpRequest, etag: &str, json: String) -> HttpResponse {
    or_not_modified(request, etag, "application/json", json)
}

/// The same of HTML.
pub fn html_or_not_modified(request: &HttpRequest, etag: &str, html: String) -> HttpResponse {
    or_not_modified(request, etag, "text/html; charset=utf-8", html)
}

fn or_not_modified(request: &HttpRequest, etag: &str, of: &str, text: String) -> HttpResponse {
    let mut response = match holds(request, etag) {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    response
        .insert_header((header::ETAG, etag))
        // Kept on the device, and asked about each time it is wanted.
        .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    match holds(request, etag) {
        true => response.finish(),
        false => response.content_type(of).body(text),
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
            let response = json_or_not_modified(&request, &etag, "{}".to_owned());
            assert_eq!(response.status().as_u16(), status, "{held}");
        }
    }
}
