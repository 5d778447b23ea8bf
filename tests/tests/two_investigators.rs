//! Two investigators over HTTP: from two tablets, and from one with each one's PIN.

use argon2::{Algorithm, Argon2, Params, Version};
use curve25519_dalek::montgomery::MontgomeryPoint;
use hmac::{Hmac, KeyInit, Mac};
use ruhu_casework::signatures::answers_hash;
use ruhu_sync::json::Json;
use ruhu_tests::edits::{document, household, new_household, path, put_under, record};
use ruhu_tests::{Field, Hand, Server, on_both_databases};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

on_both_databases! {
    an_assessment_is_handed_in_when_both_have_confirmed_it_on_their_own_tablets,
    two_tablets_without_signal_confirm_the_same_answers_and_the_second_push_hands_them_in,
    one_tablet_is_enough_with_each_ones_pin,
    guesses_at_a_pin_are_counted_across_tablets_and_fill_no_desk,
    a_pin_is_set_with_the_password_and_is_not_guessed_first,
}

const HOME: u128 = 1;
const ASSESSMENT: u128 = 2;
const PIN: &str = "900150";

fn me(hand: &Hand) -> String {
    let me = hand.call("GET", "/v1/me").send().expect(200).json();
    me["user"]["id"].as_str().expect("an id").to_owned()
}

/// Two workers of one team; the first has made a household and a whole draft that names both.
fn two(server: &Server) -> (Hand, Hand) {
    let (mut one, other) = (server.hand("worker_a"), server.hand("worker_a2"));
    one.take(new_household(HOME));
    let mut draft = ruhu_tests::edits::draft();
    draft["answers"] = ruhu_tests::edits::six_answers();
    draft["investigators"] = json!({me(&one): true, me(&other): true});
    one.take(put_under(record(HOME), record(ASSESSMENT), "assessment", "0", draft));
    (one, other)
}

fn assessment(hand: &Hand) -> Value {
    let is_it = |held: &Value| held["record"] == json!(record(ASSESSMENT));
    hand.held().into_iter().find(is_it).expect("the assessment is held")
}

fn hash_of(assessment: &Value) -> String {
    let document = Json::parse(&assessment["document"].to_string()).expect("json");
    answers_hash(document.as_object().expect("an object"))
}

fn edit(hand: &Hand, patch: Value) -> Value {
    let now = assessment(hand);
    let base = now["rev"].as_str().expect("a rev");
    put_under(record(HOME), record(ASSESSMENT), "assessment", base, patch)
}

fn confirm(hand: &mut Hand) -> String {
    let hash = hash_of(&assessment(hand));
    let confirmation = json!({"confirmations": {me(hand): hash}});
    hand.verdict(edit(hand, confirmation))
}

fn an_assessment_is_handed_in_when_both_have_confirmed_it_on_their_own_tablets(server: Server) {
    let (mut one, mut other) = two(&server);
    assert_eq!(confirm(&mut one), "applied");
    let alone = edit(&one, json!({"status": "submitted"}));
    assert_eq!(one.verdict(alone), "quarantined/illegal_transition");
    // The other changes an answer: what the first confirmed is not what stands there any more.
    let change = edit(&other, json!({"answers": {"bathe": "not_achieved"}}));
    other.take(change);
    assert_eq!(confirm(&mut other), "applied");
    assert_eq!(assessment(&one)["document"]["status"], "draft");
    assert_eq!(confirm(&mut one), "applied");
    assert_eq!(assessment(&other)["document"]["status"], "submitted");
    let reviewer = server.hand("reviewer_here");
    let listed = reviewer.call("GET", "/v1/desk/assessments?status=submitted").send();
    assert!(listed.expect(200).text().contains(&record(ASSESSMENT).to_string()));
}

fn two_tablets_without_signal_confirm_the_same_answers_and_the_second_push_hands_them_in(
    server: Server,
) {
    let (mut one, mut other) = (server.tablet("worker_a"), server.tablet("worker_a2"));
    let users = ["worker_a", "worker_a2"].map(|login| Field::user(login).to_string());
    let mut draft = ruhu_tests::edits::draft();
    draft["answers"] = ruhu_tests::edits::six_answers();
    draft["investigators"] = json!({users[0].clone(): true, users[1].clone(): true});
    let made = one.group(|tablet| {
        let home = tablet.create("household", None, document(&household("测甲")))?;
        tablet.create("assessment", Some(home), document(&draft))
    });
    let assessment = made.expect("kept");
    one.sync().expect("synced");
    other.sync().expect("synced");
    for (tablet, user) in [(&mut one, &users[0]), (&mut other, &users[1])] {
        let hash = answers_hash(&tablet.view(assessment).expect("held").document);
        let place = path(&format!("/confirmations/{user}"));
        tablet.set(assessment, &place, hash.as_str().into()).expect("kept");
    }
    one.sync().expect("synced");
    assert_eq!(one.view(assessment).expect("held").document["status"], "draft".into());
    other.sync().expect("synced");
    one.sync().expect("synced");
    for tablet in [&one, &other] {
        assert_eq!(tablet.view(assessment).expect("held").document["status"], "submitted".into());
        assert!(tablet.quarantined().is_empty());
    }
}

/// As a tablet derives it, in its own words.
fn proof(user: &str, pin: &str, service: &str, hash: &str) -> String {
    let salt = Sha256::digest(format!("ruhu pin 1{user}").as_bytes());
    let mut key = [0; 32];
    let params = Params::new(19_456, 2, 1, Some(32)).expect("parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.as_bytes(), &salt[..16], &mut key)
        .expect("a key");
    let service = from_hex(service);
    // Random on a tablet; what a test needs is that it knows it.
    let random = [0x5a; 32];
    let public = MontgomeryPoint::mul_base_clamped(random);
    let shared = MontgomeryPoint(service).mul_clamped(random);
    let mac_key = [key, shared.to_bytes()].concat();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&mac_key).expect("a key");
    mac.update(b"ruhu signature 2");
    mac.update(public.as_bytes());
    mac.update(record(ASSESSMENT).as_bytes());
    mac.update(hash.as_bytes());
    let all = [public.to_bytes().as_slice(), &mac.finalize().into_bytes()].concat();
    all.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> [u8; 32] {
    let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hexadecimal");
    std::array::from_fn(byte)
}

/// Two workers and a draft that the first has confirmed; the other has set a PIN.
fn with_a_pin(server: &Server) -> (Hand, Hand) {
    let (mut one, other) = two(server);
    let set = json!({"password": ruhu_tests::PASSWORD, "pin": PIN});
    other.call("PUT", "/v1/me/pin").json(&set).send().expect(204);
    confirm(&mut one);
    (one, other)
}

/// The other's confirmation on the first one's tablet, by this PIN.
fn signed(one: &Hand, other: &Hand, pin: &str) -> Value {
    let (user, hash) = (me(other), hash_of(&assessment(one)));
    let about_me = one.call("GET", "/v1/me").send().expect(200).json();
    let service = about_me["proof_key"].as_str().expect("a key");
    let proof = proof(&user, pin, service, &hash);
    edit(one, json!({"confirmations": {user.clone(): hash}, "proofs": {user: proof}}))
}

fn one_tablet_is_enough_with_each_ones_pin(server: Server) {
    let (mut one, other) = with_a_pin(&server);
    let user = me(&other);
    let guessed = signed(&one, &other, "473920");
    let outcome = one.outcomes([guessed]).remove(0);
    assert_eq!(outcome["outcome"], "applied");
    assert_eq!(outcome["ignored"], json!([format!("/confirmations/{user}")]));
    assert_eq!(assessment(&one)["document"]["status"], "draft");
    let entered = signed(&one, &other, PIN);
    assert_eq!(one.verdict(entered), "applied");
    let document = assessment(&one)["document"].clone();
    assert_eq!(document["status"], "submitted");
    assert_eq!(document["proved"][&user], document["confirmations"][&user]);
    assert_eq!(document["proved_by"][&user], json!(me(&one)));
    assert!(document["proved_at"][&user].is_string());
    assert_eq!(document.get("proofs"), None, "what proves is not kept, nor given to the team");
}

fn guesses_at_a_pin_are_counted_across_tablets_and_fill_no_desk(server: Server) {
    let (mut one, other) = with_a_pin(&server);
    let mut again = server.hand("worker_a");
    let user = me(&other);
    let ignored = json!([format!("/confirmations/{user}")]);
    let guess_at = |hand: &mut Hand, other: &Hand, pin: &str| {
        let edit = signed(hand, other, pin);
        hand.outcomes([edit]).remove(0)
    };
    let guess = |hand: &mut Hand, pin: &str| guess_at(hand, &other, pin);
    for pin in ["473920", "473921", "473922"] {
        assert_eq!(guess(&mut one, pin)["ignored"], ignored);
    }
    for pin in ["473923", "473924"] {
        assert_eq!(guess(&mut again, pin)["ignored"], ignored);
    }
    // The right one tells no more than a wrong one, from either tablet, until a day has gone by.
    for hand in [&mut one, &mut again] {
        assert_eq!(guess(hand, PIN)["ignored"], ignored);
    }
    assert_eq!(assessment(&one)["document"]["status"], "draft");
    let reviewer = server.hand("reviewer_here");
    let waiting = reviewer.call("GET", "/v1/desk/quarantine").send().expect(200).json();
    assert!(!waiting.to_string().contains(&record(ASSESSMENT).to_string()), "{waiting}");
    server.advance_seconds(86_400);
    let (mut later, other) = (server.hand("worker_a"), server.hand("worker_a2"));
    assert_eq!(guess_at(&mut later, &other, PIN).get("ignored"), None);
    assert_eq!(assessment(&later)["document"]["status"], "submitted");
}

fn a_pin_is_set_with_the_password_and_is_not_guessed_first(server: Server) {
    let hand = server.hand("worker_a");
    let set = |password: &str, pin: &str| {
        let body = json!({"password": password, "pin": pin});
        hand.call("PUT", "/v1/me/pin").json(&body).send()
    };
    set("another password", PIN).expect_problem(401, "wrong-credentials");
    for pin in ["12345", "12345a", "", "000000", "123456", "654321", "112233", "900115"] {
        set(ruhu_tests::PASSWORD, pin).expect_problem(400, "invalid-request");
    }
    set(ruhu_tests::PASSWORD, PIN).expect(204);
}
