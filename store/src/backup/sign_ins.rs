//! For a restored database, which does not know that sign-ins were ended and devices lost.

use crate::Store;
use crate::audit::{Act, Entry, Thing};
use crate::schema::{device, refresh_token};
use crate::values::{Fixed, Name as _};
use diesel::prelude::*;
use ruhu_sync::id::{DeviceId, Instant};
use ruhu_sync::storage::Stored;

impl Store {
    /// Ends all sign-ins of everybody up to now; returns the number of devices.
    pub fn end_all_sign_ins(&self, now: Instant) -> Stored<usize> {
        self.write(|tx| {
            tx.run(|connection| {
                let tokens = diesel::update(
                    refresh_token::table.filter(refresh_token::revoked_at.is_null()),
                )
                .set(refresh_token::revoked_at.eq(now.0));
                on_both!(connection, |c| tokens.execute(c))
            })?;
            let all: Vec<Fixed<16>> = tx.run(|connection| {
                let query = device::table.select(device::id);
                on_both!(connection, |c| query.load(c))
            })?;
            all.iter().for_each(|id| tx.touch(Thing::Device, DeviceId::of(*id).0));
            let devices = tx.run(|connection| {
                let devices = diesel::update(device::table).set(device::revoked_at.eq(now.0));
                on_both!(connection, |c| devices.execute(c))
            })?;
            let detail = format!(r#"{{"devices":{devices}}}"#);
            let entry = Entry::at_the_command_line(Act::SignInsEnded, now);
            tx.audit(&Entry { detail, ..entry })?;
            Ok(devices)
        })
    }
}
