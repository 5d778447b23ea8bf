//! Wrong passwords slow whoever guesses, and nobody else: they are counted by login *and* address,
//! and by address; a device on which the person has signed in before is counted for itself. Only
//! what was wrong counts, and it counts in the database, for all processes together.

use super::shown_code::ShownCode;
use crate::limits::Address;
use crate::problem::{Answer, Kind, Problem, Refusal};
use crate::service::Service;
use ruhu_desk::halt::Halt;
use ruhu_store::Tx;
use ruhu_store::accounts::{Account, Guesser, SignInFailures, SignInState};
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::id::{DeviceId, Instant, UserId};
use ruhu_sync::storage::Stored;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Failures within the window after which a guesser has to wait.
const FAILURES_MAX: u32 = 10;

/// The window, from the first failure on.
const WINDOW_US: i64 = 300 * 1_000_000;

/// Longer than any login: what is longer is not looked up.
const LOGIN_BYTES_MAX: usize = 200;

/// Where a password comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct From {
    pub(super) address: Address,
    pub(super) device: Option<DeviceId>,
}

/// Those who are counted for one attempt. By hashes, because people type their password into the
/// wrong field; a login that nobody has is counted like any other, and tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Guessers {
    device: Option<Guesser>,
    login: Guesser,
    address: Option<Guesser>,
}

impl Guessers {
    fn of(login: &str, from: From) -> Self {
        let name = |text: String| -> Guesser { Sha256::digest(text).into() };
        let address = from.address.0;
        Self {
            device: from.device.map(|device| name(format!("device {device} {login}"))),
            login: name(format!("login {address:?} {login}")),
            address: address.map(|address| name(format!("address {address}"))),
        }
    }

    /// Whoever tries codes of an account, from wherever.
    fn of_codes(user: UserId) -> Self {
        let login = Sha256::digest(format!("codes {user}")).into();
        Self { device: None, login, address: None }
    }

    fn all(self) -> Vec<Guesser> {
        self.device.into_iter().chain([self.login]).chain(self.address).collect()
    }

    /// Whom a failure is counted against; or the seconds to wait, if there were too many.
    fn admitted(
        self,
        is_known: bool,
        address_max: u32,
        failures: &[SignInFailures],
        now: Instant,
    ) -> Result<Vec<Guesser>, u64> {
        let still = |guesser: Guesser| {
            failures.iter().find(|f| f.guesser == guesser).map(|f| still_counts(*f, now))
        };
        let is_full =
            |guesser: Guesser, max: u32| still(guesser).filter(|failures| failures.count >= max);
        if let Some(device) = self.device.filter(|_| is_known)
            && is_full(device, FAILURES_MAX).is_none()
        {
            return Ok(std::iter::once(device).chain(self.address).collect());
        }
        let by_address = self.address.filter(|_| address_max > 0);
        let full = is_full(self.login, FAILURES_MAX)
            .or_else(|| by_address.and_then(|address| is_full(address, address_max)));
        match full {
            None => Ok(std::iter::once(self.login).chain(self.address).collect()),
            Some(failures) => {
                let left = WINDOW_US - (now.0 - failures.since.0);
                Err(u64::try_from(left).unwrap_or(0).div_ceil(1_000_000).max(1))
            }
        }
    }
}

/// Somebody whose password was right.
#[derive(Clone, Debug)]
pub(super) struct Proved {
    pub(super) account: Account,
    state: SignInState,
    /// Against whom a wrong code counts.
    counted: Vec<Guesser>,
    /// The person has signed in on this device before.
    is_known: bool,
}

impl Proved {
    /// Whether a code is asked for.
    pub(super) fn has_second_factor(&self) -> bool {
        self.state.has_second_factor
    }
}

/// What still counts now. A window that begins later than now was begun by a clock that has been
/// put right since: nobody waits for it.
fn still_counts(failures: SignInFailures, now: Instant) -> SignInFailures {
    match (0..WINDOW_US).contains(&now.0.saturating_sub(failures.since.0)) {
        true => failures,
        false => SignInFailures { count: 0, since: now, ..failures },
    }
}

/// A failed sign-in: of which account, if there is one, and never what was typed, which may be a
/// password.
fn failed(of: Option<UserId>, left_out: u64, at: Instant) -> Entry {
    Entry {
        at,
        by: None,
        device: None,
        act: Act::SignInFailed,
        subject: of.map(|user| user.0),
        area: None,
        detail: json!({"left_out": left_out}).to_string(),
    }
}

impl Service {
    /// The account of this login, if the password is right. Whoever has none is told after as long
    /// a time.
    ///
    /// The counts are read when it is this password's turn, and a failure is written before the turn
    /// is given to another: many at once are no more than the limit, but for the few that are
    /// checked at one moment, and right ones never count. No lock is held meanwhile.
    pub(super) async fn authenticate(
        &self,
        login: String,
        password: SecretString,
        from: From,
        now: Instant,
    ) -> Answer<Account> {
        self.prove(login, password, from, now).await.map(|proved| proved.account)
    }

    /// The same, with what a code is judged by.
    pub(super) async fn prove(
        &self,
        login: String,
        password: SecretString,
        from: From,
        now: Instant,
    ) -> Answer<Proved> {
        if login.is_empty() || login.len() > LOGIN_BYTES_MAX {
            return Err(Kind::WrongCredentials.into());
        }
        let turn = self.passwords.turn().await?;
        let guessers = Guessers::of(&login, from);
        let found = self.read(move |tx| {
            let account = tx.account_by_login(&login)?;
            let seat = from.device.map(|device| tx.seat(device)).transpose()?.flatten();
            let user = account.as_ref().map(|account| account.id);
            let is_known =
                seat.is_some_and(|seat| Some(seat.account.id) == user && !seat.reported_lost);
            let state = user.map(|user| tx.sign_in_state(user)).transpose()?.unwrap_or_default();
            Ok((account, state, is_known, tx.sign_in_failures(&guessers.all())?))
        });
        let (account, state, is_known, failures) = found.await?;
        let address_max = self.settings.rate_limits.address_sign_in_failures_max;
        let counted = guessers
            .admitted(is_known, address_max, &failures, now)
            .map_err(|seconds| Problem::new(Kind::TooManyAttempts).retry_after_seconds(seconds))?;
        // Named by somebody else until its own count is full, a device passes no longer.
        let is_known = guessers.device.is_some_and(|device| is_known && counted.contains(&device));
        let stored = account.as_ref().and_then(|a| a.password_hash.as_ref());
        let stored = stored.map(|hash| hash.expose_secret().to_owned());
        let is_right = self.passwords.is_right_in(&turn, password, stored).await?;
        let of = account.as_ref().map(|account| account.id);
        if let Some(account) = account.filter(|_| is_right) {
            return match state.one_time_until.is_some_and(|until| until <= now) {
                true => Err(Kind::OneTimePasswordExpired.into()),
                false => Ok(Proved { account, state, counted, is_known }),
            };
        }
        let line = self.attempts.may_be_written(self.clock.elapsed());
        let noted = self.write(move |tx| {
            tx.note_sign_in_failure(&counted, now, |failures| still_counts(failures, now))?;
            // So many a minute: whoever guesses must not fill the log. Those that were left out are
            // counted in the next line.
            line.map_or(Ok(()), |left_out| tx.audit(&failed(of, left_out, now)).map(drop))
        });
        noted.await?;
        drop(turn);
        Err(Kind::WrongCredentials.into())
    }

    /// Whether a code is right. A wrong one counts like a wrong password, and beside that against the
    /// account: it takes the password to guess at codes, so nobody else is slowed by it; and a device
    /// on which the person has signed in before is counted for itself.
    pub(super) async fn judge_code(
        &self,
        proved: Proved,
        shown: ShownCode,
        now: Instant,
    ) -> Answer<()> {
        let Proved { account, counted, is_known, .. } = proved;
        let user = account.id;
        let counted: Vec<_> = counted.into_iter().chain([Guessers::of_codes(user).login]).collect();
        let (attempts, elapsed) = (Arc::clone(&self.attempts), self.clock.elapsed());
        let is_right = self.transact(move |tx| {
            // One code of an account after the other: many at once are no more than the limit.
            tx.lock_second_factor(user)?;
            if !is_known {
                may_try_codes(tx, user, now)?;
            }
            if shown.is_taken(tx, user, now)? {
                return Ok(true);
            }
            tx.note_sign_in_failure(&counted, now, |failures| still_counts(failures, now))?;
            if let Some(left_out) = attempts.may_be_written(elapsed) {
                tx.audit(&failed(Some(user), left_out, now))?;
            }
            // Kept: a wrong code counts.
            Ok(false)
        });
        match is_right.await? {
            true => Ok(()),
            false => Err(Kind::WrongCode.into()),
        }
    }
}

/// Refuses, for some time, to try more codes of an account.
pub(super) fn may_try_codes(tx: &mut Tx, user: UserId, now: Instant) -> Result<(), Halt> {
    let codes = Guessers::of_codes(user);
    let failures = tx.sign_in_failures(&codes.all())?;
    let waits = |seconds| Refusal::new(Kind::TooManyAttempts).retry_after_seconds(seconds);
    Ok(codes.admitted(false, 0, &failures, now).map(drop).map_err(waits)?)
}

/// Counts a wrong code against its account.
pub(super) fn note_wrong_code(tx: &mut Tx, user: UserId, now: Instant) -> Stored<()> {
    let codes = [Guessers::of_codes(user).login];
    tx.note_sign_in_failure(&codes, now, |failures| still_counts(failures, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LI: Guessers = Guessers { device: Some([1; 32]), login: [2; 32], address: Some([3; 32]) };

    fn at(seconds: i64) -> Instant {
        Instant(seconds * 1_000_000)
    }

    fn failures(guesser: u8, count: u32, since: i64) -> SignInFailures {
        SignInFailures { guesser: [guesser; 32], count, since: at(since) }
    }

    #[test]
    fn the_eleventh_wrong_one_within_five_minutes_has_to_wait() {
        let ask = |count, now| LI.admitted(false, 100, &[failures(2, count, 0)], at(now));
        assert_eq!(ask(9, 10), Ok(vec![[2; 32], [3; 32]]));
        assert_eq!(ask(10, 10), Err(290));
        assert_eq!(ask(10, 299), Err(1));
        assert_eq!(ask(10, 300), Ok(vec![[2; 32], [3; 32]]));
    }

    #[test]
    fn a_device_that_has_signed_in_before_passes_where_others_guess() {
        let full = [failures(2, 10, 0), failures(3, 100, 0)];
        assert_eq!(LI.admitted(true, 100, &full, at(1)), Ok(vec![[1; 32], [3; 32]]));
        assert_eq!(LI.admitted(false, 100, &full, at(1)), Err(299), "one that says so does not");
        // Whoever knows the device's name and guesses under it shuts nobody out either.
        let guessed = [failures(1, 10, 0)];
        assert_eq!(LI.admitted(true, 100, &guessed, at(1)), Ok(vec![[2; 32], [3; 32]]));
    }

    #[test]
    fn an_address_that_guesses_at_many_logins_has_to_wait() {
        let full = [failures(3, 20, 0)];
        assert_eq!(LI.admitted(false, 20, &full, at(1)), Err(299));
        assert!(LI.admitted(false, 0, &full, at(1)).is_ok(), "0 is no limit");
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait() {
        let full = [failures(2, 10, 600)];
        assert!(LI.admitted(false, 100, &full, at(0)).is_ok());
    }

    #[test]
    fn guessers_at_one_login_from_two_addresses_are_two() {
        let from = |last| From { address: Address(Some([9, 9, 9, last].into())), device: None };
        assert_ne!(Guessers::of("li", from(1)).login, Guessers::of("li", from(2)).login);
        assert_ne!(Guessers::of("li", from(1)).login, Guessers::of("wang", from(1)).login);
    }
}
