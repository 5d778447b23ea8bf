//! What a desk shows of a record: masked, or in full, for a purpose that the audit log keeps. Nothing
//! leaves this folder in the clear but through [`view_record`] and [`view_edit`].

use super::finds::{is_at_desk, place};
use super::quarantine::{QuarantineSeen, decided_on, seen_in_full};
use crate::halt::Halt;
use crate::refusal::Kind;
use crate::who::{DeskStaff, SignedIn, Staff};
use ruhu_casework::purposes::Purpose;
use ruhu_store::Tx;
use ruhu_store::audit::{Act, Entry};
use ruhu_store::desk::HistoryEntry;
use ruhu_sync::decision::EditName;
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::record::StoredRecord;
use ruhu_sync::storage::{Stored, WriteTx as _};
use serde_json::{Value, json};
use uuid::Uuid;

/// A record in full.
#[derive(Clone, Debug)]
pub struct RecordSeen {
    /// The record.
    pub record: StoredRecord,
    /// Everything that became of it.
    pub history: Vec<HistoryEntry>,
}

/// What is told of a full view: who, what, why, and nothing of what was seen.
fn note(
    tx: &mut Tx,
    person: &SignedIn,
    (act, subject): (Act, Uuid),
    area: Option<String>,
    detail: &Value,
) -> Stored<()> {
    let entry = Entry::by(person.user(), person.device, act, person.now).to(subject);
    tx.audit(&Entry { area, detail: detail.to_string(), ..entry }).map(drop)
}

fn area_of(tx: &mut Tx, stream: StreamId) -> Stored<Option<String>> {
    Ok(tx.caseload(stream)?.map(|caseload| caseload.area))
}

/// A record that this person's desk reaches; anything else is not available.
fn within_reach(
    tx: &mut Tx,
    staff: &Staff<DeskStaff>,
    id: RecordId,
) -> Stored<Option<StoredRecord>> {
    let found = tx.records(&[id])?.pop().filter(|record| !record.deleted);
    let Some(record) = found else { return Ok(None) };
    if decided_on(tx, &staff.person)?.contains(&record.stream) || is_at_desk(tx, staff, &record)? {
        return Ok(Some(record));
    }
    Ok(None)
}

/// A record in full. That it was looked at, by whom and why is written down first.
pub fn view_record(
    tx: &mut Tx,
    staff: &Staff<DeskStaff>,
    id: RecordId,
    purpose: Purpose,
) -> Result<RecordSeen, Halt> {
    let record = within_reach(tx, staff, id)?.ok_or(Kind::NotAvailable)?;
    let history = tx.record_history(id)?;
    let detail = json!({"purpose": purpose.as_str(), "kind": record.kind, "root": record.root});
    // A find is of its place, and in nobody's caseload.
    let area = match record.kind.as_str() {
        "find" => place(&record)?,
        _ => area_of(tx, record.stream)?,
    };
    note(tx, &staff.person, (Act::RecordViewed, id.0), area, &detail)?;
    Ok(RecordSeen { record, history })
}

/// An edit that was not taken, in full, next to today's record in full.
pub fn view_edit(
    tx: &mut Tx,
    person: &SignedIn,
    name: EditName,
    purpose: Purpose,
) -> Result<QuarantineSeen, Halt> {
    let (seen, _) = seen_in_full(tx, person, name)?.ok_or(Kind::NotAvailable)?;
    let edit = &seen.listed.edit;
    let subject = edit.record.map_or(name.device.0, |record| record.0);
    let detail = json!({"purpose": purpose.as_str(), "edit": name});
    let area = match edit.stream {
        Some(stream) => area_of(tx, stream)?,
        None => None,
    };
    note(tx, person, (Act::EditViewed, subject), area, &detail)?;
    Ok(seen)
}
