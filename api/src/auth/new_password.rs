//! Passwords that are set: by the person, or for one time.

use super::attempts::From;
use super::{Arriving, Due};
use crate::limits::Address;
use crate::problem::{Answer, Kind, Problem, Text};
use crate::service::Service;
use ruhu_desk::passwords::{OneTimePassword, check_new_password, own_words, replace_password};
use ruhu_desk::who::SignedIn;
use ruhu_sync::id::Instant;
use secrecy::{ExposeSecret as _, SecretString};

impl Service {
    /// A new one-time password with its hash.
    pub(crate) async fn one_time_password(&self, now: Instant) -> Answer<OneTimePassword> {
        let password = OneTimePassword::made()?;
        let hash = self.passwords.hash(password.clone()).await?.into();
        let hours = self.settings.one_time_password_hours;
        Ok(OneTimePassword::new(password, hash, hours, now))
    }

    /// Changes a person's own password. The old one is asked for again; the person's sign-ins on all
    /// other devices end. Somebody who is switched off only changes one that has to be changed, so
    /// that what was written before can be handed in.
    pub async fn change_password(
        &self,
        Arriving { person, due }: Arriving,
        old: SecretString,
        new: SecretString,
    ) -> Answer<()> {
        let SignedIn { account, device, now, .. } = person;
        if !account.active && due != Some(Due::NewPassword) {
            return Err(Kind::NotPermitted.into());
        }
        let own = own_words(&account);
        let refused = |Text { zh, en }| Problem::new(Kind::InvalidRequest).detail(zh, en);
        check_new_password(&new, &own.iter().map(String::as_str).collect::<Vec<_>>())
            .map_err(refused)?;
        let from = From { address: Address(None), device: Some(device) };
        let account = self.authenticate(account.login, old.clone(), from, now).await?;
        if old.expose_secret() == new.expose_secret() {
            return Err(Problem::new(Kind::InvalidRequest).detail(
                "新密码与原密码相同，请换一个。",
                "The new password is the old one; choose another.",
            ));
        }
        let hash = SecretString::from(self.passwords.hash(new).await?);
        let whose = (Some(account.id), Some(device));
        let replaced = self.write(move |tx| replace_password(tx, &account, &hash, whose, now));
        match replaced.await? {
            true => Ok(()),
            false => Err(Kind::WrongCredentials.into()),
        }
    }
}
