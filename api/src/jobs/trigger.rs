//! The trigger: says when, on a thread of its own, and waits at the end for what is under way.

use super::{Job, JobError, all};
use crate::service::Service;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{Mutex, oneshot};
use tokio_cron_scheduler::{JobScheduler, JobSchedulerError};

/// The running trigger. Ends, with the run that is under way, when it is dropped.
#[derive(Debug)]
pub struct Trigger {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Beijing is eight hours ahead, summer and winter.
const AHEAD_SECONDS: i32 = 8 * 3600;

impl Trigger {
    /// Starts it. What was due while no process ran is made up for at once.
    pub fn start(service: Service) -> std::io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let thread = std::thread::Builder::new().name("ruhu-jobs".to_owned()).spawn(move || {
            if let Err(error) = runtime.block_on(schedule(service, stopped)) {
                tracing::error!(%error, "no job is triggered any more");
            }
            // Waits for a run that is under way.
            drop(runtime);
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Trigger {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the jobs' thread panicked");
        }
    }
}

async fn schedule(
    service: Service,
    stopped: oneshot::Receiver<()>,
) -> Result<(), JobSchedulerError> {
    let mut scheduler = JobScheduler::new().await?;
    let ahead =
        chrono::FixedOffset::east_opt(AHEAD_SECONDS).ok_or(JobSchedulerError::ParseSchedule)?;
    // One at a time in this process, too: they are small, and the database is one.
    let turnstile = Arc::new(Mutex::new(()));
    for job in all(&service.settings) {
        let job = Arc::new(job);
        tokio::spawn(run(Arc::clone(&job), service.clone(), Arc::clone(&turnstile)));
        let (service, turnstile) = (service.clone(), Arc::clone(&turnstile));
        let with_seconds = format!("0 {}", job.schedule);
        let trigger = tokio_cron_scheduler::Job::new_async_tz(with_seconds, ahead, move |_, _| {
            Box::pin(run(Arc::clone(&job), service.clone(), Arc::clone(&turnstile)))
        })?;
        scheduler.add(trigger).await?;
    }
    scheduler.start().await?;
    // A sender that was dropped means stop, too.
    let _ = stopped.await;
    scheduler.shutdown().await
}

async fn run(job: Arc<Job>, service: Service, turnstile: Arc<Mutex<()>>) {
    let _turn = turnstile.lock().await;
    let name = job.name;
    let done = tokio::task::spawn_blocking(move || -> Result<(), JobError> {
        job.run(&service)?;
        job.observe(&service)
    });
    match done.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(job = name, %error, "job not run"),
        Err(_) => tracing::error!(job = name, "job ended early"),
    }
}
