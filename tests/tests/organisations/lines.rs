//! Every call that does something leaves one line of the audit log, and no line names anybody.

use crate::desk::{USCC, key};
use crate::second_factor::code_now;
use ruhu_tests::edits::{household, new_household, put, put_under, record, six_answers};
use ruhu_tests::{Field, Hand, PASSWORD, Server, on_both_databases, tables};
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both_databases! {
    every_route_that_acts_leaves_one_line_and_no_line_names_anybody,
}

/// What writes no line, and why.
const NO_LINE: &[(&str, &str)] = &[
    ("POST /v1/sync/push", "the journal tells of every edit"),
    ("POST /v1/sync/pull", "a read, at the pace of tablets"),
    ("POST /v1/session/refresh", "it goes on with a sign-in that has its line"),
    ("POST /v1/forms/check", "it changes nothing"),
];

const WHO: &str = "测试欧阳";
const LOGIN: &str = "walker.of.routes";

/// Calls routes, and holds the log against each.
struct Walk<'a> {
    server: &'a Server,
    met: BTreeSet<String>,
}

impl Walk<'_> {
    /// A call that goes well, with `{}`s of its route filled in turn, and its line.
    #[track_caller]
    fn call(&mut self, hand: &Hand, route: &str, names: &[&str], body: Value, act: &str) -> Value {
        let (method, template) = route.split_once(' ').expect("a method and an address");
        let mut path = template.to_owned();
        for name in names {
            let (open, close) = (path.find('{').expect("a name"), path.find('}').expect("a name"));
            path.replace_range(open..=close, name);
        }
        let before = tables::count(self.server, "audit_log");
        let call = hand.call(method, &path).header("Idempotency-Key", &key());
        let reply = if body.is_null() { call.send() } else { call.json(&body).send() };
        assert!((200..300).contains(&reply.status), "{route}: {} {}", reply.status, reply.text());
        let last = "SELECT act AS value FROM audit_log ORDER BY number DESC LIMIT 1";
        assert_eq!(tables::texts(self.server, last), [act], "{route}");
        assert_eq!(tables::count(self.server, "audit_log"), before + 1, "{route}");
        self.met.insert(route.to_owned());
        if reply.text().is_empty() { Value::Null } else { reply.json() }
    }

    fn organisations(&mut self, admin: &Hand) {
        let because = json!({"reason": "片区调整"});
        let id = |told: Value| told["id"].as_str().expect("an id").to_owned();
        let new = |what: &str| format!("POST /v1/organisations/{what}");
        let body = json!({"uscc": USCC, "name": "测试事务所"});
        let provider = id(self.call(admin, &new("providers"), &[], body, "provider_added"));
        let body = json!({"provider": provider, "purchaser_area": "110102003",
            "first_day": "2026-11-01", "last_day": "2026-12-31"});
        let contract = id(self.call(admin, &new("contracts"), &[], body, "contract_added"));
        let body = json!({"contract": contract, "area": "110102003", "name": "三组"});
        let team = id(self.call(admin, &new("caseloads"), &[], body, "caseload_added"));
        let body =
            json!({"login": LOGIN, "name": WHO, "staff_no": "演示-909", "password": PASSWORD});
        let account = id(self.call(admin, &new("accounts"), &[], body, "account_added"));
        let person = self.server.hand(LOGIN);
        self.second_factor(&person);
        let reset = new("accounts/{id}/reset-second-factor");
        self.call(admin, &reset, &[&account], because.clone(), "second_factor_reset");
        let body = json!({"account": account, "caseload": team, "first_day": "2026-11-23",
            "education": "college", "exception_because": WHO});
        let place = id(self.call(admin, &new("memberships"), &[], body, "membership_added"));
        let body = json!({"account": account, "role": "committee_member",
            "area": "110102003001", "first_day": "2026-11-23"});
        let office = id(self.call(admin, &new("offices"), &[], body, "office_added"));
        let body = json!({"provider": provider, "reason": "转包服务"});
        let ban = id(self.call(admin, &new("bans"), &[], body, "ban_begun"));
        for (what, id, act) in [
            ("offices/{id}/end", &office, "office_ended"),
            ("memberships/{id}/end", &place, "membership_ended"),
            ("bans/{id}/lift", &ban, "ban_lifted"),
            ("contracts/{id}/end", &contract, "contract_ended"),
        ] {
            self.call(admin, &new(what), &[id], because.clone(), act);
        }
        let reset = new("accounts/{id}/reset-password");
        self.call(admin, &reset, &[&account], because.clone(), "password_reset");
        let off = json!({"active": false, "reason": "离职"});
        self.call(admin, &new("accounts/{id}/use"), &[&account], off, "account_switched");
    }

    /// Sets up a second factor, switches it off, and sets up another.
    fn second_factor(&mut self, person: &Hand) {
        for round in 0..2 {
            let body = json!({"password": PASSWORD});
            let route = "POST /v1/me/second-factor";
            let begun = self.call(person, route, &[], body, "second_factor_begun");
            let code = code_now(self.server, begun["secret"].as_str().expect("a secret"));
            let route = "POST /v1/me/second-factor/confirm";
            let body = json!({"code": code});
            let told = self.call(person, route, &[], body, "second_factor_enrolled");
            if round == 0 {
                self.server.advance_seconds(30);
                let code = code_now(self.server, begun["secret"].as_str().expect("a secret"));
                let body = json!({"password": PASSWORD, "code": code});
                let route = "POST /v1/me/second-factor/off";
                self.call(person, route, &[], body, "second_factor_off");
            }
            assert_eq!(told["recovery_codes"].as_array().map(Vec::len), Some(10));
        }
    }

    fn reference(&mut self, admin: &Hand) {
        let form = include_str!("../../../forms/catalogue/barthel.v1.json");
        let mut form: Value = serde_json::from_str(form).expect("a form");
        form["version"] = json!(2);
        self.call(admin, "POST /v1/forms", &[], form, "form_published");
        let name = ["barthel", "1"];
        let body = json!({"last_day": "2026-12-31", "reason": "新版启用"});
        let route = "POST /v1/forms/{id}/{version}/retirement";
        self.call(admin, route, &name, body, "form_retired");
        let route = "POST /v1/forms/{id}/{version}/retirement/lift";
        self.call(admin, route, &name, json!({"reason": "推迟"}), "form_retirement_lifted");
        let value = json!({"table": "dibao_standard_fen", "area_code": "11",
            "valid_from": "2026-07-01", "valid_to": null, "value": 1, "source": "演示值",
            "confirmed": false});
        let told = self.call(admin, "POST /v1/tables", &[], value, "table_entered");
        let body = json!({"rev": told["rev"], "valid_to": null, "value": 2, "source": "演示值",
            "confirmed": false, "reason": "更正"});
        let id = told["record"].as_str().expect("a record");
        self.call(admin, "PUT /v1/tables/{record}", &[id], body, "table_corrected");
    }

    /// Household `n` with assessment `n + 1`, handed in; gives its rev.
    fn handed_in(worker: &mut Hand, n: u128) -> String {
        worker.take(put(record(n), "household", "0", household(WHO)));
        let whole = json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
            "answers": six_answers()});
        worker.take(put_under(record(n), record(n + 1), "assessment", "0", whole))
    }

    fn rev(worker: &Hand, n: u128) -> Value {
        let held = worker.held().into_iter().find(|held| held["record"] == json!(record(n)));
        held.expect("held")["rev"].clone()
    }

    fn decisions(&mut self, worker: &mut Hand) {
        let (desk, district) =
            (self.server.hand("reviewer_here"), self.server.hand("district_here"));
        let rev = Self::handed_in(worker, 1);
        let (home, one) = (record(1).to_string(), record(2).to_string());
        let route = "POST /v1/desk/assessments/{record}/take-up";
        let told = self.call(&desk, route, &[&one], json!({"rev": rev}), "assessment_taken_up");
        let body = json!({"rev": told["rev"], "reason": "情况属实。"});
        let route = "POST /v1/desk/assessments/{record}/accept";
        self.call(&desk, route, &[&one], body, "assessment_accepted");
        let body = json!({"rev": Self::rev(worker, 1), "assessment": record(2),
            "category": "dibao", "hardship_level": "key", "reason": "符合规定。"});
        let route = "POST /v1/desk/households/{record}/confirm";
        self.call(&district, route, &[&home], body, "household_confirmed");
        let rev = Self::handed_in(worker, 3);
        let body = json!({"rev": rev, "reasons": [format!("请{WHO}核实。")]});
        let (other, two) = (record(3).to_string(), record(4).to_string());
        let route = "POST /v1/desk/assessments/{record}/return";
        self.call(&desk, route, &[&two], body, "assessment_returned");
        let purpose = json!({"purpose": "review"});
        let route = "POST /v1/desk/records/{record}/full";
        self.call(&desk, route, &[&other], purpose, "record_viewed");
        let body = json!({"rev": Self::rev(worker, 3), "reason": "重复登记。"});
        let route = "POST /v1/desk/records/{record}/delete";
        let told = self.call(&desk, route, &[&other], body, "record_deleted");
        let body = json!({"rev": told["rev"], "reason": "误删。"});
        let route = "POST /v1/desk/records/{record}/undelete";
        self.call(&desk, route, &[&other], body, "record_undeleted");
    }

    fn edits_not_taken(&mut self, worker: &mut Hand) {
        let desk = self.server.hand("reviewer_here");
        let purpose = json!({"purpose": "decide_edit"});
        worker.take(new_household(5));
        let rev = worker.take(put_under(
            record(5),
            record(6),
            "assessment",
            "0",
            json!(
            {"form": "tekun_six", "form_version": 1, "status": "draft"}),
        ));
        // Two workers differ in one field.
        let mut other = self.server.hand("worker_a2");
        let answer = |hand: &mut Hand, said: &str| {
            let answers = json!({"answers": {"eat": said}});
            hand.verdict(put_under(record(5), record(6), "assessment", &rev, answers))
        };
        answer(worker, "achieved");
        assert_eq!(answer(&mut other, "not_achieved"), "conflict");
        let path = format!("/v1/desk/conflicts/{}", record(6));
        let open = desk.call("GET", &path).send().expect(200).json();
        let conflict = &open["conflicts"][0];
        let body = json!({"records": [{"record": record(6), "rev": open["rev"], "choices": [
            {"device": conflict["device"], "device_seq": conflict["device_seq"],
                "path": conflict["path"], "take": "current"}]}]});
        self.call(&desk, "POST /v1/desk/conflicts/settle", &[], body, "conflicts_settled");
        // The household goes to another team, and late edits of the first one wait.
        let body = json!({"parts": [{"to": Field::CASELOAD_B, "households": [record(5)]}],
            "reason": "片区调整。"});
        self.call(&desk, "POST /v1/desk/moves", &[], body, "households_moved");
        for (act, code) in [("apply", "edit_applied"), ("dismiss", "edit_dismissed")] {
            let verdict = answer(worker, "achieved");
            assert!(verdict.starts_with("quarantined"), "{verdict}");
            let edit = &desk.listed("/v1/desk/quarantine", "edits")[0];
            let device = edit["device"].as_str().expect("a device");
            let seq = edit["device_seq"].to_string();
            let name = [device, seq.as_str()];
            let route = "POST /v1/desk/quarantine/{device}/{device_seq}/full";
            self.call(&desk, route, &name, purpose.clone(), "edit_viewed");
            let route = format!("POST /v1/desk/quarantine/{{device}}/{{device_seq}}/{act}");
            self.call(&desk, &route, &name, json!({"reason": "已核实。"}), code);
        }
    }

    fn sessions(&mut self, admin: &Hand) {
        let device = |hand: &Hand| hand.device.to_string();
        let sign_in = json!({"login": "worker_b", "password": PASSWORD, "device": {"name": WHO}});
        self.call(admin, "POST /v1/session", &[], sign_in, "signed_in");
        let worker = self.server.hand("worker_b");
        let pin = json!({"password": PASSWORD, "pin": "729406"});
        self.call(&worker, "PUT /v1/me/pin", &[], pin, "pin_set");
        let password = json!({"password": PASSWORD, "new_password": "下雨天忘了带伞怎么办"});
        self.call(&worker, "PUT /v1/me/password", &[], password, "password_changed");
        let mine = self.server.hand("reviewer_there");
        let other = device(&self.server.hand("reviewer_there"));
        let body = Value::Null;
        let route = "POST /v1/me/devices/{id}/revoke";
        self.call(&mine, route, &[&other], body.clone(), "device_revoked");
        let route = "POST /v1/me/devices/{id}/report-lost";
        self.call(&mine, route, &[&other], body.clone(), "device_lost");
        for (what, act) in [
            ("report-found", "device_found"),
            ("report-lost", "device_lost"),
            ("revoke", "device_revoked"),
        ] {
            let route = format!("POST /v1/admin/devices/{{id}}/{what}");
            self.call(admin, &route, &[&other], body.clone(), act);
        }
        self.call(&mine, "DELETE /v1/session", &[], body, "signed_out");
    }
}

fn every_route_that_acts_leaves_one_line_and_no_line_names_anybody(server: Server) {
    let admin = server.hand("admin");
    let mut worker = server.hand("worker_a");
    let mut walk = Walk { server: &server, met: BTreeSet::new() };
    walk.organisations(&admin);
    walk.reference(&admin);
    walk.decisions(&mut worker);
    walk.edits_not_taken(&mut worker);
    walk.sessions(&admin);

    let contract = server.call("GET", "/openapi.json").send().expect(200).json();
    let mut acting = BTreeSet::new();
    for (path, item) in contract["paths"].as_object().expect("paths") {
        let methods = item.as_object().expect("operations").keys();
        let methods =
            methods.filter(|method| matches!(method.as_str(), "post" | "put" | "patch" | "delete"));
        acting.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let told: BTreeSet<String> =
        NO_LINE.iter().map(|(route, _)| (*route).to_owned()).chain(walk.met).collect();
    assert_eq!(told, acting, "each acts with a line, or is listed as one that leaves none");

    let text = tables::texts(&server, "SELECT detail AS value FROM audit_log").concat();
    let people = tables::texts(&server, "SELECT login AS value FROM account");
    let named = tables::texts(&server, "SELECT name AS value FROM account");
    for said in
        people.iter().chain(&named).map(String::as_str).chain([WHO, LOGIN, "演示-909", "729406"])
    {
        let is_a_word = ["admin", "auditor", "committee"].contains(&said);
        assert!(is_a_word || !text.contains(said), "{said}: {text}");
    }
    assert_eq!(server.store().verify_audit_log(None).expect("looked through").faults, [""; 0]);
}
