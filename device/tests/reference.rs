//! Tablets against the reference server: whatever is lost, repeated or interrupted on the way, in
//! the end all of them hold what the server holds.

use ruhu_device::{
    Choice, Counted, DeviceError, DeviceMemory, Fault, Flaky, Random, Response, Session,
    TestDevice, Transport, TransportError,
};
use ruhu_sync::chain::Salt;
use ruhu_sync::grants::{Capacity, Grant, Grants, StreamKind};
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant, RecordId, StreamId, UserId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::memory::MemoryStore;
use ruhu_sync::merge::Hand;
use ruhu_sync::outcome::Verdict;
use ruhu_sync::path::Path;
use ruhu_sync::plain::PlainRules;
use ruhu_sync::pull::{PullContext, PullReply, pull};
use ruhu_sync::push::{PushContext, PushReply, PushRequest, push};
use ruhu_sync::storage::{DeviceState, Stored};
use ruhu_sync::version::Served;
use std::rc::Rc;
use uuid::Uuid;

const EPOCH: Epoch = Epoch(Uuid::from_u128(0xE));
const STREAM: StreamId = StreamId(Uuid::from_u128(0x5));
const KINDS: &str = r#"{"kinds":{"thing":{"fields":{
    "x":"ask","y":"ask","mark":"last_arrival","rows":{"rows":{"wage":"ask"}}}}}}"#;

/// A server in memory, as far as push and pull go. The access token is the device's number.
struct Server {
    store: MemoryStore,
    rules: PlainRules,
}

impl Server {
    fn new(devices: u128) -> Rc<Self> {
        let rules = serde_json::from_str(KINDS).expect("rules");
        let server = Self { store: MemoryStore::new(EPOCH), rules };
        for n in 1..=devices {
            let state = DeviceState {
                id: DeviceId(Uuid::from_u128(n)),
                user: UserId(Uuid::from_u128(n)),
                last: DeviceSeq(0),
                chain: [0; 32],
                safe: DeviceSeq(0),
                continues: Vec::new(),
                reported_lost: false,
            };
            server.store.state().devices.insert(state.id, state);
            server.grant(n, false);
        }
        Rc::new(server)
    }

    fn grant(&self, n: u128, closed: bool) {
        let grant = Grant { kind: StreamKind::Caseload, held: true, capacity: Capacity("worker") };
        let streams = [(STREAM, grant)].into();
        let grants = Grants { closed, streams, ..Grants::default() };
        let user = UserId(Uuid::from_u128(n));
        self.store.state().grants.insert(user, grants);
    }

    fn push(&self, n: u128, body: &str) -> Response {
        let request = PushRequest::parse(body).expect("an honest push");
        let mut salts = || -> Stored<Salt> { Ok([7; 16]) };
        let mut context = PushContext {
            user: UserId(Uuid::from_u128(n)),
            device: DeviceId(Uuid::from_u128(n)),
            now: Instant(1),
            hand: Hand::Device,
            salts: &mut salts,
        };
        let reply = self.store.write(|tx| push(tx, &self.rules, &mut context, &request));
        match reply.expect("stored") {
            PushReply::Answer(answer) => Response::new(200, answer.to_json()),
            other => panic!("an honest device was refused: {other:?}"),
        }
    }

    fn pull(&self, n: u128, body: &str) -> Response {
        let request = serde_json::from_str(body).expect("an honest pull");
        let context = PullContext {
            user: UserId(Uuid::from_u128(n)),
            device: DeviceId(Uuid::from_u128(n)),
            now: Instant(1),
            cursor_key: &[7; 32],
            served: Served::default(),
        };
        let reply = self.store.read(|tx| pull(tx, context, &request));
        match reply.expect("read") {
            PullReply::Page(page) => Response::new(200, page.json),
            PullReply::Closed(_) => Response::new(403, r#"{"type":"/problems/closed"}"#),
            other => panic!("an honest device was refused: {other:?}"),
        }
    }
}

struct Line(Rc<Server>);

impl Transport for Line {
    fn call(
        &mut self,
        _method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let device = bearer.and_then(|token| token.parse().ok()).expect("a token");
        let body = body.unwrap_or_default();
        Ok(match path {
            "/v1/sync/push" => self.0.push(device, body),
            _ => self.0.pull(device, body),
        })
    }
}

type Tablet = TestDevice<Flaky<Line>>;

fn tablet(server: &Rc<Server>, n: u128) -> Tablet {
    let session = Session { access_token: n.to_string(), refresh_token: String::new() };
    let (device, user) = (DeviceId(Uuid::from_u128(n)), UserId(Uuid::from_u128(n)));
    let memory = DeviceMemory::enrolled(device, user, EPOCH, session);
    let line = Flaky::new(Line(Rc::clone(server)));
    let seed = u64::try_from(n).expect("small") << 32;
    TestDevice::with_memory(memory, line, Counted::new(seed))
}

fn at(pointer: &str) -> Path {
    Path::parse(pointer).expect("a pointer")
}

fn holds_the_server_s_state(tablet: &Tablet, server: &Server) -> bool {
    let state = server.store.state();
    let stored = state.records.values();
    let told = tablet.memory().rows().values();
    stored.map(|r| (r.id, r.rev)).eq(told.map(|r| (r.record, r.rev)))
}

#[test]
fn two_people_s_different_values_wait_for_one_of_them_to_choose() {
    let server = Server::new(2);
    let (mut one, mut two) = (tablet(&server, 1), tablet(&server, 2));
    let thing = one.create("thing", None, Object::new()).expect("kept");
    one.sync().expect("synced");
    two.sync().expect("synced");
    one.set(thing, &at("/x"), 1.into()).expect("kept");
    two.set(thing, &at("/x"), 2.into()).expect("kept");
    one.sync().expect("synced");
    let outcome = two.sync().expect("synced").push.outcomes.remove(0);
    assert_eq!(outcome.outcome, Verdict::Conflict);

    one.sync().expect("synced");
    let open = one.open_conflicts(thing);
    assert_eq!(open.len(), 1);
    one.resolve(thing, &open[0].id, Choice::TakeAlternative).expect("kept");
    one.sync().expect("synced");
    two.sync().expect("synced");
    for tablet in [&one, &two] {
        let view = tablet.view(thing).expect("a view");
        assert_eq!(view.document.get("x"), Some(&Json::Integer(2)));
        assert!(view.conflicts.is_empty());
        assert!(holds_the_server_s_state(tablet, &server));
    }
}

#[test]
fn work_of_a_person_whose_right_has_ended_is_quarantined_and_the_rows_are_gone() {
    let server = Server::new(1);
    let mut tablet = tablet(&server, 1);
    let thing = tablet.create("thing", None, Object::new()).expect("kept");
    tablet.sync().expect("synced");
    tablet.set(thing, &at("/x"), 1.into()).expect("kept");
    server.grant(1, true);
    assert_eq!(tablet.sync(), Err(DeviceError::Closed));
    assert_eq!(tablet.quarantined().len(), 1);
    assert!(tablet.view(thing).is_none());
    server.grant(1, false);
    tablet.sync().expect("synced");
    assert!(holds_the_server_s_state(&tablet, &server));
}

/// One thing that a person does, or that happens to the tablet.
fn act(tablet: &mut Tablet, random: &mut Random) -> Result<(), DeviceError> {
    let things = tablet.records("thing");
    let chosen = usize::try_from(random.below(8)).expect("small");
    let Some(thing) = things.get(chosen % things.len().max(1)) else {
        return tablet.create("thing", None, Object::new()).map(drop);
    };
    let (record, value) =
        (thing.record, Json::from(i64::try_from(random.below(9)).expect("small")));
    let row = match thing.document.get("rows") {
        Some(Json::Object(rows)) => rows.keys().next().cloned(),
        _ => None,
    };
    match (random.below(16), row) {
        (0, _) => tablet.create("thing", None, Object::new()).map(drop),
        (1..=3, _) => tablet.set(record, &at("/x"), value),
        (4, _) => tablet.remove(record, &at("/y")),
        (5, _) => tablet.set(record, &at("/mark"), value),
        (6, _) => {
            let row = Object::from([("wage".to_owned(), value)]);
            tablet.add_row(record, &at("/rows"), row).map(drop)
        }
        (7, Some(row)) => tablet.remove_row(record, &at("/rows"), &row),
        (8 | 9, Some(row)) => tablet.set(record, &at("/rows").child(&row).child("wage"), value),
        (10, _) => tablet.group(|t| {
            let made = t.create("thing", None, Object::new())?;
            t.set(made, &at("/x"), value.clone())?;
            t.set(record, &at("/y"), value)
        }),
        (11, _) if random.below(6) == 0 => tablet.delete(record),
        (12 | 13, _) => match tablet.open_conflicts(record).first() {
            Some(open) if value == Json::Integer(0) => {
                tablet.resolve(record, &open.id, Choice::KeepCurrent)
            }
            Some(open) => tablet.resolve(record, &open.id, Choice::TakeAlternative),
            None => Ok(()),
        },
        (14, _) => tablet.push_batch().map(drop),
        (15, _) => tablet.pull_page().map(drop),
        _ => tablet.sync().map(drop),
    }
}

fn run(seed: u64) {
    let server = Server::new(3);
    let mut random = Random::new(seed);
    let mut tablets: Vec<Tablet> = (1..=3).map(|n| tablet(&server, n)).collect();
    for _ in 0..150 {
        let who = usize::try_from(random.below(3)).expect("small");
        let mut one = tablets.swap_remove(who);
        let settings = one.settings_mut();
        settings.attempts = 1;
        settings.pull_limit = Some(2);
        settings.push_edits_max = 3;
        let fault = [Fault::LoseRequest, Fault::LoseResponse, Fault::Duplicate, Fault::Pass];
        let chosen = usize::try_from(random.below(8)).expect("small").min(3);
        one.transport_mut().script([fault[chosen]]);
        let done = act(&mut one, &mut random);
        assert!(matches!(done, Ok(()) | Err(DeviceError::Unreachable(_))), "seed {seed}: {done:?}");
        if random.below(10) == 0 {
            let saved = one.save().expect("saved");
            let outside = Counted::new(random.below(u64::MAX));
            one = TestDevice::restore(&saved, one.into_transport(), outside).expect("restored");
        }
        tablets.push(one);
    }
    for tablet in &mut tablets {
        tablet.transport_mut().heal();
        tablet.sync().expect("synced");
    }
    let mut known: Option<Vec<RecordId>> = None;
    for tablet in &mut tablets {
        let report = tablet.sync().expect("synced");
        let agrees = report.pull.streams.iter().all(|stream| stream.agrees);
        assert!(agrees && report.pull.reread.is_empty(), "seed {seed}");
        assert!(holds_the_server_s_state(tablet, &server), "seed {seed}");
        let memory = tablet.memory();
        assert!(memory.outbox().is_empty(), "seed {seed}");
        // Every number has exactly one outcome, and it is the one in the journal.
        let state = server.store.state();
        let device = memory.device().expect("enrolled");
        assert_eq!(
            u64::try_from(memory.outcomes().len()).expect("small") + 1,
            memory.next_device_seq().0
        );
        for (number, outcome) in memory.outcomes() {
            let row = state.journal.get(&(device, *number)).expect("journalled");
            assert_eq!(&row.outcome, outcome, "seed {seed}");
        }
        let records: Vec<_> = memory.rows().keys().copied().collect();
        assert!(known.get_or_insert_with(|| records.clone()) == &records);
    }
}

#[test]
fn tablets_on_bad_lines_converge_whatever_is_lost_repeated_or_interrupted() {
    (1..=25).for_each(run);
}
