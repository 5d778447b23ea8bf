//! The merge, place by place.

use super::{Hand, Incoming, MayPass, Since};
use crate::effect::Touch;
use crate::journal::Past;
use crate::json::{Json, Object};
use crate::outcome::{Reason, Refusal};
use crate::patch::{Ask, Wish};
use crate::path::Path;
use crate::planted::{Fault, is_latest, planted};
use crate::record::{Conflict, ConflictId, Content};
use crate::shape::Class;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn is_empty_object(value: &Option<Json>) -> bool {
    matches!(value, Some(Json::Object(members)) if members.is_empty())
}

/// Up to this many asks, scanning the history for each costs less than indexing it.
pub(super) const FEW_ASKS: usize = 16;

/// A merge in progress.
pub(super) struct Merger<'a> {
    pub(super) content: Content,
    at_first: &'a Object,
    pub(super) incoming: &'a Incoming<'a>,
    pub(super) since: Since<'a>,
    seen: OnceCell<Object>,
    /// Touches since the base and their authors, by place: an edit may ask for thousands of places.
    pub(super) history: OnceCell<BTreeMap<&'a Path, Vec<(usize, &'a Touch)>>>,
    /// The open conflicts, by place.
    open: BTreeMap<Path, Vec<Conflict>>,
    pub(super) restored: BTreeSet<Path>,
    pub(super) touches: Vec<Touch>,
    pub(super) opened: Vec<Path>,
    pub(super) ignored: Vec<Path>,
}

impl<'a> Merger<'a> {
    /// A merge into this content.
    pub(super) fn new(content: &'a Content, incoming: &'a Incoming<'a>, since: Since<'a>) -> Self {
        let mut open: BTreeMap<Path, Vec<Conflict>> = BTreeMap::new();
        for conflict in &content.conflicts {
            open.entry(conflict.id.path.clone()).or_default().push(conflict.clone());
        }
        Self {
            content: Content {
                document: content.document.clone(),
                conflicts: Vec::new(),
                deleted: content.deleted,
                removed_rows: content.removed_rows.clone(),
            },
            at_first: &content.document,
            incoming,
            since,
            seen: OnceCell::new(),
            history: OnceCell::new(),
            open,
            restored: BTreeSet::new(),
            touches: Vec::new(),
            opened: Vec::new(),
            ignored: Vec::new(),
        }
    }

    pub(super) fn is_own(&self, past: &Past) -> bool {
        self.incoming.own.holds(past.device, past.device_seq)
    }

    /// What the person was looking at: the base with the own chain's edits over it.
    pub(super) fn seen(&self) -> &Object {
        self.seen.get_or_init(|| {
            let mut document = Object::new();
            if !self.since.from_nothing {
                document.clone_from(self.at_first);
                self.since.pasts.iter().rev().for_each(|past| past.effect.undo(&mut document));
            }
            for past in self.since.pasts.iter().filter(|past| self.is_own(past)) {
                // A record that was deleted and restored is as it was before the deletion.
                for touch in past.effect.0.iter().filter(|touch| !touch.is_of_the_whole()) {
                    let is_there = || touch.path.find(&document).is_some();
                    match &touch.after {
                        // An object that was made on the way to a value may have more in it here.
                        Some(_) if is_empty_object(&touch.after) && touch.before.is_none() => {
                            if !is_there() {
                                touch.path.put(&mut document, Json::Object(Object::new()));
                            }
                        }
                        Some(value) => touch.path.put(&mut document, value.clone()),
                        None => drop(touch.path.remove(&mut document)),
                    }
                }
            }
            document
        })
    }

    /// Makes the objects that contain a value, as touches of their own: an earlier version is
    /// recovered by undoing this edit, and must not be left with objects that nobody had made.
    fn make_way(&mut self, path: &Path) {
        for place in (1..path.steps().len()).map(|length| path.head(length)) {
            let before = place.find(&self.content.document).cloned();
            if !matches!(before, Some(Json::Object(_))) {
                let empty = Json::Object(Object::new());
                place.put(&mut self.content.document, empty.clone());
                self.touches.push(Touch { path: place, before, after: Some(empty) });
            }
        }
    }

    fn touch(&mut self, path: &Path, after: Option<Json>) {
        if after.is_some() {
            self.make_way(path);
        }
        let before = path.find(&self.content.document).cloned();
        if before == after && planted(Fault::SameValueTouchesNothing) {
            return;
        }
        if before != after {
            match after.clone() {
                Some(value) => path.put(&mut self.content.document, value),
                None => drop(path.remove(&mut self.content.document)),
            }
        }
        self.touches.push(Touch { path: path.clone(), before, after });
    }

    /// Opens a conflict; it replaces the own chain's conflicts there, including this edit's.
    fn open(&mut self, path: &Path, value: Option<Json>, base: Option<Json>, restored: bool) {
        let own = self.incoming.own;
        let id = ConflictId { device: own.device, device_seq: own.device_seq, path: path.clone() };
        let here = self.open.entry(path.clone()).or_default();
        if !here.iter().any(|c| c.id == id) {
            self.opened.push(path.clone());
        }
        here.retain(|c| c.id != id && !own.holds(c.id.device, c.id.device_seq));
        let made_at = self.incoming.made_at.to_owned();
        let user = self.incoming.user;
        here.push(Conflict { id, user, made_at, value, base, restored });
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
        let is_since = |id: &ConflictId| {
            pasts.iter().any(|p| p.device == id.device && p.device_seq == id.device_seq)
        };
        if let Some(here) = self.open.get_mut(path) {
            here.retain(|c| !own.holds(c.id.device, c.id.device_seq) || !is_since(&c.id));
        }
    }

    /// Closes the conflicts that the edit names. A place without a new value is affirmed as the
    /// person saw it: a touch, even if the value stays. Asking only for an object to be there is
    /// not a value.
    pub(super) fn settle(&mut self) {
        if self.incoming.resolves.is_empty() {
            return;
        }
        let asks = self.incoming.asks.iter().filter(|ask| ask.wish != Wish::Ensure);
        let mut answered: BTreeSet<&Path> = asks.map(|ask| &ask.path).collect();
        for name in self.incoming.resolves {
            let Some(here) = self.open.get_mut(&name.path) else {
                continue;
            };
            let open = here.len();
            here.retain(|c| c.id != *name);
            if here.len() == open || !answered.insert(&name.path) {
                continue;
            }
            let current = name.path.find(&self.content.document).cloned();
            if self.is_met(&name.path) {
                let seen = name.path.find(self.seen()).cloned();
                // For an object or a row, the question was only whether it stays.
                let both_stand =
                    seen.is_some() && current.is_some() && !self.incoming.shape.is_leaf(&name.path);
                if seen != current && !both_stand {
                    self.open_beside(&name.path, seen);
                    continue;
                }
            }
            if !planted(Fault::AffirmingTouchesNothing) {
                self.touch(&name.path, current);
            }
        }
    }

    /// The resulting content.
    pub(super) fn content(&mut self) -> Content {
        let mut content = std::mem::take(&mut self.content);
        content.conflicts = std::mem::take(&mut self.open).into_values().flatten().collect();
        content.conflicts.sort_by(|a, b| a.id.cmp(&b.id));
        content
    }

    pub(super) fn take(&mut self, ask: &Ask, may_pass: MayPass<'_>) -> Result<(), Refusal> {
        match ask.class {
            Class::Server if !self.incoming.hand.is_servers() => {
                self.ignored.push(ask.path.clone());
                return Ok(());
            }
            Class::State => {
                let to = match &ask.wish {
                    Wish::Set(value) => Some(value),
                    _ => None,
                };
                let from = ask.path.find(&self.content.document);
                may_pass(&ask.path, from, to).map_err(|problems| Refusal {
                    problems,
                    ..Refusal::quarantine(Reason::IllegalTransition)
                })?;
            }
            _ => {}
        }
        let asks_nobody = match ask.class {
            Class::Ask => false,
            Class::LastArrival => self.incoming.hand != Hand::Applied,
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

    /// Ensures that the rows which contain a place are there. A row that another removed is
    /// restored as the person saw it, as a conflict; an unknown row stops the edit. Returns false
    /// if nothing is left to do.
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
                if planted(Fault::UnknownRowsAreMade) {
                    continue;
                }
                return Err(Refusal::quarantine(Reason::RowUnknown));
            };
            let seen = match planted(Fault::RowsComeBackEmpty) {
                true => Json::Object(Object::new()),
                false => seen,
            };
            match ask.wish {
                Wish::Remove if is_target => continue,
                Wish::Ensure if is_target => return Ok(false),
                _ => {}
            }
            self.touch(&row, Some(seen.clone()));
            self.restored.insert(row.clone());
            self.open(&row, None, Some(seen), true);
        }
        Ok(true)
    }

    fn is_misled(&self, path: &Path) -> bool {
        let name = |(at, _): &(usize, &Touch)| {
            (self.since.pasts[*at].device, self.since.pasts[*at].device_seq)
        };
        planted(Fault::ClockDecides)
            && is_latest(self.incoming.made_at, self.touched_near(path).iter().map(name))
    }

    fn set(&mut self, path: &Path, value: Json, asks_nobody: bool) {
        let differs = path.find(&self.content.document) != Some(&value);
        if differs && !asks_nobody && self.is_met(path) && !self.is_misled(path) {
            self.open_beside(path, Some(value));
        } else {
            self.drop_own_alternative(path);
            self.touch(path, Some(value));
        }
    }

    fn add_row(&mut self, path: &Path, row: &Object) -> Result<(), Refusal> {
        let row = Json::Object(row.clone());
        // A double tap, or sent along as it was seen.
        if path.find(self.seen()) == Some(&row) && !planted(Fault::DoubleTapsWait) {
            return Ok(());
        }
        let taken = path.find(&self.content.document).is_some()
            || (self.content.removed_rows.contains(path) && !planted(Fault::RowIdsReturn))
            || path.find(self.seen()).is_some();
        if taken {
            return Err(Refusal::quarantine(Reason::RowIdTaken));
        }
        if self.is_met(path) {
            self.open_beside(path, Some(row));
        } else {
            self.touch(path, Some(row));
        }
        Ok(())
    }

    fn ensure(&mut self, path: &Path) {
        let empty = Some(Json::Object(Object::new()));
        if path.find(&self.content.document).is_some() {
            return;
        }
        // Removing something inside it does not say whether the object is there.
        let is_around = |touch: &Touch| touch.after.is_some() || !touch.path.stands_inside(path);
        if !self.is_met_by(path, is_around) {
            self.touch(path, empty);
        } else if path.find(self.seen()).is_none() {
            self.open_beside(path, empty);
        }
    }

    fn remove(&mut self, ask: &Ask, asks_nobody: bool) {
        let path = &ask.path;
        self.drop_own_alternative(path);
        let there = path.find(&self.content.document).cloned();
        let is_there = there.is_some();
        // Removing an empty object loses nothing; whether a row stays is a question whatever its
        // class.
        let is_bare =
            is_empty_object(&there) && !ask.is_row() && !self.incoming.shape.is_leaf(path);
        let asks_nobody = asks_nobody && !ask.is_row();
        let mut inside = self.open.range(path..).take_while(|(place, _)| place.is_within(path));
        let over_conflict =
            inside.any(|(_, open)| !open.is_empty()) && !planted(Fault::RemovesOverConflict);
        if is_there && !asks_nobody && (over_conflict || !is_bare && self.is_met(path)) {
            self.open_beside(path, None);
            return;
        }
        if let Some(Json::Object(gone)) = there {
            self.remember_rows(path, ask.is_row(), &gone);
        }
        self.touch(path, None);
    }

    /// Remembers the removed row, and every object inside the removed value that is not a leaf:
    /// remembering one id too many does no harm.
    fn remember_rows(&mut self, path: &Path, is_row: bool, gone: &Object) {
        if is_row {
            self.content.removed_rows.insert(path.clone());
        }
        for (name, value) in gone {
            let place = path.child(name);
            if let Json::Object(inner) = value
                && !self.incoming.shape.is_leaf(&place)
            {
                self.remember_rows(&place, true, inner);
            }
        }
    }
}
