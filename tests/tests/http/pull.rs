//! `POST /v1/sync/pull`: cursors, pages, limits.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ruhu_tests::edits::{new_household, record};
use ruhu_tests::{Field, Hand, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_cursor_that_was_made_up_changed_or_given_to_another_device_is_refused,
    a_cursor_of_another_server_is_refused,
    after_a_new_epoch_a_pull_is_told_to_begin_anew,
    a_page_has_as_many_records_as_were_asked_for_and_never_none,
    an_exact_page_is_complete_at_once,
    a_stream_is_read_from_the_beginning_if_that_is_asked_for,
}

fn cursor(hand: &Hand) -> String {
    let page = hand.pull(json!({})).expect(200).json();
    page["cursor"].as_str().expect("a cursor").to_owned()
}

fn a_cursor_that_was_made_up_changed_or_given_to_another_device_is_refused(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    let own = cursor(&hand);
    let colleague = server.hand("worker_a2");
    let same_person = server.hand("worker_a");
    for other in [&colleague, &same_person] {
        other.pull(json!({"cursor": own})).expect_problem(400, "cursor-refused");
    }
    let bytes = URL_SAFE_NO_PAD.decode(&own).expect("base64");
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let made_up = URL_SAFE_NO_PAD.encode(changed);
        hand.pull(json!({"cursor": made_up})).expect_problem(400, "cursor-refused");
    }
    for made_up in ["", "AAAA", "游标", &own[..own.len() - 2], &format!("{own}AA")] {
        hand.pull(json!({"cursor": made_up})).expect_problem(400, "cursor-refused");
    }
    hand.pull(json!({"cursor": own})).expect(200);
}

fn a_cursor_of_another_server_is_refused(server: Server) {
    let other = Server::on(server.database());
    let name = Some(record(0xDE).0);
    let elsewhere = cursor(&Hand::new(&other, "worker_a", name));
    let here = Hand::new(&server, "worker_a", name);
    here.pull(json!({"cursor": elsewhere})).expect_problem(400, "cursor-refused");
}

fn after_a_new_epoch_a_pull_is_told_to_begin_anew(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    let before = cursor(&hand);
    let epoch = server.store().begin_epoch().expect("begun");
    let problem = hand.pull(json!({"cursor": before})).expect_problem(409, "epoch-changed").json();
    assert_eq!(problem["epoch"], json!(epoch));
    let page = hand.pull(json!({})).expect(200).json();
    assert_eq!((&page["epoch"], &page["records"][0]["record"]), (&json!(epoch), &json!(record(1))));
}

/// Reads page by page; gives how many records each had.
fn pages(hand: &Hand, limit: Value) -> Vec<usize> {
    let mut sizes = Vec::new();
    let mut request = json!({"limit": limit});
    loop {
        let page = hand.pull(request.clone()).expect(200).json();
        sizes.push(page["records"].as_array().expect("records").len());
        if page["complete"] == true {
            return sizes;
        }
        assert!(page.get("streams").is_none(), "only the last page tells of the streams");
        request["cursor"] = page["cursor"].clone();
    }
}

fn a_page_has_as_many_records_as_were_asked_for_and_never_none(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.outcomes((0..7).map(new_household));
    assert_eq!(pages(&hand, json!(3))[..3], [3, 3, 1]);
    assert_eq!(pages(&hand, json!(0))[..7], [1; 7], "a page has room for one at least");
    assert_eq!(pages(&hand, json!(1_000_000)), [7]);
    for wrong in [json!(-1), json!("3"), json!(1.5)] {
        hand.pull(json!({"limit": wrong})).expect_problem(400, "malformed-json");
    }
}

fn an_exact_page_is_complete_at_once(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.outcomes((0..4).map(new_household));
    let sizes = pages(&hand, json!(4));
    assert_eq!((sizes[0], sizes.iter().sum::<usize>()), (4, 4));
    let after = cursor(&hand);
    let page = hand.pull(json!({"cursor": after, "limit": 4})).expect(200).json();
    assert_eq!(
        (&page["complete"], &page["records"], &page["restarted"]),
        (&json!(true), &json!([]), &json!([]))
    );
    assert_eq!(page["cursor"], json!(after), "nothing changed, and the cursor did not either");
}

fn a_stream_is_read_from_the_beginning_if_that_is_asked_for(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.outcomes((0..3).map(new_household));
    let at = cursor(&hand);
    let again = hand.pull(json!({"cursor": at, "restart": [Field::CASELOAD_A]})).expect(200).json();
    assert_eq!(again["restarted"], json!([Field::CASELOAD_A]));
    assert_eq!(again["records"].as_array().expect("records").len(), 3);
    // A stream of others is no stream.
    let others =
        hand.pull(json!({"cursor": at, "restart": [Field::CASELOAD_B]})).expect(200).json();
    assert_eq!((&others["restarted"], &others["records"]), (&json!([]), &json!([])));
}
