//! Edits, as handwritten JSON and as documents for tablets.
//!
//! Tests write the JSON of an edit by hand on purpose: it pins the wire format independently of the
//! writer in `ruhu_sync::edit`, and lets a test leave out or spoil any member.

use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use serde_json::{Value, json};
use uuid::Uuid;

/// The time of every handwritten edit.
pub const MADE_AT: &str = "2026-11-23T09:30:00+08:00";

/// The six items of 特困六项.
pub const SIX: [&str; 6] = ["eat", "dress", "bed_transfer", "toilet", "walk_indoor", "bathe"];

/// Record `n`: the same name on every server.
pub fn record(n: u128) -> RecordId {
    RecordId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + n))
}

/// A document for a tablet.
pub fn document(value: &Value) -> Object {
    let json = Json::parse(&value.to_string()).expect("a document");
    json.as_object().cloned().expect("an object")
}

/// A path from its pointer.
pub fn path(pointer: &str) -> Path {
    Path::parse(pointer).expect("a pointer")
}

/// A household's first document.
pub fn household(head_name: &str) -> Value {
    json!({"community_code": "110102003001", "head_name": head_name})
}

/// An assessment's first document: 特困六项, nothing answered.
pub fn draft() -> Value {
    json!({"form": "tekun_six", "form_version": 1, "status": "draft"})
}

/// All six items.
pub fn six_answers() -> Value {
    SIX.iter().map(|item| ((*item).to_owned(), json!("achieved"))).collect()
}

/// An edit without a number: the root's own record.
pub fn put(record: RecordId, kind: &str, base: &str, patch: Value) -> Value {
    json!({"op": "put", "record": record, "kind": kind, "base": base, "patch": patch,
        "made_at": MADE_AT})
}

/// An edit of a record that belongs to a root.
pub fn put_under(root: RecordId, record: RecordId, kind: &str, base: &str, patch: Value) -> Value {
    with(put(record, kind, base, patch), "root", json!(root))
}

/// A deletion of a record that belongs to a root.
pub fn delete_under(root: RecordId, record: RecordId, kind: &str, base: &str) -> Value {
    json!({"op": "delete", "record": record, "kind": kind, "root": root, "base": base,
        "made_at": MADE_AT})
}

/// A new household, whole.
pub fn new_household(n: u128) -> Value {
    put(record(n), "household", "0", household("测甲"))
}

/// A new draft of an assessment, in household `of`.
pub fn new_draft(n: u128, of: u128) -> Value {
    put_under(record(of), record(n), "assessment", "0", draft())
}

/// The same edit with another member.
pub fn with(mut edit: Value, name: &str, value: Value) -> Value {
    edit[name] = value;
    edit
}

/// The same edits as one group.
pub fn grouped(n: u128, edits: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let edits: Vec<Value> = edits.into_iter().collect();
    let group = json!({"id": record(0xF000 + n), "size": edits.len()});
    edits.into_iter().map(|edit| with(edit, "group", group.clone())).collect()
}
