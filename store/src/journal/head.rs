//! The ends of the devices' chains.

use crate::Tx;
use crate::schema::device;
use crate::values::{Fixed, Name, counted};
use diesel::prelude::*;
use ruhu_sync::chain::Hash;
use ruhu_sync::id::{DeviceId, DeviceSeq};
use ruhu_sync::storage::Stored;

/// The end of a device's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The device.
    pub device: DeviceId,
    /// Its last number.
    pub last: DeviceSeq,
    /// The link of that edit.
    pub chain: Hash,
}

/// The heads according to the devices' own rows, in order of name.
pub(super) fn heads(tx: &mut Tx) -> Stored<Vec<Head>> {
    let devices: Vec<(Fixed<16>, i64, Fixed<32>)> = tx.run(|connection| {
        let query =
            device::table.order(device::id).select((device::id, device::last_seq, device::chain));
        on_both!(connection, |c| query.load(c))
    })?;
    devices
        .into_iter()
        .map(|(id, last, link)| {
            let last = DeviceSeq(counted(last)?);
            Ok(Head { device: DeviceId::of(id), last, chain: link.0 })
        })
        .collect()
}
