//! The keys that sign access tokens, and what is no token of theirs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ruhu_api::keys::SigningKeys;
use ruhu_tests::{Hand, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_token_of_an_older_key_is_believed_and_one_of_a_removed_key_is_not,
    the_key_set_holds_the_public_halves_and_nothing_else,
    what_was_not_signed_here_is_no_token,
}

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).expect("three parts");
    serde_json::from_slice(&BASE64.decode(part).expect("base64")).expect("json")
}

fn key_names(server: &Server) -> Vec<String> {
    let set = server.call("GET", "/.well-known/jwks.json").send().expect(200).json();
    let keys = set["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["kid"].as_str().expect("a name").to_owned()).collect()
}

fn a_token_of_an_older_key_is_believed_and_one_of_a_removed_key_is_not(mut server: Server) {
    let folder = server.settings().key_files.signing;
    let before = server.hand("worker_a");
    let older = key_names(&server);
    assert_eq!(part(&before.token, 0)["kid"], json!(older[0]));
    SigningKeys::add(&folder).expect("another key");
    server.start_again();
    let before = before.at(&server);
    before.call("GET", "/v1/me").send().expect(200);
    let names = key_names(&server);
    assert_eq!((names.len(), &names[1]), (2, &older[0]));
    let after = Hand::new(&server, "worker_a", Some(before.device.0));
    assert_eq!(part(&after.token, 0)["kid"], json!(names[0]));
    std::fs::remove_file(folder.join("0001.pem")).expect("removed");
    server.start_again();
    let (before, after) = (before.at(&server), after.at(&server));
    before.call("GET", "/v1/me").send().expect_problem(401, "sign-in-required");
    after.call("GET", "/v1/me").send().expect(200);
    // Nobody is signed out by it: the refresh token gives a token of the new key.
    let shown = json!({"refresh_token": before.refresh_token});
    let renewed = server.call("POST", "/v1/session/refresh").json(&shown).send().expect(200).json();
    let token = renewed["access_token"].as_str().expect("a token");
    assert_eq!(part(token, 0)["kid"], json!(names[0]));
    server.call("GET", "/v1/me").bearer(token).send().expect(200);
}

fn the_key_set_holds_the_public_halves_and_nothing_else(server: Server) {
    let reply = server.call("GET", "/.well-known/jwks.json").send().expect(200);
    assert_eq!(reply.header("cache-control"), "public, max-age=300");
    let set = reply.json();
    let key = set["keys"][0].as_object().expect("a key");
    let mut members: Vec<_> = key.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
    assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519")));
    let public = BASE64.decode(key["x"].as_str().expect("text")).expect("base64");
    assert_eq!(public.len(), 32);
}

fn what_was_not_signed_here_is_no_token(server: Server) {
    let hand = server.hand("worker_a");
    let stranger = Server::on(server.database()).hand("worker_a");
    let parts: Vec<&str> = hand.token.split('.').collect();
    let kid = part(&hand.token, 0)["kid"].clone();
    let with_header = |header: Value, signature: &str| {
        format!("{}.{}.{signature}", BASE64.encode(header.to_string()), parts[1])
    };
    let none = json!({"alg": "none", "typ": "JWT", "kid": kid});
    let secret = json!({"alg": "HS256", "typ": "JWT", "kid": kid});
    let nameless = json!({"alg": "EdDSA", "typ": "JWT"});
    let mut claims = part(&hand.token, 1);
    claims["exp"] = json!(i64::MAX);
    let prolonged = format!("{}.{}.{}", parts[0], BASE64.encode(claims.to_string()), parts[2]);
    for token in [
        with_header(none.clone(), ""),
        with_header(none, parts[2]),
        with_header(secret, parts[2]),
        with_header(nameless, parts[2]),
        prolonged,
        stranger.token,
        hand.refresh_token.clone(),
    ] {
        let refused = server.call("GET", "/v1/me").bearer(&token).send();
        refused.expect_problem(401, "sign-in-required");
    }
    server.advance_seconds(15 * 60);
    hand.call("GET", "/v1/me").send().expect_problem(401, "access-token-expired");
}
