//! The one door for every write: tablets, desks and imports push through it.

use crate::refusal::{Kind, Refusal};
use crate::who::OnDevice;
use ruhu_store::Tx;
use ruhu_sync::chain::{Salt, to_hex};
use ruhu_sync::merge::Hand;
use ruhu_sync::push::{DeviceFacts, PushAnswer, PushContext, PushReply, PushRequest, push};
use ruhu_sync::storage::{StorageError, Stored};
use serde_json::Value;

/// A push within a transaction that is already under way: the one door for every write.
pub fn push_within(
    tx: &mut Tx,
    on: OnDevice,
    hand: Hand,
    request: &PushRequest<'_>,
) -> Stored<PushReply> {
    let mut context =
        PushContext { user: on.user, device: on.device, now: on.now, hand, salts: &mut salt };
    let shelf = tx.shelf()?;
    push(tx, shelf.rules(), &mut context, request)
}

/// The answer of a push, or the problem in its place.
pub fn push_answer(reply: PushReply) -> Result<PushAnswer, Refusal> {
    Err(match reply {
        PushReply::Answer(answer) => return Ok(answer),
        PushReply::UnknownDevice => Kind::SignInRequired.into(),
        PushReply::DeviceLost => Kind::DeviceLost.into(),
        PushReply::EpochChanged(facts) => standing(Refusal::new(Kind::EpochChanged), &facts),
        PushReply::Gap { missing, facts } => {
            standing(Refusal::new(Kind::DeviceSeqGap), &facts).with("device_seq", missing.0)
        }
        PushReply::GroupSplit { at, facts } => {
            standing(Refusal::new(Kind::GroupSplit), &facts).with("device_seq", at.0)
        }
        PushReply::Forked { at, outcomes, facts } => {
            let outcomes: Vec<Value> =
                outcomes.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
            standing(Refusal::new(Kind::DeviceForked), &facts)
                .with("device_seq", at.0)
                .with("outcomes", outcomes)
        }
    })
}

fn standing(problem: Refusal, facts: &DeviceFacts) -> Refusal {
    problem
        .with("epoch", facts.epoch.to_string())
        .with("expected_device_seq", facts.expected.0)
        .with("safe_device_seq", facts.safe.0)
        .with("chain", to_hex(&facts.chain))
}

/// A salt from the system's randomness.
fn salt() -> Stored<Salt> {
    let mut salt = Salt::default();
    match getrandom::fill(&mut salt) {
        Ok(()) => Ok(salt),
        Err(_) => Err(StorageError::Unavailable("the system gives no random bytes".to_owned())),
    }
}
