//! A database that cannot be used for a while: 503 with a time to come again, readiness tells, nothing
//! that was acknowledged is lost, and it goes on by itself.

use crate::crew::{Crew, Signals};
use crate::database::Site;
use crate::disk::Disk;
use crate::service::Ruhu;
use ruhu_device::{HttpTransport, Response, Transport as _};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Longer than any of this takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn ask(ruhu: &Ruhu, path: &str) -> Response {
    HttpTransport::new(&ruhu.address()).call("GET", path, None, None).expect("it answers")
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
    while ask(ruhu, "/readyz").status != 200 {
        assert!(begun.elapsed() < PATIENCE, "it did not recover: {}", ruhu.log());
        std::thread::yield_now();
    }
}

/// Waits until so many requests of those who work were told to come again, and readiness has told,
/// too; the process says all the while that it lives.
fn is_refused(ruhu: &Ruhu, signals: &Signals, at_least: u64) {
    let begun = Instant::now();
    let mut has_told = false;
    while signals.refused() < at_least || !has_told {
        let refused = signals.refused();
        assert!(begun.elapsed() < PATIENCE, "{refused} refused, readiness told: {has_told}");
        let answer = ask(ruhu, "/readyz");
        if answer.status != 200 {
            is_not_ready(&answer);
            has_told = true;
        }
        assert_eq!(ask(ruhu, "/healthz").status, 200);
    }
}

fn waits_for(signals: &Signals, acknowledged: u64) {
    let begun = Instant::now();
    while signals.acknowledged() < acknowledged {
        assert!(begun.elapsed() < PATIENCE, "nothing is acknowledged any more");
        std::thread::yield_now();
    }
}

/// A crew works, goes on while the database cannot be used, and behind that: every edit is there,
/// once.
fn goes_on_by_itself(site: &mut Site, refused: u64, breaks: impl Fn(&Site), mends: impl Fn(&Site)) {
    site.ruhu.start();
    let mut crew = Crew::enrol(&site.ruhu, 7);
    let ruhu = &site.ruhu;
    crew.work(|signals| {
        waits_for(signals, 12);
        assert_eq!(ask(ruhu, "/readyz").status, 200);
        breaks(site);
        is_refused(ruhu, signals, refused);
        mends(site);
        becomes_ready(ruhu);
        waits_for(signals, signals.acknowledged() + 6);
    });
    crew.check(ruhu);
    site.ruhu.stop();
}

#[test]
fn a_full_disk_under_sqlite_is_told_and_it_goes_on_when_there_is_room() {
    let disk = Disk::make();
    let mut site = Site::sqlite_on(&disk);
    goes_on_by_itself(&mut site, 6, |_| disk.fill(), |_| disk.mend());
}

#[test]
fn a_disk_under_sqlite_that_takes_nothing_is_told_and_it_goes_on_when_it_does() {
    let disk = Disk::make();
    let mut site = Site::sqlite_on(&disk);
    goes_on_by_itself(&mut site, 6, |_| disk.refuse(), |_| disk.mend());
}

#[test]
fn a_full_disk_under_postgresql_is_told_and_it_goes_on_when_there_is_room() {
    let disk = Disk::make();
    let mut site = Site::postgres_on(&disk);
    let mends = |site: &Site| {
        disk.mend();
        // Where no file for its log could be made it has ended itself.
        site.resume_postgres();
    };
    goes_on_by_itself(&mut site, 6, |_| disk.fill(), mends);
}

#[test]
fn a_disk_under_postgresql_that_takes_nothing_is_told_and_it_goes_on_when_it_does() {
    let disk = Disk::make();
    let mut site = Site::postgres_on(&disk);
    let mends = |site: &Site| {
        disk.mend();
        // It ends itself when its log cannot be written, and whoever runs it starts it again.
        site.resume_postgres();
    };
    goes_on_by_itself(&mut site, 6, |_| disk.refuse(), mends);
}

#[test]
fn a_postgresql_that_is_gone_is_told_and_it_goes_on_when_it_is_back() {
    let mut site = Site::postgres();
    goes_on_by_itself(&mut site, 6, Site::kill_postgres, Site::resume_postgres);
}

#[test]
fn connections_that_are_all_taken_are_told_and_it_goes_on_when_they_are_given_back() {
    let mut site = Site::postgres();
    site.ruhu.set("RUHU_POOL_CONNECTIONS_MAX", "2");
    goes_on_by_itself(&mut site, 2, Site::halt_postgres, Site::let_postgres_go_on);
}
