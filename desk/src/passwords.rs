//! Passwords that people choose, and those that are given once.

use crate::refusal::{Refusal, Text};
use ruhu_casework::secrets::{PasswordFault, password_fault, readable_secret};
use ruhu_store::Tx;
use ruhu_store::accounts::Account;
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::id::{DeviceId, Instant, UserId};
use ruhu_sync::storage::Stored;
use secrecy::{ExposeSecret as _, SecretString};

/// A one-time password with its hash: made by the service, given once, changed at the first sign-in.
#[derive(Clone, Debug)]
pub struct OneTimePassword {
    password: SecretString,
    hash: SecretString,
    expires_at: Instant,
}

impl OneTimePassword {
    /// A password that nobody has, to be hashed.
    pub fn made() -> Result<SecretString, Refusal> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| Refusal::internal(error.to_string()))?;
        Ok(readable_secret(u128::from_be_bytes(random)).into())
    }

    /// One with its hash, for so many hours from now.
    pub fn new(password: SecretString, hash: SecretString, hours: u32, now: Instant) -> Self {
        let expires_at = Instant(now.0 + i64::from(hours) * 3_600 * 1_000_000);
        Self { password, hash, expires_at }
    }

    /// What the person is given to type.
    pub fn expose(&self) -> &str {
        self.password.expose_secret()
    }

    /// Until when it opens anything.
    pub fn expires_at(&self) -> Instant {
        self.expires_at
    }

    /// Makes it a person's password, and ends all of the person's sign-ins. Says whether there is such
    /// a person. Who did it is for the caller to write down, in the same transaction.
    pub fn give_to(&self, tx: &mut Tx, user: UserId, now: Instant) -> Stored<bool> {
        let given = tx.set_one_time_password(user, &self.hash, self.expires_at)?;
        if given {
            tx.end_sign_ins_of(user, None, now)?;
        }
        Ok(given)
    }
}

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
pub fn replace_password(
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
pub fn still_signs_in(tx: &mut Tx, found: &Account) -> Stored<bool> {
    let hash = |account: &Account| {
        account.password_hash.as_ref().map(|hash| hash.expose_secret().to_owned())
    };
    Ok(tx.lock_account(found.id)?.is_some_and(|account| hash(&account) == hash(found)))
}

/// What must not stand in a person's password.
pub fn own_words(account: &Account) -> Vec<String> {
    let own = [Some(&account.login), Some(&account.name), account.staff_no.as_ref()];
    own.into_iter().flatten().cloned().collect()
}
