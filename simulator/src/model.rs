//! The independent model: deliberately simple, and not a line of the code under test. It keeps
//! every version of every record whole, computes what each call should be answered, and compares
//! that with the answer and with what is stored.

mod asks;
mod books;
mod decide;
mod judge;
mod merge;
mod overwrites;
mod pulls;
mod push;
mod state;
mod value;
mod whole;
mod whole_records;

pub use state::Rights;

use crate::kinds::Kinds;
use crate::names::{STAFF, team, user};
use push::{Expected, Notice, push};
use serde_json::{Value, json};
use state::{Device, Person, State};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A violation, in a sentence.
pub type Wrong = String;

/// The guarantees, with how often each could have been broken in a run.
pub type Tally = BTreeMap<String, u64>;

/// A copy of what the server should have stored.
#[derive(Clone, Debug)]
struct Backup {
    state: State,
    verified: bool,
}

/// The model of one server.
#[derive(Clone, Debug)]
pub struct Model {
    kinds: Kinds,
    state: State,
    rights: BTreeMap<Uuid, Rights>,
    backups: Vec<Backup>,
    /// Notices that are due and whose records have not been seen yet.
    expected_notices: Vec<(Uuid, Value, state::Name)>,
    /// The number of edits by outcome.
    pub tally: Tally,
}

impl Model {
    /// A server in which nothing has happened.
    pub fn new(kinds: Kinds, epoch: Uuid) -> Self {
        Self {
            kinds,
            state: State { epoch, ..State::default() },
            rights: BTreeMap::new(),
            backups: Vec::new(),
            expected_notices: Vec::new(),
            tally: Tally::new(),
        }
    }

    /// The server's epoch.
    pub fn epoch(&self) -> Uuid {
        self.state.epoch
    }

    /// A device was enrolled, continuing others if it is new.
    pub fn enrol(&mut self, id: Uuid, user: Uuid, continues: Option<(Uuid, u64)>) {
        let chain: Vec<_> = continues
            .and_then(|(earlier, through)| {
                let before = self.state.devices.get(&earlier)?;
                let first = (earlier, through.min(before.last()));
                Some(std::iter::once(first).chain(before.continues.iter().copied()).collect())
            })
            .unwrap_or_default();
        self.state.devices.entry(id).or_insert(Device {
            user,
            edits: Vec::new(),
            continues: chain,
            lost: false,
            safe: 0,
            chain: [0; 32],
        });
    }

    /// Sets a person's rights.
    pub fn set_rights(&mut self, user: Uuid, rights: Rights) {
        self.rights.insert(user, rights);
    }

    /// A device was reported lost, or found.
    pub fn set_lost(&mut self, id: Uuid, lost: bool) {
        if let Some(device) = self.state.devices.get_mut(&id) {
            device.lost = lost;
        }
    }

    /// The server was backed up.
    pub fn back_up(&mut self) {
        self.backups.push(Backup { state: self.state.clone(), verified: false });
    }

    /// The last backup was verified: devices may forget what is in it.
    pub fn verify(&mut self) {
        let Some(backup) = self.backups.last_mut() else { return };
        if backup.state.epoch != self.state.epoch {
            return;
        }
        backup.verified = true;
        for (id, then) in &backup.state.devices {
            if let Some(now) = self.state.devices.get_mut(id) {
                now.safe = now.safe.max(then.last());
            }
        }
    }

    /// The server was restored from this backup, in a new epoch. What was reported lost stays so.
    pub fn restore(&mut self, nth: usize, epoch: Uuid) {
        let Some(backup) = self.backups.get(nth) else { return };
        self.state = State { epoch, ..backup.state.clone() };
        // Backups of the abandoned history are not prefixes of this one.
        self.backups.truncate(nth + 1);
        self.expected_notices.clear();
    }

    /// Where others decide on a person's edits, if nothing else says so.
    fn desk(&self, user: Uuid) -> Option<Uuid> {
        (user != STAFF).then(|| team(0))
    }

    fn person(&self, id: Uuid) -> Person {
        if id == STAFF {
            let own = self.rights.keys().copied();
            let streams = (0..crate::names::TEAMS).map(team).chain(own).collect();
            return Person { id, is_staff: true, closed: false, desk: None, streams };
        }
        let rights = self.rights.get(&id).cloned().unwrap_or_default();
        let mut streams: std::collections::BTreeSet<Uuid> =
            rights.teams.iter().map(|n| team(*n)).chain([id]).collect();
        if rights.closed {
            streams.clear();
        }
        let desk = self.desk(id);
        Person { id, is_staff: false, closed: rights.closed, desk, streams }
    }

    /// Whose device this is.
    pub fn owner(&self, device: Uuid) -> Option<Uuid> {
        self.state.devices.get(&device).map(|device| device.user)
    }

    /// Compares the answer to a push with the expected one, and takes it over.
    pub fn observe_push(
        &mut self,
        device: Uuid,
        owner: Uuid,
        at_desk: bool,
        body: &str,
        status: u16,
        answer: &str,
    ) -> Result<(), Wrong> {
        let person = self.person(owner);
        let expected = push(&mut self.state, &self.kinds, &person, device, at_desk, body);
        let read: Value = serde_json::from_str(answer).unwrap_or_default();
        match expected {
            Expected::Refused { status: wanted, slug, members } => {
                *self.tally.entry(slug.to_owned()).or_default() += 1;
                self.refused(status, &read, (wanted, slug), &members)
            }
            Expected::Answered { outcomes, named, new, notices } => {
                for outcome in &outcomes[outcomes.len() - (new.end - new.start) as usize..] {
                    let verdict = outcome["outcome"].as_str().unwrap_or_default();
                    let reason = outcome["reason"].as_str().map(|reason| format!("/{reason}"));
                    let word = format!("{verdict}{}", reason.unwrap_or_default());
                    *self.tally.entry(word).or_default() += 1;
                }
                if status != 200 {
                    return Err(format!("a push that is in order was refused: {status} {answer}"));
                }
                self.expect(notices);
                self.answered(&person, device, &read, &outcomes, &named)?;
                self.check_overwrites(device, new.start)
            }
        }
    }

    fn expect(&mut self, notices: Vec<Notice>) {
        self.expected_notices
            .extend(notices.into_iter().map(|one| (one.stream, one.document, one.by)));
    }

    fn refused(
        &self,
        status: u16,
        answer: &Value,
        (wanted, slug): (u16, &str),
        members: &Value,
    ) -> Result<(), Wrong> {
        let kind = answer["type"].as_str().unwrap_or_default();
        if status != wanted || !kind.ends_with(slug) {
            return Err(format!(
                "a push should be refused as {slug}, and was answered {status} {answer}"
            ));
        }
        for (name, value) in members.as_object().into_iter().flatten() {
            if !alike(&answer[name], value) {
                return Err(format!("{slug}: {name} should be {value}, and is {}", answer[name]));
            }
        }
        Ok(())
    }

    fn answered(
        &self,
        person: &Person,
        device: Uuid,
        answer: &Value,
        outcomes: &[Value],
        named: &std::collections::BTreeSet<Uuid>,
    ) -> Result<(), Wrong> {
        if !alike(&answer["outcomes"], &json!(outcomes)) {
            return Err(format!(
                "outcomes should be {}, and are {}",
                json!(outcomes),
                answer["outcomes"]
            ));
        }
        let Some(known) = self.state.devices.get(&device) else { return Ok(()) };
        let stands = json!([known.last() + 1, known.safe, self.state.epoch]);
        let says =
            json!([answer["expected_device_seq"], answer["safe_device_seq"], answer["epoch"]]);
        if stands != says {
            return Err(format!("the device stands at {stands}, and was told {says}"));
        }
        // No tablet holds the desk's streams.
        let is_held = |stream: &Uuid| !person.is_staff && person.streams.contains(stream);
        let should: Vec<&state::Record> = named
            .iter()
            .filter_map(|id| self.state.records.get(id))
            .filter(|record| is_held(&record.stream))
            .collect();
        let given = answer["records"].as_array().cloned().unwrap_or_default();
        let names = |given: &[Value]| -> Vec<Value> {
            given.iter().map(|record| record["record"].clone()).collect()
        };
        let wanted: Vec<Value> = should.iter().map(|record| json!(record.id)).collect();
        if names(&given) != wanted {
            return Err(format!(
                "7: an answer should carry the records {}, and carries {}",
                json!(wanted),
                json!(names(&given))
            ));
        }
        for (record, given) in should.iter().zip(&given) {
            let wire: Value =
                serde_json::from_str(&format!("{{{}}}", record.wire)).unwrap_or_default();
            let is_it = given["rev"] == json!(record.rev())
                && ["document", "conflicts", "deleted"]
                    .iter()
                    .all(|name| given[*name] == wire[*name])
                && given["stream"] == json!(record.stream);
            if !is_it {
                return Err(format!(
                    "the answer's record is {given}, and should be {}",
                    record.to_wire()
                ));
            }
        }
        Ok(())
    }
}

/// Equal, except for the list of an edit's problems, which is for people.
fn alike(given: &Value, wanted: &Value) -> bool {
    match (given, wanted) {
        (Value::Array(given), Value::Array(wanted)) => {
            given.len() == wanted.len()
                && given.iter().zip(wanted).all(|(given, wanted)| alike(given, wanted))
        }
        (Value::Object(given), Value::Object(wanted)) => {
            let given: Vec<_> = given.iter().filter(|(name, _)| *name != "problems").collect();
            given.len() == wanted.len()
                && given.iter().all(|(name, value)| wanted.get(*name) == Some(value))
        }
        (given, wanted) => given == wanted,
    }
}

/// The streams of a person: the teams' and their own.
pub(crate) fn streams_of(n: u8, rights: &Rights) -> Vec<Uuid> {
    rights.teams.iter().map(|n| team(*n)).chain([user(n)]).collect()
}
