//! Where an act happens: the transaction, who acts, and what the right was judged by.

use crate::halt::Halt;
use crate::names::fresh_uuid;
use crate::pushing::{push_answer, push_within};
use crate::refusal::Refusal;
use crate::who::{OnDevice, SignedIn};
use chrono::NaiveDate;
use ruhu_casework::administration::Within;
use ruhu_casework::days::{beijing_time, day_of};
use ruhu_casework::facts::PersonFacts;
use ruhu_casework::roles::REVIEWER;
use ruhu_store::Tx;
use ruhu_store::audit::{self, Entry};
use ruhu_sync::edit::{Draft, Group, Numbering, write_push};
use ruhu_sync::grants::{Grants, StreamKind};
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::{Epoch, GroupId, Instant, StreamId, UserId};
use ruhu_sync::merge::Hand;
use ruhu_sync::outcome::Outcome;
use ruhu_sync::push::PushRequest;
use ruhu_sync::storage::{ReadTx as _, Stored};
use ruhu_sync::version::Version;
use serde_json::Value;
use uuid::Uuid;

/// An act under way.
pub struct Scene<'a> {
    /// The transaction.
    pub tx: &'a mut Tx,
    /// Who acts.
    pub person: &'a SignedIn,
    /// What the right was judged by.
    pub facts: &'a PersonFacts,
    /// The areas in which the person fills a role of the act's right.
    pub within: &'a Within,
    /// A name for what is new.
    pub id: Uuid,
    grants: Option<Grants>,
}

/// What the audit log says of an act: nothing personal, no reason in people's words.
pub struct Line {
    /// What was done.
    pub act: audit::Act,
    /// To what.
    pub subject: Uuid,
    /// In which area; none if it is of no one area.
    pub area: Option<String>,
    /// What else there is to say.
    pub detail: Value,
}

/// That an act stands in the audit log, under this number.
pub struct Logged(u64);

impl Logged {
    /// The number of its line.
    pub fn number(&self) -> u64 {
        self.0
    }
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        tx: &'a mut Tx,
        person: &'a SignedIn,
        facts: &'a PersonFacts,
        within: &'a Within,
        id: Uuid,
    ) -> Self {
        Self { tx, person, facts, within, id, grants: None }
    }

    /// Who acts.
    pub fn user(&self) -> UserId {
        self.person.user()
    }

    /// The instant by which the act is judged.
    pub fn now(&self) -> Instant {
        self.person.now
    }

    /// The day in Beijing.
    pub fn today(&self) -> NaiveDate {
        day_of(self.person.now)
    }

    /// The time in Beijing.
    pub fn at(&self) -> String {
        beijing_time(self.person.now)
    }

    /// A name for something new.
    pub fn fresh_id(&self) -> Result<Uuid, Refusal> {
        fresh_uuid(self.person.now)
    }

    /// The streams of these kinds in which the person reviews.
    pub fn reviewed(&mut self, kinds: &[StreamKind]) -> Stored<Vec<StreamId>> {
        let grants = match self.grants.take() {
            Some(grants) => grants,
            None => self.tx.grants(self.person.user(), self.person.now)?,
        };
        let streams = grants.streams.iter();
        let reviewed = streams
            .filter(|(_, grant)| grant.capacity == REVIEWER && kinds.contains(&grant.kind))
            .map(|(stream, _)| *stream)
            .collect();
        self.grants = Some(grants);
        Ok(reviewed)
    }

    /// The area of a caseload; none for another stream.
    pub fn area_of(&mut self, stream: StreamId) -> Stored<Option<String>> {
        Ok(self.tx.caseload(stream)?.map(|caseload| caseload.area))
    }

    /// Writes the act down.
    pub fn log(&mut self, line: Line) -> Stored<Logged> {
        let Line { act, subject, area, detail } = line;
        let entry = Entry::by(self.user(), self.person.device, act, self.now()).to(subject);
        self.tx.audit(&Entry { area, detail: detail.to_string(), ..entry }).map(Logged)
    }

    /// Pushes edits, unit by unit: each of several edits is a group. Gives the outcomes in the
    /// edits' order. A unit holds at most as many edits as a push; there may be any number of them.
    pub fn push(&mut self, units: Vec<Vec<Draft>>) -> Result<Vec<Outcome>, Halt> {
        let (epoch, made_at) = (self.tx.epoch()?, self.at());
        let mut outcomes = Vec::new();
        let mut batch: Vec<(Draft, Option<Group>)> = Vec::new();
        for unit in units {
            if batch.len() + unit.len() > LIMITS.push_edits_max {
                outcomes.extend(self.push_batch(epoch, &made_at, &std::mem::take(&mut batch))?);
            }
            let group = match unit.len() {
                0 | 1 => None,
                size => Some(Group { id: GroupId(self.fresh_id()?), size }),
            };
            batch.extend(unit.into_iter().map(|draft| (draft, group)));
        }
        outcomes.extend(self.push_batch(epoch, &made_at, &batch)?);
        Ok(outcomes)
    }

    /// The edits are numbered on the person's desk, a device of its own: what the session itself
    /// pushes keeps its numbers.
    fn push_batch(
        &mut self,
        epoch: Epoch,
        made_at: &str,
        drafts: &[(Draft, Option<Group>)],
    ) -> Result<Vec<Outcome>, Halt> {
        let (user, now) = (self.user(), self.now());
        let desk = self.tx.desk(user, now)?;
        let mut edits = Vec::with_capacity(drafts.len());
        let mut device_seq = desk.expected();
        for (draft, group) in drafts {
            let at = Numbering { device_seq, made_at: Some(made_at), group: *group };
            edits.push(draft.write(at, Version::One));
            device_seq = device_seq.next();
        }
        let protocol = Version::One.number();
        let body = write_push(protocol, epoch, edits.iter().map(String::as_str));
        let push =
            PushRequest::parse(&body).map_err(|error| Refusal::internal(format!("{error:?}")))?;
        let on = OnDevice { user, device: desk.id, now };
        let answer = push_answer(push_within(self.tx, on, Hand::Desk, &push)?)?;
        let outcomes = answer.outcomes.iter().map(|text| serde_json::from_str(text));
        Ok(outcomes.collect::<Result<_, _>>().map_err(Refusal::internal)?)
    }
}
