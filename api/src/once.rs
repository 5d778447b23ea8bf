//! Work that is done once for each idempotency key: sent again, it is answered the same.

use crate::auth::SignedIn;
use crate::halt::Halt;
use crate::idempotency::KeyedRequest;
use crate::problem::{Answer, Kind};
use crate::service::Service;
use ruhu_store::Tx;
use ruhu_store::accounts::Recalled;

impl Service {
    /// Runs `work` in one transaction, unless its request was answered before; gives the answer's
    /// text. A refusal rolls everything back and is not remembered: the same key may try again.
    pub(crate) async fn once(
        &self,
        by: &SignedIn,
        request: KeyedRequest,
        work: impl Fn(&mut Tx) -> Result<String, Halt> + Send + 'static,
    ) -> Answer<String> {
        let (store, user, now) = (self.store.clone(), by.user(), by.now);
        self.block(move || {
            let answered = store.transact(|tx| {
                let request = request.of(user);
                match tx.recall(&request, now)? {
                    Recalled::Answered { body, .. } => return Ok(body),
                    Recalled::Other => return Err(Kind::IdempotencyKeyReused.into()),
                    Recalled::New => {}
                }
                let body = work(tx)?;
                tx.remember(&request, 200, &body)?;
                Ok(body)
            });
            Ok(answered?)
        })
        .await
    }
}
