//! Headers that keep browsers and caches from doing what nobody asked for.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;

/// Pages of our own: everything from here, nothing from elsewhere. Swagger UI styles its parts
/// inline and shows images as data.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// What is no page runs nothing and loads nothing.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Adds the headers. A handler's own `Cache-Control` stays.
pub async fn guard_headers<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let is_api = request.path().starts_with("/v1/") || request.path() == "/v1";
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let policy = match is_page(headers) {
        true => PAGE_POLICY,
        false => DATA_POLICY,
    };
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(headers, header::CONTENT_SECURITY_POLICY, policy);
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        set(headers, header::CACHE_CONTROL, "no-store");
    }
    name_encoding_in_etag(headers);
    Ok(response)
}

fn is_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("text/html"))
}

/// A strong ETag names bytes, and compressed bytes are others: the encoding becomes part of it.
fn name_encoding_in_etag(headers: &mut HeaderMap) {
    let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let (Some(etag), Some(encoding)) = (text(header::ETAG), text(header::CONTENT_ENCODING)) else {
        return;
    };
    if let Some(plain) = etag.strip_suffix('"') {
        let tagged = format!("{plain}-{encoding}\"");
        set(headers, header::ETAG, &tagged);
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
