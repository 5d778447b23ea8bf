//! The `ruhu` command.

use clap::Parser as _;
use ruhu_api::command::Ruhu;
use std::process::ExitCode;

fn main() -> ExitCode {
    Ruhu::parse().run()
}
