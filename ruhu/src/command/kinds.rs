//! `ruhu kinds`.

use super::{CommandError, output};
use clap::Args;
use ruhu_casework::description;
use std::path::PathBuf;

/// Prints the page on the kinds of records, or writes it to a file
///
/// Markdown, made from the declarations. The page is checked in as docs/kinds.md, and a test fails
/// until it is written anew after a change.
///
/// Examples:
///
///   ruhu kinds --write docs/kinds.md
///   ruhu kinds | less
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Kinds {
    /// Write it there instead of printing it
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

impl Kinds {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let page = description::page();
        let Some(file) = self.write else {
            output::write(&page);
            return Ok(());
        };
        std::fs::write(&file, page)
            .map_err(|error| CommandError::File(file.display().to_string(), error))?;
        output::say(&format!("{} is written", file.display()));
        Ok(())
    }
}
