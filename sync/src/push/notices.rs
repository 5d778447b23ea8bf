//! Notices: records that a push makes in a person's own stream.

use crate::decision::EditName;
use crate::effect::Effect;
use crate::id::{Instant, RecordId, StreamId, UserId, uuid_of};
use crate::journal::Past;
use crate::ledger::Ledger;
use crate::planted::{Fault, planted};
use crate::record::Content;
use crate::rules::Notice;
use crate::storage::{ReadTx, Stored};
use sha2::{Digest as _, Sha256};

/// A pending notice: the edit that sends it, the author of the edit it is about, and the stream of
/// the record it is about.
pub(super) struct Sent {
    pub(super) by: EditName,
    pub(super) author: UserId,
    pub(super) about: Option<StreamId>,
    pub(super) notice: Notice,
}

/// Makes the notices. Nobody gets one about a record that they may not see, whoever named them in
/// it; an author knows what their own edit was about.
pub(super) fn make_notices<T: ReadTx>(
    tx: &mut T,
    now: Instant,
    ledger: &mut Ledger,
    notices: Vec<Sent>,
) -> Stored<()> {
    if planted(Fault::NobodyIsTold) {
        return Ok(());
    }
    for (index, Sent { by, author, about, notice }) in notices.into_iter().enumerate() {
        if notice.to != author {
            let grants = tx.grants(notice.to, now)?;
            let sees = about.is_some_and(|stream| grants.streams.contains_key(&stream));
            if grants.closed || !sees {
                continue;
            }
        }
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
    Ok(())
}

/// A notice's id is derived from the edit that sends it: the protocol has no randomness.
fn notice_id(by: EditName, index: usize) -> RecordId {
    let mut hasher = Sha256::new();
    hasher.update(b"ruhu notice 1");
    hasher.update(by.device.as_bytes());
    hasher.update(by.device_seq.0.to_be_bytes());
    hasher.update(u64::try_from(index).unwrap_or(u64::MAX).to_be_bytes());
    RecordId(uuid_of(&hasher.finalize().into()))
}
