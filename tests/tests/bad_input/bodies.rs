//! Bodies that are no JSON, too large, or larger than they seem.

use crate::footing::Footing;
use flate2::Compression;
use flate2::write::GzEncoder;
use ruhu_tests::edits::{new_household, with};
use ruhu_tests::{Hand, Reply, Server, on_both_databases};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

on_both_databases! {
    json_that_is_none_is_refused_whole,
    a_body_that_is_not_utf8_is_told_so_by_every_call,
    a_body_of_fifty_megabytes_is_refused_whether_it_says_so_or_not,
    a_bomb_is_refused_however_it_is_folded,
    ten_thousand_edits_are_too_many_for_one_push,
}

const PUSH: &str = "/v1/sync/push";

fn send(hand: &Hand, encoding: &str, body: Vec<u8>) -> Reply {
    let call = hand.call("POST", PUSH).header("Content-Type", "application/json");
    call.header("Content-Encoding", encoding).body(body).send()
}

fn json_that_is_none_is_refused_whole(server: Server) {
    let mut footing = Footing::on(&server);
    let edits = footing.hand.clone().number([new_household(2)]);
    let whole = footing.hand.body(&edits).to_string();
    for (body, what) in [
        (whole[..whole.len() - 1].to_owned(), "a push cut off"),
        (format!("{whole}x"), "a push with a tail"),
        (whole.replacen("\"device_seq\"", "device_seq", 1), "a name without quotes"),
        (whole.replace('"', "'"), "single quotes"),
        ("{\"protocol\":1,".repeat(1000), "a push begun again and again"),
    ] {
        let refused = send(&footing.hand, "identity", body.into_bytes());
        refused.expect_problem(400, "malformed-push");
        footing.is_untouched(what);
    }
    for address in ["/v1/sync/pull", "/v1/session", "/v1/session/refresh", "/v1/me/pin"] {
        let method = if address.ends_with("pin") { "PUT" } else { "POST" };
        let call = footing.hand.call(method, address).header("Content-Type", "application/json");
        let refused = call.body("{\"protocol\":").send().expect_problem(400, "malformed-json");
        assert_eq!(refused.json()["line"], 1, "{address}");
        footing.is_untouched(address);
    }
}

fn a_body_that_is_not_utf8_is_told_so_by_every_call(server: Server) {
    let admin = server.hand("admin");
    let mut footing = Footing::on(&server);
    let edits = footing.hand.clone().number([new_household(2)]);
    let whole = footing.hand.body(&edits).to_string();
    // 测 in GB 18030, in the middle of a push that is whole otherwise.
    let name = whole.find("测甲").expect("a name");
    let gb18030 = [&whole.as_bytes()[..name], b"\xb2\xe2", &whole.as_bytes()[name + 6..]].concat();
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(|unit| unit.to_le_bytes()).collect();
    let marked = format!("\u{feff}{whole}").into_bytes();
    for (method, address, hand) in [
        ("POST", PUSH, &footing.hand.clone()),
        ("POST", "/v1/sync/pull", &footing.hand.clone()),
        ("POST", "/v1/session", &footing.hand.clone()),
        ("PUT", "/v1/me/pin", &footing.hand.clone()),
        ("POST", "/v1/forms/check", &admin),
    ] {
        for (body, said) in [(&marked, "BOM"), (&gb18030, "UTF-8"), (&utf16, "UTF-8")] {
            let call = hand.call(method, address).header("Content-Type", "application/json");
            let refused = call.body(body.clone()).send().expect_problem(400, "body-not-utf8");
            let detail = refused.json()["detail"].as_str().expect("a detail").to_owned();
            assert!(detail.contains(said), "{address}: {detail}");
            let call = hand.call(method, address).header("Content-Type", "application/json");
            let english = call.header("Accept-Language", "en").body(body.clone()).send();
            assert!(english.json()["detail"].as_str().is_some_and(str::is_ascii), "{address}");
        }
        footing.is_untouched(address);
    }
}

fn a_body_of_fifty_megabytes_is_refused_whether_it_says_so_or_not(server: Server) {
    let mut footing = Footing::on(&server);
    let fifty = vec![b' '; 50 * 1024 * 1024];
    let refused = announced(&server, &footing.hand, fifty.len());
    assert!(refused.starts_with("HTTP/1.1 413"), "{refused}");
    assert!(refused.contains("body-too-large"), "{refused}");
    footing.is_untouched("fifty megabytes announced");
    let refused = in_pieces(&server, &footing.hand, &fifty);
    assert!(refused.starts_with("HTTP/1.1 413"), "{refused}");
    footing.is_untouched("fifty megabytes in pieces");
}

fn head(server: &Server, hand: &Hand, more: &str) -> (TcpStream, String) {
    let address = server.address().trim_start_matches("http://").to_owned();
    let stream = TcpStream::connect(&address).expect("a connection");
    let head = format!(
        "POST {PUSH} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nConnection: close\r\n{more}\r\n\r\n",
        hand.token
    );
    (stream, head)
}

/// What is answered before any of it was sent.
fn announced(server: &Server, hand: &Hand, bytes: usize) -> String {
    let (mut stream, head) = head(server, hand, &format!("Content-Length: {bytes}"));
    stream.write_all(head.as_bytes()).expect("written");
    read_out(&mut stream)
}

/// What is answered to a body that does not say how long it is; the server may hang up in the
/// middle of it.
fn in_pieces(server: &Server, hand: &Hand, body: &[u8]) -> String {
    let (mut stream, head) = head(server, hand, "Transfer-Encoding: chunked");
    stream.write_all(head.as_bytes()).expect("written");
    let mut reading = stream.try_clone().expect("a connection");
    let reader = std::thread::spawn(move || read_out(&mut reading));
    for piece in body.chunks(64 * 1024) {
        let begun = write!(stream, "{:x}\r\n", piece.len());
        let sent =
            begun.and_then(|()| stream.write_all(piece)).and_then(|()| stream.write_all(b"\r\n"));
        if sent.is_err() {
            break;
        }
    }
    reader.join().expect("read")
}

fn read_out(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    // The end may come as a reset, since not all that was sent was read.
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn gzip(bytes: &mut dyn std::io::Read) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::copy(bytes, &mut encoder).expect("gzip");
    encoder.finish().expect("gzip")
}

fn zeros(megabytes: u64) -> impl std::io::Read {
    std::io::repeat(b' ').take(megabytes << 20)
}

fn a_bomb_is_refused_however_it_is_folded(server: Server) {
    let mut footing = Footing::on(&server);
    let zstd = zstd::encode_all(zeros(1024), 1).expect("zstd");
    let member = gzip(&mut zeros(4));
    let frame = zstd::encode_all(zeros(4), 1).expect("zstd");
    for (encoding, bomb, what) in [
        ("zstd", zstd, "a gigabyte in zstd"),
        ("gzip", gzip(&mut zeros(64)), "64 megabytes in gzip"),
        ("gzip", member.repeat(20), "many gzip members"),
        ("zstd", frame.repeat(20), "many zstd frames"),
    ] {
        assert!(bomb.len() < 8 * 1024 * 1024, "{what} is small as it travels");
        send(&footing.hand, encoding, bomb).expect_problem(413, "body-too-large");
        footing.is_untouched(what);
    }
}

fn ten_thousand_edits_are_too_many_for_one_push(server: Server) {
    let mut footing = Footing::on(&server);
    let small = json!({"op": "void"});
    let edits: Vec<_> =
        (0..10_000_u64).map(|n| with(small.clone(), "device_seq", json!(n + 2))).collect();
    let refused = footing.hand.push(&edits).expect_problem(400, "malformed-push").json();
    assert!(refused["push_edits_max"].as_u64().is_some_and(|max| max < 10_000), "{refused}");
    footing.is_untouched("10,000 edits");
}
