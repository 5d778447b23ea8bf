//! The work of a merge, place by place.

use super::{Hand, Incoming, MayPass, Since};
use crate::effect::Touch;
use crate::journal::Past;
use crate::json::{Json, Object};
use crate::outcome::{Reason, Refusal};
use crate::patch::{Ask, Wish};
use crate::path::Path;
use crate::record::{Conflict, ConflictId, Content};
use crate::shape::Class;
use std::cell::OnceCell;

fn is_empty_object(value: &Option<Json>) -> bool {
    matches!(value, Some(Json::Object(members)) if members.is_empty())
}

/// A merge under way.
pub(super) struct Merger<'a> {
    pub(super) content: Content,
    at_first: &'a Object,
    incoming: &'a Incoming<'a>,
    since: Since<'a>,
    seen: OnceCell<Object>,
    restored: Vec<Path>,
    pub(super) touches: Vec<Touch>,
    pub(super) opened: Vec<Path>,
    pub(super) ignored: Vec<Path>,
}

impl<'a> Merger<'a> {
    /// A merge into this content.
    pub(super) fn new(content: &'a Content, incoming: &'a Incoming<'a>, since: Since<'a>) -> Self {
        Self {
            content: content.clone(),
            at_first: &content.document,
            incoming,
            since,
            seen: OnceCell::new(),
            restored: Vec::new(),
            touches: Vec::new(),
            opened: Vec::new(),
            ignored: Vec::new(),
        }
    }

    fn is_own(&self, past: &Past) -> bool {
        self.incoming.own.holds(past.device, past.device_seq)
    }

    /// What the person was looking at: the base with the own chain's edits over it.
    fn seen(&self) -> &Object {
        self.seen.get_or_init(|| {
            let mut document = Object::new();
            if !self.since.from_nothing {
                document.clone_from(self.at_first);
                self.since.pasts.iter().rev().for_each(|past| past.effect.undo(&mut document));
            }
            for past in self.since.pasts.iter().filter(|past| self.is_own(past)) {
                for touch in &past.effect.0 {
                    match &touch.after {
                        Some(value) => touch.path.put(&mut document, value.clone()),
                        None => drop(touch.path.remove(&mut document)),
                    }
                }
            }
            document
        })
    }

    /// Whether another's edit since the base touched this place, something in it, or something it
    /// stands in. That another made the empty object it stands in is in nobody's way.
    fn is_met(&self, path: &Path) -> bool {
        let pasts = self.since.pasts;
        (0..pasts.len()).filter(|at| !self.is_own(&pasts[*at])).any(|at| {
            pasts[at].effect.0.iter().any(|touch| {
                touch.path.overlaps(path)
                    && !(is_empty_object(&touch.after) && path.stands_inside(&touch.path))
                    && !self.is_undone(at, touch, path)
            })
        })
    }

    /// Whether a removal by another has been taken back, for this place, by restoring the row in
    /// this edit or in an earlier one of the own chain.
    fn is_undone(&self, at: usize, removal: &Touch, path: &Path) -> bool {
        let covers = |place: &Path| path.is_within(place) && place.is_within(&removal.path);
        removal.after.is_none()
            && (self.restored.iter().any(covers)
                || self.since.pasts[at + 1..]
                    .iter()
                    .filter(|past| self.is_own(past))
                    .any(|past| past.effect.0.iter().any(|t| t.after.is_some() && covers(&t.path))))
    }

    fn touch(&mut self, path: &Path, after: Option<Json>) {
        let before = path.find(&self.content.document).cloned();
        if before != after {
            match after.clone() {
                Some(value) => path.put(&mut self.content.document, value),
                None => drop(path.remove(&mut self.content.document)),
            }
        }
        self.touches.push(Touch { path: path.clone(), before, after });
    }

    fn open(&mut self, path: &Path, value: Option<Json>, base: Option<Json>, restored: bool) {
        let own = self.incoming.own;
        self.content
            .conflicts
            .retain(|c| c.id.path != *path || !own.holds(c.id.device, c.id.device_seq));
        let id = ConflictId { device: own.device, device_seq: own.device_seq, path: path.clone() };
        let made_at = self.incoming.made_at.to_owned();
        let user = self.incoming.user;
        self.content.conflicts.push(Conflict { id, user, made_at, value, base, restored });
        self.opened.push(path.clone());
    }

    fn open_beside(&mut self, path: &Path, value: Option<Json>) {
        let base = path.find(self.seen()).cloned();
        self.open(path, value, base, false);
    }

    /// The own alternative that this place's new value replaces: one the person has not seen as a
    /// conflict, because it was opened after the base.
    fn drop_own_alternative(&mut self, path: &Path) {
        let own = self.incoming.own;
        let pasts = self.since.pasts;
        self.content.conflicts.retain(|c| {
            let opened_since = own.holds(c.id.device, c.id.device_seq)
                && pasts.iter().any(|p| p.device == c.id.device && p.device_seq == c.id.device_seq);
            c.id.path != *path || !opened_since
        });
    }

    /// Closes the conflicts that the edit names. What is not asked anew is affirmed as the person
    /// saw it: a touch, even if the value stays.
    pub(super) fn settle(&mut self) {
        for name in self.incoming.resolves {
            let open = self.content.conflicts.len();
            self.content.conflicts.retain(|c| c.id != *name);
            let was_open = self.content.conflicts.len() < open;
            let asked = self.incoming.asks.iter().any(|ask| ask.path == name.path);
            if !was_open || asked || self.touches.iter().any(|touch| touch.path == name.path) {
                continue;
            }
            let current = name.path.find(&self.content.document).cloned();
            if self.is_met(&name.path) {
                let seen = name.path.find(self.seen()).cloned();
                let both_stand =
                    matches!((&seen, &current), (Some(Json::Object(_)), Some(Json::Object(_))));
                if seen != current && !both_stand {
                    self.open_beside(&name.path, seen);
                    continue;
                }
            }
            self.touch(&name.path, current);
        }
    }

    pub(super) fn take(&mut self, ask: &Ask, may_pass: MayPass<'_>) -> Result<(), Refusal> {
        match ask.class {
            Class::Server if self.incoming.hand != Hand::Server => {
                self.ignored.push(ask.path.clone());
                return Ok(());
            }
            Class::State => {
                let to = match &ask.wish {
                    Wish::Set(value) => Some(value),
                    _ => None,
                };
                let from = ask.path.find(&self.content.document);
                if !may_pass(&ask.path, from, to) {
                    return Err(Refusal::quarantine(Reason::IllegalTransition));
                }
            }
            _ => {}
        }
        let asks_nobody = match ask.class {
            Class::Ask => false,
            Class::LastArrival => self.incoming.hand != Hand::Staff,
            Class::Server | Class::State => true,
        };
        if !self.stand_rows(ask)? {
            return Ok(());
        }
        match &ask.wish {
            Wish::Set(value) => self.set(&ask.path, value.clone(), asks_nobody),
            Wish::AddRow(row) => self.add_row(&ask.path, row)?,
            Wish::Ensure => self.ensure(&ask.path),
            Wish::Remove => self.remove(ask, asks_nobody),
        }
        Ok(())
    }

    /// Sees to it that the rows a place stands in are there. A row that another removed is
    /// restored as the person saw it, as a conflict; a row nobody knows stops the edit. Gives
    /// false if nothing is left to do.
    fn stand_rows(&mut self, ask: &Ask) -> Result<bool, Refusal> {
        for row in ask.enclosing_rows() {
            let is_target = row == ask.path;
            if row.find(&self.content.document).is_some() {
                continue;
            }
            if is_target && matches!(ask.wish, Wish::AddRow(_)) {
                continue;
            }
            let Some(seen) = row.find(self.seen()).cloned() else {
                return Err(Refusal::quarantine(Reason::RowUnknown));
            };
            match ask.wish {
                Wish::Remove if is_target => continue,
                Wish::Ensure if is_target => return Ok(false),
                _ => {}
            }
            self.touch(&row, Some(seen.clone()));
            self.restored.push(row.clone());
            self.open(&row, None, Some(seen), true);
        }
        Ok(true)
    }

    fn set(&mut self, path: &Path, value: Json, asks_nobody: bool) {
        let differs = path.find(&self.content.document) != Some(&value);
        if differs && !asks_nobody && self.is_met(path) {
            self.open_beside(path, Some(value));
        } else {
            self.drop_own_alternative(path);
            self.touch(path, Some(value));
        }
    }

    fn add_row(&mut self, path: &Path, row: &Object) -> Result<(), Refusal> {
        let taken = path.find(&self.content.document).is_some()
            || self.content.removed_rows.contains(path)
            || path.find(self.seen()).is_some();
        if taken {
            return Err(Refusal::quarantine(Reason::RowIdTaken));
        }
        let row = Json::Object(row.clone());
        if self.is_met(path) {
            self.open_beside(path, Some(row));
        } else {
            self.touch(path, Some(row));
        }
        Ok(())
    }

    fn ensure(&mut self, path: &Path) {
        let is_there = path.find(&self.content.document).is_some();
        if !is_there && !self.is_met(path) {
            self.touch(path, Some(Json::Object(Object::new())));
        }
    }

    fn remove(&mut self, ask: &Ask, asks_nobody: bool) {
        let path = &ask.path;
        self.drop_own_alternative(path);
        let is_there = path.find(&self.content.document).is_some();
        let over_conflict = self.content.conflicts.iter().any(|c| c.id.path.is_within(path));
        if is_there && !asks_nobody && (over_conflict || self.is_met(path)) {
            self.open_beside(path, None);
            return;
        }
        if let Some(Json::Object(gone)) = path.find(&self.content.document).cloned() {
            self.remember_rows(path, ask.is_row(), &gone);
        }
        self.touch(path, None);
    }

    /// Remembers the removed row, and every object inside what was removed: which of them are rows
    /// is the shape's to say, and an id too many remembered does no harm.
    fn remember_rows(&mut self, path: &Path, is_row: bool, gone: &Object) {
        if is_row {
            self.content.removed_rows.insert(path.clone());
        }
        for (name, value) in gone {
            if let Json::Object(inner) = value {
                self.remember_rows(&path.child(name), true, inner);
            }
        }
    }
}
