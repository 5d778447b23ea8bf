//! Jobs that run by themselves. The scheduler only says when; whose turn it is, and what became of
//! each run, stands in the database.
//!
//! A new one: a function in `work.rs`, and a line in [`all`].

mod trigger;
mod work;

pub use trigger::Trigger;

use crate::service::Service;
use crate::settings::Settings;
use chrono::{DateTime, FixedOffset};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use ruhu_casework::days::in_beijing;
use ruhu_store::jobs::{JobOutcome, Turn};
use ruhu_sync::id::Instant;
use ruhu_sync::storage::StorageError;
use std::collections::BTreeMap;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use uuid::Uuid;

/// How long a process that died keeps others from a job.
const LEASE_SECONDS: i64 = 600;

/// How often a process that lives says so.
const KEEP_EVERY: Duration = Duration::from_secs(120);

/// What a run counted, by name.
pub type Counts = BTreeMap<&'static str, u64>;

/// Why a run failed; says nothing about any person.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StorageError),
    /// The backup.
    #[error(transparent)]
    Backup(#[from] crate::backup::Failure),
    /// A file of the backups' folder.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// No randomness.
    #[error("the machine gives no randomness")]
    NoRandomness,
}

type Work = fn(&Service, Instant) -> Result<Counts, JobError>;

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name, for ever: runs are recorded under it.
    pub name: &'static str,
    /// When it is due, in Beijing: minute, hour, day, month, weekday.
    pub schedule: String,
    cron: Cron,
    work: Work,
}

/// A run that was this process's turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// When it was due.
    pub due: Instant,
    /// What became of it.
    pub outcome: JobOutcome,
    /// What it counted, or why it failed.
    pub told: String,
}

/// The jobs that these settings ask for.
pub fn all(settings: &Settings) -> Vec<Job> {
    let mut jobs = vec![
        ("note-ended-grants", "5 0 * * *", work::note_ended_grants as Work),
        ("forget-refresh-tokens", "10 3 * * *", work::forget_refresh_tokens),
        ("forget-requests", "20 3 * * *", work::forget_requests),
    ];
    if settings.backup_dir.is_some() {
        jobs.push(("back-up", &settings.backup_schedule, work::back_up));
    }
    jobs.into_iter()
        .filter_map(|(name, schedule, work)| {
            let (schedule, cron) = (schedule.to_owned(), read_schedule(schedule)?);
            Some(Job { name, schedule, cron, work })
        })
        .collect()
}

/// Reads a schedule of five fields; `None` if it is none.
pub fn read_schedule(text: &str) -> Option<Cron> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).dom_and_dow(true).build();
    parser.parse(text).ok()
}

impl Job {
    /// When it was last due, at this instant or before.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        // Whole seconds: the schedule's last minute is found with the fraction of the one asked from,
        // and each process, and each start, would take the same minute for another.
        let now = Instant(now.0 - now.0.rem_euclid(1_000_000));
        let now: DateTime<FixedOffset> = in_beijing(now).fixed_offset();
        let due = self.cron.find_previous_occurrence(&now, true).ok()?;
        Some(Instant(due.timestamp_micros()))
    }

    /// Runs it, if it is due and nobody else's turn.
    pub fn run(&self, service: &Service) -> Result<Option<Ran>, JobError> {
        let now = service.clock.now();
        let Some(due) = self.due(now) else {
            return Ok(None);
        };
        let holder = fresh_name()?;
        let turn = Turn { job: self.name, due, holder };
        if !service.store.take_turn(&turn, now, lease_end(now))? {
            return Ok(None);
        }
        let done = keeping(service, &turn, || (self.work)(service, now));
        let (outcome, told) = match &done {
            Ok(counts) => (JobOutcome::Done, serde_json::json!(counts).to_string()),
            Err(error) => (JobOutcome::Failed, error.to_string()),
        };
        let finished = service.clock.now();
        service.store.end_turn(&turn, finished, outcome, &told)?;
        service.metrics.observe_job(self.name, outcome);
        match outcome {
            JobOutcome::Done => tracing::info!(job = self.name, counts = told, "job done"),
            _ => tracing::error!(job = self.name, error = told, "job failed"),
        }
        Ok(Some(Ran { due, outcome, told }))
    }

    /// Tells the metrics when it last came to a good end, in whichever process.
    pub fn observe(&self, service: &Service) -> Result<(), JobError> {
        let last = service.store.read(|tx| tx.last_job_success(self.name))?;
        service.metrics.observe_job_success(self.name, last);
        Ok(())
    }
}

fn lease_end(now: Instant) -> Instant {
    Instant(now.0 + LEASE_SECONDS * 1_000_000)
}

fn fresh_name() -> Result<Uuid, JobError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| JobError::NoRandomness)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// Does the work, and says all the while that it is being done: a large backup takes longer than
/// a lease.
fn keeping<T>(service: &Service, turn: &Turn<'_>, work: impl FnOnce() -> T) -> T {
    let (working, ended) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while ended.recv_timeout(KEEP_EVERY) == Err(RecvTimeoutError::Timeout) {
                let until = lease_end(service.clock.now());
                if let Err(error) = service.store.keep_turn(turn, until) {
                    tracing::warn!(job = turn.job, %error, "the lease could not be kept");
                }
            }
        });
        let done = work();
        drop(working);
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    fn due(schedule: &str, at: &str) -> String {
        let cron = read_schedule(schedule).expect("a schedule");
        let at: DateTime<FixedOffset> = at.parse().expect("a time");
        let schedule = schedule.to_owned();
        let job = Job { name: "test", schedule, cron, work: work::forget_requests };
        let due = job.due(Instant(at.timestamp_micros())).expect("due");
        in_beijing(due).to_rfc3339()
    }

    #[test]
    fn a_job_is_due_by_beijings_clock_and_at_the_very_minute() {
        assert_eq!(due("30 2 * * *", "2026-11-23T02:30:00+08:00"), "2026-11-23T02:30:00+08:00");
        assert_eq!(due("30 2 * * *", "2026-11-23T02:29:59+08:00"), "2026-11-22T02:30:00+08:00");
        // Where the server stands says nothing.
        assert_eq!(due("30 2 * * *", "2026-11-22T18:31:07Z"), "2026-11-23T02:30:00+08:00");
        assert_eq!(due("0 1 1 * *", "2026-11-23T12:00:00+08:00"), "2026-11-01T01:00:00+08:00");
        // The same run for whoever asks, down to the last digit.
        assert_eq!(
            due("30 2 * * *", "2026-11-23T02:30:00.599840+08:00"),
            "2026-11-23T02:30:00+08:00"
        );
        assert_eq!(
            due("30 2 * * *", "2026-11-23T12:00:07.123456+08:00"),
            "2026-11-23T02:30:00+08:00"
        );
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in ["", "every night", "61 * * * *", "0 30 2 * * *", "30 2 * *"] {
            assert!(read_schedule(text).is_none(), "{text}");
        }
    }

    #[test]
    fn every_job_has_a_schedule_and_a_name_of_its_own() {
        let mut settings = Settings::defaults().expect("settings");
        assert_eq!(all(&settings).len(), 3, "backups are off by default");
        settings.backup_dir = Some("backups".into());
        let jobs = all(&settings);
        let names: std::collections::BTreeSet<_> = jobs.iter().map(|job| job.name).collect();
        assert_eq!((jobs.len(), names.len()), (4, 4));
        assert!(jobs.iter().all(|job| job.due(Clock::Machine.now()).is_some()));
    }
}
