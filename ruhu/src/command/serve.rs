//! `ruhu serve`.

use super::{CommandError, logging, output};
use clap::Args;
use ruhu_api::app::{self, MissingKeys};
use ruhu_api::clock::Clock;
use ruhu_api::ending::Ending;
use ruhu_api::settings::{Flags, Settings};

/// Answers requests until it is told to end
///
/// Opens the database, brings its schema up to date, and listens. On TERM or INT it takes no more
/// requests, finishes those in flight, and ends.
///
/// Examples:
///
///   ruhu serve --make-keys
///   ruhu serve --settings /etc/ruhu.toml --log-format json
///   ruhu serve --listen 127.0.0.1:0 --database-url postgres://ruhu@localhost/ruhu
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Serve {
    /// Make the keys that are not there yet, once; without this a missing key is an error, because
    /// a lost key must not be replaced in silence
    #[arg(long)]
    make_keys: bool,
    /// Print the settings that hold, passwords masked, and end
    #[arg(long)]
    print_settings: bool,
    #[command(flatten)]
    flags: Flags,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        if self.print_settings {
            output::write(&settings.to_masked_toml());
            return Ok(());
        }
        logging::begin(&settings);
        let missing = match self.make_keys {
            true => MissingKeys::Make,
            false => MissingKeys::Refuse,
        };
        let service = app::build(settings, missing, Clock::Machine)?;
        let not_well =
            |error| CommandError::Refused(format!("the server did not end well: {error}"));
        let ending = Ending::listen().map_err(not_well)?;
        let running = app::serve(service)?;
        let address = running.address();
        output::say(&format!("listening on http://{address}"));
        tracing::info!(%address, "listening");
        running.run_until(ending).map_err(not_well)
    }
}
