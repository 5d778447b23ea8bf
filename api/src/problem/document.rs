//! What a problem looks like on the wire, and in which language it is said.

use super::{Language, Refusal};
use actix_web::http::header::{self, HeaderMap};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What is answered when something failed (RFC 9457). `type` is what programs branch on; members
/// beyond these depend on it: docs/protocol.md names those of the sync problems.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Which kind of problem: a stable URI under this service that also explains it.
    pub r#type: String,
    /// What happened, the same for every occurrence of the type.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// A sentence that says what to do now.
    pub detail: String,
    /// The name of this request in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What the type adds.
    #[serde(flatten)]
    #[schema(ignore)]
    pub members: Map<String, Value>,
}

impl ProblemDocument {
    /// A refusal's document, in a language and with the request's id.
    pub fn of(refusal: &Refusal, language: Language, request_id: Option<&str>) -> Self {
        let kind = refusal.kind();
        Self {
            r#type: kind.uri(),
            title: kind.title().said_in(language).to_owned(),
            status: kind.status(),
            detail: refusal.advice().said_in(language).to_owned(),
            request_id: request_id.map(str::to_owned),
            members: refusal.members().clone(),
        }
    }

    /// The document's text.
    pub fn to_json(&self) -> String {
        // Strings and integers only: there is nothing in it that could fail to serialize.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The language that `Accept-Language` prefers.
pub fn preferred_language(headers: &HeaderMap) -> Language {
    let weight_of = |wanted: &str| {
        headers
            .get_all(header::ACCEPT_LANGUAGE)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|range| {
                let mut parts = range.split(';').map(str::trim);
                let tag = parts.next()?.split('-').next()?;
                let weight = parts.find_map(|p| p.strip_prefix("q=")?.parse().ok());
                tag.eq_ignore_ascii_case(wanted).then(|| weight.unwrap_or(1.0))
            })
            .fold(0.0_f32, f32::max)
    };
    if weight_of("en") > weight_of("zh") { Language::English } else { Language::Chinese }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn english_is_spoken_only_where_it_is_preferred() {
        for (asked, language) in [
            ("", Language::Chinese),
            ("en", Language::English),
            ("en-GB, zh;q=0.8", Language::English),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("en, zh", Language::Chinese),
            ("fr", Language::Chinese),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(asked).expect("header"));
            assert_eq!(preferred_language(&headers), language, "{asked}");
        }
    }
}
