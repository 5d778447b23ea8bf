//! Publishing: what is refused, what is known at once and everywhere, and what stays as it was.

use super::{post, trial};
use ruhu_tests::edits::{new_household, put_under, record};
use ruhu_tests::{Hand, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_published_form_is_listed_read_and_filled,
    a_form_published_on_one_server_is_known_at_once_on_another,
    the_same_form_again_is_answered_the_same_and_another_one_is_refused,
    a_form_that_cannot_work_is_refused_with_its_place_and_fault,
    checking_a_form_publishes_nothing,
    a_version_is_not_left_out,
    only_an_administrator_publishes,
    a_refused_form_leaves_nothing_behind,
    what_was_published_is_written_down,
    a_published_form_cannot_be_changed_in_the_database,
}

fn assessment(version: u32, answers: Value) -> Value {
    let document = json!({"form": "trial", "form_version": version, "status": "submitted",
        "answers": answers});
    put_under(record(1), record(u128::from(version) + 1), "assessment", "0", document)
}

fn listed(hand: &Hand) -> Vec<(String, u64)> {
    let list = hand.call("GET", "/v1/forms").send().expect(200).json();
    let forms = list["forms"].as_array().expect("forms").iter();
    let name = |form: &Value| {
        (form["id"].as_str().expect("id").to_owned(), form["version"].as_u64().expect("version"))
    };
    forms.map(name).filter(|(id, _)| id == "trial").collect()
}

fn a_published_form_is_listed_read_and_filled(server: Server) {
    let admin = server.hand("admin");
    let mut worker = server.hand("worker_a");
    worker.take(new_household(1));
    let list = worker.call("GET", "/v1/forms").send().expect(200);
    let before = list.header("etag").to_owned();
    let unknown = assessment(1, json!({"rent_fen": 1}));
    assert_eq!(worker.verdict(unknown), "rejected/invalid_value");
    let told = post(&admin, "/v1/forms", "form-0001", &trial(1)).expect(200).json();
    let after = worker.call("GET", "/v1/forms").header("If-None-Match", &before).send();
    let entry = after.expect(200).json()["forms"].as_array().expect("forms").last().cloned();
    let entry = entry.expect("a form");
    assert_eq!((&entry["id"], &entry["hash"]), (&json!("trial"), &told["hash"]));
    assert_eq!(entry["published_at_us"], json!(server.now().0));
    let text = worker.call("GET", "/v1/forms/trial/1").header("Accept-Encoding", "identity");
    let text = text.send().expect(200);
    assert_eq!(
        (text.header("etag"), text.json()),
        (entry["etag"].as_str().expect("etag"), trial(1))
    );
    let half = put_under(
        record(1),
        record(9),
        "assessment",
        "0",
        json!({"form": "trial", "form_version": 1, "status": "submitted"}),
    );
    assert_eq!(worker.verdict(half), "rejected/not_whole");
    worker.take(put_under(
        record(1),
        record(2),
        "assessment",
        "0",
        json!({"form": "trial", "form_version": 1, "status": "submitted",
            "answers": {"rent_fen": 80_000}}),
    ));
    let reviewer = server.hand("reviewer_here");
    let seen = format!("/v1/desk/assessments/{}", record(2));
    let seen = reviewer.call("GET", &seen).send().expect(200).json();
    assert_eq!(seen["computed"]["rent_twice"], json!({"state": "value", "value": 160_000}));
}

fn a_form_published_on_one_server_is_known_at_once_on_another(server: Server) {
    let other = server.beside();
    let mut worker = Hand::new(&other, "worker_a", None);
    worker.take(new_household(1));
    let admin = server.hand("admin");
    for version in 1..=3 {
        // Both have read the shelf before it changes.
        assert_eq!(listed(&worker).len() as u32, version - 1);
        assert_eq!(listed(&admin).len() as u32, version - 1);
        post(&admin, "/v1/forms", &format!("form-000{version}"), &trial(version)).expect(200);
        worker.take(assessment(version, json!({"rent_fen": 80_000})));
        assert_eq!(listed(&worker).len() as u32, version);
    }
}

fn the_same_form_again_is_answered_the_same_and_another_one_is_refused(server: Server) {
    let admin = server.hand("admin");
    let first = post(&admin, "/v1/forms", "form-0001", &trial(1)).expect(200);
    let spread = serde_json::to_string_pretty(&trial(1)).expect("json");
    for key in ["form-0001", "form-0002"] {
        assert_eq!(first.body, post(&admin, "/v1/forms", key, &trial(1)).expect(200).body);
    }
    let again = admin.call("POST", "/v1/forms").header("Idempotency-Key", "form-0003");
    assert_eq!(first.body, again.body(spread.into_bytes()).send().expect(200).body);
    let mut other = trial(1);
    other["label_zh"] = json!("另一份");
    let refused = post(&admin, "/v1/forms", "form-0004", &other);
    let refused = refused.expect_problem(422, "form-refused").json();
    assert_eq!(refused["fault"], json!("other_content"));
    let text = admin.call("GET", "/v1/forms/trial/1").send().expect(200).json();
    assert_eq!(text["label_zh"], json!("试用表"));
}

fn a_form_that_cannot_work_is_refused_with_its_place_and_fault(server: Server) {
    let admin = server.hand("admin");
    let rule = |rule: Value| {
        let mut form = trial(1);
        form["computed"][0]["rule"] = rule;
        form
    };
    let mut circle = trial(1);
    circle["computed"][0]["rule"] = json!({"op": "computed", "name": "rent_twice"});
    for (form, at, fault) in [
        (rule(json!({"op": "answer", "of": "rent"})), "/computed/0/rule", "unknown_reference"),
        (
            rule(json!({"op": "not", "of": {"op": "answer", "of": "rent_fen"}})),
            "/computed/0/rule/of",
            "wrong_type",
        ),
        (circle, "/computed/0/rule", "cycle"),
    ] {
        for path in ["/v1/forms", "/v1/forms/check"] {
            let refused = post(&admin, path, "form-0001", &form);
            let refused = refused.expect_problem(422, "form-refused").json();
            assert_eq!(refused["fault"], json!(fault), "{refused}");
            assert!(refused["at"].as_str().expect("at").starts_with(at), "{refused}");
        }
    }
    let no_json = admin.call("POST", "/v1/forms").header("Idempotency-Key", "form-0002");
    let refused = no_json.body(b"{".to_vec()).send().expect_problem(422, "form-refused").json();
    assert_eq!(refused["fault"], json!("malformed"));
    assert_eq!(listed(&admin), []);
}

fn checking_a_form_publishes_nothing(server: Server) {
    let admin = server.hand("admin");
    let check = || admin.call("POST", "/v1/forms/check").json(&trial(1)).send().expect(200).json();
    let checked = check();
    assert_eq!(checked["is_published"], json!(false));
    assert_eq!(listed(&admin), []);
    let published = post(&admin, "/v1/forms", "form-0001", &trial(1)).expect(200).json();
    assert_eq!(
        (check()["is_published"].clone(), &checked["hash"]),
        (json!(true), &published["hash"])
    );
}

fn a_version_is_not_left_out(server: Server) {
    let admin = server.hand("admin");
    let next = |version| {
        let refused = post(&admin, "/v1/forms", "form-0009", &trial(version));
        refused.expect_problem(422, "form-refused").json()["next_version"].clone()
    };
    assert_eq!(next(2), json!(1));
    post(&admin, "/v1/forms", "form-0001", &trial(1)).expect(200);
    assert_eq!(next(3), json!(2));
}

fn only_an_administrator_publishes(server: Server) {
    for login in ["worker_a", "reviewer_here", "district_here", "auditor"] {
        let hand = server.hand(login);
        let retirement = json!({"last_day": "2026-12-31", "reason": "新版启用"});
        for (path, body) in [
            ("/v1/forms", &trial(1)),
            ("/v1/forms/check", &trial(1)),
            ("/v1/forms/tekun_six/1/retirement", &retirement),
            ("/v1/forms/tekun_six/1/retirement/lift", &json!({"reason": "推迟"})),
        ] {
            post(&hand, path, "form-0001", body).expect_problem(403, "not-permitted");
        }
    }
}

fn a_refused_form_leaves_nothing_behind(server: Server) {
    let admin = server.hand("admin");
    post(&admin, "/v1/forms", "form-0001", &trial(2)).expect_problem(422, "form-refused");
    // Not even its key.
    post(&admin, "/v1/forms", "form-0001", &trial(1)).expect(200);
    assert_eq!(listed(&admin), [("trial".to_owned(), 1)]);
}

fn what_was_published_is_written_down(server: Server) {
    let admin = server.hand("admin");
    let told = post(&admin, "/v1/forms", "form-0001", &trial(1)).expect(200).json();
    post(&admin, "/v1/forms", "form-0002", &trial(1)).expect(200);
    // A form is of no one area: the whole city's auditor reads of it.
    ruhu_tests::tables::run(&server, "UPDATE office SET area = '' WHERE role = 'auditor'");
    let auditor = server.hand("auditor");
    let log = auditor.call("GET", "/v1/audit/log").send().expect(200).json();
    let lines = log["lines"].as_array().expect("lines").iter();
    let lines: Vec<_> = lines.filter(|line| line["act"] == json!("form_published")).collect();
    assert_eq!(lines.len(), 1, "once: the second published nothing");
    assert_eq!(lines[0]["detail"]["asked"]["hash"], told["hash"]);
    assert_eq!(lines[0]["by_name"], json!("测试admin"));
}

fn a_published_form_cannot_be_changed_in_the_database(server: Server) {
    let admin = server.hand("admin");
    post(&admin, "/v1/forms", "form-0001", &trial(1)).expect(200);
    for sql in ["UPDATE form_version SET text = '{}'", "DELETE FROM form_version"] {
        assert!(server.refuses(sql), "{sql}");
    }
}
