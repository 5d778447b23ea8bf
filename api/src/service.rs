//! What every handler has at hand: one for the whole process.

use crate::areas::Areas;
use crate::auth::{AccessTokens, Attempts, Passwords};
use crate::clock::Clock;
use crate::idempotency::Key;
use crate::kinds::Kinds;
use crate::limits::{AddressLimit, Limits};
use crate::live::Live;
use crate::metrics::Metrics;
use crate::problem::Answer;
use crate::recorded::Recorded;
use crate::settings::Settings;
use actix_web::web;
use ruhu_desk::acts::{Act, act};
use ruhu_desk::halt::Halt;
use ruhu_desk::who::Staff;
use ruhu_store::{Store, Tx};
use ruhu_sync::storage::Stored;
use secrecy::SecretBox;
use std::sync::Arc;

/// The service's parts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Service {
    /// The database.
    pub store: Store,
    /// The settings it was started with.
    pub settings: Arc<Settings>,
    /// Issues and reads access tokens.
    pub tokens: Arc<AccessTokens>,
    /// Checks passwords.
    pub passwords: Passwords,
    /// Failed sign-ins of late that were written down.
    pub attempts: Arc<Attempts>,
    /// Requests of late.
    pub limits: Arc<Limits>,
    /// What must be shown to read the counters; nobody reads them without one.
    pub metrics_token: Option<Arc<secrecy::SecretString>>,
    /// Counters.
    pub metrics: Metrics,
    /// The time.
    pub clock: Clock,
    /// What tablets make proofs of PINs out to: the public half of a secret of the service.
    pub proof_key: [u8; 32],
    /// Authenticates cursors.
    pub cursor_key: Arc<SecretBox<[u8; 32]>>,
    /// The areas.
    pub areas: Arc<Areas>,
    /// The kinds of records.
    pub kinds: Arc<Kinds>,
    /// Who listens for changes.
    pub live: Arc<Live>,
}

impl Service {
    /// Reads one moment's view, in a blocking thread.
    pub async fn read<T, F>(&self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx) -> Stored<T> + Send + 'static,
    {
        let store = self.store.clone();
        self.block(move || Ok(store.read(work)?)).await
    }

    /// Runs a write transaction in a blocking thread. `work` may run more than once.
    pub async fn write<T, F>(&self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx) -> Stored<T> + Send + 'static,
    {
        let store = self.store.clone();
        self.block(move || Ok(store.write(work)?)).await
    }

    /// Reads one moment's view, unless a rule refuses it.
    pub async fn view<T, F>(&self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx) -> Result<T, Halt> + Send + 'static,
    {
        let store = self.store.clone();
        self.block(move || Ok(store.view(work)?)).await
    }

    /// Runs a write transaction that a rule may refuse: then nothing stays of it.
    pub async fn transact<T, F>(&self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx) -> Result<T, Halt> + Send + 'static,
    {
        let store = self.store.clone();
        self.block(move || Ok(store.transact(work)?)).await
    }

    /// Does an act.
    pub async fn act<A: Act>(
        &self,
        staff: Staff<A::Right>,
        key: Key,
        asked: A,
    ) -> Answer<Recorded<A::Answer>> {
        let store = self.store.clone();
        let text = self.block(move || Ok(act(&store, &staff, key.0, &asked)?)).await?;
        Ok(Recorded::new(text))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Answer<()> {
        let store = self.store.clone();
        self.block(move || Ok(store.ping()?)).await
    }

    /// What the limit by address needs to know of it.
    pub fn address_limit(&self) -> AddressLimit {
        AddressLimit {
            limits: Arc::clone(&self.limits),
            trusted_proxies: self.settings.trusted_proxies.clone(),
            clock: self.clock.clone(),
        }
    }

    /// Runs work that blocks in a thread of its own kind.
    pub async fn block<T, F>(&self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce() -> Answer<T> + Send + 'static,
    {
        // Log lines of the store carry the request's id too.
        let span = tracing::Span::current();
        let in_use = self.metrics.connection_in_use();
        let result = web::block(move || {
            let _in_use = in_use;
            span.in_scope(work)
        });
        result.await?
    }
}
