//! Edits that were quarantined or rejected and that nobody has applied since.

use crate::journal::untaken_verdict;
use crate::prepared::prepared_for;
use crate::schema::journal;
use crate::values::{Fixed, Name, counted};
use crate::{Tx, decisions};
use diesel::prelude::*;
use ruhu_sync::id::{DeviceId, DeviceSeq, RecordId};
use ruhu_sync::journal::Untaken;
use ruhu_sync::storage::Stored;

/// The untaken edits of these records, of each installation up to a number, in order.
pub(crate) fn untaken(
    tx: &mut Tx,
    chain: &[(DeviceId, DeviceSeq)],
    records: &[RecordId],
) -> Stored<Vec<Untaken>> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let devices: Vec<_> = chain.iter().map(|(device, _)| device.fixed()).collect();
    let rows: Vec<UntakenRow> = tx.run(|connection| {
        let names = devices.len().max(records.len());
        on_both!(connection, |c| {
            let query = journal::table
                .filter(journal::device.eq_any(devices))
                .filter(journal::rev_number.is_null())
                .filter(journal::record.eq_any(records.iter().map(|id| id.fixed())))
                .select(UntakenRow::as_select());
            prepared_for(names, query).load(c)
        })
    })?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let (device, device_seq) = (DeviceId::of(row.device), DeviceSeq(counted(row.device_seq)?));
        let at = chain.iter().position(|(of, through)| *of == device && device_seq <= *through);
        let (Some(at), Some(record), Some(verdict)) =
            (at, row.record, untaken_verdict(&row.verdict))
        else {
            continue;
        };
        let record = RecordId::of(record);
        found.push((at, Untaken { record, device, device_seq, verdict }));
    }
    // An edit that a person has applied since counts as taken.
    if !found.is_empty() {
        let devices: Vec<_> = chain.iter().map(|(device, _)| *device).collect();
        let applied = decisions::applied(tx, &devices, records)?;
        found.retain(|(_, untaken)| !applied.contains(&untaken.name()));
    }
    // Sorted here: with ORDER BY, SQLite would read all of the device's edits.
    found.sort_unstable_by_key(|(at, untaken)| (*at, untaken.device_seq));
    Ok(found.into_iter().map(|(_, untaken)| untaken).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct UntakenRow {
    device: Fixed<16>,
    device_seq: i64,
    record: Option<Fixed<16>>,
    verdict: String,
}
