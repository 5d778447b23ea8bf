//! Idempotency keys: a write that is sent again is done once and answered the same.

use crate::refusal::Refusal;
use ruhu_store::accounts::Request;
use ruhu_sync::id::UserId;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

const KEY_BYTES: std::ops::RangeInclusive<usize> = 8..=64;

/// The key of a request. A write of staff must carry one.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(String);

/// A mark of a secret in a request: HMAC-SHA-256 under a key of the service, so that whoever has the
/// database cannot try secrets on it.
pub type SecretMark = [u8; 32];

/// A key with what it was sent for.
#[derive(Clone, Debug)]
pub struct KeyedRequest {
    key: String,
    hash: [u8; 32],
}

impl IdempotencyKey {
    /// Reads a key: 8 to 64 printable characters of ASCII.
    pub fn parse(text: &str) -> Option<Self> {
        let is_key = KEY_BYTES.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        is_key.then(|| Self(text.to_owned()))
    }

    /// Binds the key to an operation and what it was asked.
    pub fn sent_for(
        self,
        operation: &str,
        asked: &impl Serialize,
    ) -> Result<KeyedRequest, Refusal> {
        let mut hasher = Sha256::new();
        hasher.update(operation.as_bytes());
        hasher.update([0]);
        // Without its content, any other request would be this one.
        hasher.update(serde_json::to_vec(asked).map_err(Refusal::internal)?);
        Ok(KeyedRequest { key: self.0, hash: hasher.finalize().into() })
    }
}

impl KeyedRequest {
    /// As the store knows it.
    pub fn of(&self, user: UserId) -> Request<'_> {
        Request { user, key: &self.key, hash: self.hash }
    }
}
