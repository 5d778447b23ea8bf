#![doc = include_str!("../README.md")]

#[macro_use]
mod connection;
#[macro_use]
mod prepared;
pub mod accounts;
pub mod audit;
pub mod backup;
mod codec;
mod decisions;
pub mod desk;
mod devices;
mod failure;
pub mod forms;
mod grants;
mod halt;
mod history_query;
pub mod jobs;
pub mod journal;
mod keys;
mod manager;
mod migrate;
pub mod organisations;
pub mod page;
mod pool;
mod pooler;
mod presence;
mod read;
mod read_models;
mod rebuild;
mod records;
mod reseal;
mod schema;
mod sealed;
mod sealed_rows;
mod shelves;
mod signing_keys;
mod store;
mod streams;
mod target;
mod tx;
mod untaken;
mod values;
mod writable;
mod write;

pub use halt::Halt;
pub use keys::{KeyId, KeyRing, KeyRingError};
pub use read_models::{ListColumn, ReadModel, TableReport, read_models};
pub use rebuild::RebuildReport;
pub use reseal::{Resealed, Resealing, RowsByKey, sealed_columns};
pub use signing_keys::PROOFS;
pub use store::{Store, StoreSettings};
pub use tx::Tx;

// The bundled libraries: named here so that they are linked with the chosen features.
use libsqlite3_sys as _;
use openssl_sys as _;
use pq_sys as _;
