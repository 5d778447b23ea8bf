//! What a desk looks at.

use super::mask::mask;
use crate::halt::Halt;
use crate::refusal::Kind;
use crate::tables::{Judgement, judgement};
use crate::who::SignedIn;
use ruhu_casework::masking;
use ruhu_casework::roles::REVIEWER;
use ruhu_store::Tx;
use ruhu_store::desk::{AssessmentItem, HistoryEntry};
use ruhu_store::page::Place;
use ruhu_store::page::{Page, Slice};
use ruhu_sync::grants::{Capacity, Grants, StreamKind};
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::record::StoredRecord;
use ruhu_sync::storage::{ReadTx as _, Stored, WriteTx as _};

/// An assessment as a reviewer reads it.
#[derive(Clone, Debug)]
pub struct AssessmentSeen {
    /// The record.
    pub record: StoredRecord,
    /// Everything that became of it.
    pub history: Vec<HistoryEntry>,
    /// What its form comes to; as it was accepted, if it is.
    pub judgement: Judgement,
}

/// The streams of a kind that a person reaches in one of these capacities.
pub(super) fn reached(grants: &Grants, kind: StreamKind, capacities: &[Capacity]) -> Vec<StreamId> {
    let streams = grants.streams.iter();
    streams
        .filter(|(_, grant)| grant.kind == kind && capacities.contains(&grant.capacity))
        .map(|(stream, _)| *stream)
        .collect()
}

/// An assessment in one of these streams; anything else is not available.
pub(super) fn assessment_within_reach(
    tx: &mut Tx,
    streams: &[StreamId],
    id: RecordId,
) -> Stored<Option<StoredRecord>> {
    let found = tx.records(&[id])?.pop();
    Ok(found.filter(|r| r.kind == "assessment" && !r.deleted && streams.contains(&r.stream)))
}

/// The assessments of a reviewer's own area, in a status.
pub fn assessments(
    tx: &mut Tx,
    person: &SignedIn,
    status: Option<&str>,
    page: Page<Place>,
) -> Stored<Slice<AssessmentItem, Place>> {
    let grants = tx.grants(person.user(), person.now)?;
    tx.assessments(&reached(&grants, StreamKind::Caseload, &[REVIEWER]), status, page)
}

/// One of them, masked.
pub fn assessment(tx: &mut Tx, person: &SignedIn, id: RecordId) -> Result<AssessmentSeen, Halt> {
    let grants = tx.grants(person.user(), person.now)?;
    let streams = reached(&grants, StreamKind::Caseload, &[REVIEWER]);
    let mut record = assessment_within_reach(tx, &streams, id)?.ok_or(Kind::NotAvailable)?;
    let mut history = tx.record_history(id)?;
    let shelf = tx.shelf()?;
    let mut judgement = judgement(tx, &shelf, &record)?;
    masking::computed(&mut judgement.computed);
    masking::computed(&mut judgement.suggestions);
    mask(tx, &mut record, &mut history)?;
    Ok(AssessmentSeen { record, history, judgement })
}
