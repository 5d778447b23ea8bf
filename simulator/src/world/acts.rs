//! People's acts on their tablets, based on what these show.

use super::{Made, World};
use crate::kinds::Kind;
use crate::names::{self, team};
use crate::service::Service;
use crate::step::Act;
use ruhu_device::{Choice, Draft};
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use ruhu_sync::record::ConflictId;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The maximum number of records; then nobody makes another.
const RECORDS_MAX: usize = 14;

/// The number of names that the rows of a record share: few, so that people meet.
const ROWS: u8 = 3;

fn object(value: &Value) -> Object {
    match Json::parse(&value.to_string()) {
        Ok(Json::Object(members)) => members,
        _ => Object::new(),
    }
}

/// A patch with one value in one place.
pub(super) fn patch(pointer: &str, value: Value) -> Value {
    pointer.rsplit('/').filter(|step| !step.is_empty()).fold(value, |inner, step| {
        let mut outer = serde_json::Map::new();
        outer.insert(step.to_owned(), inner);
        Value::Object(outer)
    })
}

fn row_name(n: u8) -> String {
    format!("r{}", n % ROWS)
}

impl<S: Service> World<S> {
    /// A person writes; several acts are a group.
    pub(super) fn write(&mut self, at: usize, acts: &[Act]) {
        let mut drafts = Vec::new();
        for act in acts {
            if let Some(draft) = self.draft(at, act) {
                drafts.push(draft);
            }
        }
        if drafts.is_empty() {
            return;
        }
        let screens: Vec<_> = drafts.iter().map(|draft| self.screen(at, draft.record)).collect();
        let tablet = &mut self.tablets[at];
        let count = drafts.len();
        let done = if count == 1 {
            drafts.into_iter().try_for_each(|draft| tablet.device.write(draft))
        } else {
            tablet
                .device
                .group(|device| drafts.into_iter().try_for_each(|draft| device.write(draft)))
        };
        if let Err(error) = done {
            let wrong = format!("1: what a person wrote was not kept: {error}");
            return self.net.borrow_mut().note(Err(wrong));
        }
        let outbox = tablet.device.memory().outbox();
        for (edit, screen) in outbox[outbox.len() - count..].iter().zip(screens) {
            let said: Value = serde_json::from_str(&edit.bytes).unwrap_or_default();
            tablet.wrote.insert(said["made_at"].as_str().unwrap_or_default().to_owned());
            if said["base"] != json!(screen) {
                let wrong =
                    format!("4: the person looked at {screen}, and the edit says {}", said["base"]);
                self.net.borrow_mut().note(Err(wrong));
            }
        }
    }

    /// The version that the screen shows, with own edits over it or not: the base of the record's
    /// oldest unsent edit.
    fn screen(&self, at: usize, record: RecordId) -> String {
        let memory = self.tablets[at].device.memory();
        let unsent = memory
            .outbox()
            .iter()
            .find(|edit| edit.draft.as_ref().is_some_and(|draft| draft.record == record));
        let told = unsent.and_then(|edit| {
            let said: Value = serde_json::from_str(&edit.bytes).ok()?;
            said["base"].as_str().map(str::to_owned)
        });
        told.or_else(|| memory.rows().get(&record).map(|row| row.rev.to_string()))
            .unwrap_or_else(|| "0".to_owned())
    }

    fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.get(name)
    }

    /// One of the records that the tablet shows.
    fn shown(&self, at: usize, nth: u8) -> Option<Made> {
        let memory = self.tablets[at].device.memory();
        let is_shown = |made: &&Made| {
            memory.rows().contains_key(&made.id)
                || memory
                    .outbox()
                    .iter()
                    .any(|edit| edit.draft.as_ref().is_some_and(|draft| draft.record == made.id))
        };
        let shown: Vec<&Made> = self.made.iter().filter(is_shown).collect();
        shown.get(usize::from(nth) % shown.len().max(1)).map(|made| (*made).clone())
    }

    /// The draft of an act, if the tablet shows anything to act on.
    fn draft(&mut self, at: usize, act: &Act) -> Option<Draft> {
        if let Act::Make { kind, root, team } = act {
            return self.make(at, *kind, *root, *team);
        }
        if let Act::Odd { record, which } = act {
            return self.odd(at, *record, *which);
        }
        let nth = match act {
            Act::Set { record, .. }
            | Act::Remove { record, .. }
            | Act::Ensure { record, .. }
            | Act::AddRow { record, .. }
            | Act::SetRow { record, .. }
            | Act::RemoveRow { record, .. }
            | Act::SetTwo { record, .. }
            | Act::Pass { record, .. }
            | Act::Delete { record }
            | Act::Resolve { record, .. } => *record,
            Act::Make { .. } | Act::Odd { .. } => 0,
        };
        let made = self.shown(at, nth)?;
        let kind = self.kind(made.kind)?;
        let of = |all: &[&'static str], n: u8| all.get(usize::from(n) % all.len().max(1)).copied();
        let put = |said: Value| Draft::put(made.id, made.kind, made.root, object(&said));
        let (at_rows, columns) = kind.rows.unwrap_or(("", &[]));
        Some(match *act {
            Act::Set { field, value, .. } => {
                let place = of(kind.places, field)?;
                put(patch(place, kind.word(place, value)))
            }
            Act::SetTwo { fields, value, .. } => {
                let (one, other) = (of(kind.places, fields[0])?, of(kind.places, fields[1])?);
                let mut said = patch(one, kind.word(one, value));
                merge(&mut said, patch(other, kind.word(other, value.wrapping_add(1))));
                put(said)
            }
            Act::Remove { field, .. } => {
                let all: Vec<_> = kind.places.iter().chain(kind.whole).copied().collect();
                let place = of(&all, field)?;
                let is_kept = kind.made_as.pointer(place).is_some();
                put(patch(place, if is_kept { kind.word(place, field) } else { Value::Null }))
            }
            Act::Ensure { field, .. } => put(patch(of(kind.whole, field)?, json!({}))),
            Act::AddRow { row, value, .. } => {
                let (place, column) = (format!("{at_rows}/{}", row_name(row)), of(columns, 0)?);
                let word = kind.word(at_rows, value);
                let said = patch(&format!("{place}/{column}"), word);
                let new = Path::parse(&place)?;
                Draft { new_rows: BTreeSet::from([new]), ..put(said) }
            }
            Act::SetRow { row, field, value, .. } => {
                let column = of(columns, field)?;
                let place = format!("{at_rows}/{}/{column}", row_name(row));
                put(patch(&place, kind.word(at_rows, value)))
            }
            Act::RemoveRow { row, .. } => {
                of(columns, 0)?;
                put(patch(&format!("{at_rows}/{}", row_name(row)), Value::Null))
            }
            Act::Pass { to, .. } => put(json!({"status": of(kind.statuses, to)?})),
            Act::Delete { .. } => {
                // Over a conflict that it names, or one that it does not.
                let mut gone = Draft::delete(made.id, made.kind, made.root);
                if nth % 2 == 0 {
                    gone.resolves = self.open(at, made.id);
                }
                gone
            }
            Act::Resolve { nth, choice, .. } => return self.resolve(at, &made, nth, choice),
            Act::Make { .. } | Act::Odd { .. } => return None,
        })
    }

    /// The place of a record where people write most.
    fn place_in(&self, made: &Made) -> &'static str {
        self.kind(made.kind).and_then(|kind| kind.places.first()).copied().unwrap_or("/x")
    }

    fn open(&self, at: usize, record: RecordId) -> Vec<ConflictId> {
        let open = self.tablets[at].device.open_conflicts(record);
        open.into_iter().map(|open| open.id).collect()
    }

    fn resolve(&mut self, at: usize, made: &Made, nth: u8, choice: u8) -> Option<Draft> {
        let open = self.tablets[at].device.open_conflicts(made.id);
        let conflict = open.get(usize::from(nth) % open.len().max(1))?;
        let kind = self.kind(made.kind)?;
        let choice = match choice % 4 {
            0 => Choice::KeepCurrent,
            1 | 2 => Choice::TakeAlternative,
            _ if conflict.id.path.steps().len() == 1 && conflict.value.is_some() => {
                let place = conflict.id.path.to_string();
                let word = kind.word(&place, choice);
                Choice::Value(Json::parse(&word.to_string()).ok()?)
            }
            _ => Choice::KeepCurrent,
        };
        // Drafted by the tablet itself, in a copy that is thrown away.
        let (memory, user) = (self.tablets[at].device.memory().clone(), self.tablets[at].user);
        let outside = self.tablets[at].outside.clone();
        let mut copy = self.device(memory, user, &outside);
        let id = conflict.id.clone();
        copy.resolve(made.id, &id, choice).ok()?;
        copy.memory().outbox().last()?.draft.clone()
    }

    fn make(&mut self, at: usize, kind: u8, root: u8, team: u8) -> Option<Draft> {
        if self.made.len() >= RECORDS_MAX {
            return None;
        }
        let kinds: Vec<Kind> = self.kinds.0.clone();
        let mut kind = &kinds[usize::from(kind) % kinds.len()];
        let has_parts = |made: &&Made| {
            made.id == made.root && self.kind(made.kind).is_some_and(|kind| !kind.is_own)
        };
        let roots: Vec<Made> = self.made.iter().filter(has_parts).cloned().collect();
        let shows = |made: &Made| {
            let memory = self.tablets[at].device.memory();
            memory.rows().contains_key(&made.id)
                || memory
                    .outbox()
                    .iter()
                    .any(|e| e.draft.as_ref().is_some_and(|d| d.record == made.id))
        };
        let shown: Vec<&Made> = roots.iter().filter(|made| shows(made)).collect();
        if shown.is_empty() && !kind.is_own {
            kind = kinds.iter().find(|kind| kind.is_root)?;
        }
        let id = RecordId(names::made(1_000_000 + self.made.len() as u64));
        let above = if kind.is_root { id } else { shown[usize::from(root) % shown.len()].id };
        let made = Made { id, kind: kind.name, root: above };
        self.made.push(made.clone());
        let mut said = kind.made_as.clone();
        // Every other one with a row, which needs no mark.
        if let Some((rows, [column, ..])) = kind.rows.filter(|_| self.made.len().is_multiple_of(2))
        {
            let place = format!("{rows}/{}/{column}", row_name(root));
            merge(&mut said, patch(&place, kind.word(rows, root)));
        }
        let mut draft = Draft::put(id, kind.name, above, object(&said));
        if kind.is_root && !kind.is_own {
            let user = self.tablets[at].user;
            draft.stream = Some(StreamId(self.team_of(user, team)));
        }
        Some(draft)
    }

    /// Something wrong in itself, or about what the tablet does not show.
    fn odd(&mut self, at: usize, record: u8, which: u8) -> Option<Draft> {
        let any = self.made.get(usize::from(record) % self.made.len().max(1)).cloned();
        let made = self.shown(at, record).or(any.clone())?;
        let put =
            |made: &Made, said: Value| Draft::put(made.id, made.kind, made.root, object(&said));
        Some(match which % 8 {
            0 => put(&made, patch(self.place_in(&made), json!({"a": 1}))),
            1 => put(&made, patch(self.place_in(&made), json!(" "))),
            2 => Draft::put(made.id, "nonsense", made.root, Object::new()),
            // Of somebody else's record, whether this tablet may know of it or not.
            3 | 4 => {
                let any = any?;
                let place = self.place_in(&any);
                put(&any, patch(place, self.kind(any.kind)?.word(place, 3)))
            }
            5 => {
                let rows = self.kind(made.kind).and_then(|kind| kind.rows);
                put(&made, patch(rows.map_or("/rows", |(place, _)| place), json!(3)))
            }
            // In another team's stream.
            6 if self.made.len() < RECORDS_MAX => {
                let kind = self.kinds.0.first()?.clone();
                let id = RecordId(names::made(1_000_000 + self.made.len() as u64));
                self.made.push(Made { id, kind: kind.name, root: id });
                let mut draft = Draft::put(id, kind.name, id, object(&kind.made_as));
                draft.stream = Some(StreamId(team(record)));
                draft
            }
            // Without its required fields.
            _ => {
                let kind = self.kinds.0.iter().find(|kind| !kind.made_with.is_empty())?.clone();
                let root = self.made.iter().find(|m| m.id == made.root)?.clone();
                if self.made.len() >= RECORDS_MAX {
                    return None;
                }
                let id = RecordId(names::made(1_000_000 + self.made.len() as u64));
                self.made.push(Made { id, kind: kind.name, root: root.id });
                Draft::put(id, kind.name, root.id, Object::new())
            }
        })
    }
}

fn merge(one: &mut Value, other: Value) {
    match (one, other) {
        (Value::Object(members), Value::Object(others)) => {
            for (name, value) in others {
                merge(members.entry(name).or_insert(Value::Null), value);
            }
        }
        (one, other) => *one = other,
    }
}
