//! What staff end has ended at the next request.

use crate::desk::{Desk, key};
use ruhu_casework::grants::REFERENCE_STREAM;
use ruhu_device::DeviceError;
use ruhu_sync::merge;
use ruhu_sync::push::{PushContext, PushReply, PushRequest, push};
use ruhu_tests::edits::{document, household, new_household, path};
use ruhu_tests::{Database, Field, NOON, Server, on_both_databases, tables};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::thread;

on_both_databases! {
    everyone_holds_the_own_stream_and_the_reference_data_and_only_workers_a_caseload,
    a_contract_ended_early_ends_its_workers_rights_at_once_and_keeps_what_they_wrote,
    a_ban_ends_rights_at_once_and_its_lifting_gives_them_back,
    a_membership_ended_at_once_ends_even_if_it_began_today,
    an_account_switched_off_sees_nothing_and_switched_on_sees_it_again,
    an_office_ended_at_once_opens_no_desk,
    a_right_that_ends_between_a_pushs_sign_in_and_its_transaction_has_ended_for_it,
}

fn at_once() -> Value {
    json!({"reason": "未达到既定标准"})
}

fn everyone_holds_the_own_stream_and_the_reference_data_and_only_workers_a_caseload(
    server: Server,
) {
    Desk::new(&server, "admin").account("newcomer");
    for (login, caseload) in [
        ("worker_a", Some(Field::CASELOAD_A)),
        ("worker_b", Some(Field::CASELOAD_B)),
        ("committee", None),
        ("reviewer_here", None),
        ("district_here", None),
        ("admin", None),
        ("auditor", None),
        ("newcomer", None),
    ] {
        let hand = server.hand(login);
        let me = hand.call("GET", "/v1/me").send().expect(200).json();
        let handshake = hand.call("GET", "/v1/sync").send().expect(200).json();
        let streams = handshake["streams"].as_array().expect("streams").iter();
        let held: BTreeSet<_> = streams.map(|s| s["stream"].to_string()).collect();
        let own = [me["user"]["id"].clone(), json!(REFERENCE_STREAM)];
        let expected = own.into_iter().chain(caseload.map(|stream| json!(stream)));
        assert_eq!(held, expected.map(|stream| stream.to_string()).collect(), "{login}");
    }
}

fn a_contract_ended_early_ends_its_workers_rights_at_once_and_keeps_what_they_wrote(
    server: Server,
) {
    let mut tablet = server.tablet("worker_a");
    let home = tablet.create("household", None, document(&household("测甲"))).expect("kept");
    tablet.sync().expect("synced");
    tablet.set(home, &path("/notes"), "最后一次".into()).expect("kept");
    let others = ["worker_a2", "worker_b"].map(|login| server.hand(login));
    let district = Desk::new(&server, "district_here");
    district.arrange(&format!("contracts/{}/end", Field::CONTRACT), &at_once());

    tablet.push().expect("pushed");
    assert_eq!(tablet.quarantined().len(), 1);
    assert_eq!(tablet.pull(), Err(DeviceError::Closed));
    assert!(tablet.memory().rows().is_empty(), "what was lost is evicted");
    for other in &others {
        other.pull(json!({})).expect_problem(403, "closed");
    }
    assert_eq!(tables::stream(&server, Field::CASELOAD_A).1.len(), 1, "nothing is lost");
    let known = district.get("contracts").expect(200).json();
    assert_eq!(known["contracts"][0]["last_day"], "2026-11-22");
}

fn a_ban_ends_rights_at_once_and_its_lifting_gives_them_back(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    let district = Desk::new(&server, "district_here");
    let ban = json!({"provider": Field::PROVIDER, "reason": "转包服务"});
    let ban = district.arrange("bans", &ban);
    hand.pull(json!({})).expect_problem(403, "closed");
    district.arrange(&format!("bans/{ban}/lift"), &json!({"reason": "处理决定已撤销"}));
    assert_eq!(hand.held().len(), 1);
    assert_eq!(hand.verdict(new_household(2)), "applied");
}

fn a_membership_ended_at_once_ends_even_if_it_began_today(server: Server) {
    server.hand("worker_a").take(new_household(1));
    let admin = Desk::new(&server, "admin");
    let account = admin.account("newcomer");
    let caseload = Field::CASELOAD_A.to_string();
    let place = admin.member(&account, &caseload, "2026-11-23", None);
    let hand = server.hand("newcomer");
    assert_eq!(hand.held().len(), 1);
    admin.arrange(&format!("memberships/{place}/end"), &at_once());
    hand.pull(json!({})).expect_problem(403, "closed");
    // It is in nobody's way: the same person may begin again, elsewhere too.
    let team = admin.team("2026-11-23", "2026-12-31");
    admin.member(&account, &team.caseload, "2026-11-23", None);
    assert_eq!(hand.held().len(), 0);
}

fn an_account_switched_off_sees_nothing_and_switched_on_sees_it_again(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    let admin = Desk::new(&server, "admin");
    let switch = |active: bool| {
        let address = format!("accounts/{}/use", Field::user("worker_a"));
        admin.arrange(&address, &json!({"active": active, "reason": "岗位调整"}));
    };
    switch(false);
    hand.pull(json!({})).expect_problem(403, "closed");
    assert_eq!(hand.verdict(new_household(2)), "quarantined/right_ended");
    let me = hand.call("GET", "/v1/me").send().expect(200).json();
    assert_eq!((&me["closed"], &me["roles"]), (&json!(true), &json!([])));
    switch(true);
    assert_eq!(hand.held().len(), 1);
}

fn an_office_ended_at_once_opens_no_desk(server: Server) {
    let admin = Desk::new(&server, "admin");
    let reviewer = server.hand("reviewer_here");
    reviewer.call("GET", "/v1/desk/assessments").send().expect(200);
    let offices = admin.get("offices").expect(200).json();
    let offices = offices["offices"].as_array().expect("offices");
    let office =
        offices.iter().find(|office| office["account"] == json!(Field::user("reviewer_here")));
    let office = office.expect("an office")["id"].as_str().expect("an id");
    admin.arrange(&format!("offices/{office}/end"), &at_once());
    reviewer.call("GET", "/v1/desk/assessments").send().expect_problem(403, "not-permitted");
}

fn a_right_that_ends_between_a_pushs_sign_in_and_its_transaction_has_ended_for_it(server: Server) {
    let mut hand = server.hand("worker_a");
    let edits = hand.number([new_household(1)]);
    // What the sign-in was read for; the right ends before the transaction begins.
    let (user, device, body) =
        (Field::user("worker_a"), hand.device, hand.body(&edits).to_string());
    let request = PushRequest::parse(&body).expect("a push");
    let district = Desk::new(&server, "district_here");
    district.arrange(&format!("contracts/{}/end", Field::CONTRACT), &at_once());
    let reply = server.store().write(|tx| {
        let mut salts = || Ok([7; 16]);
        let hand = merge::Hand::Device;
        let mut context = PushContext { user, device, now: NOON, hand, salts: &mut salts };
        let shelf = tx.shelf()?;
        push(tx, shelf.rules(), &mut context, &request)
    });
    let PushReply::Answer(answer) = reply.expect("committed") else { panic!("refused") };
    assert!(answer.outcomes[0].contains("right_ended"), "{}", answer.outcomes[0]);
    assert!(answer.records.is_empty());
}

#[test]
fn staff_whose_office_ends_while_their_act_waits_for_its_turn_may_not_do_it() {
    let server = Server::on(Database::Postgres);
    let admin = Desk::new(&server, "admin");
    let district = Desk::new(&server, "district_here");
    let offices = admin.get("offices").expect(200).json();
    let offices = offices["offices"].as_array().expect("offices");
    let mine = |office: &&Value| office["account"] == json!(Field::user("district_here"));
    let office = offices.iter().find(mine).expect("an office")["id"].clone();
    let office = serde_json::from_value(office).expect("an id");
    let end = format!("contracts/{}/end", Field::CONTRACT);
    let reply = thread::scope(|scope| {
        let mut waiting = None;
        let ended = server.store().write(|tx| {
            tx.lock_organisations()?;
            let sent = scope.spawn(|| district.keyed(&key(), &end, &at_once()));
            while tables::waiting(&server) == 0 {
                assert!(!sent.is_finished(), "nothing held it up");
                thread::yield_now();
            }
            waiting = Some(sent);
            tx.end_office(office, "2026-11-22".parse().expect("a day"))
        });
        ended.expect("written");
        waiting.expect("it was sent").join().expect("answered")
    });
    reply.expect_problem(403, "not-permitted");
    server.hand("worker_a").pull(json!({})).expect(200);
}
