//! The merge: applies an edit to a record that others have edited since the edit's base. A pure,
//! total, deterministic function: no clock decides between two people.

mod meeting;
mod merger;

use crate::effect::{Effect, Touch};
use crate::id::{DeviceId, DeviceSeq, UserId};
use crate::journal::Past;
use crate::json::{Json, Object};
use crate::outcome::{Problem, Refusal, Verdict};
use crate::patch::{Ask, Wish};
use crate::path::Path;
use crate::planted::{Fault, planted};
use crate::record::{ConflictId, Content};
use crate::shape::{Class, Shape};
use merger::Merger;

/// Whose edits count as the device's own.
#[derive(Clone, Copy, Debug)]
pub struct OwnChain<'a> {
    /// The device.
    pub device: DeviceId,
    /// The incoming edit's number.
    pub device_seq: DeviceSeq,
    /// Earlier installations that this one continues, through a number.
    pub continues: &'a [(DeviceId, DeviceSeq)],
}

impl OwnChain<'_> {
    /// Whether an edit comes before the incoming one in its own chain. One with a higher number
    /// that is already applied counts like another person's.
    pub fn holds(&self, device: DeviceId, device_seq: DeviceSeq) -> bool {
        (device == self.device && (device_seq < self.device_seq || planted(Fault::LaterIsOwn)))
            || self.continues.iter().any(|(d, through)| *d == device && device_seq <= *through)
    }
}

/// Who submits an edit, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// A person at a tablet, now.
    Device,
    /// An act at a desk, now: the server composes the edit from the person's request.
    Desk,
    /// A quarantined edit of a device, applied later at a desk.
    Applied,
    /// The server's own jobs.
    Server,
}

impl Hand {
    /// Whether the server composed the edit, for an act at the desk or a job. Only then may it
    /// write the server's fields.
    pub fn is_servers(self) -> bool {
        matches!(self, Self::Desk | Self::Server)
    }
}

/// An edit to be merged.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// Its author.
    pub user: UserId,
    /// Its own chain.
    pub own: OwnChain<'a>,
    /// Who submits it.
    pub hand: Hand,
    /// The shape of the record's kind.
    pub shape: &'a Shape,
    /// What it asks for, place by place.
    pub asks: &'a [Ask],
    /// The open conflicts it settles.
    pub resolves: &'a [ConflictId],
    /// The time by the device's clock.
    pub made_at: &'a str,
}

/// What has happened since the edit's base.
#[derive(Clone, Copy, Debug)]
pub struct Since<'a> {
    /// The person saw no server version: the base is empty.
    pub from_nothing: bool,
    /// The effective edits since the base, oldest first.
    pub pasts: &'a [Past],
}

/// An edit that was merged.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// The record's content after it.
    pub content: Content,
    /// Its effect.
    pub effect: Effect,
    /// Applied, merged or conflict.
    pub verdict: Verdict,
    /// The places that now wait for a person to choose.
    pub conflicts: Vec<Path>,
    /// The fields whose value was ignored.
    pub ignored: Vec<Path>,
}

impl Merge {
    /// Sets a field that follows from the record's new content, as part of the same edit.
    pub fn set(&mut self, path: Path, value: Json) {
        // The containing objects are touches of their own, so that undoing leaves none behind.
        for place in (1..path.steps().len()).map(|length| path.head(length)) {
            if !matches!(place.find(&self.content.document), Some(Json::Object(_))) {
                self.put(place, Json::Object(Object::new()));
            }
        }
        self.put(path, value);
    }

    fn put(&mut self, path: Path, value: Json) {
        let before = path.find(&self.content.document).cloned();
        path.put(&mut self.content.document, value.clone());
        self.effect.0.push(Touch { path, before, after: Some(value) });
    }
}

/// Judges whether a status may go from one value to another; a refusal says why not.
pub type MayPass<'a> = &'a dyn Fn(&Path, Option<&Json>, Option<&Json>) -> Result<(), Vec<Problem>>;

/// Merges an edit into a record.
pub fn merge(
    content: &Content,
    incoming: &Incoming<'_>,
    since: Since<'_>,
    may_pass: MayPass<'_>,
) -> Result<Merge, Refusal> {
    let mut merger = Merger::new(content, incoming, since);
    merger.settle();
    for ask in incoming.asks {
        merger.take(ask, may_pass)?;
    }
    let by_others = since.pasts.iter().any(|p| !incoming.own.holds(p.device, p.device_seq));
    let verdict = match (merger.opened.is_empty(), by_others) {
        (false, _) => Verdict::Conflict,
        (true, true) => Verdict::Merged,
        (true, false) => Verdict::Applied,
    };
    Ok(Merge {
        content: merger.content(),
        effect: Effect(merger.touches),
        verdict,
        conflicts: merger.opened,
        ignored: merger.ignored,
    })
}

/// What the author was looking at, and the same with only this edit applied.
pub(crate) fn alone(
    content: &Content,
    incoming: &Incoming<'_>,
    since: Since<'_>,
) -> (Object, Object) {
    let seen = Merger::new(content, incoming, since).seen().clone();
    let mut alone = seen.clone();
    let is_taken = |ask: &&Ask| ask.class != Class::Server || incoming.hand.is_servers();
    for ask in incoming.asks.iter().filter(is_taken) {
        match &ask.wish {
            Wish::Set(value) => ask.path.put(&mut alone, value.clone()),
            Wish::AddRow(row) => ask.path.put(&mut alone, Json::Object(row.clone())),
            Wish::Ensure if ask.path.find(&alone).is_none() => {
                ask.path.put(&mut alone, Json::Object(Object::new()));
            }
            Wish::Ensure => {}
            Wish::Remove => drop(ask.path.remove(&mut alone)),
        }
    }
    (seen, alone)
}
