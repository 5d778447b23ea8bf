//! What a desk shows of a record without a purpose.

use ruhu_store::Tx;
use ruhu_store::desk::HistoryEntry;
use ruhu_sync::record::StoredRecord;
use ruhu_sync::storage::{StorageError, Stored};

/// Masks a record, and what became of it.
pub(super) fn mask(
    tx: &mut Tx,
    record: &mut StoredRecord,
    history: &mut [HistoryEntry],
) -> Stored<()> {
    let content = record.content().map_err(|error| StorageError::Corrupt(error.to_string()))?;
    let shelf = tx.shelf()?;
    let masking = shelf.rules().masking(&record.kind, &content.document);
    record.wire = masking.content(&content).to_wire();
    for entry in history {
        entry.effect = masking.effect(&entry.effect);
    }
    Ok(())
}
