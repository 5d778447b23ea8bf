//! A small load tool: what a push, a pull and a first sync cost, each compared with the least that
//! the same work can cost on this machine, measured in the same run.
//!
//! The server is the real `ruhu serve`, a process of its own, so that its memory and processor time
//! are separate from the load's. See `bench/README.md` for the meaning of each ratio.

mod answers;
mod arguments;
mod bare;
mod client;
mod database;
mod documents;
mod error;
mod house;
mod output;
mod peer;
mod processes;
mod report;
mod soak;
mod statistics;
mod tablet;
mod vocabulary;
mod workload;

pub use arguments::Arguments;
pub use error::BenchError;

use arguments::Command;
use database::Database;

/// Runs the workload that the arguments name, on each database they name.
pub fn run(arguments: &Arguments) -> Result<(), BenchError> {
    for &database in arguments.load.database.databases() {
        match arguments.command {
            Command::Push(ref asked) => workload::push::run(&arguments.load, asked, database)?,
            Command::Pull(ref asked) => workload::pull::run(&arguments.load, asked, database)?,
            Command::FirstSync(ref asked) => {
                workload::first_sync::run(&arguments.load, asked, database)?;
            }
            Command::Forms(ref asked) => workload::forms::run(&arguments.load, asked, database)?,
            Command::Statements => workload::statements::run(&arguments.load, database)?,
            Command::Soak(ref asked) => soak::run(&arguments.load, asked, database)?,
            Command::All => run_all(arguments, database)?,
        }
    }
    Ok(())
}

fn run_all(arguments: &Arguments, database: Database) -> Result<(), BenchError> {
    let load = &arguments.load;
    workload::statements::run(load, database)?;
    workload::push::run(load, &arguments::Push::usual(), database)?;
    workload::pull::run(load, &arguments::Pull::usual(), database)?;
    workload::first_sync::run(load, &arguments::FirstSync::usual(), database)?;
    workload::forms::run(load, &arguments::Forms::usual(), database)
}
