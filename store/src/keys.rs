//! The keys that seal what people wrote. One of them seals; all of them open, so that a key can be
//! changed while the service runs, and old rows are resealed over time.

mod file;

use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hmac::{Hmac, Mac};
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

/// A key's name: stored next to everything it sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u16);

/// Why there is no key ring.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The file cannot be read or created.
    #[error("the key file cannot be used: {0}")]
    File(#[from] std::io::Error),
    /// Others than its owner may read or change the file.
    #[error("the key file is open to others than its owner: change its mode to 600")]
    OpenToOthers,
    /// A line is not a key.
    #[error("line {0} of the key file is not `ID HEX`, with an ID below 65536 and 64 hex digits")]
    NotAKey(usize),
    /// Two keys have one name.
    #[error("two keys have the ID {0}")]
    Twice(u16),
    /// There is no key to seal with.
    #[error("there is no key to seal with")]
    NoKey,
    /// There is no key of this name.
    #[error("there is no key {0} in the key file")]
    NoSuchKey(u16),
    /// The highest name is taken.
    #[error("no name is left for another key: give one a line of its own, with a free ID")]
    NoMoreNames,
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
}

struct Key {
    secret: SecretBox<[u8; 32]>,
    cipher: XChaCha20Poly1305,
}

struct Ring {
    current: KeyId,
    keys: BTreeMap<KeyId, Key>,
}

/// The keys of one installation. Cheap to clone; its debug output reveals nothing.
#[derive(Clone)]
pub struct KeyRing(Arc<Ring>);

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({} keys)", self.0.keys.len())
    }
}

impl KeyRing {
    /// From keys by name; the last one seals.
    pub fn new(
        keys: impl IntoIterator<Item = (KeyId, SecretBox<[u8; 32]>)>,
    ) -> Result<Self, KeyRingError> {
        let mut ring = BTreeMap::new();
        let mut current = None;
        for (id, secret) in keys {
            let cipher = XChaCha20Poly1305::new(secret.expose_secret().into());
            if ring.insert(id, Key { secret, cipher }).is_some() {
                return Err(KeyRingError::Twice(id.0));
            }
            current = Some(id);
        }
        Ok(Self(Arc::new(Ring { current: current.ok_or(KeyRingError::NoKey)?, keys: ring })))
    }

    /// Reads a key file with a line `ID HEX` per key, the last one seals; empty lines and lines
    /// that begin with `#` are ignored. On unix only the file's owner may have access.
    pub fn load(path: &Path) -> Result<Self, KeyRingError> {
        let mut file = std::fs::File::open(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            if file.metadata()?.permissions().mode() & 0o077 != 0 {
                return Err(KeyRingError::OpenToOthers);
            }
        }
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let ring = Self::parse(&text);
        text.zeroize();
        ring
    }

    /// Reads a key file, or creates one with a new random key (mode 600) where there is none.
    pub fn load_or_make(path: &Path) -> Result<Self, KeyRingError> {
        match make(path) {
            Ok(()) => {}
            Err(KeyRingError::File(error)) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            }
            Err(error) => return Err(error),
        }
        Self::load(path)
    }

    fn parse(text: &str) -> Result<Self, KeyRingError> {
        let mut keys = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = line.split_once(' ').and_then(|(id, hex)| {
                let secret = from_hex(hex.trim())?;
                Some((KeyId(id.parse().ok()?), SecretBox::new(Box::new(secret))))
            });
            keys.push(key.ok_or(KeyRingError::NotAKey(index + 1))?);
        }
        Self::new(keys)
    }

    /// Derives thirty-two bytes for another purpose (a cursor's key, a token's) from the key that
    /// seals now. Each purpose has its own bytes, and none of them reveals the key.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        derived(self.0.keys.get(&self.0.current), purpose)
    }

    /// The same from each key, starting with the one that seals now: what was addressed to one of
    /// them is recognised for as long as its key is kept.
    pub fn derive_each(&self, purpose: &str) -> Vec<[u8; 32]> {
        let older = self.0.keys.iter().rev().filter(|(id, _)| **id != self.0.current);
        let older = older.map(|(_, key)| derived(Some(key), purpose));
        std::iter::once(self.derive(purpose)).chain(older).collect()
    }

    /// The name of the key that seals.
    pub fn current(&self) -> KeyId {
        self.0.current
    }

    /// The names of all keys, in order.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.0.keys.keys().copied()
    }

    /// The key that seals.
    pub(crate) fn sealing(&self) -> Option<(KeyId, &XChaCha20Poly1305)> {
        let current = self.0.current;
        let key = self.0.keys.get(&current)?;
        Some((current, &key.cipher))
    }

    /// The key with this name.
    pub(crate) fn opening(&self, id: KeyId) -> Option<&XChaCha20Poly1305> {
        self.0.keys.get(&id).map(|key| &key.cipher)
    }
}

fn derived(key: Option<&Key>, purpose: &str) -> [u8; 32] {
    let mut block = [0; 64];
    if let Some(key) = key {
        block[..32].copy_from_slice(key.secret.expose_secret());
    }
    // A key of a whole block is taken as it is, so there is no error to handle.
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&block).into());
    block.zeroize();
    mac.update(b"ruhu derived key 1\0");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

fn make(path: &Path) -> Result<(), KeyRingError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|_| KeyRingError::NoRandomness)?;
    let mut text = format!(
        "# The keys that seal this installation's data. Keep a copy apart from the database:\n\
         # without them nothing can be read. The last line seals, all lines open.\n\
         1 {}\n",
        ruhu_sync::chain::to_hex(&secret)
    );
    secret.zeroize();
    let written = file.write_all(text.as_bytes());
    text.zeroize();
    written?;
    // A database must not outlive its sealing key because the power failed just now.
    file.sync_all()?;
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SecretBox<[u8; 32]> {
        SecretBox::new(Box::new([byte; 32]))
    }

    #[test]
    fn a_key_file_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("keys");
        let made = KeyRing::load_or_make(&path).expect("made");
        let read = KeyRing::load_or_make(&path).expect("read");
        assert_eq!(made.derive("x"), read.derive("x"));
        assert_ne!(made.derive("x"), made.derive("y"));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("keys");
        KeyRing::load_or_make(&path).expect("made");
        let mode = |m| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(m));
        mode(0o640).expect("mode");
        assert!(matches!(KeyRing::load(&path), Err(KeyRingError::OpenToOthers)));
        mode(0o600).expect("mode");
        assert!(KeyRing::load(&path).is_ok());
    }

    #[test]
    fn the_last_line_seals_and_all_lines_open() {
        let (one, two) = ("01".repeat(32), "02".repeat(32));
        let ring = KeyRing::parse(&format!("# x\n1 {one}\n\n7 {two}\n")).expect("ring");
        assert_eq!(ring.sealing().map(|(id, _)| id), Some(KeyId(7)));
        assert!(ring.opening(KeyId(1)).is_some() && ring.opening(KeyId(2)).is_none());
    }

    #[test]
    fn what_is_no_key_is_named_by_its_line_and_not_quoted() {
        for line in ["1", "1 abcd", "x 0101", "70000 01"] {
            let error = KeyRing::parse(&format!("#\n{line}")).expect_err(line);
            assert!(matches!(error, KeyRingError::NotAKey(2)), "{error}");
        }
        assert!(matches!(KeyRing::parse(""), Err(KeyRingError::NoKey)));
        let twice = KeyRing::new([(KeyId(1), key(1)), (KeyId(1), key(2))]);
        assert!(matches!(twice, Err(KeyRingError::Twice(1))));
    }

    #[test]
    fn a_ring_shows_nothing_of_its_keys() {
        let ring = KeyRing::new([(KeyId(1), key(0xab))]).expect("ring");
        assert_eq!(format!("{ring:?}"), "KeyRing(1 keys)");
    }
}
