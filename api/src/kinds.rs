//! What each kind of record is, as it is served.

use crate::etag::etag_of;
use crate::problem::Problem;
use ruhu_casework::description::{self, KindTold};
use ruhu_casework::{problem_words, reason_words};
use serde_json::{Value, json};
use utoipa::openapi::Ref;

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

/// The statuses of an assessment.
pub(crate) fn assessment_status() -> Ref {
    Ref::from_schema_name(status_name("AssessmentDocument"))
}

/// The statuses of a find.
pub(crate) fn find_status() -> Ref {
    Ref::from_schema_name(status_name("FindDocument"))
}

/// What the contract calls the statuses of the records with these documents.
fn status_name(document: &str) -> String {
    document.replace("Document", "Status")
}

/// What the contract calls the documents of all kinds.
pub(crate) fn document_names() -> impl Iterator<Item = String> {
    description::all().into_iter().map(|kind| description::schema_name(kind.name))
}

/// The JSON Schemas of all kinds' documents, and of their statuses, by name, as the contract holds them.
pub(crate) fn schemas() -> Vec<(String, Value)> {
    let mut schemas = Vec::new();
    for kind in description::all() {
        let (name, mut schema) = (description::schema_name(kind.name), description::schema(&kind));
        if let Some(status) = schema.pointer_mut("/properties/status") {
            let status_name = status_name(&name);
            let own = json!({"$ref": format!("#/components/schemas/{status_name}")});
            schemas.push((status_name, std::mem::replace(status, own)));
        }
        schemas.push((name, schema));
    }
    schemas
}
