//! What people see and set of themselves.

use crate::act::{Act, Cast, Key};
use crate::day::{Day, Person};
use ruhu_tests::{PASSWORD, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_person_is_answered_as_written_down,
    a_second_factor_is_answered_as_written_down,
}

const NEW: &str = "下雨天忘了带伞怎么办";

fn alone(by: &Person) -> Cast<'_> {
    Cast { by, outsider: None, without_role: None }
}

fn a_person_is_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let me = day.person("worker_a");
    let other_device = day.person("worker_a");
    day.await_text("proof_key", "the proof key");
    day.read(alone(&me), "GET /v1/me", &[]);
    for login in ["reviewer_here", "admin"] {
        let person = day.person(login);
        day.say("read by others", &person, &Act::new("GET /v1/me", &[], Value::Null), Key::None);
    }

    let act = Act::new("PUT /v1/me/pin", &[], json!({"password": PASSWORD, "pin": "729406"}));
    let wrong = [
        ("that is short", act.with("pin", json!("7294"))),
        ("that has a letter", act.with("pin", json!("72940x"))),
        ("that repeats itself", act.with("pin", json!("112233"))),
        ("that is in a row", act.with("pin", json!("123456"))),
        ("that is a date", act.with("pin", json!("19900101"))),
        ("that is no text", act.with("pin", json!(729_406))),
        ("with a wrong password", act.with("password", json!("不是这个密码不是这个"))),
        ("without a password", act.without("password")),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.unkeyed(alone(&me), &act, &wrong);

    let body = json!({"password": PASSWORD, "new_password": NEW});
    let act = Act::new("PUT /v1/me/password", &[], body);
    let wrong = [
        ("for a short one", act.with("new_password", json!("短"))),
        ("for one that is guessed first", act.with("new_password", json!("minzheng2026"))),
        ("for one with the login in it", act.with("new_password", json!("worker_a-worker_a"))),
        ("for the same", act.with("new_password", json!(PASSWORD))),
        ("with a wrong password", act.with("password", json!("不是这个密码不是这个"))),
        ("without a password", act.without("password")),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.unkeyed(alone(&me), &act, &wrong);
    day.say("with the password before", &me, &act, Key::None);
    let read = Act::new("GET /v1/me", &[], Value::Null);
    day.say("on this device", &me, &read, Key::None);
    day.say("on another device", &other_device, &read, Key::None);

    // Ten are borne of a known device, and ten more of the login.
    let guess = act.with("password", json!("不是这个密码不是这个"));
    for _ in 0..20 {
        me.hand.call("PUT", "/v1/me/password").json(&guess.body).send();
    }
    let right = json!({"password": NEW, "new_password": "另外一个十个字的密码"});
    day.say("after too many wrong passwords", &me, &act.saying(right), Key::None);
    day.holds("me");
}

fn a_second_factor_is_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let me = day.person("reviewer_here");
    let read = "GET /v1/me/second-factor";
    day.read(alone(&me), read, &[]);
    let confirm = Act::new("POST /v1/me/second-factor/confirm", &[], json!({"code": "000000"}));
    day.say("before one is begun", &me, &confirm, Key::None);
    let off = json!({"password": PASSWORD, "code": "000000"});
    let off = Act::new("POST /v1/me/second-factor/off", &[], off);
    day.say("before there is one", &me, &off, Key::None);

    let act = Act::new("POST /v1/me/second-factor", &[], json!({"password": PASSWORD}));
    let wrong = [
        ("with a wrong password", act.with("password", json!("不是这个密码不是这个"))),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.await_text("secret", "the secret");
    let begun = day.unkeyed(alone(&me), &act, &wrong).json();
    let secret = begun["secret"].as_str().expect("a secret").to_owned();

    let code = day.named_code(&secret, "the code");
    let act = confirm.with("code", json!(code));
    let wrong = [
        ("with a code that is none", act.with("code", json!("12345x"))),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.await_text("recovery_codes", "a recovery code");
    day.unkeyed(alone(&me), &act, &wrong);
    day.say("confirmed already", &me, &act, Key::None);
    day.read(alone(&me), read, &[]);
    let begin = Act::new("POST /v1/me/second-factor", &[], json!({"password": PASSWORD}));
    day.say("begun where there is one", &me, &begin, Key::None);

    day.say("with the code before", &me, &off.with("code", json!(code)), Key::None);
    day.server.advance_seconds(30);
    let code = day.named_code(&secret, "the next code");
    let act = off.with("code", json!(code));
    let wrong = [
        ("with a code that is none", act.with("code", json!("12345x"))),
        ("with a wrong password", act.with("password", json!("不是这个密码不是这个"))),
        ("without a code", act.without("code")),
        ("with a member too many", act.with("note", json!("x"))),
    ];
    day.unkeyed(alone(&me), &act, &wrong);
    day.say("off already", &me, &act, Key::None);
    day.holds("second_factor");
}
