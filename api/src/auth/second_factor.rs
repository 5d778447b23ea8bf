//! The second factor: codes of a person's app, and recovery codes for when the app is gone.

use super::attempts::{From, Proved, may_try_codes, note_wrong_code};
use super::shown_code::{ShownCode, recovery_hash};
use crate::limits::Address;
use crate::problem::{Answer, Kind, Problem, Refusal};
use crate::service::Service;
use ruhu_casework::days::seconds_of;
use ruhu_casework::secrets::{STEP_SECONDS, base32, readable_secret, taken_step};
use ruhu_desk::who::SignedIn;
use ruhu_store::accounts::{Account, CodeSecret, SecondFactor};
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::id::Instant;
use secrecy::{ExposeSecret as _, SecretString};

const RECOVERY_CODES: usize = 10;

/// What an app is told to make codes from.
pub(crate) struct Begun {
    /// In base 32, to be typed.
    pub(crate) secret: String,
    /// The same as an address, to be shown as a QR code.
    pub(crate) uri: String,
}

fn random<const N: usize>() -> Answer<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(bytes)
}

fn is_there() -> Problem {
    Problem::new(Kind::StateConflict).detail(
        "已启用双重验证；要换设备请先停用。",
        "The second factor is set up already: switch it off first.",
    )
}

fn is_not_there() -> Refusal {
    Refusal::new(Kind::StateConflict).detail(
        "尚未开始或尚未启用双重验证，请先申请密钥。",
        "There is no second factor to do this with: begin with a secret.",
    )
}

impl Service {
    /// Gives a person's app a secret. It is asked for once a code of it was right.
    pub(crate) async fn begin_second_factor(
        &self,
        person: SignedIn,
        password: SecretString,
    ) -> Answer<Begun> {
        let SignedIn { account, device, now, .. } = person;
        let from = From { address: Address(None), device: Some(device) };
        let account = self.authenticate(account.login, password, from, now).await?;
        let (user, secret): (_, CodeSecret) = (account.id, random()?);
        let recovery_codes = Vec::new();
        let (is_confirmed, last_step) = (false, 0);
        let new =
            SecondFactor { enrolled_at: now, is_confirmed, secret, last_step, recovery_codes };
        let entry = Entry::by(user, device, Act::SecondFactorBegun, now).to(user.0);
        let begun = self.write(move |tx| {
            if tx.lock_second_factor(user)?.is_some_and(|factor| factor.is_confirmed) {
                return Ok(false);
            }
            tx.save_second_factor(user, &new)?;
            tx.audit(&entry).map(|_| true)
        });
        if !begun.await? {
            return Err(is_there());
        }
        let (secret, issuer) = (base32(&secret), encoded(&self.settings.public_title));
        let uri = format!(
            "otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6\
             &period={STEP_SECONDS}",
            encoded(&account.login)
        );
        Ok(Begun { secret, uri })
    }

    /// Makes a second factor count from now on, by a right code; gives the recovery codes, once. The
    /// person's sign-ins on all other devices end.
    pub(crate) async fn confirm_second_factor(
        &self,
        person: SignedIn,
        code: SecretString,
    ) -> Answer<Vec<String>> {
        let (user, device, now) = (person.user(), person.device, person.now);
        let code_of = |_| random().map(|bytes| readable_secret(u128::from_be_bytes(bytes)));
        let codes = (0..RECOVERY_CODES).map(code_of).collect::<Answer<Vec<_>>>()?;
        let hashes: Vec<_> = codes.iter().map(|code| recovery_hash(user, code)).collect();
        let entry = Entry::by(user, device, Act::SecondFactorEnrolled, now).to(user.0);
        let is_confirmed = self.transact(move |tx| {
            // Nobody signs in by the password alone from here on.
            tx.lock_account(user)?;
            may_try_codes(tx, user, now)?;
            let Some(factor) = tx.lock_second_factor(user)?.filter(|f| !f.is_confirmed) else {
                return Err(is_not_there().into());
            };
            let (shown, seconds) = (code.expose_secret(), seconds_of(now));
            let Some(last_step) = taken_step(&factor.secret, shown, seconds, factor.last_step)
            else {
                // Kept: a wrong code counts.
                note_wrong_code(tx, user, now)?;
                return Ok(false);
            };
            let (is_confirmed, recovery_codes) = (true, hashes.clone());
            let new = SecondFactor { is_confirmed, last_step, recovery_codes, ..factor };
            tx.save_second_factor(user, &new)?;
            tx.end_sign_ins_of(user, Some(device), now)?;
            tx.audit(&entry)?;
            Ok(true)
        });
        match is_confirmed.await? {
            true => Ok(codes),
            false => Err(Kind::WrongCode.into()),
        }
    }

    /// Takes a person's own second factor off, by the password and a code.
    pub(crate) async fn switch_second_factor_off(
        &self,
        person: SignedIn,
        password: SecretString,
        code: SecretString,
    ) -> Answer<()> {
        let (device, now) = (person.device, person.now);
        let from = From { address: Address(None), device: Some(device) };
        let proved = self.prove(person.account.login, password, from, now).await?;
        if !proved.has_second_factor() {
            return Err(is_not_there().into());
        }
        let Account { id: user, .. } = self.check_code(proved, Some(code), from, now).await?;
        let entry = Entry::by(user, device, Act::SecondFactorOff, now).to(user.0);
        self.write(move |tx| {
            tx.remove_second_factor(user)?;
            tx.audit(&entry).map(drop)
        })
        .await
    }

    /// The account whose password was proved, if the code is right, too, where one is asked for. A
    /// code that is missing is no guess.
    pub(super) async fn check_code(
        &self,
        proved: Proved,
        code: Option<SecretString>,
        from: From,
        now: Instant,
    ) -> Answer<Account> {
        if !proved.has_second_factor() {
            return Ok(proved.account);
        }
        let code = code.ok_or(Kind::SecondFactorRequired)?;
        let shown = ShownCode { code, device: from.device };
        let account = proved.account.clone();
        self.judge_code(proved, shown, now).await.map(|()| account)
    }
}

/// A text as an address takes it.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let each = text.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    each.collect()
}
