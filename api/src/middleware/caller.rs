//! What a request's log line says about who asked.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpMessage as _, HttpRequest};
use ruhu_sync::id::DeviceId;
use uuid::Uuid;

/// The header that carries a request's id, both ways.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// A request's name in log lines and problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    /// The id that the client gave, if it is a sane one (8 to 64 letters, digits, `-`, `_`, `.`);
    /// otherwise a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let is_sane = |id: &&str| {
            (8..=64).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .filter(is_sane)
            .map_or_else(Self::fresh, |id| Self(id.to_owned()))
    }

    fn fresh() -> Self {
        let mut bytes = [0_u8; 16];
        // Without randomness the id is only less unique: no reason to refuse a request.
        let _ = getrandom::fill(&mut bytes);
        Self(Uuid::from_bytes(bytes).simple().to_string())
    }
}

/// Which device asked, once an extractor knows it. A device's id says nothing about a person to
/// whoever reads the log without the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller(pub DeviceId);

impl Caller {
    /// Leaves the device's name for the log line.
    pub fn note(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn only_a_sane_request_id_is_taken_over() {
        for (given, taken) in [
            ("tablet-7.push_42", true),
            ("short", false),
            ("has spaces in it", false),
            ("{\"json\":\"injection\"}", false),
            (&*"x".repeat(65), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(
                HeaderName::from_static(REQUEST_ID),
                HeaderValue::from_str(given).expect("header"),
            );
            assert_eq!(RequestId::of(&headers).0 == given, taken, "{given}");
        }
        assert_eq!(RequestId::of(&HeaderMap::new()).0.len(), 32);
    }
}
