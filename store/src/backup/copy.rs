//! Copies a SQLite database while it is in use.

use super::BackupError;
use crate::Store;
use crate::connection::Connection;
use crate::failure;
use crate::target::Target;
use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;
use std::fs::File;
use std::path::Path;

impl Store {
    /// Copies this moment into a new file. Writers to the database do not wait meanwhile. The file
    /// appears whole and on disk, or not at all.
    pub fn back_up(&self, to: &Path) -> Result<(), BackupError> {
        if matches!(self.target(), Target::Postgres(_)) {
            return Err(BackupError::Postgres);
        }
        if to.exists() {
            return Err(BackupError::Exists(to.to_owned()));
        }
        let failed = |error| BackupError::File(to.to_owned(), error);
        let folder = folder_of(to);
        // Readable by its owner alone, and removed again on failure.
        let partial = tempfile::Builder::new()
            .prefix(".ruhu-backup-")
            .suffix(".partial")
            .tempfile_in(folder)
            .map_err(failed)?;
        self.vacuum_into(partial.path())?;
        partial.as_file().sync_all().map_err(failed)?;
        partial.persist_noclobber(to).map_err(|error| {
            match error.error.kind() == std::io::ErrorKind::AlreadyExists {
                true => BackupError::Exists(to.to_owned()),
                false => failed(error.error),
            }
        })?;
        sync_folder(folder).map_err(failed)
    }

    fn vacuum_into(&self, file: &Path) -> Result<(), BackupError> {
        let name =
            file.to_str().ok_or_else(|| failure::unavailable("the backup's path is not UTF-8"))?;
        let mut session = self.session()?;
        let Connection::Sqlite(c) = &mut session.connection else {
            return Err(BackupError::Postgres);
        };
        // One read transaction for all of it, and one file without a log next to it.
        let query = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(name);
        query.execute(c).map_err(failure::of_query)?;
        Ok(())
    }
}

/// The folder of a file.
pub(super) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A new name is on disk only when its folder is.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
