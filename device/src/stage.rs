//! Staged pages, and how they become rows when the last one has come.

use crate::row::Row;
use ruhu_sync::digest::StreamDigest;
use ruhu_sync::id::{Epoch, RecordId, StreamId};
use ruhu_sync::planted::{Fault, planted};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One page of a pull, as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) records: Vec<Row>,
    pub(crate) epoch: Epoch,
    pub(crate) cursor: String,
    pub(crate) complete: bool,
    pub(crate) restarted: Vec<StreamId>,
    pub(crate) evicted: Vec<Evicted>,
    #[serde(default)]
    pub(crate) streams: Option<Vec<StreamState>>,
}

/// A record that left a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Evicted {
    pub(crate) stream: StreamId,
    pub(crate) record: RecordId,
}

/// A stream's state on the server at the moment of completeness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StreamState {
    pub(crate) stream: StreamId,
    pub(crate) kind: String,
    pub(crate) count: u64,
    pub(crate) digest: String,
}

/// Whether the device holds exactly what the server does, for one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamAgreement {
    /// The stream.
    pub stream: StreamId,
    /// What kind of stream it is.
    pub kind: String,
    /// Whether count and digest are equal.
    pub agrees: bool,
}

/// The pages of an unfinished pull.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stage {
    pub(crate) pages: Vec<Page>,
}

impl Stage {
    /// The cursor to continue from, if the pull has begun.
    pub(crate) fn cursor(&self) -> Option<&str> {
        self.pages.last().map(|page| page.cursor.as_str())
    }

    /// The rows after all pages, in the order in which they came: each page is of a later moment
    /// than the one before.
    pub(crate) fn apply(
        self,
        mut rows: BTreeMap<RecordId, Row>,
        states: &[StreamState],
    ) -> BTreeMap<RecordId, Row> {
        let mut restarted = BTreeSet::new();
        for page in self.pages {
            // Read from 0: the pages replace whatever was there.
            let keeps = planted(Fault::DeviceKeepsHigher);
            rows.retain(|_, row| keeps || !page.restarted.contains(&row.stream));
            restarted.extend(page.restarted);
            // Before the records: one that left a stream and came back is in both lists.
            for gone in page.evicted {
                let any = planted(Fault::DeviceEvictsAnyCopy);
                if rows.get(&gone.record).is_some_and(|row| any || row.stream == gone.stream) {
                    rows.remove(&gone.record);
                }
            }
            for row in page.records {
                let is_older =
                    rows.get(&row.record).is_some_and(|held| held.rev.number > row.rev.number);
                let keeps = planted(Fault::DeviceKeepsHigher);
                if !is_older || (restarted.contains(&row.stream) && !keeps) {
                    rows.insert(row.record, row);
                }
            }
        }
        let listed: BTreeSet<_> = states.iter().map(|stream| stream.stream).collect();
        rows.retain(|_, row| listed.contains(&row.stream));
        rows
    }
}

/// Compares the device's rows with the server's state, stream by stream.
pub(crate) fn compare(
    rows: &BTreeMap<RecordId, Row>,
    states: &[StreamState],
) -> Vec<StreamAgreement> {
    let mut held: BTreeMap<StreamId, (u64, StreamDigest)> = BTreeMap::new();
    for row in rows.values() {
        let (count, digest) = held.entry(row.stream).or_default();
        *count += 1;
        digest.toggle(row.record, row.rev_of_content());
    }
    let agreement = |stream: &StreamState| {
        let (count, digest) = held.get(&stream.stream).copied().unwrap_or_default();
        StreamAgreement {
            stream: stream.stream,
            kind: stream.kind.clone(),
            agrees: count == stream.count && digest.to_string() == stream.digest,
        }
    };
    states.iter().map(agreement).collect()
}
