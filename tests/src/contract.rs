//! The service's contract, as the tests read it.

use serde_json::Value;

/// What a reference stands for; anything else stands for itself.
pub fn resolved<'a>(contract: &'a Value, part: &'a Value) -> &'a Value {
    let pointer = part["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| contract.pointer(pointer)).unwrap_or(part)
}
