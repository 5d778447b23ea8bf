//! Clients that send a byte now and then: they are told to come again, and hold nothing meanwhile.

use crate::footing::Footing;
use ruhu_tests::edits::new_household;
use ruhu_tests::{Hand, Server, on_both_databases};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

on_both_databases! {
    a_client_that_sends_a_byte_at_a_time_is_told_to_come_again_and_holds_no_connection,
    a_client_that_never_ends_its_head_is_let_go,
}

/// In the place of the minute that the settings give by default.
const BODY_TIMEOUT: Duration = Duration::from_millis(600);

/// In the place of a second between two bytes.
const PACE: Duration = Duration::from_millis(20);

/// As many as all workers and more than all database connections.
const SLOW_CLIENTS: usize = 30;

/// Sends a text byte by byte, and the last byte never; gives what was answered meanwhile.
fn drip(address: &str, at_once: &str, slowly: &str) -> (String, Duration) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PACE)).expect("set");
    stream.write_all(at_once.as_bytes()).expect("written");
    let begun = Instant::now();
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    let mut bytes = slowly.bytes().cycle();
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                // What the server does not want any more is its own affair.
                let byte = bytes.next().expect("a byte");
                if stream.write_all(&[byte]).is_err() {
                    break;
                }
            }
            Err(_) => break,
        }
        assert!(begun.elapsed() < BODY_TIMEOUT * 50, "it was never let go");
    }
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

fn head(address: &str, hand: &Hand) -> String {
    format!(
        "POST /v1/sync/push HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 4000000\r\n\r\n",
        hand.token
    )
}

fn a_client_that_sends_a_byte_at_a_time_is_told_to_come_again_and_holds_no_connection(
    mut server: Server,
) {
    server.start_again_impatient(BODY_TIMEOUT);
    let mut footing = Footing::on(&server);
    let address = server.address().trim_start_matches("http://").to_owned();
    let head = head(&address, &footing.hand);
    let slow: Vec<_> = (0..SLOW_CLIENTS)
        .map(|_| {
            let (address, head) = (address.clone(), head.clone());
            std::thread::spawn(move || drip(&address, &head, " "))
        })
        .collect();
    // Meanwhile everybody else is served: no connection to the database waits for a body.
    let mut hand = server.hand("worker_a2");
    for n in 0..20 {
        assert_eq!(hand.verdict(new_household(0x2000 + n)), "applied");
    }
    let was_still_slow = slow.iter().any(|client| !client.is_finished());
    for client in slow {
        let (answer, took) = client.join().expect("answered");
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("/problems/request-timeout"), "{answer}");
        assert!(took >= BODY_TIMEOUT, "{took:?}");
    }
    assert!(was_still_slow, "they were gone before the others had been served");
    footing.look_again();
    footing.is_untouched("slow clients");
}

fn a_client_that_never_ends_its_head_is_let_go(mut server: Server) {
    server.start_again_impatient(BODY_TIMEOUT);
    let mut footing = Footing::on(&server);
    let address = server.address().trim_start_matches("http://").to_owned();
    let (answer, _) = drip(&address, "POST /v1/sync/push HTTP/1.1\r\nX-Slow: ", "a");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    footing.is_untouched("a head without an end");
}
