//! Refresh tokens, by their hashes. The tokens of one sign-in are a family: its last used token and
//! that one's successors are kept, so that a replayed older one is recognised (docs/adr/0005).

use super::Seat;
use crate::Tx;
use crate::devices::{self, Hold};
use crate::schema::{device, refresh_token};
use crate::values::{At, Fixed, Name};
use diesel::dsl::max;
use diesel::prelude::*;
use ruhu_sync::id::{DeviceId, Instant, UserId};
use ruhu_sync::storage::Stored;
use uuid::Uuid;

/// The maximum size of a family: above it, unused successors make room.
const FAMILY_TOKENS_MAX: usize = 8;

/// A token to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRefreshToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// The device that receives it.
    pub device: DeviceId,
    /// Its sign-in.
    pub family: Uuid,
    /// When it was issued.
    pub issued_at: Instant,
    /// When it expires.
    pub expires_at: Instant,
}

/// A token that a caller presents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownRefreshToken {
    /// The sign-in it claims to come from. As secret as the token: it occurs in nothing else.
    pub family: Uuid,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
}

/// The result of presenting a token.
#[derive(Clone, Debug)]
pub enum Renewal {
    /// Its successor is stored.
    Renewed {
        /// The person and the device.
        seat: Box<Seat>,
        /// When the successor counts as issued.
        issued_at: Instant,
    },
    /// Its device was reported lost.
    Lost,
    /// It is unknown, has expired, or was revoked.
    Refused,
    /// It was replaced before, and its successor was used: two callers hold what one received. All
    /// sign-ins of the device have ended.
    Reused(DeviceId),
}

/// A token of a family.
#[derive(Queryable, Selectable)]
#[diesel(table_name = refresh_token)]
pub(super) struct Member {
    hash: Fixed<32>,
    #[diesel(deserialize_as = Fixed<16>)]
    device: DeviceId,
    #[diesel(deserialize_as = At)]
    issued_at: Instant,
    #[diesel(deserialize_as = At)]
    expires_at: Instant,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl Tx {
    /// Stores the first token of a sign-in, and removes those of the same device that have long
    /// expired.
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
        self.insert_token(new)
    }

    /// Stores this hash as the successor of a presented token, with the same expiry. A token may be
    /// presented again, and has another successor each time, until one of them is used.
    pub fn renew_refresh_token(
        &mut self,
        shown: ShownRefreshToken,
        next: [u8; 32],
        now: Instant,
    ) -> Stored<Renewal> {
        self.must_write()?;
        let Some(device) = self.family(shown.family)?.first().map(|member| member.device) else {
            return Ok(Renewal::Refused);
        };
        // One at a time, and never concurrent with a revocation: what was read before is read
        // again.
        devices::find(self, device, Hold::Lock)?;
        let family = self.family(shown.family)?;
        let Some(seat) = self.seat(device)? else {
            return Ok(Renewal::Refused);
        };
        if seat.reported_lost {
            return Ok(Renewal::Lost);
        }
        let is_over = |member: &Member| {
            member.revoked_at.is_some()
                || member.expires_at <= now
                || seat.revoked_at.is_some_and(|at| member.issued_at <= at)
        };
        if family.is_empty() || family.iter().any(is_over) {
            return Ok(Renewal::Refused);
        }
        let Some(member) = family.iter().find(|member| member.hash == Fixed(shown.hash)) else {
            self.end_sign_ins(device, now)?;
            return Ok(Renewal::Reused(device));
        };
        if member.used_at.is_none() || family.len() >= FAMILY_TOKENS_MAX {
            self.keep_alone(shown, now)?;
        }
        let issued_at = seat.after_revocation(now);
        let expires_at = member.expires_at;
        let family = shown.family;
        self.insert_token(&NewRefreshToken { hash: next, device, family, issued_at, expires_at })?;
        Ok(Renewal::Renewed { seat: Box::new(seat), issued_at })
    }

    fn insert_token(&mut self, new: &NewRefreshToken) -> Stored<()> {
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

    pub(super) fn family(&mut self, family: Uuid) -> Stored<Vec<Member>> {
        self.run(|connection| {
            on_both!(connection, |c| refresh_token::table
                .filter(refresh_token::family.eq(Fixed(*family.as_bytes())))
                .select(Member::as_select())
                .load(c))
        })
    }

    /// Moves the family to this token: its predecessor and that one's other successors are removed,
    /// and so recognised as replaced if they are presented again.
    fn keep_alone(&mut self, shown: ShownRefreshToken, now: Instant) -> Stored<()> {
        self.run(|connection| {
            let query = diesel::delete(
                refresh_token::table
                    .filter(refresh_token::family.eq(Fixed(*shown.family.as_bytes())))
                    .filter(refresh_token::hash.ne(Fixed(shown.hash))),
            );
            on_both!(connection, |c| query.execute(c))
        })?;
        self.run(|connection| {
            let query = diesel::update(refresh_token::table.find(Fixed(shown.hash)))
                .set(refresh_token::used_at.eq(now.0));
            on_both!(connection, |c| query.execute(c))
        })?;
        Ok(())
    }

    /// Ends all sign-ins of a device up to now: its refresh tokens and its access tokens. Returns
    /// whether the device exists.
    pub fn end_sign_ins(&mut self, device: DeviceId, at: Instant) -> Stored<bool> {
        self.must_write()?;
        // The device first: a refresh waits for its row.
        if devices::find(self, device, Hold::Lock)?.is_none() {
            return Ok(false);
        }
        let since = self.last_given(device)?.map_or(at, |given| at.max(given));
        self.revoke_device(device, since)?;
        self.run(|connection| {
            let query = diesel::update(
                refresh_token::table
                    .filter(refresh_token::device.eq(device.fixed()))
                    .filter(refresh_token::revoked_at.is_null()),
            )
            .set(refresh_token::revoked_at.eq(at.0));
            on_both!(connection, |c| query.execute(c))
        })?;
        Ok(true)
    }

    /// Ends all sign-ins of a person up to now, except on one device.
    pub fn end_sign_ins_of(
        &mut self,
        user: UserId,
        stays: Option<DeviceId>,
        at: Instant,
    ) -> Stored<()> {
        let devices: Vec<Fixed<16>> = self.run(|connection| {
            let query = device::table
                .filter(device::account.eq(user.fixed()))
                .order(device::id)
                .select(device::id);
            on_both!(connection, |c| query.load(c))
        })?;
        for device in devices.into_iter().map(DeviceId::of).filter(|id| Some(*id) != stays) {
            self.end_sign_ins(device, at)?;
        }
        Ok(())
    }

    /// When a device's last tokens, or its last revocation, count: after a revocation within the
    /// same second, later than they were issued ([`Seat::after_revocation`]).
    fn last_given(&mut self, device: DeviceId) -> Stored<Option<Instant>> {
        let given: Option<i64> = self.run(|connection| {
            let query = refresh_token::table
                .filter(refresh_token::device.eq(device.fixed()))
                .filter(refresh_token::revoked_at.is_null())
                .select(max(refresh_token::issued_at));
            on_both!(connection, |c| query.first(c))
        })?;
        let revoked = self.seat(device)?.and_then(|seat| seat.revoked_at);
        Ok(given.map(Instant).max(revoked))
    }
}
