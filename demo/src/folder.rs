//! The folder that a demo lives in: its marker, its lock, and the promise to touch no other's data.

use crate::DemoError;
use crate::story::Told;
use chrono::NaiveDate;
use ruhu_sync::id::Epoch;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// What `demo.json` says: that the database beside it is a demo's, and which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Marker {
    /// The database's epoch; none while it is being made.
    pub(crate) epoch: Option<Epoch>,
    /// The households that were asked for.
    pub(crate) households: usize,
    /// The day on which the first contract ends: after it, nobody of that team may work.
    pub(crate) contracts_end: NaiveDate,
    /// The story, once it has been told.
    pub(crate) told: Option<Told>,
}

/// What is in the folder.
#[derive(Debug)]
pub(crate) enum Found {
    /// Nothing.
    Nothing,
    /// A demo that was not finished.
    Unfinished,
    /// A demo.
    Demo(Box<Marker>),
}

/// A demo's folder, which no other demo uses as long as this lives.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// The database is elsewhere, and not the folder's.
    is_elsewhere: bool,
    _lock: File,
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> DemoError + '_ {
    move |error| DemoError::File(path.to_owned(), error)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

impl Folder {
    /// Enters the folder, making it if it is not there.
    pub(crate) fn enter(path: &Path, is_elsewhere: bool) -> Result<Self, DemoError> {
        // A folder that holds another's database gets not even a lock's file.
        if !is_elsewhere && path.join(DATABASE).exists() && !path.join(MARKER).exists() {
            return Err(DemoError::NotADemo(path.to_owned()));
        }
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(failed(path))?;
        let file = path.join("demo.lock");
        let lock = private().open(&file).map_err(failed(&file))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), is_elsewhere, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DemoError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(DemoError::File(file, error)),
        }
    }

    /// What is there.
    pub(crate) fn look(&self) -> Result<Found, DemoError> {
        let file = self.marker();
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(DemoError::File(file, error)),
        };
        let marker: Marker =
            serde_json::from_str(&text).map_err(|_| DemoError::NotADemo(self.path.clone()))?;
        Ok(match (marker.epoch, self.is_elsewhere || self.path.join(DATABASE).exists()) {
            (Some(_), true) => Found::Demo(Box::new(marker)),
            _ => Found::Unfinished,
        })
    }

    /// Writes the marker, all of it or nothing.
    pub(crate) fn mark(&self, marker: &Marker) -> Result<(), DemoError> {
        let (file, new) = (self.marker(), self.path.join("demo.json.new"));
        let text = serde_json::to_vec_pretty(marker)
            .map_err(|error| DemoError::Plan(error.to_string()))?;
        let mut opened = private().truncate(true).open(&new).map_err(failed(&new))?;
        opened.write_all(&text).and_then(|()| opened.sync_all()).map_err(failed(&new))?;
        fs::rename(&new, &file).map_err(failed(&file))
    }

    /// Removes the demo's database and its marker; the keys stay.
    pub(crate) fn clear(&self) -> Result<(), DemoError> {
        // The marker last: as long as it is there, the folder is known as a demo's.
        for name in [DATABASE, "ruhu.db-wal", "ruhu.db-shm", MARKER] {
            let file = self.path.join(name);
            match fs::remove_file(&file) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(DemoError::File(file, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Where it is written whose demo this is. One beside a database of its own says nothing of one
    /// that is elsewhere.
    pub(crate) fn marker(&self) -> PathBuf {
        self.path.join(if self.is_elsewhere { MARKER_ELSEWHERE } else { MARKER })
    }

    /// Where a file of the folder is.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder's database, as a URL.
    pub(crate) fn database_url(&self) -> String {
        format!("sqlite:{}", self.path.join(DATABASE).display())
    }
}

const MARKER: &str = "demo.json";
const MARKER_ELSEWHERE: &str = "demo-elsewhere.json";
const DATABASE: &str = "ruhu.db";

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> Marker {
        let contracts_end = "2027-08-14".parse().expect("day");
        let epoch = Some(Epoch(uuid::Uuid::from_u128(1)));
        Marker { epoch, households: 3, contracts_end, told: None }
    }

    #[test]
    fn a_database_without_a_marker_is_never_touched() {
        let place = tempfile::tempdir().expect("folder");
        fs::write(place.path().join(DATABASE), "somebody's").expect("file");
        let refused = Folder::enter(place.path(), false).expect_err("refused").to_string();
        assert!(refused.contains("--data-dir"), "{refused}");
        let left: Vec<_> = fs::read_dir(place.path()).expect("folder").collect();
        assert_eq!(left.len(), 1);
    }

    #[test]
    fn a_marker_reads_back_and_is_its_owners_alone() {
        let place = tempfile::tempdir().expect("folder");
        let folder = Folder::enter(place.path(), false).expect("entered");
        assert!(matches!(folder.look(), Ok(Found::Nothing)));
        folder.mark(&marker()).expect("marked");
        // Without its database a demo is not finished.
        assert!(matches!(folder.look(), Ok(Found::Unfinished)));
        fs::write(folder.file(DATABASE), "").expect("file");
        assert!(matches!(folder.look(), Ok(Found::Demo(found)) if *found == marker()));
        #[cfg(unix)]
        for name in [MARKER, "demo.lock"] {
            let metadata = fs::metadata(folder.file(name)).expect("file");
            let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        folder.clear().expect("cleared");
        assert!(matches!(folder.look(), Ok(Found::Nothing)));
    }

    #[test]
    fn two_demos_do_not_share_a_folder() {
        let place = tempfile::tempdir().expect("folder");
        let first = Folder::enter(place.path(), false).expect("entered");
        assert!(matches!(Folder::enter(place.path(), false), Err(DemoError::InUse(_))));
        drop(first);
        assert!(Folder::enter(place.path(), false).is_ok());
    }
}
