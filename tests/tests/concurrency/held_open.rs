//! A transaction that is held open: what it will commit is missed by nobody. PostgreSQL alone:
//! SQLite has one writer at a time.

use ruhu_sync::merge;
use ruhu_sync::push::{PushContext, PushReply, PushRequest, push};
use ruhu_tests::edits::{new_draft, new_household, put, record};
use ruhu_tests::{Database, Field, Hand, NOON, Server, tables, verdict};
use serde_json::{Value, json};
use std::sync::mpsc;
use std::thread::{self, ScopedJoinHandle};

/// A push as the service runs it, by a test that looks into its transaction.
struct Within<'a> {
    server: &'a Server,
    hand: &'a Hand,
    login: &'a str,
    edits: Vec<Value>,
}

impl Within<'_> {
    /// Pushes, and runs `before_commit` when all but the commit is done; gives the outcomes.
    fn run(self, mut before_commit: impl FnMut()) -> Vec<String> {
        let body = self.hand.body(&self.edits).to_string();
        let request = PushRequest::parse(&body).expect("a push");
        let reply = self.server.store().write(|tx| {
            let mut salts = || Ok([7; 16]);
            let mut context = PushContext {
                user: Field::user(self.login),
                device: self.hand.device,
                now: NOON,
                hand: merge::Hand::Device,
                salts: &mut salts,
            };
            let shelf = tx.shelf()?;
            let reply = push(tx, shelf.rules(), &mut context, &request)?;
            before_commit();
            Ok(reply)
        });
        match reply.expect("committed") {
            PushReply::Answer(answer) => answer.outcomes,
            other => panic!("refused: {other:?}"),
        }
    }

    /// The same, with the commit held until the test says so.
    fn held(self, has_written: &mpsc::Sender<()>, may_end: &mpsc::Receiver<()>) -> Vec<String> {
        self.run(|| {
            has_written.send(()).expect("the test waits");
            may_end.recv().expect("the test goes on");
        })
    }
}

/// Waits, asking PostgreSQL, until the thread's transaction stands at a lock.
fn until_it_waits<T>(server: &Server, thread: &ScopedJoinHandle<'_, T>) {
    while tables::waiting(server) == 0 {
        assert!(!thread.is_finished(), "nothing held it up");
        thread::yield_now();
    }
}

fn names(page: &Value) -> Vec<Value> {
    page["records"].as_array().expect("records").iter().map(|row| row["record"].clone()).collect()
}

#[test]
fn a_reader_that_polls_while_a_push_is_held_open_and_others_commit_misses_nothing() {
    let server = Server::on(Database::Postgres);
    let mut first = server.hand("worker_a");
    first.take(new_household(1));
    let mut one = server.hand("worker_a");
    let edits = one.number([new_household(10)]);
    let reader = server.hand("worker_a2");
    let start = reader.pull(json!({})).expect(200).json();
    let mut elsewhere = server.hand("worker_b");
    let mut next = server.hand("worker_a2");

    let (written, was_written) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    thread::scope(|scope| {
        let (server, hand) = (&server, &one);
        let held = Within { server, hand, login: "worker_a", edits };
        let held = scope.spawn(move || held.held(&written, &may_go_on));
        was_written.recv().expect("written");

        // Another stream is in nobody's way.
        elsewhere.take(new_household(20));
        // The same stream waits for its turn: no reader can ever see its place before the one that
        // is held.
        let sent = scope.spawn(move || next.take(new_household(30)));
        until_it_waits(server, &sent);
        let polled = reader.pull(json!({"cursor": start["cursor"]})).expect(200).json();
        assert_eq!((names(&polled), &polled["complete"]), (vec![], &json!(true)));

        go_on.send(()).expect("it waits");
        held.join().expect("committed");
        sent.join().expect("taken");
        let polled = reader.pull(json!({"cursor": polled["cursor"]})).expect(200).json();
        assert_eq!(names(&polled), [json!(record(10)), json!(record(30))]);
    });
    assert_eq!(server.hand("worker_b").held().len(), 1);
}

#[test]
fn one_new_name_under_two_households_at_once_makes_one_record_and_the_other_edit_waits_for_a_person()
 {
    let server = Server::on(Database::Postgres);
    let mut first = server.hand("worker_a");
    first.outcomes([new_household(1), new_household(2)]);
    let mut one = server.hand("worker_a");
    let edits = one.number([new_draft(3, 1)]);
    let mut other = server.hand("worker_a2");
    let late = other.number([new_draft(3, 2)]);

    let (written, was_written) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let reply = thread::scope(|scope| {
        let (server, hand) = (&server, &one);
        let held = Within { server, hand, login: "worker_a", edits };
        let held = scope.spawn(move || held.held(&written, &may_go_on));
        was_written.recv().expect("written");
        let sent = scope.spawn(|| other.push(&late));
        until_it_waits(server, &sent);
        go_on.send(()).expect("it waits");
        held.join().expect("committed");
        sent.join().expect("answered")
    });
    let outcome = reply.expect(200).json()["outcomes"][0].clone();
    assert_eq!(verdict(&outcome), "quarantined/identity_mismatch");
    let (_, stored) = tables::stream(&server, Field::CASELOAD_A);
    let made = stored.iter().find(|row| row["record"] == json!(record(3))).expect("a record");
    assert_eq!(made["root"], json!(record(1)));
}

#[test]
fn one_new_name_in_two_teams_at_once_makes_one_record_and_tells_the_other_team_nothing() {
    let server = Server::on(Database::Postgres);
    let mut one = server.hand("worker_a");
    let edits = one.number([new_household(5), new_draft(3, 5)]);
    let mut other = server.hand("worker_b");
    other.take(new_household(6));
    let late = other.number([new_draft(3, 6)]);

    let (written, was_written) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let reply = thread::scope(|scope| {
        let (server, hand) = (&server, &one);
        let held = Within { server, hand, login: "worker_a", edits };
        let held = scope.spawn(move || held.held(&written, &may_go_on));
        was_written.recv().expect("written");
        let sent = scope.spawn(|| other.push(&late));
        until_it_waits(server, &sent);
        go_on.send(()).expect("it waits");
        held.join().expect("committed");
        sent.join().expect("answered")
    });
    let outcome = reply.expect(200).json()["outcomes"][0].clone();
    assert_eq!(verdict(&outcome), "quarantined/not_available");
    let (_, stored) = tables::stream(&server, Field::CASELOAD_A);
    assert_eq!(stored.len(), 2);
}

#[test]
fn a_right_that_ends_while_a_push_waits_for_its_turn_has_ended_for_it() {
    let server = Server::on(Database::Postgres);
    let mut first = server.hand("worker_a");
    let base = first.take(new_household(1));
    let change = |text: &str| put(record(1), "household", &base, json!({"notes": text}));
    let edits = first.number([change("先")]);
    let mut other = server.hand("worker_a2");
    let late = other.number([change("后")]);

    let (written, was_written) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let reply = thread::scope(|scope| {
        let (server, hand) = (&server, &first);
        let held = Within { server, hand, login: "worker_a", edits };
        let held = scope.spawn(move || held.held(&written, &may_go_on));
        was_written.recv().expect("written");
        let sent = scope.spawn(|| other.push(&late));
        until_it_waits(server, &sent);
        tables::end_membership(server, Field::user("worker_a2"));
        go_on.send(()).expect("it waits");
        held.join().expect("committed");
        sent.join().expect("answered")
    });
    let answer = reply.expect(200).json();
    assert_eq!(verdict(&answer["outcomes"][0]), "quarantined/right_ended");
    assert_eq!(answer["records"], json!([]));
}

#[test]
fn a_push_that_waits_for_another_of_its_household_is_judged_once_by_what_that_left() {
    let server = Server::on(Database::Postgres);
    let mut one = server.hand("worker_a");
    let base = one.take(new_household(1));
    let change = |text: &str| put(record(1), "household", &base, json!({"notes": text}));
    let edits = one.number([change("先")]);
    let mut other = server.hand("worker_a2");
    let late = other.number([change("后")]);

    let (written, was_written) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let mut tries = 0;
    let told = thread::scope(|scope| {
        let (server, hand, tries) = (&server, &one, &mut tries);
        let held = Within { server, hand, login: "worker_a", edits };
        let held = scope.spawn(move || held.held(&written, &may_go_on));
        was_written.recv().expect("written");
        let second = Within { server, hand: &other, login: "worker_a2", edits: late };
        let sent = scope.spawn(move || second.run(|| *tries += 1));
        until_it_waits(server, &sent);
        // It has to have waited at the household, before it read anything of it. Had it waited
        // later, at the stream, it would be turned away and judged again.
        assert_eq!(tables::waiting_for(server), ["root"]);
        go_on.send(()).expect("it waits");
        held.join().expect("committed");
        sent.join().expect("committed")
    });
    let outcome: Value = serde_json::from_str(&told[0]).expect("json");
    assert_eq!((verdict(&outcome).as_str(), tries), ("conflict", 1));
}

#[test]
fn connections_that_the_database_cuts_are_replaced_without_anybody_noticing() {
    let server = Server::on(Database::Postgres);
    let mut hand = server.hand("worker_a");
    for n in 1..4 {
        hand.take(new_household(n));
        tables::cut_connections(&server);
    }
    server.call("GET", "/readyz").send().expect(200);
    assert_eq!(hand.held().len(), 3);
    tables::follow_chain(&server, hand.device);
}
