//! Edits that were not taken, in memory.

use crate::decision::EditName;
use crate::id::{DeviceId, DeviceSeq, RecordId};
use crate::journal::{JournalRow, Untaken};
use crate::op::Op;
use crate::outcome::Verdict;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn of(
    journal: &BTreeMap<(DeviceId, DeviceSeq), JournalRow<'static>>,
    chain: &[(DeviceId, DeviceSeq)],
    records: &[RecordId],
) -> Vec<Untaken> {
    let applied: BTreeSet<_> = journal.values().filter_map(applies).collect();
    let rows = |(device, through): &(DeviceId, DeviceSeq)| {
        journal.range((*device, DeviceSeq(0))..=(*device, *through))
    };
    let found = chain.iter().flat_map(rows).filter_map(|((device, device_seq), row)| {
        let record = row.record.filter(|record| records.contains(record))?;
        let (device, device_seq, verdict) = (*device, *device_seq, row.outcome.outcome);
        let is_untaken = matches!(verdict, Verdict::Quarantined | Verdict::Rejected);
        let is_applied = applied.contains(&EditName { device, device_seq });
        (is_untaken && !is_applied).then_some(Untaken { record, device, device_seq, verdict })
    });
    found.collect()
}

/// The quarantined edit that a row applied.
fn applies(row: &JournalRow<'static>) -> Option<EditName> {
    row.decides.filter(|_| row.op.as_deref() == Some(Op::Apply.as_str()))
}
