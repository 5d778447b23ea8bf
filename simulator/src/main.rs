//! The simulator by hand: long runs, and replays of what failed.

mod output;

use clap::Parser;
use ruhu_simulator::run;
use ruhu_simulator::step::Schedule;
use std::path::PathBuf;
use std::process::ExitCode;

/// Tries to break the guarantees of the sync protocol, in memory.
#[derive(Parser)]
struct Arguments {
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// Steps of each.
    #[arg(long, default_value_t = 200)]
    steps: usize,
    /// How many threads.
    #[arg(long, default_value_t = 1)]
    jobs: u64,
    /// Plays the schedule in this file instead: what a failure printed after `replay:`.
    #[arg(long)]
    replay: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match &arguments.replay {
        Some(file) => replay(file),
        None => output::run(&arguments),
    }
}

fn replay(file: &PathBuf) -> ExitCode {
    let read = std::fs::read_to_string(file).map_err(|error| error.to_string());
    let schedule =
        read.and_then(|text| serde_json::from_str::<Schedule>(&text).map_err(|e| e.to_string()));
    match schedule {
        Ok(schedule) => output::replayed(run::play(&schedule)),
        Err(error) => output::failed(&format!("{}: {error}", file.display())),
    }
}
