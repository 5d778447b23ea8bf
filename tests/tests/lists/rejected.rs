//! What was rejected lies at the desk, where it is read and dismissed; what staff may not do does
//! not.

use ruhu_tests::edits::{
    grouped, household, new_draft, new_household, put, put_under, record, with,
};
use ruhu_tests::{Field, Hand, Reply, Server, on_both_databases, tables};
use serde_json::{Value, json};

on_both_databases! {
    a_rejected_edit_is_listed_with_its_author_and_reasons_and_read_whole,
    a_group_that_one_member_spoils_is_listed_whole_and_dismissed_whole,
    what_cannot_be_read_as_an_edit_is_shown_as_it_came,
    a_rejected_edit_is_never_applied_and_the_refusal_says_so,
    only_the_area_that_it_belongs_to_sees_a_rejected_edit,
    after_any_number_of_newer_rejections_the_oldest_one_comes_first,
    what_staff_ask_for_and_may_not_do_is_refused_and_lies_at_nobodys_desk,
}

const REJECTED: &str = "/v1/desk/quarantine?outcome=rejected";

fn rejected(desk: &Hand) -> Vec<Value> {
    desk.listed(REJECTED, "edits")
}

fn quarantined(desk: &Hand) -> Vec<Value> {
    desk.listed("/v1/desk/quarantine", "edits")
}

fn address(hand: &Hand, device_seq: u64) -> String {
    format!("/v1/desk/quarantine/{}/{device_seq}", hand.device)
}

/// In full, for a purpose.
fn whole(desk: &Hand, hand: &Hand, device_seq: u64) -> Value {
    let call = desk.call("POST", &format!("{}/full", address(hand, device_seq)));
    call.json(&json!({"purpose": "decide_edit"})).send().expect(200).json()
}

fn settle(desk: &Hand, hand: &Hand, device_seq: u64, act: &str) -> Reply {
    let call = desk.call("POST", &format!("{}/{act}", address(hand, device_seq)));
    let call = call.header("Idempotency-Key", &format!("{act}-{device_seq:04}"));
    call.json(&json!({"reason": "已请经办人重填。"})).send()
}

/// A note in household 1, and a name that is none.
fn spoilt(rev: &str) -> Value {
    put(record(1), "household", rev, json!({"notes": NOTE, "head_name": 7}))
}

const NOTE: &str = "老人独居，邻居代述。";

fn notices(hand: &Hand) -> Vec<Value> {
    let held = hand.held().into_iter().filter(|held| held["kind"] == "notice");
    held.map(|held| held["document"].clone()).collect()
}

fn seqs(rows: &[Value]) -> Vec<u64> {
    rows.iter().map(|row| row["device_seq"].as_u64().expect("a number")).collect()
}

fn a_rejected_edit_is_listed_with_its_author_and_reasons_and_read_whole(server: Server) {
    let mut worker = server.hand("worker_a");
    let rev = worker.take(new_household(1));
    assert_eq!(worker.verdict(spoilt(&rev)), "rejected/invalid_value");
    let desk = server.hand("reviewer_here");
    let [edit] = &rejected(&desk)[..] else { panic!("one: {:?}", rejected(&desk)) };
    assert_eq!(edit["outcome"], "rejected");
    assert_eq!(edit["reason"], "invalid_value");
    assert_eq!(edit["problems"][0]["path"], "/head_name");
    assert_eq!((&edit["user_name"], &edit["record"]), (&json!("测试worker_a"), &json!(record(1))));
    assert_eq!(edit["made_at"], ruhu_tests::edits::MADE_AT);
    assert_eq!((&edit["device"], &edit["device_seq"]), (&json!(worker.device), &json!(2)));
    assert_eq!(edit["decided_with"], json!([2]));
    assert!(!edit.to_string().contains(NOTE), "a list is not a reason to see what was written");
    assert_eq!(quarantined(&desk), [Value::Null; 0]);
    let seen = whole(&desk, &worker, 2);
    let text: Value = serde_json::from_str(seen["text"].as_str().expect("its text")).expect("json");
    assert_eq!(text["patch"]["notes"], json!(NOTE));
    assert_eq!(seen["record"]["document"]["head_name"], "测甲");
    let told = settle(&desk, &worker, 2, "dismiss").expect(200).json();
    assert_eq!(seqs(told["settled"].as_array().expect("a list")), [2]);
    assert!(rejected(&desk).is_empty());
    let [notice] = &notices(&worker)[..] else { panic!("one notice") };
    assert_eq!(notice["event"], "edit_dismissed");
    assert_eq!(notice["reason"], "已请经办人重填。");
    assert_eq!((&notice["device_seq"], &notice["record"]), (&json!(2), &json!(record(1))));
    settle(&server.hand("district_here"), &worker, 2, "dismiss").expect_problem(409, "not-settled");
}

fn a_group_that_one_member_spoils_is_listed_whole_and_dismissed_whole(server: Server) {
    let mut worker = server.hand("worker_a");
    let mut homes: Vec<_> = (1..6).map(new_household).collect();
    homes[2] = with(homes[2].clone(), "patch", with(household("测丙"), "notes", json!(7)));
    let outcomes = worker.outcomes(grouped(1, homes));
    assert!(outcomes.iter().all(|outcome| outcome["outcome"] == "rejected"), "{outcomes:?}");
    let desk = server.hand("reviewer_here");
    let all = rejected(&desk);
    assert_eq!(seqs(&all), [1, 2, 3, 4, 5]);
    assert_eq!((&all[0]["reason"], &all[0]["because_of"]), (&json!("group_member"), &json!(3)));
    assert!(all.iter().all(|edit| edit["decided_with"] == json!([1, 2, 3, 4, 5])), "{all:?}");
    let told = settle(&desk, &worker, 5, "dismiss").expect(200).json();
    assert_eq!(seqs(told["settled"].as_array().expect("a list")), [1, 2, 3, 4, 5]);
    assert!(rejected(&desk).is_empty());
    assert_eq!(notices(&worker).len(), 5);
}

fn what_cannot_be_read_as_an_edit_is_shown_as_it_came(server: Server) {
    let mut worker = server.hand("worker_a");
    let nothing = json!({"op": "put", "record": "第一户", "patch": {"notes": "老人独居"}});
    assert_eq!(worker.verdict(nothing), "rejected/malformed");
    let of_no_kind = put(record(2), "hut", "0", json!({"notes": "棚户"}));
    assert_eq!(worker.verdict(of_no_kind), "rejected/unknown_kind");
    let desk = server.hand("reviewer_here");
    let all = rejected(&desk);
    assert_eq!(seqs(&all), [1, 2]);
    assert_eq!(all[0]["stream"], json!(Field::CASELOAD_A), "where its author's work is decided on");
    assert_eq!(all[0]["user_name"], "测试worker_a");
    assert_eq!(all[0].get("record"), None);
    for (device_seq, said) in [(1, "老人独居"), (2, "棚户")] {
        let seen = whole(&desk, &worker, device_seq);
        assert!(seen["text"].as_str().expect("its text").contains(said), "{seen}");
        assert_eq!(seen["places"], json!([]));
        settle(&desk, &worker, device_seq, "dismiss").expect(200);
    }
    assert!(rejected(&desk).is_empty());
    let told = notices(&worker);
    assert_eq!(told.len(), 2);
    assert!(told.iter().any(|notice| notice.get("record").is_none()), "{told:?}");
}

fn a_rejected_edit_is_never_applied_and_the_refusal_says_so(server: Server) {
    let mut worker = server.hand("worker_a");
    let rev = worker.take(new_household(1));
    worker.outcomes([spoilt(&rev)]);
    let desk = server.hand("reviewer_here");
    let before = tables::count(&server, "journal");
    let refused = settle(&desk, &worker, 2, "apply").expect_problem(409, "not-settled").json();
    assert_eq!(refused["reason"], "not_permitted");
    let said = refused["detail"].as_str().expect("words");
    assert!(said.contains("不能采纳"), "{said}");
    assert_eq!(tables::count(&server, "journal"), before);
    assert_eq!(rejected(&desk).len(), 1);
}

fn only_the_area_that_it_belongs_to_sees_a_rejected_edit(server: Server) {
    let mut worker = server.hand("worker_a");
    let rev = worker.take(new_household(1));
    worker.outcomes([spoilt(&rev)]);
    assert_eq!(rejected(&server.hand("district_here")).len(), 1);
    for login in ["reviewer_there", "district_there"] {
        let elsewhere = server.hand(login);
        assert!(rejected(&elsewhere).is_empty());
        let read = elsewhere.call("GET", &address(&worker, 2)).send();
        read.expect_problem(404, "not-available");
        settle(&elsewhere, &worker, 2, "dismiss").expect_problem(404, "not-available");
    }
    worker.call("GET", REJECTED).send().expect_problem(403, "not-permitted");
    let nonsense = server.hand("reviewer_here");
    let nonsense = nonsense.call("GET", "/v1/desk/quarantine?outcome=applied").send();
    nonsense.expect_problem(400, "invalid-request");
}

fn after_any_number_of_newer_rejections_the_oldest_one_comes_first(server: Server) {
    let mut worker = server.hand("worker_a");
    let rev = worker.take(new_household(1));
    for _ in 0..3 {
        worker.outcomes((0..70).map(|_| put(record(1), "household", &rev, json!({"notes": 7}))));
        server.advance_seconds(60);
    }
    let desk = server.hand("reviewer_here");
    for limit in [9, 70, 200] {
        let all = desk.pages(REJECTED, "edits", limit).concat();
        assert_eq!(seqs(&all), (2..212).collect::<Vec<_>>(), "by {limit}");
    }
    let page = desk.call("GET", &format!("{REJECTED}&limit=1")).send().expect(200).json();
    let next = page["next"].as_str().expect("more");
    let other = desk.call("GET", &format!("/v1/desk/quarantine?after={next}")).send();
    other.expect_problem(400, "invalid-request");
}

fn what_staff_ask_for_and_may_not_do_is_refused_and_lies_at_nobodys_desk(server: Server) {
    let mut worker = server.hand("worker_a");
    let rev = worker.take(new_household(1));
    let draft = worker.take(new_draft(2, 1));
    let wishes = [
        put_under(
            record(1),
            record(2),
            "assessment",
            &draft,
            json!({"answers": {"eat": "achieved"}}),
        ),
        put(record(1), "household", &rev, json!({"notes": 7})),
        new_household(3),
        json!({"op": "put"}),
    ];
    let lists = |desk: &Hand| (quarantined(desk), rejected(desk));
    let colleague = server.hand("district_here");
    for login in ["reviewer_here", "reviewer_there", "admin", "auditor"] {
        let mut staff = server.hand(login);
        for wish in wishes.clone() {
            let told = staff.verdict(wish);
            assert!(told.starts_with("rejected/"), "{login}: {told}");
        }
        assert_eq!(lists(&colleague), (Vec::new(), Vec::new()), "{login}");
        assert_eq!(lists(&server.hand("district_there")), (Vec::new(), Vec::new()), "{login}");
    }
    // What a tablet wrote is kept for a person all the same.
    let mut other = server.hand("worker_b");
    assert_eq!(other.verdict(wishes[0].clone()), "quarantined/not_available");
    assert_eq!(quarantined(&colleague).len(), 1);
}
