//! The service on a port of its own.

use crate::support::settings;
use ruhu_api::app::{MissingKeys, Running, StartError, build, serve, start};
use ruhu_api::clock::Clock;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn running(folder: &tempfile::TempDir) -> Running {
    let service = build(settings(folder), MissingKeys::Make, Clock::Machine).expect("service");
    serve(service).expect("running")
}

fn ask(stream: &mut TcpStream, path: &str, connection: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: ruhu\r\nconnection: {connection}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
}

#[test]
fn it_answers_at_the_address_it_gives_and_no_more_once_stopped() {
    let folder = tempfile::tempdir().expect("folder");
    let running = running(&folder);
    let address = running.address();
    assert_ne!(address.port(), 0);
    let mut stream = TcpStream::connect(address).expect("connected");
    ask(&mut stream, "/readyz", "close");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("read");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    running.store().ping().expect("store");
    running.stop().expect("stopped");
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_connection_that_waits_for_nothing_does_not_hold_up_the_end() {
    let folder = tempfile::tempdir().expect("folder");
    let running = running(&folder);
    let mut stream = TcpStream::connect(running.address()).expect("connected");
    ask(&mut stream, "/healthz", "keep-alive");
    let mut start_of_answer = [0; 15];
    stream.read_exact(&mut start_of_answer).expect("read");
    assert_eq!(&start_of_answer, b"HTTP/1.1 200 OK");
    let began = Instant::now();
    running.stop().expect("stopped");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_request_in_flight_is_answered_before_the_end() {
    let folder = tempfile::tempdir().expect("folder");
    let running = running(&folder);
    let mut stream = TcpStream::connect(running.address()).expect("connected");
    let body = "{}";
    let head = format!(
        "POST /v1/session HTTP/1.1\r\nhost: ruhu\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let mut told_to_go_on = [0; 25];
    stream.read_exact(&mut told_to_go_on).expect("read");
    assert_eq!(&told_to_go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let address = running.address();
    let stopping = std::thread::spawn(move || running.stop());
    while TcpStream::connect(address).is_ok() {}
    stream.write_all(body.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("read");
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request"), "{answer}");
    assert!(answer.contains("/problems/malformed-json"), "{answer}");
    stopping.join().expect("joined").expect("stopped");
}

#[test]
fn a_port_that_is_taken_is_named_with_what_to_do() {
    let (one, other) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let first = running(&one);
    let mut second = settings(&other);
    second.listen = first.address();
    let service = build(second, MissingKeys::Make, Clock::Machine).expect("service");
    let told = serve(service).expect_err("taken").to_string();
    let port = first.address().port();
    assert_eq!(
        told,
        format!("port {port} is taken: stop the other program or use --listen 127.0.0.1:0")
    );
}

#[test]
fn without_its_keys_it_does_not_start() {
    let folder = tempfile::tempdir().expect("folder");
    let error = start(settings(&folder)).expect_err("no keys");
    assert!(matches!(error, StartError::Keys(_)), "{error}");
    assert!(error.to_string().contains("--make-keys"), "{error}");
}

#[test]
fn it_starts_again_with_the_keys_and_the_history_it_had() {
    use ruhu_sync::storage::ReadTx as _;
    let folder = tempfile::tempdir().expect("folder");
    let first = running(&folder);
    let epoch = first.store().read(|tx| tx.epoch()).expect("epoch");
    first.stop().expect("stopped");
    let second = start(settings(&folder)).expect("started again");
    assert_eq!(second.store().read(|tx| tx.epoch()).expect("epoch"), epoch);
}

#[test]
fn what_was_due_while_nobody_ran_is_made_up_for_and_ends_before_the_end() {
    use ruhu_api::jobs;
    use ruhu_store::jobs::JobOutcome;
    let folder = tempfile::tempdir().expect("folder");
    let running = running(&folder);
    let store = running.store().clone();
    let wanted = jobs::all(&running.service().settings);
    let runs = || -> Vec<_> {
        let read = store.read(|tx| {
            let mut runs = Vec::new();
            for job in &wanted {
                runs.extend(tx.job_runs(job.name, 10)?);
            }
            Ok(runs)
        });
        read.expect("runs")
    };
    let began = Instant::now();
    while runs().len() < wanted.len() && began.elapsed() < Duration::from_secs(30) {
        std::thread::yield_now();
    }
    running.stop().expect("stopped");
    let runs = runs();
    assert_eq!(runs.len(), wanted.len());
    assert!(runs.iter().all(|run| run.outcome == JobOutcome::Done), "{runs:?}");
}
