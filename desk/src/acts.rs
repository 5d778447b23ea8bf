//! Acts of staff, as values. An act is done once for each idempotency key, in one transaction that
//! judges the right again, and leaves one line in the audit log.

mod scene;

pub use scene::{Line, Logged, Scene};

use crate::halt::Halt;
use crate::idempotency::{IdempotencyKey, SecretMark};
use crate::names::fresh_uuid;
use crate::once::once;
use crate::refusal::{Kind, Refusal};
use crate::who::{Right, Staff, areas_filled, fills};
use ruhu_store::{Store, Tx};
use ruhu_sync::storage::WriteTx as _;
use serde::Serialize;
use uuid::Uuid;

/// What staff ask for, whole: the value is what the idempotency key is held against.
pub trait Act: Serialize + Send + 'static {
    /// Who may do it.
    type Right: Right;

    /// What the act answers.
    type Answer: Serialize;

    /// The operation's name.
    const NAME: &'static str;

    /// Whether it runs alone among the acts that change, or depend on, what is arranged: who works for
    /// whom, forms, rule tables.
    const LOCKS_ORGANISATIONS: bool = false;

    /// A mark of what is secret in it: the same key with another secret is another request.
    fn secret(&self) -> Option<SecretMark> {
        None
    }

    /// Judges the act and does it. A refusal leaves nothing behind.
    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<Self::Answer>, Halt>;
}

/// An act that was done. Without its line in the audit log there is none, unless it changed nothing.
pub struct Done<T> {
    answer: T,
}

impl<T> Done<T> {
    /// What was done and written down.
    pub fn logged(_: &Logged, answer: T) -> Self {
        Self { answer }
    }

    /// What stood as asked before.
    pub fn unchanged(answer: T) -> Self {
        Self { answer }
    }
}

/// Does an act; gives the answer's text.
pub fn act<A: Act>(
    store: &Store,
    staff: &Staff<A::Right>,
    key: IdempotencyKey,
    act: &A,
) -> Result<String, Refusal> {
    let request = key.sent_for(A::NAME, &(act, act.secret()))?;
    let id = fresh_uuid(staff.person.now)?;
    once(store, &staff.person, &request, |tx| {
        let done = run(tx, staff, act, id)?;
        Ok(serde_json::to_string(&done.answer).map_err(Refusal::internal)?)
    })
}

fn run<A: Act>(
    tx: &mut Tx,
    staff: &Staff<A::Right>,
    act: &A,
    id: Uuid,
) -> Result<Done<A::Answer>, Halt> {
    if A::LOCKS_ORGANISATIONS {
        tx.lock_organisations()?;
    }
    let person = &staff.person;
    match tx.lock_device(person.device)? {
        None => return Err(Kind::SignInRequired.into()),
        Some(device) if device.reported_lost => return Err(Kind::DeviceLost.into()),
        Some(_) => {}
    }
    // The right may have ended since the sign-in was read.
    let facts = tx.person_facts(person.user())?;
    if !fills(&facts, A::Right::ROLES, person.now) {
        return Err(Kind::NotPermitted.into());
    }
    let within = areas_filled(&facts, A::Right::ROLES, person.now);
    act.run(&mut Scene::new(tx, person, &facts, &within, id))
}
