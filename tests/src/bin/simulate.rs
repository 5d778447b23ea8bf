#![allow(clippy::print_stdout)]

//! The simulator over HTTP, by hand: the same schedules in memory and on SQLite and PostgreSQL.

use clap::{Parser, ValueEnum};
use ruhu_simulator::step::Schedule;
use ruhu_simulator::world::Played;
use ruhu_tests::{Database, simulated, verdict};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Plays schedules in memory and over HTTP on a database, and compares every answer and all that is
/// stored at the end. PostgreSQL is the server that RUHU_TEST_POSTGRES_URL names.
#[derive(Parser)]
struct Arguments {
    /// Which databases.
    #[arg(long, value_enum, default_value_t = On::Both)]
    on: On,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// How many seeds.
    #[arg(long, default_value_t = 20)]
    seeds: u64,
    /// Steps of each.
    #[arg(long, default_value_t = 150)]
    steps: usize,
    /// How many threads.
    #[arg(long, default_value_t = 1)]
    jobs: u64,
    /// Plays the schedule in this file instead: what a failure printed after `replay:`.
    #[arg(long)]
    replay: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum On {
    Sqlite,
    Postgres,
    Both,
}

impl On {
    fn databases(self) -> &'static [Database] {
        match self {
            Self::Sqlite => &[Database::Sqlite],
            Self::Postgres => &[Database::Postgres],
            Self::Both => &[Database::Sqlite, Database::Postgres],
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match &arguments.replay {
        Some(file) => replay(file, arguments.on.databases()),
        None => run(&arguments),
    }
}

fn replay(file: &Path, databases: &[Database]) -> ExitCode {
    let text = std::fs::read_to_string(file).expect("the file");
    let schedule: Schedule = serde_json::from_str(&text).expect("a schedule");
    match simulated::play(&schedule, databases) {
        Ok(played) => {
            println!("{} steps, {} calls, and nothing was wrong", played.steps, played.calls);
            ExitCode::SUCCESS
        }
        Err((at, wrong)) => {
            println!("at step {at}: {wrong}");
            ExitCode::FAILURE
        }
    }
}

/// How far it came.
#[derive(Default)]
struct Done {
    seeds: u64,
    steps: u64,
    calls: u64,
    failed: u64,
    tally: BTreeMap<String, u64>,
}

impl Done {
    fn add(&mut self, played: &Played) {
        (self.steps, self.calls) = (self.steps + played.steps, self.calls + played.calls);
        for answer in &played.heard {
            let told = &answer["answer"];
            if let Some(kind) = told["type"].as_str() {
                *self.tally.entry(kind.to_owned()).or_default() += 1;
            }
            for outcome in told["outcomes"].as_array().into_iter().flatten() {
                *self.tally.entry(verdict(outcome)).or_default() += 1;
            }
            if told["complete"] == Value::Bool(true) {
                *self.tally.entry("pull".to_owned()).or_default() += 1;
            }
        }
    }
}

fn run(arguments: &Arguments) -> ExitCode {
    let begun = Instant::now();
    let next = AtomicU64::new(0);
    let done = Mutex::new(Done::default());
    let work = || {
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= arguments.seeds {
                return;
            }
            let databases = arguments.on.databases();
            let played = simulated::seed(arguments.from + n, arguments.steps, databases);
            let mut done = done.lock().expect("no thread fails");
            done.seeds += 1;
            match played {
                Ok(played) => done.add(&played),
                Err(failure) => {
                    done.failed += 1;
                    println!("{failure}\n");
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(work);
        }
    });
    let Done { seeds, steps, calls, failed, tally } = done.into_inner().expect("no thread fails");
    let seconds = begun.elapsed().as_secs_f64();
    println!("{seeds} seeds, {steps} steps, {calls} calls in {seconds:.1} s; {failed} failed");
    for (word, times) in tally {
        println!("  {times:>8} {word}");
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
