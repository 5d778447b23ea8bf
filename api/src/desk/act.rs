//! An act at the desk: done once for each idempotency key, all of it or nothing, and only by edits
//! numbered on the person's desk, a device of its own: what the session itself pushes keeps its
//! numbers.

use crate::auth::{OnDevice, SignedIn, fresh_uuid};
use crate::clock::in_beijing;
use crate::halt::Halt;
use crate::idempotency::KeyedRequest;
use crate::problem::{Answer, Kind, Problem};
use crate::routes::sync::{push_answer, push_within};
use crate::service::Service;
use chrono::SecondsFormat;
use ruhu_store::Tx;
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::{Epoch, Instant, StreamId};
use ruhu_sync::merge::Hand;
use ruhu_sync::outcome::Outcome;
use ruhu_sync::push::PushRequest;
use ruhu_sync::storage::{ReadTx as _, Stored, WriteTx as _};
use serde_json::{Value, json};
use uuid::Uuid;

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
    /// Acts once for each idempotency key, and writes it down.
    pub(crate) async fn act(
        &self,
        person: SignedIn,
        request: KeyedRequest,
        work: impl Fn(&mut Acting<'_>) -> Result<Done, Halt> + Send + 'static,
    ) -> Answer<String> {
        let by = person.clone();
        self.once(&by, request, move |tx| {
            match tx.lock_device(person.device)? {
                None => return Err(Kind::SignInRequired.into()),
                Some(device) if device.reported_lost => return Err(Kind::DeviceLost.into()),
                Some(_) => {}
            }
            let done = work(&mut Acting { tx, person: &person })?;
            tx.audit(&done.entry(&person))?;
            Ok(done.body)
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
    pub(crate) fn push(&mut self, units: Vec<Vec<Value>>) -> Result<Vec<Outcome>, Halt> {
        let epoch = self.tx.epoch()?;
        let made_at = beijing_time(self.person.now);
        let mut outcomes = Vec::new();
        let mut batch: Vec<Value> = Vec::new();
        for mut unit in units {
            if batch.len() + unit.len() > LIMITS.push_edits_max {
                let some = std::mem::take(&mut batch);
                outcomes.extend(self.push_batch(epoch, some)?);
            }
            if unit.len() > 1 {
                let id = fresh_uuid(self.person.now)?;
                let group = json!({"id": id, "size": unit.len()});
                unit.iter_mut().for_each(|edit| edit["group"] = group.clone());
            }
            unit.iter_mut().for_each(|edit| edit["made_at"] = json!(made_at));
            batch.append(&mut unit);
        }
        outcomes.extend(self.push_batch(epoch, batch)?);
        Ok(outcomes)
    }

    fn push_batch(&mut self, epoch: Epoch, mut edits: Vec<Value>) -> Result<Vec<Outcome>, Halt> {
        let SignedIn { now, .. } = *self.person;
        let user = self.person.user();
        let desk = self.tx.desk(user, now)?;
        for (edit, device_seq) in edits.iter_mut().zip(desk.expected().0..) {
            edit["device_seq"] = json!(device_seq);
        }
        let body = json!({"protocol": 1, "epoch": epoch, "edits": edits}).to_string();
        let push =
            PushRequest::parse(&body).map_err(|error| Problem::internal(format!("{error:?}")))?;
        let on = OnDevice { user, device: desk.id, now };
        let reply = push_within(self.tx, on, Hand::Desk, &push)?;
        let answer = push_answer(reply)?;
        let outcomes = answer.outcomes.iter().map(|text| serde_json::from_str(text));
        Ok(outcomes.collect::<Result<_, _>>().map_err(Problem::internal)?)
    }
}
