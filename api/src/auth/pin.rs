//! A PIN signs on a colleague's tablet (`docs/protocol.md`, "Two investigators").

use super::attempts::From;
use super::password::{Memory, blocks};
use crate::limits::Address;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use argon2::{Algorithm, Argon2, Params, Version};
use ruhu_casework::secrets::{PinFault, pin_fault};
use ruhu_desk::who::SignedIn;
use ruhu_store::accounts::Account;
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::id::UserId;
use ruhu_sync::signing::SigningKey;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

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
        check(&pin, &person.account)?;
        // Whoever guesses here has signed in on this device: its own count is enough.
        let from = From { address: Address(None), device: Some(person.device) };
        let account = self.authenticate(person.account.login, password, from, person.now).await?;
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

fn check(pin: &SecretString, account: &Account) -> Answer<()> {
    let own = [Some(account.login.as_str()), account.staff_no.as_deref()];
    let own: Vec<_> = own.into_iter().flatten().collect();
    let Some(fault) = pin_fault(pin.expose_secret(), &own) else { return Ok(()) };
    let (zh, en) = match fault {
        PinFault::NotDigits => (
            "pin 应为 6 至 12 位数字，请改正后重发。",
            "pin has 6 to 12 digits; correct it and send it again.",
        ),
        PinFault::Repeated => (
            "PIN 由重复或对称的数字组成（如 000000、112233、123321），容易被猜中，请换一个。",
            "The PIN repeats or mirrors its digits (such as 000000, 112233, 123321) and is easily guessed; choose another.",
        ),
        PinFault::InARow => (
            "PIN 是连续的数字或键盘上相邻的按键（如 123456、147258），容易被猜中，请换一个。",
            "The PIN is digits in a row, in order or on the keys (such as 123456, 147258), and is easily guessed; choose another.",
        ),
        PinFault::Date => (
            "PIN 是日期（如生日），容易被猜中，请换一个。",
            "The PIN is a date, such as a birthday, and is easily guessed; choose another.",
        ),
        PinFault::Common => (
            "这个 PIN 用的人太多，容易被猜中，请换一个。",
            "Too many people choose this PIN; choose another.",
        ),
        PinFault::OnesOwn => (
            "PIN 不能是账号或工号的一部分，请换一个。",
            "The PIN stands in your login or staff number; choose another.",
        ),
    };
    Err(Problem::new(Kind::InvalidRequest).detail(zh, en))
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
