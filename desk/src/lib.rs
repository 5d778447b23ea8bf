//! Use cases: what staff, tablets and jobs do, each over one transaction. They know no HTTP, no
//! async runtime and no clock: who asks and when is handed in, and a refusal is a value.

pub mod acts;
pub mod devices;
pub mod forms;
pub mod halt;
pub mod idempotency;
pub mod names;
pub mod once;
pub mod organisations;
pub mod passwords;
pub mod pushing;
pub mod refusal;
pub mod review;
pub mod tables;
pub mod who;
