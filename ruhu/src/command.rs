//! The `ruhu` command: one file for each subcommand.
//!
//! A new one: a file beside the others with its arguments and `run`, its `mod` line, a variant and
//! a line in [`Ruhu::run`].

mod backup;
mod demo;
mod journal;
mod keys;
mod kinds;
mod logging;
mod migrate;
mod openapi;
mod output;
mod rebuild;
mod restore;
mod serve;
mod user;

use clap::{Parser, Subcommand};
use ruhu_api::app::StartError;
use ruhu_api::settings::SettingsErrors;
use std::process::ExitCode;

/// What the person typed.
#[derive(Debug, Parser)]
#[command(
    name = "ruhu",
    version,
    about = "入户 Ruhu: offline-first field visits for social assistance",
    long_about = "入户 Ruhu: offline-first field visits for social assistance.\n\n\
        To look around:   ruhu demo, then http://127.0.0.1:8080/\n\
        To add a person:  ruhu user add --help\n\
        Every setting can stand in a file (--settings FILE), in a variable (RUHU_LISTEN) or in a \
        flag (--listen); the flag outranks the variable, and the variable the file."
)]
pub(crate) struct Ruhu {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(name = "demo")]
    Demo(demo::Demonstrate),
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    Openapi(openapi::Openapi),
    Kinds(kinds::Kinds),
    #[command(subcommand)]
    Keys(keys::Keys),
    #[command(subcommand)]
    User(user::User),
    #[command(subcommand)]
    Journal(journal::Journal),
    Rebuild(rebuild::Rebuild),
    Backup(backup::Backup),
    Restore(restore::Restore),
}

/// Why a command did not do its work; each says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// The settings are wrong.
    #[error(transparent)]
    Settings(#[from] SettingsErrors),
    /// The service does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The demo cannot be shown.
    #[error(transparent)]
    Demo(#[from] ruhu_demo::DemoError),
    /// The database cannot be used.
    #[error("{0}: see that the database is there and may be written")]
    Store(#[from] ruhu_sync::storage::StorageError),
    /// A backup was not made, looked through or put in place.
    #[error(transparent)]
    Backup(#[from] ruhu_api::backup::Failure),
    /// A file cannot be read or written.
    #[error("{0}: {1}; check the path and who may use it")]
    File(String, std::io::Error),
    /// What was asked cannot be done.
    #[error("{0}")]
    Refused(String),
}

impl Ruhu {
    /// Does what was asked; what goes wrong is told in one place.
    pub(crate) fn run(self) -> ExitCode {
        let done = match self.command {
            Command::Demo(demo) => demo.run(),
            Command::Serve(serve) => serve.run(),
            Command::Migrate(migrate) => migrate.run(),
            Command::Openapi(openapi) => openapi.run(),
            Command::Kinds(kinds) => kinds.run(),
            Command::Keys(keys) => keys.run(),
            Command::User(user) => user.run(),
            Command::Journal(journal) => journal.run(),
            Command::Rebuild(rebuild) => rebuild.run(),
            Command::Backup(backup) => backup.run(),
            Command::Restore(restore) => restore.run(),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                output::complain(&error.to_string());
                ExitCode::FAILURE
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Ruhu::command().debug_assert();
    }

    #[test]
    fn every_subcommand_teaches_with_an_example() {
        fn leaves(command: &clap::Command) -> Vec<&clap::Command> {
            let mut inner = command.get_subcommands().peekable();
            match inner.peek() {
                None => vec![command],
                Some(_) => inner.flat_map(leaves).collect(),
            }
        }
        for command in leaves(&Ruhu::command()) {
            let long = command.get_long_about().map(ToString::to_string);
            let name = command.get_name();
            assert!(
                long.is_some_and(|text| text.contains("\n  ruhu ")),
                "`{name}` shows no example"
            );
        }
    }
}
