//! A database server that is gone: 503 with a time to come again, readiness tells, and it goes on by
//! itself.

use crate::crew::Crew;
use crate::database::Site;
use crate::service::Ruhu;
use ruhu_device::{HttpTransport, Response, Transport as _};
use serde_json::Value;
use std::time::{Duration, Instant};

fn ready(ruhu: &Ruhu) -> Response {
    let mut line = HttpTransport::new(&ruhu.address());
    line.call("GET", "/readyz", None, None).expect("it answers")
}

#[track_caller]
fn is_ready(ruhu: &Ruhu) {
    let answer = ready(ruhu);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[track_caller]
fn is_not_ready(answer: &Response) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    let told: Value = serde_json::from_str(&answer.body).expect("json");
    assert_eq!(told["type"], "/problems/not-ready", "{told}");
    assert_eq!(told["not_ready"][0], "database", "{told}");
}

/// Waits until it is ready again.
#[track_caller]
fn becomes_ready(ruhu: &Ruhu) {
    let begun = Instant::now();
    while ready(ruhu).status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(60), "it did not recover: {}", ruhu.log());
        std::thread::yield_now();
    }
}

/// The crew works until several pushes were told to come again, and readiness has told, too.
fn work_until_refused(crew: &mut Crew, ruhu: &Ruhu) {
    crew.work(|signals| {
        let begun = Instant::now();
        let mut has_told = false;
        while signals.refused() < 6 || !has_told {
            assert!(begun.elapsed() < Duration::from_secs(120), "nothing was refused, or told");
            let answer = ready(ruhu);
            if answer.status != 200 {
                is_not_ready(&answer);
                has_told = true;
            }
        }
    });
}

#[test]
fn a_database_server_that_is_gone_is_told_and_it_goes_on_when_it_is_back() {
    let Site { mut ruhu, postgres } = Site::postgres();
    let postgres = postgres.expect("a server");
    ruhu.start();
    is_ready(&ruhu);
    let mut crew = Crew::enrol(&ruhu, 11);
    crew.work(|signals| {
        while signals.acknowledged() < 10 {
            std::thread::yield_now();
        }
    });
    let before = crew.check(&ruhu);
    postgres.kill();
    work_until_refused(&mut crew, &ruhu);
    postgres.resume();
    becomes_ready(&ruhu);
    assert!(crew.check(&ruhu) > before);
    ruhu.stop();
}
