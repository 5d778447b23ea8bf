//! A world in which a schedule is played: tablets, the network, the server, and the model.

mod acts;
mod elsewhere;
mod hands;
mod staff;
mod tablets;

use crate::kinds::Kinds;
use crate::model::{Model, Rights, Tally, Wrong};
use crate::names::{self, STAFF, STAFF_DEVICE, TEAMS, device, team, user};
use crate::net::{Line, Net};
use crate::service::Service;
use crate::step::{Right, Schedule, Step};
use elsewhere::Elsewhere;
use ruhu_device::{DeviceMemory, Outside, Session, TestDevice};
use ruhu_sync::id::{DeviceId, Epoch, RecordId, UserId};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// The first of the names that staff and hand-made requests use.
const STAFFS_FROM: u64 = 500_000_000;

/// The maximum number of versions of a form.
const FORMS_MAX: u32 = 4;

/// The source of names and times for everybody: none is ever issued twice.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    next: Arc<AtomicU64>,
    /// The year on the tablet's clock.
    year: u16,
}

impl Outside for Given {
    fn new_id(&mut self) -> Uuid {
        names::made(self.next.fetch_add(1, Ordering::Relaxed))
    }

    fn made_at(&mut self) -> String {
        let mark = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{}-11-23T09:30:00.{mark:09}+08:00", self.year)
    }
}

/// A tablet, and facts about its life.
pub(crate) struct Tablet<S> {
    pub(crate) device: TestDevice<Line<S>>,
    pub(crate) user: u8,
    pub(crate) outside: Given,
    pub(crate) copy: Option<(DeviceMemory, BTreeSet<String>, bool)>,
    /// The marks of everything that its person wrote and its storage still has.
    pub(crate) wrote: BTreeSet<String>,
    /// The highest number that it ever tried to send.
    pub(crate) attempted: u64,
    /// Its stored state, if it stores late: a planted fault.
    pub(crate) stored_late: Option<DeviceMemory>,
    /// A row was damaged, so that the next pull has something to repair.
    pub(crate) is_damaged: bool,
}

/// A record that somebody made, whether or not the server has it yet.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) id: RecordId,
    pub(crate) kind: &'static str,
    pub(crate) root: RecordId,
}

/// The whole simulation.
pub struct World<S> {
    pub(crate) net: Rc<RefCell<Net<S>>>,
    pub(crate) kinds: Kinds,
    pub(crate) tablets: Vec<Tablet<S>>,
    pub(crate) people: u8,
    pub(crate) rights: Vec<Rights>,
    pub(crate) made: Vec<Made>,
    pub(crate) given: Given,
    /// Names and times for what staff and hands send: in a replay, none are used.
    pub(crate) staffs: Given,
    /// The form's last version.
    pub(crate) forms: u32,
    pub(crate) lost: BTreeSet<Uuid>,
    pub(crate) ever_lost: BTreeSet<Uuid>,
    /// The token for requests made by hand.
    pub(crate) token: String,
    /// Forks and restores together may bring an edit twice: once under either name.
    pub(crate) has_doubles: bool,
    /// The epoch of each backup that can be restored, and whether it was verified.
    pub(crate) backups: Vec<bool>,
    /// The next numbers of the staff's session and of the installation by hand follow from the
    /// server's state; on a server whose state is not visible, everything they send is replayed
    /// from here.
    pub(crate) script: Script,
    /// What they sent.
    pub(crate) sent: Script,
    /// The results of the same schedule elsewhere, if the server is compared with another.
    elsewhere: Option<Elsewhere>,
    /// The number of steps played.
    pub steps: u64,
}

/// What staff and hands sent in a run, to be replayed elsewhere.
pub(crate) type Script = VecDeque<String>;

/// The result of a run.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// The number of steps played.
    pub steps: u64,
    /// The number of calls that arrived at the server.
    pub calls: u64,
    /// The number of edits by outcome.
    pub tally: Tally,
    /// The answers, if they were recorded.
    pub heard: VecDeque<Value>,
    /// What staff and hands sent.
    pub script: VecDeque<String>,
    /// Everything stored at the end, if there was no violation: one line each.
    pub stored: Vec<String>,
    /// Every edit at the end, by device and number, with its bytes: where it is visible.
    pub acknowledged: Vec<(Uuid, u64, String)>,
    /// The journal at the end, where it is visible: one line per edit.
    pub journal: Vec<String>,
    /// The failing step, and the violation.
    pub wrong: Option<(usize, Wrong)>,
}

impl<S: Service> World<S> {
    /// A world before its first step.
    pub fn new(schedule: &Schedule, kinds: Kinds, mut service: S, with_model: bool) -> Self {
        let epoch = service.epoch();
        let model = with_model.then(|| Model::new(kinds.clone(), epoch));
        let mut net = Net::new(service, model);
        if let Some(model) = &mut net.model {
            model.enrol(STAFF_DEVICE, STAFF, None);
        }
        let given = |from| Given { next: Arc::new(AtomicU64::new(from)), year: 2026 };
        let mut world = Self {
            net: Rc::new(RefCell::new(net)),
            kinds,
            tablets: Vec::new(),
            people: schedule.people.max(1),
            rights: Vec::new(),
            made: Vec::new(),
            given: given(1),
            staffs: given(STAFFS_FROM),
            forms: 1,
            lost: BTreeSet::new(),
            ever_lost: BTreeSet::new(),
            token: String::new(),
            has_doubles: schedule.may_double(),
            backups: Vec::new(),
            script: Script::default(),
            sent: Script::default(),
            elsewhere: None,
            steps: 0,
        };
        world.tell_forms();
        for n in 0..world.people {
            // Most belong to the first team, so that they meet.
            let teams = if n % 4 == 3 { [1, 2].into() } else { [0].into() };
            world.rights.push(Rights { closed: false, teams });
            world.tell_rights(n);
        }
        for n in 0..schedule.tablets {
            world.add_tablet(n);
        }
        world.enrol_hand();
        world
    }

    /// Records the answers, so that another server can be compared with this one.
    #[must_use]
    pub fn taken_down(self) -> Self {
        self.net.borrow_mut().heard = Some(VecDeque::new());
        self
    }

    /// Compares every answer, and at the end everything stored, with the same schedule elsewhere.
    #[must_use]
    pub fn held_against(mut self, played: &Played) -> Self {
        self.net.borrow_mut().elsewhere = Some(played.heard.clone());
        self.script.clone_from(&played.script);
        self.elsewhere = Some(Elsewhere::of(played));
        self
    }

    fn add_tablet(&mut self, n: u8) {
        let of = n % self.people;
        let token = self.enrol(of, device(n));
        let session = Session { access_token: token.clone(), refresh_token: token };
        let (id, epoch) = (DeviceId(device(n)), Epoch(self.net.borrow_mut().service.epoch()));
        let memory = DeviceMemory::enrolled(id, UserId(user(of)), epoch, session);
        let year = [2026, 2025, 2027, 1970][usize::from(n % 4)];
        let outside = Given { year, ..self.given.clone() };
        let tablet = self.tablet(memory, of, outside);
        self.tablets.push(tablet);
    }

    pub(crate) fn enrol(&mut self, of: u8, id: Uuid) -> String {
        let mut net = self.net.borrow_mut();
        if let Some(model) = &mut net.model {
            model.enrol(id, user(of), None);
        }
        net.service.enrol(of, id)
    }

    pub(crate) fn tablet(&self, memory: DeviceMemory, user: u8, outside: Given) -> Tablet<S> {
        let device = self.device(memory, user, &outside);
        let wrote = BTreeSet::new();
        Tablet {
            device,
            user,
            outside,
            copy: None,
            wrote,
            attempted: 0,
            stored_late: None,
            is_damaged: false,
        }
    }

    pub(crate) fn device(
        &self,
        memory: DeviceMemory,
        user: u8,
        outside: &Given,
    ) -> TestDevice<Line<S>> {
        let name = memory.device().map(|id| id.0).unwrap_or_default();
        let line = Line { net: Rc::clone(&self.net), user: names::user(user), device: name };
        let mut device = TestDevice::with_memory(memory, line, outside.clone());
        device.settings_mut().attempts = 2;
        device
    }

    fn tell_rights(&mut self, n: u8) {
        let rights = self.rights[usize::from(n)].clone();
        let mut net = self.net.borrow_mut();
        if let Some(model) = &mut net.model {
            model.set_rights(user(n), rights.clone());
        }
        net.service.set_rights(n, &rights);
    }

    /// Plays a schedule to its end, or to the first violation.
    pub fn play(mut self, schedule: &Schedule) -> Played {
        let mut wrong = None;
        for (at, step) in schedule.steps.iter().enumerate() {
            self.step(step);
            self.steps += 1;
            if let Some(found) = self.net.borrow_mut().wrong.take() {
                wrong = Some((at, found));
                break;
            }
        }
        if wrong.is_none() {
            self.rest();
            self.end();
            wrong = self.net.borrow_mut().wrong.take().map(|found| (schedule.steps.len(), found));
        }
        let mut stored = Vec::new();
        if wrong.is_none() {
            let service = &mut self.net.borrow_mut().service;
            stored = service.stored();
            let differs = self.elsewhere.as_ref().and_then(|there| there.differs(&stored, service));
            wrong = differs.map(|differs| (schedule.steps.len(), format!("9: {differs}")));
        }
        let acknowledged = self.looked(crate::look::all_acknowledged).unwrap_or_default();
        let journal = self.looked(crate::look::journal).unwrap_or_default();
        let mut net = self.net.borrow_mut();
        Played {
            journal,
            steps: self.steps,
            calls: net.calls,
            tally: net.model.as_ref().map(|model| model.tally.clone()).unwrap_or_default(),
            heard: net.heard.take().unwrap_or_default(),
            script: std::mem::take(&mut self.sent),
            stored,
            acknowledged,
            wrong,
        }
    }

    fn step(&mut self, step: &Step) {
        let count = self.tablets.len().max(1);
        let at = |on: &u8| usize::from(*on) % count;
        match step {
            Step::Write { on, acts } => self.write(at(on), acts),
            Step::Void { on, nth } => self.void(at(on), *nth),
            Step::Push { on, edits_max, fates } => self.push(at(on), *edits_max, fates),
            Step::Pull { on, limit, fates } => self.pull(at(on), *limit, fates),
            Step::Sync { on, limit, fates } => self.sync(at(on), *limit, fates),
            Step::Arrive { nth } => self.net.borrow_mut().arrive(usize::from(*nth)),
            Step::Crash { on } => self.crash(at(on)),
            Step::Copy { on } => self.copy(at(on)),
            Step::Return { on } => self.go_back(at(on)),
            Step::Clone { on } => self.clone_tablet(at(on)),
            Step::Rejoin { on, fates } => self.rejoin(at(on), fates),
            Step::Lose { on, found } => self.lose(at(on), *found),
            Step::Damage { on, nth } => self.damage(at(on), *nth),
            Step::Rights { of, right } => self.change_rights(of % self.people, *right),
            Step::BackUp { verified } => self.back_up(*verified),
            Step::Restore { nth } => self.restore(usize::from(*nth)),
            Step::Restart => self.net.borrow_mut().service.restart(),
            Step::Publish => self.publish(),
            Step::Staff(act) => self.staff(*act),
            Step::Hand(raw) => self.by_hand(*raw),
            Step::AtOnce { one, other, reader } => self.at_once(at(one), at(other), at(reader)),
            Step::Rest => self.rest(),
        }
    }

    fn change_rights(&mut self, of: u8, right: Right) {
        let rights = &mut self.rights[usize::from(of)];
        match right {
            Right::Joins(n) => drop(rights.teams.insert(n % TEAMS)),
            Right::Leaves(n) => drop(rights.teams.remove(&(n % TEAMS))),
            Right::Ends => rights.closed = true,
            Right::Begins => rights.closed = false,
        }
        self.tell_rights(of);
    }

    fn publish(&mut self) {
        self.forms = FORMS_MAX.min(self.forms + 1);
        self.kinds.begin_on(self.forms);
        self.tell_forms();
    }

    /// All versions, in order: a restored server may lack some.
    pub(crate) fn tell_forms(&mut self) {
        let mut net = self.net.borrow_mut();
        (1..=self.forms).for_each(|version| net.service.publish(version));
    }

    fn back_up(&mut self, verified: bool) {
        self.backups.push(verified);
        let mut net = self.net.borrow_mut();
        net.service.back_up();
        if verified {
            net.service.verify();
        }
        if let Some(model) = &mut net.model {
            model.back_up();
            if verified {
                model.verify();
            }
        }
    }

    /// A team's stream that a person may write to, if there is any.
    pub(crate) fn team_of(&self, of: u8, nth: u8) -> Uuid {
        let teams: Vec<u8> = self.rights[usize::from(of)].teams.iter().copied().collect();
        match teams.get(usize::from(nth) % teams.len().max(1)) {
            Some(n) => team(*n),
            None => team(nth),
        }
    }
}
