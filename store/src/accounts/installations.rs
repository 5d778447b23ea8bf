//! A person's installations: listed, signed out, reported lost, found again.

use crate::Tx;
use crate::audit::Thing;
use crate::codec::Codec;
use crate::devices::DeviceName;
use crate::keys::KeyRing;
use crate::organisations::is_administered;
use crate::page::{Page, Slice};
use crate::schema::{account, device, refresh_token};
use crate::values::{Fixed, Name, counted};
use diesel::dsl::{max, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use ruhu_casework::administration::Within;
use ruhu_sync::id::{DeviceId, DeviceSeq, Instant, UserId};
use ruhu_sync::storage::Stored;

/// A device, as its owner and administrators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The device.
    pub id: DeviceId,
    /// Its name for people.
    pub name: String,
    /// Its person.
    pub user: UserId,
    /// The person's login.
    pub login: String,
    /// The person's name.
    pub person_name: String,
    /// When it signed in for the first time.
    pub enrolled_at: Instant,
    /// When it last received a token that still counts; nothing if it is signed out.
    pub signed_in_at: Option<Instant>,
    /// The number of the last edit received from it.
    pub last: DeviceSeq,
    /// When its sign-ins were revoked, if they were.
    pub revoked_at: Option<Instant>,
    /// When it was reported lost, if it was.
    pub reported_lost_at: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = device)]
struct Row {
    id: Fixed<16>,
    #[diesel(embed)]
    name: DeviceName,
    account: Fixed<16>,
    #[diesel(select_expression = account::login)]
    login: String,
    #[diesel(select_expression = account::name)]
    person_name: String,
    enrolled_at: i64,
    last_seq: i64,
    revoked_at: Option<i64>,
    reported_lost_at: Option<i64>,
}

/// With the time of the last token that still counts.
type SignedIn = (Row, Option<i64>);

fn of_row(codec: &mut Codec, keys: &KeyRing, (row, given): SignedIn) -> Stored<Installation> {
    Ok(Installation {
        id: DeviceId::of(row.id),
        name: row.name.open(codec, keys)?,
        user: UserId::of(row.account),
        login: row.login,
        person_name: row.person_name,
        enrolled_at: Instant(row.enrolled_at),
        signed_in_at: given.map(Instant),
        last: DeviceSeq(counted(row.last_seq)?),
        revoked_at: row.revoked_at.map(Instant),
        reported_lost_at: row.reported_lost_at.map(Instant),
    })
}

impl Tx {
    /// Devices in order of their ids: one person's, or all; inside areas, those of the people
    /// administered there.
    pub fn installations(
        &mut self,
        user: Option<UserId>,
        within: Option<&Within>,
        page: Page<DeviceId>,
        now: Instant,
    ) -> Stored<Slice<Installation, DeviceId>> {
        let rows: Vec<SignedIn> = self.run(|connection| {
            on_both!(connection, |c| {
                let given = refresh_token::table
                    .filter(refresh_token::device.eq(device::id))
                    .filter(refresh_token::revoked_at.is_null())
                    .filter(refresh_token::expires_at.gt(now.0))
                    .select(max(refresh_token::issued_at))
                    .single_value();
                let mut query = device::table
                    .inner_join(account::table)
                    .filter(device::is_desk.eq(false))
                    .select((Row::as_select(), given))
                    .order(device::id)
                    .limit(page.fetched())
                    .into_boxed();
                if let Some(user) = user {
                    query = query.filter(device::account.eq(user.fixed()));
                }
                if let Some(within) = within {
                    query = query.filter(sql::<Bool>(&is_administered(within)));
                }
                if let Some(after) = page.after {
                    query = query.filter(device::id.gt(after.fixed()));
                }
                query.load(c)
            })
        })?;
        let (session, keys) = self.session();
        let rows = rows.into_iter().map(|row| of_row(&mut session.codec, keys, row));
        let rows = rows.collect::<Stored<_>>()?;
        Ok(page.cut(rows, |device| device.id))
    }

    /// Reports a device lost: all its sign-ins end, and it is refused until it is found. Returns
    /// whether the device exists; one that is lost already keeps its earlier time.
    pub fn report_device_lost(&mut self, id: DeviceId, at: Instant) -> Stored<bool> {
        if !self.end_sign_ins(id, at)? {
            return Ok(false);
        }
        self.touch(Thing::Device, id.0);
        self.run(|connection| {
            let lost = device::table.find(id.fixed()).filter(device::reported_lost_at.is_null());
            let query = diesel::update(lost).set(device::reported_lost_at.eq(at.0));
            on_both!(connection, |c| query.execute(c))
        })?;
        Ok(true)
    }

    /// Withdraws the report of a loss: the device may sign in again, and continue where it was.
    /// Returns whether it exists.
    pub fn report_device_found(&mut self, id: DeviceId) -> Stored<bool> {
        self.must_write()?;
        let changed = self.run(|connection| {
            let query = diesel::update(device::table.find(id.fixed()))
                .set(device::reported_lost_at.eq(None::<i64>));
            on_both!(connection, |c| query.execute(c))
        })?;
        if changed == 1 {
            self.touch(Thing::Device, id.0);
        }
        Ok(changed == 1)
    }

    /// Revokes all access tokens of a device that count as issued up to then.
    pub(super) fn revoke_device(&mut self, id: DeviceId, since: Instant) -> Stored<()> {
        self.touch(Thing::Device, id.0);
        self.run(|connection| {
            let query =
                diesel::update(device::table.find(id.fixed())).set(device::revoked_at.eq(since.0));
            on_both!(connection, |c| query.execute(c))
        })?;
        Ok(())
    }
}
