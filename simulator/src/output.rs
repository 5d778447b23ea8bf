#![allow(clippy::print_stdout, clippy::print_stderr)]

//! The command's output for people.

use crate::Arguments;
use ruhu_simulator::model::Tally;
use ruhu_simulator::run;
use ruhu_simulator::world::Played;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Runs the seeds and reports progress.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let begun = Instant::now();
    let next = AtomicU64::new(0);
    let total = Mutex::new((0_u64, 0_u64, 0_u64, Tally::new(), 0_u64));
    let work = || {
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= arguments.seeds {
                return;
            }
            let done = run::seed(arguments.from + n, arguments.steps);
            let Ok(mut total) = total.lock() else { return };
            total.0 += 1;
            match done {
                Ok(played) => {
                    total.1 += played.steps;
                    total.2 += played.calls;
                    for (word, times) in played.tally {
                        *total.3.entry(word).or_default() += times;
                    }
                }
                Err(failure) => {
                    total.4 += 1;
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
    let Ok(total) = total.into_inner() else { return ExitCode::FAILURE };
    let (seeds, steps, calls, tally, failed) = total;
    let seconds = begun.elapsed().as_secs_f64();
    println!("{seeds} seeds, {steps} steps, {calls} calls in {seconds:.1} s; {failed} failed");
    for (word, times) in tally {
        println!("  {times:>10} {word}");
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Reports the result of a replay.
pub(crate) fn replayed(played: Played) -> ExitCode {
    for line in &played.journal {
        println!("{line}");
    }
    match played.wrong {
        Some((at, wrong)) => failed(&format!("at step {at}: {wrong}")),
        None => {
            println!("{} steps, and nothing was wrong", played.steps);
            ExitCode::SUCCESS
        }
    }
}

/// Reports a failure.
pub(crate) fn failed(what: &str) -> ExitCode {
    eprintln!("{what}");
    ExitCode::FAILURE
}
