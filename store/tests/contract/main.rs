//! The storage port's contract. What the port promises for every store is one suite that runs on
//! the in-memory reference, on SQLite and on PostgreSQL; what only databases can show (sealing,
//! concurrency, rights from their tables, read models) runs on both databases.

mod audit_log;
mod bench;
mod columns;
mod concurrency;
mod databases;
mod decisions;
mod devices;
mod erasing;
mod grants;
mod jobs;
mod journal;
mod opening;
mod pooler;
mod read_models;
mod records;
mod resealing;
mod schema;
mod sealing;
mod statements;
mod streams;
mod tampering;
mod transactions;
mod world;
