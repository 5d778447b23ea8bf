//! The protocol's answers as the service gives them over HTTP, without the words for people.

use ruhu_device::Response;
use ruhu_sync::chain::to_hex;
use ruhu_sync::id::DeviceId;
use ruhu_sync::pull::PullReply;
use ruhu_sync::push::{DeviceFacts, PushReply};
use ruhu_sync::storage::{StorageError, Stored};
use serde_json::{Value, json};

/// A problem of this type with these members.
pub fn problem(status: u16, slug: &str, mut members: Value) -> Response {
    members["type"] = json!(format!("https://ruhu.example/problems/{slug}"));
    Response::new(status, members.to_string())
}

fn failed(error: &StorageError) -> Response {
    problem(500, "internal", json!({"detail": error.to_string()}))
}

fn stands(facts: &DeviceFacts) -> Value {
    json!({"epoch": facts.epoch, "expected_device_seq": facts.expected,
        "safe_device_seq": facts.safe, "chain": to_hex(&facts.chain)})
}

/// The answer to a push of this device.
pub fn to_push(device: DeviceId, reply: Stored<PushReply>) -> Response {
    match reply {
        Err(error) => failed(&error),
        Ok(PushReply::Answer(answer)) => Response::new(200, answer.to_json()),
        Ok(PushReply::UnknownDevice) => problem(401, "sign-in-required", json!({})),
        Ok(PushReply::DeviceLost) => problem(403, "device-lost", json!({})),
        Ok(PushReply::EpochChanged(facts)) => problem(409, "epoch-changed", stands(&facts)),
        Ok(PushReply::Gap { missing, facts }) => {
            let mut members = stands(&facts);
            members["device_seq"] = json!(missing);
            problem(409, "device-seq-gap", members)
        }
        Ok(PushReply::Forked { at, outcomes, facts }) => {
            let mut members = stands(&facts);
            let read = |text: &String| serde_json::from_str::<Value>(text).unwrap_or_default();
            members["outcomes"] = outcomes.iter().map(read).collect();
            members["device_seq"] = json!(at);
            members["continues"] = json!({"device": device, "through": at.0 - 1});
            problem(409, "device-forked", members)
        }
        Ok(PushReply::GroupSplit { at, facts }) => {
            let mut members = stands(&facts);
            members["device_seq"] = json!(at);
            problem(409, "group-split", members)
        }
    }
}

/// The answer to a pull.
pub(super) fn to_pull(reply: Stored<PullReply>) -> Response {
    match reply {
        Err(error) => failed(&error),
        Ok(PullReply::Page(page)) => Response::new(200, page.json),
        Ok(PullReply::UnknownDevice) => problem(401, "sign-in-required", json!({})),
        Ok(PullReply::DeviceLost) => problem(403, "device-lost", json!({})),
        Ok(PullReply::Closed(epoch)) => problem(403, "closed", json!({"epoch": epoch})),
        Ok(PullReply::UpgradeRequired) => problem(426, "upgrade-required", json!({})),
        Ok(PullReply::CursorRefused) => problem(400, "cursor-refused", json!({})),
        Ok(PullReply::EpochChanged(epoch)) => {
            problem(409, "epoch-changed", json!({"epoch": epoch}))
        }
    }
}
