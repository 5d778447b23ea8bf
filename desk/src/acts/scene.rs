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
use ruhu_sync::grants::{Grants, StreamKind};
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::{Epoch, Instant, StreamId, UserId};
use ruhu_sync::merge::Hand;
use ruhu_sync::outcome::Outcome;
use ruhu_sync::push::PushRequest;
use ruhu_sync::storage::{ReadTx as _, Stored};
use serde_json::{Value, json};
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
pub struct Logged(pub u64);

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
    pub fn push(&mut self, units: Vec<Vec<Value>>) -> Result<Vec<Outcome>, Halt> {
        let (epoch, made_at) = (self.tx.epoch()?, self.at());
        let mut outcomes = Vec::new();
        let mut batch: Vec<Value> = Vec::new();
        for mut unit in units {
            if batch.len() + unit.len() > LIMITS.push_edits_max {
                outcomes.extend(self.push_batch(epoch, std::mem::take(&mut batch))?);
            }
            if unit.len() > 1 {
                let group = json!({"id": self.fresh_id()?, "size": unit.len()});
                unit.iter_mut().for_each(|edit| edit["group"] = group.clone());
            }
            unit.iter_mut().for_each(|edit| edit["made_at"] = json!(made_at));
            batch.append(&mut unit);
        }
        outcomes.extend(self.push_batch(epoch, batch)?);
        Ok(outcomes)
    }

    /// The edits are numbered on the person's desk, a device of its own: what the session itself
    /// pushes keeps its numbers.
    fn push_batch(&mut self, epoch: Epoch, mut edits: Vec<Value>) -> Result<Vec<Outcome>, Halt> {
        let (user, now) = (self.user(), self.now());
        let desk = self.tx.desk(user, now)?;
        for (edit, device_seq) in edits.iter_mut().zip(desk.expected().0..) {
            edit["device_seq"] = json!(device_seq);
        }
        let body = json!({"protocol": 1, "epoch": epoch, "edits": edits}).to_string();
        let push =
            PushRequest::parse(&body).map_err(|error| Refusal::internal(format!("{error:?}")))?;
        let on = OnDevice { user, device: desk.id, now };
        let answer = push_answer(push_within(self.tx, on, Hand::Desk, &push)?)?;
        let outcomes = answer.outcomes.iter().map(|text| serde_json::from_str(text));
        Ok(outcomes.collect::<Result<_, _>>().map_err(Refusal::internal)?)
    }
}
