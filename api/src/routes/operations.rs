//! What administrators see of the service's own work.

use crate::auth::By;
use crate::jobs::{self, Job};
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::service::Service;
use actix_web::{get, web};
use ruhu_casework::days::in_beijing;
use ruhu_desk::who::{Admin, Staff};
use ruhu_store::jobs::{JobOutcome, JobRun};
use ruhu_sync::id::Instant;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

refusals!(NotAdmin: Kind::NotPermitted);

/// How many runs of each job are listed.
const RUNS: u32 = 10;

/// The jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobList {
    /// In order of their names. A job that the settings switch off is not among them.
    jobs: Vec<JobTold>,
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobTold {
    /// Its name.
    name: String,
    /// When it is due, in Beijing: minute, hour, day, month, weekday.
    schedule: String,
    /// The last runs, the latest first; at most ten.
    runs: Vec<RunTold>,
}

/// A run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunTold {
    /// When it was due.
    due_at: String,
    /// When it began.
    started_at: String,
    /// When it ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
    /// `running`, `done`, `failed`, or `abandoned`: its process ended before it did.
    outcome: String,
    /// What it counted, by name; of a run that is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<BTreeMap<String, u64>>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl RunTold {
    fn of(run: JobRun) -> Self {
        let time = |at: Instant| in_beijing(at).to_rfc3339();
        let is = |outcome| run.outcome == outcome;
        Self {
            due_at: time(run.due),
            started_at: time(run.started),
            finished_at: run.finished.map(time),
            outcome: run.outcome.as_str().to_owned(),
            counts: is(JobOutcome::Done).then(|| serde_json::from_str(&run.told).ok()).flatten(),
            error: is(JobOutcome::Failed).then_some(run.told),
        }
    }
}

impl JobList {
    fn of(mut jobs: Vec<(Job, Vec<JobRun>)>) -> Self {
        jobs.sort_by_key(|(job, _)| job.name);
        let told = |(job, runs): (Job, Vec<JobRun>)| JobTold {
            name: job.name.to_owned(),
            schedule: job.schedule,
            runs: runs.into_iter().map(RunTold::of).collect(),
        };
        Self { jobs: jobs.into_iter().map(told).collect() }
    }

    fn example() -> Self {
        let run = RunTold {
            due_at: "2026-11-23T02:30:00+08:00".to_owned(),
            started_at: "2026-11-23T02:30:00.402117+08:00".to_owned(),
            finished_at: Some("2026-11-23T02:30:04.118342+08:00".to_owned()),
            outcome: "done".to_owned(),
            counts: Some([("edits".to_owned(), 41_207), ("records".to_owned(), 9_311)].into()),
            error: None,
        };
        let schedule = "30 2 * * *".to_owned();
        Self { jobs: vec![JobTold { name: "back-up".to_owned(), schedule, runs: vec![run] }] }
    }
}

/// Lists the jobs that run by themselves, each with its last runs.
///
/// For administrators. Nothing in it names a person.
#[utoipa::path(
    tag = "operations",
    responses(
        (status = 200, description = "The jobs", body = JobList, example = json!(JobList::example())),
        NotAdmin,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/operations/jobs")]
pub(crate) async fn list_jobs(
    By(_admin): By<Staff<Admin>>,
    service: web::Data<Service>,
) -> Answer<web::Json<JobList>> {
    let jobs = jobs::all(&service.settings);
    let read = service.read(move |tx| {
        let with_runs = |job: &Job| Ok((job.clone(), tx.job_runs(job.name, RUNS)?));
        jobs.iter().map(with_runs).collect()
    });
    Ok(web::Json(JobList::of(read.await?)))
}
