//! A digest over all heads, to be kept elsewhere: what lay on a chain then must lie on it for ever.

use super::audit::{self, Head};
use crate::{Store, migrate};
use ruhu_sync::chain::{Hash, to_hex};
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant};
use ruhu_sync::storage::{ReadTx as _, Stored};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Where every device's chain ended at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The history.
    pub epoch: Epoch,
    /// When it was made.
    pub made_at: Instant,
    heads: BTreeMap<DeviceId, Head>,
}

/// Why a text is no anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// It is something else.
    #[error("this is no anchor: give the file that `ruhu journal anchor` made")]
    NoAnchor,
    /// Its heads are not those of its digest.
    #[error("the anchor was changed: its digest is not that of its heads; use another copy of it")]
    Changed,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    ruhu_anchor: u32,
    epoch: Epoch,
    made_at_us: i64,
    digest: String,
    heads: BTreeMap<DeviceId, WrittenHead>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenHead {
    last: DeviceSeq,
    chain: String,
}

impl Anchor {
    fn new(epoch: Epoch, made_at: Instant, heads: impl IntoIterator<Item = Head>) -> Self {
        // A device that has sent nothing holds nothing fast.
        let heads = heads.into_iter().filter(|head| head.last.0 > 0);
        Self { epoch, made_at, heads: heads.map(|head| (head.device, head)).collect() }
    }

    /// Every device's head, in order of name.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        self.heads.values()
    }

    /// A device's head.
    pub fn of(&self, device: DeviceId) -> Option<&Head> {
        self.heads.get(&device)
    }

    /// SHA-256 over `ruhu anchor 1`, the epoch, the moment and every head in order of name, in
    /// lower-case hexadecimal: short enough to be written down.
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(b"ruhu anchor 1");
        hasher.update(self.epoch.as_bytes());
        hasher.update(self.made_at.0.to_be_bytes());
        for head in self.heads() {
            hasher.update(head.device.as_bytes());
            hasher.update(head.last.0.to_be_bytes());
            hasher.update(head.chain);
        }
        to_hex(&<[u8; 32]>::from(hasher.finalize()))
    }

    /// As text, to be kept elsewhere. It holds names of devices and hashes, nothing of any person.
    pub fn to_text(&self) -> String {
        let head = |head: &Head| WrittenHead { last: head.last, chain: to_hex(&head.chain) };
        let written = Written {
            ruhu_anchor: 1,
            epoch: self.epoch,
            made_at_us: self.made_at.0,
            digest: self.digest(),
            heads: self.heads().map(|h| (h.device, head(h))).collect(),
        };
        // Names and numbers can always be written.
        serde_json::to_string_pretty(&written).unwrap_or_default() + "\n"
    }

    /// Reads [`Anchor::to_text`] back.
    pub fn parse(text: &str) -> Result<Self, AnchorError> {
        let written: Written = serde_json::from_str(text).map_err(|_| AnchorError::NoAnchor)?;
        if written.ruhu_anchor != 1 {
            return Err(AnchorError::NoAnchor);
        }
        let heads: Option<Vec<Head>> = written
            .heads
            .into_iter()
            .map(|(device, head)| Some(Head { device, last: head.last, chain: hash(&head.chain)? }))
            .collect();
        let heads = heads.ok_or(AnchorError::NoAnchor)?;
        let anchor = Self::new(written.epoch, Instant(written.made_at_us), heads);
        if anchor.digest() != written.digest {
            return Err(AnchorError::Changed);
        }
        Ok(anchor)
    }
}

fn hash(digits: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if digits.len() != 2 * hash.len() || !digits.is_ascii() {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(hash)
}

impl Store {
    /// The heads of this moment. They are taken as they stand: look through the journal first.
    pub fn anchor_journal(&self, at: Instant) -> Stored<Anchor> {
        self.read(|tx| {
            migrate::must_be_of_this_version(tx)?;
            Ok(Anchor::new(tx.epoch()?, at, audit::heads(tx)?))
        })
    }
}
