//! The chain over a device's journal rows: every acknowledgement makes the tablet a witness.
//!
//! A row's link covers the hash of the salted payload, not the payload, so that a payload may
//! lawfully be erased (with its salt) while the chain still holds.

use crate::id::{DeviceId, DeviceSeq};
use sha2::{Digest as _, Sha256};

/// Thirty-two bytes of SHA-256.
pub type Hash = [u8; 32];

/// Makes the payload's hash unguessable once payload and salt are erased.
pub type Salt = [u8; 16];

/// The link before the first edit.
pub const START: Hash = [0; 32];

/// The hash that names an edit's content: equal content has an equal hash under an equal salt.
pub fn payload_hash(salt: &Salt, canonical: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(canonical);
    hasher.finalize().into()
}

/// The link of one row: over the link before it, the row's name, its payload's hash and its
/// outcome as it was answered.
pub fn link(
    before: &Hash,
    device: DeviceId,
    device_seq: DeviceSeq,
    payload: &Hash,
    outcome: &str,
) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(b"ruhu journal 1");
    hasher.update(before);
    hasher.update(device.as_bytes());
    hasher.update(device_seq.0.to_be_bytes());
    hasher.update(payload);
    hasher.update(Sha256::digest(outcome.as_bytes()));
    hasher.finalize().into()
}

/// The lower-case hexadecimal form.
pub fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
