//! Idempotency keys: a write that is sent again is done once and answered the same.

use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use aws_lc_rs::hmac;
use ruhu_store::accounts::Request;
use ruhu_sync::id::UserId;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use std::future::{Ready, ready};

/// The key of a request, from its `Idempotency-Key` header. A write of staff must carry one.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(String);

const KEY_BYTES: std::ops::RangeInclusive<usize> = 8..=64;

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Answer<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = request.headers().get("idempotency-key").and_then(|value| value.to_str().ok());
        let key = key.filter(|key| {
            KEY_BYTES.contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
        });
        ready(key.map(|key| Self(key.to_owned())).ok_or_else(|| {
            Problem::new(Kind::InvalidRequest).detail(
                "请在 Idempotency-Key 头中给出 8 至 64 个字符的键；同一操作重发时用同一个键。",
                "Give a key of 8 to 64 characters in the Idempotency-Key header, the same when you send it again.",
            )
        }))
    }
}

/// A mark of a secret in a request: HMAC-SHA-256 under a key of the service, so that whoever has the
/// database cannot try secrets on it.
pub(crate) type SecretMark = [u8; 32];

impl Service {
    /// The mark of a secret.
    pub(crate) fn secret_mark(&self, secret: &SecretString) -> SecretMark {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.cursor_key.expose_secret());
        let mut mark = hmac::Context::with_key(&key);
        mark.update(b"ruhu idempotency secret 1\0");
        mark.update(secret.expose_secret().as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(mark.sign().as_ref());
        bytes
    }
}

/// A key with what it was sent for.
#[derive(Clone, Debug)]
pub struct KeyedRequest {
    key: String,
    hash: [u8; 32],
}

impl IdempotencyKey {
    /// Binds the key to an operation and what it was asked.
    pub fn sent_for(self, operation: &str, asked: &impl serde::Serialize) -> KeyedRequest {
        let mut hasher = Sha256::new();
        hasher.update(operation.as_bytes());
        hasher.update([0]);
        hasher.update(serde_json::to_vec(asked).unwrap_or_default());
        KeyedRequest { key: self.0, hash: hasher.finalize().into() }
    }
}

impl KeyedRequest {
    /// As the store knows it.
    pub fn of(&self, user: UserId) -> Request<'_> {
        Request { user, key: &self.key, hash: self.hash }
    }
}
