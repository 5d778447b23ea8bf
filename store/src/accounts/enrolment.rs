//! Installations: each is enrolled for one person, permanently.

use super::one_time::StateRow;
use super::{Account, AccountRow, SignInState};
use crate::Tx;
use crate::audit::Thing;
use crate::devices::{self, DeviceName, Hold};
use crate::schema::{account, device, device_continues, one_time_password, second_factor};
use crate::values::{Fixed, Name, counter};
use diesel::prelude::*;
use ruhu_sync::chain;
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant, UserId};
use ruhu_sync::storage::{DeviceState, Stored};

/// A person at a device.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The person.
    pub account: Account,
    /// The device.
    pub device: DeviceId,
    /// The device's name for people.
    pub device_name: String,
    /// When its sign-ins were revoked, if they were: tokens issued until then are void.
    pub revoked_at: Option<Instant>,
    /// It was reported lost: it is refused.
    pub reported_lost: bool,
    /// The state of the person's credentials.
    pub state: SignInState,
}

impl Seat {
    /// When a token counts as issued. What a revocation ended stays ended, so a token of a new
    /// sign-in must be distinguishable from it: tokens count whole seconds, and the two may fall
    /// into the same one.
    pub fn after_revocation(&self, now: Instant) -> Instant {
        self.revoked_at.map_or(now, |revoked_at| now.max(Instant(revoked_at.0 + 1_000_000)))
    }
}

/// A device to be enrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    /// Its name for ever.
    pub id: DeviceId,
    /// Its person.
    pub user: UserId,
    /// Its name for people.
    pub name: String,
    /// The installation that it continues, up to and including a number.
    pub continues: Option<(DeviceId, DeviceSeq)>,
    /// The time.
    pub at: Instant,
}

/// The result of an enrolment. Only `Here` leaves anything changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enrolled {
    /// The device is enrolled, now or before.
    Here(DeviceState),
    /// It belongs to another person.
    OfAnother,
    /// It was reported lost.
    Lost,
    /// The installation to be continued is another person's.
    ContinuesNothing,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = device)]
struct SeatRow {
    #[diesel(embed)]
    account: AccountRow,
    #[diesel(embed)]
    device_name: DeviceName,
    revoked_at: Option<i64>,
    reported_lost_at: Option<i64>,
    #[diesel(embed)]
    state: StateRow,
}

impl Tx {
    /// The person at this device, if it is enrolled.
    pub fn seat(&mut self, id: DeviceId) -> Stored<Option<Seat>> {
        let row: Option<SeatRow> = self.run(|connection| {
            let people =
                account::table.left_join(one_time_password::table).left_join(second_factor::table);
            on_both!(connection, |c| device::table
                .inner_join(people)
                .filter(device::id.eq(id.fixed()))
                .select(SeatRow::as_select())
                .first(c)
                .optional())
        })?;
        let Some(row) = row else {
            return Ok(None);
        };
        let (session, keys) = self.session();
        let device_name = row.device_name.open(&mut session.codec, keys);
        let device_name = self.note(device_name)?;
        Ok(Some(Seat {
            account: row.account.into(),
            device: id,
            device_name,
            revoked_at: row.revoked_at.map(Instant),
            reported_lost: row.reported_lost_at.is_some(),
            state: row.state.into(),
        }))
    }

    /// Enrols a device, or finds it enrolled. What it continues counts only the first time: a
    /// chain, once begun, never changes. A predecessor that is not known here, after a restore, has
    /// left nothing to continue: that is no reason to keep the device out.
    pub fn enrol(&mut self, new: &NewDevice) -> Stored<Enrolled> {
        self.must_write()?;
        // Checked before anything is written, so that a refusal leaves nothing behind.
        if let Some((earlier, _)) = new.continues {
            let earlier = devices::find(self, earlier, Hold::No)?;
            if earlier.is_some_and(|earlier| earlier.user != new.user) {
                return Ok(Enrolled::ContinuesNothing);
            }
        }
        let is_new = self.insert_device((new.id, new.user), false, new.at)?;
        let Some(state) = devices::find(self, new.id, Hold::Lock)? else {
            return self.note(Err(crate::failure::corrupt("a device just enrolled")));
        };
        if state.user != new.user {
            return Ok(Enrolled::OfAnother);
        }
        if state.reported_lost {
            return Ok(Enrolled::Lost);
        }
        match new.continues {
            Some((earlier, through)) if is_new => self.insert_continues(new, earlier, through)?,
            _ => {}
        }
        // A sign-in with the password renames it. What was revoked stays revoked.
        devices::rename(self, new.id, &new.name)?;
        let state = devices::find(self, new.id, Hold::No)?;
        Ok(state.map_or(Enrolled::Lost, Enrolled::Here))
    }

    /// A person's desk, created when it is first needed: whatever sessions act at it, their own
    /// pushes keep their own numbers. Locked until the end of the transaction.
    pub fn desk(&mut self, user: UserId, at: Instant) -> Stored<DeviceState> {
        self.must_write()?;
        let id = DeviceId::desk_of(user);
        if let Some(desk) = devices::find(self, id, Hold::Lock)? {
            return Ok(desk);
        }
        self.insert_device((id, user), true, at)?;
        let desk = devices::find(self, id, Hold::Lock)?;
        let desk = desk.ok_or_else(|| crate::failure::corrupt("a desk just made"));
        self.note(desk)
    }

    fn insert_device(
        &mut self,
        (id, user): (DeviceId, UserId),
        is_desk: bool,
        at: Instant,
    ) -> Stored<bool> {
        let added = self.run(|connection| {
            let values = (
                device::id.eq(id.fixed()),
                device::account.eq(user.fixed()),
                device::is_desk.eq(is_desk),
                device::last_seq.eq(0),
                device::chain.eq(Fixed(chain::START)),
                device::safe_seq.eq(0),
                device::enrolled_at.eq(at.0),
            );
            on_both!(connection, |c| diesel::insert_into(device::table)
                .values(values)
                .on_conflict(device::id)
                .do_nothing()
                .execute(c))
        })?;
        if added == 1 {
            self.touch(Thing::Device, id.0);
        }
        Ok(added == 1)
    }

    /// Its own earlier installation, and everything that one continued itself. An edit that the
    /// earlier one sends from now on is another's, whatever its number: only what is here already
    /// counts.
    fn insert_continues(
        &mut self,
        new: &NewDevice,
        earlier: DeviceId,
        through: DeviceSeq,
    ) -> Stored<()> {
        let Some(before) = devices::find(self, earlier, Hold::No)? else {
            return Ok(());
        };
        let (through, inherited) = (through.min(before.last), before.continues);
        for (earlier, through) in std::iter::once((earlier, through)).chain(inherited) {
            self.run(|connection| {
                let values = (
                    device_continues::device.eq(new.id.fixed()),
                    device_continues::earlier.eq(earlier.fixed()),
                    device_continues::through.eq(counter(through.0)),
                );
                on_both!(connection, |c| diesel::insert_into(device_continues::table)
                    .values(values)
                    .on_conflict((device_continues::device, device_continues::earlier))
                    .do_nothing()
                    .execute(c))
            })?;
        }
        Ok(())
    }
}
