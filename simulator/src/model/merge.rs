//! The merge, step by step: the version that the person looked at, whole; what each edit since then
//! did; and what this edit asks for.

use super::asks::{Ask, Wish, is_leaf, is_row};
use super::state::{Did, Name, Open, Record};
use super::value::{Place, find, is_empty_object, overlap, place, pointer, put, remove};
use crate::kinds::{Class, Kind};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// An edit to be merged.
pub(super) struct Asked<'a> {
    pub(super) kind: &'a Kind,
    pub(super) user: Uuid,
    pub(super) name: Name,
    /// The author's own chains, each through a number.
    pub(super) own: Vec<Name>,
    pub(super) made_at: &'a str,
    pub(super) base: &'a str,
    pub(super) asks: &'a [Ask],
    pub(super) resolves: Vec<(Name, Place)>,
    /// Applied later by staff.
    pub(super) is_late: bool,
    /// An act at the desk, which the server composes.
    pub(super) at_desk: bool,
}

/// The result.
pub(super) struct Merged {
    pub(super) document: Value,
    pub(super) open: Vec<Open>,
    pub(super) did: Vec<Did>,
    pub(super) dead_rows: BTreeSet<Place>,
    pub(super) verdict: &'static str,
    pub(super) conflicts: Vec<String>,
    pub(super) ignored: Vec<String>,
    /// What the person was looking at.
    pub(super) seen: Value,
}

struct Story<'a> {
    asked: &'a Asked<'a>,
    /// The effect of each edit since the base, whether it is the author's own, and its name.
    since: Vec<(bool, Name, &'a [Did])>,
    seen: Value,
    document: Value,
    open: Vec<Open>,
    did: Vec<Did>,
    dead_rows: BTreeSet<Place>,
    brought_back: Vec<Place>,
    opened: Vec<Place>,
    ignored: Vec<String>,
}

pub(super) fn merge(record: &Record, asked: &Asked<'_>) -> Result<Merged, &'static str> {
    let base = record.versions.iter().position(|version| version.rev == asked.base);
    let later = &record.versions[base.map_or(0, |at| at + 1)..];
    let since: Vec<_> =
        later.iter().map(|v| (is_own(asked, v.by), v.by, v.did.as_slice())).collect();
    let mut seen =
        base.map_or(Value::Object(Map::new()), |at| record.versions[at].document.clone());
    for did in since.iter().filter(|(own, ..)| *own).flat_map(|(_, _, did)| did.iter()) {
        match &did.after {
            Some(value) if is_empty_object(value) && did.was_nothing => {
                if find(&seen, &did.place).is_none() {
                    put(&mut seen, &did.place, value.clone());
                }
            }
            Some(value) => put(&mut seen, &did.place, value.clone()),
            None => remove(&mut seen, &did.place),
        }
    }
    let by_others = since.iter().any(|(own, ..)| !own);
    let mut story = Story {
        asked,
        since,
        seen,
        document: record.document(),
        open: record.last().map(|version| version.open.clone()).unwrap_or_default(),
        did: Vec::new(),
        dead_rows: record.dead_rows.clone(),
        brought_back: Vec::new(),
        opened: Vec::new(),
        ignored: Vec::new(),
    };
    story.settle();
    for ask in asked.asks {
        story.take(ask)?;
    }
    story.open.sort_by(|a, b| (a.by, &a.place).cmp(&(b.by, &b.place)));
    let verdict = match (story.opened.is_empty(), by_others) {
        (false, _) => "conflict",
        (true, true) => "merged",
        (true, false) => "applied",
    };
    Ok(Merged {
        document: story.document,
        open: story.open,
        did: story.did,
        dead_rows: story.dead_rows,
        verdict,
        conflicts: story.opened.iter().map(|place| pointer(place)).collect(),
        ignored: story.ignored,
        seen: story.seen,
    })
}

fn is_own(asked: &Asked<'_>, by: Name) -> bool {
    (by.0 == asked.name.0 && by.1 < asked.name.1)
        || asked.own.iter().any(|(device, through)| *device == by.0 && by.1 <= *through)
}

impl Story<'_> {
    /// Whether somebody else has touched this place, something in it or around it since.
    fn is_met(&self, at: &[String]) -> bool {
        self.is_met_by(at, |_| true)
    }

    fn is_met_by(&self, at: &[String], counts: impl Fn(&Did) -> bool) -> bool {
        self.since.iter().enumerate().any(|(nth, (own, _, all))| {
            !own && all.iter().any(|did| {
                let room = did.after.as_ref().is_some_and(is_empty_object)
                    && at.len() > did.place.len()
                    && at.starts_with(&did.place);
                overlap(&did.place, at)
                    && counts(did)
                    && !room
                    && !self.is_taken_back(nth, did, at)
                    && !self.is_swept(nth, did, at)
            })
        })
    }

    /// Whether another's change inside a row went with the row before it was restored.
    fn is_swept(&self, nth: usize, did: &Did, at: &[String]) -> bool {
        self.since.iter().enumerate().skip(nth + 1).any(|(later, (own, _, all))| {
            !own && all.iter().any(|gone| {
                let row_of_both = |length: usize| {
                    let row = &at[..length];
                    row.starts_with(&gone.place)
                        && did.place.starts_with(row)
                        && is_row(&self.asked.kind.fields, row)
                };
                (1..at.len()).any(row_of_both) && self.is_taken_back(later, gone, at)
            })
        })
    }

    /// Whether the row that another removed was restored since, by this edit or an own one.
    fn is_taken_back(&self, nth: usize, did: &Did, at: &[String]) -> bool {
        let covers = |row: &Place| at.starts_with(row) && row.starts_with(&did.place);
        let later = self.since[nth + 1..].iter().filter(|(own, ..)| *own);
        did.after.is_none()
            && (self.brought_back.iter().any(covers)
                || later
                    .flat_map(|(_, _, all)| all.iter())
                    .any(|own| own.after.is_some() && covers(&own.place)))
    }

    fn touch(&mut self, at: &[String], after: Option<Value>) {
        if after.is_some() {
            for length in 1..at.len() {
                let there = find(&self.document, &at[..length]);
                if !there.is_some_and(Value::is_object) {
                    let was_nothing = there.is_none();
                    let (place, empty) = (at[..length].to_vec(), Value::Object(Map::new()));
                    put(&mut self.document, &place, empty.clone());
                    self.did.push(Did { place, after: Some(empty), was_nothing });
                }
            }
        }
        let was_nothing = find(&self.document, at).is_none();
        match after.clone() {
            Some(value) => put(&mut self.document, at, value),
            None => remove(&mut self.document, at),
        }
        self.did.push(Did { place: at.to_vec(), after, was_nothing });
    }

    fn beside(&mut self, at: &[String], value: Option<Value>, base: Option<Value>, restored: bool) {
        let asked = self.asked;
        if !self.open.iter().any(|open| open.by == asked.name && open.place == at) {
            self.opened.push(at.to_vec());
        }
        self.open
            .retain(|open| open.place != at || (open.by != asked.name && !is_own(asked, open.by)));
        self.open.push(Open {
            by: asked.name,
            place: at.to_vec(),
            user: asked.user,
            made_at: asked.made_at.to_owned(),
            value,
            base,
            restored,
        });
    }

    fn open_beside(&mut self, at: &[String], value: Option<Value>) {
        let base = find(&self.seen, at).cloned();
        self.beside(at, value, base, false);
    }

    /// Replaces the person's own earlier alternative here, if they have not seen it as a conflict
    /// yet.
    fn forget_own(&mut self, at: &[String]) {
        let asked = self.asked;
        let since: Vec<Name> = self.since.iter().map(|(_, name, _)| *name).collect();
        self.open.retain(|open| {
            open.place != at || !is_own(asked, open.by) || !since.contains(&open.by)
        });
    }

    fn settle(&mut self) {
        let asked = self.asked;
        let asks = asked.asks.iter().filter(|ask| ask.wish != Wish::Ensure);
        let mut answered: BTreeSet<Place> = asks.map(|ask| ask.place.clone()).collect();
        for (name, at) in &asked.resolves {
            let before = self.open.len();
            self.open.retain(|open| open.by != *name || open.place != *at);
            if self.open.len() == before || !answered.insert(at.clone()) {
                continue;
            }
            let current = find(&self.document, at).cloned();
            if self.is_met(at) {
                let seen = find(&self.seen, at).cloned();
                let both_stand =
                    seen.is_some() && current.is_some() && !is_leaf(&asked.kind.fields, at);
                if seen != current && !both_stand {
                    self.open_beside(at, seen);
                    continue;
                }
            }
            self.touch(at, current);
        }
    }

    fn take(&mut self, ask: &Ask) -> Result<(), &'static str> {
        let at = ask.place.as_slice();
        match ask.class {
            Class::Server if !self.asked.at_desk => {
                self.ignored.push(pointer(at));
                return Ok(());
            }
            Class::State => {
                let from = find(&self.document, at).and_then(Value::as_str).unwrap_or("");
                let to = match &ask.wish {
                    Wish::Set(to) => to.as_str(),
                    _ => None,
                };
                let passes = self.asked.kind.transitions;
                if !to.is_some_and(|to| passes.contains(&(from, to))) {
                    return Err("illegal_transition");
                }
            }
            Class::Ask | Class::LastArrival | Class::Server => {}
        }
        let asks_nobody = match ask.class {
            Class::Ask => false,
            Class::LastArrival => !self.asked.is_late,
            Class::Server | Class::State => true,
        };
        for length in &ask.rows {
            let (row, is_target) = (&at[..*length], *length == at.len());
            let is_there = find(&self.document, row).is_some();
            if is_there || (is_target && matches!(ask.wish, Wish::AddRow(_))) {
                continue;
            }
            let seen = find(&self.seen, row).cloned().ok_or("row_unknown")?;
            match ask.wish {
                Wish::Remove if is_target => continue,
                Wish::Ensure if is_target => return Ok(()),
                _ => {}
            }
            self.touch(row, Some(seen.clone()));
            self.brought_back.push(row.to_vec());
            self.beside(row, None, Some(seen), true);
        }
        let current = find(&self.document, at).cloned();
        match &ask.wish {
            Wish::Set(value) => {
                if current.as_ref() != Some(value) && !asks_nobody && self.is_met(at) {
                    self.open_beside(at, Some(value.clone()));
                } else {
                    self.forget_own(at);
                    self.touch(at, Some(value.clone()));
                }
            }
            Wish::AddRow(row) if find(&self.seen, at) == Some(row) => {}
            Wish::AddRow(row) => {
                let is_used = current.is_some()
                    || self.dead_rows.contains(at)
                    || find(&self.seen, at).is_some();
                if is_used {
                    return Err("row_id_taken");
                }
                if self.is_met(at) {
                    self.open_beside(at, Some(row.clone()));
                } else {
                    self.touch(at, Some(row.clone()));
                }
            }
            Wish::Ensure => {
                let empty = Some(Value::Object(Map::new()));
                if current.is_some() {
                } else if !self
                    .is_met_by(at, |did| did.after.is_some() || at.starts_with(&did.place))
                {
                    self.touch(at, empty);
                } else if find(&self.seen, at).is_none() {
                    self.open_beside(at, empty);
                }
            }
            Wish::Remove => {
                self.forget_own(at);
                let over_conflict = self.open.iter().any(|open| open.place.starts_with(at));
                let is_row = ask.rows.last() == Some(&at.len());
                let is_bare = current.as_ref().is_some_and(is_empty_object)
                    && !is_row
                    && !is_leaf(&self.asked.kind.fields, at);
                let is_asked = is_row || !asks_nobody;
                if current.is_some() && is_asked && (over_conflict || !is_bare && self.is_met(at)) {
                    self.open_beside(at, None);
                    return Ok(());
                }
                if let Some(Value::Object(gone)) = &current {
                    self.bury(at, is_row, gone);
                }
                self.touch(at, None);
            }
        }
        Ok(())
    }

    /// The ids of removed rows are never used again.
    fn bury(&mut self, at: &[String], is_row: bool, gone: &Map<String, Value>) {
        if is_row {
            self.dead_rows.insert(at.to_vec());
        }
        for (name, value) in gone {
            let inner: Place = at.iter().chain([name]).cloned().collect();
            if let Value::Object(members) = value
                && !is_leaf(&self.asked.kind.fields, &inner)
            {
                self.bury(&inner, true, members);
            }
        }
    }
}

/// The open conflicts that an edit names.
pub(super) fn resolves(edit: &Value) -> Vec<(Name, Place)> {
    let all = edit["resolves"].as_array().map(Vec::as_slice).unwrap_or_default();
    let read = |name: &Value| {
        let device = Uuid::try_parse(name["device"].as_str()?).ok()?;
        Some(((device, name["device_seq"].as_u64()?), place(name["path"].as_str()?)))
    };
    all.iter().filter_map(read).collect()
}
