//! The keys that sign access tokens: a folder of them, so that one can be replaced and nobody is
//! signed out. The newest signs; all of them are believed.

use super::{KeyError, make_folder_of, read, write_new};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretSlice};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// All signing keys there are, by the numbers of their files; never none.
#[derive(Debug)]
pub struct SigningKeys {
    newest: SigningKey,
    older: Vec<SigningKey>,
}

impl SigningKeys {
    /// One key, in no file.
    pub fn of(newest: SigningKey) -> Self {
        Self { newest, older: Vec::new() }
    }

    /// Those of a folder: the files NUMBER.pem.
    pub fn load(folder: &Path) -> Result<Self, KeyError> {
        let mut keys = Vec::new();
        for file in files_of(folder)?.values() {
            keys.push(SigningKey::from_pem(file)?);
        }
        let newest = keys.pop().ok_or_else(|| KeyError::Missing(folder.to_owned()))?;
        Ok(Self { newest, older: keys })
    }

    /// Makes the first key, if there is none yet.
    pub(super) fn make_first(folder: &Path) -> Result<(), KeyError> {
        match files_of(folder)?.is_empty() {
            true => Self::add(folder).map(drop),
            false => Ok(()),
        }
    }

    /// Makes another key, which signs from the next start on; gives its file.
    pub fn add(folder: &Path) -> Result<PathBuf, KeyError> {
        let last = files_of(folder)?.last_key_value().map_or(0, |(number, _)| *number);
        let file = folder.join(format!("{:04}.pem", last.saturating_add(1)));
        make_folder_of(&file)?;
        write_new(&file, || Ok(SigningKey::make()?.to_pem()))?;
        Ok(file)
    }

    /// The one that signs.
    pub fn newest(&self) -> &SigningKey {
        &self.newest
    }

    /// All of them, the newest first.
    pub fn all(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.newest).chain(self.older.iter().rev())
    }
}

/// The folder's key files by number; none if there is no folder.
fn files_of(folder: &Path) -> Result<BTreeMap<u32, PathBuf>, KeyError> {
    let unusable = |error| KeyError::Unusable(folder.to_owned(), error);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries.map_err(unusable)?,
    };
    let mut files = BTreeMap::new();
    for entry in entries {
        let file = entry.map_err(unusable)?.path();
        if file.extension().is_none_or(|extension| extension != "pem") {
            continue;
        }
        let number = file.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        let number = number.ok_or_else(|| KeyError::Misnamed(file.clone()))?;
        files.insert(number, file);
    }
    Ok(files)
}

/// The Ed25519 key that signs access tokens.
pub struct SigningKey {
    pkcs8: SecretSlice<u8>,
    public: Vec<u8>,
    id: String,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";

impl SigningKey {
    /// A new one.
    pub fn make() -> Result<Self, KeyError> {
        let document = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new())
            .map_err(|_| KeyError::NoRandomness)?;
        Self::from_pkcs8(document.as_ref().to_vec()).ok_or(KeyError::NoRandomness)
    }

    fn from_pkcs8(pkcs8: Vec<u8>) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).ok()?;
        let public = pair.public_key().as_ref().to_vec();
        let id = URL_SAFE_NO_PAD.encode(&Sha256::digest(&public)[..12]);
        Some(Self { pkcs8: pkcs8.into(), public, id })
    }

    fn from_pem(file: &Path) -> Result<Self, KeyError> {
        let not_a_key = || KeyError::NotAKey(file.to_owned(), "Ed25519 key (PKCS#8 in PEM)");
        let text = read(file)?;
        let body = text
            .expose_secret()
            .trim()
            .strip_prefix(PEM_BEGIN)
            .and_then(|text| text.strip_suffix(PEM_END))
            .ok_or_else(not_a_key)?;
        let base64: String = body.split_whitespace().collect();
        let pkcs8 = STANDARD.decode(base64).map_err(|_| not_a_key())?;
        Self::from_pkcs8(pkcs8).ok_or_else(not_a_key)
    }

    fn to_pem(&self) -> String {
        // An Ed25519 key fits into one line of PEM.
        format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", STANDARD.encode(self.pkcs8()))
    }

    /// Its name in tokens: a hash of its public half.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The private key, PKCS#8 in DER.
    pub fn pkcs8(&self) -> &[u8] {
        self.pkcs8.expose_secret()
    }

    /// The public key's 32 bytes.
    pub fn public(&self) -> &[u8] {
        &self.public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_number_signs_and_all_are_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let keys = folder.path().join("signing");
        assert!(matches!(SigningKeys::load(&keys), Err(KeyError::Missing(_))));
        SigningKeys::make_first(&keys).expect("made");
        SigningKeys::make_first(&keys).expect("made before");
        let first = SigningKeys::load(&keys).expect("keys").newest().id().to_owned();
        // Eight more: the tenth is newer than the ninth, whatever the alphabet says.
        for _ in 0..9 {
            SigningKeys::add(&keys).expect("added");
        }
        let all = SigningKeys::load(&keys).expect("keys");
        let tenth = SigningKey::from_pem(&keys.join("0010.pem")).expect("a key");
        assert_eq!(all.newest().id(), tenth.id());
        let ids: Vec<_> = all.all().map(SigningKey::id).collect();
        assert_eq!((ids.len(), ids[9]), (10, &*first));
        std::fs::write(keys.join("mine.pem"), "").expect("written");
        assert!(matches!(SigningKeys::load(&keys), Err(KeyError::Misnamed(_))));
    }
}
