//! Pull: everything that changed in a device's streams since its cursor, page by page, each page a
//! snapshot of one moment.

use crate::cursor::{Cursor, CursorKey};
use crate::grants::StreamKind;
use crate::handshake::LIMITS;
use crate::id::{DeviceId, Epoch, Instant, RecordId, StreamId, UserId};
use crate::record::{RecordFrame, write_record};
use crate::storage::{ReadTx, StorageError, Stored, StreamHead};
use crate::version::Served;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A pull request.
#[derive(Clone, Debug, Deserialize)]
pub struct PullRequest {
    /// The protocol version the device speaks.
    pub protocol: u32,
    /// The device's position; `None` at the beginning.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The maximum number of records in a page.
    #[serde(default)]
    pub limit: Option<usize>,
    /// Streams to be read from the beginning, because their digest did not match.
    #[serde(default)]
    pub restart: Vec<StreamId>,
}

/// Who pulls, and when.
#[derive(Clone, Copy, Debug)]
pub struct PullContext<'a> {
    /// The person.
    pub user: UserId,
    /// The device.
    pub device: DeviceId,
    /// The server's time, by which rights are judged.
    pub now: Instant,
    /// The server's secret for cursors.
    pub cursor_key: &'a CursorKey,
    /// The versions that are served.
    pub served: Served,
}

/// The result of a pull.
#[derive(Debug)]
pub enum PullReply {
    /// A page, as JSON.
    Page(Page),
    /// This person has no such device.
    UnknownDevice,
    /// The device was reported lost: it is refused.
    DeviceLost,
    /// The person's right has ended: pulls are refused. The epoch is still given; otherwise a
    /// device with nothing to send would never learn of a restore and resend what it lost.
    Closed(Epoch),
    /// The protocol version is no longer served, or not yet.
    UpgradeRequired,
    /// This server did not issue the cursor to this device.
    CursorRefused,
    /// The server began a new epoch: read everything from the beginning.
    EpochChanged(Epoch),
}

/// One page of a pull.
#[derive(Debug)]
pub struct Page {
    /// The page's JSON.
    pub json: String,
    /// Whether every granted stream's head was reached in this snapshot.
    pub complete: bool,
    /// How many records it carries.
    pub records: usize,
}

/// Reads one page.
pub fn pull<T: ReadTx>(
    tx: &mut T,
    context: PullContext<'_>,
    request: &PullRequest,
) -> Stored<PullReply> {
    if !context.served.is_pulled_in(request.protocol) {
        return Ok(PullReply::UpgradeRequired);
    }
    match tx.device(context.device)? {
        Some(device) if device.user != context.user => return Ok(PullReply::UnknownDevice),
        Some(device) if device.reported_lost => return Ok(PullReply::DeviceLost),
        Some(_) => {}
        None => return Ok(PullReply::UnknownDevice),
    }
    let grants = tx.grants(context.user, context.now)?;
    let epoch = tx.epoch()?;
    if grants.closed {
        return Ok(PullReply::Closed(epoch));
    }
    let mut cursor = match &request.cursor {
        None => Cursor::start(epoch, context.device),
        Some(token) => match Cursor::open(token, context.cursor_key, context.device) {
            None => return Ok(PullReply::CursorRefused),
            Some(cursor) if cursor.epoch != epoch => return Ok(PullReply::EpochChanged(epoch)),
            Some(cursor) => cursor,
        },
    };
    let held: Vec<_> = grants.held().map(|(stream, grant)| (stream, grant.kind)).collect();
    let heads = heads(tx, &held)?;
    // A stream without a grant leaves the cursor, so that it is read from the beginning if it is
    // granted again.
    cursor.positions.retain(|stream, _| heads.contains_key(stream));
    cursor.positions.retain(|stream, _| !request.restart.contains(stream));
    let mut page = PageWriter::new();
    let limit = request.limit.unwrap_or(LIMITS.pull_records_max).clamp(1, LIMITS.pull_records_max);
    for head in heads.values() {
        page.read_stream(tx, head, &mut cursor, limit)?;
    }
    let complete = heads
        .values()
        .all(|head| cursor.positions.get(&head.id).is_some_and(|position| *position >= head.head));
    let token = cursor.seal(context.cursor_key);
    Ok(PullReply::Page(page.finish(epoch, &token, complete, &heads)))
}

fn heads<T: ReadTx>(
    tx: &mut T,
    held: &[(StreamId, StreamKind)],
) -> Stored<BTreeMap<StreamId, StreamHead>> {
    let ids: Vec<_> = held.iter().map(|(stream, _)| *stream).collect();
    let mut heads: BTreeMap<_, _> =
        held.iter().map(|(stream, kind)| (*stream, StreamHead::empty(*stream, *kind))).collect();
    for head in tx.streams(&ids)? {
        heads.insert(head.id, head);
    }
    Ok(heads)
}

/// Writes a page while reading it: a record's stored text goes straight from the store into the
/// page.
struct PageWriter {
    json: String,
    records: usize,
    restarted: Vec<StreamId>,
    evicted: Vec<(StreamId, RecordId)>,
}

impl PageWriter {
    fn new() -> Self {
        let json = String::from("{\"records\":[");
        Self { json, records: 0, restarted: Vec::new(), evicted: Vec::new() }
    }

    /// Continues reading one stream, as far as the page has room.
    fn read_stream<T: ReadTx>(
        &mut self,
        tx: &mut T,
        head: &StreamHead,
        cursor: &mut Cursor,
        limit: usize,
    ) -> Stored<()> {
        let room = limit - self.records;
        let position = cursor.positions.get(&head.id).copied();
        if room == 0 {
            return Ok(());
        }
        if position.is_none() {
            self.restarted.push(head.id);
        }
        let after = position.unwrap_or_default();
        if after >= head.head {
            cursor.positions.insert(head.id, after);
            return Ok(());
        }
        let (json, records) = (&mut self.json, &mut self.records);
        let mut last = after;
        let read =
            tx.changes(head.id, after, room, &mut |frame: RecordFrame<'_>, wire: &str| {
                if *records > 0 {
                    json.push(',');
                }
                *records += 1;
                last = frame.seq;
                write_record(json, &frame, wire);
            })?;
        if last > head.head {
            return Err(StorageError::Corrupt(
                "a record stands above its stream's head".to_owned(),
            ));
        }
        let through = if read < room { head.head } else { last };
        // Reading from the beginning replaces everything, so earlier departures are not reported.
        if position.is_some() {
            let left = tx.departures(head.id, after, through)?;
            self.evicted.extend(left.into_iter().map(|gone| (gone.stream, gone.record)));
        }
        cursor.positions.insert(head.id, through);
        Ok(())
    }

    fn finish(
        mut self,
        epoch: Epoch,
        cursor: &str,
        complete: bool,
        heads: &BTreeMap<StreamId, StreamHead>,
    ) -> Page {
        let json = &mut self.json;
        let _ = write!(json, "],\"epoch\":\"{epoch}\",\"cursor\":\"{cursor}\"");
        let _ = write!(json, ",\"complete\":{complete},\"restarted\":[");
        separated(json, &self.restarted, |json, stream| {
            let _ = write!(json, "\"{stream}\"");
        });
        json.push_str("],\"evicted\":[");
        separated(json, &self.evicted, |json, (stream, record)| {
            let _ = write!(json, "{{\"stream\":\"{stream}\",\"record\":\"{record}\"}}");
        });
        json.push(']');
        if complete {
            json.push_str(",\"streams\":[");
            separated(json, heads.values(), |json, head| {
                let _ = write!(
                    json,
                    "{{\"stream\":\"{}\",\"kind\":\"{}\",\"seq\":{},\"count\":{},\"digest\":\"{}\"}}",
                    head.id,
                    head.kind.as_str(),
                    head.head,
                    head.count,
                    head.digest
                );
            });
            json.push(']');
        }
        json.push('}');
        Page { json: self.json, complete, records: self.records }
    }
}

fn separated<T>(
    json: &mut String,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write(json, item);
    }
}
