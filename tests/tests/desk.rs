//! The desk: a street reads and decides what its own workers handed in, once, and nothing else.

use ruhu_tests::edits::{new_household, put, put_under, record, six_answers};
use ruhu_tests::{Call, Hand, PASSWORD, Server, on_both_databases, verdict};
use serde_json::{Value, json};

on_both_databases! {
    a_reviewer_lists_reads_and_accepts_the_assessments_of_the_own_street,
    a_return_says_why_and_the_worker_goes_on_from_there,
    a_late_edit_to_a_decided_assessment_is_quarantined_and_listed,
    a_decision_sent_again_is_taken_once_and_answered_the_same,
    a_key_is_good_for_one_request,
    acts_at_the_desk_leave_the_numbers_of_what_the_session_pushes_alone,
    what_cannot_follow_and_what_is_no_option_is_told_with_what_is_possible,
    an_edit_of_a_record_that_is_there_need_not_name_its_root,
    two_decisions_at_once_take_one,
    a_decision_holds_only_for_the_version_that_was_read,
    what_another_street_sees_is_nothing,
    a_contractor_decides_nothing,
    a_status_that_nothing_has_finds_nothing,
    a_return_without_a_reason_and_a_write_without_a_key_are_refused,
    a_committee_member_reports_a_find_and_the_street_lists_it,
    a_find_that_a_worker_reports_is_listed_by_the_street_and_stays_there,
}

const HOUSEHOLD: u128 = 1;
const ASSESSMENT: u128 = 2;

/// Household 1 with a submitted assessment 2, by worker_a; gives the worker's hand and the rev.
fn handed_in(server: &Server) -> (Hand, String) {
    let mut worker = Hand::new(server, "worker_a", None);
    worker.take(new_household(HOUSEHOLD));
    let whole = json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
        "answers": six_answers()});
    let edit = put_under(record(HOUSEHOLD), record(ASSESSMENT), "assessment", "0", whole);
    let rev = worker.take(edit);
    (worker, rev)
}

fn path(act: &str) -> String {
    format!("/v1/desk/assessments/{}{act}", record(ASSESSMENT))
}

fn decide(reviewer: &Hand, act: &str, key: &str, body: &Value) -> Call {
    reviewer.call("POST", &path(act)).header("Idempotency-Key", key).json(body)
}

fn later(rev: &str, patch: Value) -> Value {
    put_under(record(HOUSEHOLD), record(ASSESSMENT), "assessment", rev, patch)
}

fn a_reviewer_lists_reads_and_accepts_the_assessments_of_the_own_street(server: Server) {
    let (_, rev) = handed_in(&server);
    let reviewer = Hand::new(&server, "reviewer_here", None);
    let list = reviewer.call("GET", "/v1/desk/assessments?status=submitted").send().expect(200);
    let entry = &list.json()["assessments"][0];
    assert_eq!(entry["record"], json!(record(ASSESSMENT)));
    let masked = entry["head_name_masked"].as_str().expect("a name");
    assert!(masked.contains('*'), "{masked}");
    let seen = reviewer.call("GET", &path("")).send().expect(200).json();
    assert_eq!(seen["record"]["rev"], json!(rev));
    assert_eq!(seen["computed"]["grade"]["value"], json!("able"));
    assert_eq!(seen["history"].as_array().map(Vec::len), Some(1));
    let taken =
        decide(&reviewer, "/accept", "key-0001", &json!({"rev": rev, "reason": "情况属实。"}))
            .send()
            .expect(200);
    assert_eq!(taken.json()["outcome"], json!("applied"));
    let seen = reviewer.call("GET", &path("")).send().expect(200).json();
    assert_eq!(seen["record"]["document"]["status"], json!("accepted"));
    let none = reviewer.call("GET", "/v1/desk/assessments?status=submitted").send().expect(200);
    assert_eq!(none.json()["assessments"], json!([]));
}

fn acts_at_the_desk_leave_the_numbers_of_what_the_session_pushes_alone(server: Server) {
    let (_, rev) = handed_in(&server);
    let mut reviewer = Hand::new(&server, "reviewer_here", None);
    let mine = reviewer.number([put(record(9), "find", "0", json!({"note": "电话来访"}))]);
    // The edit has its number, and is not sent before the desk has acted twice.
    decide(&reviewer, "/take-up", "key-0001", &json!({"rev": rev})).send().expect(200);
    let seen = reviewer.call("GET", &path("")).send().expect(200).json();
    let accepted = json!({"rev": seen["record"]["rev"], "reason": "情况属实。"});
    decide(&reviewer, "/accept", "key-0002", &accepted).send().expect(200);
    let answer = reviewer.push(&mine).expect(200).json();
    assert_eq!(answer["outcomes"][0]["device_seq"], 1);
    assert_eq!(answer["expected_device_seq"], 2);
    let devices = reviewer.listed("/v1/me/devices", "devices");
    assert_eq!(devices.len(), 1, "a desk is no device that anybody lists");
    let history = reviewer.call("GET", &path("")).send().expect(200).json()["history"].clone();
    let desk = history[1]["device"].as_str().expect("a device").to_owned();
    assert_ne!(json!(desk), devices[0]["id"], "{history}");
    let login = json!({"login": "reviewer_here", "password": PASSWORD,
        "device": {"id": desk, "name": "办公桌"}});
    let refused = server.call("POST", "/v1/session").json(&login).send();
    refused.expect_problem(400, "invalid-request");
}

fn what_cannot_follow_and_what_is_no_option_is_told_with_what_is_possible(server: Server) {
    let (mut worker, _) = handed_in(&server);
    let visit =
        |base: &str, patch: Value| put_under(record(HOUSEHOLD), record(3), "visit", base, patch);
    let base = worker.take(visit("0", json!({"status": "planned", "planned_on": "2026-12-01"})));
    let refused = worker.outcomes([visit(&base, json!({"status": "done"}))]).remove(0);
    assert_eq!(verdict(&refused), "quarantined/illegal_transition");
    let possible = json!(["in_progress", "cancelled"]);
    let problem = json!([{"path": "/status", "code": "illegal_transition", "possible": possible}]);
    assert_eq!(refused["problems"], problem);
    let unsaid = worker.outcomes([visit(&base, json!({"status": "cancelled"}))]).remove(0);
    assert_eq!(verdict(&unsaid), "quarantined/illegal_transition");
    let lacking = json!([{"path": "/cancel_reason", "code": "required"}]);
    assert_eq!(unsaid["problems"], lacking, "it could be cancelled, with a reason");
    let wrong = worker.outcomes([visit(&base, json!({"status": "over"}))]).remove(0);
    let possible = json!(["planned", "in_progress", "done", "cancelled"]);
    let problem = json!([{"path": "/status", "code": "unknown_option", "possible": possible}]);
    assert_eq!(
        (verdict(&wrong).as_str(), &wrong["problems"]),
        ("rejected/invalid_value", &problem)
    );
}

fn an_edit_of_a_record_that_is_there_need_not_name_its_root(server: Server) {
    let (mut worker, rev) = handed_in(&server);
    let rootless = |mut edit: Value| {
        edit.as_object_mut().expect("an edit").remove("root");
        edit
    };
    let visit =
        |base: &str, patch: Value| put_under(record(HOUSEHOLD), record(3), "visit", base, patch);
    let whole = json!({"status": "planned", "planned_on": "2026-12-01"});
    let lost = worker.outcomes([rootless(visit("0", whole.clone()))]).remove(0);
    assert_eq!(verdict(&lost), "rejected/malformed");
    assert_eq!(lost["problems"], json!([{"path": "/root", "code": "missing"}]));
    // What makes the record names it, and what comes after in the same push, or later, need not.
    let (made, changed) = (visit("0", whole), visit("0", json!({"planned_on": "2026-12-02"})));
    let outcomes = worker.outcomes([made, rootless(changed)]);
    assert_eq!(verdict(&outcomes[1]), "applied", "{outcomes:?}");
    let base = outcomes[1]["rev"].as_str().expect("a rev").to_owned();
    worker.take(rootless(visit(&base, json!({"status": "in_progress"}))));
    let held = worker.held();
    let visit = held.iter().find(|row| row["record"] == json!(record(3))).expect("held");
    assert_eq!(
        (&visit["root"], &visit["document"]["status"]),
        (&json!(record(HOUSEHOLD)), &json!("in_progress"))
    );
    // Out of reach and never there are one answer, whether or not the root is named.
    for hidden in [record(ASSESSMENT), record(77)] {
        let [mut stranger, mut other] =
            ["worker_b"; 2].map(|login| Hand::new(&server, login, None));
        let edit =
            |base: &str| rootless(put(hidden, "assessment", base, json!({"status": "draft"})));
        assert_eq!(
            verdict(&stranger.outcomes([edit(&rev)]).remove(0)),
            "quarantined/not_available"
        );
        assert_eq!(verdict(&other.outcomes([edit("0")]).remove(0)), "rejected/malformed");
    }
}

fn a_return_says_why_and_the_worker_goes_on_from_there(server: Server) {
    let (mut worker, rev) = handed_in(&server);
    let reviewer = Hand::new(&server, "reviewer_here", None);
    let said: Vec<_> = (1..9).map(|n| format!("第{n}条：请核实洗澡一项。")).collect();
    let body = json!({"rev": rev, "reasons": said});
    decide(&reviewer, "/return", "key-0001", &body).send().expect(200);
    let held = worker.held();
    let returned = held.iter().find(|r| r["record"] == json!(record(ASSESSMENT))).expect("held");
    assert_eq!(returned["document"]["status"], json!("returned"));
    let reasons = returned["document"]["review"]["reasons"].as_object().expect("reasons");
    // In the order in which they were written, as rows stand by their ids.
    let mut ids: Vec<_> = reasons.keys().collect();
    ids.sort_unstable();
    assert!(ids.iter().map(|id| &reasons[*id]["text"]).eq(&said));
    let rev = returned["rev"].as_str().expect("a rev");
    let again =
        worker.take(later(rev, json!({"status": "draft", "answers": {"bathe": "not_achieved"}})));
    worker.take(later(&again, json!({"status": "submitted"})));
    let seen = reviewer.call("GET", &path("")).send().expect(200).json();
    assert_eq!(seen["computed"]["grade"]["value"], json!("partly_lost"));
}

fn a_late_edit_to_a_decided_assessment_is_quarantined_and_listed(server: Server) {
    let (mut worker, rev) = handed_in(&server);
    let reviewer = Hand::new(&server, "reviewer_here", None);
    decide(&reviewer, "/accept", "key-0001", &json!({"rev": rev, "reason": "情况属实。"}))
        .send()
        .expect(200);
    let late = later(&rev, json!({"answers": {"eat": "not_achieved"}}));
    assert_eq!(worker.verdict(late), "quarantined/decided");
    let waiting = reviewer.call("GET", "/v1/desk/quarantine").send().expect(200).json();
    let edits = waiting["edits"].as_array().expect("edits");
    assert_eq!((edits.len(), &edits[0]["reason"]), (1, &json!("decided")));
    let elsewhere = Hand::new(&server, "reviewer_there", None);
    let none = elsewhere.call("GET", "/v1/desk/quarantine").send().expect(200).json();
    assert_eq!(none["edits"], json!([]));
}

fn a_decision_sent_again_is_taken_once_and_answered_the_same(server: Server) {
    let (_, rev) = handed_in(&server);
    let reviewer = Hand::new(&server, "reviewer_here", None);
    let send = || {
        decide(&reviewer, "/accept", "key-0001", &json!({"rev": rev, "reason": "情况属实。"}))
            .send()
            .expect(200)
    };
    let first = send();
    assert_eq!(first.body, send().body);
    let seen = reviewer.call("GET", &path("")).send().expect(200).json();
    assert_eq!(seen["history"].as_array().map(Vec::len), Some(2));
}

fn a_key_is_good_for_one_request(server: Server) {
    let (_, rev) = handed_in(&server);
    let reviewer = Hand::new(&server, "reviewer_here", None);
    decide(&reviewer, "/accept", "key-0001", &json!({"rev": rev, "reason": "情况属实。"}))
        .send()
        .expect(200);
    let other = json!({"rev": rev, "reasons": ["别的"]});
    let refused = decide(&reviewer, "/return", "key-0001", &other).send();
    refused.expect_problem(422, "idempotency-key-reused");
}

fn two_decisions_at_once_take_one(server: Server) {
    let (_, rev) = handed_in(&server);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let decided = ["key-0001", "key-0002"].map(|key| {
            let (server, rev) = (&server, rev.as_str());
            scope.spawn(move || {
                let reviewer = Hand::new(server, "reviewer_here", None);
                decide(&reviewer, "/accept", key, &json!({"rev": rev, "reason": "情况属实。"}))
                    .send()
                    .status
            })
        });
        decided.into_iter().map(|thread| thread.join().expect("decided")).collect()
    });
    let mut sorted = statuses.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [200, 409]);
}

fn a_decision_holds_only_for_the_version_that_was_read(server: Server) {
    let (_, _) = handed_in(&server);
    let reviewer = Hand::new(&server, "reviewer_here", None);
    let refused = decide(
        &reviewer,
        "/accept",
        "key-0001",
        &json!({"rev": "1-00000000", "reason": "情况属实。"}),
    )
    .send();
    let refused = refused.expect_problem(409, "state-conflict");
    let rev = refused.json()["rev"].as_str().expect("today's rev").to_owned();
    let same_key =
        decide(&reviewer, "/accept", "key-0001", &json!({"rev": rev, "reason": "情况属实。"}))
            .send();
    same_key.expect(200);
}

fn what_another_street_sees_is_nothing(server: Server) {
    let (_, rev) = handed_in(&server);
    let reviewer = Hand::new(&server, "reviewer_there", None);
    let list = reviewer.call("GET", "/v1/desk/assessments").send().expect(200);
    assert_eq!(list.json()["assessments"], json!([]));
    let hidden = reviewer.call("GET", &path("")).send().expect_problem(404, "not-available");
    let never = format!("/v1/desk/assessments/{}", record(99));
    let never = reviewer.call("GET", &never).send().expect_problem(404, "not-available");
    let told = |reply: &ruhu_tests::Reply| {
        let mut document = reply.json();
        document["request_id"] = json!(null);
        document
    };
    assert_eq!(told(&hidden), told(&never));
    let refused =
        decide(&reviewer, "/accept", "key-0001", &json!({"rev": rev, "reason": "情况属实。"}))
            .send();
    refused.expect_problem(404, "not-available");
}

fn a_status_that_nothing_has_finds_nothing(server: Server) {
    handed_in(&server);
    let reviewer = Hand::new(&server, "reviewer_here", None);
    for (list, status) in [("assessments", "%00"), ("finds", "a%00b"), ("assessments", "%20")] {
        let path = format!("/v1/desk/{list}?status={status}");
        let found = reviewer.call("GET", &path).send().expect(200).json();
        assert_eq!(found[list], json!([]), "{found}");
    }
}

fn a_contractor_decides_nothing(server: Server) {
    let (mut worker, rev) = handed_in(&server);
    worker.call("GET", "/v1/desk/assessments").send().expect_problem(403, "not-permitted");
    let refused =
        decide(&worker, "/accept", "key-0001", &json!({"rev": rev, "reason": "情况属实。"})).send();
    refused.expect_problem(403, "not-permitted");
    let by_edit = later(&rev, json!({"status": "accepted"}));
    let outcome = worker.outcomes([by_edit]).remove(0);
    assert_eq!(verdict(&outcome), "rejected/only_at_desk");
}

fn a_return_without_a_reason_and_a_write_without_a_key_are_refused(server: Server) {
    let (_, rev) = handed_in(&server);
    let reviewer = Hand::new(&server, "reviewer_here", None);
    for reasons in [json!([]), json!([" "])] {
        let body = json!({"rev": rev, "reasons": reasons});
        let refused = decide(&reviewer, "/return", "key-0001", &body).send();
        refused.expect_problem(400, "invalid-request");
    }
    let keyless = reviewer
        .call("POST", &path("/accept"))
        .json(&json!({"rev": rev, "reason": "情况属实。"}))
        .send();
    keyless.expect_problem(400, "invalid-request");
}

fn a_committee_member_reports_a_find_and_the_street_lists_it(server: Server) {
    let mut reporter = Hand::new(&server, "committee", None);
    let find = put(
        record(7),
        "find",
        "0",
        json!({"status": "reported",
        "found_at": "2026-11-23T09:30:00+08:00", "place": "虚拟胡同2号楼前",
        "category": "acute_illness", "urgency": "urgent", "community_code": "110102003001",
        "person_or_household": "测试丙一家"}),
    );
    reporter.take(find);
    let street = Hand::new(&server, "reviewer_here", None);
    let list = street.call("GET", "/v1/desk/finds?status=reported").send().expect(200).json();
    assert_eq!(list["finds"][0]["record"], json!(record(7)));
    let elsewhere = Hand::new(&server, "reviewer_there", None);
    let none = elsewhere.call("GET", "/v1/desk/finds").send().expect(200).json();
    assert_eq!(none["finds"], json!([]));
    let held = reporter.held();
    assert!(held.iter().any(|r| r["record"] == json!(record(7))));
}

fn a_find_that_a_worker_reports_is_listed_by_the_street_and_stays_there(server: Server) {
    let mut worker = Hand::new(&server, "worker_a", None);
    let find = json!({"status": "reported", "found_at": "2026-11-23T09:30:00+08:00",
        "place": "虚拟胡同3号", "category": "unattended", "urgency": "urgent", "about": "测试丁一家"});
    worker.take(put(record(8), "find", "0", find));
    let listed = |login: &str| {
        let desk = Hand::new(&server, login, None);
        let list = desk.call("GET", "/v1/desk/finds").send().expect(200).json();
        list["finds"].as_array().expect("a list").len()
    };
    assert_eq!((listed("reviewer_here"), listed("reviewer_there")), (1, 0));
    // Who reported it may leave; the household that was found still waits.
    let user = ruhu_tests::Field::user("worker_a");
    let off = server.store().write(|tx| tx.set_account_active(user, false));
    assert!(off.expect("written"));
    // Nor does what is handed in after that go to the team's households: it waits with the finds.
    let late = json!({"status": "reported", "found_at": "2026-11-23T09:40:00+08:00",
        "place": "虚拟胡同4号", "category": "other", "urgency": "normal"});
    assert_eq!(worker.verdict(put(record(9), "find", "0", late)), "quarantined/right_ended");
    let desk = Hand::new(&server, "reviewer_here", None);
    let address = format!("/v1/desk/quarantine/{}/2/apply", worker.device);
    let because = json!({"reason": "已核实。"});
    let applied = desk.call("POST", &address).header("Idempotency-Key", "find-0001").json(&because);
    applied.send().expect(200);
    assert_eq!(listed("reviewer_here"), 2);
}
