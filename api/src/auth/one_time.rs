//! One-time passwords: made here, given once, changed at the first sign-in.

use super::password::hash_password;
use crate::problem::{Answer, Problem};
use crate::service::Service;
use crate::settings::Settings;
use ruhu_casework::secrets::readable_secret;
use ruhu_store::Tx;
use ruhu_sync::id::{Instant, UserId};
use ruhu_sync::storage::Stored;
use secrecy::{ExposeSecret as _, SecretString};

/// A one-time password with its hash.
#[derive(Clone, Debug)]
pub(crate) struct OneTimePassword {
    password: SecretString,
    hash: SecretString,
    expires_at: Instant,
}

impl OneTimePassword {
    fn made() -> Answer<SecretString> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| Problem::internal(error.to_string()))?;
        Ok(readable_secret(u128::from_be_bytes(random)).into())
    }

    fn with(password: SecretString, hash: String, settings: &Settings, now: Instant) -> Self {
        let hours = i64::from(settings.one_time_password_hours);
        let expires_at = Instant(now.0 + hours * 3_600 * 1_000_000);
        Self { password, hash: hash.into(), expires_at }
    }

    /// A new one, made by a service.
    pub(crate) async fn by(service: &Service, now: Instant) -> Answer<Self> {
        let password = Self::made()?;
        let hash = service.passwords.hash(password.clone()).await?;
        Ok(Self::with(password, hash, &service.settings, now))
    }

    /// A new one, made by a command.
    pub(crate) fn new(settings: &Settings, now: Instant) -> Answer<Self> {
        let password = Self::made()?;
        let hash = hash_password(&password)?;
        Ok(Self::with(password, hash, settings, now))
    }

    /// What the person is told.
    pub(crate) fn expose(&self) -> &str {
        self.password.expose_secret()
    }

    /// Until when it opens anything.
    pub(crate) fn expires_at(&self) -> Instant {
        self.expires_at
    }

    /// Makes it a person's password, and ends all of the person's sign-ins. Says whether there is such
    /// a person. Who did it is for the caller to write down, in the same transaction.
    pub(crate) fn give_to(&self, tx: &mut Tx, user: UserId, now: Instant) -> Stored<bool> {
        let given = tx.set_one_time_password(user, &self.hash, self.expires_at)?;
        if given {
            tx.end_sign_ins_of(user, None, now)?;
        }
        Ok(given)
    }
}
