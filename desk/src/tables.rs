//! Rule tables: what administrators enter, by what a case is judged, and which open cases a change
//! touches. Values are records of the reference data and are written by edits, like every record.

mod entering;
mod judgement;

pub use entering::{Correction, Entering, EntrySeen, OpenAssessment, TableEntered, table_entries};
pub use judgement::{Judgement, UsedTable, document, judgement};

use ruhu_casework::grants::REFERENCE_STREAM;
use ruhu_casework::judging::{Entered, entry_of};
use ruhu_casework::tables::shipped;
use ruhu_store::Tx;
use ruhu_sync::id::{RecordId, Seq};
use ruhu_sync::record::Content;
use ruhu_sync::rev::Rev;
use ruhu_sync::storage::{ReadTx as _, StorageError, Stored};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// How many records of the reference data are read at once.
const PAGE_RECORDS: usize = 1_000;

/// The values that came with the service. That they can be read is a test of theirs.
static SHIPPED: LazyLock<Vec<Entered>> = LazyLock::new(|| {
    let entries = shipped().unwrap_or_default().into_iter();
    entries.map(|entry| Entered { record: None, entry }).collect()
});

/// A value that an administrator entered, with its record's version.
#[derive(Clone, Debug)]
struct Held {
    entered: Entered,
    rev: Rev,
}

/// Every value that was entered and stands.
fn held(tx: &mut Tx) -> Stored<Vec<Held>> {
    let mut found = Vec::new();
    let mut after = Seq(0);
    loop {
        let mut page: Vec<(RecordId, Rev, String)> = Vec::new();
        let mut last = after;
        let read = tx.changes(REFERENCE_STREAM, after, PAGE_RECORDS, &mut |frame, wire| {
            last = frame.seq;
            if frame.kind == "standard" {
                page.push((frame.id, frame.rev, wire.to_owned()));
            }
        })?;
        for (id, rev, wire) in page {
            let content = Content::from_wire(&wire, BTreeSet::new())
                .map_err(|error| StorageError::Corrupt(error.to_string()))?;
            let entry = entry_of(&content.document).filter(|_| !content.deleted);
            let record = Some(id);
            found.extend(entry.map(|entry| Held { entered: Entered { record, entry }, rev }));
        }
        if read < PAGE_RECORDS {
            return Ok(found);
        }
        after = last;
    }
}
