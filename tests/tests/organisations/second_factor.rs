//! The second factor: set up by its person, demanded of staff by a setting, reset by an administrator.

use crate::areas::admin_of;
use crate::desk::Desk;
use ruhu_casework::secrets::{STEP_SECONDS, code_at};
use ruhu_tests::{Field, Hand, PASSWORD, Reply, Server, on_both_databases, tables};
use serde_json::{Value, json};

on_both_databases! {
    a_code_is_asked_for_after_the_right_password_alone_and_no_code_is_taken_twice,
    wrong_codes_are_counted_and_slow_whoever_guesses_from_wherever,
    a_known_device_that_others_name_opens_no_way_round_the_count,
    codes_are_counted_while_a_second_factor_is_being_set_up,
    a_recovery_code_does_once_for_the_app,
    a_second_factor_is_switched_off_by_password_and_code,
    staff_of_whom_it_is_demanded_can_do_nothing_else_before_setting_it_up,
    an_administrator_of_the_person_resets_it_and_nobody_else,
    a_second_factor_taken_away_behind_the_servers_back_is_found,
}

/// The code that the app of a secret, in base 32, shows now.
pub(crate) fn code_now(server: &Server, secret: &str) -> String {
    let mut bits = secret.bytes().flat_map(|letter| {
        let value = if letter < b'A' { letter - b'2' + 26 } else { letter - b'A' };
        (0..5).rev().map(move |at| value >> at & 1)
    });
    let byte = |_| (0..8).fold(0, |byte, _| byte << 1 | bits.next().expect("160 bits"));
    let secret: Vec<u8> = (0..20).map(byte).collect();
    let step = server.now().0 / 1_000_000 / STEP_SECONDS;
    format!("{:06}", code_at(&secret.try_into().expect("20 bytes"), step))
}

fn sign_in(server: &Server, login: &str, password: &str, code: Option<&str>) -> Reply {
    sign_in_from(server, "9.9.9.9", login, password, code)
}

fn sign_in_from(
    server: &Server,
    address: &str,
    login: &str,
    password: &str,
    code: Option<&str>,
) -> Reply {
    let mut body = json!({"login": login, "password": password, "device": {"name": "平板"}});
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    server.call("POST", "/v1/session").header("X-Forwarded-For", address).json(&body).send()
}

fn post(hand: &Hand, path: &str, body: Value) -> Reply {
    hand.call("POST", &format!("/v1/me/second-factor{path}")).json(&body).send()
}

/// Sets a second factor up; gives the secret and the recovery codes.
#[track_caller]
fn set_up(server: &Server, hand: &Hand) -> (String, Vec<String>) {
    let begun = post(hand, "", json!({"password": PASSWORD})).expect(200).json();
    let secret = begun["secret"].as_str().expect("a secret").to_owned();
    let uri = begun["uri"].as_str().expect("an address");
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(&secret), "{uri}");
    let code = code_now(server, &secret);
    let told = post(hand, "/confirm", json!({"code": code})).expect(200).json();
    let codes = told["recovery_codes"].as_array().expect("codes").iter();
    (secret, codes.map(|code| code.as_str().expect("a code").to_owned()).collect())
}

fn faults(server: &Server) -> Vec<String> {
    server.store().verify_audit_log(None).expect("looked through").faults
}

fn a_code_is_asked_for_after_the_right_password_alone_and_no_code_is_taken_twice(server: Server) {
    let (hand, other) = (server.hand("worker_a"), server.hand("worker_a"));
    post(&hand, "/confirm", json!({"code": "123456"})).expect_problem(409, "state-conflict");
    post(&hand, "", json!({"password": "不是这个密码"})).expect_problem(401, "wrong-credentials");
    // Begun and not confirmed, it is asked of nobody.
    post(&hand, "", json!({"password": PASSWORD})).expect(200);
    post(&hand, "/confirm", json!({"code": "12345"})).expect_problem(401, "wrong-code");
    sign_in(&server, "worker_a", PASSWORD, None).expect(200);
    let (secret, codes) = set_up(&server, &hand);
    assert_eq!(codes.len(), 10);
    hand.call("GET", "/v1/me").send().expect(200);
    other.call("GET", "/v1/me").send().expect_problem(401, "sign-in-required");
    post(&hand, "", json!({"password": PASSWORD})).expect_problem(409, "state-conflict");
    let code = code_now(&server, &secret);
    sign_in(&server, "worker_a", "不是这个密码", Some(&code))
        .expect_problem(401, "wrong-credentials");
    sign_in(&server, "worker_a", "不是这个密码", None).expect_problem(401, "wrong-credentials");
    // That it is missing is no guess, however often.
    for _ in 0..15 {
        let asked = sign_in(&server, "worker_a", PASSWORD, None);
        asked.expect_problem(401, "second-factor-required");
    }
    sign_in(&server, "worker_a", PASSWORD, Some(&code)).expect_problem(401, "wrong-code");
    server.advance_seconds(STEP_SECONDS);
    let code = code_now(&server, &secret);
    sign_in(&server, "worker_a", PASSWORD, Some(&code)).expect(200);
    sign_in(&server, "worker_a", PASSWORD, Some(&code)).expect_problem(401, "wrong-code");
    let beside = server.beside();
    sign_in(&beside, "worker_a", PASSWORD, Some(&code)).expect_problem(401, "wrong-code");
    let kept = tables::hex_texts(&server, "secret", "second_factor").concat();
    assert!(kept.len() > 80 && !kept.contains(&secret), "it is sealed");
    assert_eq!(faults(&server), [""; 0]);
}

fn wrong_codes_are_counted_and_slow_whoever_guesses_from_wherever(server: Server) {
    let hand = server.hand("worker_a");
    let (secret, _) = set_up(&server, &hand);
    server.advance_seconds(STEP_SECONDS);
    let right = code_now(&server, &secret);
    for _ in 0..10 {
        let wrong = sign_in(&server, "worker_a", PASSWORD, Some("12345x"));
        wrong.expect_problem(401, "wrong-code");
    }
    let beside = server.beside();
    let waits = sign_in(&beside, "worker_a", PASSWORD, Some(&right));
    assert_eq!(waits.expect_problem(429, "too-many-attempts").header("retry-after"), "300");
    server.advance_seconds(300);
    sign_in(&server, "worker_a", PASSWORD, Some(&code_now(&server, &secret))).expect(200);
}

fn a_known_device_that_others_name_opens_no_way_round_the_count(server: Server) {
    let hand = server.hand("worker_a");
    let (secret, _) = set_up(&server, &hand);
    server.advance_seconds(STEP_SECONDS);
    let device = json!({"id": hand.device, "name": "平板"});
    let from = |address: &str, code: &str| {
        let body =
            json!({"login": "worker_a", "password": PASSWORD, "device": device, "code": code});
        server.call("POST", "/v1/session").header("X-Forwarded-For", address).json(&body).send()
    };
    // The device's own count is full first, and then the account's, from wherever.
    let guesses = (0..20).map(|n| from(&format!("9.9.8.{n}"), "12345x").problem());
    let guesses: Vec<_> = guesses.collect();
    assert_eq!(guesses[0], "wrong-code");
    let waits = guesses.iter().skip(10).all(|problem| problem == "too-many-attempts");
    assert!(waits, "{guesses:?}");
    from("9.9.7.1", &code_now(&server, &secret)).expect_problem(429, "too-many-attempts");
    server.advance_seconds(300);
    from("9.9.7.1", &code_now(&server, &secret)).expect(200);
}

fn codes_are_counted_while_a_second_factor_is_being_set_up(server: Server) {
    let hand = server.hand("worker_a");
    let begun = post(&hand, "", json!({"password": PASSWORD})).expect(200).json();
    for _ in 0..10 {
        post(&hand, "/confirm", json!({"code": "12345x"})).expect_problem(401, "wrong-code");
    }
    let secret = begun["secret"].as_str().expect("a secret");
    let right = || json!({"code": code_now(&server, secret)});
    post(&hand, "/confirm", right()).expect_problem(429, "too-many-attempts");
    server.advance_seconds(300);
    post(&hand, "/confirm", right()).expect(200);
}

fn a_recovery_code_does_once_for_the_app(server: Server) {
    let hand = server.hand("worker_a");
    let (_, codes) = set_up(&server, &hand);
    let typed = codes[3].to_uppercase().replace('-', " ");
    sign_in(&server, "worker_a", PASSWORD, Some(&typed)).expect(200);
    sign_in(&server, "worker_a", PASSWORD, Some(&codes[3])).expect_problem(401, "wrong-code");
    let told = hand.call("GET", "/v1/me/second-factor").send().expect(200).json();
    assert_eq!(told, json!({"enrolled": true, "demanded": false, "recovery_codes_left": 9}));
    let acts = "SELECT detail AS value FROM audit_log WHERE act = 'recovery_code_used'";
    assert_eq!(tables::texts(&server, acts), [r#"{"left":9}"#]);
    let kept = tables::texts(&server, "SELECT recovery_codes AS value FROM second_factor").concat();
    assert!(!codes.iter().any(|code| kept.contains(code)), "{kept}");
    assert_eq!(faults(&server), [""; 0]);
}

fn a_second_factor_is_switched_off_by_password_and_code(server: Server) {
    let hand = server.hand("worker_a");
    let off = |password: &str, code: &str| {
        post(&hand, "/off", json!({"password": password, "code": code}))
    };
    off(PASSWORD, "123456").expect_problem(409, "state-conflict");
    let (_, codes) = set_up(&server, &hand);
    off("不是这个密码", &codes[0]).expect_problem(401, "wrong-credentials");
    off(PASSWORD, "12345x").expect_problem(401, "wrong-code");
    off(PASSWORD, &codes[0]).expect(204);
    sign_in(&server, "worker_a", PASSWORD, None).expect(200);
    assert_eq!(faults(&server), [""; 0]);
}

fn staff_of_whom_it_is_demanded_can_do_nothing_else_before_setting_it_up(mut server: Server) {
    let before = server.hand("reviewer_here");
    server.start_again_demanding_second_factors();
    // It holds for who is signed in, at once; and not for who works on a tablet.
    let before = before.at(&server);
    before.call("GET", "/v1/me").send().expect_problem(403, "second-factor-due");
    before.call("GET", "/v1/sync/events").send().expect_problem(403, "second-factor-due");
    let shown = json!({"refresh_token": before.refresh_token});
    let refresh = || server.call("POST", "/v1/session/refresh").json(&shown).send();
    refresh().expect_problem(403, "second-factor-due");
    for login in ["worker_a", "committee"] {
        server.hand(login).call("GET", "/v1/me").send().expect(200);
    }
    let session = sign_in(&server, "reviewer_here", PASSWORD, None).expect(200).json();
    assert_eq!(session["first"], "second_factor");
    let told = before.call("GET", "/v1/me/second-factor").send().expect(200).json();
    assert_eq!((&told["enrolled"], &told["demanded"]), (&json!(false), &json!(true)));
    set_up(&server, &before);
    before.call("GET", "/v1/me").send().expect(200);
    refresh().expect(200);
}

fn an_administrator_of_the_person_resets_it_and_nobody_else(server: Server) {
    let (here, there) = (admin_of(&server, "110102"), admin_of(&server, "110105"));
    let worker = server.hand("worker_a");
    let path = format!("accounts/{}/reset-second-factor", Field::user("worker_a"));
    let because = json!({"reason": "手机遗失，已核对本人"});
    assert_eq!(here.refused(&path, &because), ["state_already"]);
    set_up(&server, &worker);
    there.post(&path, &because).expect_problem(404, "not-available");
    let auditor = format!("accounts/{}/reset-second-factor", Field::user("auditor"));
    assert_eq!(here.refused(&auditor, &because), ["auditor_from_above"]);
    sign_in(&server, "worker_a", PASSWORD, None).expect_problem(401, "second-factor-required");
    here.arrange(&path, &because);
    sign_in(&server, "worker_a", PASSWORD, None).expect(200);
    let city = Desk::new(&server, "admin");
    let own = format!("accounts/{}/reset-second-factor", Field::user("admin"));
    assert_eq!(city.refused(&own, &because), ["for_oneself"]);
    assert_eq!(faults(&server), [""; 0]);
}

fn a_second_factor_taken_away_behind_the_servers_back_is_found(server: Server) {
    set_up(&server, &server.hand("worker_a"));
    assert_eq!(faults(&server), [""; 0]);
    tables::run(&server, "UPDATE second_factor SET is_confirmed = NOT is_confirmed");
    assert_eq!(faults(&server).len(), 1);
    tables::run(&server, "DELETE FROM second_factor");
    let found = faults(&server);
    assert!(found.len() == 1 && found[0].contains("gone"), "{found:?}");
}
