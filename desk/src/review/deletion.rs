//! Records that staff delete, because they were made in error, and bring back.

use super::decide::sole;
use super::look::reached;
use crate::acts::{Act, Done, Line, Scene};
use crate::halt::Halt;
use crate::refusal::{Kind, Refusal};
use crate::who::{Reviewer, SignedIn};
use ruhu_casework::references::deletion_rank;
use ruhu_casework::roles::REVIEWER;
use ruhu_store::Tx;
use ruhu_store::audit;
use ruhu_store::desk::DeletedItem;
use ruhu_store::page::Place;
use ruhu_store::page::{Page, Slice};
use ruhu_sync::edit::{Change, Draft};
use ruhu_sync::grants::StreamKind;
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::RecordId;
use ruhu_sync::op::Op;
use ruhu_sync::outcome::Outcome;
use ruhu_sync::record::StoredRecord;
use ruhu_sync::rev::{Base, Rev};
use ruhu_sync::storage::Stored;
use ruhu_sync::storage::{ReadTx as _, WriteTx as _};
use serde::Serialize;
use serde_json::json;
use std::cmp::Reverse;

/// What is to become of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Fate {
    /// It is deleted.
    Deleted,
    /// It is brought back as it was.
    BroughtBack,
}

/// One record, and what is to become of it.
#[derive(Clone, Debug, Serialize)]
pub struct Deletion {
    /// Which.
    pub record: RecordId,
    /// The version that was read: what has changed since is read again first.
    pub rev: Rev,
    /// What becomes of it.
    pub fate: Fate,
    /// Why.
    pub reason: String,
}

/// The deleted records of a reviewer's own area, the last deleted first.
pub fn deleted(
    tx: &mut Tx,
    person: &SignedIn,
    page: Page<Place>,
) -> Stored<Slice<DeletedItem, Place>> {
    let grants = tx.grants(person.user(), person.now)?;
    tx.deleted_records(&reached(&grants, StreamKind::Caseload, &[REVIEWER]), page)
}

impl Act for Deletion {
    type Right = Reviewer;
    type Answer = Outcome;

    const NAME: &'static str = "delete or bring back";

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<Outcome>, Halt> {
        take(scene, self)
    }
}

fn take(scene: &mut Scene<'_>, asked: &Deletion) -> Result<Done<Outcome>, Halt> {
    let streams = scene.reviewed(&[StreamKind::Caseload])?;
    let found = scene.tx.records(&[asked.record])?.pop();
    let Some(root) = found.map(|record| record.root) else {
        return Err(Kind::NotAvailable.into());
    };
    // Locked before it is read: what belongs to a household goes and comes back with it.
    scene.tx.lock_roots(&[root])?;
    let found = scene.tx.records(&[asked.record])?.pop();
    let Some(record) = found.filter(|record| streams.contains(&record.stream)) else {
        return Err(Kind::NotAvailable.into());
    };
    if record.rev != asked.rev {
        return Err(Refusal::new(Kind::StateConflict).with("rev", record.rev.to_string()).into());
    }
    let is_root = record.id == record.root;
    let edits = match asked.fate {
        Fate::Deleted if is_root => {
            let mut along = scene.tx.belonging(&[record.root])?;
            along.retain(|other| !other.deleted && other.id != record.id);
            // What names another goes before it.
            along.sort_by_key(|other| (deletion_rank(&other.kind), other.id));
            along.iter().chain([&record]).map(|one| edit(one, asked)).collect()
        }
        Fate::BroughtBack if is_root => {
            let along = scene.tx.deleted_with(&record)?;
            let along = scene.tx.records(&along)?;
            let mut along: Vec<_> = along.iter().filter(|other| other.deleted).collect();
            along.sort_by_key(|other| (Reverse(deletion_rank(&other.kind)), other.id));
            [&record].into_iter().chain(along).map(|one| edit(one, asked)).collect()
        }
        _ => vec![edit(&record, asked)],
    };
    let outcomes = scene.push(units(edits))?;
    let refused = outcomes.iter().find(|outcome| !outcome.outcome.is_effective());
    let (act, own) = match asked.fate {
        Fate::Deleted => (audit::Act::RecordDeleted, outcomes.last()),
        Fate::BroughtBack => (audit::Act::RecordUndeleted, outcomes.first()),
    };
    let outcome = sole(refused.or(own).cloned().into_iter().collect())?;
    let area = scene.area_of(record.stream)?;
    let detail = json!({"kind": record.kind, "records": outcomes.len()});
    let logged = scene.log(Line { act, subject: record.id.0, area, detail })?;
    Ok(Done::logged(&logged, outcome))
}

/// Groups of as many edits as a push takes.
fn units(edits: Vec<Draft>) -> Vec<Vec<Draft>> {
    edits.chunks(LIMITS.push_edits_max).map(<[Draft]>::to_vec).collect()
}

fn edit(record: &StoredRecord, asked: &Deletion) -> Draft {
    let op = match asked.fate {
        Fate::Deleted => Op::Delete,
        Fate::BroughtBack => Op::Undelete,
    };
    let change = Change::new(op, record.id, &record.kind, Base::Seen(record.rev));
    Change { reason: Some(asked.reason.clone()), ..change.under(record.root) }.into()
}
