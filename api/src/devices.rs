//! A person's devices: looked at, signed out, reported lost, found again.

use crate::auth::SignedIn;
use crate::problem::{Answer, Kind};
use crate::service::Service;
use ruhu_store::Tx;
use ruhu_store::accounts::Installation;
use ruhu_store::audit::{Act, Entry};
use ruhu_store::page::{Page, Slice};
use ruhu_sync::id::{DeviceId, UserId};
use ruhu_sync::storage::Stored;

/// What becomes of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceAct {
    /// Its sign-ins end; it may sign in again.
    Revoke,
    /// It is refused altogether, and told to erase what it holds.
    ReportLost,
    /// It may sign in again, and go on where it stood.
    ReportFound,
}

/// Whose devices somebody may act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The own ones.
    Own,
    /// Everybody's: an administrator's.
    Everybodys,
}

impl Service {
    /// One person's devices, or everybody's, in order of their ids.
    pub async fn devices(
        &self,
        person: &SignedIn,
        whose: Option<UserId>,
        page: Page<DeviceId>,
    ) -> Answer<Slice<Installation, DeviceId>> {
        let now = person.now;
        self.read(move |tx| tx.installations(whose, page, now)).await
    }

    /// Does something to a device. Doing it again changes nothing.
    pub async fn act_on_device(
        &self,
        person: &SignedIn,
        reach: Reach,
        device: DeviceId,
        act: DeviceAct,
    ) -> Answer<()> {
        let (user, by, now) = (person.user(), person.device, person.now);
        let done = self.write(move |tx| {
            if !is_within(tx, reach, user, device)? {
                return Ok(false);
            }
            let (is_done, word) = match act {
                DeviceAct::Revoke => (tx.end_sign_ins(device, now)?, Act::DeviceRevoked),
                DeviceAct::ReportLost => (tx.report_device_lost(device, now)?, Act::DeviceLost),
                DeviceAct::ReportFound => (tx.report_device_found(device)?, Act::DeviceFound),
            };
            if is_done {
                tx.audit(&Entry::by(user, by, word, now).to(device.0))?;
            }
            Ok(is_done)
        });
        if !done.await? {
            return Err(Kind::NotAvailable.into());
        }
        tracing::info!(%device, %by, ?act, "a device was acted on");
        Ok(())
    }
}

fn is_within(tx: &mut Tx, reach: Reach, user: UserId, device: DeviceId) -> Stored<bool> {
    Ok(match reach {
        Reach::Everybodys => true,
        Reach::Own => tx.seat(device)?.is_some_and(|seat| seat.account.id == user),
    })
}
