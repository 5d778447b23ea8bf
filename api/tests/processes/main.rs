//! The real `ruhu`, as a process, on bad days: killed under load, its database killed or gone, told to end
//! in the middle of its work.

mod crew;
mod database;
mod gone;
mod kills;
mod output;
mod postgres;
mod service;
mod stopping;
