//! A code of a second factor, held against what a person has set up.

use ruhu_casework::days::seconds_of;
use ruhu_casework::secrets::taken_step;
use ruhu_store::Tx;
use ruhu_store::accounts::SecondFactor;
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::chain::to_hex;
use ruhu_sync::id::{DeviceId, Instant, UserId};
use ruhu_sync::storage::Stored;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
/// A code as somebody shows it.
#[derive(Clone, Debug)]
pub(super) struct ShownCode {
    pub(super) code: SecretString,
    pub(super) device: Option<DeviceId>,
}

impl ShownCode {
    /// Takes the code if it is right, and never again. Whoever has no second factor any more shows
    /// any.
    pub(super) fn is_taken(&self, tx: &mut Tx, user: UserId, now: Instant) -> Stored<bool> {
        let Some(factor) = tx.lock_second_factor(user)?.filter(|factor| factor.is_confirmed) else {
            return Ok(true);
        };
        let code = self.code.expose_secret();
        if let Some(step) = taken_step(&factor.secret, code, seconds_of(now), factor.last_step) {
            tx.note_code_taken(user, step)?;
            return Ok(true);
        }
        let shown = recovery_hash(user, code);
        let left = factor.recovery_codes.iter().filter(|kept| **kept != shown);
        let left: Vec<_> = left.cloned().collect();
        if left.len() == factor.recovery_codes.len() {
            return Ok(false);
        }
        let detail = serde_json::json!({"left": left.len()}).to_string();
        tx.save_second_factor(user, &SecondFactor { recovery_codes: left, ..factor })?;
        let (by, act, subject) = (Some(user), Act::RecoveryCodeUsed, Some(user.0));
        tx.audit(&Entry { at: now, by, device: self.device, act, subject, area: None, detail })?;
        Ok(true)
    }
}

/// A code is as random as nobody guesses: its hash needs no salt but the person.
pub(super) fn recovery_hash(user: UserId, code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    let mut hasher = Sha256::new();
    hasher.update(b"ruhu recovery code 1\0");
    hasher.update(user.to_string());
    hasher.update(letters);
    to_hex(&<[u8; 32]>::from(hasher.finalize()))
}
