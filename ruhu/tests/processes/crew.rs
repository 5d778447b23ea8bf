//! People at work on tablets, several to a person, and what must be true of what they were told.

use crate::line::Line;
use crate::service::{PASSWORD, Ruhu};
use ruhu_device::{Counted, DeviceError, Random, TestDevice};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

type Tablet = TestDevice<Line>;

const PEOPLE: usize = 3;
const TABLETS_EACH: usize = 2;

/// As many acknowledged edits are asked for again at a time.
const ASKED_AGAIN: usize = 200;

/// Everybody's tablets.
pub(crate) struct Crew {
    tablets: Vec<Tablet>,
    random: Random,
}

/// What the tablets are told while they work.
#[derive(Default)]
pub(crate) struct Signals {
    stop: AtomicBool,
    acknowledged: AtomicU64,
    refused: AtomicU64,
}

impl Signals {
    /// Pushes that were acknowledged so far.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Pushes that were told to come again.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Stops the work when it goes.
struct Ending<'a>(&'a Signals);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl Crew {
    /// Adds the people by the command, and signs them in.
    pub(crate) fn enrol(ruhu: &Ruhu, seed: u64) -> Self {
        let mut tablets = Vec::new();
        for person in 0..PEOPLE {
            let login = ruhu.add_person("committee_member", "110102003001");
            for each in 0..TABLETS_EACH {
                let seed = seed ^ (((person * TABLETS_EACH + each) as u64 + 1) << 32);
                let line = Line::to(ruhu);
                let mut tablet = TestDevice::new(line, Counted::new(seed));
                tablet.sign_in(&login, PASSWORD, "平板").expect("signed in");
                tablet.settings_mut().attempts = 1;
                tablets.push(tablet);
            }
        }
        Self { tablets, random: Random::new(seed) }
    }

    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.random.below(bound)
    }

    /// Gives all tablets the service's new address.
    pub(crate) fn reconnect(&mut self, ruhu: &Ruhu) {
        for tablet in &mut self.tablets {
            *tablet.transport_mut() = Line::to(ruhu);
        }
    }

    /// Works on all tablets at once until they are told to stop; `meanwhile` is done beside it.
    pub(crate) fn work(&mut self, meanwhile: impl FnOnce(&Signals)) {
        let signals = Signals::default();
        std::thread::scope(|scope| {
            for tablet in &mut self.tablets {
                let own = Random::new(self.random.number());
                let signals = &signals;
                scope.spawn(move || write_and_push(tablet, own, signals));
            }
            // They would work for ever if it panicked.
            let _ending = Ending(&signals);
            meanwhile(&signals);
        });
    }

    /// Everybody syncs; then every acknowledged edit is there, once, with the outcome that its
    /// tablet was told, the journal's chains hold, and the read models are what the records say.
    /// Gives the number of edits.
    #[track_caller]
    pub(crate) fn check(&mut self, ruhu: &Ruhu) -> u64 {
        for tablet in &mut self.tablets {
            sync(tablet);
        }
        // What one pushed, the other has to read.
        for tablet in &mut self.tablets {
            sync(tablet);
            assert!(tablet.memory().outbox().is_empty());
            are_answered_as_before(tablet);
        }
        self.each_version_was_made_once();
        let edits: u64 =
            self.tablets.iter().map(|tablet| tablet.memory().next_device_seq().0 - 1).sum();
        let told = ruhu.said(&["journal", "verify"]);
        let counted = format!("looked through {edits} edits of {} devices", self.tablets.len());
        assert!(told.contains(&counted), "{counted}: {told}");
        let told = ruhu.said(&["rebuild"]);
        assert!(told.contains("the read models are what the records say"), "{told}");
        edits
    }

    /// Each version of each record was made by one edit, and none is missing.
    #[track_caller]
    fn each_version_was_made_once(&self) {
        let mut made: BTreeMap<RecordId, Vec<u64>> = BTreeMap::new();
        for tablet in &self.tablets {
            for edit in tablet.memory().acknowledged() {
                let outcome = &tablet.memory().outcomes()[&edit.device_seq];
                assert!(outcome.outcome.is_effective(), "{outcome:?}");
                let record = edit.draft.as_ref().expect("a draft").record;
                made.entry(record).or_default().push(outcome.rev.expect("a version").number);
            }
        }
        for (record, mut numbers) in made {
            numbers.sort_unstable();
            assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "{record}");
            let held = self.tablets.iter().filter_map(|tablet| tablet.memory().rows().get(&record));
            let revs: Vec<u64> = held.map(|row| row.rev.number).collect();
            assert_eq!(revs, [numbers.len() as u64; TABLETS_EACH], "{record}");
        }
    }
}

fn write_and_push(tablet: &mut Tablet, mut random: Random, signals: &Signals) {
    while !signals.stop.load(Ordering::Relaxed) {
        for _ in 0..=random.below(4) {
            write(tablet, &mut random);
        }
        match tablet.push() {
            Ok(_) => {
                signals.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            Err(DeviceError::Busy { retry_after_seconds }) => {
                assert!(retry_after_seconds.is_some(), "it does not say when to come again");
                signals.refused.fetch_add(1, Ordering::Relaxed);
            }
            Err(DeviceError::Unreachable(_)) => std::thread::yield_now(),
            Err(other) => panic!("{other}"),
        }
    }
}

/// Makes something up: a new find, a group of two, or a change of what the tablet holds.
fn write(tablet: &mut Tablet, random: &mut Random) {
    let known: Vec<RecordId> = tablet.records("find").iter().map(|view| view.record).collect();
    let choice = random.below(6);
    if known.is_empty() || (choice == 0 && known.len() < 200) {
        tablet.create("find", None, find(random)).expect("kept");
    } else if choice == 1 && known.len() < 200 {
        let made = tablet.group(|tablet| {
            tablet.create("find", None, find(random))?;
            tablet.create("find", None, find(random))
        });
        made.expect("kept");
    } else {
        let record = random.pick(&known);
        let field = random.pick(&["place", "about", "description", "wish"]);
        let text = format!("第{}次所写", random.below(1_000_000));
        tablet.set(record, &Path::of(&[field]), text.as_str().into()).expect("kept");
    }
}

fn find(random: &mut Random) -> Object {
    let text = format!(
        r#"{{"status":"reported","found_at":"2026-11-23T09:30:00+08:00","category":"other",
        "urgency":"normal","place":"虚拟胡同{}号"}}"#,
        random.below(1000)
    );
    Json::parse(&text).ok().and_then(|json| json.as_object().cloned()).expect("a document")
}

#[track_caller]
fn sync(tablet: &mut Tablet) {
    let report = tablet.sync().expect("synced");
    assert!(report.pull.streams.iter().all(|stream| stream.agrees), "{report:?}");
    assert!(report.pull.reread.is_empty(), "it had drifted: {report:?}");
}

/// The last acknowledged edits, sent again, have the outcomes that they had.
#[track_caller]
fn are_answered_as_before(tablet: &mut Tablet) {
    let memory = tablet.memory();
    let kept = memory.acknowledged();
    let last = &kept[kept.len().saturating_sub(ASKED_AGAIN)..];
    let edits: Vec<&str> = last.iter().map(|edit| edit.bytes.as_str()).collect();
    let epoch = memory.epoch().expect("an epoch");
    let body = format!(r#"{{"protocol":1,"epoch":"{epoch}","edits":[{}]}}"#, edits.join(","));
    let told: Vec<Value> = last
        .iter()
        .map(|edit| serde_json::to_value(&memory.outcomes()[&edit.device_seq]).expect("json"))
        .collect();
    let answer = tablet.call("POST", "/v1/sync/push", Some(&body)).expect("answered");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).expect("json");
    assert_eq!(answer["outcomes"], Value::Array(told));
}
