//! One person with a tablet, for as long as the run lasts: works offline, syncs, listens for a
//! while, signs in again now and then.

use super::acts::{self, Person};
use super::clockwork::Clockwork;
use super::line::{Line, Pace, one_of};
use super::tally::Tally;
use crate::documents::Documents;
use crate::house::{PASSWORD, login};
use ruhu_device::{
    DeviceError, HttpTransport, LiveEvent, LiveEvents, Random, RealWorld, TestDevice,
};
use ruhu_sync::outcome::{Outcome, Verdict};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Out of a hundred syncs, how many are followed by listening, and by signing in again.
const LISTENS: u64 = 25;
const SIGNS_IN_AGAIN: u64 = 3;

/// How often a last sync is tried. A session that cannot be renewed is a forbidden event; the
/// person signs in all the same.
const LAST_TRIES_MAX: u32 = 20;

/// Somebody who works for as long as the run lasts.
pub(crate) struct Worker {
    number: usize,
    addresses: Arc<[SocketAddr]>,
    /// With the tablet.
    pub(crate) person: Person,
    tally: Arc<Tally>,
}

impl Worker {
    /// Somebody with a new tablet.
    pub(crate) fn new(
        number: usize,
        addresses: &Arc<[SocketAddr]>,
        seed: u64,
        tally: &Arc<Tally>,
    ) -> Result<Self, DeviceError> {
        let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
        let pace = Pace::of_a_tablet(&mut random);
        let lots = Random::new(random.number());
        let documents = Documents::new(random.number());
        let line = Line::new(Arc::clone(addresses), pace, lots, Arc::clone(tally));
        let device = TestDevice::new(line, RealWorld::new()?);
        let (addresses, tally) = (Arc::clone(addresses), Arc::clone(tally));
        let person = Person { device, random, documents };
        Ok(Self { number, addresses, person, tally })
    }

    /// Works until the time is up, then pushes what is left.
    pub(crate) fn live(&mut self, clockwork: &Clockwork, pause: Duration) {
        self.person.device.transport_mut().is_lossy = false;
        self.sign_in(clockwork);
        self.person.device.transport_mut().is_lossy = true;
        while !clockwork.is_over() {
            if let Err(error) = acts::work(&mut self.person) {
                self.tally.unplanned(&format!("offline: {error}"));
            }
            // From half to one and a half of the pause.
            let share = self.person.random.between(50, 150) as f64 / 100.0;
            clockwork.wait(pause.mul_f64(share));
            self.sync(clockwork);
            if self.person.random.below(100) < LISTENS {
                self.listen(clockwork);
            }
            if self.person.random.below(100) < SIGNS_IN_AGAIN {
                self.sign_in(clockwork);
            }
        }
        self.person.device.transport_mut().is_lossy = false;
        self.hand_in();
    }

    fn sign_in(&mut self, clockwork: &Clockwork) {
        let signed_in = self.person.device.sign_in(&login(self.number), PASSWORD, "压测平板");
        match signed_in {
            Ok(()) => self.tally.count("signed in"),
            Err(error) => self.meet(&error, clockwork),
        }
    }

    fn sync(&mut self, clockwork: &Clockwork) {
        match self.person.device.push() {
            Ok(report) => self.heard(&report.outcomes),
            Err(error) => return self.meet(&error, clockwork),
        }
        self.pull(clockwork);
    }

    fn pull(&mut self, clockwork: &Clockwork) {
        match self.person.device.pull() {
            Ok(report) if report.reread.is_empty() => {}
            Ok(_) => self.tally.unplanned("a stream did not agree after a pull"),
            Err(error) => self.meet(&error, clockwork),
        }
    }

    fn heard(&self, outcomes: &[Outcome]) {
        for outcome in outcomes {
            let reason = outcome.reason.and_then(|reason| serde_json::to_value(reason).ok());
            let reason = reason.as_ref().and_then(|reason| reason.as_str()).unwrap_or_default();
            let verdict = format!("{:?}", outcome.outcome).to_lowercase();
            match outcome.outcome {
                Verdict::Rejected => {
                    self.tally.unplanned(&format!("an edit was rejected: {reason}"));
                }
                Verdict::Quarantined => self.tally.count(&format!("edit {verdict}: {reason}")),
                _ => self.tally.count(&format!("edit {verdict}")),
            }
        }
    }

    fn meet(&mut self, error: &DeviceError, clockwork: &Clockwork) {
        match error {
            DeviceError::Unreachable(_) => self.tally.count("gave up until the next sync"),
            DeviceError::Busy { retry_after_seconds } => {
                clockwork.wait(Duration::from_secs(retry_after_seconds.unwrap_or(1)));
            }
            DeviceError::SignInNeeded => {
                self.tally.unplanned("a session could not be renewed");
                self.sign_in(clockwork);
            }
            other => self.tally.unplanned(&format!("a tablet: {other}")),
        }
    }

    /// Listens for a while, and pulls whenever an event is ahead of what was read.
    fn listen(&mut self, clockwork: &Clockwork) {
        let Some(token) = self.person.device.transport().token.clone() else {
            return;
        };
        let until = Instant::now() + Duration::from_secs(self.person.random.between(10, 40));
        let patience = until.saturating_duration_since(Instant::now());
        let address = one_of(&self.addresses, &mut self.person.random);
        let line = HttpTransport::with_timeout(&format!("http://{address}"), patience);
        let Ok(mut events) = LiveEvents::open(&line, &token) else {
            // The token may have expired in between, and a full server says so.
            return self.tally.count("events: not let in");
        };
        self.tally.count("events: listened");
        let mut is_first = true;
        while Instant::now() < until && !clockwork.is_over() {
            match events.next_event() {
                Ok(Some(LiveEvent::Heads(_))) if is_first => is_first = false,
                Ok(Some(LiveEvent::Heads(_))) => {
                    self.tally.count("events: told of news, and pulled");
                    self.pull(clockwork);
                }
                Ok(Some(LiveEvent::Heartbeat)) => {}
                Ok(Some(LiveEvent::Closed(why))) => {
                    return self.tally.count(&format!("events: closed, {why}"));
                }
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Pushes until nothing is left.
    fn hand_in(&mut self) {
        for _ in 0..LAST_TRIES_MAX {
            match self.person.device.push() {
                Ok(report) => {
                    self.heard(&report.outcomes);
                    return;
                }
                Err(DeviceError::Busy { retry_after_seconds }) => {
                    std::thread::sleep(Duration::from_secs(retry_after_seconds.unwrap_or(1)));
                }
                Err(error) => self.tally.unplanned(&format!("the last push: {error}")),
            }
        }
    }

    /// Pulls what everybody has pushed; returns whether every stream then agrees at once.
    pub(crate) fn read_all(&mut self) -> bool {
        for _ in 0..LAST_TRIES_MAX {
            match self.person.device.pull() {
                Ok(report) => {
                    return report.reread.is_empty() && report.streams.iter().all(|one| one.agrees);
                }
                Err(DeviceError::Busy { retry_after_seconds }) => {
                    std::thread::sleep(Duration::from_secs(retry_after_seconds.unwrap_or(1)));
                }
                Err(error) => self.tally.unplanned(&format!("the last pull: {error}")),
            }
        }
        false
    }
}
