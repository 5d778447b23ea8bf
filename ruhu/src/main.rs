//! The `ruhu` command.

mod command;

use clap::Parser as _;
use command::Ruhu;
use std::process::ExitCode;

fn main() -> ExitCode {
    Ruhu::parse().run()
}
