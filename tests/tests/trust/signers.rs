//! Who signs: one who may investigate the record on that day, and whose PIN proves it once.

use argon2::{Algorithm, Argon2, Params, Version};
use ruhu_casework::signatures::{answers_hash, proof};
use ruhu_sync::json::Json;
use ruhu_tests::edits::{draft, new_household, put_under, record, six_answers};
use ruhu_tests::{Field, Hand, Server, on_both_databases};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

on_both_databases! {
    a_committee_member_signs_nothing,
    who_signs_for_government_does_not_decide,
    no_proof_of_a_pin_reaches_a_tablet,
}

const HOME: u128 = 1;
const ASSESSMENT: u128 = 2;
const PIN: &str = "900150";

/// As a tablet makes it out to the service; what the service is known by stands in `/v1/me`.
fn proof_by(hand: &Hand, user: &str, hash: &str) -> String {
    let salt = Sha256::digest(format!("ruhu pin 1{user}").as_bytes());
    let mut key = [0; 32];
    let params = Params::new(19_456, 2, 1, Some(32)).expect("parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(PIN.as_bytes(), &salt[..16], &mut key)
        .expect("a key");
    let me = hand.call("GET", "/v1/me").send().expect(200).json();
    let text = me["proof_key"].as_str().expect("a key").as_bytes();
    let mut service = [0; 32];
    for (byte, pair) in service.iter_mut().zip(text.chunks(2)) {
        let pair = std::str::from_utf8(pair).expect("hexadecimal");
        *byte = u8::from_str_radix(pair, 16).expect("hexadecimal");
    }
    proof(&key, service, [0x5a; 32], record(ASSESSMENT), hash)
}

/// A draft of worker_a that names a second person, who has set a PIN.
fn named(server: &Server, second: &str) -> Hand {
    let other = server.hand(second);
    let set = json!({"password": ruhu_tests::PASSWORD, "pin": PIN});
    other.call("PUT", "/v1/me/pin").json(&set).send().expect(204);
    let mut one = server.hand("worker_a");
    one.take(new_household(HOME));
    let mut whole = draft();
    whole["answers"] = six_answers();
    whole["investigators"] = json!({Field::user("worker_a").to_string(): true,
        Field::user(second).to_string(): true});
    one.take(put_under(record(HOME), record(ASSESSMENT), "assessment", "0", whole));
    one
}

fn assessment(hand: &Hand) -> Value {
    let is_it = |held: &Value| held["record"] == json!(record(ASSESSMENT));
    hand.held().into_iter().find(is_it).expect("held")
}

fn sign(one: &mut Hand, second: &str) -> String {
    let now = assessment(one);
    let document = Json::parse(&now["document"].to_string()).expect("json");
    let hash = answers_hash(document.as_object().expect("an object"));
    let (own, user) = (Field::user("worker_a").to_string(), Field::user(second).to_string());
    let patch = json!({"confirmations": {own: hash, user.clone(): hash},
        "proofs": {user.clone(): proof_by(one, &user, &hash)}});
    let base = now["rev"].as_str().expect("a rev").to_owned();
    one.verdict(put_under(record(HOME), record(ASSESSMENT), "assessment", &base, patch))
}

fn a_committee_member_signs_nothing(server: Server) {
    let mut one = named(&server, "committee");
    sign(&mut one, "committee");
    let document = assessment(&one)["document"].clone();
    assert_eq!(document["status"], "draft");
    let user = Field::user("committee").to_string();
    assert!(document["confirmations"].get(&user).is_none(), "{document}");
    assert!(document.get("proved").is_none(), "{document}");
}

fn who_signs_for_government_does_not_decide(server: Server) {
    let mut one = named(&server, "reviewer_here");
    assert_eq!(sign(&mut one, "reviewer_here"), "applied");
    let now = assessment(&one);
    assert_eq!(now["document"]["status"], "submitted");
    let accept = |login: &str, key: &str| {
        let path = format!("/v1/desk/assessments/{}/accept", record(ASSESSMENT));
        let call = server.hand(login).call("POST", &path).header("Idempotency-Key", key);
        call.json(&json!({"rev": now["rev"], "reason": "情况属实。"})).send()
    };
    let refused = accept("reviewer_here", "accept-01").expect_problem(409, "decision-refused");
    assert!(refused.text().contains("took_part"), "{}", refused.text());
    accept("district_here", "accept-02").expect(200);
}

fn no_proof_of_a_pin_reaches_a_tablet(server: Server) {
    let mut one = named(&server, "worker_a2");
    assert_eq!(sign(&mut one, "worker_a2"), "applied");
    let held = assessment(&one);
    assert!(held["document"].get("proofs").is_none(), "{held}");
    let user = Field::user("worker_a2").to_string();
    assert_eq!(held["document"]["proved"][&user], held["document"]["confirmations"][&user]);
    let path = format!("/v1/desk/assessments/{}", record(ASSESSMENT));
    let seen = server.hand("reviewer_here").call("GET", &path).send().expect(200);
    assert!(!seen.text().contains("proofs"), "{}", seen.text());
}
