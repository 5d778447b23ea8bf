//! Passwords that an administrator resets: told once, changed at the first sign-in, and nothing else
//! before that.

use crate::areas::admin_of;
use crate::desk::{Desk, key};
use ruhu_device::DeviceError;
use ruhu_tests::edits::new_household;
use ruhu_tests::{Field, PASSWORD, Reply, Server, on_both_databases, tables};
use serde_json::{Value, json};

on_both_databases! {
    a_reset_password_opens_nothing_but_its_own_change,
    everything_that_knows_a_session_is_refused_until_a_new_password_is_chosen,
    a_one_time_password_expires_and_another_reset_voids_it,
    only_who_administers_a_person_resets_the_persons_password,
    a_reset_sent_again_is_answered_with_the_same_password_which_stands_nowhere_in_the_clear,
    a_mark_taken_away_behind_the_servers_back_is_found,
    a_tablet_whose_person_has_to_change_the_password_keeps_everything,
    a_switched_off_person_changes_a_reset_password_to_hand_in_the_last_work,
}

const NEW: &str = "下雨天忘了带伞怎么办";

fn reset_path(login: &str) -> String {
    format!("accounts/{}/reset-password", Field::user(login))
}

fn because() -> Value {
    json!({"reason": "本人到场，忘记密码"})
}

/// Resets a person's password; gives the one-time one.
#[track_caller]
fn reset(by: &Desk, login: &str) -> String {
    let told = by.post(&reset_path(login), &because()).expect(200).json();
    assert!(told["log_number"].is_u64(), "{told}");
    told["one_time_password"].as_str().expect("a password").to_owned()
}

fn sign_in(server: &Server, login: &str, password: &str, device: Value) -> Reply {
    let body = json!({"login": login, "password": password, "device": device});
    server.call("POST", "/v1/session").json(&body).send()
}

fn new_device() -> Value {
    json!({"name": "平板"})
}

fn token(session: &Value, name: &str) -> String {
    session[name].as_str().expect("a text").to_owned()
}

fn change(server: &Server, token: &str, old: &str, new: &str) -> Reply {
    let body = json!({"password": old, "new_password": new});
    server.call("PUT", "/v1/me/password").bearer(token).json(&body).send()
}

fn a_reset_password_opens_nothing_but_its_own_change(server: Server) {
    let admin = Desk::new(&server, "admin");
    let before = server.hand("worker_a");
    let colleague = server.hand("worker_a2");
    let given = reset(&admin, "worker_a");
    before.call("GET", "/v1/me").send().expect_problem(401, "sign-in-required");
    colleague.call("GET", "/v1/me").send().expect(200);
    sign_in(&server, "worker_a", PASSWORD, new_device()).expect_problem(401, "wrong-credentials");
    let session = sign_in(&server, "worker_a", &given, new_device()).expect(200).json();
    assert_eq!(session["first"], "new_password");
    let access = token(&session, "access_token");
    let other = sign_in(&server, "worker_a", &given, new_device()).expect(200).json();
    change(&server, &access, &given, &given).expect_problem(400, "invalid-request");
    change(&server, &access, &given, "minzheng2026").expect_problem(400, "invalid-request");
    server.call("GET", "/v1/me").bearer(&access).send().expect_problem(403, "new-password-due");
    change(&server, &access, &given, NEW).expect(204);
    // This session goes on, and its refresh token, which was shown in vain, still counts.
    server.call("GET", "/v1/me").bearer(&access).send().expect(200);
    let shown = json!({"refresh_token": session["refresh_token"]});
    server.call("POST", "/v1/session/refresh").json(&shown).send().expect(200);
    let other = token(&other, "access_token");
    let ended = server.call("GET", "/v1/me").bearer(&other).send();
    ended.expect_problem(401, "sign-in-required");
    sign_in(&server, "worker_a", &given, new_device()).expect_problem(401, "wrong-credentials");
    let session = sign_in(&server, "worker_a", NEW, new_device()).expect(200).json();
    assert_eq!(session.get("first"), None);
    let acts = "SELECT act AS value FROM audit_log \
                WHERE act IN ('password_reset', 'password_changed') ORDER BY number";
    assert_eq!(tables::texts(&server, acts), ["password_reset", "password_changed"]);
    assert_eq!(server.store().verify_audit_log(None).expect("looked through").faults, [""; 0]);
}

fn everything_that_knows_a_session_is_refused_until_a_new_password_is_chosen(server: Server) {
    let admin = Desk::new(&server, "admin");
    let given = reset(&admin, "reviewer_here");
    let session = sign_in(&server, "reviewer_here", &given, new_device()).expect(200).json();
    let access = token(&session, "access_token");
    let contract = server.call("GET", "/openapi.json").send().expect(200).json();
    let mut asked = 0;
    for (path, item) in contract["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let does_it = matches!(
                (method.as_str(), path.as_str()),
                ("put", "/v1/me/password") | ("delete", "/v1/session")
            );
            let security = operation.get("security").unwrap_or(&contract["security"]);
            let is_protected = security
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one.get("access_token").is_some()));
            if !is_protected || does_it {
                continue;
            }
            let id = "0192e4a0-0000-7000-8000-000000000021";
            let mut path = path.clone();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = ruhu_tests::resolved(&contract, parameter);
                let is_number = parameter["schema"]["type"] == "integer";
                let name = format!("{{{}}}", token(parameter, "name"));
                path = path.replace(&name, if is_number { "1" } else { id });
            }
            let call = server.call(&method.to_uppercase(), &path).bearer(&access);
            let call = call.header("Idempotency-Key", &key());
            let call = if method == "get" { call } else { call.json(&json!({})) };
            let refused = call.send().expect_problem(403, "new-password-due");
            assert!(refused.text().contains("修改密码"), "{method} {path}");
            asked += 1;
        }
    }
    assert!(asked > 50, "{asked} calls");
    let shown = json!({"refresh_token": session["refresh_token"]});
    let refreshed = server.call("POST", "/v1/session/refresh").json(&shown).send();
    refreshed.expect_problem(403, "new-password-due");
    let english = server.call("GET", "/v1/me").bearer(&access).header("Accept-Language", "en");
    let words = english.send().expect_problem(403, "new-password-due").json();
    assert!(
        words["detail"].as_str().is_some_and(|said| said.contains("choose your own")),
        "{words}"
    );
    server.call("DELETE", "/v1/session").bearer(&access).send().expect(204);
    server.call("GET", "/v1/me").bearer(&access).send().expect_problem(401, "sign-in-required");
}

fn a_one_time_password_expires_and_another_reset_voids_it(server: Server) {
    let admin = Desk::new(&server, "admin");
    let first = reset(&admin, "worker_a");
    let second = reset(&admin, "worker_a");
    assert_ne!(first, second);
    sign_in(&server, "worker_a", &first, new_device()).expect_problem(401, "wrong-credentials");
    server.advance_seconds(72 * 3_600 - 1);
    let session = sign_in(&server, "worker_a", &second, new_device()).expect(200).json();
    server.advance_seconds(1);
    let late = sign_in(&server, "worker_a", &second, new_device());
    late.expect_problem(401, "one-time-password-expired");
    // Nor does the session that it began bring its time back.
    let access = token(&session, "access_token");
    change(&server, &access, &second, NEW).expect_problem(401, "one-time-password-expired");
    sign_in(&server, "worker_a", "不是这个密码不是这个", new_device())
        .expect_problem(401, "wrong-credentials");
    let third = reset(&Desk::new(&server, "admin"), "worker_a");
    sign_in(&server, "worker_a", &third, new_device()).expect(200);
}

fn only_who_administers_a_person_resets_the_persons_password(server: Server) {
    let (here, there) = (admin_of(&server, "110102"), admin_of(&server, "110105"));
    let nobody = format!("accounts/{}/reset-password", "01920000-0000-7000-8000-00000000dead");
    for (by, login) in [(&there, "worker_a"), (&here, "reviewer_there"), (&here, "admin")] {
        let real = by.post(&reset_path(login), &because());
        let none = by.post(&nobody, &because());
        let words = |reply: &Reply| reply.json()["detail"].clone();
        let real = real.expect_problem(404, "not-available");
        assert_eq!(words(&real), words(&none), "{login}");
    }
    let reviewer = Desk::new(&server, "reviewer_here");
    reviewer.post(&reset_path("worker_a"), &because()).expect_problem(403, "not-permitted");
    let me = here.0.call("GET", "/v1/me").send().expect(200).json();
    let own = token(&me["user"], "id");
    let own = format!("accounts/{own}/reset-password");
    assert_eq!(here.refused(&own, &because()), ["for_oneself"]);
    // Who is audited does not sign in as the auditor.
    assert_eq!(here.refused(&reset_path("auditor"), &because()), ["auditor_from_above"]);
    assert_eq!(here.refused(&reset_path("worker_a"), &json!({"reason": " "})), ["reason_missing"]);
    reset(&here, "worker_a");
    reset(&Desk::new(&server, "admin"), "auditor");
    for login in ["reviewer_there", "admin"] {
        sign_in(&server, login, PASSWORD, new_device()).expect(200);
    }
}

fn a_reset_sent_again_is_answered_with_the_same_password_which_stands_nowhere_in_the_clear(
    server: Server,
) {
    let admin = Desk::new(&server, "admin");
    let sent = || admin.keyed("reset-0001", &reset_path("worker_a"), &because()).expect(200);
    let first = sent().json();
    let given = token(&first, "one_time_password");
    let session = sign_in(&server, "worker_a", &given, new_device()).expect(200).json();
    assert_eq!(sent().json(), first);
    // Nothing was done again: the session that was begun meanwhile is still one.
    let access = token(&session, "access_token");
    server.call("GET", "/v1/me").bearer(&access).send().expect_problem(403, "new-password-due");
    let kept = tables::hex_texts(&server, "response", "idempotency_key").concat();
    assert!(!kept.is_empty() && !kept.contains(&hex(&given)), "it is sealed");
    let log = tables::texts(&server, "SELECT detail || states AS value FROM audit_log").concat();
    assert!(!log.contains(&given), "{log}");
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn a_mark_taken_away_behind_the_servers_back_is_found(server: Server) {
    reset(&Desk::new(&server, "admin"), "worker_a");
    let faults = || server.store().verify_audit_log(None).expect("looked through").faults;
    assert_eq!(faults(), [""; 0]);
    tables::run(&server, "DELETE FROM one_time_password");
    let found = faults();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("one_time_password") && found[0].contains("gone"), "{found:?}");
}

fn a_tablet_whose_person_has_to_change_the_password_keeps_everything(server: Server) {
    let mut tablet = server.tablet("worker_a");
    tablet.create("household", None, Default::default()).expect("kept");
    let given = reset(&Desk::new(&server, "admin"), "worker_a");
    assert_eq!(tablet.push(), Err(DeviceError::SignInNeeded));
    tablet.sign_in("worker_a", &given, "平板").expect("signed in");
    let refused = tablet.push();
    assert!(
        matches!(&refused, Err(DeviceError::Refused { slug, .. }) if slug == "new-password-due"),
        "{refused:?}"
    );
    assert_eq!(tablet.memory().outbox().len(), 1);
    let session = sign_in(&server, "worker_a", &given, new_device()).expect(200).json();
    change(&server, &token(&session, "access_token"), &given, NEW).expect(204);
    tablet.sign_in("worker_a", NEW, "平板").expect("signed in");
    assert_eq!(tablet.push().expect("pushed").outcomes.len(), 1);
}

fn a_switched_off_person_changes_a_reset_password_to_hand_in_the_last_work(server: Server) {
    let mut hand = server.hand("worker_a");
    let admin = Desk::new(&server, "admin");
    let off = json!({"active": false, "reason": "离职"});
    admin.arrange(&format!("accounts/{}/use", Field::user("worker_a")), &off);
    let given = reset(&admin, "worker_a");
    let device = json!({"id": hand.device, "name": "平板"});
    let session = sign_in(&server, "worker_a", &given, device).expect(200).json();
    hand.token = token(&session, "access_token");
    change(&server, &hand.token, &given, NEW).expect(204);
    assert_eq!(hand.verdict(new_household(1)), "quarantined/right_ended");
    change(&server, &hand.token, NEW, "另外一个十个字的密码").expect_problem(403, "not-permitted");
}
