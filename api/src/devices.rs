//! A person's devices: looked at, signed out, reported lost, found again.

use crate::auth::SignedIn;
use crate::problem::{Answer, Kind};
use crate::service::Service;
use ruhu_casework::administration::Within;
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The own ones.
    Own,
    /// Those of the people whom an administrator of these areas administers.
    Inside(Within),
}

impl Service {
    /// The devices within reach, in order of their ids; one person's, if one is named.
    pub async fn devices(
        &self,
        person: &SignedIn,
        reach: Reach,
        whose: Option<UserId>,
        page: Page<DeviceId>,
    ) -> Answer<Slice<Installation, DeviceId>> {
        let (own, now) = (person.user(), person.now);
        self.read(move |tx| match &reach {
            Reach::Own => tx.installations(Some(own), None, page, now),
            Reach::Inside(within) => tx.installations(whose, Some(within), page, now),
        })
        .await
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
            if !is_within(tx, &reach, user, device)? {
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

fn is_within(tx: &mut Tx, reach: &Reach, user: UserId, device: DeviceId) -> Stored<bool> {
    let Some(owner) = tx.seat(device)?.map(|seat| seat.account.id) else {
        return Ok(false);
    };
    Ok(match reach {
        Reach::Own => owner == user,
        Reach::Inside(within) => {
            tx.ties_of(owner)?.is_some_and(|ties| ties.are_administered(within))
        }
    })
}
