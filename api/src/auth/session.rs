//! Signing in: from a login and a password to a device with its tokens.

use super::attempts::From;
use super::{Due, RefreshToken};
use crate::limits::Address;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use ruhu_casework::facts::Role;
use ruhu_casework::seen::says_something;
use ruhu_desk::halt::Halt;
use ruhu_desk::names::fresh_uuid;
use ruhu_desk::passwords::still_signs_in;
use ruhu_desk::who::{SignedIn, fills};
use ruhu_store::Tx;
use ruhu_store::accounts::{Account, Enrolled, NewDevice, NewRefreshToken, Renewal};
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant};
use ruhu_sync::storage::{DeviceState, ReadTx as _, Stored};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

/// Whoever fills one of these works at a desk.
const DESK_ROLES: &[Role] =
    &[Role::Admin, Role::Auditor, Role::DistrictReviewer, Role::StreetReviewer, Role::StreetWindow];

/// What a device is called: something between these.
const DEVICE_NAME_CHARACTERS_MAX: usize = 60;

/// The device that signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningDevice {
    /// Its id, if it has one.
    pub id: Option<DeviceId>,
    /// What people call it.
    pub name: String,
    /// The installation it goes on with, and how far.
    pub continues: Option<(DeviceId, DeviceSeq)>,
}

/// A session that was begun.
#[derive(Debug)]
pub struct Session {
    /// The person.
    pub account: Account,
    /// The device, as the protocol knows it.
    pub device: DeviceState,
    /// The server's epoch.
    pub epoch: Epoch,
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: RefreshToken,
    /// What has to be done before anything else.
    pub(crate) first: Option<Due>,
}

impl Service {
    /// Signs a person in at a device.
    pub async fn sign_in(
        &self,
        login: String,
        (password, code): (SecretString, Option<SecretString>),
        device: SigningDevice,
        from: Address,
    ) -> Answer<Session> {
        check_device_name(&device.name)?;
        device.id.map_or(Ok(()), check_device_id)?;
        let now = self.clock.now();
        let from = From { address: from, device: device.id };
        let proved = self.prove(login, password, from, now).await?;
        let had_second_factor = proved.has_second_factor();
        let account = self.check_code(proved, code, from, now).await?;
        let (family, refresh_token) = RefreshToken::first()?;
        let new = NewDevice {
            id: match device.id {
                Some(id) => id,
                None => DeviceId(fresh_uuid(now)?),
            },
            user: account.id,
            name: device.name.trim().to_owned(),
            continues: device.continues,
            at: now,
        };
        let token = NewRefreshToken {
            hash: refresh_token.hash(),
            device: new.id,
            family,
            issued_at: now,
            expires_at: now,
        };
        let (at_tablets, at_desks) = self.sign_in_ends(now);
        let devices_max = self.settings.person_limits.devices;
        let proved = account.clone();
        let demands = self.settings.staff_second_factor;
        let enrolled = self.transact(move |tx| {
            if !still_signs_in(tx, &proved)? {
                return Err(Kind::WrongCredentials.into());
            }
            let state = tx.sign_in_state(new.user)?;
            // Set up since the password was proved: no code has been asked for.
            if state.has_second_factor && !had_second_factor {
                return Err(Kind::SecondFactorRequired.into());
            }
            let first = Due::of(tx, new.user, state, demands, now)?;
            let (epoch, is_closed) = (tx.epoch()?, tx.grants(new.user, now)?.closed);
            if is_closed && !is_own(tx, &new)? {
                tx.audit(&Entry::by(new.user, new.id, Act::SignInFailed, now).to(new.user.0))?;
                return Ok((None, epoch, now, first));
            }
            let is_known = tx.seat(new.id)?.is_some();
            let enrolled = tx.enrol(&new)?;
            let mut issued_at = now;
            if let Enrolled::Here(_) = &enrolled {
                issued_at = tx.seat(new.id)?.map_or(now, |seat| seat.after_revocation(now));
                let is_desks = fills(&tx.person_facts(new.user)?, DESK_ROLES, now);
                let expires_at = if is_desks { at_desks } else { at_tablets };
                tx.add_refresh_token(&NewRefreshToken { issued_at, expires_at, ..token })?;
                if devices_max > 0 {
                    tx.end_sign_ins_beyond(devices_max, new.user, new.id, now)?;
                }
                if !is_closed {
                    tx.forget_late_work(new.user)?;
                }
                let signed_in = Entry::by(new.user, new.id, Act::SignedIn, now);
                tx.audit(&Entry { detail: told(&new, is_known), ..signed_in })?;
            } else {
                // Somebody knows the password, and the device is lost or another's.
                tx.audit(&Entry::by(new.user, new.id, Act::SignInFailed, now).to(new.user.0))?;
            }
            Ok((Some(enrolled), epoch, issued_at, first))
        });
        let (enrolled, epoch, issued_at, first) = enrolled.await?;
        let device = admitted(enrolled.ok_or(Kind::Closed)?)?;
        Ok(Session {
            access_token: self.tokens.issue(account.id, device.id, issued_at, now)?,
            account,
            device,
            epoch,
            refresh_token,
            first,
        })
    }

    /// When a sign-in of now has to be made anew, however often it is refreshed: at a tablet, and at
    /// a desk, where people sit in rooms that others enter and no work waits unsent.
    fn sign_in_ends(&self, now: Instant) -> (Instant, Instant) {
        let after = |seconds: i64| Instant(now.0 + seconds * 1_000_000);
        let tablet = after(i64::from(self.settings.refresh_token_days) * 86_400);
        let desk = after(i64::from(self.settings.desk_session_hours) * 3_600);
        (tablet, desk.min(tablet))
    }

    /// A new access token and a new refresh token for whoever shows a refresh token.
    pub async fn refresh(&self, shown: SecretString) -> Answer<(String, RefreshToken)> {
        let now = self.clock.now();
        let shown = RefreshToken::read(shown.expose_secret()).ok_or_else(refused)?;
        let next = RefreshToken::of_family(shown.family)?;
        let hash = next.hash();
        let (store, demands) = (self.store.clone(), self.settings.staff_second_factor);
        let renew = move |tx: &mut Tx| {
            let renewal = tx.renew_refresh_token(shown, hash, now)?;
            // Taken back, so that the token that was shown still counts when it is done.
            if let Renewal::Renewed { seat, .. } = &renewal
                && let Some(due) = Due::of(tx, seat.account.id, seat.state, demands, now)?
            {
                return Err(Halt::from(due.refusal()));
            }
            if let Renewal::Reused(device) = &renewal
                && let Some(seat) = tx.seat(*device)?
            {
                let user = seat.account.id;
                tx.audit(&Entry::by(user, *device, Act::RefreshReused, now).to(device.0))?;
            }
            Ok(renewal)
        };
        let renewal = self.block(move || Ok(store.transact(renew)?)).await?;
        match renewal {
            Renewal::Renewed { seat, issued_at } => {
                let token = self.tokens.issue(seat.account.id, seat.device, issued_at, now)?;
                Ok((token, next))
            }
            Renewal::Lost => Err(Kind::DeviceLost.into()),
            Renewal::Refused => Err(refused()),
            Renewal::Reused(device) => {
                tracing::warn!(%device, "a replaced refresh token came back: its sign-ins have ended");
                Err(refused())
            }
        }
    }

    /// Ends all sign-ins of a device up to now: its refresh tokens and its access tokens.
    pub async fn sign_out(&self, person: &SignedIn) -> Answer<()> {
        let (user, device, now) = (person.user(), person.device, person.now);
        self.write(move |tx| {
            tx.end_sign_ins(device, now)?;
            tx.audit(&Entry::by(user, device, Act::SignedOut, now).to(device.0)).map(drop)
        })
        .await
    }
}

/// Whether an installation is the person's already, or goes on with one that is: whoever has no right
/// any more hands in what was written there, and gets no further device.
fn is_own(tx: &mut Tx, new: &NewDevice) -> Stored<bool> {
    let earlier = new.continues.map(|(earlier, _)| earlier);
    for device in std::iter::once(new.id).chain(earlier) {
        if tx.seat(device)?.is_some_and(|seat| seat.account.id == new.user) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the audit log tells of a sign-in: whether the device is new, and with whose work it goes on.
fn told(new: &NewDevice, is_known: bool) -> String {
    match (is_known, new.continues) {
        (true, _) => json!({}),
        (false, None) => json!({"device": "enrolled"}),
        (false, Some((earlier, through))) => {
            json!({"device": "enrolled", "continues": {"device": earlier, "through": through}})
        }
    }
    .to_string()
}

fn refused() -> Problem {
    Problem::new(Kind::RefreshTokenRefused)
}

fn admitted(enrolled: Enrolled) -> Answer<DeviceState> {
    match enrolled {
        Enrolled::Here(state) => Ok(state),
        Enrolled::OfAnother => Err(Kind::DeviceOfAnother.into()),
        Enrolled::Lost => Err(Kind::DeviceLost.into()),
        Enrolled::ContinuesNothing => Err(Problem::new(Kind::InvalidRequest).detail(
            "continues 所指的设备不在本人名下，请核对后重发。",
            "The device that continues names is not yours; correct it and send it again.",
        )),
    }
}

/// Names that only the server gives belong to no installation.
fn check_device_id(id: DeviceId) -> Answer<()> {
    if !id.is_servers() {
        return Ok(());
    }
    Err(Problem::new(Kind::InvalidRequest).detail(
        "device.id 不能用服务端专用的编号（UUIDv8），请换成新生成的 UUIDv7 后重发。",
        "device.id must not be one of the names that only the server gives (UUIDv8); make a UUIDv7 \
         and send it again.",
    ))
}

fn check_device_name(name: &str) -> Answer<()> {
    let name = name.trim();
    let length = name.chars().count();
    let is_seen = says_something(name) && !name.contains(char::is_control);
    if length <= DEVICE_NAME_CHARACTERS_MAX && is_seen {
        return Ok(());
    }
    Err(Problem::new(Kind::InvalidRequest).detail(
        format!("device.name 应为 1 至 {DEVICE_NAME_CHARACTERS_MAX} 个字符，请改正后重发。"),
        format!("device.name has 1 to {DEVICE_NAME_CHARACTERS_MAX} characters; correct it and send it again."),
    ))
}
