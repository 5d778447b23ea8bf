//! What each job does. A run that is done twice does no harm.

use super::{Counts, JobError};
use crate::backup;
use crate::keys::Keys;
use crate::service::Service;
use ruhu_casework::days::day_of;
use ruhu_casework::days::in_beijing;
use ruhu_store::audit::{Act, Entry};
use ruhu_store::backup::{BackupError, Raised};
use ruhu_sync::id::Instant;
use std::path::{Path, PathBuf};

/// Longer than any client goes on sending one request again.
const REQUEST_DAYS: i64 = 30;

/// Longer than anybody asks whether a job ran.
const RUN_DAYS: i64 = 400;

fn days_before(now: Instant, days: i64) -> Instant {
    Instant(now.0 - days * 86_400 * 1_000_000)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Notes what ended yesterday or before, once. The rights themselves ended with their last day;
/// tokens stay, because they are what a person hands in the last work with.
pub(super) fn note_ended_grants(service: &Service, now: Instant) -> Result<Counts, JobError> {
    let noted = service.store.write(|tx| tx.note_ends_before(day_of(now), now))?;
    Ok([
        ("memberships", count(noted.memberships)),
        ("contracts", count(noted.contracts)),
        ("offices", count(noted.offices)),
    ]
    .into())
}

/// Removes refresh tokens that are refused anyhow.
pub(super) fn forget_refresh_tokens(service: &Service, now: Instant) -> Result<Counts, JobError> {
    let removed = service.store.write(|tx| tx.forget_expired_refresh_tokens(now))?;
    Ok([("refresh_tokens", count(removed))].into())
}

/// Removes idempotency keys, with the answers kept for them, old runs of jobs, and wrong passwords
/// that count no more.
pub(super) fn forget_requests(service: &Service, now: Instant) -> Result<Counts, JobError> {
    let (requests, runs) = service.store.write(|tx| {
        let requests = tx.forget_requests(days_before(now, REQUEST_DAYS))?;
        tx.forget_sign_in_failures(days_before(now, 1))?;
        Ok((requests, tx.forget_job_runs(days_before(now, RUN_DAYS))?))
    })?;
    Ok([("idempotency_keys", count(requests)), ("job_runs", count(runs))].into())
}

const PREFIX: &str = "ruhu-";
const SUFFIX: &str = ".db";

/// Makes a backup, looks through it, tells devices of it, and removes the oldest ones.
pub(super) fn back_up(service: &Service, now: Instant) -> Result<Counts, JobError> {
    let Some(folder) = &service.settings.backup_dir else {
        return Ok(Counts::new());
    };
    let failed = |error| JobError::File("the folder of backups".to_owned(), error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let name = in_beijing(now).format("%Y%m%d-%H%M%S");
    let file = folder.join(format!("{PREFIX}{name}{SUFFIX}"));
    service.store.back_up(&file).map_err(backup::Failure::from)?;
    service.store.write(|tx| tx.audit(&Entry::at_the_command_line(Act::BackupMade, now)))?;
    // Read anew: keys that went missing are found while the service still knows them.
    let keys = Keys::load(&service.settings.key_files).map_err(backup::Failure::from)?;
    let verified = backup::verify(&file.display().to_string(), &keys.sealing)?;
    if !verified.wrong.is_empty() {
        return Err(backup::Failure::from(BackupError::Damaged(verified.wrong)).into());
    }
    let raised = match service.store.raise_safe(&verified)? {
        Raised::Devices(devices) => count(devices),
        Raised::OtherEpoch | Raised::Damaged => 0,
    };
    let removed = remove_oldest(folder, service.settings.backup_keep).map_err(failed)?;
    Ok([
        ("edits", verified.edits),
        ("records", verified.records),
        ("devices_raised", raised),
        ("backups_removed", count(removed)),
    ]
    .into())
}

/// Keeps so many of the backups that this job made; files of other names are not its own.
fn remove_oldest(folder: &Path, keep: usize) -> std::io::Result<usize> {
    let mut made: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(is_made_here) {
            made.push(path);
        }
    }
    // By name, which is by time.
    made.sort();
    let old = made.len().saturating_sub(keep);
    for path in &made[..old] {
        std::fs::remove_file(path)?;
    }
    Ok(old)
}

fn is_made_here(name: &str) -> bool {
    let time = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(SUFFIX));
    time.is_some_and(|time| {
        let bytes = time.as_bytes();
        bytes.len() == 15
            && bytes[8] == b'-'
            && bytes.iter().enumerate().all(|(at, byte)| at == 8 || byte.is_ascii_digit())
    })
}
