//! The service's keys: read from their files, or made with a mode that nobody else can read.

mod signing;

pub use signing::{SigningKey, SigningKeys};

use crate::settings::KeyFiles;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ruhu_store::{KeyRing, KeyRingError};
use secrecy::{ExposeSecret as _, SecretBox};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// A shorter token could be guessed.
const TOKEN_BYTES_MIN: usize = 16;

/// A key of 32 bytes.
pub type Secret32 = SecretBox<[u8; 32]>;

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is none yet.
    #[error(
        "{0} is not there: put the key there, or run `ruhu serve --make-keys` once to make new keys"
    )]
    Missing(PathBuf),
    /// It cannot be read or written.
    #[error("{0} cannot be used ({1}): check its path and who may read it")]
    Unusable(PathBuf, std::io::Error),
    /// It is no key.
    #[error("{0} holds no {1}: put the right file there; a damaged key comes back from the backup")]
    NotAKey(PathBuf, &'static str),
    /// It is not named as one.
    #[error(
        "{0} is no name for a signing key: call it NUMBER.pem, such as 0001.pem; the highest signs"
    )]
    Misnamed(PathBuf),
    /// The sealing keys cannot be used.
    #[error("{0}: {1}")]
    Ring(PathBuf, KeyRingError),
    /// Others than its owner may read it.
    #[error("{0} is open to others than its owner: chmod 600 it")]
    OpenToOthers(PathBuf),
    /// The machine gives no randomness.
    #[error("the machine gives no randomness to make keys from")]
    NoRandomness,
}

/// All keys.
#[derive(Debug)]
pub struct Keys {
    /// Seal what is stored.
    pub sealing: KeyRing,
    /// Authenticates cursors.
    pub cursor: Secret32,
    /// Sign access tokens.
    pub signing: SigningKeys,
}

impl Keys {
    /// Reads all keys; all must be there.
    pub fn load(files: &KeyFiles) -> Result<Self, KeyError> {
        Ok(Self {
            sealing: load_ring(&files.sealing)?,
            cursor: read_secret(&files.cursor)?,
            signing: SigningKeys::load(&files.signing)?,
        })
    }

    /// Makes those that are not there yet, then reads all. A key that is there is never replaced.
    pub fn load_or_make(files: &KeyFiles) -> Result<Self, KeyError> {
        make_folder_of(&files.sealing)?;
        KeyRing::load_or_make(&files.sealing)
            .map_err(|error| KeyError::Ring(files.sealing.clone(), error))?;
        write_new(&files.cursor, || {
            let mut bytes = [0_u8; 32];
            getrandom::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
            Ok(format!("{}\n", STANDARD.encode(bytes)))
        })?;
        SigningKeys::make_first(&files.signing)?;
        Self::load(files)
    }
}

fn read(file: &Path) -> Result<secrecy::SecretString, KeyError> {
    check_privacy(file)?;
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(text.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(KeyError::Missing(file.to_owned()))
        }
        Err(error) => Err(KeyError::Unusable(file.to_owned(), error)),
    }
}

/// The token that somebody has to show, from a file of its own.
pub(crate) fn read_token(file: &Path) -> Result<secrecy::SecretString, KeyError> {
    let text = read(file)?;
    let token = text.expose_secret().trim();
    match token.len() >= TOKEN_BYTES_MIN && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(token.to_owned().into()),
        false => {
            Err(KeyError::NotAKey(file.to_owned(), "token of 16 printable characters or more"))
        }
    }
}

fn load_ring(file: &Path) -> Result<KeyRing, KeyError> {
    KeyRing::load(file).map_err(|error| match error {
        KeyRingError::File(error) if error.kind() == ErrorKind::NotFound => {
            KeyError::Missing(file.to_owned())
        }
        error => KeyError::Ring(file.to_owned(), error),
    })
}

fn check_privacy(file: &Path) -> Result<(), KeyError> {
    #[cfg(unix)]
    if let Ok(metadata) = std::fs::metadata(file)
        && std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
    {
        return Err(KeyError::OpenToOthers(file.to_owned()));
    }
    Ok(())
}

fn read_secret(file: &Path) -> Result<Secret32, KeyError> {
    let text = read(file)?;
    let mut secret = Box::new([0_u8; 32]);
    match STANDARD.decode_slice(text.expose_secret().trim(), secret.as_mut_slice()) {
        Ok(32) => Ok(SecretBox::new(secret)),
        _ => Err(KeyError::NotAKey(file.to_owned(), "32 bytes in base64")),
    }
}

fn write_new(
    file: &Path,
    content: impl FnOnce() -> Result<String, KeyError>,
) -> Result<(), KeyError> {
    make_folder_of(file)?;
    let unusable = |error| KeyError::Unusable(file.to_owned(), error);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = match options.open(file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        opened => opened.map_err(unusable)?,
    };
    let content = secrecy::SecretString::from(content()?);
    opened
        .write_all(content.expose_secret().as_bytes())
        .and_then(|()| opened.sync_all())
        .map_err(unusable)
}

fn make_folder_of(file: &Path) -> Result<(), KeyError> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| KeyError::Unusable(folder.to_owned(), error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> KeyFiles {
        KeyFiles {
            sealing: folder.join("keys/sealing.key"),
            cursor: folder.join("keys/cursor.key"),
            signing: folder.join("keys/signing"),
        }
    }

    #[test]
    fn keys_are_made_once_for_their_owner_alone_and_read_back() {
        let folder = tempfile::tempdir().expect("folder");
        let files = files(folder.path());
        let made = Keys::load_or_make(&files).expect("made");
        let again = Keys::load_or_make(&files).expect("again");
        assert_eq!(made.sealing.derive("test"), again.sealing.derive("test"));
        assert_eq!(made.cursor.expose_secret(), again.cursor.expose_secret());
        assert_eq!(made.signing.newest().id(), again.signing.newest().id());
        #[cfg(unix)]
        for file in [&files.sealing, &files.cursor, &files.signing.join("0001.pem")] {
            let metadata = std::fs::metadata(file).expect("file");
            let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
    }

    #[test]
    fn a_missing_or_damaged_key_is_said_with_what_to_do() {
        let folder = tempfile::tempdir().expect("folder");
        let files = files(folder.path());
        let missing = Keys::load(&files).expect_err("missing").to_string();
        assert!(missing.contains("--make-keys"), "{missing}");
        Keys::load_or_make(&files).expect("made");
        std::fs::write(files.signing.join("0001.pem"), "no key").expect("file");
        let damaged = Keys::load(&files).expect_err("damaged").to_string();
        assert!(damaged.contains("Ed25519"), "{damaged}");
    }

    #[test]
    fn no_key_is_printed() {
        let folder = tempfile::tempdir().expect("folder");
        let keys = Keys::load_or_make(&files(folder.path())).expect("made");
        let printed = format!("{keys:?}");
        assert!(printed.contains("REDACTED"), "{printed}");
        assert!(!printed.contains(&format!("{:?}", keys.signing.newest().pkcs8())));
    }
}
