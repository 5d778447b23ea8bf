//! What a desk shows of people, and what it shows in full for a purpose.

use ruhu_tests::edits::{household, put, put_under, record, six_answers, with};
use ruhu_tests::{Hand, Reply, Server, on_both_databases, tables};
use serde_json::{Value, json};

on_both_databases! {
    no_answer_of_the_desk_shows_whom_it_is_about_without_a_purpose,
    a_full_view_names_its_purpose_and_is_in_the_log_before_it_is_answered,
    a_full_view_without_a_purpose_is_refused_with_the_purposes,
    a_conflict_of_numbers_is_seen_in_full_and_settled_by_its_name,
    an_edit_that_was_not_taken_is_read_in_full_with_its_text,
    what_is_not_ones_own_is_not_there_in_full_either,
    a_tablet_holds_what_it_needs_for_its_work,
}

const NAME: &str = "测试戊己";
const PHONE: &str = "13800001234";
const ADDRESS: &str = "虚拟胡同2号楼3单元502室";
const ONE: &str = "999999199001010016";
const OTHER: &str = "999999199001010032";
const THIRD: &str = "99999919900101018X";
const SECRETS: [&str; 8] = [NAME, PHONE, ADDRESS, ONE, OTHER, THIRD, "1990-01-01", "I10.x00"];

const HOME: u128 = 1;
const PERSON: u128 = 2;
const ASSESSMENT: u128 = 3;
const FIND: u128 = 4;

fn under(n: u128, kind: &str, base: &str, patch: Value) -> Value {
    put_under(record(HOME), record(n), kind, base, patch)
}

fn person() -> Value {
    json!({"name": NAME, "id_type": "resident_id", "id_no": ONE, "birth_date": "1990-01-01",
        "relation_code": "02", "counted_as": "shared_living", "kin_to_staff": "no",
        "phone": PHONE, "disease_icd10": "I10.x00", "notes": format!("电话{PHONE}")})
}

/// Household 1 with a person, of whose number two workers know different ones, an assessment that was
/// handed in, a find, a rejected edit and one in quarantine. Gives the worker whose edits were not
/// taken.
fn field(server: &Server) -> Hand {
    let (mut worker, mut other) = (server.hand("worker_a"), server.hand("worker_a2"));
    let home = json!({"address": ADDRESS, "hukou_address": ADDRESS, "phone": PHONE,
        "contacts": {"0193ffff-0000-7000-8000-000000000001": {"name": NAME, "phone": PHONE}}});
    let mut whole = household(NAME);
    whole.as_object_mut().expect("a household").extend(home.as_object().expect("more").clone());
    let row = json!(["/contacts/0193ffff-0000-7000-8000-000000000001"]);
    let home_rev = worker.take(with(put(record(HOME), "household", "0", whole), "new_rows", row));
    let seen = worker.take(under(PERSON, "person", "0", person()));
    worker.take(under(PERSON, "person", &seen, json!({"id_no": THIRD})));
    let wish = json!({"id_no": OTHER});
    let met = other.verdict(under(PERSON, "person", &seen, wish));
    assert_eq!(met, "conflict");
    let answers = with(six_answers(), "note", json!(format!("打{PHONE}找{ONE}")));
    let handed_in = json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
        "answers": answers});
    worker.take(under(ASSESSMENT, "assessment", "0", handed_in));
    let find = json!({"status": "reported", "found_at": "2026-11-23T09:30:00+08:00",
        "place": "虚拟胡同口", "category": "acute_illness", "urgency": "urgent",
        "community_code": "110102003001", "reporter_name": NAME, "reporter_phone": PHONE,
        "about": NAME, "description": format!("电话{PHONE}")});
    worker.take(put(record(FIND), "find", "0", find));
    let spoilt = json!({"head_name": 7, "notes": format!("{PHONE}"), "address": ADDRESS});
    let verdict = worker.verdict(put(record(HOME), "household", &home_rev, spoilt));
    assert!(verdict.starts_with("rejected"), "{verdict}");
    // Locked since it was handed in.
    let late = json!({"answers": {"note": format!("{ONE}")}});
    let verdict = other.verdict(under(ASSESSMENT, "assessment", "0", late));
    assert!(verdict.starts_with("quarantined"), "{verdict}");
    worker
}

/// Every address of the desk that is read, with the names of what there is put in.
fn addresses(server: &Server, desk: &Hand) -> Vec<String> {
    let contract = server.call("GET", "/openapi.json").send().expect(200).json();
    let paths = contract["paths"].as_object().expect("paths").iter();
    let read =
        paths.filter(|(path, item)| path.starts_with("/v1/desk/") && item.get("get").is_some());
    let mut edits = desk.listed("/v1/desk/quarantine", "edits");
    edits.extend(desk.listed("/v1/desk/quarantine?outcome=rejected", "edits"));
    assert!(edits.len() >= 2, "{edits:?}");
    let mut found = Vec::new();
    for (path, _) in read {
        let path = path.replace("{id}", &ruhu_tests::Field::CASELOAD_A.to_string());
        for n in [HOME, PERSON, ASSESSMENT, FIND] {
            found.push(path.replace("{record}", &record(n).to_string()));
        }
        for edit in &edits {
            let device = edit["device"].as_str().expect("a device");
            let seq = edit["device_seq"].to_string();
            found.push(path.replace("{device}", device).replace("{device_seq}", &seq));
        }
    }
    found.push("/v1/desk/quarantine?outcome=rejected".to_owned());
    found.retain(|path| !path.contains('{'));
    found.sort();
    found.dedup();
    found
}

fn no_answer_of_the_desk_shows_whom_it_is_about_without_a_purpose(server: Server) {
    field(&server);
    for login in ["reviewer_here", "district_here"] {
        let desk = server.hand(login);
        let mut shown = Vec::new();
        for address in addresses(&server, &desk) {
            let reply = desk.call("GET", &address).send();
            for secret in SECRETS {
                assert!(!reply.text().contains(secret), "{login} {address}: {}", reply.text());
            }
            if reply.status == 200 {
                shown.push(address);
            }
        }
        for read in ["/assessments/", "/finds/", "/conflicts/", "/quarantine/"] {
            assert!(shown.iter().any(|path| path.contains(read)), "{read}: {shown:?}");
        }
    }
    let masked = server.hand("reviewer_here");
    let path = format!("/v1/desk/conflicts/{}", record(PERSON));
    let open = masked.call("GET", &path).send().expect(200).json();
    let mut open = open["conflicts"].as_array().expect("conflicts").iter();
    let number = open.rfind(|open| open["path"] == "/id_no").expect("the number's");
    assert_eq!(number["alternative"]["value"], "999999********0032");
}

fn full(desk: &Hand, n: u128, body: &Value) -> Reply {
    desk.call("POST", &format!("/v1/desk/records/{}/full", record(n))).json(body).send()
}

fn lines(server: &Server) -> u64 {
    tables::count(server, "audit_log WHERE act IN ('record_viewed', 'edit_viewed')")
}

fn a_full_view_names_its_purpose_and_is_in_the_log_before_it_is_answered(server: Server) {
    field(&server);
    let desk = server.hand("reviewer_here");
    let seen = full(&desk, PERSON, &json!({"purpose": "review"})).expect(200).json();
    assert_eq!(seen["purpose"], "review");
    assert_eq!(seen["record"]["document"]["name"], NAME);
    assert_eq!(seen["record"]["document"]["phone"], PHONE);
    assert!(seen["history"].to_string().contains(ONE), "{seen}");
    full(&desk, FIND, &json!({"purpose": "handle_find"})).expect(200);
    assert_eq!(lines(&server), 2);
    let auditor = server.hand("auditor");
    let path = format!("/v1/audit/log?subject={}", record(PERSON));
    let log = auditor.call("GET", &path).send().expect(200).json();
    let [line] = &log["lines"].as_array().expect("lines")[..] else { panic!("one: {log}") };
    assert_eq!((&line["act"], &line["act_zh"]), (&json!("record_viewed"), &json!("查看完整记录")));
    assert_eq!(line["by_name"], "测试reviewer_here");
    assert_eq!(line["area"], "110102003");
    let detail = json!({"purpose": "review", "kind": "person", "root": record(HOME)});
    assert_eq!(line["detail"], detail);
    let path = format!("/v1/audit/log?subject={}", record(FIND));
    let log = auditor.call("GET", &path).send().expect(200).json();
    assert_eq!(log["lines"][0]["area"], "110102003001", "a find is of its place");
}

fn a_full_view_without_a_purpose_is_refused_with_the_purposes(server: Server) {
    field(&server);
    let desk = server.hand("reviewer_here");
    for body in [json!({}), json!({"purpose": null}), json!({"purpose": "curiosity"})] {
        let refused = full(&desk, PERSON, &body).expect_problem(422, "purpose-required").json();
        let offered = refused["purposes"].as_array().expect("purposes");
        assert!(offered.iter().any(|one| one["code"] == "review" && one["zh"] == "审核或确认"));
        assert!(!refused.to_string().contains(NAME));
    }
    full(&desk, PERSON, &json!({"purpose": "review", "note": NAME}))
        .expect_problem(400, "malformed-json");
    assert_eq!(lines(&server), 0);
}

fn a_conflict_of_numbers_is_seen_in_full_and_settled_by_its_name(server: Server) {
    field(&server);
    let desk = server.hand("reviewer_here");
    let seen = full(&desk, PERSON, &json!({"purpose": "settle_conflict"})).expect(200).json();
    let conflicts = seen["record"]["conflicts"].as_array().expect("conflicts");
    let number = conflicts.iter().find(|open| open["path"] == "/id_no").expect("the number's");
    assert_eq!((&number["value"], &number["base"]), (&json!(OTHER), &json!(ONE)));
    let choices: Vec<_> = conflicts
        .iter()
        .map(|open| {
            json!({"device": open["device"], "device_seq": open["device_seq"],
                "path": open["path"], "take": "alternative"})
        })
        .collect();
    let records = json!([{"record": record(PERSON), "rev": seen["record"]["rev"],
        "choices": choices}]);
    let call =
        desk.call("POST", "/v1/desk/conflicts/settle").header("Idempotency-Key", "view-0001");
    call.json(&json!({"records": records})).send().expect(200);
    let after = full(&desk, PERSON, &json!({"purpose": "review"})).expect(200).json();
    assert_eq!(after["record"]["document"]["id_no"], OTHER);
}

fn an_edit_that_was_not_taken_is_read_in_full_with_its_text(server: Server) {
    field(&server);
    let desk = server.hand("reviewer_here");
    for (list, place) in [("", "/answers/note"), ("?outcome=rejected", "/address")] {
        let edits = desk.listed(&format!("/v1/desk/quarantine{list}"), "edits");
        let (device, seq) = (edits[0]["device"].as_str().expect("one"), &edits[0]["device_seq"]);
        let path = format!("/v1/desk/quarantine/{device}/{seq}");
        let masked = desk.call("GET", &path).send().expect(200).json();
        assert_eq!(masked.get("text"), None);
        let body = json!({"purpose": "decide_edit"});
        let call = desk.call("POST", &format!("{path}/full")).json(&body);
        let seen = call.send().expect(200).json();
        let places = seen["places"].as_array().expect("places");
        assert!(places.iter().any(|one| one["path"] == place), "{seen}");
        let text = seen.to_string();
        assert!(text.contains(if list.is_empty() { ONE } else { ADDRESS }), "{seen}");
        assert_eq!(seen.get("text").is_some(), !list.is_empty());
        let call = desk.call("POST", &format!("{path}/full")).json(&json!({}));
        call.send().expect_problem(422, "purpose-required");
    }
    assert_eq!(lines(&server), 2);
}

fn what_is_not_ones_own_is_not_there_in_full_either(server: Server) {
    let worker = field(&server);
    let purpose = json!({"purpose": "review"});
    for login in ["reviewer_there", "district_there"] {
        let desk = server.hand(login);
        for n in [HOME, PERSON, ASSESSMENT, FIND, 99] {
            full(&desk, n, &purpose).expect_problem(404, "not-available");
        }
        let path = format!("/v1/desk/quarantine/{}/1/full", worker.device);
        let call = desk.call("POST", &path).json(&purpose);
        call.send().expect_problem(404, "not-available");
    }
    for login in ["worker_a", "committee", "admin", "auditor"] {
        full(&server.hand(login), PERSON, &purpose).expect_problem(403, "not-permitted");
    }
    assert_eq!(lines(&server), 0);
}

fn a_tablet_holds_what_it_needs_for_its_work(server: Server) {
    let worker = field(&server);
    let held = worker.held().into_iter().find(|held| held["record"] == json!(record(PERSON)));
    assert_eq!(held.expect("held")["document"]["phone"], PHONE);
}
