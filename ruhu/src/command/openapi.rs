//! `ruhu openapi`.

use super::{CommandError, output};
use clap::Args;
use ruhu_api::routes;
use std::path::PathBuf;

/// Prints the API's contract, or writes it to a file
///
/// OpenAPI 3.1, made from the routes. The contract is checked in as openapi/openapi.json, and a
/// test fails until it is written anew after a change.
///
/// Examples:
///
///   ruhu openapi --write openapi/openapi.json
///   ruhu openapi | less
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Openapi {
    /// Write it there instead of printing it
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

impl Openapi {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let json =
            routes::contract().map_err(|problem| CommandError::Refused(problem.to_string()))?;
        let Some(file) = self.write else {
            output::write(&json);
            return Ok(());
        };
        std::fs::write(&file, json)
            .map_err(|error| CommandError::File(file.display().to_string(), error))?;
        output::say(&format!("{} is written", file.display()));
        Ok(())
    }
}
