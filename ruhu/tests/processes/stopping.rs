//! Told to end in the middle of its work; and keys, as a process.

use crate::crew::Crew;
use crate::database::Site;
use crate::service::{PASSWORD, Ruhu};
use ruhu_device::{HttpTransport, Transport as _};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

fn call(ruhu: &Ruhu, method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> Value {
    let mut line = HttpTransport::new(&ruhu.address());
    let body = body.map(Value::to_string);
    let answer = line.call(method, path, token, body.as_deref()).expect("answered");
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).expect("json")
}

fn token(ruhu: &Ruhu, login: &str) -> String {
    let body = json!({"login": login, "password": PASSWORD, "device": {"name": "平板"}});
    let session = call(ruhu, "POST", "/v1/session", None, Some(&body));
    session["access_token"].as_str().expect("a token").to_owned()
}

#[test]
fn told_to_end_under_load_it_finishes_what_it_began() {
    let Site { mut ruhu, .. } = Site::sqlite();
    ruhu.start();
    let mut crew = Crew::enrol(&ruhu, 3);
    for _ in 0..2 {
        crew.work(|signals| {
            while signals.acknowledged() < 12 {
                std::thread::yield_now();
            }
            ruhu.stop();
        });
        ruhu.start();
        crew.reconnect(&ruhu);
        crew.check(&ruhu);
    }
}

/// The runs of the job that makes backups.
fn backups_made(ruhu: &Ruhu, admin: &str) -> Vec<Value> {
    let token = token(ruhu, admin);
    let jobs = call(ruhu, "GET", "/v1/operations/jobs", Some(&token), None);
    let jobs = jobs["jobs"].as_array().expect("jobs");
    let job = jobs.iter().find(|job| job["name"] == "back-up").expect("the job");
    job["runs"].as_array().expect("runs").clone()
}

#[test]
fn a_request_in_flight_when_it_is_told_to_end_is_answered() {
    let mut ruhu = Ruhu::on(None);
    ruhu.start();
    let admin = ruhu.add_person("admin", "");
    let body =
        json!({"login": admin, "password": PASSWORD, "device": {"name": "平板"}}).to_string();
    let (first, rest) = body.as_bytes().split_at(body.len() / 2);
    let address = ruhu.address().replace("http://", "");
    let mut line = TcpStream::connect(&address).expect("a line");
    let head = format!(
        "POST /v1/session HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    line.write_all(head.as_bytes()).expect("sent");
    line.write_all(first).expect("sent");
    // Behind it on the way in: when this is answered, the first has long been read.
    call(&ruhu, "GET", "/readyz", None, None);
    ruhu.tell_to_end();
    let begun = Instant::now();
    while TcpStream::connect(&address).is_ok() {
        assert!(begun.elapsed().as_secs() < 60, "it still takes requests: {}", ruhu.log());
        std::thread::yield_now();
    }
    line.write_all(rest).expect("sent");
    let mut answer = String::new();
    line.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    ruhu.has_ended_well();
}

#[test]
fn a_job_that_runs_when_it_is_told_to_end_is_finished_and_runs_once() {
    for _ in 0..2 {
        let mut ruhu = Ruhu::on(None);
        let backups = ruhu.folder().join("backups");
        ruhu.set("RUHU_BACKUP_DIR", backups.display().to_string());
        ruhu.set("RUHU_BACKUP_SCHEDULE", "0 0 1 1 *");
        // What became due while it was stopped is made up for at once: told to end at once, it is
        // in the middle of that, or before it, or behind it.
        for _ in 0..3 {
            ruhu.start();
            ruhu.stop();
        }
        ruhu.start();
        let admin = ruhu.add_person("admin", "");
        let begun = Instant::now();
        let mut runs = backups_made(&ruhu, &admin);
        while runs.iter().all(|run| run["outcome"] == "running") {
            assert!(begun.elapsed().as_secs() < 60, "no backup was made: {}", ruhu.log());
            runs = backups_made(&ruhu, &admin);
        }
        assert_eq!(runs.len(), 1, "{runs:?}");
        assert_eq!(runs[0]["outcome"], "done", "{runs:?}");
        let files: Vec<_> = std::fs::read_dir(&backups).expect("backups").flatten().collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let path = files[0].path();
        ruhu.said(&["backup", "verify", "--only", path.to_str().expect("a path")]);
    }
}

#[test]
fn keys_that_are_rotated_sign_from_the_next_start_and_sign_nobody_out() {
    let mut ruhu = Ruhu::on(None);
    ruhu.start();
    let admin = ruhu.add_person("admin", "");
    let old = token(&ruhu, &admin);
    let listed = ruhu.said(&["keys", "list"]);
    let rotated = ruhu.said(&["keys", "rotate"]);
    let now = ruhu.said(&["keys", "list"]);
    assert_eq!(now.lines().count(), listed.lines().count() + 1, "{rotated}{now}");
    let set = |ruhu: &Ruhu| {
        let set = call(ruhu, "GET", "/.well-known/jwks.json", None, None);
        set["keys"].as_array().expect("keys").len()
    };
    assert_eq!(set(&ruhu), 1);
    ruhu.stop();
    ruhu.start();
    assert_eq!(set(&ruhu), 2);
    let new = token(&ruhu, &admin);
    let head = |token: &str| token.split('.').next().map(str::to_owned);
    assert_ne!(head(&old), head(&new));
    for token in [old, new] {
        call(&ruhu, "GET", "/v1/me", Some(&token), None);
    }
}
