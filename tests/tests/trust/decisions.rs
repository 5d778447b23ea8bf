//! Decisions: taken at the desk, by who may, and told by the server.

use ruhu_tests::edits::{new_household, put, put_under, record, six_answers, with};
use ruhu_tests::{Field, Hand, Reply, Server, on_both_databases, verdict};
use serde_json::{Value, json};

on_both_databases! {
    a_pushed_review_changes_nothing_and_is_named_and_the_rest_is_taken,
    nobody_accepts_returns_or_takes_up_by_a_push,
    a_decision_says_who_and_when_by_the_servers_word,
    accepting_needs_a_reason,
    who_took_part_does_not_decide,
    kin_and_complaints_are_the_districts_and_need_its_visit,
    a_reviewer_takes_an_assessment_up_at_the_desk,
    a_category_is_confirmed_by_the_district_on_an_accepted_assessment_alone,
    who_acknowledges_a_find_owns_it_by_the_servers_word,
}

const HOME: u128 = 1;
const ASSESSMENT: u128 = 2;

fn handed_in(server: &Server) -> (Hand, String) {
    let mut worker = server.hand("worker_a");
    worker.take(new_household(HOME));
    let whole = json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
        "answers": six_answers()});
    let rev = worker.take(put_under(record(HOME), record(ASSESSMENT), "assessment", "0", whole));
    (worker, rev)
}

fn seen(desk: &Hand) -> Value {
    let path = format!("/v1/desk/assessments/{}", record(ASSESSMENT));
    desk.call("GET", &path).send().expect(200).json()
}

fn post(desk: &Hand, path: &str, key: &str, body: &Value) -> Reply {
    desk.call("POST", path).header("Idempotency-Key", key).json(body).send()
}

fn decide(desk: &Hand, act: &str, key: &str, body: &Value) -> Reply {
    post(desk, &format!("/v1/desk/assessments/{}/{act}", record(ASSESSMENT)), key, body)
}

fn accept(desk: &Hand, key: &str) -> Reply {
    let rev = seen(desk)["record"]["rev"].clone();
    decide(desk, "accept", key, &json!({"rev": rev, "reason": "情况属实。"}))
}

fn faults(reply: Reply) -> Vec<String> {
    let problem = reply.expect_problem(409, "decision-refused").json();
    let faults = problem["faults"].as_array().expect("faults").iter();
    faults.map(|fault| fault["code"].as_str().expect("a code").to_owned()).collect()
}

fn household(hand: &Hand) -> Value {
    let is_it = |held: &Value| held["record"] == json!(record(HOME));
    hand.held().into_iter().find(is_it).expect("the household is held")
}

fn a_pushed_review_changes_nothing_and_is_named_and_the_rest_is_taken(server: Server) {
    let mut worker = server.hand("worker_a");
    worker.take(new_household(HOME));
    let forged = json!({"reviewed_by": Field::user("reviewer_here"), "judgement": "x",
        "reviewed_at": "2020-01-01T09:00:00+08:00"});
    let draft = json!({"form": "tekun_six", "form_version": 1, "status": "draft",
        "answers": {"eat": "achieved"}, "review": forged});
    let edit = put_under(record(HOME), record(ASSESSMENT), "assessment", "0", draft);
    let outcome = worker.outcomes([edit]).remove(0);
    assert_eq!(verdict(&outcome), "applied");
    assert_eq!(
        outcome["ignored"],
        json!(["/review/judgement", "/review/reviewed_at", "/review/reviewed_by"])
    );
    let reviewer = server.hand("reviewer_here");
    let document = &seen(&reviewer)["record"]["document"];
    assert_eq!(document["answers"]["eat"], "achieved");
    assert!(document.get("review").is_none(), "{document}");
    // Of a new household, too.
    let made = json!({"community_code": "110102003001", "head_name": "测乙", "category": "dibao",
        "hardship_level": "key", "confirmation": {"by": Field::user("district_here")}});
    let outcome = worker.outcomes([put(record(9), "household", "0", made)]).remove(0);
    assert_eq!(verdict(&outcome), "applied");
    assert_eq!(outcome["ignored"], json!(["/category", "/confirmation/by", "/hardship_level"]));
}

fn nobody_accepts_returns_or_takes_up_by_a_push(server: Server) {
    let (mut worker, rev) = handed_in(&server);
    let mut reviewer = server.hand("reviewer_here");
    let mut district = server.hand("district_here");
    let forged = json!({"judgement": "x", "reviewed_by": Field::user("district_here"),
        "reasons": {"r1": {"text": "退"}}});
    for status in ["accepted", "in_review", "returned"] {
        for hand in [&mut worker, &mut reviewer, &mut district] {
            let patch = json!({"status": status, "review": forged});
            let edit = put_under(record(HOME), record(ASSESSMENT), "assessment", &rev, patch);
            let edit = with(edit, "new_rows", json!(["/review/reasons/r1"]));
            let outcome = hand.outcomes([edit]).remove(0);
            assert_eq!(verdict(&outcome), "rejected/only_at_desk", "{status}");
            assert_eq!(outcome["problems"], json!([{"path": "/status", "code": "only_at_desk"}]));
        }
    }
    assert_eq!(seen(&reviewer)["record"]["document"]["status"], "submitted");
    let waiting = reviewer.call("GET", "/v1/desk/quarantine").send().expect(200).json();
    assert_eq!(waiting["edits"], json!([]), "what staff wished for lies on nobody's desk");
}

fn a_decision_says_who_and_when_by_the_servers_word(server: Server) {
    handed_in(&server);
    let reviewer = server.hand("reviewer_here");
    accept(&reviewer, "accept-01").expect(200);
    let review = seen(&reviewer)["record"]["document"]["review"].clone();
    assert_eq!(review["reviewed_by"], json!(Field::user("reviewer_here")));
    assert_eq!(review["note"], "情况属实。");
    let path = format!("/v1/desk/records/{}/full", record(ASSESSMENT));
    let purpose = json!({"purpose": "inspection"});
    let whole = reviewer.call("POST", &path).json(&purpose).send().expect(200).json();
    let kept = &whole["record"]["document"]["review"]["judgement"];
    assert!(kept.as_str().is_some_and(|kept| kept.contains("able")), "{kept}");
}

fn accepting_needs_a_reason(server: Server) {
    let (_, rev) = handed_in(&server);
    let reviewer = server.hand("reviewer_here");
    decide(&reviewer, "accept", "accept-01", &json!({"rev": rev}))
        .expect_problem(400, "malformed-json");
    for (n, blank) in ["", " ", "\u{3000}", "\u{200b}"].into_iter().enumerate() {
        let body = json!({"rev": rev, "reason": blank});
        decide(&reviewer, "accept", &format!("accept-1{n}"), &body)
            .expect_problem(400, "invalid-request");
    }
    assert_eq!(seen(&reviewer)["record"]["document"]["status"], "submitted");
}

fn who_took_part_does_not_decide(server: Server) {
    let mut worker = server.hand("worker_a");
    worker.take(new_household(HOME));
    let whole = json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
        "answers": six_answers(),
        "investigators": {Field::user("reviewer_here").to_string(): true}});
    let rev = worker.take(put_under(record(HOME), record(ASSESSMENT), "assessment", "0", whole));
    let reviewer = server.hand("reviewer_here");
    assert_eq!(faults(accept(&reviewer, "accept-01")), ["took_part"]);
    let returned = json!({"rev": rev, "reasons": ["请核实。"]});
    assert_eq!(faults(decide(&reviewer, "return", "return-01", &returned)), ["took_part"]);
    accept(&server.hand("district_here"), "accept-02").expect(200);
}

fn kin_and_complaints_are_the_districts_and_need_its_visit(server: Server) {
    let (mut worker, _) = handed_in(&server);
    let person = json!({"name": "测丙", "id_type": "none", "id_no_absent_reason": "newborn",
        "relation_code": "02", "counted_as": "shared_living", "kin_to_staff": "yes"});
    let rev = worker.take(put_under(record(HOME), record(3), "person", "0", person));
    let (street, district) = (server.hand("reviewer_here"), server.hand("district_here"));
    assert_eq!(faults(accept(&street, "accept-01")), ["district_decides"]);
    assert_eq!(faults(accept(&district, "accept-02")), ["district_visit_missing"]);
    // Taking it out of the record again takes nothing from the district.
    let out = json!({"kin_to_staff": "no"});
    worker.take(put_under(record(HOME), record(3), "person", &rev, out));
    assert_eq!(faults(accept(&street, "accept-03")), ["district_decides"]);
    let rev = seen(&district)["record"]["rev"].clone();
    let visited = |on: &str| json!({"rev": rev, "reason": "情况属实。", "district_visited_on": on});
    decide(&street, "accept", "accept-04", &visited("2026-11-20"))
        .expect_problem(409, "decision-refused");
    decide(&district, "accept", "accept-05", &visited("2099-11-20"))
        .expect_problem(409, "record-refused");
    decide(&district, "accept", "accept-06", &visited("2026-11-20")).expect(200);
    let review = seen(&district)["record"]["document"]["review"].clone();
    assert_eq!(review["district_visited_on"], "2026-11-20");
}

fn a_category_is_confirmed_by_the_district_on_an_accepted_assessment_alone(server: Server) {
    let (worker, _) = handed_in(&server);
    let (street, district) = (server.hand("reviewer_here"), server.hand("district_here"));
    let path = format!("/v1/desk/households/{}/confirm", record(HOME));
    let body = |category: &str| {
        json!({"rev": household(&worker)["rev"], "assessment": record(ASSESSMENT),
            "category": category, "hardship_level": "key", "reason": "收入与财产均符合规定。"})
    };
    assert_eq!(faults(post(&district, &path, "confirm-01", &body("dibao"))), ["not_accepted"]);
    accept(&street, "accept-01").expect(200);
    assert_eq!(faults(post(&street, &path, "confirm-02", &body("dibao"))), ["not_the_district"]);
    post(&worker, &path, "confirm-03", &body("dibao")).expect_problem(403, "not-permitted");
    post(&server.hand("district_there"), &path, "confirm-04", &body("dibao"))
        .expect_problem(404, "not-available");
    let refused = post(&district, &path, "confirm-05", &body("gold"));
    let problems = refused.expect_problem(409, "record-refused").json()["problems"].clone();
    let possible = ruhu_casework::codes::CATEGORY.iter().map(|code| code.code).collect::<Vec<_>>();
    let unknown = json!({"path": "/category", "code": "unknown_option", "possible": possible});
    assert_eq!(problems, json!([unknown]));
    let mut blank = body("dibao");
    blank["reason"] = json!("\u{3000}");
    post(&district, &path, "confirm-06", &blank).expect_problem(400, "invalid-request");
    post(&district, &path, "confirm-07", &body("dibao")).expect(200);
    let document = household(&worker)["document"].clone();
    assert_eq!(
        (&document["category"], &document["hardship_level"]),
        (&json!("dibao"), &json!("key"))
    );
    assert_eq!(document["confirmation"]["by"], json!(Field::user("district_here")));
    assert_eq!(document["confirmation"]["assessment"], json!(record(ASSESSMENT)));
}

fn a_reviewer_takes_an_assessment_up_at_the_desk(server: Server) {
    let (mut worker, rev) = handed_in(&server);
    let reviewer = server.hand("reviewer_here");
    decide(&reviewer, "take-up", "take-up-01", &json!({"rev": rev})).expect(200);
    assert_eq!(seen(&reviewer)["record"]["document"]["status"], "in_review");
    let late = put_under(
        record(HOME),
        record(ASSESSMENT),
        "assessment",
        &rev,
        json!({"answers": {"eat": "not_achieved"}}),
    );
    assert_eq!(worker.verdict(late), "quarantined/in_review");
    accept(&reviewer, "accept-01").expect(200);
}

fn who_acknowledges_a_find_owns_it_by_the_servers_word(server: Server) {
    let mut committee = server.hand("committee");
    let find = json!({"found_at": "2026-11-23T08:00:00+08:00", "category": "other",
        "urgency": "normal", "status": "reported"});
    let rev = committee.take(put(record(20), "find", "0", find));
    let mut reviewer = server.hand("reviewer_here");
    let forged = json!({"status": "acknowledged", "handling": {
        "owner": Field::user("committee"), "acknowledged_at": "2020-01-01T00:00:00+08:00",
        "note": "已联系"}});
    let outcome = reviewer.outcomes([put(record(20), "find", &rev, forged)]).remove(0);
    assert_eq!(verdict(&outcome), "applied");
    assert_eq!(outcome["ignored"], json!(["/handling/acknowledged_at", "/handling/owner"]));
    let is_it = |held: &Value| held["record"] == json!(record(20));
    let handling =
        committee.held().into_iter().find(is_it).expect("held")["document"]["handling"].clone();
    assert_eq!(handling["owner"], json!(Field::user("reviewer_here")));
    assert_eq!(handling["note"], "已联系");
    let at = handling["acknowledged_at"].as_str().expect("an instant");
    assert!(at.ends_with("+08:00") && !at.starts_with("2020"), "{at}");
}
