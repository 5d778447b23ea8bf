//! What each kind of record is, as it is served.

use crate::etag::Tagged;
use crate::problem::{Answer, Problem};
use ruhu_casework::description;
use ruhu_casework::problem_words::{self, ProblemWords};
use ruhu_casework::reason_words::{self, ReasonWords};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::Ref;

/// The kinds, as they are served.
#[derive(Clone, Debug)]
pub struct Kinds(pub(crate) Tagged<KindList>);

impl Kinds {
    /// Those that are declared.
    pub fn declared() -> Answer<Self> {
        let kinds = description::all().iter().map(serde_json::to_value).collect::<Result<_, _>>();
        let list = KindList {
            kinds: kinds.map_err(Problem::internal)?,
            problems: problem_words::ALL.to_vec(),
            reasons: reason_words::ALL.to_vec(),
        };
        Tagged::of(&list).map(Self)
    }
}

/// The kinds of records.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct KindList {
    /// Each with its fields (what they hold, how they merge, their options), what every result must
    /// hold, the passes of its status, and who may do what; as docs/kinds.md tells.
    #[schema(value_type = Vec<Object>)]
    pub(crate) kinds: Vec<Value>,
    /// The words for every code of `problems` in an edit's outcome.
    pub(crate) problems: Vec<ProblemWords>,
    /// The words for every `reason` of an edit's outcome.
    pub(crate) reasons: Vec<ReasonWords>,
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
