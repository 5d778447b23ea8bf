//! A device's position in each of its streams. Opaque to the device, and authenticated: a forged
//! cursor, or one of another device or epoch, is recognised.

use crate::id::{DeviceId, Epoch, Seq, StreamId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;

/// The server's secret for cursors.
pub type CursorKey = [u8; 32];

const VERSION: u8 = 1;
const TAG_BYTES: usize = 16;
const HEAD_BYTES: usize = 1 + 16 + 16;
const ENTRY_BYTES: usize = 16 + 8;

/// A device's position in each of its streams, within one epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The epoch it belongs to.
    pub epoch: Epoch,
    /// The device it was issued to.
    pub device: DeviceId,
    /// The last position taken from each stream.
    pub positions: BTreeMap<StreamId, Seq>,
}

impl Cursor {
    /// At the beginning.
    pub fn start(epoch: Epoch, device: DeviceId) -> Self {
        Self { epoch, device, positions: BTreeMap::new() }
    }

    /// The token that a device receives.
    pub fn seal(&self, key: &CursorKey) -> String {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.positions.len() * ENTRY_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(self.epoch.as_bytes());
        bytes.extend_from_slice(self.device.as_bytes());
        for (stream, seq) in &self.positions {
            bytes.extend_from_slice(stream.as_bytes());
            bytes.extend_from_slice(&seq.0.to_be_bytes());
        }
        let tag = authenticate(key, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token that this server issued to this device; anything else is `None`.
    pub fn open(token: &str, key: &CursorKey, device: DeviceId) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (body, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG_BYTES)?)?;
        authenticate(key, body).verify_truncated_left(tag).ok()?;
        let (head, entries) = body.split_at_checked(HEAD_BYTES)?;
        let cursor = Self {
            epoch: Epoch::from_slice(&head[1..17])?,
            device: DeviceId::from_slice(&head[17..])?,
            positions: entries.chunks_exact(ENTRY_BYTES).map(position).collect::<Option<_>>()?,
        };
        (head[0] == VERSION && cursor.device == device).then_some(cursor)
    }
}

fn position(entry: &[u8]) -> Option<(StreamId, Seq)> {
    let seq = u64::from_be_bytes(entry.get(16..)?.try_into().ok()?);
    Some((StreamId::from_slice(&entry[..16])?, Seq(seq)))
}

fn authenticate(key: &CursorKey, bytes: &[u8]) -> Hmac<Sha256> {
    // HMAC pads a short key with zeros to its block size; doing so here leaves no error to handle.
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(b"ruhu cursor 1");
    mac.update(bytes);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn cursor() -> Cursor {
        let mut cursor = Cursor::start(Epoch(Uuid::from_u128(1)), DeviceId(Uuid::from_u128(2)));
        cursor.positions.insert(StreamId(Uuid::from_u128(3)), Seq(77));
        cursor
    }

    #[test]
    fn a_cursor_reads_back() {
        let token = cursor().seal(&[9; 32]);
        assert_eq!(Cursor::open(&token, &[9; 32], cursor().device), Some(cursor()));
    }

    #[test]
    fn a_cursor_of_another_device_or_key_or_made_up_is_refused() {
        let token = cursor().seal(&[9; 32]);
        let mine = cursor().device;
        assert_eq!(Cursor::open(&token, &[9; 32], DeviceId(Uuid::from_u128(4))), None);
        assert_eq!(Cursor::open(&token, &[8; 32], mine), None);
        assert_eq!(Cursor::open("", &[9; 32], mine), None);
        assert_eq!(Cursor::open("AAAA", &[9; 32], mine), None);
        let mut changed = token.into_bytes();
        changed[45] = if changed[45] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ascii");
        assert_eq!(Cursor::open(&changed, &[9; 32], mine), None);
    }
}
