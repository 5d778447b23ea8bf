//! Finds, at the desk of the place where somebody was found: not at that of who reported it.

use super::look::reached;
use super::mask::mask;
use crate::halt::Halt;
use crate::refusal::Kind;
use crate::who::{DeskStaff, Staff};
use ruhu_casework::roles::{REVIEWER, WINDOW};
use ruhu_store::Tx;
use ruhu_store::desk::{FindItem, FindsAt, HistoryEntry};
use ruhu_store::page::{Page, Place, Slice};
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::RecordId;
use ruhu_sync::json::Json;
use ruhu_sync::record::StoredRecord;
use ruhu_sync::storage::{ReadTx as _, StorageError, Stored, WriteTx as _};

/// A find as staff read it.
#[derive(Clone, Debug)]
pub struct FindSeen {
    /// The record.
    pub record: StoredRecord,
    /// Photos and papers that belong to it.
    pub attachments: Vec<StoredRecord>,
    /// Everything that became of it.
    pub history: Vec<HistoryEntry>,
}

/// The finds that are this person's to look at.
fn at_desk(tx: &mut Tx, staff: &Staff<DeskStaff>) -> Stored<FindsAt> {
    let reader = staff.person.user();
    let grants = tx.grants(reader, staff.person.now)?;
    let streams = reached(&grants, StreamKind::User, &[REVIEWER, WINDOW]);
    Ok(FindsAt { reader, within: staff.within.clone(), streams })
}

/// Whether a record is a find at this person's desk, or belongs to one.
pub(super) fn is_at_desk(
    tx: &mut Tx,
    staff: &Staff<DeskStaff>,
    record: &StoredRecord,
) -> Stored<bool> {
    let root = tx.records(&[record.root])?.pop();
    let Some(find) = root.filter(|root| root.kind == "find" && !root.deleted) else {
        return Ok(false);
    };
    let place = place(&find)?;
    Ok(at_desk(tx, staff)?.contains(find.stream, place.as_deref()))
}

/// The community's code of a find, if it has one.
pub(super) fn place(find: &StoredRecord) -> Stored<Option<String>> {
    let content = find.content().map_err(|error| StorageError::Corrupt(error.to_string()))?;
    let code = content.document.get("community_code").and_then(Json::as_text);
    Ok(code.filter(|code| !code.is_empty()).map(str::to_owned))
}

/// The finds at a desk, in a status.
pub fn finds(
    tx: &mut Tx,
    staff: &Staff<DeskStaff>,
    status: Option<&str>,
    page: Page<Place>,
) -> Stored<Slice<FindItem, Place>> {
    let at_desk = at_desk(tx, staff)?;
    tx.finds(&at_desk, status, page)
}

/// One of them, masked.
pub fn find(tx: &mut Tx, staff: &Staff<DeskStaff>, id: RecordId) -> Result<FindSeen, Halt> {
    let found = tx.records(&[id])?.pop().filter(|record| record.kind == "find" && !record.deleted);
    let mut record = found.ok_or(Kind::NotAvailable)?;
    if !is_at_desk(tx, staff, &record)? {
        return Err(Kind::NotAvailable.into());
    }
    let mut attachments = tx.belonging(&[id])?;
    attachments.retain(|belongs| belongs.kind == "attachment" && !belongs.deleted);
    let mut history = tx.record_history(id)?;
    mask(tx, &mut record, &mut history)?;
    for attachment in &mut attachments {
        mask(tx, attachment, &mut [])?;
    }
    Ok(FindSeen { record, attachments, history })
}
