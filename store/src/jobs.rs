//! Scheduled jobs: who runs one, and the result of each run. Of several processes on one database
//! one runs a job that is due; the lease of a process that died runs out.

mod ends;
mod tokens;

pub use ends::EndsNoted;

use crate::Tx;
use crate::failure::corrupt;
use crate::schema::{job_lease, job_run};
use crate::values::Fixed;
use crate::{Store, connection::Connection};
use diesel::prelude::*;
use ruhu_sync::id::Instant;
use ruhu_sync::storage::Stored;
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

/// One due job, as a process claims it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn<'a> {
    /// The job.
    pub job: &'a str,
    /// When it was due: there is one run for each due time.
    pub due: Instant,
    /// The process, by a name it made for this run.
    pub holder: Uuid,
}

/// The result of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum JobOutcome {
    /// It is in progress.
    Running,
    /// It succeeded.
    Done,
    /// It failed; the next one tries again.
    Failed,
    /// Its process ended before it did.
    Abandoned,
}

impl JobOutcome {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A run as it is recorded. Contains nothing about any person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRun {
    /// When it was due.
    pub due: Instant,
    /// When it began.
    pub started: Instant,
    /// When it ended, if it has.
    pub finished: Option<Instant>,
    /// Its result.
    pub outcome: JobOutcome,
    /// Its counts, as a JSON object; or why it failed.
    pub told: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = job_run)]
struct Row {
    due_at: i64,
    started_at: i64,
    finished_at: Option<i64>,
    outcome: String,
    told: String,
}

impl Store {
    /// Claims a job until an instant; `false` if another process has it, or it was run before. A
    /// run whose process died is claimed again.
    pub fn take_turn(&self, turn: &Turn<'_>, now: Instant, until: Instant) -> Stored<bool> {
        self.write(|tx| {
            let ends = lease_ends(tx, turn.job)?;
            if ends > now.0 {
                // No lease is longer than the one requested here: the clock was ahead when this one
                // was given. A holder that is alive keeps it; a dead one must not be waited for
                // until the old clock's time comes.
                if ends > until.0 {
                    shorten_lease(tx, turn.job, until)?;
                }
                return Ok(false);
            }
            abandon_others(tx, turn.job)?;
            let is_taken = begin_run(tx, turn, now)?;
            if is_taken {
                set_lease(tx, turn, until)?;
            }
            Ok(is_taken)
        })
    }

    /// Extends a lease; `false` if it was lost.
    pub fn keep_turn(&self, turn: &Turn<'_>, until: Instant) -> Stored<bool> {
        self.write(|tx| move_end(tx, turn, until))
    }

    /// Records the result of a run, and releases the job; `false` if the lease was lost before, and
    /// another process is at it.
    pub fn end_turn(
        &self,
        turn: &Turn<'_>,
        now: Instant,
        outcome: JobOutcome,
        told: &str,
    ) -> Stored<bool> {
        self.write(|tx| {
            let changed = tx.run(|connection| {
                let query = diesel::update(
                    job_run::table
                        .find((turn.job, turn.due.0))
                        .filter(job_run::holder.eq(Fixed(*turn.holder.as_bytes()))),
                )
                .set((
                    job_run::finished_at.eq(now.0),
                    job_run::outcome.eq(outcome.as_str()),
                    job_run::told.eq(told),
                ));
                on_both!(connection, |c| query.execute(c))
            })?;
            move_end(tx, turn, Instant(0))?;
            Ok(changed == 1)
        })
    }
}

/// Locks the job's lease, creating it if necessary, and returns when it ends.
fn lease_ends(tx: &mut Tx, job: &str) -> Stored<i64> {
    tx.run(|connection| {
        let values = (
            job_lease::job.eq(job),
            job_lease::holder.eq(Fixed([0; 16])),
            job_lease::expires_at.eq(0_i64),
        );
        on_both!(&mut *connection, |c| diesel::insert_into(job_lease::table)
            .values(values)
            .on_conflict(job_lease::job)
            .do_nothing()
            .execute(c))?;
        let query = job_lease::table.find(job).select(job_lease::expires_at);
        match connection {
            Connection::Postgres(c) => query.for_update().first(c),
            Connection::Sqlite(c) => query.first(c),
        }
    })
}

fn shorten_lease(tx: &mut Tx, job: &str, until: Instant) -> Stored<()> {
    tx.run(|connection| {
        let query =
            diesel::update(job_lease::table.find(job)).set(job_lease::expires_at.eq(until.0));
        on_both!(connection, |c| query.execute(c))
    })?;
    Ok(())
}

fn set_lease(tx: &mut Tx, turn: &Turn<'_>, until: Instant) -> Stored<()> {
    tx.run(|connection| {
        let query = diesel::update(job_lease::table.find(turn.job)).set((
            job_lease::holder.eq(Fixed(*turn.holder.as_bytes())),
            job_lease::expires_at.eq(until.0),
        ));
        on_both!(connection, |c| query.execute(c))
    })?;
    Ok(())
}

fn move_end(tx: &mut Tx, turn: &Turn<'_>, until: Instant) -> Stored<bool> {
    let changed = tx.run(|connection| {
        let query = diesel::update(
            job_lease::table
                .find(turn.job)
                .filter(job_lease::holder.eq(Fixed(*turn.holder.as_bytes()))),
        )
        .set(job_lease::expires_at.eq(until.0));
        on_both!(connection, |c| query.execute(c))
    })?;
    Ok(changed == 1)
}

/// The holder of the lease's lock knows that nobody is running these.
fn abandon_others(tx: &mut Tx, job: &str) -> Stored<()> {
    tx.run(|connection| {
        let query = diesel::update(
            job_run::table
                .filter(job_run::job.eq(job))
                .filter(job_run::outcome.eq(JobOutcome::Running.as_str())),
        )
        .set(job_run::outcome.eq(JobOutcome::Abandoned.as_str()));
        on_both!(connection, |c| query.execute(c))
    })?;
    Ok(())
}

/// Records that the run begins, unless one for the same due time finished.
fn begin_run(tx: &mut Tx, turn: &Turn<'_>, now: Instant) -> Stored<bool> {
    let holder = Fixed(*turn.holder.as_bytes());
    let changed = tx.run(|connection| {
        let query = diesel::update(
            job_run::table
                .find((turn.job, turn.due.0))
                .filter(job_run::outcome.eq(JobOutcome::Abandoned.as_str())),
        )
        .set((
            job_run::holder.eq(holder),
            job_run::started_at.eq(now.0),
            job_run::outcome.eq(JobOutcome::Running.as_str()),
        ));
        on_both!(connection, |c| query.execute(c))
    })?;
    if changed == 1 {
        return Ok(true);
    }
    let added = tx.run(|connection| {
        let values = (
            job_run::job.eq(turn.job),
            job_run::due_at.eq(turn.due.0),
            job_run::holder.eq(holder),
            job_run::started_at.eq(now.0),
            job_run::outcome.eq(JobOutcome::Running.as_str()),
            job_run::told.eq("{}"),
        );
        on_both!(connection, |c| diesel::insert_into(job_run::table)
            .values(values)
            .on_conflict((job_run::job, job_run::due_at))
            .do_nothing()
            .execute(c))
    })?;
    Ok(added == 1)
}

impl Tx {
    /// The last runs of a job, the latest first.
    pub fn job_runs(&mut self, job: &str, limit: u32) -> Stored<Vec<JobRun>> {
        let rows: Vec<Row> = self.run(|connection| {
            on_both!(connection, |c| job_run::table
                .filter(job_run::job.eq(job))
                .order(job_run::due_at.desc())
                .limit(i64::from(limit))
                .select(Row::as_select())
                .load(c))
        })?;
        rows.into_iter().map(run_of).collect()
    }

    /// When a job last succeeded, in whichever process.
    pub fn last_job_success(&mut self, job: &str) -> Stored<Option<Instant>> {
        let at: Option<Option<i64>> = self.run(|connection| {
            let query = job_run::table
                .filter(job_run::job.eq(job))
                .filter(job_run::outcome.eq(JobOutcome::Done.as_str()))
                .order(job_run::due_at.desc())
                .select(job_run::finished_at);
            on_both!(connection, |c| query.first(c).optional())
        })?;
        Ok(at.flatten().map(Instant))
    }

    /// Removes runs that were due before an instant; returns how many.
    pub fn forget_job_runs(&mut self, before: Instant) -> Stored<usize> {
        self.must_write()?;
        self.run(|connection| {
            let query = diesel::delete(job_run::table.filter(job_run::due_at.lt(before.0)));
            on_both!(connection, |c| query.execute(c))
        })
    }
}

fn run_of(row: Row) -> Stored<JobRun> {
    Ok(JobRun {
        due: Instant(row.due_at),
        started: Instant(row.started_at),
        finished: row.finished_at.map(Instant),
        outcome: row.outcome.parse().map_err(|_| corrupt("the outcome of a job"))?,
        told: row.told,
    })
}
