//! The events as they travel: `text/event-stream`, as browsers read it.

use super::registry::Heads;
use actix_web::web::Bytes;
use serde_json::json;

/// After how long a client opens a line anew that was lost, in milliseconds.
const RETRY_MS: u32 = 5_000;

/// What is sent where nothing happens: a comment.
pub(super) const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// Where the streams stand that the device may hold.
pub(super) fn heads(heads: &Heads) -> Bytes {
    let stream = |(stream, seq): (&_, &_)| json!({"stream": stream, "seq": seq});
    let streams: Vec<_> = heads.iter().map(stream).collect();
    Bytes::from(format!(
        "event: heads\nretry: {RETRY_MS}\ndata: {}\n\n",
        json!({"streams": streams})
    ))
}

/// The last one: why nothing comes any more.
pub(super) fn closed(reason: &str) -> Bytes {
    Bytes::from(format!("event: closed\ndata: {}\n\n", json!({"reason": reason})))
}
