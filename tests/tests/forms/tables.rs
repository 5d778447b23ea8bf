//! Rule tables: who enters them, whom they reach, and which cases are judged by them.

use super::post;
use ruhu_tests::edits::{new_household, put, put_under, record};
use ruhu_tests::{Hand, Server, on_both_databases, verdict};
use serde_json::{Value, json};

on_both_databases! {
    what_an_administrator_enters_reaches_every_tablet,
    a_case_is_judged_by_the_value_of_its_reference_date_and_area,
    a_value_that_nobody_knows_is_named,
    changing_a_value_changes_no_decided_case_and_names_the_open_ones,
    a_value_that_cannot_stand_is_refused_with_what_is_wrong,
    only_an_administrator_enters_values,
    an_administrator_of_a_district_enters_what_holds_there_and_nothing_else,
    a_correction_holds_for_the_version_that_was_read,
}

const LOW: i64 = 100_000;
const HIGH: i64 = 200_000;

/// A form that asks whether an income is below the standard of its day.
fn judged() -> Value {
    let source = json!({"law": "测试办法", "document": "测试〔2026〕1号", "article": "第1条"});
    json!({"id": "judged", "version": 1, "label_zh": "受理表", "source": source,
        "valid_from": null, "valid_to": null, "reference_date": "applied_on",
        "given": [{"name": "standard", "label_zh": "标准", "holds": {"type": "number"},
            "from": {"table": "dibao_standard_fen"}}],
        "sections": [{"id": "only", "label_zh": "唯一部分", "questions": [
            {"id": "applied_on", "label_zh": "受理日期", "required": true, "kind": {"type": "date"}},
            {"id": "income_fen", "label_zh": "收入", "required": true, "kind": {"type": "fen"}}]}],
        "computed": [{"name": "below", "label_zh": "低于标准", "source": source, "suggests": true,
            "because": ["standard"],
            "rule": {"op": "compare", "is": "lt", "left": {"op": "answer", "of": "income_fen"},
                "right": {"op": "given", "name": "standard"}}}]})
}

fn value(area: &str, from: &str, to: Option<&str>, value: Option<i64>) -> Value {
    json!({"table": "dibao_standard_fen", "area_code": area, "valid_from": from, "valid_to": to,
        "value": value, "source": "演示值，不是法定标准", "confirmed": false})
}

fn enter(admin: &Hand, key: &str, value: &Value) -> Value {
    post(admin, "/v1/tables", key, value).expect(200).json()
}

/// Household 1 with assessment `n` handed in: applied for on a day, with an income between the two
/// standards.
fn hand_in(worker: &mut Hand, n: u128, applied_on: &str) -> String {
    let answers = json!({"applied_on": applied_on, "income_fen": 150_000});
    let document =
        json!({"form": "judged", "form_version": 1, "status": "submitted", "answers": answers});
    worker.take(put_under(record(1), record(n), "assessment", "0", document))
}

fn prepared(server: &Server) -> (Hand, Hand, Hand) {
    let admin = server.hand("admin");
    post(&admin, "/v1/forms", "form-0001", &judged()).expect(200);
    let mut worker = server.hand("worker_a");
    worker.take(new_household(1));
    (admin, worker, server.hand("reviewer_here"))
}

fn look(reviewer: &Hand, n: u128) -> Value {
    let path = format!("/v1/desk/assessments/{}", record(n));
    reviewer.call("GET", &path).send().expect(200).json()
}

fn what_an_administrator_enters_reaches_every_tablet(server: Server) {
    let admin = server.hand("admin");
    let told = enter(&admin, "table-001", &value("11", "2026-07-01", None, Some(LOW)));
    let tablet = server.hand("worker_a");
    let held = tablet.held();
    let found = held.iter().find(|held| held["record"] == told["record"]).expect("held");
    assert_eq!((&found["kind"], &found["document"]["number"]), (&json!("standard"), &json!(LOW)));
    let list = tablet.call("GET", "/v1/tables").send().expect(200).json();
    let entries = list["entries"].as_array().expect("entries");
    let entry = entries.iter().find(|entry| entry["record"] == told["record"]).expect("listed");
    assert_eq!((&entry["value"], &entry["rev"]), (&json!(LOW), &told["rev"]));
    assert!(entries.iter().any(|entry| entry.get("record").is_none()), "what came with it");
    let again =
        post(&admin, "/v1/tables", "table-001", &value("11", "2026-07-01", None, Some(LOW)));
    assert_eq!(again.expect(200).json(), told);
}

fn a_case_is_judged_by_the_value_of_its_reference_date_and_area(server: Server) {
    let (admin, mut worker, reviewer) = prepared(&server);
    enter(&admin, "table-001", &value("11", "2026-01-01", Some("2026-06-30"), Some(LOW)));
    enter(&admin, "table-002", &value("11", "2026-07-01", None, Some(HIGH)));
    // Another district's own rule is not this household's.
    enter(&admin, "table-003", &value("110101", "2026-01-01", None, Some(1)));
    hand_in(&mut worker, 2, "2026-06-30");
    hand_in(&mut worker, 3, "2026-07-01");
    let [before, after] = [2, 3].map(|n| look(&reviewer, n));
    assert_eq!(before["computed"]["below"]["value"], json!(false));
    assert_eq!(after["computed"]["below"]["value"], json!(true));
    assert_eq!(after["suggestions"][0]["worked"]["value"], json!(true));
    assert_eq!(after["suggestions"][0]["because"][0]["worked"]["value"], json!(HIGH));
    assert_eq!(after["tables"]["standard"]["valid_from"], json!("2026-07-01"));
    assert_eq!(after["tables"]["standard"]["source"], json!("演示值，不是法定标准"));
    // The district's own rule, once it is entered, goes before the city's.
    enter(&admin, "table-004", &value("110102", "2026-07-01", None, Some(LOW)));
    assert_eq!(look(&reviewer, 3)["computed"]["below"]["value"], json!(false));
}

fn a_value_that_nobody_knows_is_named(server: Server) {
    let (admin, mut worker, reviewer) = prepared(&server);
    hand_in(&mut worker, 2, "2026-07-01");
    let unknown = json!({"state": "missing", "needs": ["@standard"]});
    let seen = look(&reviewer, 2);
    assert_eq!(seen["computed"]["below"], unknown);
    // What came with the service says of this day that nobody has found the value.
    assert_eq!(seen["tables"]["standard"]["value"], Value::Null);
    enter(&admin, "table-001", &value("110102", "2026-07-01", None, None));
    assert_eq!(look(&reviewer, 2)["computed"]["below"], unknown);
}

fn changing_a_value_changes_no_decided_case_and_names_the_open_ones(server: Server) {
    let (admin, mut worker, reviewer) = prepared(&server);
    let entered = enter(&admin, "table-001", &value("11", "2026-07-01", None, Some(HIGH)));
    let rev = hand_in(&mut worker, 2, "2026-07-01");
    hand_in(&mut worker, 3, "2026-07-02");
    hand_in(&mut worker, 4, "2026-06-30");
    let accept = format!("/v1/desk/assessments/{}/accept", record(2));
    let body = json!({"rev": rev, "reason": "情况属实。"});
    post(&reviewer, &accept, "accept-01", &body).expect(200);

    let path = format!("/v1/tables/{}", entered["record"].as_str().expect("a record"));
    let correction = json!({"rev": entered["rev"], "value": LOW, "source": "演示值，不是法定标准",
        "confirmed": true, "reason": "按正式通知更正。"});
    let told = admin.call("PUT", &path).header("Idempotency-Key", "table-002").json(&correction);
    let told = told.send().expect(200).json();
    let open = told["open_assessments"].as_array().expect("open");
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!((&open[0]["record"], &open[0]["status"]), (&json!(record(3)), &json!("submitted")));
    let [decided, other] = [2, 3].map(|n| look(&reviewer, n));
    assert_eq!((&decided["is_decided"], &other["is_decided"]), (&json!(true), &json!(false)));
    assert_eq!(decided["computed"]["below"]["value"], json!(true));
    assert_eq!(decided["tables"]["standard"]["value"], json!(HIGH));
    assert_eq!(other["computed"]["below"]["value"], json!(false));
}

fn a_value_that_cannot_stand_is_refused_with_what_is_wrong(server: Server) {
    let admin = server.hand("admin");
    enter(&admin, "table-001", &value("11", "2026-01-01", Some("2026-06-30"), Some(LOW)));
    let refused = |key: &str, value: Value| {
        let refusal = post(&admin, "/v1/tables", key, &value).expect(422).json();
        assert!(refusal["type"].as_str().is_some_and(|kind| kind.ends_with("table-refused")));
        let faults = refusal["faults"].as_array().expect("faults").iter();
        faults.map(|fault| fault["code"].as_str().expect("code").to_owned()).collect::<Vec<_>>()
    };
    let overlapping = value("11", "2026-06-30", None, Some(HIGH));
    assert_eq!(refused("table-002", overlapping), ["overlaps"]);
    let mut odd = value("1", "2026-07-02", Some("2026-07-01"), None);
    odd["value"] = json!(true);
    odd["source"] = json!(" ");
    let all = ["not_of_the_tables_measure", "area_code_expected", "before_valid_from", "required"];
    assert_eq!(refused("table-003", odd), all);
    let mut unknown = value("11", "2030-01-01", None, None);
    unknown["table"] = json!("made_up");
    assert_eq!(refused("table-004", unknown), ["unknown_table"]);
    let list = admin.call("GET", "/v1/tables").send().expect(200).json();
    let entered = list["entries"].as_array().expect("entries").iter();
    assert_eq!(entered.filter(|entry| entry.get("record").is_some()).count(), 1);
}

fn only_an_administrator_enters_values(server: Server) {
    let mut worker = server.hand("worker_a");
    let entry = value("11", "2026-07-01", None, Some(LOW));
    for hand in [&worker, &server.hand("reviewer_here")] {
        post(hand, "/v1/tables", "table-001", &entry).expect(403);
    }
    let document = json!({"table": "dibao_standard_fen", "valid_from": "2026-07-01", "number": LOW,
        "source": "自拟", "confirmed": true});
    let pushed = worker.verdict(put(record(7), "standard", "0", document));
    assert!(pushed.starts_with("quarantined/"), "{pushed}");
}

fn an_administrator_of_a_district_enters_what_holds_there_and_nothing_else(server: Server) {
    let admin = server.hand("admin");
    let of_the_city = enter(&admin, "table-001", &value("11", "2026-07-01", None, Some(LOW)));
    let account = json!({"login": "admin_110102", "name": "测试区管理员",
        "password": ruhu_tests::PASSWORD});
    let made = post(&admin, "/v1/organisations/accounts", "account-01", &account).expect(200);
    let office = json!({"account": made.json()["id"], "role": "admin", "area": "110102",
        "first_day": "2026-01-01"});
    post(&admin, "/v1/organisations/offices", "office-01", &office).expect(200);
    let district = server.hand("admin_110102");
    let own = enter(&district, "table-002", &value("110102", "2026-07-01", None, Some(HIGH)));
    assert!(own["record"].is_string());
    for (key, area) in [("table-003", "12"), ("table-004", "110105"), ("table-005", "1101")] {
        post(&district, "/v1/tables", key, &value(area, "2030-01-01", None, Some(1))).expect(403);
    }
    let path = format!("/v1/tables/{}", of_the_city["record"].as_str().expect("a record"));
    let body = json!({"rev": of_the_city["rev"], "value": HIGH, "source": "演示值，不是法定标准",
        "confirmed": false, "reason": "录入有误。"});
    district
        .call("PUT", &path)
        .header("Idempotency-Key", "table-006")
        .json(&body)
        .send()
        .expect(403);
    // Nor past the desk, in any area: what can stand is asked there.
    let document = json!({"table": "dibao_standard_fen", "area_code": "12", "valid_from": "2026-07-01", "number": 1,
        "source": "演示值，不是法定标准", "confirmed": false});
    for login in ["admin_110102", "admin"] {
        let mut tablet = server.hand(login);
        let pushed = put(record(77), "standard", "0", document.clone());
        assert_eq!(verdict(&tablet.outcomes([pushed])[0]), "rejected/not_permitted");
    }
}

fn a_correction_holds_for_the_version_that_was_read(server: Server) {
    let admin = server.hand("admin");
    let entered = enter(&admin, "table-001", &value("11", "2026-07-01", None, Some(LOW)));
    let path = format!("/v1/tables/{}", entered["record"].as_str().expect("a record"));
    let correct = |key: &str, value: Option<i64>| {
        let body = json!({"rev": entered["rev"], "value": value, "source": "演示值，不是法定标准",
            "confirmed": false, "reason": "录入有误。"});
        admin.call("PUT", &path).header("Idempotency-Key", key).json(&body).send()
    };
    correct("table-002", None).expect(200);
    correct("table-003", Some(HIGH)).expect(409);
    let held = admin.call("GET", "/v1/tables").send().expect(200).json();
    let entries = held["entries"].as_array().expect("entries");
    let entry = entries.iter().find(|entry| entry["record"] == entered["record"]).expect("entry");
    assert_eq!(entry["value"], Value::Null);
}
