//! Passwords: kept as argon2id hashes, checked in a blocking thread, a few at a time.

use crate::problem::{Answer, Problem};
use actix_web::web;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Checks at one time: each takes 19 MiB and a processor, and must not crowd out the field.
const CHECKS_AT_ONCE_MAX: usize = 4;

/// A password that is at least this long may be set.
const CHARACTERS_MIN: usize = 10;

/// What is longer is no password but a load.
const BYTES_MAX: usize = 1024;

/// Makes and checks password hashes.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Checked for logins that nobody has, so that they take as long as others.
    nobodys: Arc<str>,
}

impl Passwords {
    /// Ready to check.
    pub fn new() -> Answer<Self> {
        Ok(Self {
            turns: Arc::new(Semaphore::new(CHECKS_AT_ONCE_MAX)),
            nobodys: hash_password(&SecretString::from("a password that nobody has"))?.into(),
        })
    }

    /// Whether this is the password of that hash. Without a hash the answer is no, and takes as
    /// long.
    pub async fn is_right(&self, password: SecretString, stored: Option<String>) -> Answer<bool> {
        let _turn = self.turns.acquire().await.map_err(Problem::internal)?;
        let has_one = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobodys.to_string());
        let checked = web::block(move || verify(&password, &stored) && has_one);
        Ok(checked.await?)
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

    #[test]
    fn a_short_password_is_not_set() {
        assert!(check_new_password(&"九个字不够长的密码".into()).is_err());
        assert!(check_new_password(&"十个字才够长的新密码".into()).is_ok());
    }
}
