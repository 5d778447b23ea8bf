//! `ruhu journal`.

use super::{CommandError, logging, output};
use clap::{Args, Subcommand};
use ruhu_api::backup;
use ruhu_api::clock::Clock;
use ruhu_api::settings::{Flags, Settings};
use ruhu_casework::days::in_beijing;
use ruhu_store::Halt;
use ruhu_store::Store;
use ruhu_store::journal::{Anchor, Audit, Erasable};
use ruhu_sync::decision::EditName;
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant, RecordId};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Looks through the journal of all edits, anchors it, erases words by right
#[derive(Debug, Subcommand)]
pub(super) enum Journal {
    Verify(Verify),
    Anchor(TakeAnchor),
    Erase(Erase),
}

/// Follows every device's chain of edits, and names what was changed
///
/// Reads the whole journal, a few rows at a time and while people write, and changes nothing. Each
/// row must follow from the one before it, say the same in all of its columns, and open to the
/// bytes that were acknowledged. What was changed, taken away or put elsewhere is named by device
/// and number, the first first, and the command ends with an error. Payloads erased by right are
/// counted and told with the reason.
///
/// The audit log is followed in the same way, and every account, right, device and signing key is held
/// against the log's last word on it: one that was changed, added or taken away past the service is named.
///
/// Somebody who writes a whole chain anew, down to the device's own row, is found out by an anchor
/// that was kept elsewhere: every head in it must still lie on its chain, the audit log's too.
///
/// Examples:
///
///   ruhu journal verify
///   ruhu journal verify --anchor /media/safe/ruhu-2026-11-23.anchor
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Verify {
    /// An anchor that was made before
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

/// Writes down where every chain of edits and the audit log end, to be kept elsewhere
///
/// The file holds names of devices and hashes, nothing of any person. Keep it where nobody who can
/// write to the database can write, and write down its digest. The heads are taken as they stand:
/// run `ruhu journal verify` first.
///
/// Example:
///
///   ruhu journal anchor --to /media/safe/ruhu-2026-11-23.anchor
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct TakeAnchor {
    /// The file to make; there must be none of this name
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

/// Erases what people wrote, by right, for a reason that stays
///
/// The words go from the journal, with the salt of their hash; that there was an edit, when, whose,
/// and what became of it stays, and so does the chain. It cannot be taken back. A deleted record is
/// erased with all of its edits, and cannot be brought back after that; a single edit is erased if
/// it was rejected, or quarantined and dismissed. SQLite's file is written anew, so that no copy of the
/// words is left in its free room: whoever writes meanwhile waits. BACKUPS AND TABLETS THAT HAVE NOT SYNCED STILL
/// HAVE THE WORDS: after a restore, erase again.
///
/// Examples:
///
///   ruhu journal erase --record 0192f0c1-5a3e-7c4d-9b21-0d6f3a7e1c55 --reason "撤回同意，2026年第17号决定"
///   ruhu journal erase --edit 0192f0c1-6b00-7d10-8a44-3c9e5f7a2b66/42 --reason "误录他人信息，2026年第18号决定"
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Erase {
    /// A deleted record
    #[arg(long, value_name = "UUID", value_parser = read_record, required_unless_present = "edit")]
    record: Option<RecordId>,
    /// One edit, as `ruhu journal verify` and the desk name it
    #[arg(long, value_name = "DEVICE/NUMBER", value_parser = read_edit, conflicts_with = "record")]
    edit: Option<EditName>,
    /// By what right: kept, sealed, with each edit, and told by `ruhu journal verify`
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    flags: Flags,
}

fn read_record(text: &str) -> Result<RecordId, String> {
    RecordId::parse(text).ok_or_else(|| "give a record's id, a UUID".to_owned())
}

fn read_edit(text: &str) -> Result<EditName, String> {
    let read = |(device, number): (&str, &str)| {
        let device_seq = DeviceSeq(number.parse().ok()?);
        Some(EditName { device: DeviceId::parse(device)?, device_seq })
    };
    let name = text.split_once('/').and_then(read);
    name.ok_or_else(|| "give the device's id, a slash and the edit's number".to_owned())
}

impl Journal {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self {
            Self::Verify(verify) => verify.run(),
            Self::Anchor(anchor) => anchor.run(),
            Self::Erase(erase) => erase.run(),
        }
    }
}

/// The database in use, to be looked at.
fn look_at(flags: &Flags) -> Result<Store, CommandError> {
    let settings = Settings::load(flags)?;
    logging::begin(&settings);
    Ok(backup::look_at(&settings)?)
}

impl Verify {
    fn run(self) -> Result<(), CommandError> {
        let anchor = self.anchor.as_deref().map(read_anchor).transpose()?;
        let store = look_at(&self.flags)?;
        let audit = store.audit_journal(anchor.as_ref())?;
        let log = store.verify_audit_log(anchor.as_ref().and_then(|anchor| anchor.log))?;
        for erased in &audit.erasures {
            output::say(&format!(
                "device {}, edit {}: erased by right on {}: {}",
                erased.device,
                erased.device_seq,
                day(erased.erased_at),
                erased.reason
            ));
        }
        if let Some(anchor) = &anchor {
            let (day, digest) = (day(anchor.made_at), anchor.digest());
            output::say(&format!("the anchor of {day} has the digest {digest}"));
        }
        output::say(&summary(&audit));
        output::say(&format!(
            "looked through {} lines of the audit log, and {} accounts, rights, devices and keys against it",
            log.lines, log.rows
        ));
        for fault in audit.faults.iter().map(ToString::to_string).chain(log.faults) {
            output::complain(&fault);
        }
        match audit.faulty + log.faulty {
            0 => Ok(()),
            faulty => {
                let epoch = anchor.filter(|anchor| anchor.epoch != audit.epoch);
                Err(CommandError::Refused(broken(faulty, epoch.is_some())))
            }
        }
    }
}

fn broken(faulty: u64, is_of_another_epoch: bool) -> String {
    let mut text = format!(
        "{faulty} rows of the journal, the audit log, accounts or rights are not as they were written: keep this database as it is, \
         compare it with a backup, and find out who wrote to it beside the service"
    );
    if is_of_another_epoch {
        text.push_str(
            "; the anchor is of another epoch: a backup from before it was restored since, and \
             what tablets sent again has other links",
        );
    }
    text
}

fn summary(audit: &Audit) -> String {
    format!(
        "looked through {} edits of {} devices in epoch {}; {} erased by right",
        audit.edits,
        audit.heads.len(),
        audit.epoch,
        audit.erased
    )
}

fn day(at: Instant) -> String {
    in_beijing(at).format("%Y-%m-%d").to_string()
}

fn read_anchor(path: &Path) -> Result<Anchor, CommandError> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| CommandError::File(path.display().to_string(), error))?;
    Anchor::parse(&text).map_err(|error| CommandError::Refused(error.to_string()))
}

impl TakeAnchor {
    fn run(self) -> Result<(), CommandError> {
        let anchor = look_at(&self.flags)?.anchor_journal(Clock::Machine.now())?;
        let written = File::create_new(&self.to)
            .and_then(|mut file| file.write_all(anchor.to_text().as_bytes()).map(|()| file))
            .and_then(|file| file.sync_all());
        written.map_err(|error| CommandError::File(self.to.display().to_string(), error))?;
        output::say(&format!(
            "{} holds the heads of {} devices",
            self.to.display(),
            anchor.heads().count()
        ));
        output::say(&format!("its digest, to be written down elsewhere: {}", anchor.digest()));
        Ok(())
    }
}

impl Erase {
    fn run(self) -> Result<(), CommandError> {
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(CommandError::Refused("say by what right: --reason".to_owned()));
        }
        let what = match (self.record, self.edit) {
            (Some(record), _) => Erasable::Record(record),
            (None, Some(edit)) => Erasable::Edit(edit),
            (None, None) => {
                return Err(CommandError::Refused("give --record or --edit".to_owned()));
            }
        };
        let settings = Settings::load(&self.flags)?;
        logging::begin(&settings);
        let store = backup::open_live(&settings)?;
        match store.erase(what, reason, Clock::Machine.now()) {
            Ok(edits) => {
                output::say(&format!("{edits} edits are erased; backups still hold them"));
                Ok(())
            }
            Err(Halt::Refused(refusal)) => Err(CommandError::Refused(refusal.to_string())),
            Err(Halt::Storage(error)) => Err(error.into()),
        }
    }
}
