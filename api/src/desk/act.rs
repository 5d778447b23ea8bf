//! An act at the desk: done once for each idempotency key, all of it or nothing, and only by edits
//! numbered on the person's desk, a device of its own: what the session itself pushes keeps its
//! numbers.

use crate::auth::{OnDevice, SignedIn, fresh_uuid};
use crate::clock::in_beijing;
use crate::idempotency::KeyedRequest;
use crate::problem::{Answer, Kind, Problem};
use crate::routes::sync::{push_answer, push_within};
use crate::service::Service;
use chrono::SecondsFormat;
use ruhu_store::Tx;
use ruhu_store::accounts::Recalled;
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::{Epoch, Instant, StreamId};
use ruhu_sync::merge::Hand;
use ruhu_sync::outcome::Outcome;
use ruhu_sync::push::PushRequest;
use ruhu_sync::storage::{ReadTx as _, Stored, WriteTx as _};
use serde_json::{Value, json};
use uuid::Uuid;

/// A question mark for work in a store's transaction: a refusal is given at once, and takes all of
/// the transaction back.
macro_rules! unless_refused {
    ($answer:expr) => {
        match $answer {
            Ok(value) => value,
            Err(problem) => return Ok(Err(problem)),
        }
    };
}
pub(crate) use unless_refused;

/// Days and times as people here read them.
pub(super) fn beijing_time(now: Instant) -> String {
    in_beijing(now).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// What was done: the answer, and what the audit log tells of it. No act ends without.
pub(crate) struct Done {
    /// The answer's text.
    pub(crate) body: String,
    /// What.
    pub(crate) act: Act,
    /// To what.
    pub(crate) subject: Uuid,
    /// In which area; none if it is of no one area.
    pub(crate) area: Option<String>,
    /// What else there is to say: nothing personal, no reason in people's words. These stand, sealed,
    /// with the edit.
    pub(crate) detail: Value,
}

impl Done {
    fn entry(&self, person: &SignedIn) -> Entry {
        let entry = Entry::by(person.user(), person.device, self.act, person.now);
        let detail = self.detail.to_string();
        Entry { area: self.area.clone(), detail, ..entry.to(self.subject) }
    }
}

impl Service {
    /// Acts once for each idempotency key, and writes it down. A refusal leaves nothing behind.
    pub(crate) async fn act(
        &self,
        person: SignedIn,
        request: KeyedRequest,
        work: impl Fn(&mut Acting<'_>) -> Stored<Answer<Done>> + Send + 'static,
    ) -> Answer<String> {
        let store = self.store.clone();
        self.block(move || {
            store.write_unless_refused(|tx| {
                let keyed = request.of(person.user());
                match tx.recall(&keyed, person.now)? {
                    Recalled::Answered { body, .. } => return Ok(Ok(body)),
                    Recalled::Other => return Ok(Err(Kind::IdempotencyKeyReused.into())),
                    Recalled::New => {}
                }
                match tx.lock_device(person.device)? {
                    None => return Ok(Err(Kind::SignInRequired.into())),
                    Some(device) if device.reported_lost => {
                        return Ok(Err(Kind::DeviceLost.into()));
                    }
                    Some(_) => {}
                }
                let acted = work(&mut Acting { tx, person: &person })?;
                let done = unless_refused!(acted);
                tx.remember(&keyed, 200, &done.body)?;
                tx.audit(&done.entry(&person))?;
                Ok(Ok(done.body))
            })?
        })
        .await
    }
}

/// An act under way, in its transaction.
pub(crate) struct Acting<'a> {
    pub(crate) tx: &'a mut Tx,
    pub(super) person: &'a SignedIn,
}

impl Acting<'_> {
    /// The area of a caseload; none for another stream.
    pub(crate) fn area_of(&mut self, stream: StreamId) -> Stored<Option<String>> {
        Ok(self.tx.caseload(stream)?.map(|caseload| caseload.area))
    }

    /// Pushes edits, unit by unit: each of several edits is a group. Gives the outcomes in the
    /// edits' order. A unit holds at most as many edits as a push; there may be any number of them.
    pub(crate) fn push(&mut self, units: Vec<Vec<Value>>) -> Stored<Answer<Vec<Outcome>>> {
        let epoch = self.tx.epoch()?;
        let made_at = beijing_time(self.person.now);
        let mut outcomes = Vec::new();
        let mut batch: Vec<Value> = Vec::new();
        for mut unit in units {
            if batch.len() + unit.len() > LIMITS.push_edits_max {
                let some = std::mem::take(&mut batch);
                outcomes.extend(unless_refused!(self.push_batch(epoch, some)?));
            }
            if unit.len() > 1 {
                let id = unless_refused!(fresh_uuid(self.person.now));
                let group = json!({"id": id, "size": unit.len()});
                unit.iter_mut().for_each(|edit| edit["group"] = group.clone());
            }
            unit.iter_mut().for_each(|edit| edit["made_at"] = json!(made_at));
            batch.append(&mut unit);
        }
        outcomes.extend(unless_refused!(self.push_batch(epoch, batch)?));
        Ok(Ok(outcomes))
    }

    fn push_batch(&mut self, epoch: Epoch, mut edits: Vec<Value>) -> Stored<Answer<Vec<Outcome>>> {
        let SignedIn { now, .. } = *self.person;
        let user = self.person.user();
        let desk = self.tx.desk(user, now)?;
        for (edit, device_seq) in edits.iter_mut().zip(desk.expected().0..) {
            edit["device_seq"] = json!(device_seq);
        }
        let body = json!({"protocol": 1, "epoch": epoch, "edits": edits}).to_string();
        let push = match PushRequest::parse(&body) {
            Ok(push) => push,
            Err(error) => return Ok(Err(Problem::internal(format!("{error:?}")))),
        };
        let on = OnDevice { user, device: desk.id, now };
        let reply = push_within(self.tx, on, Hand::Desk, &push)?;
        let answer = unless_refused!(push_answer(reply));
        let read = |text: &String| {
            serde_json::from_str(text).map_err(|error| Problem::internal(error.to_string()))
        };
        Ok(answer.outcomes.iter().map(read).collect())
    }
}
