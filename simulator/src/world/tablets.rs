//! What happens to tablets: they sync, crash, are copied, cloned, lost, and recover.

use super::{Tablet, World};
use crate::names::user;
use crate::service::Service;
use crate::step::Fate;
use ruhu_device::{DeviceError, DeviceMemory, PullReport, TestDevice};
use ruhu_sync::id::DeviceSeq;
use ruhu_sync::planted::{Fault, planted};
use serde_json::Value;
use std::collections::BTreeMap;

/// The maximum number of tablets.
const TABLETS_MAX: usize = 24;

/// How often a tablet is helped before it counts as stuck.
const HELPED_MAX: usize = 6;

impl<S: Service> World<S> {
    fn set_fates(&mut self, fates: &[Fate]) {
        let mut net = self.net.borrow_mut();
        net.fates = fates.iter().copied().collect();
    }

    /// Checks a call's result on a bad network. A cut answer may confuse, nothing else.
    fn tried<T>(&mut self, fates: &[Fate], done: Result<T, DeviceError>) -> Option<T> {
        self.net.borrow_mut().fates.clear();
        match done {
            Ok(value) => Some(value),
            Err(DeviceError::Answer(_)) if fates.contains(&Fate::CutResponse) => None,
            Err(
                error @ (DeviceError::Gap { .. }
                | DeviceError::GroupSplit { .. }
                | DeviceError::Answer(_)
                | DeviceError::Refused { .. }
                | DeviceError::TooLarge { .. }),
            ) => {
                let wrong = format!("1: an honest tablet does not get on: {error}");
                self.net.borrow_mut().note(Err(wrong));
                None
            }
            Err(_) => None,
        }
    }

    fn attempt(&mut self, at: usize) -> &mut Tablet<S> {
        let tablet = &mut self.tablets[at];
        if planted(Fault::DeviceStoresLate) {
            tablet.stored_late = Some(tablet.device.memory().clone());
        }
        let last = tablet.device.memory().outbox().last().map(|edit| edit.device_seq.0);
        tablet.attempted = tablet.attempted.max(last.unwrap_or(0));
        tablet
    }

    pub(super) fn push(&mut self, at: usize, edits_max: u8, fates: &[Fate]) {
        self.set_fates(fates);
        let device = &mut self.attempt(at).device;
        device.settings_mut().push_edits_max =
            if edits_max == 0 { 500 } else { usize::from(edits_max) };
        let done = device.push();
        device.settings_mut().push_edits_max = 500;
        self.tried(fates, done);
    }

    pub(super) fn pull(&mut self, at: usize, limit: u8, fates: &[Fate]) {
        self.set_fates(fates);
        let device = &mut self.tablets[at].device;
        device.settings_mut().pull_limit = (limit > 0).then_some(usize::from(limit));
        let done = device.pull();
        if let Some(report) = self.tried(fates, done) {
            self.has_pulled(at, &report);
        }
    }

    pub(super) fn sync(&mut self, at: usize, limit: u8, fates: &[Fate]) {
        self.set_fates(fates);
        let device = &mut self.attempt(at).device;
        device.settings_mut().pull_limit = (limit > 0).then_some(usize::from(limit));
        let done = device.sync();
        if let Some(report) = self.tried(fates, done) {
            self.has_pulled(at, &report.pull);
        }
    }

    /// Guarantees 3 and 8: the tablet's state after a complete pull.
    fn has_pulled(&mut self, at: usize, report: &PullReport) {
        let tablet = &mut self.tablets[at];
        let has_drifted = !report.reread.is_empty() && !tablet.is_damaged;
        tablet.is_damaged = false;
        let result = if has_drifted {
            Err(format!("3: a pull left {:?} with other digests than the server's", report.reread))
        } else if report.streams.iter().any(|stream| !stream.agrees) {
            Err("8: a tablet that read a stream again still does not agree".to_owned())
        } else {
            Ok(())
        };
        let held = self.held(at);
        let mut net = self.net.borrow_mut();
        net.note(result);
        let held = net.model.as_ref().map_or(Ok(()), held);
        net.note(held);
    }

    /// The tablet's rows, to be compared with the model.
    fn held(
        &self,
        at: usize,
    ) -> impl FnOnce(&crate::model::Model) -> Result<(), crate::model::Wrong> + use<S> {
        let tablet = &self.tablets[at];
        let row = |(id, row): (&ruhu_sync::id::RecordId, &ruhu_device::Row)| {
            (id.0, serde_json::to_value(row).unwrap_or_default())
        };
        let rows: BTreeMap<_, _> = tablet.device.memory().rows().iter().map(row).collect();
        let owner = user(tablet.user);
        move |model| model.holds(owner, &rows)
    }

    /// The tablet continues from this storage.
    fn go_on_from(&mut self, at: usize, memory: DeviceMemory) {
        let (of, outside) = (self.tablets[at].user, self.tablets[at].outside.clone());
        self.tablets[at].device = self.device(memory, of, &outside);
    }

    pub(super) fn crash(&mut self, at: usize) {
        if let Some(stored) = self.tablets[at].stored_late.clone() {
            return self.go_on_from(at, stored);
        }
        let saved = self.tablets[at].device.save();
        match saved.and_then(|text| DeviceMemory::restore(&text)) {
            Ok(memory) => self.go_on_from(at, memory),
            Err(error) => {
                let wrong = format!("1: a tablet's storage cannot be read: {error}");
                self.net.borrow_mut().note(Err(wrong));
            }
        }
    }

    pub(super) fn copy(&mut self, at: usize) {
        let tablet = &mut self.tablets[at];
        let memory = tablet.device.memory().clone();
        tablet.copy = Some((memory, tablet.wrote.clone(), tablet.is_damaged));
    }

    /// Only what was written since the copy and not sent is lost with the storage.
    pub(super) fn go_back(&mut self, at: usize) {
        let Some((memory, wrote, is_damaged)) = self.tablets[at].copy.clone() else { return };
        self.go_on_from(at, memory);
        (self.tablets[at].wrote, self.tablets[at].is_damaged) = (wrote, is_damaged);
        self.tablets[at].attempted = u64::MAX;
    }

    pub(super) fn clone_tablet(&mut self, at: usize) {
        let tablet = &self.tablets[at];
        let Some((memory, wrote, is_damaged)) = tablet.copy.clone() else { return };
        if self.tablets.len() >= TABLETS_MAX {
            return;
        }
        let (of, outside) = (tablet.user, tablet.outside.clone());
        let mut clone = self.tablet(memory, of, outside);
        (clone.wrote, clone.attempted, clone.is_damaged) = (wrote, u64::MAX, is_damaged);
        self.tablets.push(clone);
    }

    pub(super) fn rejoin(&mut self, at: usize, fates: &[Fate]) {
        self.set_fates(fates);
        let done = self.lead_back(at);
        self.tried(fates, done);
    }

    fn lead_back(&mut self, at: usize) -> Result<(), DeviceError> {
        let login = self.tablets[at].user.to_string();
        let device = &mut self.attempt(at).device;
        let before = device.memory().device();
        let done = device.rejoin(&login, "password", "平板");
        let now = device.memory().device();
        if let Some(now) = now.filter(|now| before != Some(*now)) {
            device.transport_mut().device = now.0;
            self.tablets[at].attempted = 0;
        }
        done
    }

    pub(super) fn lose(&mut self, at: usize, found: bool) {
        let Some(id) = self.tablets[at].device.memory().device() else { return };
        if found {
            self.lost.remove(&id.0)
        } else {
            self.lost.insert(id.0)
        };
        self.ever_lost.insert(id.0);
        self.tell_lost(id.0);
    }

    fn tell_lost(&mut self, id: uuid::Uuid) {
        let lost = self.lost.contains(&id);
        let mut net = self.net.borrow_mut();
        net.service.set_lost(id, lost);
        if let Some(model) = &mut net.model {
            model.set_lost(id, lost);
        }
    }

    pub(super) fn damage(&mut self, at: usize, nth: u8) {
        let Ok(saved) = self.tablets[at].device.save() else { return };
        let mut storage: Value = serde_json::from_str(&saved).unwrap_or_default();
        let Some(rows) = storage["rows"].as_object_mut().filter(|rows| !rows.is_empty()) else {
            return;
        };
        let count = rows.len();
        if let Some(row) = rows.values_mut().nth(usize::from(nth) % count) {
            row["document"]["x"] = serde_json::json!("坏");
        }
        if let Ok(memory) = DeviceMemory::restore(&storage.to_string()) {
            self.go_on_from(at, memory);
            self.tablets[at].is_damaged = true;
        }
    }

    /// A void replaces an edit that nobody can have heard of yet.
    pub(super) fn void(&mut self, at: usize, nth: u8) {
        let tablet = &mut self.tablets[at];
        let unsent = tablet.device.memory().outbox().iter();
        let unsent: Vec<(DeviceSeq, bool)> = unsent
            .filter(|edit| edit.device_seq.0 > tablet.attempted)
            .map(|edit| (edit.device_seq, edit.draft.is_some()))
            .collect();
        let Some((number, true)) = unsent.get(usize::from(nth) % unsent.len().max(1)) else {
            return;
        };
        if tablet.device.void(*number).is_ok() {
            for gone in tablet.device.memory().voided() {
                let said: Value = serde_json::from_str(&gone.bytes).unwrap_or_default();
                tablet.wrote.remove(said["made_at"].as_str().unwrap_or_default());
            }
        }
    }

    pub(super) fn restore(&mut self, nth: usize) {
        let oldest = self.backups.iter().rposition(|verified| *verified).unwrap_or(0);
        let may = oldest..self.backups.len();
        if may.is_empty() {
            return;
        }
        let nth = may.start + nth % may.len();
        self.backups.truncate(nth + 1);
        {
            let mut net = self.net.borrow_mut();
            net.service.restore(nth);
            let epoch = net.service.epoch();
            if let Some(model) = &mut net.model {
                model.restore(nth, epoch);
            }
        }
        self.tell_forms();
        // Rights are what people say they are; what was reported lost is reported again.
        for n in 0..self.people {
            self.tell_rights(n);
        }
        for id in self.ever_lost.clone() {
            self.tell_lost(id);
        }
    }

    /// Two tablets push at one moment, and a third reads in between.
    pub(super) fn at_once(&mut self, one: usize, other: usize, reader: usize) {
        if planted(Fault::RootsUnlocked) {
            self.net.borrow_mut().service.remember();
        }
        let is_skipped = planted(Fault::PositionsUnlocked);
        if is_skipped {
            // The other gets its positions first and becomes visible last.
            self.net.borrow_mut().service.take_positions();
        }
        self.push(one, 0, &[]);
        if reader != one && reader != other {
            self.pull(reader, 0, &[]);
        }
        let mut net = self.net.borrow_mut();
        if planted(Fault::RootsUnlocked) {
            net.service.forget_effects();
        }
        if is_skipped {
            net.service.use_positions();
        }
        drop(net);
        self.push(other, 0, &[]);
        if is_skipped {
            self.net.borrow_mut().service.end_positions();
        }
    }

    fn is_lost(&self, at: usize) -> bool {
        // A name that was lost takes along what was written under it.
        let memory = self.tablets[at].device.memory();
        let earlier = memory.earlier().iter().map(|earlier| earlier.device);
        memory.device().into_iter().chain(earlier).any(|id| self.lost.contains(&id.0))
    }

    /// The network is good; late requests arrive; everybody syncs until nothing is left to do.
    pub(super) fn rest(&mut self) {
        self.set_fates(&[]);
        loop {
            let mut net = self.net.borrow_mut();
            if net.late() == 0 || net.wrong.is_some() {
                break;
            }
            net.arrive(0);
        }
        for round in 0..2 {
            for at in 0..self.tablets.len() {
                if self.net.borrow().wrong.is_some() {
                    return;
                }
                if !self.is_lost(at) {
                    self.help(at, round);
                }
            }
        }
    }

    fn help(&mut self, at: usize, round: usize) {
        for _ in 0..HELPED_MAX {
            let device: &mut TestDevice<_> = &mut self.attempt(at).device;
            device.settings_mut().pull_limit = None;
            let done = match device.sync() {
                Ok(report) => return self.has_pulled(at, &report.pull),
                // Nothing is theirs to hold any more; what they wrote was pushed.
                Err(DeviceError::Closed) => return,
                Err(DeviceError::Forked { .. } | DeviceError::SignInNeeded) => self.lead_back(at),
                Err(error) => Err(error),
            };
            if self.net.borrow().wrong.is_some() {
                return;
            }
            match done {
                Ok(()) | Err(DeviceError::EpochChanged { .. } | DeviceError::Forked { .. }) => {}
                Err(DeviceError::Closed) => return,
                Err(error) => {
                    let wrong = format!("8: at rest, tablet {at} does not get on: {error}");
                    return self.net.borrow_mut().note(Err(wrong));
                }
            }
        }
        let wrong = format!("8: at rest, tablet {at} does not come to an end in round {round}");
        self.net.borrow_mut().note(Err(wrong));
    }

    /// After edits have stopped and everybody has synced: nothing is unsent, all agree, and
    /// everything that anybody wrote is in the journal once.
    pub(super) fn end(&mut self) {
        if self.net.borrow().wrong.is_some() {
            return;
        }
        self.net.borrow_mut().look(true);
        let mut marks = None;
        self.net.borrow().service.look(&mut |stored| marks = Some(crate::look::marks(stored)));
        for at in 0..self.tablets.len() {
            if self.is_lost(at) {
                continue;
            }
            let tablet = &self.tablets[at];
            let unsent = tablet.device.memory().outbox().len();
            let lost = marks.as_ref().and_then(|marks| {
                tablet.wrote.iter().find(|mark| !marks.contains_key(*mark)).cloned()
            });
            let closed = self.rights[usize::from(tablet.user)].closed;
            let held = self.held(at);
            let mut net = self.net.borrow_mut();
            if unsent > 0 {
                net.note(Err(format!("1: {unsent} edits of tablet {at} are unsent at rest")));
            }
            if let Some(mark) = lost {
                net.note(Err(format!("1: what was written at {mark} on tablet {at} is gone")));
            }
            let holds = net.model.as_ref().map_or(Ok(()), held);
            if !closed {
                net.note(holds);
            }
        }
        let twice = marks.and_then(|marks| {
            let mut twice = marks.into_iter().filter(|(_, times)| *times > 1);
            twice.find(|_| !self.has_doubles)
        });
        if let Some((mark, times)) = twice {
            let wrong = format!("2: what was written at {mark} is there {times} times");
            self.net.borrow_mut().note(Err(wrong));
        }
    }
}
