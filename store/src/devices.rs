//! Devices, as the protocol needs them.

use crate::Tx;
use crate::codec::{Codec, Place};
use crate::connection::Connection;
use crate::keys::KeyRing;
use crate::prepared::prepared;
use crate::schema::{device, device_continues};
use crate::sealed::Column;
use crate::values::{Fixed, Name, counted, counter};
use diesel::dsl::exists;
use diesel::prelude::*;
use ruhu_sync::id::{DeviceId, DeviceSeq, UserId};
use ruhu_sync::storage::{DeviceState, Stored};

/// Whether reading a row locks it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Only reads.
    No,
    /// Locks until the end of the transaction.
    Lock,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = device)]
struct Row {
    account: Fixed<16>,
    last_seq: i64,
    chain: Fixed<32>,
    safe_seq: i64,
    reported_lost_at: Option<i64>,
}

/// A device's name for people, as stored: whoever signs in on it writes it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = device)]
pub(crate) struct DeviceName {
    id: Fixed<16>,
    key_id: Option<i32>,
    name: Option<Vec<u8>>,
}

impl DeviceName {
    /// The text; empty for a device that has not signed in since names are sealed.
    pub(crate) fn open(self, codec: &mut Codec, keys: &KeyRing) -> Stored<String> {
        let place = Place { column: Column::DEVICE_NAME, row: &[&self.id.0] };
        let name = codec.open_if_any(keys, self.key_id.unwrap_or_default(), place, self.name)?;
        Ok(name.unwrap_or_default())
    }
}

/// Renames a device.
pub(crate) fn rename(tx: &mut Tx, id: DeviceId, name: &str) -> Stored<()> {
    let id = id.fixed();
    let (session, keys) = tx.session();
    let place = Place { column: Column::DEVICE_NAME, row: &[&id.0] };
    let sealed = session.codec.seal(keys, place, name);
    let (key, sealed) = tx.note(sealed)?;
    tx.run(|connection| {
        let query = diesel::update(device::table.find(id))
            .set((device::key_id.eq(i32::from(key.0)), device::name.eq(sealed)));
        on_both!(connection, |c| query.execute(c))
    })?;
    Ok(())
}

/// A device, if it is enrolled.
pub(crate) fn find(tx: &mut Tx, id: DeviceId, hold: Hold) -> Stored<Option<DeviceState>> {
    // Whether it continues another is read in the same query: hardly any does.
    let found: Option<(Row, bool)> = tx.run(|connection| {
        let continues = device_continues::table.filter(device_continues::device.eq(device::id));
        let row = device::table.find(id.fixed());
        match (connection, hold) {
            (Connection::Postgres(c), Hold::Lock) => {
                row.select((Row::as_select(), exists(continues))).for_update().first(c).optional()
            }
            (connection, _) => on_both!(connection, |c| row
                .select((Row::as_select(), exists(continues)))
                .first(c)
                .optional()),
        }
    })?;
    let Some((row, has_continues)) = found else {
        return Ok(None);
    };
    let continues = if has_continues { continues(tx, id)? } else { Vec::new() };
    Ok(Some(DeviceState {
        id,
        user: UserId::of(row.account),
        last: DeviceSeq(counted(row.last_seq)?),
        chain: row.chain.0,
        safe: DeviceSeq(counted(row.safe_seq)?),
        continues,
        reported_lost: row.reported_lost_at.is_some(),
    }))
}

fn continues(tx: &mut Tx, id: DeviceId) -> Stored<Vec<(DeviceId, DeviceSeq)>> {
    let rows: Vec<(Fixed<16>, i64)> = tx.run(|connection| {
        let query = device_continues::table
            .filter(device_continues::device.eq(id.fixed()))
            .order(device_continues::earlier)
            .select((device_continues::earlier, device_continues::through));
        on_both!(connection, |c| query.load(c))
    })?;
    rows.into_iter()
        .map(|(earlier, through)| Ok((DeviceId::of(earlier), DeviceSeq(counted(through)?))))
        .collect()
}

/// Writes the last number and the link. Everything else of a device changes elsewhere.
pub(crate) fn save(tx: &mut Tx, state: &DeviceState) -> Stored<()> {
    let changed = tx.run(|connection| {
        let query = diesel::update(device::table.find(state.id.fixed())).set((
            device::last_seq.eq(counter(state.last.0)),
            device::chain.eq(Fixed(state.chain)),
        ));
        on_both!(connection, |c| prepared(query).execute(c))
    })?;
    if changed == 1 {
        return Ok(());
    }
    tx.note(Err(crate::failure::corrupt("a device that is not enrolled")))
}
