//! What each kind of record is, as it is served.

use crate::etag::etag_of;
use crate::problem::Problem;
use ruhu_casework::description::{self, KindTold};
use ruhu_casework::{problem_words, reason_words};
use serde_json::{Value, json};

/// The kinds, as text, with the text's ETag.
#[derive(Clone, Debug)]
pub struct Kinds {
    /// The text.
    pub(crate) json: String,
    /// Its ETag.
    pub(crate) etag: String,
}

impl Kinds {
    /// Those that are declared.
    pub fn declared() -> Result<Self, Problem> {
        let kinds: Vec<KindTold> = description::all();
        let list = json!({
            "kinds": kinds, "problems": problem_words::ALL, "reasons": reason_words::ALL,
        });
        let json = serde_json::to_string(&list).map_err(Problem::internal)?;
        let etag = etag_of(json.as_bytes());
        Ok(Self { json, etag })
    }
}

/// The JSON Schemas of all kinds' documents, by name, as the contract holds them.
pub(crate) fn schemas() -> impl Iterator<Item = (String, Value)> {
    let named = |kind: KindTold| (description::schema_name(kind.name), description::schema(&kind));
    description::all().into_iter().map(named)
}
