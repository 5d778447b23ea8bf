//! A disk that is full, or takes nothing (`disk.c`), under a real process, whoever runs it and wherever.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the disk is like for those who were started with its variables.
pub(crate) struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// A good one.
    pub(crate) fn make() -> Self {
        let mut random = [0; 8];
        getrandom::fill(&mut random).expect("random bytes");
        let name = format!("ruhu-disk-{:x}", u64::from_le_bytes(random));
        let disk = Self { folder: std::env::temp_dir().join(name) };
        fs::create_dir(&disk.folder).expect("a folder");
        // A database server may run as another user.
        open_to_all(&disk.folder);
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/processes/disk.c");
        let output = Command::new(compiler)
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(disk.library())
            .arg(source)
            .arg("-ldl")
            .output()
            .expect("a C compiler, which the build needs, too");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        open_to_all(&disk.library());
        disk
    }

    fn library(&self) -> PathBuf {
        self.folder.join("disk.so")
    }

    /// What a process is to be started with.
    pub(crate) fn variables(&self) -> [(&'static str, String); 2] {
        [
            ("LD_PRELOAD", self.library().display().to_string()),
            ("RUHU_TEST_DISK", self.folder.display().to_string()),
        ]
    }

    /// Leaves no room for more: what is there can be written over.
    pub(crate) fn fill(&self) {
        File::create(self.folder.join(".full")).expect("a file");
    }

    /// Takes nothing any more, as after an error of the device.
    pub(crate) fn refuse(&self) {
        File::create(self.folder.join(".read-only")).expect("a file");
    }

    /// Is good again.
    pub(crate) fn mend(&self) {
        for name in [".full", ".read-only"] {
            drop(fs::remove_file(self.folder.join(name)));
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn open_to_all(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o755)).expect("permissions");
}
