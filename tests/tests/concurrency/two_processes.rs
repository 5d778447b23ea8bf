//! Two processes of the service on one database, with one set of keys, behave as one.

use ruhu_api::backup::begin_epoch_in_place;
use ruhu_api::limits::RateLimits;
use ruhu_device::{Counted, HttpTransport, Response, TestDevice, Transport, TransportError};
use ruhu_tests::edits::{
    document, draft, household, new_household, path, put_under, record, six_answers,
};
use ruhu_tests::{Field, Hand, PASSWORD, Server, on_both_databases, tables};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;

on_both_databases! {
    an_edit_pushed_to_one_is_pulled_from_the_other_with_the_same_cursor,
    a_push_sent_to_both_at_once_has_one_effect_and_one_answer,
    tablets_that_meet_either_process_at_each_call_lose_nothing_and_agree,
    tokens_of_one_are_good_at_the_other_and_end_at_both,
    an_act_at_a_desk_sent_to_both_at_once_is_done_once,
    a_new_epoch_begun_while_both_run_is_told_by_both,
    each_process_counts_for_itself_how_often_is_asked,
}

/// A line that goes to the one and the other process in turn, as behind a proxy.
struct Turns {
    lines: [HttpTransport; 2],
    calls: usize,
}

impl Transport for Turns {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        self.calls += 1;
        self.lines[self.calls % 2].call(method, path, bearer, body)
    }
}

/// A new tablet on such a line; two records a page.
fn tablet(both: [&Server; 2], login: &str) -> TestDevice<Turns> {
    let lines = both.map(|server| HttpTransport::new(&server.address()));
    let seed = both[0].seed();
    let mut tablet = TestDevice::new(Turns { lines, calls: 0 }, Counted::new(seed));
    tablet.settings_mut().pull_limit = Some(2);
    tablet.sign_in(login, PASSWORD, "平板").expect("signed in");
    tablet
}

/// Does something at both at one moment.
fn at_once<T: Send>(both: [&Server; 2], act: impl Fn(&Server) -> T + Sync) -> Vec<T> {
    let begin = Barrier::new(2);
    thread::scope(|scope| {
        let threads = both.map(|server| {
            let (begin, act) = (&begin, &act);
            scope.spawn(move || {
                begin.wait();
                act(server)
            })
        });
        threads.into_iter().map(|thread| thread.join().expect("answered")).collect()
    })
}

fn an_edit_pushed_to_one_is_pulled_from_the_other_with_the_same_cursor(server: Server) {
    let other = server.beside();
    let mut writes = server.hand("worker_a");
    let reads = server.hand("worker_a2");
    writes.take(new_household(1));
    let page = reads.pull(json!({})).expect(200).json();
    let mut cursor = page["cursor"].clone();
    let mut told = Vec::new();
    for (n, [pushed, pulled]) in
        (2..8).zip([[&server, &other], [&other, &server], [&other, &other]].into_iter().cycle())
    {
        let mut at = writes.at(pushed);
        at.take(new_household(n));
        // Its next number goes on at the other process.
        writes = at;
        let page = reads.at(pulled).pull(json!({"cursor": cursor})).expect(200).json();
        let records = page["records"].as_array().expect("records");
        assert_eq!((records.len(), &page["complete"]), (1, &json!(true)));
        assert_eq!(page["restarted"], json!([]));
        told.push(records[0]["record"].clone());
        cursor = page["cursor"].clone();
    }
    assert_eq!(told, (2..8).map(|n| json!(record(n))).collect::<Vec<_>>());
    let whole = |at: &Server| reads.at(at).pull(json!({})).expect(200).json();
    let (here, there) = (whole(&server), whole(&other));
    assert_eq!((&here["records"], &here["streams"]), (&there["records"], &there["streams"]));
}

fn a_push_sent_to_both_at_once_has_one_effect_and_one_answer(server: Server) {
    let other = server.beside();
    let mut hand = server.hand("worker_a");
    for n in 1..6 {
        let edits = hand.number([new_household(n), put_under_draft(100 + n, n)]);
        let told = at_once([&server, &other], |at| hand.at(at).push(&edits).expect(200).json());
        assert_eq!(told[0]["outcomes"], told[1]["outcomes"]);
        assert_eq!(told[0]["chain"], told[1]["chain"]);
    }
    assert_eq!(tables::count(&server, "journal"), 10);
    assert_eq!(tables::follow_chain(&server, hand.device).len(), 10);
    let held = hand.held();
    let own = held.iter().filter(|held| held["stream"] == json!(Field::CASELOAD_A));
    let revs: Vec<_> = own.map(|held| held["rev"].as_str().expect("a rev")).collect();
    assert_eq!((revs.len(), revs.iter().all(|rev| rev.starts_with("1-"))), (10, true), "{revs:?}");
}

fn put_under_draft(n: u128, of: u128) -> Value {
    put_under(record(of), record(n), "assessment", "0", draft())
}

fn tablets_that_meet_either_process_at_each_call_lose_nothing_and_agree(server: Server) {
    const TABLETS: usize = 4;
    const SYNCS: usize = 5;
    let other = server.beside();
    let both = [&server, &other];
    let mut first = tablet(both, "worker_a");
    let home = first.create("household", None, document(&household("测甲"))).expect("kept");
    first.sync().expect("synced");
    let mut tablets = vec![first];
    for login in ["worker_a2", "worker_a", "worker_a2"] {
        let mut next = tablet(both, login);
        next.sync().expect("synced");
        tablets.push(next);
    }
    thread::scope(|scope| {
        for (number, tablet) in tablets.iter_mut().enumerate() {
            scope.spawn(move || {
                for round in 0..SYNCS {
                    let notes = format!("第{number}台第{round}次");
                    tablet.set(home, &path("/notes"), notes.as_str().into()).expect("kept");
                    tablet.create("assessment", Some(home), document(&draft())).expect("kept");
                    let synced = tablet.sync().expect("synced");
                    assert!(synced.push.outcomes.iter().all(|told| told.outcome.is_effective()));
                    assert_eq!(synced.pull.reread, []);
                }
            });
        }
    });
    for tablet in &mut tablets {
        let pulled = tablet.pull().expect("pulled");
        assert!(pulled.streams.iter().all(|stream| stream.agrees), "{pulled:?}");
    }
    let rows = |at: usize| {
        let rows = tablets[at].memory().rows().values();
        rows.filter(|row| row.stream == Field::CASELOAD_A).cloned().collect::<Vec<_>>()
    };
    let held = rows(0);
    assert_eq!(held.len(), 1 + TABLETS * SYNCS);
    assert!((1..TABLETS).all(|at| rows(at) == held));
    let version = tablets[0].view(home).and_then(|view| view.rev).expect("a rev").number;
    assert_eq!(version, 1 + (TABLETS * SYNCS) as u64, "each edit made one version");
    let (head, stored) = tables::stream(&server, Field::CASELOAD_A);
    let head = head.expect("a stream");
    assert_eq!(tables::recount(&stored), (head.count, head.digest));
}

fn tokens_of_one_are_good_at_the_other_and_end_at_both(server: Server) {
    let other = server.beside();
    let me = |hand: &Hand, at: &Server| hand.at(at).call("GET", "/v1/me").send();
    let hand = server.hand("worker_a");
    me(&hand, &other).expect(200);
    let keys = |at: &Server| at.call("GET", "/.well-known/jwks.json").send().expect(200).json();
    assert_eq!(keys(&server), keys(&other));

    let mut fresh = hand.clone();
    for at in [&other, &server, &other] {
        let body = json!({"refresh_token": fresh.refresh_token});
        let told = at.call("POST", "/v1/session/refresh").json(&body).send().expect(200).json();
        let text = |name: &str| told[name].as_str().expect("text").to_owned();
        (fresh.token, fresh.refresh_token) = (text("access_token"), text("refresh_token"));
        me(&fresh, &server).expect(200);
        me(&fresh, &other).expect(200);
    }
    fresh.at(&other).call("DELETE", "/v1/session").send().expect(204);
    me(&fresh, &other).expect_problem(401, "sign-in-required");
    me(&fresh, &server).expect_problem(401, "sign-in-required");

    let lost = other.hand("worker_a");
    let path = format!("/v1/admin/devices/{}/report-lost", lost.device);
    let report = server.hand("admin").call("POST", &path).header("Idempotency-Key", "lost-0001");
    assert!((200..300).contains(&report.send().status));
    for at in [&server, &other] {
        me(&lost, at).expect_problem(403, "device-lost");
    }
    let leaves = other.hand("worker_a2");
    leaves.pull(json!({})).expect(200);
    tables::end_membership(&server, Field::user("worker_a2"));
    for at in [&server, &other] {
        leaves.at(at).pull(json!({})).expect_problem(403, "closed");
    }
}

fn an_act_at_a_desk_sent_to_both_at_once_is_done_once(server: Server) {
    let other = server.beside();
    let mut worker = server.hand("worker_a");
    worker.take(new_household(1));
    let whole = json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
        "answers": six_answers()});
    let rev = worker.take(put_under(record(1), record(2), "assessment", "0", whole));
    let desk = server.hand("reviewer_here");
    let path = format!("/v1/desk/assessments/{}", record(2));
    let told = at_once([&server, &other], |at| {
        let accept = desk.at(at).call("POST", &format!("{path}/accept"));
        let body = json!({"rev": rev, "reason": "情况属实。"});
        accept.header("Idempotency-Key", "key-0001").json(&body).send().expect(200)
    });
    assert_eq!(told[0].body, told[1].body);
    let seen = desk.at(&other).call("GET", &path).send().expect(200).json();
    assert_eq!(seen["history"].as_array().map(Vec::len), Some(2));
}

fn a_new_epoch_begun_while_both_run_is_told_by_both(server: Server) {
    let other = server.beside();
    let mut tablet = tablet([&server, &other], "worker_a");
    let home = tablet.create("household", None, document(&household("测甲"))).expect("kept");
    tablet.sync().expect("synced");
    let hand = server.hand("worker_a2");
    let cursor = hand.pull(json!({})).expect(200).json()["cursor"].clone();
    let epoch = begin_epoch_in_place(&server.settings()).expect("begun").epoch;
    for at in [&server, &other] {
        let there = hand.at(at);
        let pulled = there.pull(json!({"cursor": cursor})).expect_problem(409, "epoch-changed");
        let pushed = there.push(&[]).expect_problem(409, "epoch-changed");
        let told = there.call("GET", "/v1/sync").send().expect(200);
        for told in [pulled, pushed, told] {
            assert_eq!(told.json()["epoch"], json!(epoch));
        }
    }
    tablet.set(home, &path("/notes"), "新纪元".into()).expect("kept");
    let synced = tablet.sync().expect("synced");
    assert!(synced.pull.streams.iter().all(|stream| stream.agrees));
    // What it made before is sent again, too, and is answered as before: only the note is new.
    assert_eq!((tablet.memory().epoch(), synced.push.outcomes.len()), (Some(epoch), 2));
    assert_eq!(tablet.view(home).and_then(|view| view.rev).expect("a rev").number, 2);
}

fn each_process_counts_for_itself_how_often_is_asked(mut server: Server) {
    let none = RateLimits {
        per_user_per_minute: 0,
        per_address_per_minute: 0,
        address_sign_in_failures_max: 0,
    };
    server.start_again_limited(RateLimits { per_user_per_minute: 2, ..none });
    let other = server.beside();
    let hand = server.hand("worker_a");
    for at in [&server, &other] {
        let ask = || hand.at(at).call("GET", "/v1/me").send();
        ask().expect(200);
        ask().expect(200);
        ask().expect_problem(429, "rate-limited");
    }
}
