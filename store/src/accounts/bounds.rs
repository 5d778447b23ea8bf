//! Limits per person: live sign-ins, and work sent after the right ended.

use crate::Tx;
use crate::schema::{device, late_work, refresh_token};
use crate::values::{Fixed, Name, counted, counter};
use diesel::prelude::*;
use ruhu_sync::id::{DeviceId, Instant, UserId};
use ruhu_sync::storage::Stored;
use std::collections::BTreeMap;

/// The work sent after a right ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LateWork {
    /// The number of edits.
    pub edits: u64,
    /// The bytes of the requests that carried them.
    pub bytes: u64,
}

impl Tx {
    /// Ends the sign-ins of a person's devices beyond this many, those that received tokens longest
    /// ago first, and never those of one device. Returns the devices.
    pub fn end_sign_ins_beyond(
        &mut self,
        devices_max: usize,
        user: UserId,
        keep: DeviceId,
        now: Instant,
    ) -> Stored<Vec<DeviceId>> {
        self.must_write()?;
        let given: Vec<(Fixed<16>, i64)> = self.run(|connection| {
            let query = refresh_token::table
                .inner_join(device::table.on(device::id.eq(refresh_token::device)))
                .filter(device::account.eq(user.fixed()))
                .filter(device::id.ne(keep.fixed()))
                .filter(refresh_token::revoked_at.is_null())
                .filter(refresh_token::expires_at.gt(now.0))
                .order((refresh_token::issued_at, refresh_token::hash))
                .select((device::id, refresh_token::issued_at));
            on_both!(connection, |c| query.load(c))
        })?;
        let last_given: BTreeMap<_, _> = given.into_iter().collect();
        let mut live: Vec<_> = last_given.into_iter().map(|(id, at)| (at, id)).collect();
        live.sort_unstable_by_key(|(at, id)| (*at, id.0));
        live.truncate((live.len() + 1).saturating_sub(devices_max));
        let beyond: Vec<_> = live.into_iter().map(|(_, id)| DeviceId::of(id)).collect();
        for device in &beyond {
            self.end_sign_ins(*device, now)?;
        }
        Ok(beyond)
    }

    /// Adds to the count of a person's late work; returns the total.
    pub fn add_late_work(&mut self, user: UserId, more: LateWork) -> Stored<LateWork> {
        self.must_write()?;
        let before: Option<(i64, i64)> = self.run(|connection| {
            let query =
                late_work::table.find(user.fixed()).select((late_work::edits, late_work::bytes));
            on_both!(connection, |c| query.first(c).optional())
        })?;
        let (edits, bytes) = before.unwrap_or_default();
        let (edits, bytes) = (counted(edits)? + more.edits, counted(bytes)? + more.bytes);
        self.run(|connection| {
            let sums = (late_work::edits.eq(counter(edits)), late_work::bytes.eq(counter(bytes)));
            on_both!(connection, |c| diesel::insert_into(late_work::table)
                .values((late_work::account.eq(user.fixed()), sums))
                .on_conflict(late_work::account)
                .do_update()
                .set(sums)
                .execute(c))
        })?;
        Ok(LateWork { edits, bytes })
    }

    /// The person has a right again: resets the count of late work.
    pub fn forget_late_work(&mut self, user: UserId) -> Stored<()> {
        self.must_write()?;
        self.run(|connection| {
            let query = diesel::delete(late_work::table.find(user.fixed()));
            on_both!(connection, |c| query.execute(c))
        })?;
        Ok(())
    }
}
