//! Work that is done once for each idempotency key: sent again, it is answered the same.

use crate::halt::Halt;
use crate::idempotency::KeyedRequest;
use crate::refusal::{Kind, Refusal};
use crate::who::SignedIn;
use ruhu_store::accounts::Recalled;
use ruhu_store::{Store, Tx};

/// Runs `work` in one transaction, unless its request was answered before; gives the answer's text.
/// A refusal rolls everything back and is not remembered: the same key may try again.
pub fn once(
    store: &Store,
    by: &SignedIn,
    request: &KeyedRequest,
    work: impl Fn(&mut Tx) -> Result<String, Halt>,
) -> Result<String, Refusal> {
    let request = request.of(by.user());
    let answered = store.transact(|tx| {
        match tx.recall(&request, by.now)? {
            Recalled::Answered { body, .. } => return Ok(body),
            Recalled::Other => return Err(Kind::IdempotencyKeyReused.into()),
            Recalled::New => {}
        }
        let body = work(tx)?;
        tx.remember(&request, 200, &body)?;
        Ok(body)
    });
    Ok(answered?)
}
