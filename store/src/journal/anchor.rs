//! Anchors: a digest over all heads and the audit log's end, to be kept elsewhere. What was on a
//! chain then must be on it for ever.

use super::head::{Head, heads};
use crate::audit::{LogHead, log_head};
use crate::{Store, migrate};
use ruhu_sync::chain::{Hash, to_hex};
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant};
use ruhu_sync::storage::{ReadTx as _, Stored};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The ends of all devices' chains, and of the audit log, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The history.
    pub epoch: Epoch,
    /// When it was made.
    pub made_at: Instant,
    /// The end of the audit log; none in an anchor from before there was one.
    pub log: Option<LogHead>,
    heads: BTreeMap<DeviceId, Head>,
}

/// Why a text is not an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// It is something else.
    #[error("this is no anchor: give the file that `ruhu journal anchor` made")]
    NoAnchor,
    /// Its heads do not match its digest.
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log: Option<WrittenLog>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLog {
    last: u64,
    chain: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenHead {
    last: DeviceSeq,
    chain: String,
}

impl Anchor {
    fn new(
        epoch: Epoch,
        made_at: Instant,
        heads: impl IntoIterator<Item = Head>,
        log: Option<LogHead>,
    ) -> Self {
        // A device that has sent nothing fixes nothing.
        let heads = heads.into_iter().filter(|head| head.last.0 > 0);
        let heads = heads.map(|head| (head.device, head)).collect();
        Self { epoch, made_at, log, heads }
    }

    /// Every device's head, in order of name.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        self.heads.values()
    }

    /// A device's head.
    pub fn of(&self, device: DeviceId) -> Option<&Head> {
        self.heads.get(&device)
    }

    fn version(&self) -> u32 {
        if self.log.is_some() { 2 } else { 1 }
    }

    /// SHA-256 over `ruhu anchor 2`, the epoch, the moment, every head in order of name and the
    /// audit log's, in lower-case hexadecimal: short enough to be written down. One from before
    /// there was a log begins with `ruhu anchor 1`.
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(format!("ruhu anchor {}", self.version()));
        hasher.update(self.epoch.as_bytes());
        hasher.update(self.made_at.0.to_be_bytes());
        for head in self.heads() {
            hasher.update(head.device.as_bytes());
            hasher.update(head.last.0.to_be_bytes());
            hasher.update(head.chain);
        }
        if let Some(log) = &self.log {
            hasher.update(log.last.to_be_bytes());
            hasher.update(log.chain);
        }
        to_hex(&<[u8; 32]>::from(hasher.finalize()))
    }

    /// As text, to be kept elsewhere. It contains names of devices and hashes, nothing about any
    /// person.
    pub fn to_text(&self) -> String {
        let head = |head: &Head| WrittenHead { last: head.last, chain: to_hex(&head.chain) };
        let written = Written {
            ruhu_anchor: self.version(),
            epoch: self.epoch,
            made_at_us: self.made_at.0,
            digest: self.digest(),
            heads: self.heads().map(|h| (h.device, head(h))).collect(),
            log: self.log.map(|log| WrittenLog { last: log.last, chain: to_hex(&log.chain) }),
        };
        // Names and numbers can always be serialised.
        serde_json::to_string_pretty(&written).unwrap_or_default() + "\n"
    }

    /// Parses [`Anchor::to_text`].
    pub fn parse(text: &str) -> Result<Self, AnchorError> {
        let written: Written = serde_json::from_str(text).map_err(|_| AnchorError::NoAnchor)?;
        let log = written.log.map(|log| Some(LogHead { last: log.last, chain: hash(&log.chain)? }));
        let log = log.map(|log| log.ok_or(AnchorError::NoAnchor)).transpose()?;
        let heads: Option<Vec<Head>> = written
            .heads
            .into_iter()
            .map(|(device, head)| Some(Head { device, last: head.last, chain: hash(&head.chain)? }))
            .collect();
        let heads = heads.ok_or(AnchorError::NoAnchor)?;
        let anchor = Self::new(written.epoch, Instant(written.made_at_us), heads, log);
        if anchor.version() != written.ruhu_anchor {
            return Err(AnchorError::NoAnchor);
        }
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
    /// The heads of this moment, unverified: verify the journal first.
    pub fn anchor_journal(&self, at: Instant) -> Stored<Anchor> {
        self.read(|tx| {
            migrate::must_be_of_this_version(tx)?;
            Ok(Anchor::new(tx.epoch()?, at, heads(tx)?, log_head(tx)?))
        })
    }
}
