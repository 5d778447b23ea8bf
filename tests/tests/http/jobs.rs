//! What the service does by itself, with the clock set.

use ruhu_api::jobs::{self, Ran};
use ruhu_api::service::Service;
use ruhu_device::DeviceError;
use ruhu_store::accounts::Request;
use ruhu_store::jobs::JobOutcome;
use ruhu_tests::edits::{document, household, new_household, path};
use ruhu_tests::{Database, Field, METRICS_TOKEN, PASSWORD, Server, on_both_databases, tables};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

on_both_databases! {
    administrators_see_what_became_of_each_job_and_nobody_else_does,
    expired_tokens_and_old_keys_go_and_what_is_in_use_stays,
    the_end_of_a_membership_is_noted_once_and_its_tablet_still_hands_in,
    of_two_processes_on_one_database_one_does_the_work,
}

const DAY_SECONDS: i64 = 86_400;

fn run(service: &Service, name: &str) -> Option<Ran> {
    let all = jobs::all(&service.settings);
    let job = all.iter().find(|job| job.name == name).expect("a job of this name");
    job.run(service).expect("asked")
}

#[track_caller]
fn counts(service: &Service, name: &str) -> Value {
    let ran = run(service, name).expect("its turn");
    assert_eq!(ran.outcome, JobOutcome::Done, "{}", ran.told);
    serde_json::from_str(&ran.told).expect("counts")
}

fn administrators_see_what_became_of_each_job_and_nobody_else_does(server: Server) {
    let admin = server.hand("admin");
    for job in jobs::all(&server.service().settings) {
        job.run(server.service()).expect("asked").expect("its turn");
        job.observe(server.service()).expect("observed");
    }
    let told = admin.call("GET", "/v1/operations/jobs").send().expect(200).json();
    let jobs = told["jobs"].as_array().expect("jobs").clone();
    let names: Vec<_> = jobs.iter().map(|job| job["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["forget-refresh-tokens", "forget-requests", "note-ended-grants"]);
    assert_eq!(jobs[0]["schedule"], "10 3 * * *");
    let run = &jobs[0]["runs"][0];
    assert_eq!(run["due_at"], "2026-11-23T03:10:00+08:00");
    assert_eq!(run["started_at"], "2026-11-23T12:00:00+08:00");
    assert_eq!((&run["outcome"], &run["counts"]["refresh_tokens"]), (&json!("done"), &json!(0)));
    assert!(run.get("error").is_none());
    let metrics = server.call("GET", "/metrics").bearer(METRICS_TOKEN).send().expect(200);
    for line in [
        "ruhu_job_runs_total{job=\"forget-requests\",outcome=\"done\"} 1",
        "ruhu_job_last_success_timestamp_seconds{job=\"forget-requests\"} 1795406400",
    ] {
        assert!(metrics.text().contains(line), "{line} is not in\n{}", metrics.text());
    }
    for login in ["worker_a", "reviewer_here"] {
        let call = server.hand(login).call("GET", "/v1/operations/jobs");
        call.send().expect_problem(403, "not-permitted");
    }
    server.call("GET", "/v1/operations/jobs").send().expect(401);
}

fn expired_tokens_and_old_keys_go_and_what_is_in_use_stays(server: Server) {
    let mut tablet = server.tablet("worker_a");
    let home = tablet.create("household", None, document(&household("测甲"))).expect("kept");
    tablet.sync().expect("synced");
    let request = Request { user: Field::user("worker_a"), key: "a-key-of-mine", hash: [1; 32] };
    let now = server.now();
    server.store().write(|tx| tx.recall(&request, now).map(drop)).expect("recalled");
    let service = server.service();
    server.advance_seconds(30 * DAY_SECONDS - 1);
    assert_eq!(counts(service, "forget-requests")["idempotency_keys"], 0);
    server.advance_seconds(DAY_SECONDS);
    assert_eq!(counts(service, "forget-requests")["idempotency_keys"], 1);
    assert_eq!(counts(service, "forget-refresh-tokens")["refresh_tokens"], 0);
    tablet.sync().expect("still signed in");
    tablet.set(home, &path("/notes"), "没有发出的".into()).expect("kept");
    server.advance_seconds(400 * DAY_SECONDS);
    let removed = counts(service, "forget-refresh-tokens")["refresh_tokens"].as_u64();
    assert!(removed > Some(0));
    assert_eq!(tables::count(&server, "refresh_token"), 0);
    assert_eq!(counts(service, "forget-requests")["job_runs"], 3);
    assert_eq!(tablet.sync(), Err(DeviceError::SignInNeeded));
    tablet.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
    assert_eq!(tablet.push().expect("pushed").outcomes.len(), 1);
}

fn the_end_of_a_membership_is_noted_once_and_its_tablet_still_hands_in(server: Server) {
    let mut tablet = server.tablet("worker_a");
    tables::end_membership(&server, Field::user("worker_a"));
    let noted = counts(server.service(), "note-ended-grants");
    assert_eq!(noted, json!({"memberships": 1, "contracts": 0, "offices": 0}));
    server.advance_seconds(DAY_SECONDS);
    let noted = counts(server.service(), "note-ended-grants");
    assert_eq!(noted, json!({"memberships": 0, "contracts": 0, "offices": 0}));
    // Its access token has ended since: the refresh token gives another.
    tablet.create("household", None, document(&household("测甲"))).expect("kept");
    let outcomes = tablet.push().expect("pushed").outcomes;
    assert_eq!(outcomes.len(), 1);
    assert!(!outcomes[0].outcome.is_effective());
}

fn of_two_processes_on_one_database_one_does_the_work(server: Server) {
    use ruhu_api::app::{MissingKeys, build};
    use ruhu_api::clock::Clock;
    let other = build(server.settings(), MissingKeys::Refuse, Clock::standing(server.now()));
    let other = other.expect("a second process");
    let here = run(server.service(), "forget-requests");
    assert!(here.is_some());
    assert_eq!(run(&other, "forget-requests"), None);
    // Either of them, when it is due again.
    other.clock.advance_seconds(DAY_SECONDS);
    server.advance_seconds(DAY_SECONDS);
    assert!(run(&other, "forget-requests").is_some());
    assert_eq!(run(server.service(), "forget-requests"), None);
    // What the one did, the other tells.
    let all = jobs::all(&server.service().settings);
    all.iter().for_each(|job| job.observe(server.service()).expect("observed"));
    let last = server.now().0 / 1_000_000;
    let metrics = server.service().metrics.to_text().expect("text");
    let line = format!("ruhu_job_last_success_timestamp_seconds{{job=\"forget-requests\"}} {last}");
    assert!(metrics.contains(&line), "{line} is not in\n{metrics}");
}

/// The service as if it had been told to make backups.
fn backing_up(server: &Server, folder: &Path, keep: usize) -> Service {
    let mut service = server.service().clone();
    let mut settings = server.settings();
    settings.backup_dir = Some(folder.to_owned());
    settings.backup_keep = keep;
    service.settings = Arc::new(settings);
    service
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn backups_are_made_looked_through_told_of_and_the_oldest_removed() {
    let server = Server::on(Database::Sqlite);
    let folder = server.folder().join("backups");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("ruhu-mine.db"), "another's").expect("written");
    let service = backing_up(&server, &folder, 2);
    let mut hand = server.hand("worker_a");
    for day in 0..4 {
        hand.take(new_household(10 + day));
        let told = counts(&service, "back-up");
        let edits = u64::try_from(day).expect("small") + 1;
        let removed = u64::from(day >= 2);
        assert_eq!(
            told,
            json!({"edits": edits, "records": edits, "devices_raised": 1,
                "backups_removed": removed})
        );
        assert_eq!(run(&service, "back-up"), None, "once for each time it is due");
        assert_eq!(hand.push(&[]).expect(200).json()["safe_device_seq"], 1);
        server.advance_seconds(DAY_SECONDS);
        // The token has ended: another device does the next day's work.
        hand = server.hand("worker_a");
    }
    assert_eq!(
        names(&folder),
        ["ruhu-20261125-120000.db", "ruhu-20261126-120000.db", "ruhu-mine.db"]
    );
}

#[test]
fn a_backup_that_cannot_be_made_is_told_and_removes_nothing() {
    let server = Server::on(Database::Sqlite);
    let folder = server.folder().join("backups");
    let service = backing_up(&server, &folder, 1);
    counts(&service, "back-up");
    let before = names(&folder);
    server.advance_seconds(DAY_SECONDS);
    // A file where the folder was.
    let aside = server.folder().join("aside");
    std::fs::rename(&folder, &aside).expect("moved");
    std::fs::write(&folder, "no folder").expect("written");
    let ran = run(&service, "back-up").expect("its turn");
    assert_eq!(ran.outcome, JobOutcome::Failed);
    assert!(ran.told.contains("the folder of backups"), "{}", ran.told);
    assert_eq!(names(&aside), before);
    let runs = server.store().read(|tx| tx.job_runs("back-up", 10)).expect("runs");
    let outcomes: Vec<_> = runs.iter().map(|run| run.outcome).collect();
    assert_eq!(outcomes, [JobOutcome::Failed, JobOutcome::Done]);
    // The next time it is due it is tried again.
    std::fs::remove_file(&folder).expect("removed");
    std::fs::rename(&aside, &folder).expect("moved back");
    server.advance_seconds(DAY_SECONDS);
    assert_eq!(counts(&service, "back-up")["backups_removed"], 1);
}
