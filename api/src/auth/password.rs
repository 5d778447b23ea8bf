//! Passwords: kept as argon2id hashes, checked a few at a time in threads of their own.

use crate::problem::{Answer, Problem};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

/// Checks at one time: each takes 19 MiB and a processor, and must not crowd out the field.
const CHECKS_AT_ONCE_MAX: usize = 4;

/// A password that is at least this long may be set.
const CHARACTERS_MIN: usize = 10;

/// What is longer is no password but a load.
const BYTES_MAX: usize = 1024;

/// The threads never end by themselves: one that ends leaves its memory to another kind of thread.
const THREADS_KEPT: Duration = Duration::from_secs(366 * 86_400);

/// Where hashing is done. A thread that once had 19 MiB keeps them in the allocator's arena of its
/// own, so that hashing in the hundreds of threads that serve requests would cost gigabytes.
#[derive(Debug)]
struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        // The last clone may go in a thread that must not wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Makes and checks password hashes.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    threads: Arc<Threads>,
    /// Checked for logins that nobody has, so that they take as long as others.
    nobodys: Arc<str>,
}

impl Passwords {
    /// Ready to check.
    pub fn new() -> Answer<Self> {
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(CHECKS_AT_ONCE_MAX)
            .thread_keep_alive(THREADS_KEPT)
            .thread_name("password")
            .build()
            .map_err(Problem::internal)?;
        Ok(Self {
            turns: Arc::new(Semaphore::new(CHECKS_AT_ONCE_MAX)),
            threads: Arc::new(Threads(Some(runtime))),
            nobodys: hash_password(&SecretString::from("a password that nobody has"))?.into(),
        })
    }

    /// Whether this is the password of that hash. Without a hash the answer is no, and takes as
    /// long.
    pub async fn is_right(&self, password: SecretString, stored: Option<String>) -> Answer<bool> {
        let has_one = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobodys.to_string());
        self.hashing(move || verify(&password, &stored) && has_one).await
    }

    /// Does work that takes the memory of a hash, when it is its turn.
    pub(super) async fn hashing<T, F>(&self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let _turn = self.turns.acquire().await.map_err(Problem::internal)?;
        let runtime = self.threads.0.as_ref();
        let runtime = runtime.ok_or_else(|| Problem::internal("no threads to hash in"))?;
        runtime.spawn_blocking(work).await.map_err(Problem::internal)
    }
}

/// The hash to keep; takes a tenth of a second on purpose.
pub fn hash_password(password: &SecretString) -> Answer<String> {
    Argon2::default()
        .hash_password(password.expose_secret().as_bytes())
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|error| Problem::internal(error.to_string()))
}

/// Whether a password may be set; if not, what to do about it.
pub fn check_new_password(password: &SecretString) -> Result<(), String> {
    let text = password.expose_secret();
    match text.chars().count() >= CHARACTERS_MIN && text.len() <= BYTES_MAX {
        true => Ok(()),
        false => Err(format!("a password has at least {CHARACTERS_MIN} characters")),
    }
}

fn verify(password: &SecretString, stored: &str) -> bool {
    let bytes = password.expose_secret().as_bytes();
    bytes.len() <= BYTES_MAX
        && PasswordHash::new(stored)
            .is_ok_and(|hash| Argon2::default().verify_password(bytes, &hash).is_ok())
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
    async fn hashing_is_done_by_a_few_threads_whoever_asks() {
        let passwords = Passwords::new().expect("passwords");
        let (met, all_met) = (Arc::new(std::sync::Barrier::new(CHECKS_AT_ONCE_MAX)), 5);
        let mut threads = std::collections::HashSet::new();
        for _ in 0..all_met {
            // As many at once as there may be: each waits for the others.
            let asked = (0..CHECKS_AT_ONCE_MAX).map(|_| {
                let (passwords, met) = (passwords.clone(), Arc::clone(&met));
                actix_web::rt::spawn(async move {
                    let hashing = passwords.hashing(move || {
                        met.wait();
                        std::thread::current().id()
                    });
                    hashing.await.expect("hashed")
                })
            });
            for asked in asked.collect::<Vec<_>>() {
                threads.insert(asked.await.expect("asked"));
            }
        }
        assert_eq!(threads.len(), CHECKS_AT_ONCE_MAX);
    }

    #[test]
    fn a_short_password_is_not_set() {
        assert!(check_new_password(&"九个字不够长的密码".into()).is_err());
        assert!(check_new_password(&"十个字才够长的新密码".into()).is_ok());
    }
}
