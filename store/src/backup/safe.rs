//! Raises the numbers up to which devices may forget, after a verified copy.

use super::Verification;
use crate::devices::{self, Hold};
use crate::schema::{device, journal};
use crate::values::{Fixed, Name, counter};
use crate::{Store, Tx};
use diesel::prelude::*;
use ruhu_sync::storage::{ReadTx as _, Stored};

/// Devices per transaction: pushes wait for one.
const CHUNK_DEVICES: usize = 50;

/// The result of raising the safe numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raised {
    /// It rose for this many devices.
    Devices(usize),
    /// The copy is of another history: it says nothing about this one.
    OtherEpoch,
    /// The copy is damaged.
    Damaged,
}

impl Store {
    /// Records for each device that its edits are in a verified copy, up to the copy's last. A copy
    /// of another epoch raises nothing; nor does one whose journal is not a prefix of the one here,
    /// link by link.
    pub fn raise_safe(&self, verified: &Verification) -> Stored<Raised> {
        if !verified.wrong.is_empty() {
            return Ok(Raised::Damaged);
        }
        let mut raised = 0;
        for chunk in verified.devices.chunks(CHUNK_DEVICES) {
            let done = self.write(|tx| {
                if tx.epoch()? != verified.epoch {
                    return Ok(None);
                }
                let mut raised = 0;
                for witnessed in chunk {
                    raised += usize::from(raise(tx, witnessed)?);
                }
                Ok(Some(raised))
            })?;
            match done {
                Some(more) => raised += more,
                None => return Ok(Raised::OtherEpoch),
            }
        }
        match self.read(|tx| tx.epoch())? == verified.epoch {
            true => Ok(Raised::Devices(raised)),
            false => Ok(Raised::OtherEpoch),
        }
    }
}

fn raise(tx: &mut Tx, witnessed: &crate::journal::Head) -> Stored<bool> {
    let known = devices::find(tx, witnessed.device, Hold::Lock)?;
    let is_higher =
        known.is_some_and(|known| known.safe < witnessed.last && witnessed.last <= known.last);
    if !is_higher {
        return Ok(false);
    }
    let name = (witnessed.device.fixed(), counter(witnessed.last.0));
    let link: Option<Fixed<32>> = tx.run(|connection| {
        let query = journal::table.find(name).select(journal::chain);
        on_both!(connection, |c| query.first(c).optional())
    })?;
    if link.map(|link| link.0) != Some(witnessed.chain) {
        return Ok(false);
    }
    let changed = tx.run(|connection| {
        let query = diesel::update(device::table.find(name.0)).set(device::safe_seq.eq(name.1));
        on_both!(connection, |c| query.execute(c))
    })?;
    Ok(changed == 1)
}
