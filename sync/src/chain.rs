//! The chain over a device's journal rows: every acknowledgement makes the tablet a witness.
//!
//! A row's link covers the whole row. It covers what a client wrote by salted hashes alone, so that
//! the words may lawfully be erased (with their salt) while the chain still verifies.

use crate::decision::EditName;
use crate::id::{DeviceId, DeviceSeq, GroupId, Instant, RecordId, StreamId, UserId};
use crate::planted::{Fault, planted};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;

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

/// The hash of an outcome that names places in the document, as it was answered.
pub fn answer_hash(salt: &Salt, outcome: &str) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(b"ruhu answer 1");
    hasher.update(salt);
    hasher.update(outcome.as_bytes());
    hasher.finalize().into()
}

/// The rest of a row, apart from its payload and its outcome.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The person.
    pub user: UserId,
    /// The server's time of the transaction.
    pub received_at: Instant,
    /// The operation.
    pub op: Option<&'a str>,
    /// The record.
    pub record: Option<RecordId>,
    /// Its root.
    pub root: Option<RecordId>,
    /// Its kind, if there is such a kind.
    pub kind: Option<&'a str>,
    /// The stream the edit was judged against.
    pub stream: Option<StreamId>,
    /// Its group.
    pub group: Option<GroupId>,
    /// The edit that it settled.
    pub decides: Option<EditName>,
    /// Whether its effect is read from its payload.
    pub effect_is_payload: bool,
    /// Whether an effect is kept beside the payload.
    pub has_effect: bool,
}

impl Facts<'_> {
    /// Marks absent parts, and prefixes each part with its length, so that no two rows encode
    /// alike.
    fn hash(&self) -> Hash {
        let mut hasher = Sha256::new();
        let mut add = |part: Option<&[u8]>| match part {
            None => hasher.update([0]),
            Some(bytes) => {
                hasher.update([1]);
                hasher.update((bytes.len() as u64).to_be_bytes());
                hasher.update(bytes);
            }
        };
        add(Some(self.user.as_bytes()));
        add(Some(&self.received_at.0.to_be_bytes()));
        add(self.op.map(storable).as_deref().map(str::as_bytes));
        add(self.record.as_ref().map(|id| &id.as_bytes()[..]));
        add(self.root.as_ref().map(|id| &id.as_bytes()[..]));
        add(self.kind.map(storable).as_deref().map(str::as_bytes));
        add(self.stream.as_ref().map(|id| &id.as_bytes()[..]));
        add(self.group.as_ref().map(|id| &id.as_bytes()[..]));
        add(self.decides.as_ref().map(|name| &name.device.as_bytes()[..]));
        add(self.decides.map(|name| name.device_seq.0.to_be_bytes()).as_ref().map(|n| &n[..]));
        add(Some(&[u8::from(self.effect_is_payload), u8::from(self.has_effect)]));
        hasher.finalize().into()
    }
}

/// The text as every store keeps it in a column: not all of them allow NUL. What a client sent is
/// kept, sealed, as it came.
pub fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A journal row as its link covers it.
#[derive(Clone, Copy, Debug)]
pub struct Linked<'a> {
    /// The device.
    pub device: DeviceId,
    /// The edit's number there.
    pub device_seq: DeviceSeq,
    /// The hash over salt and canonical payload.
    pub payload_hash: &'a Hash,
    /// The outcome's outline ([`crate::outcome::Outcome::outline`]) as text.
    pub outline: &'a str,
    /// The hash of the outcome as it was answered, if it names places beside the outline.
    pub answer_hash: Option<&'a Hash>,
    /// Everything else.
    pub facts: Facts<'a>,
}

/// The link of one row: over the previous link and the whole row.
pub fn link(before: &Hash, row: &Linked<'_>) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(b"ruhu journal 2");
    if !planted(Fault::ChainForgets) {
        hasher.update(before);
    }
    hasher.update(row.device.as_bytes());
    hasher.update(row.device_seq.0.to_be_bytes());
    hasher.update(row.payload_hash);
    hasher.update(Sha256::digest(row.outline.as_bytes()));
    hasher.update([u8::from(row.answer_hash.is_some())]);
    hasher.update(row.answer_hash.map_or(&[][..], |hash| hash));
    hasher.update(row.facts.hash());
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
