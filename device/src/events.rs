//! Listens for live events. They are hints: a device that hears one syncs, and one that hears none
//! syncs at intervals as before.

use crate::http::HttpTransport;
use crate::transport::TransportError;
use ruhu_sync::id::{Seq, StreamId};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read};

/// The longest line to read; anything longer is not an event of ours.
const LINE_BYTES_MAX: u64 = 1024 * 1024;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveEvent {
    /// Every stream the device may hold now, and its head.
    Heads(BTreeMap<StreamId, Seq>),
    /// Nothing happened: the connection is alive.
    Heartbeat,
    /// The stream of events ends, and why.
    Closed(String),
}

/// The events of one connection, until it ends.
pub struct LiveEvents {
    lines: BufReader<Box<dyn Read + Send>>,
}

impl fmt::Debug for LiveEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LiveEvents")
    }
}

#[derive(Deserialize)]
struct Heads {
    streams: Vec<Head>,
}

#[derive(Deserialize)]
struct Head {
    stream: StreamId,
    seq: Seq,
}

#[derive(Deserialize)]
struct Closed {
    reason: String,
}

impl LiveEvents {
    /// Parses events from the bytes of an answer.
    pub fn new(bytes: impl Read + Send + 'static) -> Self {
        Self { lines: BufReader::new(Box::new(bytes)) }
    }

    /// Opens a connection. It ends with the transport's timeout at the latest, and may be opened
    /// again.
    pub fn open(line: &HttpTransport, access_token: &str) -> Result<Self, TransportError> {
        line.open_stream("/v1/sync/events", access_token).map(Self::new)
    }

    /// The next event; `None` at the end of the connection. Unknown events are skipped.
    pub fn next_event(&mut self) -> Result<Option<LiveEvent>, TransportError> {
        let lost = |error: &dyn fmt::Display| TransportError(error.to_string());
        let (mut name, mut data) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            let mut limited = (&mut self.lines).take(LINE_BYTES_MAX);
            if limited.read_line(&mut line).map_err(|error| lost(&error))? == 0 {
                return Ok(None);
            }
            let line = line.trim_end_matches(['\r', '\n']);
            match line.split_once(':') {
                Some(("", _)) => return Ok(Some(LiveEvent::Heartbeat)),
                Some(("event", value)) => value.trim_start().clone_into(&mut name),
                Some(("data", value)) => data.push_str(value.trim_start()),
                None if line.is_empty() && name == "heads" => {
                    let heads: Heads = serde_json::from_str(&data).map_err(|error| lost(&error))?;
                    let heads = heads.streams.into_iter().map(|head| (head.stream, head.seq));
                    return Ok(Some(LiveEvent::Heads(heads.collect())));
                }
                None if line.is_empty() && name == "closed" => {
                    let end: Closed = serde_json::from_str(&data).map_err(|error| lost(&error))?;
                    return Ok(Some(LiveEvent::Closed(end.reason)));
                }
                None if line.is_empty() => {
                    name.clear();
                    data.clear();
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn events_are_read_one_by_one_and_unknown_ones_passed_over() {
        let stream = StreamId(Uuid::from_u128(7));
        let text = format!(
            "retry: 9\r\nevent: heads\r\ndata: {{\"streams\":[{{\"stream\":\"{stream}\",\"seq\":3,\"x\":1}}]}}\r\n\r\n\
             event: later\ndata: {{}}\n\n:\n\nevent: closed\ndata: {{\"reason\":\"closed\"}}\n\n"
        );
        let mut events = LiveEvents::new(std::io::Cursor::new(text));
        let mut next = || events.next_event().expect("read");
        assert_eq!(next(), Some(LiveEvent::Heads([(stream, Seq(3))].into())));
        assert_eq!(next(), Some(LiveEvent::Heartbeat));
        assert_eq!(next(), Some(LiveEvent::Closed("closed".to_owned())));
        assert_eq!(next(), None);
    }

    #[test]
    fn what_is_no_json_is_an_error_and_no_event() {
        let text = "event: heads\ndata: {\n\n";
        assert!(LiveEvents::new(text.as_bytes()).next_event().is_err());
    }
}
