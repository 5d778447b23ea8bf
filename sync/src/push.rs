//! Push: a batch of edits of one device, in one transaction.

use crate::chain::{self, Hash};
use crate::edit::Received;
use crate::handshake::{LIMITS, is_understood};
use crate::id::{DeviceId, DeviceSeq, Epoch, Instant, RecordId, StreamId, UserId};
use crate::journal::{Answered, JournalRow, Untaken};
use crate::judge::{Judge, Taken};
use crate::ledger::{Ledger, count_in};
use crate::merge::Hand;
use crate::outcome::{Outcome, Reason, Refusal, Verdict};
use crate::record::{RecordFrame, StoredRecord, write_record};
use crate::rules::{Grants, Rules};
use crate::storage::{DeviceState, RecordChange, SaltSource, StorageError, Stored, WriteTx};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::ops::Range;

/// A push, as its body says it: the text of each edit is read once, into what is needed.
#[derive(Clone, Debug)]
pub struct PushRequest<'a> {
    /// The epoch the device knows.
    pub epoch: Epoch,
    /// The edits, in order of their numbers.
    pub edits: Vec<Received<'a>>,
}

/// Why a body is no push at all. Nothing of it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadablePush {
    /// Not the JSON of a push.
    Malformed,
    /// A protocol version that was never released.
    UnknownProtocol,
    /// More edits than the limit.
    TooManyEdits,
    /// The element at this index has no readable number.
    UnnumberedEdit(usize),
}

impl<'a> PushRequest<'a> {
    /// Reads a body.
    pub fn parse(body: &'a str) -> Result<Self, UnreadablePush> {
        #[derive(Deserialize)]
        struct Body<'b> {
            protocol: u32,
            epoch: Epoch,
            #[serde(borrow)]
            edits: Vec<&'b RawValue>,
        }
        let body: Body<'a> = serde_json::from_str(body).map_err(|_| UnreadablePush::Malformed)?;
        if !is_understood(body.protocol) {
            return Err(UnreadablePush::UnknownProtocol);
        }
        if body.edits.len() > LIMITS.push_edits_max {
            return Err(UnreadablePush::TooManyEdits);
        }
        let read = |(index, raw): (usize, &&'a RawValue)| {
            Received::read(raw.get()).ok_or(UnreadablePush::UnnumberedEdit(index))
        };
        let edits = body
            .edits
            .iter()
            .enumerate()
            .map(read)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            epoch: body.epoch,
            edits,
        })
    }
}

/// Who pushes, when, and by whose hand.
pub struct PushContext<'a> {
    /// The person.
    pub user: UserId,
    /// The device.
    pub device: DeviceId,
    /// The one server instant by which everything in this transaction is judged.
    pub now: Instant,
    /// By whose hand.
    pub hand: Hand,
    /// Where salts come from.
    pub salts: SaltSource<'a>,
}

/// What becomes of a push. Everything but an answer leaves the store as it was.
#[derive(Debug)]
pub enum PushReply {
    /// Every edit has its outcome.
    Answer(PushAnswer),
    /// No such device of this person.
    UnknownDevice,
    /// The device was reported lost: it gets nothing.
    DeviceLost,
    /// The server began a new epoch.
    EpochChanged(DeviceFacts),
    /// A number is missing; this one is expected.
    Gap(DeviceFacts),
    /// A number came again with another content: two installations use one name. The outcomes
    /// below it are given, nothing from it on is taken.
    Forked {
        /// The number.
        at: DeviceSeq,
        /// The outcomes below it, as texts.
        outcomes: Vec<String>,
        /// Where the device stands.
        facts: DeviceFacts,
    },
    /// The group that begins at this number is not whole in this request.
    GroupSplit {
        /// The number.
        at: DeviceSeq,
        /// Where the device stands.
        facts: DeviceFacts,
    },
}

/// Where a device stands: told with every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceFacts {
    /// The server's epoch.
    pub epoch: Epoch,
    /// The number its next edit must have.
    pub expected: DeviceSeq,
    /// The highest number known to be in a verified backup.
    pub safe: DeviceSeq,
    /// The link of its last edit: the device keeps it, and so is a witness.
    pub chain: Hash,
}

impl DeviceFacts {
    /// Where this device stands.
    pub fn of(epoch: Epoch, device: &DeviceState) -> Self {
        Self {
            epoch,
            expected: device.expected(),
            safe: device.safe,
            chain: device.chain,
        }
    }
}

/// The outcomes of a push.
#[derive(Debug)]
pub struct PushAnswer {
    /// The outcome of every edit, in order, as stored.
    pub outcomes: Vec<String>,
    /// Each record that was touched, once, if the device may hold it now.
    pub records: Vec<StoredRecord>,
    /// Where the device stands now.
    pub facts: DeviceFacts,
    /// How many edits were new to the server.
    pub taken_now: usize,
}

impl PushAnswer {
    /// The answer's JSON. Outcomes and records go in as they are stored.
    pub fn to_json(&self) -> String {
        let documents: usize = self
            .records
            .iter()
            .map(|record| record.wire.len() + 300)
            .sum();
        let mut out = String::with_capacity(documents + self.outcomes.len() * 100 + 300);
        out.push_str("{\"outcomes\":[");
        out.push_str(&self.outcomes.join(","));
        out.push_str("],\"records\":[");
        for (index, record) in self.records.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_record(&mut out, &RecordFrame::from(record), &record.wire);
        }
        let _ = write!(
            out,
            "],\"epoch\":\"{}\",\"expected_device_seq\":{},\"safe_device_seq\":{},\"chain\":\"{}\"}}",
            self.facts.epoch,
            self.facts.expected,
            self.facts.safe,
            chain::to_hex(&self.facts.chain)
        );
        out
    }
}

/// Takes a push: locks, judges each edit in order, writes everything once.
pub fn push<T: WriteTx, R: Rules>(
    tx: &mut T,
    rules: &R,
    context: &mut PushContext<'_>,
    request: &PushRequest<'_>,
) -> Stored<PushReply> {
    let Some(mut device) = tx.lock_device(context.device)? else {
        return Ok(PushReply::UnknownDevice);
    };
    if device.user != context.user {
        return Ok(PushReply::UnknownDevice);
    }
    if device.reported_lost {
        return Ok(PushReply::DeviceLost);
    }
    let facts = DeviceFacts::of(tx.epoch()?, &device);
    if request.epoch != facts.epoch {
        return Ok(PushReply::EpochChanged(facts));
    }
    if !is_contiguous(&request.edits, device.expected()) {
        return Ok(PushReply::Gap(facts));
    }
    let repeated = request
        .edits
        .iter()
        .take_while(|e| e.device_seq <= device.last)
        .count();
    let (repeats, news) = request.edits.split_at(repeated);
    let mut outcomes = match answer_repeats(tx, context.device, repeats)? {
        Ok(outcomes) => outcomes,
        Err((at, outcomes)) => {
            return Ok(PushReply::Forked {
                at,
                outcomes,
                facts,
            });
        }
    };
    let units = match units(news) {
        Ok(units) => units,
        Err(at) => return Ok(PushReply::GroupSplit { at, facts }),
    };
    tx.lock_roots(&roots(news))?;
    let grants = tx.grants(context.user, context.now)?;
    let mut ledger = read_ledger(tx, &request.edits, news, context.device)?;
    let verdicts = judge_all(rules, &grants, context, &device, &mut ledger, news, units)?;
    let rows = journal(context, &mut device, news, verdicts, &ledger, &grants)?;
    outcomes.extend(rows.iter().map(|row| row.outcome_text.clone()));
    write_all(tx, context.now, &device, &mut ledger, &grants, &rows)?;
    let records = answered_records(&request.edits, &ledger, &grants);
    let facts = DeviceFacts::of(facts.epoch, &device);
    Ok(PushReply::Answer(PushAnswer {
        outcomes,
        records,
        facts,
        taken_now: news.len(),
    }))
}

fn is_contiguous(edits: &[Received<'_>], expected: DeviceSeq) -> bool {
    let Some(first) = edits.first() else {
        return true;
    };
    first.device_seq.0 >= 1
        && first.device_seq <= expected
        && edits
            .windows(2)
            .all(|two| two[1].device_seq == two[0].device_seq.next())
}

type Forked = (DeviceSeq, Vec<String>);

/// The stored outcomes of edits that came before, or the number from which on they are others.
fn answer_repeats<T: WriteTx>(
    tx: &mut T,
    device: DeviceId,
    repeats: &[Received<'_>],
) -> Stored<Result<Vec<String>, Forked>> {
    let (Some(first), Some(last)) = (repeats.first(), repeats.last()) else {
        return Ok(Ok(Vec::new()));
    };
    let answered = tx.answered(device, first.device_seq, last.device_seq)?;
    if answered.len() != repeats.len() {
        return Err(StorageError::Corrupt(
            "the journal of a device has a gap".to_owned(),
        ));
    }
    let is_same = |earlier: &Answered, now: &Received<'_>| {
        earlier.salt.is_none_or(|salt| {
            chain::payload_hash(&salt, now.canonical.as_bytes()) == earlier.payload_hash
        })
    };
    let mut outcomes = Vec::with_capacity(repeats.len());
    for (earlier, now) in answered.into_iter().zip(repeats) {
        if !is_same(&earlier, now) {
            return Ok(Err((now.device_seq, outcomes)));
        }
        outcomes.push(earlier.outcome_text);
    }
    Ok(Ok(outcomes))
}

/// The ranges of edits that are judged together: each group, and each edit without one. An element
/// whose group cannot be read belongs to the group it stands in.
fn units(edits: &[Received<'_>]) -> Result<Vec<Range<usize>>, DeviceSeq> {
    let mut units = Vec::with_capacity(edits.len());
    let mut met = BTreeSet::new();
    let mut at = 0;
    while let Some(edit) = edits.get(at) {
        let mut length = 1;
        if let Some(group) = edit.group {
            let members = edits.get(at..at.saturating_add(group.size));
            let is_member =
                |e: &Received<'_>| e.group.map_or(e.edit.is_err(), |other| other == group);
            if !members.is_some_and(|m| m.iter().all(is_member)) || !met.insert(group.id) {
                return Err(edit.device_seq);
            }
            length = group.size;
        }
        units.push(at..at + length);
        at += length;
    }
    Ok(units)
}

fn roots(edits: &[Received<'_>]) -> Vec<RecordId> {
    let roots: BTreeSet<_> = edits
        .iter()
        .filter_map(Received::asked)
        .map(|e| e.root)
        .collect();
    roots.into_iter().collect()
}

/// Reads everything the edits need: their records, the history since their bases, and what of this
/// device waits for records that are not there.
fn read_ledger<T: WriteTx>(
    tx: &mut T,
    all: &[Received<'_>],
    news: &[Received<'_>],
    device: DeviceId,
) -> Stored<Ledger> {
    let named: BTreeSet<RecordId> = all
        .iter()
        .filter_map(Received::asked)
        .flat_map(|e| [e.record, e.root])
        .collect();
    if named.is_empty() {
        return Ok(Ledger::default());
    }
    let named: Vec<_> = named.into_iter().collect();
    let mut ledger = Ledger::new(tx.records(&named)?);
    // The second round is for bases that this history does not know: rare, after a restore.
    for _ in 0..2 {
        let bases = news
            .iter()
            .filter_map(Received::asked)
            .map(|e| (e.record, e.base));
        let wanted = ledger.history_wanted(bases);
        if wanted.is_empty() {
            break;
        }
        let pasts = tx.history(&wanted)?;
        ledger.know(&wanted, pasts);
    }
    let absent: Vec<_> = named
        .into_iter()
        .filter(|id| ledger.get(*id).is_none())
        .collect();
    if !absent.is_empty() && !news.is_empty() {
        for untaken in tx.untaken(device, &absent)? {
            ledger.remember_untaken(untaken);
        }
    }
    Ok(ledger)
}

type Judged = Result<Taken, Refusal>;

fn judge_all<R: Rules>(
    rules: &R,
    grants: &Grants,
    context: &PushContext<'_>,
    device: &DeviceState,
    ledger: &mut Ledger,
    news: &[Received<'_>],
    units: Vec<Range<usize>>,
) -> Stored<Vec<Judged>> {
    let judge = Judge {
        rules,
        grants,
        user: context.user,
        device: context.device,
        continues: &device.continues,
        hand: context.hand,
    };
    let mut all = Vec::with_capacity(news.len());
    for unit in units {
        let members = &news[unit];
        let kept = (members.len() > 1)
            .then(|| ledger.keep(members.iter().filter_map(Received::asked).map(|e| e.record)));
        let mut judged = Vec::with_capacity(members.len());
        for received in members {
            judged.push(match &received.edit {
                Err(refusal) => Err(refusal.clone()),
                Ok(None) => Ok(voided(received.device_seq)),
                Ok(Some(edit)) => judge.judge(ledger, received.device_seq, edit)?,
            });
        }
        if let Some(kept) = kept
            && all_or_nothing(members, &mut judged)
        {
            ledger.restore(kept);
        }
        for (received, judged) in members.iter().zip(&judged) {
            if let (Some(edit), Err(refusal)) = (received.asked(), judged) {
                ledger.remember_untaken(Untaken {
                    record: edit.record,
                    device_seq: received.device_seq,
                    verdict: refusal.verdict,
                });
            }
        }
        all.extend(judged);
    }
    Ok(all)
}

/// A void spends its number and does nothing else.
fn voided(device_seq: DeviceSeq) -> Taken {
    Taken {
        outcome: Outcome::new(device_seq, Verdict::Applied),
        effect: crate::effect::Effect::default(),
        effect_is_payload: false,
    }
}

/// Makes a group's outcomes one: a member that was rejected rejects all, otherwise one that was
/// quarantined quarantines all. Gives whether the group failed.
fn all_or_nothing(members: &[Received<'_>], judged: &mut [Judged]) -> bool {
    let culprit = |verdict: Verdict| {
        judged
            .iter()
            .position(|j| matches!(j, Err(refusal) if refusal.verdict == verdict))
    };
    let rejected = culprit(Verdict::Rejected);
    let Some(at) = rejected.or_else(|| culprit(Verdict::Quarantined)) else {
        return false;
    };
    let verdict = if rejected.is_some() {
        Verdict::Rejected
    } else {
        Verdict::Quarantined
    };
    for one in judged.iter_mut() {
        if !matches!(one, Err(refusal) if refusal.verdict == verdict) {
            let with_group = Refusal {
                verdict,
                ..Refusal::quarantine(Reason::GroupMember)
            };
            *one = Err(with_group.because_of(members[at].device_seq));
        }
    }
    true
}

/// The journal rows of the new edits, linked into the device's chain.
fn journal<'a>(
    context: &mut PushContext<'_>,
    device: &mut DeviceState,
    news: &'a [Received<'_>],
    judged: Vec<Judged>,
    ledger: &Ledger,
    grants: &Grants,
) -> Stored<Vec<JournalRow<'a>>> {
    let mut rows = Vec::with_capacity(news.len());
    for (received, judged) in news.iter().zip(judged) {
        let device_seq = received.device_seq;
        let taken = judged.unwrap_or_else(|refusal| Taken {
            outcome: Outcome::refused(device_seq, refusal),
            ..voided(device_seq)
        });
        let outcome_text = serde_json::to_string(&taken.outcome)
            .map_err(|error| StorageError::Corrupt(error.to_string()))?;
        let salt = (context.salts)();
        let payload_hash = chain::payload_hash(&salt, received.canonical.as_bytes());
        device.chain = chain::link(
            &device.chain,
            context.device,
            device_seq,
            &payload_hash,
            &outcome_text,
        );
        device.last = device_seq;
        let edit = received.asked();
        rows.push(JournalRow {
            device: context.device,
            device_seq,
            user: context.user,
            received_at: context.now,
            op: match &received.edit {
                Ok(None) => Some("void".to_owned()),
                _ => edit.map(|e| e.op.as_str().to_owned()),
            },
            record: edit.map(|e| e.record),
            root: edit.map(|e| e.root),
            kind: edit.map(|e| e.kind.clone()),
            stream: edit.and_then(|e| stream_of(e, ledger, grants)),
            group: received.group.map(|group| group.id),
            made_at: edit.map(|e| e.made_at.clone()),
            outcome: taken.outcome,
            outcome_text,
            effect: taken.effect,
            effect_is_payload: taken.effect_is_payload,
            payload: Cow::Borrowed(received.raw),
            salt,
            payload_hash,
            chain: device.chain,
        });
    }
    Ok(rows)
}

/// The stream that the edit was judged against, if it was within the person's reach.
fn stream_of(edit: &crate::edit::Edit, ledger: &Ledger, grants: &Grants) -> Option<StreamId> {
    let entry = ledger.get(edit.record).or_else(|| ledger.get(edit.root));
    let stream = entry.map(|entry| entry.stored.stream).or(edit.stream)?;
    grants.streams.contains_key(&stream).then_some(stream)
}

/// Gives each changed record its position and writes everything, once a table.
fn write_all<T: WriteTx>(
    tx: &mut T,
    now: Instant,
    device: &DeviceState,
    ledger: &mut Ledger,
    grants: &Grants,
    rows: &[JournalRow<'_>],
) -> Stored<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let streams: BTreeSet<StreamId> = ledger.changed().map(|entry| entry.stored.stream).collect();
    let kinds: Vec<_> = streams
        .into_iter()
        .filter_map(|stream| Some((stream, grants.streams.get(&stream)?.kind)))
        .collect();
    if !kinds.is_empty() {
        let heads = tx.lock_streams(&kinds)?;
        let mut heads: BTreeMap<_, _> = heads.into_iter().map(|head| (head.id, head)).collect();
        for entry in ledger.changed() {
            let head = heads
                .get_mut(&entry.stored.stream)
                .ok_or_else(|| StorageError::Corrupt("a locked stream is missing".to_owned()))?;
            head.head = head.head.next();
            entry.stored.seq = head.head;
            count_in(entry, &mut head.count, &mut head.digest);
        }
        let changes: Vec<_> = ledger
            .changed()
            .filter_map(|entry| {
                let entry = &*entry;
                let content = entry.opened()?;
                let is_new = entry.is_new();
                Some(RecordChange {
                    record: &entry.stored,
                    content,
                    is_new,
                    at: now,
                })
            })
            .collect();
        tx.save_records(&changes)?;
        tx.save_streams(&heads.into_values().collect::<Vec<_>>())?;
    }
    tx.append_journal(rows)?;
    tx.save_device(device)
}

/// Each record that the request names, once, if this person's devices may hold it now.
fn answered_records(edits: &[Received<'_>], ledger: &Ledger, grants: &Grants) -> Vec<StoredRecord> {
    let named: BTreeSet<_> = edits
        .iter()
        .filter_map(Received::asked)
        .map(|e| e.record)
        .collect();
    let is_held = |stream: StreamId| grants.streams.get(&stream).is_some_and(|g| g.held);
    named
        .into_iter()
        .filter_map(|id| ledger.get(id))
        .filter(|entry| is_held(entry.stored.stream))
        .map(|entry| entry.stored.clone())
        .collect()
}
