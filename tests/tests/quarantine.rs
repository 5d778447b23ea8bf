//! What waits in quarantine: whoever has authority today looks at it beside the record, and
//! applies or dismisses it; its author is told.

use ruhu_sync::id::{DeviceId, RecordId, StreamId};
use ruhu_tests::edits::{
    document, draft, grouped, household, new_draft, new_household, path, put_under, record,
    six_answers,
};
use ruhu_tests::{Field, Hand, Reply, Server, Tablet, on_both_databases, tables, verdict};
use serde_json::{Value, json};

on_both_databases! {
    a_late_edit_of_the_old_team_is_applied_where_the_household_is_now_and_both_sides_agree,
    a_quarantined_edit_is_read_beside_todays_record,
    an_applied_edit_that_meets_another_leaves_it_to_a_person,
    a_dismissed_edit_changes_nothing_and_its_author_is_told_why,
    a_group_and_what_builds_on_it_are_decided_together,
    what_still_cannot_be_applied_waits_and_is_named,
    an_edit_that_cannot_be_applied_today_is_refused_and_nothing_changes,
    an_edit_is_settled_once_and_a_decision_sent_again_is_answered_the_same,
    only_those_decide_who_reach_the_stream_of_today,
    what_was_written_after_the_right_ended_waits_at_the_teams_desk,
    the_list_is_read_page_by_page_oldest_first,
}

fn list(desk: &Hand) -> Vec<Value> {
    let told = desk.call("GET", "/v1/desk/quarantine").send().expect(200).json();
    told["edits"].as_array().expect("edits").clone()
}

fn address(device: DeviceId, device_seq: u64, act: &str) -> String {
    format!("/v1/desk/quarantine/{device}/{device_seq}{act}")
}

fn settle(desk: &Hand, key: &str, (device, device_seq): (DeviceId, u64), act: &str) -> Reply {
    let address = address(device, device_seq, &format!("/{act}"));
    let call = desk.call("POST", &address).header("Idempotency-Key", key);
    call.json(&json!({"reason": "已电话核实。"})).send()
}

fn relocate(desk: &Hand, key: &str, home: RecordId, to: StreamId) {
    let body = json!({"parts": [{"to": to, "households": [home]}], "reason": "片区调整。"});
    let call = desk.call("POST", "/v1/desk/moves").header("Idempotency-Key", key);
    call.json(&body).send().expect(200);
}

fn seqs(edits: &Value) -> Vec<u64> {
    let edits = edits.as_array().expect("edits");
    edits.iter().map(|edit| edit["device_seq"].as_u64().expect("a number")).collect()
}

fn notices(tablet: &Tablet) -> Vec<Value> {
    let told = |view: ruhu_device::View| serde_json::to_value(view.document).expect("json");
    tablet.records("notice").into_iter().map(told).collect()
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

fn a_late_edit_of_the_old_team_is_applied_where_the_household_is_now_and_both_sides_agree(
    server: Server,
) {
    let (mut old, mut new) = (server.tablet("worker_a"), server.tablet("worker_b"));
    let made = old.group(|tablet| {
        let home = tablet.create("household", None, document(&household("测甲")))?;
        let inner = tablet.create("assessment", Some(home), document(&draft()))?;
        Ok((home, inner))
    });
    let (home, inner) = made.expect("kept");
    old.sync().expect("synced");
    old.set(inner, &path("/answers/eat"), "not_achieved".into()).expect("kept");
    let desk = server.hand("reviewer_here");
    relocate(&desk, "move-0001", home, Field::CASELOAD_B);
    new.sync().expect("synced");
    new.set(inner, &path("/answers/dress"), "achieved".into()).expect("kept");
    agrees(&server, &mut new);
    agrees(&server, &mut old);
    assert!(old.view(inner).is_none());

    server.advance_seconds(3600);
    let desk = server.hand("reviewer_here");
    let [late] = &list(&desk)[..] else { panic!("one waits: {:?}", list(&desk)) };
    assert_eq!(late["reason"], json!("not_available"));
    assert_eq!(late["stream"], json!(Field::CASELOAD_B));
    assert_eq!(late["head_name_masked"], json!("测*"));
    assert_eq!(late["user_name"], json!("测试worker_a"));
    assert_eq!(late["waiting_seconds"], json!(3600));
    let name = (old.memory().device().expect("enrolled"), late["device_seq"].as_u64().expect("n"));
    let told = settle(&desk, "apply-0001", name, "apply").expect(200).json();
    assert_eq!(told["settled"][0]["outcome"], json!("merged"), "{told}");
    assert_eq!(list(&desk), Vec::<Value>::new());

    agrees(&server, &mut new);
    agrees(&server, &mut old);
    let answers = new.view(inner).expect("held").document["answers"].clone();
    assert_eq!(json!(answers), json!({"eat": "not_achieved", "dress": "achieved"}));
    let [notice] = &notices(&old)[..] else { panic!("one notice: {:?}", notices(&old)) };
    assert_eq!(notice["event"], json!("edit_applied"));
    assert_eq!(notice["reason"], json!("已电话核实。"));
    assert_eq!(notice["by"], json!(Field::user("reviewer_here")));
    // The history has the edit as its author's, and says who applied it.
    let seen = desk.call("GET", &format!("/v1/desk/assessments/{inner}")).send().expect(200).json();
    let applied = seen["history"].as_array().and_then(|all| all.last()).expect("a history").clone();
    assert_eq!(applied["user"], json!(Field::user("worker_a")));
    assert_eq!((&applied["device"], &applied["device_seq"]), (&json!(name.0), &json!(name.1)));
    assert_eq!(applied["applied_by"], json!("测试reviewer_here"));
    assert_eq!(server.store().rebuild().expect("rebuilt").differences(), 0);
}

/// Household 1 with draft 2 by `worker_a`; moved away from under the tablet. Gives the worker's
/// device, the desk and the draft's rev before the move.
fn moved_away(server: &Server) -> (Hand, Hand, String) {
    let mut worker = server.hand("worker_a");
    worker.take(new_household(1));
    let rev = worker.take(new_draft(2, 1));
    let desk = server.hand("reviewer_here");
    relocate(&desk, "move-0001", record(1), Field::CASELOAD_B);
    (worker, desk, rev)
}

fn late(base: &str, patch: Value) -> Value {
    put_under(record(1), record(2), "assessment", base, patch)
}

fn a_quarantined_edit_is_read_beside_todays_record(server: Server) {
    let mut worker = server.hand("worker_a");
    worker.take(new_household(1));
    worker.take(new_draft(2, 1));
    let seen = worker.take(late("0", json!({"answers": {"eat": "achieved"}})));
    let desk = server.hand("reviewer_here");
    relocate(&desk, "move-0001", record(1), Field::CASELOAD_B);
    let mut other = server.hand("worker_b");
    let held = other.held();
    let now = held.iter().find(|r| r["record"] == json!(record(2))).expect("held")["rev"].clone();
    other.take(late(
        now.as_str().expect("a rev"),
        json!({"answers": {"eat": "not_achieved", "dress": "achieved"}}),
    ));
    worker.verdict(late(&seen, json!({"answers": {"eat": null, "bathe": "achieved"}})));
    let told = desk.call("GET", &address(worker.device, 4, "")).send().expect(200).json();
    assert_eq!(told["base_known"], json!(true));
    assert_eq!(
        told["places"],
        json!([{"path": "/answers/bathe", "asked": "achieved"},
            {"path": "/answers/eat", "base": "achieved", "current": "not_achieved"}])
    );
    assert_eq!(told["record"]["document"]["answers"]["dress"], json!("achieved"));
    assert_eq!(told["edit"]["decided_with"], json!([4]));
}

fn an_applied_edit_that_meets_another_leaves_it_to_a_person(server: Server) {
    let (mut worker, desk, rev) = moved_away(&server);
    let mut other = server.hand("worker_b");
    let held = other.held();
    let now = held.iter().find(|r| r["record"] == json!(record(2))).expect("held")["rev"].clone();
    let now = now.as_str().expect("a rev");
    other.take(late(now, json!({"answers": {"eat": "achieved"}})));
    worker.verdict(late(&rev, json!({"answers": {"eat": "not_achieved"}})));
    let told = settle(&desk, "apply-0001", (worker.device, 3), "apply").expect(200).json();
    assert_eq!(told["settled"][0]["outcome"], json!("conflict"));
    assert_eq!(told["settled"][0]["conflicts"], json!(["/answers/eat"]));
    let held = other.held();
    let today = held.iter().find(|r| r["record"] == json!(record(2))).expect("held");
    assert_eq!(today["document"]["answers"]["eat"], json!("achieved"));
    assert_eq!(today["conflicts"][0]["user"], json!(Field::user("worker_a")));
}

fn a_dismissed_edit_changes_nothing_and_its_author_is_told_why(server: Server) {
    let (mut worker, desk, rev) = moved_away(&server);
    worker.verdict(late(&rev, json!({"answers": {"eat": "achieved"}})));
    let (_, before) = tables::stream(&server, Field::CASELOAD_B);
    let told = settle(&desk, "dismiss-0001", (worker.device, 3), "dismiss").expect(200).json();
    assert_eq!(seqs(&told["settled"]), [3]);
    assert_eq!(tables::stream(&server, Field::CASELOAD_B).1, before);
    assert!(list(&desk).is_empty());
    let mut tablet = server.tablet("worker_a");
    tablet.sync().expect("synced");
    let [notice] = &notices(&tablet)[..] else { panic!("one notice") };
    assert_eq!(notice["event"], json!("edit_dismissed"));
    assert_eq!(notice["device"], json!(worker.device));
    assert_eq!((&notice["device_seq"], &notice["record"]), (&json!(3), &json!(record(2))));
}

fn a_group_and_what_builds_on_it_are_decided_together(server: Server) {
    let mut worker = server.hand("worker_a");
    let user = Field::user("worker_a");
    tables::end_membership(&server, user);
    let group = grouped(1, [new_household(1), new_draft(2, 1)]);
    worker.outcomes(group);
    let next = put_under(record(1), record(3), "assessment", "0", draft());
    worker.outcomes([next, late("0", json!({"answers": {"eat": "achieved"}}))]);
    let desk = server.hand("reviewer_here");
    let waiting = list(&desk);
    assert_eq!(seqs(&json!(waiting)), [1, 2, 3, 4]);
    assert_eq!(waiting[0]["group"], json!(record(0xF001)));
    let told = settle(&desk, "apply-0001", (worker.device, 2), "apply").expect(200).json();
    let taken = seqs(&told["settled"]);
    assert!(taken.starts_with(&[1, 2]), "{told}");
    assert!(told["still_waiting"].as_array().expect("a list").is_empty());
    for seq in [3, 4].into_iter().filter(|seq| !taken.contains(seq)) {
        let key = format!("apply-000{seq}");
        settle(&desk, &key, (worker.device, seq), "apply").expect(200);
    }
    assert!(list(&desk).is_empty());
    let (_, stored) = tables::stream(&server, Field::CASELOAD_A);
    assert_eq!(stored.len(), 3);
}

/// `worker_a` sends a household and a draft in it that wait, and then what builds on the draft and
/// what can never be taken; gives the worker and the desk.
fn chained(server: &Server) -> (Hand, Hand) {
    let (mut worker, desk, _) = moved_away(server);
    // A new record in a household that is out of sight waits; what changes it follows.
    let new = put_under(record(1), record(5), "assessment", "0", draft());
    assert_eq!(verdict(&worker.outcomes([new])[0]), "quarantined/not_available");
    let of_five = |patch| put_under(record(1), record(5), "assessment", "0", patch);
    let outcomes = worker.outcomes([
        of_five(json!({"answers": {"eat": "achieved"}})),
        of_five(json!({"status": "accepted"})),
    ]);
    for outcome in &outcomes {
        assert_eq!(verdict(outcome), "quarantined/parent_quarantined", "{outcome}");
        assert!(outcome["because_of"].is_number());
    }
    (worker, desk)
}

fn what_still_cannot_be_applied_waits_and_is_named(server: Server) {
    let (worker, desk) = chained(&server);
    let waiting = list(&desk);
    assert_eq!(waiting[0]["decided_with"], json!([3, 4, 5]));
    let told = settle(&desk, "apply-0001", (worker.device, 3), "apply").expect(200).json();
    assert_eq!(seqs(&told["settled"]), [3, 4]);
    assert_eq!(seqs(&told["still_waiting"]), [5]);
    assert!(told["still_waiting"][0]["reason"].is_string(), "{told}");
    // The decision that was refused is no edit that waits.
    assert_eq!(seqs(&json!(list(&desk))), [5]);
    let told = settle(&desk, "dismiss-0001", (worker.device, 5), "dismiss").expect(200).json();
    assert_eq!(seqs(&told["settled"]), [5]);
    assert!(list(&desk).is_empty());
}

fn an_edit_that_cannot_be_applied_today_is_refused_and_nothing_changes(server: Server) {
    let (worker, desk) = chained(&server);
    let before = tables::count(&server, "journal");
    // Without what it builds on it has no record.
    let refused = settle(&desk, "apply-0001", (worker.device, 4), "apply");
    let told = refused.expect_problem(409, "not-settled").json();
    assert!(told["reason"].is_string(), "{told}");
    assert_eq!(tables::count(&server, "journal"), before);
    assert_eq!(list(&desk).len(), 3);
}

fn an_edit_is_settled_once_and_a_decision_sent_again_is_answered_the_same(server: Server) {
    let (mut worker, desk, rev) = moved_away(&server);
    worker.verdict(late(&rev, json!({"answers": six_answers()})));
    let name = (worker.device, 3);
    let first = settle(&desk, "apply-0001", name, "apply").expect(200);
    assert_eq!(first.body, settle(&desk, "apply-0001", name, "apply").expect(200).body);
    let other = settle(&desk, "apply-0002", name, "dismiss").expect_problem(409, "not-settled");
    assert_eq!(other.json()["reason"], json!("settled"));
    settle(&desk, "apply-0001", name, "dismiss").expect_problem(422, "idempotency-key-reused");
    let blank = desk.call("POST", &address(worker.device, 3, "/apply"));
    let blank = blank.header("Idempotency-Key", "apply-0003").json(&json!({"reason": " "})).send();
    blank.expect_problem(400, "invalid-request");
    let never = (worker.device, 99);
    settle(&desk, "apply-0004", never, "apply").expect_problem(404, "not-available");
}

fn only_those_decide_who_reach_the_stream_of_today(server: Server) {
    let (mut worker, _, rev) = moved_away(&server);
    worker.verdict(late(&rev, json!({"answers": {"eat": "achieved"}})));
    let elsewhere = server.hand("reviewer_there");
    assert!(list(&elsewhere).is_empty());
    let name = (worker.device, 3);
    settle(&elsewhere, "apply-0001", name, "apply").expect_problem(404, "not-available");
    let read = address(worker.device, 3, "");
    elsewhere.call("GET", &read).send().expect_problem(404, "not-available");
    settle(&worker, "apply-0001", name, "apply").expect_problem(403, "not-permitted");
    worker.call("GET", "/v1/desk/quarantine").send().expect_problem(403, "not-permitted");
}

fn what_was_written_after_the_right_ended_waits_at_the_teams_desk(server: Server) {
    let mut worker = server.hand("worker_a");
    let mut mate = server.tablet("worker_a2");
    let rev = worker.take(new_household(1));
    tables::end_membership(&server, Field::user("worker_a"));
    let notes = ruhu_tests::edits::put(record(1), "household", &rev, json!({"notes": "离岗前记"}));
    assert_eq!(worker.verdict(notes), "quarantined/right_ended");
    let desk = server.hand("reviewer_here");
    assert_eq!(list(&desk)[0]["stream"], json!(Field::CASELOAD_A));
    settle(&desk, "apply-0001", (worker.device, 2), "apply").expect(200);
    agrees(&server, &mut mate);
    let view = mate.view(record(1)).expect("held");
    assert_eq!(view.document["notes"], "离岗前记".into());
}

fn the_list_is_read_page_by_page_oldest_first(server: Server) {
    let (mut worker, desk, rev) = moved_away(&server);
    for some in 0..3 {
        let edits = (0..80).map(|n| late(&rev, json!({"note": format!("第{some}-{n}次")})));
        worker.outcomes(edits);
        server.advance_seconds(1);
    }
    for limit in [1, 80, 200] {
        let all = desk.pages("/v1/desk/quarantine", "edits", limit).concat();
        assert_eq!(seqs(&json!(all)), (3..243).collect::<Vec<_>>(), "by {limit}");
    }
}
