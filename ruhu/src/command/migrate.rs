//! `ruhu migrate`.

use super::{CommandError, logging, output};
use clap::Args;
use ruhu_api::app;
use ruhu_api::keys::Keys;
use ruhu_api::settings::{Flags, Settings};

/// Brings the database's schema up to date
///
/// `ruhu serve` does so by itself; this is for whoever wants it done before the new version starts.
/// Doing it again changes nothing. Servers that start together wait for each other.
///
/// Example:
///
///   ruhu migrate --database-url postgres://ruhu@localhost/ruhu
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Migrate {
    #[command(flatten)]
    flags: Flags,
}

impl Migrate {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        logging::begin(&settings);
        let keys = Keys::load(&settings.key_files).map_err(app::StartError::from)?;
        app::open_store(&settings, &keys)?;
        output::say("the schema is up to date");
        Ok(())
    }
}
