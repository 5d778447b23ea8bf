//! The service's contract, for tests.

use serde_json::Value;

/// Resolves a reference; anything else stays as it is.
pub fn resolved<'a>(contract: &'a Value, part: &'a Value) -> &'a Value {
    let pointer = part["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| contract.pointer(pointer)).unwrap_or(part)
}
