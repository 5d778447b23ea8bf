//! How bodies travel.

use flate2::Compression;
use flate2::write::GzEncoder;
use ruhu_tests::edits::new_household;
use ruhu_tests::{Hand, Reply, Server, on_both_databases, tables};
use std::io::Write as _;

on_both_databases! {
    a_compressed_push_is_the_same_push,
    an_answer_is_compressed_if_it_is_asked_for,
    a_body_of_ten_megabytes_is_too_large,
    a_small_body_that_inflates_beyond_the_cap_is_too_large,
    other_encodings_are_refused_and_the_good_ones_named,
    a_damaged_body_is_refused,
    a_call_that_takes_json_takes_nothing_else,
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

fn send(hand: &Hand, encoding: &str, body: Vec<u8>) -> Reply {
    let call = hand.call("POST", "/v1/sync/push").header("Content-Type", "application/json");
    call.header("Content-Encoding", encoding).body(body).send()
}

fn a_compressed_push_is_the_same_push(server: Server) {
    let mut hand = server.hand("worker_a");
    let edits = hand.number([new_household(1)]);
    let body = hand.body(&edits).to_string();
    let plain = hand.push(&edits).expect(200);
    let zstd = zstd::encode_all(body.as_bytes(), 3).expect("zstd");
    for (encoding, bytes) in
        [("gzip", gzip(body.as_bytes())), ("zstd", zstd), ("identity", body.clone().into_bytes())]
    {
        assert_eq!(send(&hand, encoding, bytes).expect(200).text(), plain.text(), "{encoding}");
    }
    assert_eq!(tables::count(&server, "journal"), 1);
}

fn an_answer_is_compressed_if_it_is_asked_for(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.outcomes((0..50).map(new_household));
    let pull = |encoding: &str| {
        let call = hand.call("POST", "/v1/sync/pull").header("Accept-Encoding", encoding);
        call.json(&serde_json::json!({"protocol": 1})).send().expect(200)
    };
    let plain = pull("identity");
    assert_eq!(plain.header("content-encoding"), "");
    let squeezed = pull("zstd");
    assert_eq!(squeezed.header("content-encoding"), "zstd");
    assert!(squeezed.body.len() * 3 < plain.body.len());
    let page = zstd::decode_all(&squeezed.body[..]).expect("zstd");
    let records = |bytes: &[u8]| -> serde_json::Value {
        serde_json::from_slice::<serde_json::Value>(bytes).expect("json")["records"].clone()
    };
    assert_eq!(records(&page), records(&plain.body));
}

fn a_body_of_ten_megabytes_is_too_large(server: Server) {
    let hand = server.hand("worker_a");
    let ten = vec![b' '; 10 * 1024 * 1024];
    let refused = send(&hand, "identity", ten).expect_problem(413, "body-too-large");
    assert_eq!(refused.json()["bytes_max"], 8 * 1024 * 1024);
    assert_eq!(tables::count(&server, "journal"), 0);
    // The calls without documents take far less.
    let call = server.call("POST", "/v1/session").header("Content-Type", "application/json");
    call.body(vec![b' '; 65 * 1024]).send().expect_problem(413, "body-too-large");
}

fn a_small_body_that_inflates_beyond_the_cap_is_too_large(server: Server) {
    let hand = server.hand("worker_a");
    let zeros = vec![0; 64 * 1024 * 1024];
    let zstd = zstd::encode_all(&zeros[..], 3).expect("zstd");
    for (encoding, bomb) in [("gzip", gzip(&zeros)), ("zstd", zstd)] {
        assert!(bomb.len() < 1024 * 1024);
        send(&hand, encoding, bomb).expect_problem(413, "body-too-large");
    }
}

fn other_encodings_are_refused_and_the_good_ones_named(server: Server) {
    let hand = server.hand("worker_a");
    for encoding in ["br", "deflate", "gzip, gzip", "compress"] {
        let refused = send(&hand, encoding, b"{}".to_vec());
        let refused = refused.expect_problem(415, "unsupported-encoding");
        assert_eq!(refused.header("accept-encoding"), "gzip, zstd", "{encoding}");
    }
}

fn a_damaged_body_is_refused(server: Server) {
    let hand = server.hand("worker_a");
    let mut cut = gzip(&[b' '; 5000]);
    cut.truncate(cut.len() - 5);
    for (encoding, bytes) in [("gzip", cut), ("gzip", b"{}".to_vec()), ("zstd", b"{}".to_vec())] {
        let refused = send(&hand, encoding, bytes);
        refused.expect_problem(400, "damaged-body");
    }
}

fn a_call_that_takes_json_takes_nothing_else(server: Server) {
    let hand = server.hand("worker_a");
    for address in ["/v1/session", "/v1/session/refresh", "/v1/sync/pull"] {
        for content in ["text/plain", "application/x-www-form-urlencoded"] {
            let call = hand.call("POST", address).header("Content-Type", content);
            call.body("{}").send().expect_problem(415, "unsupported-media-type");
        }
        let call = hand.call("POST", address).header("Content-Type", "application/json");
        call.body("{\"login\":").send().expect_problem(400, "malformed-json");
    }
}
