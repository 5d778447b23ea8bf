//! Ids that exist where the person may not look: no answer tells that they do.

use crate::footing::Footing;
use ruhu_sync::id::RecordId;
use ruhu_tests::edits::{delete_under, new_draft, put, put_under, record, with};
use ruhu_tests::{Field, Hand, Reply, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    an_edit_of_another_teams_household_waits_and_changes_nothing,
    an_id_that_exists_elsewhere_is_answered_byte_for_byte_like_one_that_does_not,
    at_the_desk_an_id_that_exists_elsewhere_is_answered_like_one_that_does_not,
}

/// Two ids of equal length: one of the household, one of nothing.
const NEVER: u128 = 0xBAD;

fn an_edit_of_another_teams_household_waits_and_changes_nothing(server: Server) {
    let mut footing = Footing::on(&server);
    let rev = footing.rev().to_owned();
    let home = footing.home();
    for edit in [
        put(home, "household", &rev, json!({"notes": "别组所写"})),
        put(home, "household", "0", json!({"notes": "别组所写"})),
        delete_under(home, home, "household", &rev),
        put_under(home, record(7), "visit", "0", json!({"planned_on": "2026-11-23"})),
        new_draft(8, 1),
        with(put(home, "household", "0", json!({})), "stream", json!(Field::CASELOAD_A)),
    ] {
        let mut stranger = server.hand("worker_b");
        let told = stranger.outcomes([edit.clone()]).remove(0);
        assert_eq!(ruhu_tests::verdict(&told), "quarantined/not_available", "{edit}");
        assert!(told.get("rev").is_none() && told.get("conflicts").is_none(), "{told}");
        footing.keeps_its_records("an edit of another team's household");
    }
}

/// An answer without what differs between any two requests and devices, with one id for both.
fn plain(hand: &Hand, reply: &Reply, id: RecordId) -> String {
    let mut text = format!("{} {}\n", reply.status, reply.text());
    for name in ["content-type", "content-length", "cache-control", "etag", "vary", "retry-after"] {
        text.push_str(&format!("{name}: {}\n", reply.header(name)));
    }
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    for own in ["chain", "request_id"] {
        if let Some(own) = body[own].as_str() {
            text = text.replace(own, "…");
        }
    }
    text.replace(&id.to_string(), "ID").replace(&hand.device.to_string(), "DEVICE")
}

fn an_id_that_exists_elsewhere_is_answered_byte_for_byte_like_one_that_does_not(server: Server) {
    let mut footing = Footing::on(&server);
    footing.hand.take(new_draft(2, 1));
    let rev = footing.rev().to_owned();
    let edits = |id: RecordId| {
        vec![
            put(id, "household", &rev, json!({"notes": "看看"})),
            put(
                id,
                "household",
                "0",
                json!({"community_code": "110102003001", "head_name": "测乙"}),
            ),
            put(id, "person", &rev, json!({"name": "测乙"})),
            delete_under(id, id, "household", &rev),
            put_under(id, record(0x77), "person", "0", json!({"name": "测乙"})),
            with(
                put(id, "household", &rev, json!({})),
                "resolves",
                json!([{"device": id, "device_seq": 1, "path": "/notes"}]),
            ),
            put(id, "household", &rev, json!({"head_name": 7})),
        ]
    };
    let (hidden, never) = (edits(record(1)), edits(record(NEVER)));
    for login in ["worker_b", "committee", "reviewer_there"] {
        for (hidden, never) in hidden.iter().zip(&never).skip(usize::from(login != "worker_b")) {
            // Making a household under a name that is free is no attempt at a hidden one.
            if hidden["base"] == "0" && hidden["kind"] == "household" {
                continue;
            }
            let answers = [(hidden, record(1)), (never, record(NEVER))].map(|(edit, id)| {
                let mut hand = server.hand(login);
                let edits = hand.number([edit.clone()]);
                plain(&hand, &hand.push(&edits).expect(200), id)
            });
            assert_eq!(answers[0], answers[1], "{login}: {hidden}");
        }
    }
    footing.look_again();
    footing.is_untouched("looking for hidden ids");
}

fn at_the_desk_an_id_that_exists_elsewhere_is_answered_like_one_that_does_not(server: Server) {
    let mut footing = Footing::on(&server);
    footing.hand.take(new_draft(2, 1));
    // It waits in quarantine, and is nobody else's to see.
    let late = put(record(2), "assessment", "0", json!({"status": "submitted"}));
    let late = with(late, "root", json!(record(1)));
    let number = footing.hand.number([late]).remove(0);
    footing.hand.push(std::slice::from_ref(&number)).expect(200);
    let seq = &number["device_seq"];
    let because = |address: &str| {
        // A body that the call takes: what is wrong with one may be told before anything else.
        let why =
            if address.contains("records") { json!("试试。") } else { json!(["试试。"]) };
        let name = if address.contains("records") { "reason" } else { "reasons" };
        json!({"rev": footing.rev(), name: why})
    };
    for login in ["reviewer_there", "worker_b", "committee", "district_there", "admin", "auditor"] {
        let desk = server.hand(login);
        for (method, address) in [
            ("GET", "/v1/desk/assessments/ID"),
            ("POST", "/v1/desk/assessments/ID/accept"),
            ("POST", "/v1/desk/assessments/ID/return"),
            ("GET", "/v1/desk/conflicts/ID"),
            ("POST", "/v1/desk/records/ID/delete"),
            ("POST", "/v1/desk/records/ID/undelete"),
        ] {
            let answers = [record(2), record(NEVER)].map(|id| {
                let call = desk.call(method, &address.replace("ID", &id.to_string()));
                let call = match method {
                    "GET" => call,
                    _ => call
                        .header("Idempotency-Key", &format!("hidden-{id}"))
                        .json(&because(address)),
                };
                plain(&desk, &call.send(), id)
            });
            assert_eq!(answers[0], answers[1], "{login} {method} {address}");
            assert!(answers[0].starts_with('4'), "{login} {address}: {}", answers[0]);
        }
        let answers =
            [(footing.hand.device.to_string(), seq.clone()), (record(NEVER).to_string(), json!(3))]
                .map(|(device, seq)| {
                    let reply =
                        desk.call("GET", &format!("/v1/desk/quarantine/{device}/{seq}")).send();
                    plain(&desk, &reply, record(NEVER)).replace(&device, "ID")
                });
        assert_eq!(answers[0], answers[1], "{login}");
    }
    footing.look_again();
    footing.is_untouched("looking for hidden ids at the desk");
}
