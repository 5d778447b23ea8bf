//! A person's devices: looked at, signed out, reported lost, found again.

use crate::halt::Halt;
use crate::refusal::Kind;
use crate::who::{SignedIn, areas_filled};
use ruhu_casework::administration::Within;
use ruhu_casework::roles::Role;
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
    /// Those of the people in the areas where somebody fills one of these roles.
    Filling(&'static [Role]),
}

impl Reach {
    /// The areas, as they are in this transaction; none for the own devices.
    fn within(self, tx: &mut Tx, person: &SignedIn) -> Stored<Option<Within>> {
        let Self::Filling(roles) = self else { return Ok(None) };
        Ok(Some(areas_filled(&tx.person_facts(person.user())?, roles, person.now)))
    }
}

/// The devices within reach, in order of their ids; one person's, if one is named.
pub fn devices(
    tx: &mut Tx,
    person: &SignedIn,
    reach: Reach,
    whose: Option<UserId>,
    page: Page<DeviceId>,
) -> Stored<Slice<Installation, DeviceId>> {
    let within = reach.within(tx, person)?;
    let whose = if reach == Reach::Own { Some(person.user()) } else { whose };
    tx.installations(whose, within.as_ref(), page, person.now)
}

/// Does something to a device. Doing it again changes nothing.
pub fn act_on_device(
    tx: &mut Tx,
    person: &SignedIn,
    reach: Reach,
    device: DeviceId,
    act: DeviceAct,
) -> Result<(), Halt> {
    if !is_within(tx, reach, person, device)? {
        return Err(Kind::NotAvailable.into());
    }
    let (by, now) = (person.device, person.now);
    let (is_done, word) = match act {
        DeviceAct::Revoke => (tx.end_sign_ins(device, now)?, Act::DeviceRevoked),
        DeviceAct::ReportLost => (tx.report_device_lost(device, now)?, Act::DeviceLost),
        DeviceAct::ReportFound => (tx.report_device_found(device)?, Act::DeviceFound),
    };
    if !is_done {
        return Err(Kind::NotAvailable.into());
    }
    tx.audit(&Entry::by(person.user(), by, word, now).to(device.0))?;
    Ok(())
}

fn is_within(tx: &mut Tx, reach: Reach, person: &SignedIn, device: DeviceId) -> Stored<bool> {
    let Some(owner) = tx.seat(device)?.map(|seat| seat.account.id) else {
        return Ok(false);
    };
    Ok(match reach.within(tx, person)? {
        None => owner == person.user(),
        Some(within) => tx.ties_of(owner)?.is_some_and(|ties| ties.are_administered(&within)),
    })
}
