//! What a restored database forgot: that sign-ins were ended, and devices lost.

use crate::Store;
use crate::schema::{device, refresh_token};
use diesel::prelude::*;
use ruhu_sync::id::Instant;
use ruhu_sync::storage::Stored;

impl Store {
    /// Ends all sign-ins of everybody up to now; says of how many devices.
    pub fn end_all_sign_ins(&self, now: Instant) -> Stored<usize> {
        self.write(|tx| {
            tx.run(|connection| {
                let tokens = diesel::update(
                    refresh_token::table.filter(refresh_token::revoked_at.is_null()),
                )
                .set(refresh_token::revoked_at.eq(now.0));
                on_both!(connection, |c| tokens.execute(c))
            })?;
            tx.run(|connection| {
                let devices = diesel::update(device::table).set(device::revoked_at.eq(now.0));
                on_both!(connection, |c| devices.execute(c))
            })
        })
    }
}
