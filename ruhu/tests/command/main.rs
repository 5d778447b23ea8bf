//! `ruhu`, as a process of its own, next to a service that runs.

mod backup;
mod journal;
mod keys;
mod support;
mod user;
