//! `GET /v1/sync/events`.

use ruhu_api::live::LiveSettings;
use ruhu_device::{HttpTransport, LiveEvent, LiveEvents};
use ruhu_sync::id::{Seq, StreamId};
use ruhu_tests::edits::new_household;
use ruhu_tests::{Field, Hand, Server, on_both_databases, tables};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

on_both_databases! {
    a_push_by_one_tablet_wakes_another_that_listens,
    what_another_process_wrote_is_told_too,
    a_stream_that_is_not_granted_never_shows,
    a_right_that_ends_is_told_and_the_line_ends,
    a_stream_that_is_newly_granted_appears_and_one_that_is_lost_goes,
    an_access_token_that_expires_ends_the_line,
    who_signs_out_or_loses_the_tablet_hears_nothing_more,
    a_device_listens_once_and_its_older_line_ends,
    one_line_past_the_limit_is_refused_until_a_place_is_free,
    a_server_that_stops_ends_every_line_at_once,
    where_nothing_happens_a_comment_keeps_the_line_alive,
    an_event_is_neither_compressed_nor_cached_and_names_nobody,
}

/// For ever, as far as a test waits.
const NEVER: Duration = Duration::from_secs(3600);

fn listen(server: &Server, hand: &Hand) -> LiveEvents {
    LiveEvents::open(&HttpTransport::new(&server.address()), &hand.token).expect("a line")
}

fn heads(events: &mut LiveEvents) -> BTreeMap<StreamId, Seq> {
    loop {
        match events.next_event().expect("an event") {
            Some(LiveEvent::Heads(heads)) => return heads,
            Some(LiveEvent::Heartbeat) => {}
            other => panic!("no heads: {other:?}"),
        }
    }
}

/// Reads until the stream stands there; gives everything that was said on the way.
fn until(events: &mut LiveEvents, stream: StreamId, seq: u64) -> Vec<BTreeMap<StreamId, Seq>> {
    let mut said = Vec::new();
    loop {
        said.push(heads(events));
        if said.iter().rev().take(1).any(|heads| heads.get(&stream) == Some(&Seq(seq))) {
            return said;
        }
    }
}

/// Reads to the end of the line, and gives the reason.
fn end(mut events: LiveEvents) -> String {
    let mut reason = None;
    while let Some(event) = events.next_event().expect("an event") {
        assert_eq!(reason, None, "something came after the end");
        if let LiveEvent::Closed(why) = event {
            reason = Some(why);
        }
    }
    reason.expect("a reason")
}

fn a_push_by_one_tablet_wakes_another_that_listens(mut server: Server) {
    // Nothing but the commit itself can wake anybody.
    let live = LiveSettings { poll: NEVER, check: NEVER, ..server.live() };
    server.start_again_listening(live, Duration::ZERO);
    let (mut writes, listens) = (server.hand("worker_a"), server.hand("worker_a2"));
    let mut events = listen(&server, &listens);
    assert_eq!(heads(&mut events)[&Field::CASELOAD_A], Seq(0));
    for n in 1..=3 {
        writes.take(new_household(n.into()));
        until(&mut events, Field::CASELOAD_A, n);
    }
    // The hint is true: a pull gives what it promised.
    assert_eq!(listens.held().len(), 3);
}

fn what_another_process_wrote_is_told_too(mut server: Server) {
    let live = LiveSettings { check: NEVER, ..server.live() };
    server.start_again_listening(live, Duration::ZERO);
    let other = server.beside();
    let (mut writes, listens) = (other.hand("worker_a"), server.hand("worker_a2"));
    let mut events = listen(&server, &listens);
    assert_eq!(heads(&mut events)[&Field::CASELOAD_A], Seq(0));
    writes.take(new_household(1));
    until(&mut events, Field::CASELOAD_A, 1);
    // And the other way round.
    let mut events = listen(&other, &listens.at(&other));
    assert_eq!(heads(&mut events)[&Field::CASELOAD_A], Seq(1));
    server.hand("worker_a").take(new_household(2));
    until(&mut events, Field::CASELOAD_A, 2);
}

fn a_stream_that_is_not_granted_never_shows(server: Server) {
    let (mut here, mut there) = (server.hand("worker_a"), server.hand("worker_b"));
    let listens = server.hand("worker_a2");
    let mut events = listen(&server, &listens);
    there.take(new_household(1));
    there.take(new_household(2));
    here.take(new_household(3));
    let said = until(&mut events, Field::CASELOAD_A, 1);
    assert!(said.iter().all(|heads| !heads.contains_key(&Field::CASELOAD_B)), "{said:?}");
    let own: Vec<_> = said.iter().map(|heads| heads.len()).collect();
    assert!(own.iter().all(|count| *count == 3), "caseload, own and reference: {said:?}");
    server.call("GET", "/v1/sync/events").send().expect_problem(401, "sign-in-required");
}

fn a_right_that_ends_is_told_and_the_line_ends(server: Server) {
    let (mut colleague, hand) = (server.hand("worker_a2"), server.hand("worker_a"));
    let mut events = listen(&server, &hand);
    heads(&mut events);
    tables::end_membership(&server, Field::user("worker_a"));
    assert_eq!(end(events), "closed");
    colleague.take(new_household(1));
    let again = hand.call("GET", "/v1/sync/events").send();
    again.expect_problem(403, "closed");
}

fn a_stream_that_is_newly_granted_appears_and_one_that_is_lost_goes(server: Server) {
    server.hand("worker_a").take(new_household(1));
    let hand = server.hand("worker_b");
    let mut events = listen(&server, &hand);
    assert!(!heads(&mut events).contains_key(&Field::CASELOAD_A));
    tables::move_membership(&server, Field::user("worker_b"), Field::CASELOAD_A);
    let said = until(&mut events, Field::CASELOAD_A, 1);
    let last = said.last().expect("heads");
    assert!(!last.contains_key(&Field::CASELOAD_B), "{last:?}");
}

fn an_access_token_that_expires_ends_the_line(server: Server) {
    let hand = server.hand("worker_a");
    let mut events = listen(&server, &hand);
    heads(&mut events);
    server.advance_seconds(15 * 60);
    assert_eq!(end(events), "access-token-expired");
}

fn who_signs_out_or_loses_the_tablet_hears_nothing_more(server: Server) {
    let (leaves, loses) = (server.hand("worker_a"), server.hand("worker_a2"));
    let (left, lost) = (listen(&server, &leaves), listen(&server, &loses));
    leaves.call("DELETE", "/v1/session").send().expect(204);
    assert_eq!(end(left), "sign-in-required");
    let (device, now) = (loses.device, server.now());
    let done = server.store().write(|tx| tx.report_device_lost(device, now));
    assert!(done.expect("written"));
    assert_eq!(end(lost), "device-lost");
}

fn a_device_listens_once_and_its_older_line_ends(server: Server) {
    let mut hand = server.hand("worker_a");
    let older = listen(&server, &hand);
    let mut newer = listen(&server, &hand);
    assert_eq!(end(older), "replaced");
    hand.take(new_household(1));
    until(&mut newer, Field::CASELOAD_A, 1);
}

fn one_line_past_the_limit_is_refused_until_a_place_is_free(mut server: Server) {
    let live = LiveSettings { connections_max: 1, ..server.live() };
    server.start_again_listening(live, Duration::ZERO);
    let (one, other) = (server.hand("worker_a"), server.hand("worker_a2"));
    let events = listen(&server, &one);
    let refused = other.call("GET", "/v1/sync/events").send().expect_problem(503, "busy");
    assert_eq!(refused.header("retry-after"), "60");
    one.call("DELETE", "/v1/session").send().expect(204);
    assert_eq!(end(events), "sign-in-required");
    while server.service().live.count() > 0 {
        std::thread::yield_now();
    }
    heads(&mut listen(&server, &other));
}

fn a_server_that_stops_ends_every_line_at_once(mut server: Server) {
    // Waited for in vain, they would hold the server up for longer than a test may take.
    server.start_again_listening(server.live(), NEVER);
    let hands = [server.hand("worker_a"), server.hand("worker_a2")];
    let mut lines = hands.map(|hand| listen(&server, &hand));
    lines.iter_mut().for_each(|events| drop(heads(events)));
    let readers = lines.map(|events| std::thread::spawn(|| end(events)));
    server.stop();
    for reader in readers {
        assert_eq!(reader.join().expect("read"), "stopping");
    }
}

fn where_nothing_happens_a_comment_keeps_the_line_alive(mut server: Server) {
    let live = LiveSettings { heartbeat: Duration::from_millis(20), ..server.live() };
    server.start_again_listening(live, Duration::ZERO);
    let mut events = listen(&server, &server.hand("worker_a"));
    heads(&mut events);
    for _ in 0..2 {
        assert_eq!(events.next_event().expect("alive"), Some(LiveEvent::Heartbeat));
    }
}

fn an_event_is_neither_compressed_nor_cached_and_names_nobody(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    let call = hand
        .call("GET", "/v1/sync/events")
        .header("Accept-Encoding", "zstd, gzip")
        .header("Last-Event-ID", "7");
    let reader = std::thread::spawn(move || call.send().expect(200));
    while server.service().live.count() == 0 {
        std::thread::yield_now();
    }
    server.advance_seconds(15 * 60);
    let reply = reader.join().expect("read");
    assert_eq!(reply.header("content-type"), "text/event-stream");
    assert_eq!(reply.header("content-encoding"), "identity");
    assert_eq!(reply.header("cache-control"), "no-store");
    let text = reply.text();
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).expect("data");
    let said: serde_json::Value = serde_json::from_str(data).expect("json");
    for held in said["streams"].as_array().expect("streams") {
        let members: Vec<_> = held.as_object().expect("a stream").keys().collect();
        assert_eq!(members, ["seq", "stream"]);
    }
    assert!(
        said["streams"]
            .as_array()
            .is_some_and(|all| all.contains(&json!({"stream": Field::CASELOAD_A, "seq": 1})))
    );
}
