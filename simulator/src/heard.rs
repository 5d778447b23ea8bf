//! What is compared of an answer when one schedule is played on several servers (guarantee 9).
//!
//! Everything, except what may differ:
//!
//! - `chain`: each server salts its payloads at random;
//! - `cursor`: authenticated with each server's own key;
//! - `epoch`: a restored server names its new history at random;
//! - tokens, and everything else that only a sign-in gives;
//! - of a problem, its words for people and the request's name. Its status, its type, and every
//!   member that tells a device what to do are compared.

use ruhu_device::Response;
use serde_json::{Map, Value, json};

/// The members of an answer that belong to one server.
const OWN: [&str; 3] = ["chain", "cursor", "epoch"];

/// The members of a problem that matter to a device.
const TOLD: [&str; 6] =
    ["device_seq", "expected_device_seq", "safe_device_seq", "outcomes", "continues", "index"];

/// The members of a sign-in and of the handshake that concern the device.
const STANDS: [&str; 2] = ["expected_device_seq", "safe_device_seq"];

/// An answer, without what may differ.
pub fn comparable(path: &str, response: &Response) -> Value {
    let answer: Value = serde_json::from_str(&response.body).unwrap_or_default();
    let members = answer.as_object().cloned().unwrap_or_default();
    let kept: Map<String, Value> = match (response.is_success(), path) {
        (true, "/v1/sync/push" | "/v1/sync/pull" | "desk") => {
            members.into_iter().filter(|(name, _)| !OWN.contains(&name.as_str())).collect()
        }
        (true, _) => only(members, &STANDS),
        (false, _) => {
            let kind = members.get("type").and_then(Value::as_str).unwrap_or_default();
            let kind = json!(kind.rsplit('/').next());
            let mut told = only(members, &TOLD);
            told.insert("type".to_owned(), kind);
            told
        }
    };
    json!({"path": path, "status": response.status, "answer": kept})
}

fn only(members: Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    members.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect()
}

/// The first place in which two answers differ, with both values.
pub fn difference(wanted: &Value, given: &Value) -> Option<String> {
    at_place("", wanted, given)
}

fn at_place(place: &str, wanted: &Value, given: &Value) -> Option<String> {
    match (wanted, given) {
        (wanted, given) if wanted == given => None,
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys());
            let inside =
                names.map(|name| (format!("{place}/{name}"), one.get(name), other.get(name)));
            inside.into_iter().find_map(|(place, one, other)| in_member(&place, one, other))
        }
        (Value::Array(one), Value::Array(other)) => {
            let count = one.len().max(other.len());
            (0..count)
                .find_map(|at| in_member(&format!("{place}/{at}"), one.get(at), other.get(at)))
        }
        (wanted, given) => Some(format!("{place} is {given} and not {wanted}")),
    }
}

fn in_member(place: &str, wanted: Option<&Value>, given: Option<&Value>) -> Option<String> {
    match (wanted, given) {
        (Some(wanted), Some(given)) => at_place(place, wanted, given),
        (Some(wanted), None) => Some(format!("{place} is not there and should be {wanted}")),
        (None, Some(given)) => Some(format!("{place} is {given} and should not be there")),
        (None, None) => None,
    }
}
