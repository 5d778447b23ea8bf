//! The keys that seal: another is added, seals, and takes over what the older ones sealed.

use super::super::{CommandError, logging, output};
use clap::Args;
use ruhu_api::app::StartError;
use ruhu_api::backup;
use ruhu_api::clock::Clock;
use ruhu_api::keys::KeyError;
use ruhu_api::settings::{Flags, Settings};
use ruhu_store::{KeyId, KeyRing, KeyRingError, RowsByKey};
use std::path::Path;

/// Adds a key to the sealing keys; it opens from the next start on, and does not seal yet
///
/// The first of four steps; `docs/operations.md` tells all of them. Copy the key file to every machine
/// of the service, and to where you keep the keys, and restart every process: from then on each of
/// them opens what any of them will seal with the new key.
///
/// Example:
///
///   ruhu keys add-sealing --settings /etc/ruhu.toml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(in crate::command) struct Add {
    #[command(flatten)]
    flags: Flags,
}

/// Lets another key of the file seal, from the next start of the service on
///
/// The second step, when every process has been restarted with the key in its file. Copy the file and
/// restart every process again.
///
/// Example:
///
///   ruhu keys seal-with 2 --settings /etc/ruhu.toml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(in crate::command) struct SealWith {
    /// The key's ID, as its line in the file begins
    id: u16,
    #[command(flatten)]
    flags: Flags,
}

/// Seals anew what older keys sealed, while the service runs, and tells which keys can go
///
/// The third step, when every process seals with the new key. Rows are sealed anew some at a time, and
/// nobody has to wait for more than those. It may be ended at any moment, and goes on where it stood
/// when it is begun again. At the end it tells how many rows stand under each key: one that has none
/// left can be taken out of the key file. BACKUPS STAY UNDER THE KEYS OF THEIR DAY: keep an old key
/// with the keys for as long as you keep a backup from before.
///
/// Examples:
///
///   ruhu keys reseal --dry-run
///   ruhu keys reseal
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(in crate::command) struct Reseal {
    /// Only tell how many rows stand under each key
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    flags: Flags,
}

/// A line of progress after so many rows.
const TOLD_ROWS: u64 = 10_000;

fn ring(path: &Path, error: KeyRingError) -> CommandError {
    StartError::from(KeyError::Ring(path.to_owned(), error)).into()
}

impl Add {
    pub(in crate::command) fn run(self) -> Result<(), CommandError> {
        let path = Settings::load(&self.flags)?.key_files.sealing;
        let id = KeyRing::add_to(&path).map_err(|error| ring(&path, error))?.0;
        output::say(&format!(
            "key {id} is in {}, and does not seal yet: copy the file to every machine, restart every \
             process, then run `ruhu keys seal-with {id}`",
            path.display()
        ));
        Ok(())
    }
}

impl SealWith {
    pub(in crate::command) fn run(self) -> Result<(), CommandError> {
        let path = Settings::load(&self.flags)?.key_files.sealing;
        KeyRing::seal_with(&path, KeyId(self.id)).map_err(|error| ring(&path, error))?;
        output::say(&format!(
            "key {} seals from the next start on: copy {} to every machine, restart every process, \
             then run `ruhu keys reseal`",
            self.id,
            path.display()
        ));
        Ok(())
    }
}

impl Reseal {
    pub(in crate::command) fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        logging::begin(&settings);
        let path = &settings.key_files.sealing;
        let keys = KeyRing::load(path).map_err(|error| ring(path, error))?;
        if self.dry_run {
            tell(&backup::look_at(&settings)?.rows_by_key()?, &keys);
            return Ok(());
        }
        let store = backup::open_live(&settings)?;
        let mut told = 0;
        let done = store.reseal(Clock::Machine.now(), &mut |at| {
            if at.rows >= told + TOLD_ROWS {
                told = at.rows;
                output::say(&format!("{} rows are sealed anew; in {}", at.rows, at.table));
            }
            true
        })?;
        output::say(&format!("{} rows are sealed anew under key {}", done.rows, keys.current().0));
        let left = tell(&store.rows_by_key()?, &keys);
        match (done.unreadable, left) {
            (0, 0) => Ok(()),
            (0, left) => Err(CommandError::Refused(format!(
                "{left} rows stand under older keys still: some process seals with one of them; \
                 restart every process, and run this again"
            ))),
            (unreadable, _) => Err(CommandError::Refused(format!(
                "{unreadable} rows do not open with the keys in the file: put the keys back that \
                 sealed them, or ask `ruhu journal verify` which rows were changed"
            ))),
        }
    }
}

/// Tells how many rows stand under each key, and which keys can go; gives how many rows stand under
/// others than the one that seals.
fn tell(rows: &RowsByKey, keys: &KeyRing) -> u64 {
    let mut left = 0;
    for (key, tables) in rows {
        let count: u64 = tables.values().sum();
        let each: Vec<_> = tables.iter().map(|(table, rows)| format!("{table} {rows}")).collect();
        let seals = if *key == keys.current() { ", which seals" } else { "" };
        output::say(&format!("key {}{seals}: {count} rows ({})", key.0, each.join(", ")));
        left += if *key == keys.current() { 0 } else { count };
    }
    for key in keys.ids().filter(|key| !rows.contains_key(key) && *key != keys.current()) {
        output::say(&format!(
            "key {}: no row; once every process seals with key {}, and for as long as you keep no \
             backup from before, its line can be taken out of the key file",
            key.0,
            keys.current().0
        ));
    }
    left
}
