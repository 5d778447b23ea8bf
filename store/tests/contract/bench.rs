//! The three stores, behind one face.

use crate::databases::{Database, Postgres, Sqlite};
use ruhu_sync::memory::MemoryStore;
use ruhu_sync::storage::{DeviceState, ReadTx, Stored, WriteTx};

/// A store to be tested.
pub(crate) trait Bench: Sync {
    fn read_dyn(&self, work: &mut dyn FnMut(&mut dyn ReadTx) -> Stored<()>) -> Stored<()>;
    fn write_dyn(&self, work: &mut dyn FnMut(&mut dyn WriteTx) -> Stored<()>) -> Stored<()>;
    /// Prepares a device, with an account behind it.
    fn enrol(&self, device: &DeviceState);
}

impl dyn Bench + '_ {
    pub(crate) fn read<T>(&self, mut work: impl FnMut(&mut dyn ReadTx) -> Stored<T>) -> Stored<T> {
        let mut given = None;
        self.read_dyn(&mut |tx| {
            given = Some(work(tx)?);
            Ok(())
        })?;
        Ok(given.expect("the work was done"))
    }

    pub(crate) fn write<T>(
        &self,
        mut work: impl FnMut(&mut dyn WriteTx) -> Stored<T>,
    ) -> Stored<T> {
        let mut given = None;
        self.write_dyn(&mut |tx| {
            given = Some(work(tx)?);
            Ok(())
        })?;
        Ok(given.expect("the work was done"))
    }
}

/// The reference.
pub(crate) struct Memory(MemoryStore);

impl Memory {
    pub(crate) fn new() -> Self {
        let epoch = ruhu_sync::id::Epoch(uuid::Uuid::from_u128(0xe));
        Self(MemoryStore::new(epoch))
    }
}

impl Bench for Memory {
    fn read_dyn(&self, work: &mut dyn FnMut(&mut dyn ReadTx) -> Stored<()>) -> Stored<()> {
        self.0.read(|tx| work(tx))
    }

    fn write_dyn(&self, work: &mut dyn FnMut(&mut dyn WriteTx) -> Stored<()>) -> Stored<()> {
        self.0.write(|tx| work(tx))
    }

    fn enrol(&self, device: &DeviceState) {
        self.0.state().devices.insert(device.id, device.clone());
    }
}

impl<D: Database> Bench for D {
    fn read_dyn(&self, work: &mut dyn FnMut(&mut dyn ReadTx) -> Stored<()>) -> Stored<()> {
        self.store().read(|tx| work(tx))
    }

    fn write_dyn(&self, work: &mut dyn FnMut(&mut dyn WriteTx) -> Stored<()>) -> Stored<()> {
        self.store().write(|tx| work(tx))
    }

    fn enrol(&self, device: &DeviceState) {
        self.insert_device(device);
    }
}

/// Runs each named function of the module as a test on all three stores.
macro_rules! on_every_store {
    ($($name:ident,)*) => {
        mod memory {
            $(#[test] fn $name() { super::$name(&crate::bench::Memory::new()); })*
        }
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::databases::Sqlite::new()); })*
        }
        mod postgres {
            $(#[test] fn $name() { super::$name(&crate::databases::Postgres::new()); })*
        }
    };
}

/// Runs each named function of the module as a test on both databases.
macro_rules! on_both_databases {
    ($($name:ident,)*) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::databases::Sqlite::new()); })*
        }
        mod postgres {
            $(#[test] fn $name() { super::$name(&crate::databases::Postgres::new()); })*
        }
    };
}

pub(crate) use {on_both_databases, on_every_store};

#[test]
fn every_store_keeps_the_epoch_it_was_made_with() {
    let stores: [&dyn Bench; 3] = [&Memory::new(), &Sqlite::new(), &Postgres::new()];
    for store in stores {
        let epoch = store.read(|tx| tx.epoch()).expect("epoch");
        assert_eq!(store.write(|tx| tx.epoch()).expect("epoch"), epoch);
    }
}
