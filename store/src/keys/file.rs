//! Changes of a key file: written next to it, for its owner alone, and moved into place in one
//! step.

use super::{KeyId, KeyRing, KeyRingError};
use ruhu_sync::chain::to_hex;
use secrecy::zeroize::{Zeroize as _, Zeroizing};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

impl KeyRing {
    /// Adds a new random key above the line that seals: it opens, and does not seal yet. Returns
    /// its name.
    pub fn add_to(path: &Path) -> Result<KeyId, KeyRingError> {
        let ring = Self::load(path)?;
        let highest = ring.ids().map(|id| id.0).max().unwrap_or_default();
        let id = KeyId(highest.checked_add(1).ok_or(KeyRingError::NoMoreNames)?);
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|_| KeyRingError::NoRandomness)?;
        let line = Zeroizing::new(format!("{} {}", id.0, to_hex(&secret)));
        secret.zeroize();
        rewrite(path, |lines| {
            let last = lines.iter().rposition(|line| name(line).is_some()).unwrap_or(lines.len());
            lines.insert(last, line.to_string());
        })?;
        Ok(id)
    }

    /// Moves a key's line to the end, so that it seals from the next start on.
    pub fn seal_with(path: &Path, id: KeyId) -> Result<(), KeyRingError> {
        if !Self::load(path)?.ids().any(|known| known == id) {
            return Err(KeyRingError::NoSuchKey(id.0));
        }
        rewrite(path, |lines| {
            if let Some(at) = lines.iter().position(|line| name(line) == Some(id)) {
                let line = lines.remove(at);
                lines.push(line);
            }
        })
    }
}

/// The name of the key in a line, if it has one.
fn name(line: &str) -> Option<KeyId> {
    let (id, _) = line.trim().split_once(' ')?;
    Some(KeyId(id.parse().ok()?))
}

fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<String>)) -> Result<(), KeyRingError> {
    let text = Zeroizing::new(fs::read_to_string(path)?);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    change(&mut lines);
    let mut written = Zeroizing::new(String::with_capacity(text.len() + 100));
    for line in &mut lines {
        written.push_str(line);
        written.push('\n');
        line.zeroize();
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    match fs::remove_file(beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(beside)?;
    file.write_all(written.as_bytes())?;
    file.sync_all()?;
    fs::rename(beside, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_added_opens_at_once_and_seals_when_it_is_told_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys");
        let first = KeyRing::load_or_make(&path).expect("made");
        assert_eq!(KeyRing::add_to(&path).expect("added"), KeyId(2));
        let both = KeyRing::load(&path).expect("read");
        assert_eq!(
            (both.current(), both.ids().collect::<Vec<_>>()),
            (KeyId(1), vec![KeyId(1), KeyId(2)])
        );
        assert_eq!(both.derive("x"), first.derive("x"));
        KeyRing::seal_with(&path, KeyId(2)).expect("changed");
        let changed = KeyRing::load(&path).expect("read");
        assert_eq!((changed.current(), changed.ids().count()), (KeyId(2), 2));
        assert_eq!(changed.derive_each("x"), [both.derive_each("x")[1], first.derive("x")]);
        let text = fs::read_to_string(&path).expect("text");
        assert!(text.starts_with("# "), "what was said in the file stays");
        assert!(matches!(KeyRing::seal_with(&path, KeyId(7)), Err(KeyRingError::NoSuchKey(7))));
        assert_eq!(KeyRing::add_to(&path).expect("added"), KeyId(3));
        assert_eq!(KeyRing::load(&path).expect("read").current(), KeyId(2));
    }
}
