//! Refresh tokens, by their hashes. Those of one sign-in share a family, so that one that is used
//! twice can end them all.

use crate::Tx;
use crate::schema::refresh_token;
use crate::values::{Fixed, Name};
use diesel::prelude::*;
use ruhu_sync::id::{DeviceId, Instant};
use ruhu_sync::storage::Stored;
use uuid::Uuid;

/// A token to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRefreshToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// The device it was given to.
    pub device: DeviceId,
    /// The sign-in it comes from.
    pub family: Uuid,
    /// When it was given.
    pub issued_at: Instant,
    /// From when on it is no longer valid.
    pub expires_at: Instant,
}

/// A token as it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshRow {
    /// The device it was given to.
    pub device: DeviceId,
    /// The sign-in it comes from.
    pub family: Uuid,
    /// When it was given.
    pub issued_at: Instant,
    /// From when on it is no longer valid.
    pub expires_at: Instant,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Instant>,
}

type Row = (Fixed<16>, Fixed<16>, i64, i64, Option<i64>);

impl Tx {
    /// Remembers a token, and forgets those of the same device that have long expired.
    pub fn add_refresh_token(&mut self, new: &NewRefreshToken) -> Stored<()> {
        self.must_write()?;
        self.run(|connection| {
            let query = diesel::delete(
                refresh_token::table
                    .filter(refresh_token::device.eq(new.device.fixed()))
                    .filter(refresh_token::expires_at.lt(new.issued_at.0)),
            );
            on_both!(connection, |c| query.execute(c))
        })?;
        self.run(|connection| {
            let values = (
                refresh_token::hash.eq(Fixed(new.hash)),
                refresh_token::device.eq(new.device.fixed()),
                refresh_token::family.eq(Fixed(*new.family.as_bytes())),
                refresh_token::issued_at.eq(new.issued_at.0),
                refresh_token::expires_at.eq(new.expires_at.0),
            );
            on_both!(connection, |c| diesel::insert_into(refresh_token::table)
                .values(values)
                .execute(c))
        })?;
        Ok(())
    }

    /// A token by its hash.
    pub fn refresh_token(&mut self, hash: [u8; 32]) -> Stored<Option<RefreshRow>> {
        let row: Option<Row> = self.run(|connection| {
            let query = refresh_token::table.find(Fixed(hash)).select((
                refresh_token::device,
                refresh_token::family,
                refresh_token::issued_at,
                refresh_token::expires_at,
                refresh_token::revoked_at,
            ));
            on_both!(connection, |c| query.first(c).optional())
        })?;
        Ok(row.map(|(device, family, issued_at, expires_at, revoked_at)| RefreshRow {
            device: DeviceId::of(device),
            family: Uuid::from_bytes(family.0),
            issued_at: Instant(issued_at),
            expires_at: Instant(expires_at),
            revoked_at: revoked_at.map(Instant),
        }))
    }

    /// Revokes all tokens of one sign-in that are not revoked yet; says how many.
    pub fn revoke_family(&mut self, family: Uuid, at: Instant) -> Stored<usize> {
        self.must_write()?;
        self.run(|connection| {
            let query = diesel::update(
                refresh_token::table
                    .filter(refresh_token::family.eq(Fixed(*family.as_bytes())))
                    .filter(refresh_token::revoked_at.is_null()),
            )
            .set(refresh_token::revoked_at.eq(at.0));
            on_both!(connection, |c| query.execute(c))
        })
    }

    /// Revokes all tokens of a device that are not revoked yet; says how many.
    pub fn revoke_refresh_tokens(&mut self, device: DeviceId, at: Instant) -> Stored<usize> {
        self.must_write()?;
        self.run(|connection| {
            let query = diesel::update(
                refresh_token::table
                    .filter(refresh_token::device.eq(device.fixed()))
                    .filter(refresh_token::revoked_at.is_null()),
            )
            .set(refresh_token::revoked_at.eq(at.0));
            on_both!(connection, |c| query.execute(c))
        })
    }
}
