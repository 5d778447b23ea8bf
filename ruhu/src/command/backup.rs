//! `ruhu backup`.

use super::{CommandError, logging, output};
use clap::{Args, Subcommand};
use ruhu_api::backup;
use ruhu_api::keys::Keys;
use ruhu_api::settings::{Flags, Settings};
use ruhu_store::backup::{BackupError, Raised, Verification};
use std::path::PathBuf;

/// Copies the database into a file, or looks through such a copy
///
/// The copy is of one moment, made while the service runs and people write; nothing waits for it.
/// It is there whole and on the disk, or not at all, and never replaces a file. This is for
/// SQLite; PostgreSQL has pg_dump (docs/operations.md).
///
/// THE KEYS ARE NOT IN IT. Without the sealing keys nobody reads a backup, you included: keep a
/// copy of the key files somewhere else than the backups.
///
/// Examples:
///
///   ruhu backup --to /backups/ruhu-2026-11-23.db
///   ruhu backup verify /backups/ruhu-2026-11-23.db
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub(super) struct Backup {
    #[command(subcommand)]
    then: Option<Then>,
    /// The file to make; there must be none of this name
    #[arg(long, value_name = "FILE", required = true)]
    to: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Then {
    Verify(Verify),
}

/// Looks through a backup, and tells the database in use what it holds
///
/// Reads all of it and changes nothing in it: the file itself, that the keys open every row, every
/// device's chain of edits, and every record against the digests. If it is whole, and a backup of
/// the database that the settings name, tablets are told that they need not keep the edits in it
/// any longer: never tell them of a backup that you then throw away.
///
/// Examples:
///
///   ruhu backup verify /backups/ruhu-2026-11-23.db
///   ruhu backup verify --only /mnt/elsewhere/ruhu-2026-11-23.db
///   ruhu backup verify "postgres://ruhu@localhost/ruhu_copy"
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
struct Verify {
    /// The file; or the URL of a PostgreSQL database into which a dump was read
    #[arg(value_name = "FILE or URL")]
    copy: String,
    /// Only look: tell the database in use nothing
    #[arg(long)]
    only: bool,
    #[command(flatten)]
    flags: Flags,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), CommandError> {
        if let Some(Then::Verify(verify)) = self.then {
            return verify.run();
        }
        let settings = Settings::load(&self.flags)?;
        logging::begin(&settings);
        let to = self.to.ok_or_else(|| CommandError::Refused("give --to FILE".to_owned()))?;
        backup::make(&settings, &to)?;
        output::say(&format!("{} is there; the keys are not in it", to.display()));
        output::say(&format!("look through it: ruhu backup verify {}", to.display()));
        Ok(())
    }
}

impl Verify {
    fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        logging::begin(&settings);
        let keys = Keys::load(&settings.key_files).map_err(backup::Failure::from)?;
        let verified = backup::verify(&self.copy, &keys.sealing)?;
        if !verified.wrong.is_empty() {
            return Err(backup::Failure::from(BackupError::Damaged(verified.wrong)).into());
        }
        output::say(&format!("the backup is whole: {}", summary(&verified)));
        if self.only {
            return Ok(());
        }
        output::say(&match backup::raise_safe(&settings, &verified)? {
            Raised::Devices(count) => {
                format!("{count} devices need not keep any longer what is in it")
            }
            Raised::OtherEpoch | Raised::Damaged => {
                "it is of another epoch than the database in use: devices are told nothing"
                    .to_owned()
            }
        });
        Ok(())
    }
}

/// What is in it, in one line.
pub(super) fn summary(verified: &Verification) -> String {
    format!(
        "{} edits of {} devices, {} records in {} streams, epoch {}",
        verified.edits,
        verified.devices.len(),
        verified.records,
        verified.streams,
        verified.epoch
    )
}
