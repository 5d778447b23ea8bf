//! Cursors that were not made here, not for this device, or in another history.

use crate::footing::Footing;
use ruhu_tests::{Hand, Server, on_both_databases};
use serde_json::json;

on_both_databases! {
    a_cursor_that_is_not_this_devices_is_refused_and_tells_nothing,
    a_cursor_of_another_epoch_is_told_to_begin_anew,
}

fn cursor(hand: &Hand) -> String {
    let page = hand.pull(json!({})).expect(200).json();
    page["cursor"].as_str().expect("a cursor").to_owned()
}

fn a_cursor_that_is_not_this_devices_is_refused_and_tells_nothing(server: Server) {
    let mut footing = Footing::on(&server);
    let others = ["worker_a2", "worker_b", "reviewer_here", "worker_a"];
    let mut made = others.map(|login| cursor(&server.hand(login))).to_vec();
    let own = cursor(&footing.hand);
    let last = if own.ends_with('A') { "B" } else { "A" };
    made.extend(["", "x", "游标", "AAAAAAAA", &own[1..], &format!("{own}=")].map(str::to_owned));
    made.push(format!("{}{last}", &own[..own.len() - 1]));
    made.push(own.repeat(100));
    footing.look_again();
    let words = |made: &str| {
        let refused = footing.hand.pull(json!({"cursor": made}));
        let mut told = refused.expect_problem(400, "cursor-refused").json();
        told.as_object_mut().expect("an object").remove("request_id");
        told
    };
    let first = words(&made[0]);
    for cursor in &made[1..] {
        assert_eq!(words(cursor), first, "one refusal is as another");
    }
    for no_text in [json!(7), json!([own]), json!({"cursor": own})] {
        footing.hand.pull(json!({"cursor": no_text})).expect_problem(400, "malformed-json");
    }
    footing.is_untouched("cursors of others");
    footing.hand.pull(json!({"cursor": own})).expect(200);
}

fn a_cursor_of_another_epoch_is_told_to_begin_anew(server: Server) {
    let mut footing = Footing::on(&server);
    let before = cursor(&footing.hand);
    let epoch = server.store().begin_epoch().expect("begun");
    let told = footing.hand.pull(json!({"cursor": before})).expect_problem(409, "epoch-changed");
    assert_eq!(told.json()["epoch"], json!(epoch));
    footing.hand.epoch = epoch;
    footing.is_untouched("a cursor of another epoch");
    let page = footing.hand.pull(json!({})).expect(200).json();
    assert_eq!(page["complete"], true);
}
