//! The journal: every edit ever received, with its outcome. It is history, audit trail, merge base,
//! idempotency table and quarantine in one.

use crate::chain::{self, Facts, Hash, Linked, Salt};
use crate::decision::EditName;
use crate::effect::Effect;
use crate::id::{DeviceId, DeviceSeq, GroupId, Instant, RecordId, StreamId, UserId};
use crate::outcome::{Outcome, Verdict};
use crate::rev::Rev;
use std::borrow::Cow;

/// One edit as it was received and answered.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalRow<'a> {
    /// The device it came from.
    pub device: DeviceId,
    /// Its number on that device; the two together are its name.
    pub device_seq: DeviceSeq,
    /// The person.
    pub user: UserId,
    /// The server's time of the transaction, by which rights were judged.
    pub received_at: Instant,
    /// The operation in the edit, if it could be read.
    pub op: Option<String>,
    /// The record, if it could be read.
    pub record: Option<RecordId>,
    /// The record's root, if it could be read.
    pub root: Option<RecordId>,
    /// The record's kind, if it could be read and exists: any other word is the client's, and is
    /// kept in the payload alone.
    pub kind: Option<String>,
    /// The stream of the record, if the edit was judged against one.
    pub stream: Option<StreamId>,
    /// Its group.
    pub group: Option<GroupId>,
    /// The quarantined edit that it settled, if it is a decision that was taken.
    pub decides: Option<EditName>,
    /// The device's clock when the person made the edit, from the payload: shown to people, orders
    /// nothing.
    pub made_at: Option<String>,
    /// The outcome.
    pub outcome: Outcome,
    /// The outcome's text as it was answered.
    pub outcome_text: String,
    /// What it did to its document.
    pub effect: Effect,
    /// The edit made its record, and all of it stands as sent: the effect can be derived from the
    /// payload ([`crate::patch`] leaf by leaf), so the store need not keep it twice.
    pub effect_is_payload: bool,
    /// The bytes as received.
    pub payload: Cow<'a, str>,
    /// The salt of what the client wrote; erased with it.
    pub salt: Salt,
    /// The hash over salt and canonical payload.
    pub payload_hash: Hash,
    /// This row's link in its device's chain.
    pub chain: Hash,
}

impl JournalRow<'_> {
    /// The version it made, if it was taken.
    pub fn rev(&self) -> Option<Rev> {
        self.outcome.rev
    }

    /// The link of this row, given the previous one.
    pub fn link(&self, before: &Hash) -> Hash {
        let (outline, answer_hash) = (self.outline(), self.answer_hash());
        let row = Linked {
            device: self.device,
            device_seq: self.device_seq,
            payload_hash: &self.payload_hash,
            outline: &outline,
            answer_hash: answer_hash.as_ref(),
            facts: Facts {
                user: self.user,
                received_at: self.received_at,
                op: self.op.as_deref(),
                record: self.record,
                root: self.root,
                kind: self.kind.as_deref(),
                stream: self.stream,
                group: self.group,
                decides: self.decides,
                effect_is_payload: self.effect_is_payload,
                has_effect: self.keeps_effect(),
            },
        };
        chain::link(before, &row)
    }

    /// The outcome without the places that it names: the part that may be stored in the clear, and
    /// stays when the client's words are erased.
    pub fn outline(&self) -> Cow<'_, str> {
        if !self.outcome.names_places() {
            return Cow::Borrowed(&self.outcome_text);
        }
        // Numbers and words of the protocol can always be serialised.
        Cow::Owned(serde_json::to_string(&self.outcome.outline()).unwrap_or_default())
    }

    /// The hash of the outcome as it was answered, if it says more than its outline.
    pub fn answer_hash(&self) -> Option<Hash> {
        let says_more = self.outcome.names_places();
        says_more.then(|| chain::answer_hash(&self.salt, &self.outcome_text))
    }

    /// Whether a store keeps the effect in a place of its own.
    pub fn keeps_effect(&self) -> bool {
        !self.effect_is_payload && !self.effect.0.is_empty()
    }
}

/// An effective edit of one record, as the merge reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// The record.
    pub record: RecordId,
    /// The device it came from.
    pub device: DeviceId,
    /// Its number there.
    pub device_seq: DeviceSeq,
    /// The version it made.
    pub rev: Rev,
    /// What it did.
    pub effect: Effect,
}

/// An earlier edit in the journal, as needed to answer a retry.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The edit's number.
    pub device_seq: DeviceSeq,
    /// The record, if it could be read.
    pub record: Option<RecordId>,
    /// The payload's salt; `None` after erasure, when any content counts as the same.
    pub salt: Option<Salt>,
    /// The hash over salt and canonical payload.
    pub payload_hash: Hash,
    /// The outcome's text as it was answered; only its outline after erasure.
    pub outcome_text: String,
}

/// An edit of this device, or of an installation it continues, that was quarantined or rejected.
/// One that a person has applied since does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untaken {
    /// The record it names.
    pub record: RecordId,
    /// The installation that numbered it.
    pub device: DeviceId,
    /// Its number.
    pub device_seq: DeviceSeq,
    /// Quarantined or rejected.
    pub verdict: Verdict,
}

impl Untaken {
    /// The edit's name.
    pub fn name(&self) -> EditName {
        EditName { device: self.device, device_seq: self.device_seq }
    }
}

/// The effect of an edit that made its record: each leaf of its patch, set where nothing was.
pub fn effect_of_creation(patch: &crate::json::Object) -> Effect {
    use crate::effect::Touch;
    use crate::json::{Json, Object};
    use crate::path::Path;
    fn leaves(at: &Path, members: &Object, into: &mut Vec<Touch>) {
        for (name, value) in members {
            let path = at.child(name);
            match value {
                Json::Object(inner) if !inner.is_empty() => leaves(&path, inner, into),
                value => into.push(Touch { path, before: None, after: Some(value.clone()) }),
            }
        }
    }
    let mut touches = Vec::new();
    leaves(&Path::whole(), patch, &mut touches);
    Effect(touches)
}
