//! `ruhu restore`.

use super::backup::summary;
use super::{CommandError, logging, output};
use clap::Args;
use ruhu_api::app;
use ruhu_api::backup;
use ruhu_api::clock::Clock;
use ruhu_api::keys::Keys;
use ruhu_api::settings::{Flags, Settings};
use ruhu_casework::days::in_beijing;
use ruhu_store::StoreSettings;
use ruhu_store::audit::Act;
use secrecy::ExposeSecret as _;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Puts a backup in the place of the database, and begins a new epoch
///
/// The backup is looked through first. A database that is in place is not touched unless you say
/// so, and one that is in use not even then. The new epoch tells every tablet to send again what
/// the backup lacks, and to read everything anew: acknowledged work comes back by itself.
///
/// What was done since the backup beside the records is as it was: accounts, passwords, offices,
/// contracts; decisions made at a desk are made again; DEVICES REPORTED LOST SINCE ARE NOT LOST
/// ANY MORE: report them again, or give --end-sign-ins.
///
/// With PostgreSQL, put the database in place with pg_restore and give --in-place
/// (docs/operations.md).
///
/// Examples:
///
///   ruhu restore --from /backups/ruhu-2026-11-23.db
///   ruhu restore --from /backups/ruhu-2026-11-23.db --put-aside --end-sign-ins
///   ruhu restore --in-place --database-url postgres://ruhu@localhost/ruhu
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Restore {
    /// The backup; it stays where it is, as it is
    #[arg(long, value_name = "FILE", required_unless_present = "in_place")]
    from: Option<PathBuf>,
    /// Keep a database that is in place under another name, beside it
    #[arg(long, conflicts_with = "in_place")]
    put_aside: bool,
    /// The database is in place already, put there by PostgreSQL's tools: only look through it and
    /// begin the new epoch
    #[arg(long, conflicts_with = "from")]
    in_place: bool,
    /// End all sign-ins: everybody signs in again, and nobody at a device that was lost
    #[arg(long)]
    end_sign_ins: bool,
    #[command(flatten)]
    flags: Flags,
}

impl Restore {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        logging::begin(&settings);
        match &self.from {
            Some(from) => self.put_in_place(&settings, from)?,
            None => {
                let verified = backup::begin_epoch_in_place(&settings)?;
                output::say(&format!("a new epoch has begun: {}", summary(&verified)));
            }
        }
        if self.end_sign_ins {
            let keys = Keys::load(&settings.key_files).map_err(app::StartError::from)?;
            let store = app::open_store(&settings, &keys)?;
            let devices = store.end_all_sign_ins(Clock::Machine.now())?;
            output::say(&format!("the sign-ins of {devices} devices are ended"));
        } else {
            output::say("report again the devices that were lost since the backup was made");
        }
        Ok(())
    }

    fn put_in_place(&self, settings: &Settings, from: &Path) -> Result<(), CommandError> {
        let keys = Keys::load(&settings.key_files).map_err(app::StartError::from)?;
        let url = settings.database_url.expose_secret();
        let suffix = in_beijing(Clock::Machine.now()).format("aside-%Y%m%d-%H%M%S").to_string();
        let aside = self.put_aside.then_some(suffix.as_str());
        let store = StoreSettings::new(url, keys.sealing);
        let restored =
            ruhu_store::backup::restore(&store, from, aside).map_err(backup::Failure::from)?;
        let placed = backup::open_live(settings)?;
        backup::note(&placed, Act::BackupRestored, json!({"epoch": restored.epoch}))?;
        if let Some(aside) = restored.aside {
            output::say(&format!("what was in place is now {}", aside.display()));
        }
        output::say(&format!(
            "the backup is in place, in epoch {}: {} edits, {} records",
            restored.epoch, restored.edits, restored.records
        ));
        Ok(())
    }
}
