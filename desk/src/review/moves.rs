//! Households that go to another caseload: one, a list, or all of a caseload; as many at once as
//! belong together, in one transaction.

use super::look::reached;
use crate::acts::{Act, Done, Line, Scene};
use crate::halt::Halt;
use crate::refusal::{Kind, Refusal};
use crate::who::{Reviewer, SignedIn};
use ruhu_casework::days::day_of;
use ruhu_casework::moves::{CaseloadFacts, MoveFault};
use ruhu_casework::roles::REVIEWER;
use ruhu_store::Tx;
use ruhu_store::audit;
use ruhu_store::desk::HouseholdChoice;
use ruhu_store::page::{Page, Slice};
use ruhu_sync::edit::{Change, Draft};
use ruhu_sync::grants::StreamKind;
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::op::Op;
use ruhu_sync::record::StoredRecord;
use ruhu_sync::rev::{Base, Rev};
use ruhu_sync::storage::{ReadTx as _, Stored, WriteTx as _};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// The most households that one act moves.
pub const HOUSEHOLDS_MAX: usize = 5_000;

/// What goes to a caseload.
#[derive(Clone, Debug, Serialize)]
pub enum Moved {
    /// These households.
    Households(Vec<RecordId>),
    /// All that is in this caseload.
    All(StreamId),
}

/// One part of an act of moving.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// The caseload that receives.
    pub to: StreamId,
    /// What it receives.
    pub what: Moved,
}

/// A caseload within a reviewer's area.
#[derive(Clone, Debug)]
pub struct CaseloadSeen {
    /// What is known of it.
    pub facts: CaseloadFacts,
    /// Why it may receive no household today, if so.
    pub fault: Option<MoveFault>,
}

/// Everything that stands against an act, each with what it is about.
#[derive(Default)]
struct Refusals(Vec<Value>);

impl Refusals {
    fn add(&mut self, about: &str, id: impl ToString, fault: MoveFault) {
        let id = id.to_string();
        let refusal = json!({about: id, "reason": fault.code(), "message_zh": fault.to_string(),
            "message_en": fault.en()});
        if !self.0.contains(&refusal) {
            self.0.push(refusal);
        }
    }

    fn check(self) -> Result<(), Refusal> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Refusal::new(Kind::MoveRefused).with("refusals", self.0)),
        }
    }
}

/// The caseloads of a reviewer's area, in order of their ids.
pub fn caseloads(
    tx: &mut Tx,
    person: &SignedIn,
    page: Page<StreamId>,
) -> Stored<Slice<CaseloadSeen, StreamId>> {
    let grants = tx.grants(person.user(), person.now)?;
    let streams = reached(&grants, StreamKind::Caseload, &[REVIEWER]);
    let day = day_of(person.now);
    let seen = |facts: CaseloadFacts| CaseloadSeen { fault: facts.may_receive(day).err(), facts };
    // The grants name them in order.
    let streams = streams.into_iter().filter(|id| page.after.is_none_or(|at| *id > at));
    let Slice { rows, next } = page.cut(streams.collect(), |id| *id);
    let rows = tx.caseload_facts(&rows)?.into_iter().map(seen).collect();
    Ok(Slice { rows, next })
}

/// The households of one of them.
pub fn households(
    tx: &mut Tx,
    person: &SignedIn,
    caseload: StreamId,
    page: Page<RecordId>,
) -> Result<Slice<HouseholdChoice, RecordId>, Halt> {
    let grants = tx.grants(person.user(), person.now)?;
    match reached(&grants, StreamKind::Caseload, &[REVIEWER]).contains(&caseload) {
        true => Ok(tx.households_in(caseload, page)?),
        false => Err(Kind::NotAvailable.into()),
    }
}

/// Households that go to other caseloads: all of them, or none.
#[derive(Clone, Debug, Serialize)]
pub struct HouseholdMove {
    /// What goes where.
    pub parts: Vec<Part>,
    /// Why.
    pub reason: String,
}

/// What was moved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MovesTaken {
    /// Each household, in the order in which it was asked for.
    moved: Vec<MoveTaken>,
}

/// One household that was moved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MoveTaken {
    /// The caseload that it left.
    from: StreamId,
    /// The household.
    record: RecordId,
    /// Its version after it.
    rev: Rev,
    /// The caseload in which it is now.
    to: StreamId,
}

impl MovesTaken {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"moved": [{"record": "0192e4a0-0000-7000-8000-000000000008", "from": "0192e4a0-0000-7000-8000-00000000000d",
            "to": "0192e4a0-0000-7000-8000-00000000000c", "rev": "4-77a0c3d1"}]})
    }
}

impl Act for HouseholdMove {
    type Right = Reviewer;
    type Answer = MovesTaken;

    const NAME: &'static str = "move";
    // The contract that receives must not end meanwhile.
    const LOCKS_ORGANISATIONS: bool = true;

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<MovesTaken>, Halt> {
        take(scene, &self.parts, &self.reason)
    }
}

fn take(scene: &mut Scene<'_>, parts: &[Part], reason: &str) -> Result<Done<MovesTaken>, Halt> {
    let reach = check_caseloads(scene, parts)?;
    let wanted = wanted(scene, parts)?;
    if wanted.len() > HOUSEHOLDS_MAX {
        return Err(too_many().into());
    }
    let mut ids: Vec<RecordId> = wanted.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    // Locked before they are read: the move is of the version that stands.
    scene.tx.lock_roots(&ids)?;
    let found = scene.tx.records(&ids)?;
    let found: BTreeMap<_, _> = found.into_iter().map(|record| (record.id, record)).collect();
    check_households(parts, &wanted, &found, &reach)?;
    let edits: Vec<Draft> = wanted.iter().map(|(id, to)| edit(&found[id], *to, reason)).collect();
    let units = edits.chunks(LIMITS.push_edits_max).map(<[Draft]>::to_vec).collect();
    let outcomes = scene.push(units)?;
    let mut refusals = Refusals::default();
    let mut moved = Vec::with_capacity(wanted.len());
    for ((id, to), outcome) in wanted.iter().zip(outcomes) {
        match outcome.rev {
            Some(rev) => {
                moved.push(MoveTaken { from: found[id].stream, record: *id, rev, to: *to });
            }
            None => refusals.add("household", id, MoveFault::ChangedMeanwhile),
        }
    }
    refusals.check()?;
    let to: BTreeSet<_> = parts.iter().map(|part| part.to).collect();
    let Some(first) = to.first().copied() else { return Err(Kind::InvalidRequest.into()) };
    let area = scene.area_of(first)?;
    let detail = json!({"households": moved.len(), "to": to});
    let act = audit::Act::HouseholdsMoved;
    let logged = scene.log(Line { act, subject: first.0, area, detail })?;
    Ok(Done::logged(&logged, MovesTaken { moved }))
}

fn edit(record: &StoredRecord, to: StreamId, reason: &str) -> Draft {
    let change = Change::new(Op::Move, record.id, &record.kind, Base::Seen(record.rev));
    Change { stream: Some(to), reason: Some(reason.to_owned()), ..change }.into()
}

/// Whether every caseload that is named is the person's, and those that receive may. Gives the
/// caseloads that the person reaches.
fn check_caseloads(scene: &mut Scene<'_>, parts: &[Part]) -> Result<BTreeSet<StreamId>, Halt> {
    let reach: BTreeSet<_> = scene.reviewed(&[StreamKind::Caseload])?.into_iter().collect();
    let to: Vec<_> = parts.iter().map(|part| part.to).filter(|to| reach.contains(to)).collect();
    let day = scene.today();
    let mut refusals = Refusals::default();
    for facts in scene.tx.caseload_facts(&to)? {
        if let Err(fault) = facts.may_receive(day) {
            refusals.add("caseload", facts.stream, fault);
        }
    }
    for part in parts {
        let from = match part.what {
            Moved::All(from) => Some(from),
            Moved::Households(_) => None,
        };
        for named in [Some(part.to), from].into_iter().flatten() {
            if !reach.contains(&named) {
                refusals.add("caseload", named, MoveFault::OutsideArea);
            }
        }
        if from == Some(part.to) {
            refusals.add("caseload", part.to, MoveFault::AlreadyThere);
        }
    }
    refusals.check()?;
    Ok(reach)
}

/// What is to be moved, and where to, in the order in which it is said.
fn wanted(scene: &mut Scene<'_>, parts: &[Part]) -> Stored<Vec<(RecordId, StreamId)>> {
    let mut wanted = Vec::new();
    for part in parts {
        let ids = match &part.what {
            Moved::Households(ids) => ids.clone(),
            Moved::All(from) => scene.tx.roots_in(*from)?,
        };
        wanted.extend(ids.into_iter().map(|id| (id, part.to)));
    }
    Ok(wanted)
}

fn check_households(
    parts: &[Part],
    wanted: &[(RecordId, StreamId)],
    found: &BTreeMap<RecordId, StoredRecord>,
    reach: &BTreeSet<StreamId>,
) -> Result<(), Refusal> {
    let mut refusals = Refusals::default();
    let emptied: BTreeSet<StreamId> = parts
        .iter()
        .filter_map(|part| match part.what {
            Moved::All(from) => Some(from),
            Moved::Households(_) => None,
        })
        .collect();
    let mut met = BTreeSet::new();
    for (id, to) in wanted {
        if !met.insert(*id) {
            refusals.add("household", id, MoveFault::NamedTwice);
        }
        // What was deleted goes along with its caseload, so that it can come back there.
        let record = found.get(id).filter(|record| {
            record.id == record.root
                && reach.contains(&record.stream)
                && (!record.deleted || emptied.contains(&record.stream))
        });
        match record {
            None => refusals.add("household", id, MoveFault::NotAvailable),
            Some(record) if record.stream == *to => {
                refusals.add("household", id, MoveFault::AlreadyThere);
            }
            Some(_) => {}
        }
    }
    refusals.check()
}

fn too_many() -> Refusal {
    Refusal::new(Kind::InvalidRequest)
        .detail(
            format!("一次最多移交 {HOUSEHOLDS_MAX} 户，请分几次办理。"),
            format!("One act moves at most {HOUSEHOLDS_MAX} households: use several."),
        )
        .with("households_max", HOUSEHOLDS_MAX)
}
