//! What was not taken: looked at beside today's record, and decided on.

use super::look::reached;
use super::mask::mask;
use super::together::together;
use crate::acts::{Act, Done, Line, Scene};
use crate::halt::Halt;
use crate::refusal::{Kind, Refusal};
use crate::who::{Reviewer, SignedIn};
use ruhu_casework::roles::{REVIEWER, WORKER};
use ruhu_casework::rules::CaseRules;
use ruhu_store::Tx;
use ruhu_store::audit;
use ruhu_store::desk::{EditPlace, HistoryEntry, QuarantinedEdit};
use ruhu_store::page::{Page, Slice};
use ruhu_sync::decision::{EditName, Waiting};
use ruhu_sync::edit::{Draft, Edit, Received};
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::{DeviceId, DeviceSeq, StreamId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::op::Op;
use ruhu_sync::outcome::{Outcome, Reason, Verdict};
use ruhu_sync::patch::{Wish, asks};
use ruhu_sync::path::Path;
use ruhu_sync::record::StoredRecord;
use ruhu_sync::rev::{Base, Rev};
use ruhu_sync::rules::{Rooting, Rules as _};
use ruhu_sync::storage::{ReadTx as _, StorageError, Stored, WriteTx as _};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// An edit in the list, with the numbers of all that are decided with it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The edit.
    pub edit: QuarantinedEdit,
    /// What is decided with it, itself included: each group in a list of its own.
    pub together: Vec<Vec<EditName>>,
}

/// One place that a quarantined edit asks about.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceSeen {
    /// Where.
    pub path: Path,
    /// What its author had seen there, if the version is known.
    pub base: Option<Json>,
    /// What stands there today.
    pub current: Option<Json>,
    /// What the edit asks for; nothing if it removes what is there.
    pub asked: Option<Json>,
}

/// A quarantined edit beside today's record.
#[derive(Clone, Debug)]
pub struct QuarantineSeen {
    /// The edit, as it is listed.
    pub listed: Listed,
    /// Whether the version that its author had seen is known.
    pub is_base_known: bool,
    /// What it asks, place by place; nothing if its content was erased by right.
    pub places: Vec<PlaceSeen>,
    /// The record today, if it is there.
    pub record: Option<StoredRecord>,
    /// A rejected edit as it came, whether or not it can be read as one.
    pub payload: Option<String>,
}

/// What is decided of an edit.
#[derive(Clone, Debug, Serialize)]
pub struct Settlement {
    /// Which.
    pub edit: EditName,
    /// Applied, or else dismissed.
    pub applies: bool,
    /// Why: told to its author.
    pub reason: String,
    /// The team that a new household goes to, where its author did not say.
    pub stream: Option<StreamId>,
}

/// The streams of every kind that a person decides on.
pub(super) fn decided_on(tx: &mut Tx, person: &SignedIn) -> Stored<Vec<StreamId>> {
    let grants = tx.grants(person.user(), person.now)?;
    Ok(DECIDED.iter().flat_map(|kind| reached(&grants, *kind, &[REVIEWER])).collect())
}

/// The kinds of streams whose edits and conflicts a reviewer decides on.
pub(super) const DECIDED: &[StreamKind] = &[StreamKind::Caseload, StreamKind::User];

/// The edits of a verdict, quarantined or rejected, that wait for this person, oldest first.
pub fn quarantine(
    tx: &mut Tx,
    person: &SignedIn,
    verdict: Verdict,
    page: Page<EditPlace>,
) -> Stored<Slice<Listed, EditPlace>> {
    let streams = decided_on(tx, person)?;
    let found = tx.quarantined(verdict, &streams, page)?;
    let mut devices: Vec<_> = found.rows.iter().map(|edit| edit.name.device).collect();
    devices.sort_unstable();
    devices.dedup();
    let waiting = tx.quarantined_of(verdict, &devices)?;
    let mut by_device = std::collections::BTreeMap::<_, Vec<_>>::new();
    for neighbour in waiting {
        by_device.entry(neighbour.name.device).or_default().push(neighbour);
    }
    let listed = |edit: QuarantinedEdit| {
        let waiting = by_device.get(&edit.name.device).map_or(&[][..], Vec::as_slice);
        Listed { together: together(waiting, edit.name), edit }
    };
    Ok(found.map(listed))
}

/// One of them, next to today's record, masked; a rejected one without its text.
pub fn quarantined_edit(
    tx: &mut Tx,
    person: &SignedIn,
    name: EditName,
) -> Result<QuarantineSeen, Halt> {
    let (mut seen, asked) = seen_in_full(tx, person, name)?.ok_or(Kind::NotAvailable)?;
    mask_all(tx, &mut seen, asked.as_ref())?;
    Ok(seen)
}

/// What was decided.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Settled {
    /// The edits that are settled now.
    settled: Vec<SettledEdit>,
    /// Those that were to go with them and still cannot be taken.
    still_waiting: Vec<SettledEdit>,
}

/// What became of one edit by a decision.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettledEdit {
    /// The fields that now wait for a person to choose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<Path>,
    /// The device it came from.
    device: DeviceId,
    /// Its number there.
    device_seq: DeviceSeq,
    /// How it ended; `applied` for one that was dismissed, too.
    outcome: Verdict,
    /// Why it still waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    /// The record's version after it, if it was applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    rev: Option<Rev>,
}

impl SettledEdit {
    fn of(edit: &EditName, outcome: &Outcome) -> Self {
        Self {
            conflicts: outcome.conflicts.clone(),
            device: edit.device,
            device_seq: edit.device_seq,
            outcome: outcome.outcome,
            reason: outcome.reason,
            rev: outcome.rev,
        }
    }
}

impl Settled {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"settled": [{"device": "0192e4a0-0000-7000-8000-000000000007", "device_seq": 7, "outcome": "merged",
            "rev": "4-77a0c3d1"}], "still_waiting": []})
    }
}

impl Act for Settlement {
    type Right = Reviewer;
    type Answer = Settled;

    const NAME: &'static str = "settle";

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<Settled>, Halt> {
        take(scene, self)
    }
}

/// One of them in the clear, with the edit as it can be read.
pub(super) fn seen_in_full(
    tx: &mut Tx,
    person: &SignedIn,
    name: EditName,
) -> Stored<Option<(QuarantineSeen, Option<Edit>)>> {
    let streams = decided_on(tx, person)?;
    let Some(edit) = within_reach(tx, &streams, name)? else { return Ok(None) };
    let together = together(&tx.quarantined_of(edit.verdict, &[name.device])?, name);
    let record = match edit.record {
        Some(id) => tx.records(&[id])?.pop(),
        None => None,
    };
    let history = match &record {
        Some(record) => tx.record_history(record.id)?,
        None => Vec::new(),
    };
    let content = tx.quarantined_content(name)?;
    let asked = content.as_ref().and_then(asked);
    let base = asked.as_ref().and_then(|edit| earlier(edit, record.as_ref(), &history));
    let places = match &asked {
        Some(edit) => places(tx.shelf()?.rules(), edit, record.as_ref(), base.as_ref())?,
        None => Vec::new(),
    };
    let is_rejected = edit.verdict == Verdict::Rejected;
    let hides = asked.as_ref().is_some_and(|e| places.is_empty() && !e.patch.is_empty());
    let payload = content.filter(|_| is_rejected || hides).and_then(|waiting| waiting.payload);
    let (listed, is_base_known) = (Listed { edit, together }, base.is_some());
    Ok(Some((QuarantineSeen { listed, is_base_known, places, record, payload }, asked)))
}

fn mask_all(tx: &mut Tx, seen: &mut QuarantineSeen, asked: Option<&Edit>) -> Stored<()> {
    seen.payload = None;
    if let Some(edit) = asked {
        // What the record holds says by which form its answers are masked; of a new one, the edit.
        let mut document = edit.patch.clone();
        document.extend(content(seen.record.as_ref())?);
        let shelf = tx.shelf()?;
        let masking = shelf.rules().masking(&edit.kind, &document);
        for place in &mut seen.places {
            for value in [&mut place.base, &mut place.current, &mut place.asked] {
                *value = value.as_ref().map(|value| masking.at(&place.path, value));
            }
        }
    }
    match &mut seen.record {
        Some(record) => mask(tx, record, &mut []),
        None => Ok(()),
    }
}

/// A quarantined or rejected edit that waits in one of these streams; anything else is not available.
fn within_reach(
    tx: &mut Tx,
    streams: &[StreamId],
    name: EditName,
) -> Stored<Option<QuarantinedEdit>> {
    let found = tx.quarantined_edit(name)?;
    Ok(found.filter(|edit| edit.stream.is_some_and(|stream| streams.contains(&stream))))
}

fn asked(waiting: &Waiting) -> Option<Edit> {
    Received::read_stored(waiting.payload.as_deref()?)?.asked().cloned()
}

fn content(record: Option<&StoredRecord>) -> Stored<Object> {
    let content = record.map(StoredRecord::content).transpose();
    let content = content.map_err(|error| StorageError::Corrupt(error.to_string()))?;
    Ok(content.map(|content| content.document).unwrap_or_default())
}

/// The document of the version that the edit's author had seen: today's, with everything taken
/// back that came after it.
fn earlier(edit: &Edit, record: Option<&StoredRecord>, history: &[HistoryEntry]) -> Option<Object> {
    let Base::Seen(seen) = edit.base else { return Some(Object::new()) };
    let record = record.filter(|record| seen.number <= record.rev.number)?;
    let mut document = content(Some(record)).ok()?;
    let later = history.iter().filter(|entry| entry.rev_number > seen.number);
    later.rev().for_each(|entry| entry.effect.undo(&mut document));
    Some(document)
}

fn places(
    rules: &CaseRules,
    edit: &Edit,
    record: Option<&StoredRecord>,
    base: Option<&Object>,
) -> Stored<Vec<PlaceSeen>> {
    let current = content(record)?;
    let known = record.map(|_| &current);
    let asked = match rules.shape(&edit.kind, known, &edit.patch) {
        Ok(shape) => asks(&shape, &edit.patch, &edit.new_rows).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let seen = asked.into_iter().filter_map(|ask| {
        let asked = match ask.wish {
            Wish::Set(value) => Some(value),
            Wish::AddRow(row) => Some(Json::Object(row)),
            Wish::Remove => None,
            Wish::Ensure => return None,
        };
        Some(PlaceSeen {
            base: base.and_then(|base| ask.path.find(base)).cloned(),
            current: ask.path.find(&current).cloned(),
            asked,
            path: ask.path,
        })
    });
    Ok(seen.collect())
}

/// Whether it is known where each of these goes. A new root of somebody in several teams, who named
/// none, is put nowhere unasked: in the wrong one strangers would see it.
fn is_placed(scene: &mut Scene<'_>, units: &[Vec<EditName>]) -> Result<(), Halt> {
    let names: Vec<_> = units.iter().flatten().copied().collect();
    for waiting in scene.tx.waiting(&names)? {
        let edit = asked(&waiting).filter(|e| e.op == Op::Put);
        let shelf = scene.tx.shelf()?;
        let is_root = |edit: &Edit| shelf.rules().rooting(&edit.kind) == Some(Rooting::Root);
        let Some(edit) = edit.filter(|e| is_root(e) && e.stream.is_none()) else { continue };
        if !scene.tx.records(&[edit.record])?.is_empty() {
            continue;
        }
        let grants = scene.tx.grants(waiting.user, scene.now())?;
        let teams = grants.held().filter(|(_, grant)| grant.capacity == WORKER);
        let teams: Vec<_> = teams.map(|(stream, _)| stream).collect();
        let has_home = shelf.rules().home(&edit.kind, &grants).is_some();
        if teams.len() > 1 && !has_home {
            let told = json!(
                scene
                    .tx
                    .caseload_names(&teams)?
                    .iter()
                    .map(|team| { json!({"stream": team.stream, "name": team.name}) })
                    .collect::<Vec<_>>()
            );
            return Err(Refusal::new(Kind::StreamRequired).with("streams", told).into());
        }
    }
    Ok(())
}

fn take(scene: &mut Scene<'_>, settlement: &Settlement) -> Result<Done<Settled>, Halt> {
    let (name, streams) = (settlement.edit, scene.reviewed(DECIDED)?);
    let Some(edit) = within_reach(scene.tx, &streams, name)? else {
        return Err(Kind::NotAvailable.into());
    };
    if settlement.applies && edit.verdict == Verdict::Rejected {
        return Err(never_applied().into());
    }
    let units = together(&scene.tx.quarantined_of(edit.verdict, &[name.device])?, name);
    if units.is_empty() {
        return Err(not_settled(Some(Reason::Settled)).into());
    }
    if settlement.applies && settlement.stream.is_none() {
        is_placed(scene, &units)?;
    }
    let decision = |edit: &EditName| Draft::Decision {
        applies: settlement.applies,
        target: *edit,
        reason: settlement.reason.clone(),
        stream: settlement.stream,
    };
    let edits = units.iter().map(|unit| unit.iter().map(decision).collect()).collect();
    let outcomes = scene.push(edits)?;
    let ends: Vec<(&EditName, &Outcome)> = units.iter().flatten().zip(&outcomes).collect();
    let (settled, waiting): (Vec<_>, Vec<_>) =
        ends.iter().copied().partition(|(_, outcome)| outcome.outcome.is_effective());
    if waiting.iter().any(|(edit, _)| **edit == name) {
        let of_its_group = units.iter().find(|unit| unit.contains(&name));
        let reasons = waiting
            .iter()
            .filter(|(edit, _)| of_its_group.is_some_and(|unit| unit.contains(edit)))
            .filter_map(|(_, outcome)| outcome.reason);
        let first = reasons.clone().find(|reason| *reason != Reason::GroupMember);
        return Err(not_settled(first.or(reasons.clone().next())).into());
    }
    let end = |(edit, outcome): &(&EditName, &Outcome)| SettledEdit::of(edit, outcome);
    let answer = Settled {
        settled: settled.iter().map(end).collect(),
        still_waiting: waiting.iter().map(end).collect(),
    };
    let act = match settlement.applies {
        true => audit::Act::EditApplied,
        false => audit::Act::EditDismissed,
    };
    let area = match edit.stream {
        Some(stream) => scene.area_of(stream)?,
        None => None,
    };
    let subject = edit.record.map_or(name.device.0, |record| record.0);
    let detail = json!({"edit": name, "edits": settled.len()});
    let logged = scene.log(Line { act, subject, area, detail })?;
    Ok(Done::logged(&logged, answer))
}

fn never_applied() -> Refusal {
    not_settled(Some(Reason::NotPermitted)).detail(
        "被拒收的修改内容有误，不能采纳。请对照原文由经办人重新填写，处理后在此结案（不采纳）。",
        "A rejected edit is wrong in itself and cannot be applied. Have it written anew from its \
         text, and dismiss it here when that is done.",
    )
}

fn not_settled(reason: Option<Reason>) -> Refusal {
    Refusal::new(Kind::NotSettled).with("reason", json!(reason))
}
