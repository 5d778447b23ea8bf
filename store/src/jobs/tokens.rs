//! Refresh tokens that nobody can use any more.

use crate::Tx;
use crate::schema::refresh_token;
use diesel::prelude::*;
use ruhu_sync::id::Instant;
use ruhu_sync::storage::Stored;

impl Tx {
    /// Removes the tokens that have expired at this instant; returns how many.
    pub fn forget_expired_refresh_tokens(&mut self, now: Instant) -> Stored<usize> {
        self.must_write()?;
        self.run(|connection| {
            let query =
                diesel::delete(refresh_token::table.filter(refresh_token::expires_at.le(now.0)));
            on_both!(connection, |c| query.execute(c))
        })
    }
}
