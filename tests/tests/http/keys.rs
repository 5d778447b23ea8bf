//! The keys that sign access tokens, and what is no token of theirs; the keys that seal, changed while
//! tablets push.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ruhu_api::keys::SigningKeys;
use ruhu_store::{KeyId, KeyRing};
use ruhu_tests::edits::new_household;
use ruhu_tests::{Hand, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_token_of_an_older_key_is_believed_and_one_of_a_removed_key_is_not,
    the_key_set_holds_the_public_halves_and_nothing_else,
    what_was_not_signed_here_is_no_token,
    the_sealing_key_is_changed_process_by_process_while_tablets_push,
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

fn the_sealing_key_is_changed_process_by_process_while_tablets_push(mut server: Server) {
    let file = server.settings().key_files.sealing;
    let (mut worker, mut pushed) = (server.hand("worker_a"), 0);
    let mut push = |worker: &mut Hand, households: u128| {
        for _ in 0..households {
            pushed += 1;
            worker.take(new_household(pushed));
        }
        pushed
    };
    push(&mut worker, 40);
    // One: every process opens what the new key seals, and seals with the old one.
    assert_eq!(KeyRing::add_to(&file).expect("added"), KeyId(2));
    server.start_again();
    let mut other = server.beside();
    worker = worker.at(&server);
    // Two: one process seals with the new key, the other not yet, and each reads what both wrote.
    KeyRing::seal_with(&file, KeyId(2)).expect("changed");
    server.start_again();
    for place in [&server, &other] {
        worker = worker.at(place);
        let all = push(&mut worker, 10);
        assert_eq!(worker.held().len() as u128, all);
    }
    other.start_again();
    worker = worker.at(&other);
    let rows = server.store().rows_by_key().expect("counted");
    assert!(rows[&KeyId(1)]["journal"] >= 50 && rows[&KeyId(2)]["journal"] >= 10, "{rows:?}");
    // Three: what the old key sealed is sealed anew, while the tablet goes on.
    let now = server.now();
    let all = std::thread::scope(|scope| {
        let resealing = scope.spawn(|| server.store().reseal(now, &mut |_| true));
        let all = push(&mut worker, 30);
        let done = resealing.join().expect("a thread").expect("sealed anew");
        assert!(done.rows >= 100 && done.unreadable == 0, "{done:?}");
        all
    });
    // A row that was being written at that moment was left alone: the next run takes it.
    server.store().reseal(now, &mut |_| true).expect("sealed anew");
    let rows = server.store().rows_by_key().expect("counted");
    assert_eq!(rows.keys().collect::<Vec<_>>(), [&KeyId(2)]);
    // Four: the old key is taken out, and nobody misses it.
    let kept = std::fs::read_to_string(&file).expect("the key file");
    let kept: String =
        kept.lines().filter(|l| !l.starts_with("1 ")).map(|l| format!("{l}\n")).collect();
    std::fs::write(&file, kept).expect("written");
    drop(other);
    server.start_again();
    worker = worker.at(&server);
    assert_eq!(worker.held().len() as u128, all);
    assert_eq!(push(&mut worker, 1), all + 1);
    assert_eq!(server.store().verify().expect("looked through").wrong, Vec::<String>::new());
}
