//! The expected answer to a push, and its expected effect.

use super::decide::target;
use super::judge::{Author, Judged, Refusal, id, outcome};
use super::state::{Acknowledged, Name, Person, State};
use crate::kinds::Kinds;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ops::Range;
use uuid::Uuid;

#[derive(Deserialize)]
struct Body<'a> {
    protocol: u32,
    epoch: Uuid,
    #[serde(borrow)]
    edits: Vec<&'a RawValue>,
}

struct Element<'a> {
    raw: &'a str,
    number: u64,
    /// Nothing, if it is not strict JSON.
    content: Option<Value>,
}

impl<'a> Element<'a> {
    fn read(raw: &'a str) -> Option<Self> {
        let content: Value = serde_json::from_str(raw).ok()?;
        let number = content["device_seq"].as_u64()?;
        // Everything here is written by one serialiser: text that differs after parsing has a
        // duplicate key.
        let again = content.to_string();
        let content = (again == raw).then_some(content);
        Some(Self { raw, number, content })
    }

    fn group(&self) -> Option<(String, usize)> {
        let group = &self.content.as_ref()?["group"];
        Some((group["id"].as_str()?.to_owned(), group["size"].as_u64()? as usize))
    }
}

/// A notice that is due.
pub(super) struct Notice {
    pub(super) stream: Uuid,
    pub(super) document: Value,
    pub(super) by: Name,
}

/// The expected result of a push.
pub(super) enum Expected {
    /// Refused as a whole, with the problem's type and some members.
    Refused { status: u16, slug: &'static str, members: Value },
    /// Answered.
    Answered {
        outcomes: Vec<Value>,
        /// The records that the edits name.
        named: BTreeSet<Uuid>,
        /// The numbers that were new.
        new: Range<u64>,
        notices: Vec<Notice>,
    },
}

fn refused(status: u16, slug: &'static str, members: Value) -> Expected {
    Expected::Refused { status, slug, members }
}

/// Plays a push on a state; only an answer changes it.
pub(super) fn push(
    state: &mut State,
    kinds: &Kinds,
    person: &Person,
    device: Uuid,
    at_desk: bool,
    body: &str,
) -> Expected {
    let read = serde_json::from_str::<Body<'_>>(body).ok().filter(|body| body.protocol == 1);
    let elements = read.as_ref().and_then(|body| {
        body.edits.iter().map(|raw| Element::read(raw.get())).collect::<Option<Vec<_>>>()
    });
    let (Some(read), Some(elements)) = (read, elements) else {
        return refused(400, "malformed-push", json!({}));
    };
    let Some(known) = state.devices.get(&device).filter(|known| known.user == person.id) else {
        return refused(401, "sign-in-required", json!({}));
    };
    if known.lost {
        return refused(403, "device-lost", json!({}));
    }
    let expected = known.last() + 1;
    let stands = json!({"epoch": state.epoch, "expected_device_seq": expected,
        "safe_device_seq": known.safe});
    if read.epoch != state.epoch {
        return refused(409, "epoch-changed", stands);
    }
    let is_gapless = elements.windows(2).all(|two| two[1].number == two[0].number + 1)
        && elements.first().is_none_or(|first| (1..=expected).contains(&first.number));
    if !is_gapless {
        return refused(409, "device-seq-gap", stands);
    }
    let mut outcomes = Vec::new();
    let mut news = Vec::new();
    for element in elements {
        let Some(before) = known.edits.get(element.number as usize - 1) else {
            news.push(element);
            continue;
        };
        let is_same = match (&before.content, &element.content) {
            (Some(before), Some(now)) => before == now,
            (None, None) => before.raw == element.raw,
            _ => false,
        };
        if !is_same {
            let members = json!({"device_seq": element.number, "outcomes": outcomes});
            return refused(409, "device-forked", members);
        }
        outcomes.push(before.outcome.clone());
    }
    let units = match units(&news) {
        Ok(units) => units,
        Err(at) => return refused(409, "group-split", json!({"device_seq": at})),
    };
    let mut named: BTreeSet<Uuid> = BTreeSet::new();
    let mut notices = Vec::new();
    for unit in units {
        let members = &news[unit];
        let judged = judge_unit(state, kinds, person, device, at_desk, members);
        for (element, judged) in members.iter().zip(&judged) {
            notices.extend(notice(state, person, device, element, judged));
            let answer = outcome(element.number, judged);
            let row = acknowledged(state, element, judged, answer.clone());
            if let Some(known) = state.devices.get_mut(&device) {
                known.edits.push(row);
            }
            outcomes.push(answer);
        }
    }
    lay_at_desks(state, person, device, expected);
    for raw in &read.edits {
        let content = Element::read(raw.get()).and_then(|element| element.content);
        named.extend(content.as_ref().and_then(asked_record));
    }
    let new = expected..expected + news.len() as u64;
    Expected::Answered { outcomes, named, new, notices }
}

/// The record that an edit names, if it can be read.
fn asked_record(content: &Value) -> Option<Uuid> {
    let op = content["op"].as_str()?;
    content["kind"].as_str()?;
    ["put", "delete", "undelete", "move"].contains(&op).then(|| id(content, "record")).flatten()
}

fn units(news: &[Element<'_>]) -> Result<Vec<Range<usize>>, u64> {
    let mut units = Vec::new();
    let mut met = BTreeSet::new();
    let mut at = 0;
    while let Some(first) = news.get(at) {
        let group = first.group();
        let length = match &group {
            None => 1,
            Some((name, size)) => {
                let members = news[at..].iter().take_while(|other| other.group() == group);
                if members.count() < *size || !met.insert(name.clone()) {
                    return Err(first.number);
                }
                *size
            }
        };
        units.push(at..at + length);
        at += length;
    }
    Ok(units)
}

/// Judges a unit: all of it is taken, or nothing.
fn judge_unit(
    state: &mut State,
    kinds: &Kinds,
    person: &Person,
    device: Uuid,
    at_desk: bool,
    members: &[Element<'_>],
) -> Vec<Judged> {
    let before = (members.len() > 1).then(|| (state.records.clone(), state.settled.clone()));
    let is_decision = |content: &Value| content["op"] == "apply" || content["op"] == "dismiss";
    let together: Vec<Value> =
        members.iter().filter_map(|m| m.content.clone()).filter(is_decision).collect();
    let author = Author { person, user: person.id, device, at_desk, applied: None };
    let never = |reason| Err(Refusal { verdict: "rejected", reason, because_of: None });
    let mut judged: Vec<Judged> = Vec::new();
    for member in members {
        judged.push(match &member.content {
            None => never("malformed"),
            Some(content) if is_decision(content) && at_desk => {
                state.decide(kinds, person, content, &together)
            }
            Some(content) if is_decision(content) => never("unknown_op"),
            Some(content) => state.judge(kinds, &author, member.number, content),
        });
    }
    let culprit = |verdict: &str| {
        judged.iter().position(|one| one.as_ref().is_err_and(|refusal| refusal.verdict == verdict))
    };
    let failed = [("rejected", culprit("rejected")), ("quarantined", culprit("quarantined"))];
    let failed = failed.into_iter().find_map(|(verdict, at)| Some((verdict, at?)));
    if let (Some((verdict, at)), Some((records, settled))) = (failed, before) {
        (state.records, state.settled) = (records, settled);
        let because_of = Some(members[at].number);
        for one in &mut judged {
            if !one.as_ref().is_err_and(|refusal| refusal.verdict == verdict) {
                *one = Err(Refusal { verdict, reason: "group_member", because_of });
            }
        }
    }
    judged
}

fn notice(
    state: &State,
    person: &Person,
    device: Uuid,
    element: &Element<'_>,
    judged: &Judged,
) -> Option<Notice> {
    let content = element.content.as_ref()?;
    let by = (device, element.number);
    match judged {
        Ok(taken) => {
            let author = state.devices.get(&taken.settles?.0)?;
            let record = author.edits.get(taken.settles?.1 as usize - 1)?.record;
            let event = if content["op"] == "apply" { "applied" } else { "dismissed" };
            let document = json!({"event": event, "reason": content["reason"], "record": record});
            Some(Notice { stream: author.user, document, by })
        }
        Err(refusal) if refusal.reason == "submission_conflict" => {
            let record = id(content, "record")?;
            target(content).is_none().then_some(())?;
            state.records.get(&record)?;
            let document = json!({"event": "submission_met", "reason": "", "record": record});
            Some(Notice { stream: person.id, document, by })
        }
        Err(_) => None,
    }
}

fn acknowledged(
    state: &State,
    element: &Element<'_>,
    judged: &Judged,
    outcome: Value,
) -> Acknowledged {
    let content = element.content.clone();
    let record = content.as_ref().and_then(asked_record);
    let is_taken_decision = judged.as_ref().ok().and_then(|taken| taken.settles);
    Acknowledged {
        raw: element.raw.to_owned(),
        record: record.or_else(|| {
            let name = is_taken_decision?;
            state.devices.get(&name.0)?.edits.get(name.1 as usize - 1)?.record
        }),
        group: element.group().map(|(name, _)| name),
        content,
        outcome,
        desk: None,
    }
}

/// A quarantined edit goes to the desk of its record's stream, or its root's; else of the stream it
/// names; else where its author belongs.
fn lay_at_desks(state: &mut State, person: &Person, device: Uuid, from: u64) {
    let State { devices, records, .. } = state;
    let Some(known) = devices.get_mut(&device) else { return };
    for edit in known.edits.iter_mut().skip(from as usize - 1) {
        let Some(content) = &edit.content else { continue };
        let Some(record) = edit.record else { continue };
        let root = id(content, "root").unwrap_or(record);
        let there = records.get(&record).or_else(|| records.get(&root));
        let named = id(content, "stream").filter(|stream| person.streams.contains(stream));
        edit.desk = there.map(|there| there.stream).or(named).or(person.desk);
    }
}
