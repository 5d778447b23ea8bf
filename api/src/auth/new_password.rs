//! A password that is to be set: whether it may be, in words, and setting it.

use super::attempts::From;
use super::{Arriving, Due, SignedIn};
use crate::limits::Address;
use crate::problem::{Answer, Kind, Problem, Text};
use crate::service::Service;
use ruhu_casework::secrets::{PasswordFault, password_fault};
use ruhu_store::Tx;
use ruhu_store::accounts::Account;
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::id::{DeviceId, Instant, UserId};
use ruhu_sync::storage::Stored;
use secrecy::{ExposeSecret as _, SecretString};

/// Whether a password may be set for whom these words are (login, name, staff number); if not, what
/// to do about it.
pub fn check_new_password(password: &SecretString, own: &[&str]) -> Result<(), Text> {
    password_fault(password.expose_secret(), own).map_or(Ok(()), |fault| Err(words(fault)))
}

fn words(fault: PasswordFault) -> Text {
    let (zh, en) = match fault {
        PasswordFault::Short => (
            "密码至少 10 个字符（空白不计），请改正后重发。",
            "A password has at least 10 characters, blanks not counted; correct it and send it again.",
        ),
        PasswordFault::Long => {
            ("密码过长，请改短后重发。", "The password is too long; choose a shorter one.")
        }
        PasswordFault::OnesOwn => (
            "密码中不能有账号、姓名或工号，请换一个。",
            "The password holds the login, the name or the staff number; choose another.",
        ),
        PasswordFault::FewCharacters => (
            "密码里不同的字符太少，容易被猜中，请换一个。",
            "The password is made of too few different characters; choose another.",
        ),
        PasswordFault::Repeated => (
            "密码由同一段内容重复而成，容易被猜中，请换一个。",
            "The password is one part over and over; choose another.",
        ),
        PasswordFault::InARow => (
            "密码是连续的字母或数字（如 abcdef、123456），容易被猜中，请换一个。",
            "The password is letters or digits in order, such as abcdef or 123456; choose another.",
        ),
        PasswordFault::Keyboard => (
            "密码是键盘上相邻的按键（如 qwerty、1qaz2wsx），容易被猜中，请换一个。",
            "The password is keys beside each other, such as qwerty or 1qaz2wsx; choose another.",
        ),
        PasswordFault::Phone => (
            "密码是电话号码，容易被猜中，请换一个。",
            "The password is a telephone number; choose another.",
        ),
        PasswordFault::Date => (
            "密码是日期（如生日），容易被猜中，请换一个。",
            "The password is a date, such as a birthday; choose another.",
        ),
        PasswordFault::Year => (
            "密码是年份加上少许内容，容易被猜中，请换一个。",
            "The password is a year with little else; choose another.",
        ),
        PasswordFault::Place => (
            "密码是地名、单位或系统名称加上少许内容（如 minzheng2026），容易被猜中，请换一个。",
            "The password is the name of a place, an office or this product with little else; choose another.",
        ),
        PasswordFault::Common => (
            "这个密码用的人太多，容易被猜中，请换一个。",
            "Too many people choose this password; choose another.",
        ),
    };
    Text::new(zh, en)
}

/// Gives a person another password in the place of the one that was looked at, and ends all sign-ins but
/// the one of a device. Says whether that one was still the person's: an administrator's reset, for one,
/// must not be undone by who knew the password before. Written into the log; by nobody at the server's
/// own command line.
pub(crate) fn replace_password(
    tx: &mut Tx,
    account: &Account,
    hash: &SecretString,
    (by, stays): (Option<UserId>, Option<DeviceId>),
    at: Instant,
) -> Stored<bool> {
    let user = account.id;
    if !still_signs_in(tx, account)? || !tx.set_password_hash(user, hash)? {
        return Ok(false);
    }
    tx.end_sign_ins_of(user, stays, at)?;
    let (act, subject) = (Act::PasswordChanged, Some(user.0));
    let detail = "{}".to_owned();
    tx.audit(&Entry { at, by, device: stays, act, subject, area: None, detail })?;
    Ok(true)
}

/// Whether the password that an account was found with is still the person's, until the end of the
/// transaction: what was proved by it before counts for nothing after a reset.
pub(super) fn still_signs_in(tx: &mut Tx, found: &Account) -> Stored<bool> {
    let hash = |account: &Account| {
        account.password_hash.as_ref().map(|hash| hash.expose_secret().to_owned())
    };
    Ok(tx.lock_account(found.id)?.is_some_and(|account| hash(&account) == hash(found)))
}

impl Service {
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

/// What must not stand in a person's password.
pub(crate) fn own_words(account: &Account) -> Vec<String> {
    let own = [Some(&account.login), Some(&account.name), account.staff_no.as_ref()];
    own.into_iter().flatten().cloned().collect()
}
