//! `ruhu rebuild`.

use super::{CommandError, logging, output};
use clap::Args;
use ruhu_api::app;
use ruhu_api::backup;
use ruhu_api::keys::Keys;
use ruhu_api::settings::{Flags, Settings};
use ruhu_store::audit::Act;
use serde_json::json;

/// Builds the read models anew from the records
///
/// Lists and searches read from tables that are worked out from the records. This works them out
/// again, in one transaction, and says what was not as it should be: after a normal life nothing
/// was. It ends with an error if anything was different, after putting it right.
///
/// Example:
///
///   ruhu rebuild --settings /etc/ruhu.toml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Rebuild {
    #[command(flatten)]
    flags: Flags,
}

impl Rebuild {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        logging::begin(&settings);
        let keys = Keys::load(&settings.key_files).map_err(app::StartError::from)?;
        let store = app::open_store(&settings, &keys)?;
        let report = store.rebuild()?;
        let told = json!({"differences": report.differences()});
        backup::note(&store, Act::ModelsRebuilt, told)?;
        for (table, found) in &report.tables {
            output::say(&format!(
                "{table}: {} rows; {} were missing, {} different, {} too many",
                found.rows, found.missing, found.different, found.extra
            ));
        }
        match report.differences() {
            0 => {
                output::say("the read models are what the records say");
                Ok(())
            }
            rows => Err(CommandError::Refused(format!(
                "{rows} rows were not what the records say, and now are: find out who wrote to the \
                 database beside the service"
            ))),
        }
    }
}
