//! Idempotency keys as they come over HTTP.

use crate::problem::{Answer, Kind, Problem};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use aws_lc_rs::hmac;
use ruhu_desk::idempotency::{IdempotencyKey, SecretMark};
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use std::future::{Ready, ready};
use utoipa::IntoParams;

/// The key in a request's `Idempotency-Key` header. A write of staff must carry one.
#[derive(Clone, Debug)]
pub struct Key(pub IdempotencyKey);

/// The header, as the contract shows it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "read by the contract's generator alone")]
pub(crate) struct KeyHeader {
    /// 8 to 64 printable characters, new for each act, the same when it is sent again: it is done once
    /// and answered the same.
    #[param(rename = "Idempotency-Key", example = "act-7f3a0001", min_length = 8, max_length = 64)]
    key: String,
}

impl FromRequest for Key {
    type Error = Problem;
    type Future = Ready<Answer<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = request.headers().get("idempotency-key").and_then(|value| value.to_str().ok());
        ready(key.and_then(IdempotencyKey::parse).map(Self).ok_or_else(|| {
            Problem::new(Kind::InvalidRequest).detail(
                "请在 Idempotency-Key 头中给出 8 至 64 个字符的键；同一操作重发时用同一个键。",
                "Give a key of 8 to 64 characters in the Idempotency-Key header, the same when you send it again.",
            )
        }))
    }
}

/// The mark of a secret, under a key of the service.
pub(crate) fn secret_mark(key: &SecretBox<[u8; 32]>, secret: &SecretString) -> SecretMark {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret());
    let mut mark = hmac::Context::with_key(&key);
    mark.update(b"ruhu idempotency secret 1\0");
    mark.update(secret.expose_secret().as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(mark.sign().as_ref());
    bytes
}
