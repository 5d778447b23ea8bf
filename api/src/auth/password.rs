//! Passwords: kept as argon2id hashes, checked in a blocking thread, a few at a time, in memory that
//! is used again.

use crate::problem::{Answer, Problem};
use actix_web::web;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use ruhu_casework::secrets::PASSWORD_BYTES_MAX;
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Checks at one time: each takes 19 MiB and a processor, and must not crowd out the field.
const CHECKS_AT_ONCE_MAX: usize = 4;

/// The memory of one hash. It is never given back: a hundred threads that each take and free so much
/// leave gigabytes to the allocator, and glibc, once so much was freed, keeps twice as much free in
/// each of its arenas.
pub(super) type Memory = Vec<Block>;

/// A turn at checking, given back when it is dropped.
pub(super) type Turn = Arc<OwnedSemaphorePermit>;

/// Makes and checks password hashes.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// What no turn uses now.
    spare: Arc<Mutex<Vec<Memory>>>,
    /// Checked for logins that nobody has, so that they take as long as others.
    nobodys: Arc<str>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords(…)")
    }
}

impl Passwords {
    /// Ready to check.
    pub fn new() -> Answer<Self> {
        let mut memory = Memory::new();
        let nobodys = hash(&SecretString::from("a password that nobody has"), &mut memory)?;
        Ok(Self {
            turns: Arc::new(Semaphore::new(CHECKS_AT_ONCE_MAX)),
            spare: Arc::new(Mutex::new(vec![memory])),
            nobodys: nobodys.into(),
        })
    }

    /// Whether this is the password of that hash. Without a hash the answer is no, and takes as
    /// long.
    pub async fn is_right(&self, password: SecretString, stored: Option<String>) -> Answer<bool> {
        let turn = self.turn().await?;
        self.is_right_in(&turn, password, stored).await
    }

    /// Waits for a turn: so many are checked at once.
    pub(super) async fn turn(&self) -> Answer<Turn> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(Problem::internal)?;
        Ok(Arc::new(turn))
    }

    /// [`Passwords::is_right`], in a turn that goes on after it.
    pub(super) async fn is_right_in(
        &self,
        turn: &Turn,
        password: SecretString,
        stored: Option<String>,
    ) -> Answer<bool> {
        let has_one = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobodys.to_string());
        let check = move |memory: &mut Memory| verify(&password, &stored, memory) && has_one;
        self.hashing_in(Arc::clone(turn), check).await
    }

    /// The hash of a password to keep.
    pub async fn hash(&self, password: SecretString) -> Answer<String> {
        self.hashing(move |memory| hash(&password, memory)).await?
    }

    /// Does work that takes the memory of a hash, when it is its turn.
    pub(super) async fn hashing<T, F>(&self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Memory) -> T + Send + 'static,
    {
        let turn = self.turn().await?;
        self.hashing_in(turn, work).await
    }

    async fn hashing_in<T, F>(&self, turn: Turn, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Memory) -> T + Send + 'static,
    {
        let spare = Arc::clone(&self.spare);
        let done = web::block(move || {
            // Kept to the end of the work, even if nobody waits for it any more.
            let _turn = turn;
            let taken = spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut memory = taken.unwrap_or_default();
            let done = work(&mut memory);
            spare.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
            done
        });
        Ok(done.await?)
    }
}

/// The hash to keep; takes a tenth of a second on purpose. A service uses [`Passwords::hash`].
pub fn hash_password(password: &SecretString) -> Answer<String> {
    hash(password, &mut Memory::new())
}

fn hash(password: &SecretString, memory: &mut Memory) -> Answer<String> {
    let params = Params::default();
    let mut salt = [0; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt).map_err(|error| Problem::internal(error.to_string()))?;
    let mut made = [0; Params::DEFAULT_OUTPUT_LEN];
    let argon2 = Argon2::new(Algorithm::default(), Version::default(), params.clone());
    let (bytes, blocks) = (password.expose_secret().as_bytes(), blocks(memory, &params));
    let written = argon2
        .hash_password_into_with_memory(bytes, &salt, &mut made, blocks)
        .map_err(argon2::password_hash::Error::from)
        .and_then(|()| {
            Ok(PasswordHash {
                algorithm: Algorithm::default().ident(),
                version: Some(Version::default().into()),
                params: ParamsString::try_from(&params)?,
                salt: Some(Salt::new(&salt)?),
                hash: Some(Output::new(&made)?),
            })
        });
    written.map(|hash| hash.to_string()).map_err(|error| Problem::internal(error.to_string()))
}

/// As much of the memory as these parameters take.
pub(super) fn blocks<'a>(memory: &'a mut Memory, params: &Params) -> &'a mut [Block] {
    let count = params.block_count();
    if memory.len() < count {
        *memory = vec![Block::new(); count];
    }
    &mut memory[..count]
}

fn verify(password: &SecretString, stored: &str, memory: &mut Memory) -> bool {
    let bytes = password.expose_secret().as_bytes();
    bytes.len() <= PASSWORD_BYTES_MAX
        && PasswordHash::new(stored).is_ok_and(|hash| is_of(bytes, &hash, memory) == Some(true))
}

/// Whether a password is that of a hash; nothing if the hash is not one of argon2's.
fn is_of(password: &[u8], hash: &PasswordHash, memory: &mut Memory) -> Option<bool> {
    let (salt, expected) = hash.salt.zip(hash.hash)?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let params = Params::try_from(hash).ok()?;
    let argon2 = Argon2::new(algorithm, version, params.clone());
    let mut made = vec![0; expected.as_ref().len()];
    let blocks = blocks(memory, &params);
    argon2.hash_password_into_with_memory(password, salt.as_ref(), &mut made, blocks).ok()?;
    // Outputs are compared in constant time.
    Some(Output::new(&made).ok()? == expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn only_the_right_password_is_right_and_nobody_has_one() {
        let passwords = Passwords::new().expect("passwords");
        let stored = hash_password(&"correct horse".into()).expect("hash");
        assert!(stored.starts_with("$argon2id$v=19$"), "{stored}");
        let right =
            |password: &str, stored: Option<String>| passwords.is_right(password.into(), stored);
        assert!(right("correct horse", Some(stored.clone())).await.expect("checked"));
        assert!(!right("correct house", Some(stored)).await.expect("checked"));
        assert!(!right("a password that nobody has", None).await.expect("checked"));
    }

    #[actix_web::test]
    async fn who_hangs_up_gives_no_turn_away_and_the_memory_is_used_again() {
        let passwords = Passwords::new().expect("passwords");
        let (begun, has_begun) = std::sync::mpsc::channel();
        let (end, may_end) = std::sync::mpsc::channel::<()>();
        let asking = passwords.clone();
        let asked = actix_web::rt::spawn(async move {
            let hashing = asking.hashing(move |memory| {
                blocks(memory, &Params::default());
                begun.send(()).expect("the test waits");
                may_end.recv().expect("the test goes on");
            });
            hashing.await
        });
        while has_begun.try_recv().is_err() {
            actix_web::rt::task::yield_now().await;
        }
        asked.abort();
        assert!(asked.await.is_err(), "hung up");
        assert_eq!(passwords.turns.available_permits(), CHECKS_AT_ONCE_MAX - 1);
        end.send(()).expect("told");
        while passwords.turns.available_permits() < CHECKS_AT_ONCE_MAX {
            actix_web::rt::task::yield_now().await;
        }
        let spare = |passwords: &Passwords| {
            let spare = passwords.spare.lock().expect("lock");
            spare.iter().map(|memory| memory.as_ptr()).collect::<Vec<_>>()
        };
        let before = spare(&passwords);
        let stored = hash_password(&"correct horse".into()).expect("hash");
        for (password, is_right) in [("correct horse", true), ("correct house", false)] {
            let checked = passwords.is_right(password.into(), Some(stored.clone())).await;
            assert_eq!(checked.expect("checked"), is_right);
        }
        assert_eq!((spare(&passwords), before.len()), (before, 1));
    }

    #[test]
    fn what_argon2_itself_finds_right_or_wrong_is_found_so() {
        use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
        let mut memory = Memory::new();
        let params = Params::new(64, 3, 2, Some(24)).expect("parameters");
        let others = Argon2::new(Algorithm::Argon2i, Version::V0x10, params);
        for argon2 in [others, Argon2::default()] {
            let hash: PasswordHash = argon2.hash_password(b"correct horse").expect("a hash");
            for password in ["correct horse", "correct house", ""] {
                let theirs = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
                let ours = verify(&password.into(), &hash.to_string(), &mut memory);
                assert_eq!(ours, theirs, "{password}");
            }
        }
        assert!(!verify(&"x".into(), "$argon2id$v=19$m=19456,t=2,p=1", &mut memory));
        assert!(!verify(&"x".into(), "no hash", &mut memory));
    }

    #[actix_web::test]
    async fn argon2_itself_finds_a_made_hash_right() {
        use argon2::password_hash::PasswordVerifier as _;
        let passwords = Passwords::new().expect("passwords");
        let hash = passwords.hash("correct horse".into()).await.expect("hashed");
        let theirs =
            |password: &str| Argon2::default().verify_password(password.as_bytes(), &*hash);
        assert!(theirs("correct horse").is_ok() && theirs("correct house").is_err(), "{hash}");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let another = passwords.hash("correct horse".into()).await.expect("hashed");
        assert_ne!(hash, another, "each with a salt of its own");
        assert_eq!(passwords.spare.lock().expect("lock").len(), 1, "one memory did for all");
    }
}
