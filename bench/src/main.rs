//! The `ruhu-bench` command.

use clap::Parser as _;
use ruhu_bench::Arguments;
use std::process::ExitCode;

#[allow(clippy::print_stderr, reason = "the command answers the person who typed it")]
fn main() -> ExitCode {
    match ruhu_bench::run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ruhu-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
