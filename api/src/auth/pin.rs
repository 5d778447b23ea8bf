//! A PIN signs on a colleague's tablet (`docs/protocol.md`, "Two investigators").

use super::password::{Memory, blocks};
use crate::auth::SignedIn;
use crate::limits::Address;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use argon2::{Algorithm, Argon2, Params, Version};
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::id::UserId;
use ruhu_sync::rules::SigningKey;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// How many digits a PIN may have.
const DIGITS: std::ops::RangeInclusive<usize> = 6..=12;

/// Memory and passes of the derivation: part of the protocol, since tablets derive the same key.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

impl Service {
    /// Sets a person's PIN, in the place of an earlier one. The password is asked for again: a
    /// tablet left unlocked must not let a colleague sign in its owner's name.
    pub async fn set_pin(
        &self,
        person: SignedIn,
        password: SecretString,
        pin: SecretString,
    ) -> Answer<()> {
        check(&pin)?;
        // Whoever guesses here has signed in: the login's own limit is enough.
        let nowhere = Address(None);
        let account =
            self.authenticate(person.account.login, password, nowhere, person.now).await?;
        let user = account.id;
        let key = self.passwords.hashing(move |memory| key_of(&pin, user, memory)).await??;
        let entry = Entry::by(user, person.device, Act::PinSet, person.now).to(user.0);
        self.write(move |tx| {
            tx.set_signing_key(user, &key, person.now)?;
            tx.audit(&entry).map(drop)
        })
        .await
    }
}

fn check(pin: &SecretString) -> Answer<()> {
    let pin = pin.expose_secret();
    if DIGITS.contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(Problem::new(Kind::InvalidRequest).detail(
        "pin 应为 6 至 12 位数字，请改正后重发。",
        "pin has 6 to 12 digits; correct it and send it again.",
    ))
}

/// The key that a PIN stands for, the same on the tablet and here.
fn key_of(pin: &SecretString, user: UserId, memory: &mut Memory) -> Answer<SigningKey> {
    let mut hasher = Sha256::new();
    hasher.update(b"ruhu pin 1");
    hasher.update(user.to_string().as_bytes());
    let salt = hasher.finalize();
    let mut key = SigningKey::default();
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(key.len()));
    let params = params.map_err(|error| Problem::internal(error.to_string()))?;
    let blocks = blocks(memory, &params);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(
            pin.expose_secret().as_bytes(),
            &salt[..16],
            &mut key,
            blocks,
        )
        .map_err(|error| Problem::internal(error.to_string()))?;
    Ok(key)
}
