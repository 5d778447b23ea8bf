//! Records, and what is wrong with an edit of one, as the contract shows them wherever they stand.

use crate::kinds;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, SchemaType, Type};
use uuid::Uuid;

/// A record.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RecordBody {
    /// Its name for ever.
    record: Uuid,
    /// Its kind.
    kind: String,
    /// Its root.
    root: Uuid,
    /// Its stream.
    stream: Uuid,
    /// Its position there.
    seq: u64,
    /// Its version.
    rev: String,
    /// The values that wait beside their fields for a person to choose.
    conflicts: Vec<ConflictBody>,
    /// Whether it was deleted.
    deleted: bool,
    /// The document, by the record's kind.
    #[schema(schema_with = any_document)]
    document: Value,
}

/// A value that waits beside its field for a person to choose.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ConflictBody {
    /// The device of the edit that opened it.
    device: Uuid,
    /// That edit's number.
    device_seq: u64,
    /// The place, as a JSON pointer.
    path: String,
    /// The value that waits; left out if it is the removal of what stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = any_value)]
    value: Option<Value>,
    /// What its author had seen there; left out if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = any_value)]
    base: Option<Value>,
    /// Who wrote it.
    user: Uuid,
    /// When, by the author's clock.
    made_at: String,
    /// Whether it is the removal of a row that an edit brought back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    restored: bool,
}

/// A value that a place holds: of any type but null, which is no value.
pub(crate) fn any_value() -> Schema {
    let types =
        [Type::String, Type::Integer, Type::Number, Type::Boolean, Type::Object, Type::Array];
    ObjectBuilder::new().schema_type(SchemaType::from_iter(types)).into()
}

/// The documents of all kinds, as the declarations of the kinds make their schemas.
fn any_document() -> Schema {
    let any = kinds::document_names()
        .fold(AnyOfBuilder::new(), |any, name| any.item(Ref::from_schema_name(name)));
    any.description(Some("The document, by the record's kind.")).into()
}
