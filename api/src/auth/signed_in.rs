//! Somebody who has signed in, before any role is judged.

use crate::clock::seconds_of;
use crate::problem::{Answer, Kind, Problem};
use ruhu_store::accounts::{Account, Seat};
use ruhu_sync::id::{DeviceId, Instant, UserId};
/// Somebody who has signed in, at a device that was not reported lost, and with whom nothing is due
/// before the work ([`super::Arriving`]).
///
/// An account that is switched off passes, too: what was written before may still be handed in.
/// The protocol puts it into quarantine; every other authority here refuses it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person.
    pub account: Account,
    /// The device that the session is.
    pub device: DeviceId,
    /// What the device is called.
    pub device_name: String,
    /// The instant by which this request is judged.
    pub now: Instant,
}

impl SignedIn {
    /// Who.
    pub fn user(&self) -> UserId {
        self.account.id
    }
}

/// A person's installation, as the sync protocol speaks with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnDevice {
    /// Who.
    pub user: UserId,
    /// Which.
    pub device: DeviceId,
    /// The instant by which this request is judged.
    pub now: Instant,
}

/// Lets a seat pass that is neither lost nor was revoked after its token was issued.
pub(super) fn admit(seat: Option<Seat>, issued_at_seconds: i64, now: Instant) -> Answer<SignedIn> {
    let seat = seat.ok_or_else(|| Problem::new(Kind::SignInRequired))?;
    if seat.reported_lost {
        return Err(Kind::DeviceLost.into());
    }
    let is_void = |revoked_at| issued_at_seconds <= seconds_of(revoked_at);
    if seat.revoked_at.is_some_and(is_void) {
        return Err(Kind::SignInRequired.into());
    }
    Ok(SignedIn { account: seat.account, device: seat.device, device_name: seat.device_name, now })
}
