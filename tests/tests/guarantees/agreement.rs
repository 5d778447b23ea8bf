//! 9. Both databases agree, with each other and with the reference in memory.

use super::reference::{EPOCH, Line, Reference};
use ruhu_device::{
    Counted, DeviceMemory, HttpTransport, Random, Response, Session, TestDevice, Transport,
    TransportError,
};
use ruhu_sync::id::{DeviceId, Epoch};
use ruhu_tests::random::act;
use ruhu_tests::{Database, Field, Hand, Server};
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use uuid::Uuid;

/// Whose the tablets of a schedule are: three of one team, two of them one person's, and a stranger.
pub(crate) const LOGINS: [&str; 4] = ["worker_a", "worker_a2", "worker_a", "worker_b"];

/// The name of tablet `n`, the same in every run: conflicts tell it.
pub(crate) fn device(n: usize) -> DeviceId {
    let n = u128::try_from(n).expect("a small number");
    DeviceId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_000D_0000 + n))
}

/// A line that keeps what was answered, but for what depends on salts, keys and epochs.
struct Overheard<T> {
    line: T,
    heard: Rc<RefCell<Vec<Value>>>,
}

impl<T: Transport> Transport for Overheard<T> {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let response = self.line.call(method, path, bearer, body)?;
        let mut answer: Value = serde_json::from_str(&response.body).expect("json");
        for name in ["chain", "cursor", "epoch"] {
            answer.as_object_mut().expect("an object").remove(name);
        }
        self.heard.borrow_mut().push(answer);
        Ok(response)
    }
}

/// Sixty acts on the tablets, with a push or a sync now and then; gives every answer there was, and
/// what the tablets hold at the end.
fn run<T: Transport>(seed: u64, lines: Vec<(Epoch, String, T)>) -> Vec<Value> {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let tablet = |(n, (epoch, token, line)): (usize, (Epoch, String, T))| {
        let session = Session { access_token: token, refresh_token: String::new() };
        let memory = DeviceMemory::enrolled(device(n), Field::user(LOGINS[n]), epoch, session);
        let line = Overheard { line, heard: Rc::clone(&heard) };
        let seed = 1000 * (seed + 1) + u64::try_from(n).expect("a small number");
        TestDevice::with_memory(memory, line, Counted::new(seed))
    };
    let mut tablets: Vec<_> = lines.into_iter().enumerate().map(tablet).collect();
    let mut random = Random::new(seed);
    for _ in 0..60 {
        let n = random.index(tablets.len());
        act(&mut tablets[n], &mut random);
        match random.below(4) {
            0 => drop(tablets[n].sync().expect("synced")),
            1 => drop(tablets[n].push().expect("pushed")),
            _ => {}
        }
    }
    // Once to send the rest, once to hear of what others sent.
    for _ in 0..2 {
        for tablet in &mut tablets {
            tablet.sync().expect("synced");
        }
    }
    for tablet in &tablets {
        let rows = serde_json::to_value(tablet.memory().rows()).expect("json");
        heard.borrow_mut().push(rows);
    }
    heard.take()
}

/// The same on a server over HTTP.
fn run_on(server: &Server, seed: u64) -> Vec<Value> {
    let line = |(n, login): (usize, &&str)| {
        let hand = Hand::new(server, login, Some(device(n).0));
        (hand.epoch, hand.token, HttpTransport::new(&server.address()))
    };
    run(seed, LOGINS.iter().enumerate().map(line).collect())
}

#[test]
fn one_schedule_gives_the_same_outcomes_revs_and_documents_on_memory_sqlite_and_postgres() {
    let mut verdicts = std::collections::BTreeMap::new();
    for seed in 0..3 {
        let (sqlite, postgres) = (Server::on(Database::Sqlite), Server::on(Database::Postgres));
        let reference = Reference::like(&sqlite);
        let line = |n: usize| (EPOCH, n.to_string(), Line(Rc::clone(&reference)));
        let expected = run(seed, (0..LOGINS.len()).map(line).collect());
        for server in [&sqlite, &postgres] {
            let heard = run_on(server, seed);
            let differs = expected.iter().zip(&heard).position(|(one, other)| one != other);
            if let Some(at) = differs {
                assert_eq!(heard[at], expected[at], "answer {at}, seed {seed}");
            }
            assert_eq!(heard.len(), expected.len());
        }
        for outcome in expected.iter().flat_map(|answer| answer["outcomes"].as_array()).flatten() {
            *verdicts.entry(ruhu_tests::verdict(outcome)).or_insert(0) += 1;
        }
    }
    // A schedule in which nothing ever happens would agree with everything.
    for word in ["applied", "merged", "conflict"] {
        assert!(verdicts.get(word).is_some_and(|count| *count >= 3), "{verdicts:?}");
    }
    let refused = verdicts.keys().filter(|word| word.contains('/')).count();
    assert!(refused >= 2, "{verdicts:?}");
}
