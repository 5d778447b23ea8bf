//! The records that a push makes to tell people something.

use crate::decision::EditName;
use crate::effect::Effect;
use crate::id::RecordId;
use crate::journal::Past;
use crate::ledger::Ledger;
use crate::record::Content;
use crate::rules::Notice;
use sha2::{Digest as _, Sha256};

/// Makes the records that tell people something, each in its person's own stream.
pub(super) fn make_notices(ledger: &mut Ledger, notices: Vec<(EditName, Notice)>) {
    for (index, (by, notice)) in notices.into_iter().enumerate() {
        let id = notice_id(by, index);
        ledger.make(id, notice.kind, id, notice.stream);
        let content = Content { document: notice.document, ..Content::default() };
        let past = |rev| Past {
            record: id,
            device: by.device,
            device_seq: by.device_seq,
            rev,
            effect: Effect::default(),
        };
        let rev = ledger.get_mut(id).map(|entry| entry.take(content, past));
        if let Some(rev) = rev {
            ledger.carry(id, rev, by);
        }
    }
}

/// A notice's name follows from the edit that sends it: the protocol has no randomness.
fn notice_id(by: EditName, index: usize) -> RecordId {
    let mut hasher = Sha256::new();
    hasher.update(b"ruhu notice 1");
    hasher.update(by.device.as_bytes());
    hasher.update(by.device_seq.0.to_be_bytes());
    hasher.update(u64::try_from(index).unwrap_or(u64::MAX).to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize()[..16]);
    RecordId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
