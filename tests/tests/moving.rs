//! Households that go to another team, and the tablets that find out.

use ruhu_casework::organisations::{Caseload, Contract, Provider};
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::outcome::Reason;
use ruhu_tests::edits::{MADE_AT, document, draft, household, path, put, put_under, record};
use ruhu_tests::{AREA_HERE, AREA_THERE, Field, Hand, Reply, Server, Tablet};
use ruhu_tests::{on_both_databases, tables};
use serde_json::{Value, json};

on_both_databases! {
    a_household_moves_with_all_that_is_in_it_and_both_teams_find_out,
    a_tablet_hands_in_what_it_has_not_sent_before_it_gives_a_household_up,
    a_move_out_and_back_between_two_pulls_leaves_the_household_where_it_is,
    a_move_while_a_tablet_is_paging_is_exact,
    three_hundred_households_are_handed_over_to_another_contract_in_one_act,
    a_caseload_is_split_in_one_act_and_merged_again,
    a_move_is_refused_with_a_reason_for_each_thing_that_stands_against_it,
    an_act_that_fails_in_one_part_moves_nothing,
    a_move_sent_again_moves_once,
    a_worker_who_leaves_a_team_drops_its_stream_and_gets_it_back_with_the_place,
}

/// A household with an assessment, made on a tablet of the first team; all tablets are synced.
fn family(tablet: &mut Tablet) -> (RecordId, RecordId) {
    let made = tablet.group(|tablet| {
        let home = tablet.create("household", None, document(&household("测甲")))?;
        let inner = tablet.create("assessment", Some(home), document(&draft()))?;
        Ok((home, inner))
    });
    tablet.sync().expect("synced");
    made.expect("kept")
}

fn act(desk: &Hand, key: &str, parts: Value) -> Reply {
    let body = json!({"parts": parts, "reason": "片区调整。"});
    desk.call("POST", "/v1/desk/moves").header("Idempotency-Key", key).json(&body).send()
}

#[track_caller]
fn relocate(desk: &Hand, key: &str, home: RecordId, to: StreamId) {
    act(desk, key, json!([{"to": to, "households": [home]}])).expect(200);
}

#[track_caller]
fn agrees(server: &Server, tablet: &mut Tablet) {
    let report = tablet.sync().expect("synced");
    assert!(report.pull.reread.is_empty(), "{report:?}");
    assert!(report.pull.streams.iter().all(|stream| stream.agrees), "{report:?}");
    for stream in [Field::CASELOAD_A, Field::CASELOAD_B] {
        let (head, stored) = tables::stream(server, stream);
        let head = head.map(|head| (head.count, head.digest)).unwrap_or_default();
        assert_eq!(tables::recount(&stored), head);
    }
}

fn a_household_moves_with_all_that_is_in_it_and_both_teams_find_out(server: Server) {
    let (mut old, mut new) = (server.tablet("worker_a"), server.tablet("worker_b"));
    let (home, inner) = family(&mut old);
    new.sync().expect("synced");
    assert!(new.view(home).is_none());
    let desk = server.hand("reviewer_here");
    let list = desk.call("GET", "/v1/desk/caseloads").send().expect(200).json();
    assert_eq!(list["caseloads"].as_array().map(Vec::len), Some(2), "{list}");
    let address = format!("/v1/desk/caseloads/{}/households", Field::CASELOAD_A);
    let list = desk.call("GET", &address).send().expect(200).json();
    assert_eq!(list["households"][0]["record"], json!(home));
    assert_eq!(list["households"][0]["head_name_masked"], json!("测*"));

    let parts = json!([{"to": Field::CASELOAD_B, "households": [home]}]);
    let moved = act(&desk, "move-0001", parts).expect(200).json();
    assert_eq!(moved["moved"][0]["from"], json!(Field::CASELOAD_A));
    agrees(&server, &mut old);
    agrees(&server, &mut new);
    for id in [home, inner] {
        assert!(old.view(id).is_none(), "evicted");
        assert_eq!(new.memory().rows()[&id].stream, Field::CASELOAD_B);
    }
    assert_eq!(moved["moved"][0]["rev"], json!(new.view(home).expect("held").rev));
    let list = desk.call("GET", &address).send().expect(200).json();
    assert_eq!(list["households"], json!([]));
    assert_eq!(server.store().rebuild().expect("rebuilt").differences(), 0);
}

fn a_tablet_hands_in_what_it_has_not_sent_before_it_gives_a_household_up(server: Server) {
    let mut old = server.tablet("worker_a");
    let (home, inner) = family(&mut old);
    old.set(inner, &path("/answers/eat"), "achieved".into()).expect("kept");
    old.set(home, &path("/notes"), "搬走前记下".into()).expect("kept");
    relocate(&server.hand("reviewer_here"), "move-0001", home, Field::CASELOAD_B);
    let sync = old.sync().expect("synced");
    assert_eq!(sync.push.outcomes.len(), 2);
    for outcome in &sync.push.outcomes {
        assert_eq!(outcome.reason, Some(Reason::NotAvailable));
    }
    assert!(old.view(home).is_none() && old.memory().outbox().is_empty());
    assert_eq!(old.quarantined().len(), 2, "the author still sees what was written");
    agrees(&server, &mut old);
}

fn a_move_out_and_back_between_two_pulls_leaves_the_household_where_it_is(server: Server) {
    let mut old = server.tablet("worker_a");
    let (home, inner) = family(&mut old);
    let desk = server.hand("reviewer_here");
    relocate(&desk, "move-0001", home, Field::CASELOAD_B);
    relocate(&desk, "move-0002", home, Field::CASELOAD_A);
    agrees(&server, &mut old);
    let row = &old.memory().rows()[&inner];
    assert_eq!((row.stream, row.rev.number), (Field::CASELOAD_A, 3));
    // What was written on the version before both moves merges as if there had been none.
    let mut mate = server.tablet("worker_a2");
    mate.sync().expect("synced");
    mate.set(inner, &path("/answers/eat"), "achieved".into()).expect("kept");
    relocate(&desk, "move-0003", home, Field::CASELOAD_B);
    relocate(&desk, "move-0004", home, Field::CASELOAD_A);
    let sync = mate.sync().expect("synced");
    assert!(sync.push.outcomes[0].outcome.is_effective(), "{sync:?}");
    agrees(&server, &mut old);
    assert_eq!(old.view(inner).expect("held").rev, mate.view(inner).expect("held").rev);
}

fn a_move_while_a_tablet_is_paging_is_exact(server: Server) {
    let mut old = server.tablet("worker_a");
    let homes: Vec<_> = (0..6).map(|_| family(&mut old).0).collect();
    let desk = server.hand("reviewer_here");
    let mut mate = server.tablet("worker_a2");
    mate.settings_mut().pull_limit = Some(2);
    for (n, home) in homes.iter().enumerate().take(4) {
        mate.pull_page().expect("a page");
        relocate(&desk, &format!("move-000{n}"), *home, Field::CASELOAD_B);
    }
    agrees(&server, &mut mate);
    let held: Vec<_> = homes.iter().filter(|home| mate.view(**home).is_some()).collect();
    assert_eq!(held, homes[4..].iter().collect::<Vec<_>>());
}

fn contract(first_day: &str, last_day: &str) -> Contract {
    let day = |text: &str| text.parse().expect("a day");
    Contract {
        purchaser_area: AREA_HERE.to_owned(),
        first_day: day(first_day),
        last_day: day(last_day),
        over_a_year_because: None,
    }
}

/// A caseload under a contract of another provider.
fn caseload(server: &Server, n: u128, area: &str, of: &Contract, is_banned: bool) -> StreamId {
    let (stream, provider, id) = (StreamId(record(n).0), record(n + 1).0, record(n + 2).0);
    let named = Provider { uscc: format!("TEST{n:014}"), name: "别的".to_owned(), bans: vec![] };
    let made = server.store().write(|tx| {
        tx.add_provider(provider, &named)?;
        tx.add_contract(id, provider, of)?;
        if is_banned {
            tx.add_provider_ban(
                record(n + 3).0,
                provider,
                (of.first_day, of.last_day),
                "测试",
                "",
            )?;
        }
        tx.add_caseload(id, "别的组", &Caseload { stream, area: area.to_owned() })
    });
    made.expect("made");
    stream
}

fn three_hundred_households_are_handed_over_to_another_contract_in_one_act(server: Server) {
    let mut worker = server.hand("worker_a");
    for some in [0..150_u128, 150..300] {
        let edits = some.flat_map(|n| {
            let home = put(record(n), "household", "0", household("测甲"));
            let within = put_under(record(n), record(1000 + n), "assessment", "0", draft());
            [home, within]
        });
        worker.outcomes(edits);
    }
    let next = caseload(&server, 5000, AREA_HERE, &contract("2026-11-01", "2027-10-31"), false);
    let mut old = server.tablet("worker_a");
    agrees(&server, &mut old);
    assert_eq!(old.records("household").len(), 300);
    let desk = server.hand("reviewer_here");
    let parts = json!([{"to": next, "from": Field::CASELOAD_A}]);
    let moved = act(&desk, "move-0001", parts).expect(200).json();
    assert_eq!(moved["moved"].as_array().map(Vec::len), Some(300));
    agrees(&server, &mut old);
    assert_eq!(old.memory().rows().values().filter(|row| row.kind == "household").count(), 0);
    let (head, stored) = tables::stream(&server, next);
    assert_eq!((head.expect("a stream").count, stored.len()), (600, 600));
    // The same people, in the next contract's team, get everything.
    let (user, day) = (Field::user("worker_a"), "2026-11-01".parse().expect("a day"));
    let placed = server.store().write(|tx| tx.add_membership(record(1).0, user, next, day, None));
    placed.expect("placed");
    agrees(&server, &mut old);
    assert_eq!(old.records("household").len(), 300);
}

fn a_caseload_is_split_in_one_act_and_merged_again(server: Server) {
    let mut old = server.tablet("worker_a");
    let homes: Vec<_> = (0..4).map(|_| family(&mut old).0).collect();
    let third = caseload(&server, 5000, AREA_HERE, &contract("2026-01-01", "2026-12-31"), false);
    let desk = server.hand("reviewer_here");
    let split = json!([{"to": Field::CASELOAD_B, "households": [homes[0], homes[1]]},
        {"to": third, "households": [homes[2]]}]);
    act(&desk, "move-0001", split).expect(200);
    agrees(&server, &mut old);
    assert_eq!(old.records("household").len(), 1);
    let merge = json!([{"to": Field::CASELOAD_A, "from": Field::CASELOAD_B},
        {"to": Field::CASELOAD_A, "from": third}]);
    act(&desk, "move-0002", merge).expect(200);
    agrees(&server, &mut old);
    assert_eq!(old.records("household").len(), 4);
    assert_eq!(server.store().rebuild().expect("rebuilt").differences(), 0);
}

#[track_caller]
fn refusal(desk: &Hand, parts: Value) -> Vec<(String, String)> {
    let told = act(desk, "refused-0001", parts).expect_problem(409, "move-refused").json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let said = |refusal: &Value| {
        let about = if refusal["caseload"].is_null() { "household" } else { "caseload" };
        assert!(!text(&refusal["message_zh"]).is_empty());
        assert!(text(&refusal["message_en"]).is_ascii());
        (text(&refusal[about]), text(&refusal["reason"]))
    };
    told["refusals"].as_array().expect("refusals").iter().map(said).collect()
}

fn a_move_is_refused_with_a_reason_for_each_thing_that_stands_against_it(server: Server) {
    let mut old = server.tablet("worker_a");
    let (home, inner) = family(&mut old);
    let over = caseload(&server, 5000, AREA_HERE, &contract("2025-11-22", "2026-11-22"), false);
    let banned = caseload(&server, 5010, AREA_HERE, &contract("2026-01-01", "2026-12-31"), true);
    let there = caseload(&server, 5020, AREA_THERE, &contract("2026-01-01", "2026-12-31"), false);
    let desk = server.hand("reviewer_here");
    let said = refusal(
        &desk,
        json!([{"to": over, "households": [home]}, {"to": banned, "households": [home]},
            {"to": there, "households": [home]}, {"to": Field::CASELOAD_B, "from": there}]),
    );
    let of = |id: StreamId, reason: &str| (id.to_string(), reason.to_owned());
    for expected in [
        of(over, "contract_not_in_force"),
        of(banned, "provider_banned"),
        of(there, "outside_area"),
    ] {
        assert!(said.contains(&expected), "{said:?}");
    }
    let said = refusal(
        &desk,
        json!([{"to": Field::CASELOAD_B, "households": [inner, record(77), home, home]}]),
    );
    let of = |id: RecordId, reason: &str| (id.to_string(), reason.to_owned());
    assert_eq!(
        said,
        [of(inner, "not_available"), of(record(77), "not_available"), of(home, "named_twice")]
    );
    let said = refusal(&desk, json!([{"to": Field::CASELOAD_A, "households": [home]}]));
    assert_eq!(said, [of(home, "already_there")]);
    // From the other street, the household and the caseloads are nothing.
    let elsewhere = server.hand("reviewer_there");
    let said = refusal(&elsewhere, json!([{"to": there, "households": [home]}]));
    assert_eq!(said, [of(home, "not_available")]);
    let parts = json!([{"to": Field::CASELOAD_B, "households": [home]}]);
    act(&server.hand("worker_a"), "refused-0001", parts).expect_problem(403, "not-permitted");
    act(&desk, "refused-0001", json!([])).expect_problem(400, "invalid-request");
    let both = json!([{"to": Field::CASELOAD_B, "from": Field::CASELOAD_A, "households": [home]}]);
    act(&desk, "refused-0001", both).expect_problem(400, "invalid-request");
    let tablet_move = json!({"op": "move", "record": home, "kind": "household", "base": "1-00000000",
        "stream": Field::CASELOAD_B, "made_at": MADE_AT});
    assert_eq!(server.hand("reviewer_here").verdict(tablet_move), "rejected/unknown_op");
    agrees(&server, &mut old);
    assert!(old.view(home).is_some());
}

fn an_act_that_fails_in_one_part_moves_nothing(server: Server) {
    let mut old = server.tablet("worker_a");
    let homes = [family(&mut old).0, family(&mut old).0];
    let desk = server.hand("reviewer_here");
    let before = tables::count(&server, "journal");
    let parts = json!([{"to": Field::CASELOAD_B, "households": homes},
        {"to": Field::CASELOAD_B, "households": [record(77)]}]);
    act(&desk, "move-0001", parts).expect_problem(409, "move-refused");
    assert_eq!(tables::count(&server, "journal"), before);
    // The key is free for the corrected act.
    act(&desk, "move-0001", json!([{"to": Field::CASELOAD_B, "households": homes}])).expect(200);
}

fn a_move_sent_again_moves_once(server: Server) {
    let mut old = server.tablet("worker_a");
    let (home, _) = family(&mut old);
    let desk = server.hand("reviewer_here");
    let parts = json!([{"to": Field::CASELOAD_B, "households": [home]}]);
    let first = act(&desk, "move-0001", parts.clone()).expect(200);
    assert_eq!(first.body, act(&desk, "move-0001", parts).expect(200).body);
}

fn a_worker_who_leaves_a_team_drops_its_stream_and_gets_it_back_with_the_place(server: Server) {
    let mut worker = server.tablet("worker_a");
    let (home, _) = family(&mut worker);
    let user = Field::user("worker_a");
    let day = |text: &str| text.parse().expect("a day");
    let transferred = server.store().write(|tx| {
        tx.add_membership(record(1).0, user, Field::CASELOAD_B, day("2026-11-01"), None)?;
        tx.end_memberships(user, Field::CASELOAD_A, day("2026-11-22"))
    });
    assert_eq!(transferred.expect("transferred"), 1);
    worker.set(home, &path("/notes"), "离组前写的".into()).expect("kept");
    let sync = worker.sync().expect("synced");
    assert_eq!(sync.push.outcomes[0].reason, Some(Reason::NotAvailable));
    assert!(worker.view(home).is_none());
    let streams = worker.memory().streams().expect("pulled");
    assert!(!streams.contains(&Field::CASELOAD_A) && streams.contains(&Field::CASELOAD_B));
    // Meanwhile the household changes; with the place the whole stream comes back.
    let mut mate = server.tablet("worker_a2");
    mate.sync().expect("synced");
    mate.set(home, &path("/address"), "前海东沿12号".into()).expect("kept");
    mate.sync().expect("synced");
    let back = server.store().write(|tx| {
        tx.add_membership(record(2).0, user, Field::CASELOAD_A, day("2026-11-23"), None)
    });
    back.expect("back");
    agrees(&server, &mut worker);
    let view = worker.view(home).expect("held again");
    assert_eq!(view.document["address"], "前海东沿12号".into());
    assert_eq!(worker.quarantined().len(), 1);
}
